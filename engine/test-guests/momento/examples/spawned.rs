//! Is spawned with a command: says that it is done, fails, or traps.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use momento_functions_guest_spawn::{SpawnFailure, SpawnSuccess, spawn};

spawn!(spawned);
fn spawned(command: String) -> Result<SpawnSuccess, SpawnFailure> {
    println!("spawned with {} bytes", command.len());
    match command.as_str() {
        "fail" => Err(SpawnFailure::Failed),
        "note" => Err(SpawnFailure::FailedNote("as it was told".into())),
        "trap" => panic!("as it was told"),
        _ => Ok(SpawnSuccess::OkNote(command)),
    }
}
