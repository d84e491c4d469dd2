//! `mayfly:functions/functions` and `mayfly:pubsub/publisher`: work for other functions.

use wasmtime::component::{WasmList, WasmStr};

use super::Interface;
use super::content::Body;
use super::http::Response;
use super::wire::{self, operation};

/// `Operation.EVENT_PUBLISH`
pub const PUBLISH: i32 = 384;
/// `Operation.EVENT_SPAWN`
pub const SPAWN: i32 = 385;
/// `Operation.FUNCTION_CALL`
const CALL: i32 = 386;

type Attributes = Vec<(WasmStr, WasmStr)>;

wire::record!(in struct Request {
    "method" => method: WasmStr,
    "path-and-query" => path_and_query: WasmStr,
    "headers" => headers: Vec<(WasmStr, WasmStr)>,
    "body" => body: Body,
});

pub const FUNCTIONS: Interface = Interface {
    name: "mayfly:functions/functions",
    version: "0.1.0",
    resources: &[],
    functions: &[
        ("spawn", |l, n| {
            operation::<(WasmStr, WasmList<u8>, Attributes, Option<u64>), &str>(l, n, SPAWN)
        }),
        ("call", |l, n| operation::<(WasmStr, Request), Response>(l, n, CALL)),
    ],
};

pub const PUBLISHER: Interface = Interface {
    name: "mayfly:pubsub/publisher",
    version: "0.1.0",
    resources: &[],
    functions: &[("publish", |l, n| {
        operation::<(WasmStr, WasmList<u8>, Attributes), ()>(l, n, PUBLISH)
    })],
};
