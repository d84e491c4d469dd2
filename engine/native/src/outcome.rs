//! How an invocation ended. A caller's mistake, a function's trap and a bug of ours never look alike.

use std::fmt::Write as _;

use wasmtime::{Error, PoolConcurrencyLimitError, Trap, WasmBacktrace};

use crate::invocation::FramePtr;

/// `Status.DONE`
pub const DONE: i32 = 0;
/// `Status.TRAP`
pub const TRAP: i32 = 1;
/// `Status.OPERATION`
pub const OPERATION: i32 = 2;
/// `Status.YIELD`
pub const YIELD: i32 = 3;
/// `Status.REFUSED`
pub const REFUSED: i32 = 4;
/// `Status.EXHAUSTED`
pub const EXHAUSTED: i32 = 5;
/// `Status.FAILED`
pub const FAILED: i32 = 6;

const STACK_FRAMES_MAX: usize = 16;

/// `TrapKind`, in its order.
#[derive(Clone, Copy)]
#[repr(i32)]
enum TrapKind {
    StackOverflow,
    MemoryOutOfBounds,
    TableOutOfBounds,
    IndirectCallToNull,
    BadSignature,
    IntegerOverflow,
    IntegerDivisionByZero,
    BadConversionToInteger,
    Unreachable,
    CanonicalAbi,
    ResourceLimit,
    Other,
}

/// A function holds or wants more than it may: named by the limit, raised by host functions.
#[derive(Debug)]
pub struct LimitPassed(pub String);

impl std::fmt::Display for LimitPassed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LimitPassed {}

/// The host itself has no room at the moment.
#[derive(Debug)]
pub struct HostExhausted(pub &'static str);

impl std::fmt::Display for HostExhausted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for HostExhausted {}

/// The host did not do what a function asked, and the function's types leave it no way to say so.
#[derive(Debug)]
pub struct Refused(pub String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// A function's hook reported an error, or ran too long.
#[derive(Debug)]
pub struct HookFailed(pub String);

impl std::fmt::Display for HookFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HookFailed {}

/// The function ended itself, with this status.
#[derive(Debug)]
pub struct Exit(pub u8);

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the function exited with status {}", self.0)
    }
}

impl std::error::Error for Exit {}

/// What the host wrote into a frame makes no sense.
#[derive(Debug)]
pub struct BadFrame(pub &'static str);

impl std::fmt::Display for BadFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadFrame {}

/// Writes what `error` was into the frame and returns the status that says whose it is.
pub fn report(error: &Error, instantiated: bool, frame: FramePtr) -> i32 {
    if error.is::<PoolConcurrencyLimitError>() || error.is::<HostExhausted>() {
        frame.set_message(&error.root_cause().to_string());
        return EXHAUSTED;
    }
    if let Some(bad) = error.downcast_ref::<BadFrame>() {
        frame.set_message(bad.0);
        return REFUSED;
    }
    let kind = match error.downcast_ref::<Trap>() {
        Some(trap) => kind_of(*trap),
        None if error.is::<Refused>() || error.is::<HookFailed>() => TrapKind::Other,
        None if error.is::<LimitPassed>() || !instantiated => TrapKind::ResourceLimit,
        // Host functions of ours fail with the types above only: what is left are wasmtime's own canonical ABI checks.
        None => TrapKind::CanonicalAbi,
    };
    frame.told().trap_kind = kind as i32;
    frame.set_message(&describe(error));
    TRAP
}

fn kind_of(trap: Trap) -> TrapKind {
    match trap {
        Trap::StackOverflow => TrapKind::StackOverflow,
        Trap::MemoryOutOfBounds | Trap::HeapMisaligned => TrapKind::MemoryOutOfBounds,
        Trap::TableOutOfBounds => TrapKind::TableOutOfBounds,
        Trap::IndirectCallToNull => TrapKind::IndirectCallToNull,
        Trap::BadSignature => TrapKind::BadSignature,
        Trap::IntegerOverflow => TrapKind::IntegerOverflow,
        Trap::IntegerDivisionByZero => TrapKind::IntegerDivisionByZero,
        Trap::BadConversionToInteger => TrapKind::BadConversionToInteger,
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::CannotEnterComponent => TrapKind::CanonicalAbi,
        _ => TrapKind::Other,
    }
}

/// The cause, then the guest's stack: `name +0x12 (module offset 0x345)` a line, innermost first.
fn describe(error: &Error) -> String {
    let mut text = error.root_cause().to_string();
    if let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() {
        for (frame, name) in backtrace.frames().iter().zip(names(backtrace)) {
            let _ = write!(text, "\n  at {name}");
            if let (Some(in_function), Some(in_module)) = (frame.func_offset(), frame.module_offset()) {
                let _ = write!(text, " +{in_function:#x} (module offset {in_module:#x})");
            }
        }
    }
    text
}

/// The functions of a guest's stack, innermost first, as its author calls them.
pub fn names(backtrace: &WasmBacktrace) -> Vec<String> {
    let frames = backtrace.frames().iter().take(STACK_FRAMES_MAX);
    let named = frames.map(|frame| match frame.func_name() {
        Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
        None => format!("function {}", frame.func_index()),
    });
    named.collect()
}
