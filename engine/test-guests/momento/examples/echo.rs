//! Hands on what it gets.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use momento_functions_bytes::Data;
use momento_functions_guest_web::invoke;

invoke!(echo);
fn echo(payload: Data) -> Data {
    payload
}
