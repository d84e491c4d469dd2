//! From a core module to a component. What becomes of a module follows from what it says, imports and exports:
//!
//! | the module | becomes |
//! |---|---|
//! | carries a component type (wit-bindgen puts it there) | that component |
//! | carries none, but exports a [handler of Mayfly's](crate::contract) | the component that has it |
//! | one of both, and imports `wasi_snapshot_preview1` | that component, with the standard adapter for what it imports |
//! | exports `_start` and imports `wasi_snapshot_preview1` | a command, `wasi:cli/run`, with the standard adapter |
//! | one of the above, of the Go toolchain | the same, with the [lean adapter](crate::lean) |
//!
//! The standard adapters are those of wasmtime's release. They turn each old function into one of `wasi:*@0.2.x`, and bring along only what is used.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as PREVIEW1, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND_ADAPTER,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR_ADAPTER,
};
use wasmparser::{Encoding, Parser, Payload};
use wit_component::ComponentEncoder;

use crate::{contract, lean};

/// A component and what was done to get it.
pub struct Componentized {
    pub bytes: Vec<u8>,
    /// For whoever uploaded the module.
    pub how: &'static str,
}

/// What decides about a module.
#[derive(Default)]
struct Traits {
    is_component: bool,
    carries_type: bool,
    imports_preview1: bool,
    imports_preview0: bool,
    exports_start: bool,
    is_go: bool,
    /// Of Mayfly's, by what it exports.
    worlds: Vec<&'static str>,
}

/// Makes a component of a core module; nothing of what is one already. The error is the uploader's.
pub fn componentize(binary: &[u8]) -> Result<Option<Componentized>, String> {
    let traits = traits(binary)?;
    if traits.is_component {
        return Ok(None);
    }
    let is_go = traits.is_go && traits.imports_preview1;
    if !traits.carries_type && !traits.worlds.is_empty() {
        let typed = contract::with_type(binary, &traits.worlds)?;
        let how = "a core module that exports what mayfly:function has, by the canonical ABI";
        // TeaVM, for one, exports a _start all the same: nothing calls it.
        let bytes = match (is_go, traits.imports_preview1) {
            (true, _) => encode(&typed, Some(&lean::adapter(lean::Kind::Reactor)?))?,
            (false, true) => encode(&typed, Some(REACTOR_ADAPTER))?,
            (false, false) => encode(&typed, None)?,
        };
        return Ok(Some(Componentized { bytes, how }));
    }
    if is_go {
        let (kind, how) = match (traits.carries_type, traits.exports_start) {
            (true, _) => (
                lean::Kind::Reactor,
                "a core module of the Go toolchain with a component type",
            ),
            (false, true) => (
                lean::Kind::Command,
                "a WASI preview 1 command of the Go toolchain, run once a request as CGI has it",
            ),
            (false, false) => {
                return Err("a core module from the Go toolchain that exports neither a handler nor a _start: import mayfly.dev/go/web, which exports one \
                            (functions-sdk/go), or build a program (without -buildmode=c-shared), whose handler net/http/cgi serves".into());
            }
        };
        return Ok(Some(Componentized {
            bytes: encode(binary, Some(&lean::adapter(kind)?))?,
            how,
        }));
    }
    let (adapter, how) = match traits {
        Traits {
            imports_preview0: true, ..
        } => {
            return Err("a core module for wasi_unstable, which is older than WASI preview 1: build it with a toolchain of 2020 or later".into());
        }
        Traits {
            imports_preview1: true,
            exports_start: true,
            ..
        } => (
            Some(COMMAND_ADAPTER),
            "a WASI preview 1 command, run once a request as CGI has it",
        ),
        Traits {
            imports_preview1: true,
            carries_type: true,
            ..
        } => (
            Some(REACTOR_ADAPTER),
            "a core module with a component type, with the adapter for WASI preview 1",
        ),
        Traits {
            imports_preview1: true, ..
        } => {
            return Err("a core module for WASI preview 1 that is no command (it exports no _start) and carries no component type: build a program, \
                        a component, or use a guest library that embeds the type (wit-bindgen does)".into());
        }
        Traits { carries_type: true, .. } => (None, "a core module with a component type"),
        _ => {
            return Err("a core WebAssembly module without a component type: build a component, or use a guest library that embeds the type \
                        (wit-bindgen does)".into());
        }
    };
    Ok(Some(Componentized {
        bytes: encode(binary, adapter)?,
        how,
    }))
}

fn encode(binary: &[u8], adapter: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let mut encoder = ComponentEncoder::default().validate(true).module(binary);
    if let Some(adapter) = adapter {
        encoder = encoder.and_then(|encoder| encoder.adapter(PREVIEW1, adapter));
    }
    encoder
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| format!("the core module can't be made a component: {error:#}"))
}

