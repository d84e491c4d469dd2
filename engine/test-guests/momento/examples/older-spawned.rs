//! Logs what it is spawned with, by the crate `momento-functions`, from before it was split.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

momento_functions::spawn!(spawned);
fn spawned(payload: Vec<u8>) {
    println!("spawned with {}", String::from_utf8_lossy(&payload));
}
