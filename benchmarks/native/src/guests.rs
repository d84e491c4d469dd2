//! Makes the guests: of each `<name>.wat`, a core module that implements the world `web`,
//!
//! - `<name>.module.wasm`: that module, for engines that know no components, and
//! - `<name>.component.wasm`: the component that Mayfly's engine makes of it, for those that do.

use std::path::Path;

use wasmtime::Result;
use wasmtime::error::{Context, format_err};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// The contract's packages, each after those it uses.
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

/// `own` is the folder of the package with the guests' world, which may use all of the contract in the folder `wit`.
pub fn make(wit: &str, own: &str, files: &[&str], folder: &str) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for file in files.iter().map(Path::new) {
        let name = file
            .file_stem()
            .and_then(|name| name.to_str())
            .context("a guest has a name")?;
        let into = |kind: &str| Path::new(folder).join(format!("{name}.{kind}.wasm"));
        let mut module = wat::parse_file(file)?;
        std::fs::write(into("module"), &module)?;
        let component = component(&mut module, Path::new(wit), Path::new(own))
            .with_context(|| format!("making a component of {name}"))?;
        std::fs::write(into("component"), component)?;
    }
    Ok(())
}

fn component(module: &mut Vec<u8>, wit: &Path, own: &Path) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let mut push = |folder: &Path| resolve.push_dir(folder).map_err(|error| format_err!("{error:#}"));
    for package in CONTRACT {
        push(&wit.join(package))?;
    }
    let (with_world, _) = push(own)?;
    let mut encode = || {
        let world = resolve.select_world(&[with_world], Some("web"))?;
        wit_component::embed_component_metadata(module, &resolve, world, StringEncoding::UTF8)?;
        ComponentEncoder::default().module(module)?.validate(true).encode()
    };
    encode().map_err(|error| format_err!("{error:#}"))
}
