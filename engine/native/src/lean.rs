//! The lean adapter: WASI preview 1 for what the Go toolchain builds.
//!
//! The standard adapter keeps its state in a page that it takes by growing the program's memory. Go's runtime grows the same memory and takes all of it
//! for its own, wherever the new page really begins: both write to the same place. This adapter keeps nothing in the program's memory between calls: a few
//! numbers in globals are all its state, and no handle but a command's input. It also passes everything to the host with no copy of its own.

use wit_component::StringEncoding;
use wit_parser::Resolve;

/// What a module is to become.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A program, run once.
    Command,
    /// A module whose exports are called, with an `_initialize` before.
    Reactor,
}

/// A core module as `wit-component` wants an adapter.
pub fn adapter(kind: Kind) -> Result<Vec<u8>, String> {
    let (world, start, run) = match kind {
        Kind::Reactor => ("reactor", "", ""),
        Kind::Command => (
            "command",
            r#"(import "__main_module__" "_start" (func $start))"#,
            r#"(func (export "wasi:cli/run@0.2.0#run") (result i32) (call $start) (i32.const 0))"#,
        ),
    };
    let make = || {
        let text = format!("(module {start} {} {run})", include_str!("lean/preview1.wat"));
        let mut module = wat::parse_str(text).map_err(|error| error.to_string())?;
        let mut resolve = Resolve::default();
        let package = resolve.push_str("adapter.wit", include_str!("lean/adapter.wit"));
        let package = package.map_err(|error| error.to_string())?;
        let world = resolve.select_world(&[package], Some(world));
        let world = world.map_err(|error| error.to_string())?;
        wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .map_err(|error| error.to_string())?;
        Ok(module)
    };
    make().map_err(|error: String| format!("the lean adapter can't be made: {error}"))
}
