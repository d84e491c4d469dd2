//! The component type of a core module that carries none and exports a handler of Mayfly's by its name in the canonical ABI, as
//! `mayfly:function/web-handler@0.1.0#handle`: the name says which type it has to be, and `wit/` has it.
//!
//! So a toolchain that knows WebAssembly but not components, such as TeaVM or AssemblyScript, needs no tool that embeds a type.

use std::path::Path;

use wit_component::StringEncoding;
use wit_parser::{Resolve, SourceMap};

/// The whole of `wit/`: each package's files stand together.
const PACKAGES: [&[(&str, &str)]; 12] = [
    &[
        ("buffers.wit", include_str!("../../../wit/data/buffers.wit")),
        ("errors.wit", include_str!("../../../wit/data/errors.wit")),
    ],
    &[("blob.wit", include_str!("../../../wit/blob/blob.wit"))],
    &[("config.wit", include_str!("../../../wit/config/config.wit"))],
    &[("functions.wit", include_str!("../../../wit/functions/functions.wit"))],
    &[("http.wit", include_str!("../../../wit/http/http.wit"))],
    &[("kv.wit", include_str!("../../../wit/kv/kv.wit"))],
    &[("log.wit", include_str!("../../../wit/log/log.wit"))],
    &[("pubsub.wit", include_str!("../../../wit/pubsub/pubsub.wit"))],
    &[("secrets.wit", include_str!("../../../wit/secrets/secrets.wit"))],
    &[("snapshot.wit", include_str!("../../../wit/snapshot/snapshot.wit"))],
    &[("sql.wit", include_str!("../../../wit/sql/sql.wit"))],
    &[
        ("event.wit", include_str!("../../../wit/function/event.wit")),
        ("streaming.wit", include_str!("../../../wit/function/streaming.wit")),
        ("web.wit", include_str!("../../../wit/function/web.wit")),
    ],
];

/// What `wit/` has functions export: the name in the canonical ABI, and the world that has it.
const EXPORTS: [(&str, &str); 4] = [
    ("mayfly:function/web-handler@0.1.0#handle", "mayfly:function/web@0.1.0"),
    (
        "mayfly:function/event-handler@0.1.0#handle",
        "mayfly:function/event@0.1.0",
    ),
    (
        "mayfly:snapshot/snapshot-hook@0.1.0#before-snapshot",
        "mayfly:snapshot/captured@0.1.0",
    ),
    (
        "mayfly:snapshot/restore-hook@0.1.0#after-restore",
        "mayfly:snapshot/restored@0.1.0",
    ),
];

/// The world that has what a module exports by this name; none for other names.
pub fn world_of(export: &str) -> Option<&'static str> {
    EXPORTS
        .iter()
        .find(|(name, _)| *name == export)
        .map(|(_, world)| *world)
}

/// The module with a component type: that of a world made of these.
pub fn with_type(module: &[u8], worlds: &[&str]) -> Result<Vec<u8>, String> {
    let mut resolve = Resolve::default();
    for files in PACKAGES {
        push(&mut resolve, files)?;
    }
    let includes: String = worlds.iter().map(|world| format!("include {world}; ")).collect();
    let text = format!("package mayfly:module; world module {{ {includes}}}");
    let package = push(&mut resolve, &[("module.wit", &text)])?;
    let world = resolve
        .select_world(&[package], None)
        .map_err(|error| error.to_string())?;
    let mut typed = module.to_vec();
    wit_component::embed_component_metadata(&mut typed, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| error.to_string())?;
    Ok(typed)
}

fn push(resolve: &mut Resolve, files: &[(&str, &str)]) -> Result<wit_parser::PackageId, String> {
    let mut sources = SourceMap::new();
    for (name, text) in files {
        sources.push(Path::new(name), *text);
    }
    let group = sources.parse().map_err(|(_, error)| error.to_string())?;
    resolve.push_group(group).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn all_files_of_the_contract_are_here() {
        let mut there = BTreeSet::new();
        for folder in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit")).unwrap() {
            for file in fs::read_dir(folder.unwrap().path()).unwrap() {
                there.insert(fs::read_to_string(file.unwrap().path()).unwrap());
            }
        }
        let here = PACKAGES
            .iter()
            .flat_map(|files| files.iter().map(|(_, text)| (*text).to_owned()));
        assert_eq!(here.collect::<BTreeSet<_>>(), there);
    }
}
