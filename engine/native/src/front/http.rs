//! `mayfly:http/client`

use wasmtime::component::{Resource, WasmStr};

use super::Interface;
use super::buffers::Buffer;
use super::content::Body;
use super::wire::{self, operation};

/// `Operation.HTTP_SEND`
pub const SEND: i32 = 368;

wire::record!(in struct Request {
    "method" => method: WasmStr,
    "path-and-query" => path_and_query: WasmStr,
    "headers" => headers: Vec<(WasmStr, WasmStr)>,
    "body" => body: Body,
    "timeout-ms" => timeout_ms: Option<u32>,
});

wire::record!(out pub(super) struct Response {
    "status" => status: u16,
    "headers" => headers: Vec<(&'static str, &'static str)>,
    "body" => body: Resource<Buffer>,
});

pub const CLIENT: Interface = Interface {
    name: "mayfly:http/client",
    version: "0.1.0",
    resources: &[],
    functions: &[("send", |l, n| operation::<(WasmStr, Request), Response>(l, n, SEND))],
};
