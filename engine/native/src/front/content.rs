//! Bytes that a function passes on: its own, or a buffer's.

use wasmtime::component::{ComponentType, Lift, Resource, WasmList};
use wasmtime::{Result, StoreContextMut};

use super::buffers::Buffer;
use super::wire::Encode;
use crate::invocation::Call;

/// `mayfly:kv/kv.value`, `mayfly:blob/blob.content`: `ArgumentReader.body` has the cases.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum Content {
    #[component(name = "bytes")]
    Bytes(WasmList<u8>),
    #[component(name = "buffer")]
    Buffer(Resource<Buffer>),
}

/// `mayfly:http/client.body`, `mayfly:functions/functions.body`: the same, or nothing.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum Body {
    #[component(name = "empty")]
    Empty,
    #[component(name = "bytes")]
    Bytes(WasmList<u8>),
    #[component(name = "buffer")]
    Buffer(Resource<Buffer>),
}

const EMPTY: u8 = 0;
const BYTES: u8 = 1;
const BUFFER: u8 = 2;

impl Encode for Content {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        match self {
            Content::Bytes(bytes) => encode_case(BYTES, bytes, store, out),
            Content::Buffer(buffer) => encode_case(BUFFER, buffer, store, out),
        }
    }
}

impl Encode for Body {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        match self {
            Body::Empty => EMPTY.encode(store, out),
            Body::Bytes(bytes) => encode_case(BYTES, bytes, store, out),
            Body::Buffer(buffer) => encode_case(BUFFER, buffer, store, out),
        }
    }
}

fn encode_case(case: u8, payload: &impl Encode, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
    case.encode(store, out)?;
    payload.encode(store, out)
}
