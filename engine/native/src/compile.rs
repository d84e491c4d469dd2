//! From an upload to an artifact. Runs in the `mayfly-compiler` process only, where untrusted bytes can cost nothing but the process.

use std::borrow::Cow;
use std::fmt::Write as _;

use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::asynchronous;
use crate::componentize::componentize;
use crate::engine::code_config;

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

/// Compiles a component, or a core module that can be made one; text of either as well.
pub fn compile(input: &[u8], memory_bytes_max: u64) -> Result<Compiled, CompileError> {
    let input = component_of(input)?;
    let engine = wasmtime::Engine::new(&code_config(memory_bytes_max))
        .map_err(|error| CompileError::Internal(format!("{error:#}")))?;
    let component = Component::from_binary(&engine, &input.bytes).map_err(|error| {
        asynchronous::refusal(&input.bytes)
            .unwrap_or_else(|| CompileError::Invalid(format!("the component does not compile: {error:#}")))
    })?;
    let artifact = component
        .serialize()
        .map_err(|error| CompileError::Internal(format!("{error:#}")))?;
    Ok(Compiled {
        artifact,
        report: describe(&engine, &component, input.how),
    })
}

/// An upload as a component.
pub(crate) struct ComponentBytes<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// What it was made of; None when it was a component.
    pub how: Option<&'static str>,
}

/// The component that an upload is, or becomes.
pub(crate) fn component_of(upload: &[u8]) -> Result<ComponentBytes<'_>, CompileError> {
    let bytes = wat::parse_bytes(upload)
        .map_err(|error| CompileError::Invalid(format!("neither a WebAssembly binary nor its text: {error}")))?;
    Ok(match componentize(&bytes).map_err(CompileError::Invalid)? {
        None => ComponentBytes { bytes, how: None },
        Some(made) => ComponentBytes {
            bytes: made.bytes.into(),
            how: Some(made.how),
        },
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
