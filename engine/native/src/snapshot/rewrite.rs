//! Instrument and rewrite. Runs in the `mayfly-compiler` process only.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime_wizer::{ComponentInstanceState, Wizer};

use super::state::State;
use super::{constructs, segments};
use crate::compile::{CompileError, component_of};
use crate::merge::merged;

/// The same component with exports by which [`super::kept`] reads what its instance holds.
///
/// The error names each construct that can't be captured, a line each.
pub fn instrument(upload: &[u8]) -> Result<Vec<u8>, CompileError> {
    let component = component_of(upload)?;
    let refused = constructs::refused(&component.bytes).map_err(|error| CompileError::Invalid(error.to_string()))?;
    if !refused.is_empty() {
        return Err(CompileError::Invalid(refused.join("\n")));
    }
    contained(|| {
        let (_, instrumented) = wizer().instrument_component(&component.bytes).map_err(unsupported)?;
        Ok(instrumented)
    })
}

/// A component whose instances start with the state that one of the instrumented component's had.
pub fn rewrite(upload: &[u8], state: &[u8]) -> Result<Vec<u8>, CompileError> {
    let component = component_of(upload)?;
    let state = State::read(state).ok_or_else(|| CompileError::Internal("the captured state is cut off".into()))?;
    contained(|| {
        let wizer = wizer();
        let (context, _) = wizer.instrument_component(&component.bytes).map_err(unsupported)?;
        let mut captured = Captured { state, missing: None };
        let rewritten = ready(wizer.snapshot_component(&context, &mut captured)).map_err(unsupported)?;
        match captured.missing {
            Some(name) => Err(CompileError::Internal(format!("the captured state has no {name}"))),
            None => tightened(&rewritten),
        }
    })
}

/// The same with few segments, and with few modules too: those that had start functions, which have run, may be merged now.
fn tightened(component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let component = segments::merge(component).map_err(|error| CompileError::Internal(error.to_string()))?;
    Ok(merged(component.into()).into_owned())
}

fn wizer() -> Wizer {
    let mut wizer = Wizer::new();
    // Requests warm the instance up, and the exports stay what they are.
    wizer.init_func("none").keep_init_func(true);
    wizer
}

fn unsupported(error: wasmtime::Error) -> CompileError {
    CompileError::Invalid(format!("no snapshot can be taken of this component: {error:#}"))
}

/// The library panics at some inputs.
fn contained(work: impl FnOnce() -> Result<Vec<u8>, CompileError>) -> Result<Vec<u8>, CompileError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(CompileError::Invalid(format!(
            "no snapshot can be taken of this component: what rewrites it gave up: {}",
            text.unwrap_or("without a message")
        )))
    })
}

/// Runs what never waits.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("reading from memory waits for nothing"),
    }
}

/// The state in the place of an instance.
struct Captured<'a> {
    state: State<'a>,
    missing: Option<String>,
}

impl Captured<'_> {
    fn value(&mut self, name: &str) -> &[u8] {
        let found = self.state.value(name);
        if found.is_none() {
            self.missing.get_or_insert_with(|| name.to_owned());
        }
        found.unwrap_or_default()
    }

    fn number<const N: usize>(&mut self, name: &str) -> [u8; N] {
        let found = self.value(name).try_into().ok();
        if found.is_none() {
            self.missing.get_or_insert_with(|| name.to_owned());
        }
        found.unwrap_or([0; N])
    }
}

impl ComponentInstanceState for Captured<'_> {
    async fn call_func_ret_list_u8(&mut self, _: &str, func: &str, contents: impl FnOnce(&[u8]) + Send) {
        contents(self.value(func));
    }

    async fn call_func_ret_s32(&mut self, _: &str, func: &str) -> i32 {
        i32::from_le_bytes(self.number(func))
    }

    async fn call_func_ret_s64(&mut self, _: &str, func: &str) -> i64 {
        i64::from_le_bytes(self.number(func))
    }

    async fn call_func_ret_f32(&mut self, _: &str, func: &str) -> u32 {
        u32::from_le_bytes(self.number(func))
    }

    async fn call_func_ret_f64(&mut self, _: &str, func: &str) -> u64 {
        u64::from_le_bytes(self.number(func))
    }
}
