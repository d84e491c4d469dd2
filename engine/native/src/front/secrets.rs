//! `mayfly:secrets/secrets`

use wasmtime::component::WasmStr;

use super::Interface;
use super::wire::operation;

/// `Operation.SECRET_GET`
pub const GET: i32 = 257;

pub const SECRETS: Interface = Interface {
    name: "mayfly:secrets/secrets",
    version: "0.1.0",
    resources: &[],
    functions: &[("get", |l, n| operation::<(WasmStr, Option<u64>), &str>(l, n, GET))],
};
