//! From an upload to an artifact. Runs in the `mayfly-compiler` process only, where untrusted bytes can cost nothing but the process.

use std::borrow::Cow;
use std::fmt::Write as _;

use wasmparser::{Encoding, Parser, Payload};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;
use wit_component::ComponentEncoder;

use crate::engine::code_config;

/// Why nothing came out.
pub enum CompileError {
    /// The upload is wrong; the text says how.
    Invalid(String),
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

/// Compiles a component, or a core module that carries its component type; text of either as well.
pub fn compile(input: &[u8], memory_bytes_max: u64) -> Result<Compiled, CompileError> {
    let binary = wat::parse_bytes(input)
        .map_err(|error| CompileError::Invalid(format!("neither a WebAssembly binary nor its text: {error}")))?;
    let (component, componentized) = as_component(&binary)?;
    let engine = wasmtime::Engine::new(&code_config(memory_bytes_max))
        .map_err(|error| CompileError::Internal(format!("{error:#}")))?;
    let component = Component::from_binary(&engine, &component)
        .map_err(|error| CompileError::Invalid(format!("the component does not compile: {error:#}")))?;
    let artifact = component
        .serialize()
        .map_err(|error| CompileError::Internal(format!("{error:#}")))?;
    Ok(Compiled {
        artifact,
        report: describe(&engine, &component, componentized),
    })
}

fn as_component(binary: &[u8]) -> Result<(Cow<'_, [u8]>, bool), CompileError> {
    let mut carries_type = false;
    for payload in Parser::new(0).parse_all(binary) {
        match payload.map_err(|error| CompileError::Invalid(format!("not a whole WebAssembly binary: {error}")))? {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => return Ok((Cow::Borrowed(binary), false)),
            Payload::CustomSection(section) => carries_type |= section.name().starts_with("component-type"),
            _ => {}
        }
    }
    if !carries_type {
        return Err(CompileError::Invalid(
            "a core WebAssembly module without a component type: build a component, or use a guest library that embeds the type (wit-bindgen does)".into(),
        ));
    }
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(binary)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| CompileError::Invalid(format!("the core module can't be made a component: {error:#}")))?;
    Ok((Cow::Owned(encoded), true))
}

fn describe(engine: &wasmtime::Engine, component: &Component, componentized: bool) -> String {
    let mut report = String::new();
    if componentized {
        report.push_str("componentized\n");
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
