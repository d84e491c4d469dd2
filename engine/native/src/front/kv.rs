//! `mayfly:kv/kv`

use wasmtime::component::{ComponentType, Lift, Resource, WasmList, WasmStr};
use wasmtime::{Result, StoreContextMut};

use super::Interface;
use super::buffers::Buffer;
use super::content::Content;
use super::wire::{self, Encode, operation};
use crate::invocation::Call;

/// `Operation.KV_GET` and those that follow it
pub const GET: i32 = 272;
pub const GET_BUFFER: i32 = 273;
pub const GET_MANY: i32 = 274;
pub const SET: i32 = 275;
pub const SET_MANY: i32 = 276;
pub const DELETE: i32 = 277;
pub const DELETE_MANY: i32 = 278;
pub const EXISTS: i32 = 279;
pub const COMPARE_AND_SET: i32 = 280;
pub const INCREMENT: i32 = 281;
pub const LIST_PUSH: i32 = 282;
pub const LIST_POP: i32 = 283;
pub const LIST_RANGE: i32 = 284;
pub const LIST_LENGTH: i32 = 285;
pub const KEYS: i32 = 286;
pub const LIST_REPLACE: i32 = 287;

type Bytes = WasmList<u8>;
type TimeToLiveMs = Option<u64>;

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[expect(dead_code, reason = "guests' values are lifted into it")]
#[repr(u8)]
enum End {
    #[component(name = "front")]
    Front,
    #[component(name = "back")]
    Back,
}

impl Encode for End {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        (*self as u8).encode(store, out)
    }
}

wire::record!(out struct KeyPage {
    "keys" => keys: Vec<&'static str>,
    "cursor" => cursor: Option<&'static str>,
});

pub const KV: Interface = Interface {
    name: "mayfly:kv/kv",
    version: "0.1.0",
    resources: &[],
    functions: &[
        ("get", |l, n| operation::<(WasmStr, WasmStr), Option<&[u8]>>(l, n, GET)),
        ("get-buffer", |l, n| {
            operation::<(WasmStr, WasmStr), Option<Resource<Buffer>>>(l, n, GET_BUFFER)
        }),
        ("get-many", |l, n| {
            operation::<(WasmStr, Vec<WasmStr>), Vec<Option<&[u8]>>>(l, n, GET_MANY)
        }),
        ("set", |l, n| {
            operation::<(WasmStr, WasmStr, Content, TimeToLiveMs), ()>(l, n, SET)
        }),
        ("set-many", |l, n| {
            operation::<(WasmStr, Vec<(WasmStr, Bytes)>, TimeToLiveMs), ()>(l, n, SET_MANY)
        }),
        ("delete", |l, n| operation::<(WasmStr, WasmStr), bool>(l, n, DELETE)),
        ("delete-many", |l, n| {
            operation::<(WasmStr, Vec<WasmStr>), u32>(l, n, DELETE_MANY)
        }),
        ("exists", |l, n| operation::<(WasmStr, WasmStr), bool>(l, n, EXISTS)),
        ("compare-and-set", |l, n| {
            operation::<(WasmStr, WasmStr, Option<Bytes>, Bytes, TimeToLiveMs), bool>(l, n, COMPARE_AND_SET)
        }),
        ("increment", |l, n| {
            operation::<(WasmStr, WasmStr, i64, TimeToLiveMs), i64>(l, n, INCREMENT)
        }),
        ("list-push", |l, n| {
            operation::<(WasmStr, WasmStr, End, Vec<Bytes>, TimeToLiveMs), u64>(l, n, LIST_PUSH)
        }),
        ("list-pop", |l, n| {
            operation::<(WasmStr, WasmStr, End), Option<&[u8]>>(l, n, LIST_POP)
        }),
        ("list-range", |l, n| {
            operation::<(WasmStr, WasmStr, i64, i64), Vec<&[u8]>>(l, n, LIST_RANGE)
        }),
        ("list-length", |l, n| {
            operation::<(WasmStr, WasmStr), u64>(l, n, LIST_LENGTH)
        }),
        ("keys", |l, n| {
            operation::<(WasmStr, WasmStr, Option<WasmStr>, u32), KeyPage>(l, n, KEYS)
        }),
    ],
};