fn traits(binary: &[u8]) -> Result<Traits, String> {
    let broken = |error| format!("not a whole WebAssembly binary: {error}");
    let mut traits = Traits::default();
    for payload in Parser::new(0).parse_all(binary) {
        match payload.map_err(broken)? {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => {
                traits.is_component = true;
                return Ok(traits);
            }
            Payload::CustomSection(section) => {
                traits.carries_type |= section.name().starts_with("component-type");
                traits.is_go |= section.name() == "go:buildid";
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let module = import.map_err(broken)?.module;
                    traits.imports_preview1 |= module == PREVIEW1;
                    traits.imports_preview0 |= module == "wasi_unstable";
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let name = export.map_err(broken)?.name;
                    traits.exports_start |= name == "_start";
                    traits.worlds.extend(contract::world_of(name));
                }
            }
            _ => {}
        }
    }
    Ok(traits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_of(module: &str) -> Result<Option<Componentized>, String> {
        componentize(&wat::parse_str(module).unwrap())
    }

    fn refusal(module: &str) -> String {
        made_of(module).err().expect("it is refused")
    }

    const PREVIEW1_IMPORT: &str = r#"(import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))"#;

    #[test]
    fn a_component_stays_as_it_is() {
        assert!(made_of("(component)").unwrap().is_none());
    }

    #[test]
    fn a_program_for_preview1_becomes_a_command() {
        let made = made_of(&format!(
            r#"(module {PREVIEW1_IMPORT} (memory (export "memory") 1) (func (export "_start")))"#
        ));
        let made = made.unwrap().expect("it was no component");
        assert!(made.how.contains("command"), "{}", made.how);
        assert!(traits(&made.bytes).unwrap().is_component);
    }

    #[test]
    fn a_module_that_says_too_little_is_told_what_is_missing() {
        assert!(refusal("(module)").contains("without a component type"));
        assert!(refusal(&format!("(module {PREVIEW1_IMPORT})")).contains("no _start"));
        let older = r#"(module (import "wasi_unstable" "proc_exit" (func (param i32))) (func (export "_start")))"#;
        assert!(refusal(older).contains("wasi_unstable"));
    }

    #[test]
    fn a_program_of_the_go_toolchain_becomes_a_command_whose_adapter_leaves_its_memory_alone() {
        let go = format!(
            r#"(module (@custom "go:buildid" "") {PREVIEW1_IMPORT} (memory (export "memory") 1) (func (export "_start")))"#
        );
        let made = made_of(&go).unwrap().expect("it was no component");
        assert!(made.how.contains("Go toolchain"), "{}", made.how);
    }

    #[test]
    fn a_reactor_of_the_go_toolchain_that_exports_no_handler_is_told_how_to_get_one() {
        let reactor = format!(r#"(module (@custom "go:buildid" "") {PREVIEW1_IMPORT} (memory (export "memory") 1))"#);
        let reason = refusal(&reactor);
        assert!(
            reason.contains("mayfly.dev/go/web") && reason.contains("net/http/cgi"),
            "{reason}"
        );
    }

    #[test]
    fn a_handler_of_the_go_toolchain_is_initialized_and_may_pause_its_clock() {
        let pause = r#"(import "wasi_snapshot_preview1" "adapter_monotonic_clock_set_paused" (func (param i32)))"#;
        let made = made_of(&format!(
            r#"(module (@custom "go:buildid" "") {PREVIEW1_IMPORT} {pause} {HANDLER} (func (export "_initialize")))"#
        ));
        let made = made.unwrap().expect("it was no component");
        assert!(made.how.contains("canonical ABI"), "{}", made.how);
        let text = String::from_utf8_lossy(&made.bytes).into_owned();
        assert!(text.contains("_initialize") && !text.contains("wasi:cli/run"));
        // What the standard adapter would ask the host for.
        assert!(!text.contains("wasi:filesystem"));
    }

    /// What answers a request with an error that has no text: the least that is a handler.
    const HANDLER: &str = r#"
        (memory (export "memory") 1)
        (data (i32.const 16) "\01\00\00\00\05")
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 64)
        (func (export "mayfly:function/web-handler@0.1.0#handle") (param i32) (result i32) i32.const 16)"#;

    #[test]
    fn a_handler_by_the_canonical_abi_needs_no_component_type() {
        let made = made_of(&format!("(module {HANDLER})"))
            .unwrap()
            .expect("it was no component");
        assert!(made.how.contains("canonical ABI"), "{}", made.how);
        assert!(traits(&made.bytes).unwrap().is_component);
    }

    #[test]
    fn a_handler_is_no_command_whatever_else_its_toolchain_exports() {
        let made = made_of(&format!(
            r#"(module {PREVIEW1_IMPORT} {HANDLER} (func (export "_start")))"#
        ));
        let made = made.unwrap().expect("it was no component");
        assert!(made.how.contains("canonical ABI"), "{}", made.how);
    }

    #[test]
    fn a_handler_may_be_one_for_events_too_and_have_hooks() {
        let others = r#"
            (func (export "mayfly:function/event-handler@0.1.0#handle") (param i32) (result i32) i32.const 16)
            (func (export "mayfly:snapshot/restore-hook@0.1.0#after-restore") (result i32) i32.const 32)"#;
        let made = made_of(&format!("(module {HANDLER} {others})"))
            .unwrap()
            .expect("it was no component");
        let text = String::from_utf8_lossy(&made.bytes).into_owned();
        for export in ["web-handler@0.1.0", "event-handler@0.1.0", "restore-hook@0.1.0"] {
            assert!(text.contains(export), "{export}");
        }
    }

    #[test]
    fn a_handler_of_another_signature_is_refused_by_name() {
        let module =
            r#"(module (memory (export "memory") 1) (func (export "mayfly:function/web-handler@0.1.0#handle")))"#;
        assert!(refusal(module).contains("web-handler"), "{}", refusal(module));
    }

    #[test]
    fn an_import_that_no_adapter_has_is_named() {
        let module = r#"(module (import "wasi_snapshot_preview1" "fd_teleport" (func)) (memory (export "memory") 1) (func (export "_start")))"#;
        assert!(refusal(module).contains("fd_teleport"), "{}", refusal(module));
    }
}
