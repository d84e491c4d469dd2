//! Makes the guests: of each `<name>.wat`, a core module that implements the world `web`,
//!
//! - `<name>.module.wasm`: that module, for engines that know no components, and
//! - `<name>.component.wasm`: the component that Mayfly's engine makes of it, for those that do.

use std::path::Path;

use wasmtime::Result;
use wasmtime::error::{Context, format_err};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// The contract's packages, each after those it uses; the last one has the world.
const CONTRACT: [&str; 11] = [
    "data",
    "log",
    "config",
    "secrets",
    "kv",
    "sql",
    "blob",
    "http",
    "pubsub",
    "functions",
    "function",
];

pub fn make(wit: &str, files: &[&str], folder: &str) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for file in files.iter().map(Path::new) {
        let name = file
            .file_stem()
            .and_then(|name| name.to_str())
            .context("a guest has a name")?;
        let into = |kind: &str| Path::new(folder).join(format!("{name}.{kind}.wasm"));
        let mut module = wat::parse_file(file)?;
        std::fs::write(into("module"), &module)?;
        let component =
            component(&mut module, Path::new(wit)).with_context(|| format!("making a component of {name}"))?;
        std::fs::write(into("component"), component)?;
    }
    Ok(())
}

fn component(module: &mut Vec<u8>, wit: &Path) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let mut packages = Vec::new();
    for package in CONTRACT {
        packages.push(
            resolve
                .push_dir(wit.join(package))
                .map_err(|error| format_err!("{error:#}"))?
                .0,
        );
    }
    let with_world = &packages[CONTRACT.len() - 1..];
    let mut encode = || {
        let world = resolve.select_world(with_world, Some("web"))?;
        wit_component::embed_component_metadata(module, &resolve, world, StringEncoding::UTF8)?;
        ComponentEncoder::default().module(module)?.validate(true).encode()
    };
    encode().map_err(|error| format_err!("{error:#}"))
}
