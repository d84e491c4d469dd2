//! `mayfly:blob/blob`

use wasmtime::component::{Resource, WasmStr};

use super::Interface;
use super::buffers::Buffer;
use super::content::Content;
use super::wire::{self, operation};

/// `Operation.BLOB_GET` and those that follow it
pub const GET: i32 = 336;
pub const GET_RANGE: i32 = 337;
pub const HEAD: i32 = 338;
pub const PUT: i32 = 339;
pub const DELETE: i32 = 340;
pub const LIST: i32 = 341;

wire::record!(out pub struct BlobInfo {
    "key" => key: &'static str,
    "length" => length: u64,
    "content-type" => content_type: &'static str,
    "etag" => etag: &'static str,
    "modified-unix-ms" => modified_unix_ms: u64,
    "metadata" => metadata: Vec<(&'static str, &'static str)>,
});

wire::record!(out pub struct BlobPage {
    "blobs" => blobs: Vec<BlobInfo>,
    "more" => more: bool,
});

pub const BLOB: Interface = Interface {
    name: "mayfly:blob/blob",
    version: "0.1.0",
    resources: &[],
    functions: &[
        ("get", |l, n| {
            operation::<(WasmStr, WasmStr), Resource<Buffer>>(l, n, GET)
        }),
        ("get-range", |l, n| {
            operation::<(WasmStr, WasmStr, u64, u64), Resource<Buffer>>(l, n, GET_RANGE)
        }),
        ("head", |l, n| operation::<(WasmStr, WasmStr), BlobInfo>(l, n, HEAD)),
        ("put", |l, n| {
            operation::<(WasmStr, WasmStr, Content, WasmStr, Vec<(WasmStr, WasmStr)>), BlobInfo>(l, n, PUT)
        }),
        ("delete", |l, n| operation::<(WasmStr, WasmStr), bool>(l, n, DELETE)),
        ("list", |l, n| {
            operation::<(WasmStr, WasmStr, Option<WasmStr>, u32), BlobPage>(l, n, LIST)
        }),
    ],
};
