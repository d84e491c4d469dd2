//! The lean adapter: WASI preview 1 for programs of the Go toolchain.
//!
//! The standard adapter keeps its state in a page that it takes by growing the program's memory. Go's runtime grows the same memory and takes all of it
//! for its own, wherever the new page really begins: both write to the same place. This adapter keeps nothing in the program's memory between calls: four
//! numbers in globals are all its state. It also passes everything to the host with no copy of its own.

use wit_component::StringEncoding;
use wit_parser::Resolve;

/// A core module as `wit-component` wants an adapter.
pub fn adapter() -> Result<Vec<u8>, String> {
    let make = || {
        let mut module = wat::parse_str(include_str!("lean/adapter.wat")).map_err(|error| error.to_string())?;
        let mut resolve = Resolve::default();
        let package = resolve.push_str("adapter.wit", include_str!("lean/adapter.wit"));
        let package = package.map_err(|error| error.to_string())?;
        let world = resolve.select_world(&[package], Some("command"));
        let world = world.map_err(|error| error.to_string())?;
        wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .map_err(|error| error.to_string())?;
        Ok(module)
    };
    make().map_err(|error: String| format!("the lean adapter can't be made: {error}"))
}
