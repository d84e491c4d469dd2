//! From an upload to an artifact. Runs in the `mayfly-compiler` process only, where untrusted bytes can cost nothing but the process.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::asynchronous;
use crate::code_pack::CodePack;
use crate::componentize::componentize;
use crate::engine::{code_config, fingerprint};
use crate::merge::merged;

/// Why nothing came out.
#[derive(Debug)]
pub enum CompileError {
    /// The upload is wrong; the text says how.
    Invalid(String),
    /// The upload asks for interfaces that this host doesn't even read: a line an import.
    MissingImports(Vec<String>),
    /// Our fault or the machine's.
    Internal(String),
}

/// What came out.
pub struct Compiled {
    /// wasmtime's serialised form, for a machine and settings like these.
    pub artifact: Vec<u8>,
    /// Lines for `ComponentDescription.java`.
    pub report: String,
}

/// Where functions are kept from one compile to the next.
pub struct CacheFiles {
    /// What the last one left; there may be none.
    pub input: PathBuf,
    /// What this one leaves; not written when that would be the same.
    pub output: PathBuf,
    /// How large that may become.
    pub bytes_max: u64,
}

/// Compiles a component, or a core module that can be made one; text of either as well.
pub fn compile(input: &[u8], memory_bytes_max: u64, cache: Option<&CacheFiles>) -> Result<Compiled, CompileError> {
    let input = component_of(input)?;
    let mut config = code_config(memory_bytes_max);
    let pack = match cache {
        Some(files) => Some(open(files, memory_bytes_max, &mut config).map_err(internal)?),
        None => None,
    };
    let engine = wasmtime::Engine::new(&config).map_err(internal)?;
    let component = Component::from_binary(&engine, &input.bytes).map_err(|error| {
        asynchronous::refusal(&input.bytes)
            .unwrap_or_else(|| CompileError::Invalid(format!("the component does not compile: {error:#}")))
    })?;
    let artifact = component.serialize().map_err(internal)?;
    let mut report = describe(&engine, &component, input.how);
    if let (Some(pack), Some(files)) = (pack, cache) {
        let _ = writeln!(report, "functions-reused {}", pack.found());
        let _ = writeln!(report, "functions-compiled {}", pack.missed());
        keep(&pack, &files.output);
    }
    Ok(Compiled { artifact, report })
}

fn open(files: &CacheFiles, memory_bytes_max: u64, config: &mut wasmtime::Config) -> wasmtime::Result<Arc<CodePack>> {
    let pack = Arc::new(CodePack::read(
        &files.input,
        fingerprint(memory_bytes_max)?,
        files.bytes_max,
    ));
    config.enable_incremental_compilation(pack.clone())?;
    Ok(pack)
}

/// A disk that is full costs the next compile its time, and this one nothing.
fn keep(pack: &CodePack, file: &Path) {
    if pack.write(file).is_err() {
        let _ = std::fs::remove_file(file);
    }
}

fn internal(error: wasmtime::Error) -> CompileError {
    CompileError::Internal(format!("{error:#}"))
}

/// An upload as a component.
pub(crate) struct ComponentBytes<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// What it was made of; None when it was a component.
    pub how: Option<&'static str>,
}

/// The component that an upload is, or becomes, with as few core modules as can be: what is compiled, instrumented and rewritten is this.
pub(crate) fn component_of(upload: &[u8]) -> Result<ComponentBytes<'_>, CompileError> {
    let bytes = wat::parse_bytes(upload)
        .map_err(|error| CompileError::Invalid(format!("neither a WebAssembly binary nor its text: {error}")))?;
    let (bytes, how) = match componentize(&bytes).map_err(CompileError::Invalid)? {
        None => (bytes, None),
        Some(made) => (made.bytes.into(), Some(made.how)),
    };
    Ok(ComponentBytes {
        bytes: merged(bytes),
        how,
    })
}

fn describe(engine: &wasmtime::Engine, component: &Component, how: Option<&str>) -> String {
    let mut report = String::new();
    if let Some(how) = how {
        let _ = writeln!(report, "componentized {how}");
    }
    let ty = component.component_type();
    for (name, item) in ty.imports(engine) {
        list(engine, &mut report, "import", name, &item.ty);
    }
    for (name, item) in ty.exports(engine) {
        list(engine, &mut report, "export", name, &item.ty);
    }
    report
}

fn list(engine: &wasmtime::Engine, report: &mut String, word: &str, name: &str, item: &ComponentItem) {
    match item {
        ComponentItem::Type(_) => {}
        ComponentItem::ComponentInstance(instance) => {
            for (inner, item) in instance.exports(engine) {
                list(engine, report, word, &format!("{name} {inner}"), &item.ty);
            }
        }
        _ => {
            let _ = writeln!(report, "{word} {name}");
        }
    }
}
