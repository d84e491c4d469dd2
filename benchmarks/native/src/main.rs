//! The native side of Mayfly's benchmarks.
//!
//! ```text
//! mayfly-bench-native guests <wit folder> <own wit folder> <file.wat>… --into <folder>    makes the guests; see `guests.rs`
//! mayfly-bench-native serve <guests folder> <setting=value>…             measures stock wasmtime on command; see `worker.rs`
//! ```

mod closed_loop;
mod embedder;
mod guests;
mod worker;

use wasmtime::Result;
use wasmtime::error::bail;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["guests", wit, own, files @ .., "--into", folder] => guests::make(wit, own, files, folder),
        ["serve", folder, settings @ ..] => worker::serve(folder, settings),
        _ => bail!(
            "usage: mayfly-bench-native guests <wit folder> <own wit folder> <file.wat>… --into <folder> | serve <guests folder> <setting=value>…"
        ),
    }
}
