//! Components for WASI 0.3: asynchronous functions, streams and futures. None runs here, and who uploads one is told so by name rather than by the
//! first type that the engine doesn't read. Runs in the `mayfly-compiler` process, once a component didn't compile; [`reason`] in the JVM too.

use semver::Version;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use crate::compile::CompileError;

/// What wasmtime reads only with `concurrency_support`.
const ASYNCHRONOUS: WasmFeatures = WasmFeatures::CM_ASYNC
    .union(WasmFeatures::CM_ASYNC_STACKFUL)
    .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
    .union(WasmFeatures::CM_THREADING)
    .union(WasmFeatures::CM_ERROR_CONTEXT);

/// Why an interface of that name isn't offered, if it is one of WASI 0.3.
pub fn reason(interface: &str) -> Option<String> {
    let (name, version) = interface.split_once('@')?;
    let (package, _) = name.split_once('/')?;
    let version = Version::parse(version).ok()?;
    (package.starts_with("wasi:") && (version.major, version.minor) == (0, 3))
        .then(|| format!("WASI 0.3 isn't supported: build for {package}@0.2 (target wasm32-wasip2)"))
}

/// Why a component that didn't compile is refused, if that is for what is asynchronous in it.
pub fn refusal(component: &[u8]) -> Option<CompileError> {
    let others = WasmFeatures::default().difference(ASYNCHRONOUS);
    let is_valid = |features| Validator::new_with_features(features).validate_all(component).is_ok();
    if is_valid(others) || !is_valid(others.union(ASYNCHRONOUS)) {
        return None;
    }
    let missing: Vec<_> = imports(component)
        .into_iter()
        .filter_map(|import| reason(import).map(|reason| format!("{import}: {reason}")))
        .collect();
    Some(match missing.is_empty() {
        false => CompileError::MissingImports(missing),
        true => CompileError::Invalid(
            "the component has asynchronous functions, streams or futures, which aren't supported: build it for WASI 0.2, whose functions may wait"
                .into(),
        ),
    })
}

/// The names of what a valid component itself imports.
fn imports(component: &[u8]) -> Vec<&str> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component).map_while(Result::ok) {
        match payload {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                names.extend(section.into_iter().flatten().map(|import| import.name.name));
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;

    fn refused(text: &str) -> CompileError {
        compile(text.as_bytes(), 1 << 20, None).err().expect("it is refused")
    }

    const CLOCK: &str = r#"(import "wasi:clocks/monotonic-clock@0.3.0" (instance
        (export "now" (func (result u64))) (export "wait-for" (func async (param "how-long" u64)))))"#;

    #[test]
    fn each_interface_of_wasi_0_3_is_named_and_no_other() {
        let text = format!(
            r#"(component {CLOCK}
                (import "acme:shop/prices@0.3.0" (instance))
                (import "wasi:http/types@0.3.0-rc-2026-01-06" (instance))
                (import "wasi:http/types@0.2.6" (instance))
                (component (import "wasi:cli/stdin@0.3.0" (instance))))"#
        );
        let CompileError::MissingImports(missing) = refused(&text) else {
            panic!("not by its imports");
        };
        assert_eq!(
            missing,
            [
                "wasi:clocks/monotonic-clock@0.3.0: WASI 0.3 isn't supported: build for wasi:clocks@0.2 (target wasm32-wasip2)",
                "wasi:http/types@0.3.0-rc-2026-01-06: WASI 0.3 isn't supported: build for wasi:http@0.2 (target wasm32-wasip2)",
            ]
        );
    }

    #[test]
    fn what_is_asynchronous_without_wasi_is_refused_in_words() {
        for text in [
            r#"(component (import "later" (func async)))"#,
            "(component (type (stream u8)))",
            "(component (type (future)))",
        ] {
            let CompileError::Invalid(reason) = refused(text) else {
                panic!("by its imports: {text}");
            };
            assert!(reason.contains("aren't supported"), "{text}: {reason}");
        }
    }

    #[test]
    fn what_is_wrong_anyway_keeps_its_reason() {
        let mut cut = wat::parse_str(format!("(component {CLOCK})")).unwrap();
        cut.truncate(cut.len() - 1);
        assert!(refusal(&cut).is_none());
        assert!(refusal(&wat::parse_str("(component)").unwrap()).is_none());
        // A type that the engine has no support for, asynchronous or not.
        let Err(CompileError::Invalid(reason)) = compile(
            b"(component (core module (func (param i31ref))) (import \"wasi:cli/types@0.3.0\" (instance)))",
            1 << 20,
            None,
        ) else {
            panic!("not by what is wrong with it");
        };
        assert!(reason.contains("does not compile"), "{reason}");
    }

    #[test]
    fn only_wasi_0_3_is_called_that() {
        assert!(reason("wasi:cli/run@0.3.9").is_some());
        for other in [
            "wasi:cli/run@0.2.3",
            "wasi:cli/run@1.3.0",
            "wasi:cli/run",
            "acme:cli/run@0.3.0",
            "run",
        ] {
            assert_eq!(reason(other), None, "{other}");
        }
    }
}
