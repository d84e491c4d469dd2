//! Makes the test guests that aren't written in Rust, and checks all of them with the engine's own wit-component.
//!
//! ```text
//! assemble web <file.wat>… --into <folder>         core modules that carry the world `web`, as users upload them
//! assemble plain <file.wat>… --into <folder>       text to binary and nothing else
//! assemble component <file.wasm>… --into <folder>  the components the engine will make of core modules
//! assemble damage <file.wasm> --into <folder>      a good module cut short, changed, and text under its name
//! assemble expensive <functions> <steps> <file>    a web function that takes long to compile
//! ```

mod expensive;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// The contract's packages, each after those it uses, and what the guests need besides.
const PACKAGES: [&str; 12] = [
    "../../../wit/data",
    "../../../wit/log",
    "../../../wit/config",
    "../../../wit/secrets",
    "../../../wit/kv",
    "../../../wit/sql",
    "../../../wit/blob",
    "../../../wit/http",
    "../../../wit/pubsub",
    "../../../wit/functions",
    "../../../wit/function",
    "../wat/web.wit",
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["web", files @ .., "--into", folder] => each(files, folder, web),
        ["plain", files @ .., "--into", folder] => each(files, folder, |path| Ok(wat::parse_file(path)?)),
        ["component", files @ .., "--into", folder] => each(files, folder, |path| component(&fs::read(path)?)),
        ["damage", file, "--into", folder] => damage(&fs::read(file)?, Path::new(folder)),
        ["expensive", functions, steps, file] => {
            let module = expensive::module(functions.parse()?, steps.parse()?);
            write(Path::new(file), &embed(module)?)
        }
        _ => bail!("usage: see the first lines of assemble/src/main.rs"),
    }
}

/// Writes what `make` makes of each file under the file's own name, ending in `.wasm`.
fn each(files: &[&str], folder: &str, make: impl Fn(&Path) -> Result<Vec<u8>>) -> Result<()> {
    for file in files.iter().map(Path::new) {
        let bytes = make(file).with_context(|| format!("assembling {}", file.display()))?;
        let name = file.file_stem().context("a file has a name")?;
        write(&Path::new(folder).join(name).with_extension("wasm"), &bytes)?;
    }
    Ok(())
}

/// Leaves an equal file alone: its time tells others whether to make theirs anew.
fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(file, bytes).with_context(|| format!("writing {}", file.display()))
}

fn damage(module: &[u8], folder: &Path) -> Result<()> {
    let mut changed = module.to_vec();
    changed[module.len() / 3..][..64].fill(0xff);
    write(&folder.join("truncated.wasm"), &module[..module.len() / 2])?;
    write(&folder.join("changed.wasm"), &changed)?;
    write(&folder.join("header-only.wasm"), &module[..8])?;
    write(&folder.join("text.wasm"), b"#!/bin/sh\necho no module\n")?;
    write(&folder.join("empty.wasm"), b"")
}

fn web(path: &Path) -> Result<Vec<u8>> {
    let module = embed(wat::parse_file(path)?)?;
    component(&module)?;
    Ok(module)
}

/// Adds the custom section that says that a core module implements the world `web`.
fn embed(mut module: Vec<u8>) -> Result<Vec<u8>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut resolve = Resolve::default();
    let mut packages = Vec::new();
    for package in PACKAGES {
        packages.push(resolve.push_path(here.join(package))?.0);
    }
    let world = resolve.select_world(&packages, Some("mayfly:test-guests/web"))?;
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    Ok(module)
}

fn component(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default().module(module)?.validate(true).encode()
}
