//! The C ABI, as `NativeEngine.java` calls it.
//!
//! | function | does |
//! |---|---|
//! | `mf_abi_version` | the number both sides must agree on |
//! | `mf_layout` | layouts as text, for the test that compares them |
//! | `mf_message_free` | gives back what an error says |
//! | `mf_engine_new`, `_free`, `_fingerprint`, `_metrics` | the engine |
//! | `mf_prelink`, `mf_prelinked_free` | a component |
//! | `mf_prelink_kept`, `mf_capture` | a component with one instance for all calls, and what that holds |
//! | `mf_begin`, `mf_resume`, `mf_cancel` | an invocation: a number that is 0 once it is over |
//!
//! A panic becomes an error or `Status.FAILED` here; none crosses into the JVM.

use std::any::Any;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::Engine;
use crate::front::custom::Offers;
use crate::invocation::{FramePtr, Invocation};
use crate::layout::{ErrorRoom, Frame, Metrics, Settings, report};
use crate::outcome::FAILED;
use crate::prelink::PrelinkError;
use crate::replicas::Prelinked;

/// Changes whenever a function's or a layout's meaning does.
pub const ABI_VERSION: i32 = 8;

/// Panics contained since the library was loaded.
pub static PANICS: AtomicU64 = AtomicU64::new(0);

/// What an error says is cut off here.
const MESSAGE_BYTES_MAX: usize = 64 << 10;

/// `NativeError.INVALID`
const INVALID: i32 = 1;
/// `NativeError.MISSING_IMPORTS`
const MISSING_IMPORTS: i32 = 2;
/// `NativeError.INCOMPATIBLE`
const INCOMPATIBLE: i32 = 3;
/// `NativeError.INTERNAL`
const INTERNAL: i32 = 5;

impl ErrorRoom {
    fn set(&mut self, kind: i32, text: &str) {
        let text = &text[..text.floor_char_boundary(MESSAGE_BYTES_MAX)];
        self.message_bytes = text.len() as u32;
        self.message = Box::into_raw(Box::<str>::from(text)).cast();
        self.kind = kind;
    }
}

/// The seam's version.
#[unsafe(no_mangle)]
pub extern "C" fn mf_abi_version() -> i32 {
    ABI_VERSION
}

/// Writes `name=value` lines and a NUL; returns their length without it.
///
/// # Safety
/// `out` has room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_layout(out: *mut u8, capacity: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe { copy_text(&report(), out, capacity) }
}

/// Gives back an error's message.
///
/// # Safety
/// Both are an [`ErrorRoom`]'s, and given back once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_message_free(message: *mut u8, bytes: usize) {
    // SAFETY: the caller's promise: `set` made it of so many bytes.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(message, bytes)) });
}

/// Makes an engine; 0 and an error when it can't.
///
/// # Safety
/// Both point to structures of the documented layout.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_engine_new(settings: *const Settings, error: *mut ErrorRoom) -> *mut Engine {
    // SAFETY: the caller's promise.
    let (settings, error) = unsafe { (*settings, &mut *error) };
    match contained(|| Engine::new(settings)) {
        Ok(Ok(engine)) => return Box::into_raw(Box::new(engine)),
        Ok(Err(reason)) => error.set(INVALID, &format!("the engine can't be opened: {reason:#}")),
        Err(panic) => error.set(INTERNAL, &panic),
    }
    std::ptr::null_mut()
}

/// Stops the ticker and gives the pool back.
///
/// # Safety
/// `engine` came from [`mf_engine_new`], is not used again, and no invocation is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_engine_free(engine: *mut Engine) {
    // SAFETY: the caller's promise. A panic on the way down leaves nothing to report to.
    let _ = contained(|| drop(unsafe { Box::from_raw(engine) }));
}

/// Writes the fingerprint and a NUL; returns its length without it.
///
/// # Safety
/// `engine` is alive; `out` has room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_engine_fingerprint(engine: *const Engine, out: *mut u8, capacity: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe { copy_text((*engine).fingerprint(), out, capacity) }
}

/// Reads the pool's counters.
///
/// # Safety
/// `engine` is alive; `out` points to such a structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_engine_metrics(engine: *const Engine, out: *mut Metrics) {
    // SAFETY: the caller's promise.
    unsafe { out.write((*engine).metrics()) }
}

/// Maps an artifact and resolves its imports; 0 and an error when it can't.
///
/// # Safety
/// `engine` is alive; `path` is a NUL-terminated file name, `offers` likewise what `Offers` reads; `error` points to such a structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_prelink(
    engine: *const Engine,
    path: *const c_char,
    offers: *const c_char,
    error: *mut ErrorRoom,
) -> *mut Prelinked {
    // SAFETY: the caller's promise.
    unsafe { load(engine, path, offers, error, Prelinked::load) }
}

/// The same for an instrumented component: all calls have one instance, one after the other, until [`mf_capture`] reads it.
///
/// # Safety
/// As for [`mf_prelink`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_prelink_kept(
    engine: *const Engine,
    path: *const c_char,
    offers: *const c_char,
    error: *mut ErrorRoom,
) -> *mut Prelinked {
    // SAFETY: the caller's promise.
    unsafe { load(engine, path, offers, error, Prelinked::load_kept) }
}

/// # Safety
/// As for [`mf_prelink`].
unsafe fn load(
    engine: *const Engine,
    path: *const c_char,
    offers: *const c_char,
    error: *mut ErrorRoom,
    load: fn(&Engine, &Path, Offers) -> Result<Prelinked, PrelinkError>,
) -> *mut Prelinked {
    // SAFETY: the caller's promise.
    let (engine, path, offers, error) =
        unsafe { (&*engine, CStr::from_ptr(path), CStr::from_ptr(offers), &mut *error) };
    let loaded = contained(|| match (path.to_str(), offers.to_str()) {
        (Ok(path), Ok(offers)) => {
            let offers = Offers::parse(offers).map_err(PrelinkError::Internal)?;
            load(engine, Path::new(path), offers)
        }
        _ => Err(PrelinkError::Invalid(
            "the artifact's file name isn't UTF-8, or the offers".into(),
        )),
    });
    match loaded {
        Ok(Ok(prelinked)) => return Box::into_raw(Box::new(prelinked)),
        Ok(Err(PrelinkError::Incompatible(reason))) => error.set(INCOMPATIBLE, &reason),
        Ok(Err(PrelinkError::MissingImports(imports))) => error.set(MISSING_IMPORTS, &imports.join("\n")),
        Ok(Err(PrelinkError::Invalid(reason))) => error.set(INVALID, &reason),
        Ok(Err(PrelinkError::Internal(reason))) => error.set(INTERNAL, &reason),
        Err(panic) => error.set(INTERNAL, &panic),
    }
    std::ptr::null_mut()
}

/// Writes what the instance of a component from [`mf_prelink_kept`] holds to a file; the error says why it can't be captured.
///
/// # Safety
/// `prelinked` is alive and none of its invocations is open; `path` is a NUL-terminated file name, `error` points to such a structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_capture(prelinked: *const Prelinked, path: *const c_char, error: *mut ErrorRoom) {
    // SAFETY: the caller's promise.
    let (prelinked, path, error) = unsafe { (&*prelinked, CStr::from_ptr(path), &mut *error) };
    let captured = contained(|| match (path.to_str(), &prelinked.kept) {
        (Ok(path), Some(kept)) => kept.capture(Path::new(path)),
        _ => Err(PrelinkError::Internal(
            "the file's name isn't UTF-8, or the component keeps no instance".into(),
        )),
    });
    match captured {
        Ok(Ok(())) => {}
        Ok(Err(PrelinkError::Invalid(reason))) => error.set(INVALID, &reason),
        Ok(Err(failure)) => error.set(INTERNAL, &format!("{failure:?}")),
        Err(panic) => error.set(INTERNAL, &panic),
    }
}

/// Unmaps a component.
///
/// # Safety
/// `prelinked` came from [`mf_prelink`], is not used again, and none of its invocations is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_prelinked_free(prelinked: *mut Prelinked) {
    // SAFETY: the caller's promise.
    let _ = contained(|| drop(unsafe { Box::from_raw(prelinked) }));
}

/// Starts an invocation and runs it as far as it goes.
///
/// # Safety
/// `prelinked` and everything the frame names stay valid until the invocation is over; nobody touches the frame while this runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_begin(prelinked: *const Prelinked, frame: *mut Frame) -> *mut Invocation {
    // SAFETY: the caller's promise.
    let (invocation, frame) = unsafe {
        let frame = FramePtr::new(frame);
        (Invocation::new(prelinked, frame), frame)
    };
    advance(invocation, frame)
}

/// Goes on with an invocation.
///
/// # Safety
/// `invocation` came from [`mf_begin`] or [`mf_resume`] with this frame and is not 0; the rest as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_resume(invocation: *mut Invocation, frame: *mut Frame) -> *mut Invocation {
    // SAFETY: the caller's promise.
    let (invocation, frame) = unsafe { (Box::from_raw(invocation), FramePtr::new(frame)) };
    advance(invocation, frame)
}

/// Ends an invocation that waits: its fiber unwinds, its memory goes back to the pool.
///
/// # Safety
/// As for [`mf_resume`]; the number is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mf_cancel(invocation: *mut Invocation, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    let (invocation, frame) = unsafe { (Box::from_raw(invocation), FramePtr::new(frame)) };
    end(invocation, frame);
}

fn advance(mut invocation: Box<Invocation>, frame: FramePtr) -> *mut Invocation {
    match contained(|| invocation.advance(frame)) {
        Ok(false) => return Box::into_raw(invocation),
        Ok(true) => end(invocation, frame),
        Err(panic) => {
            end(invocation, frame);
            fail(frame, &panic);
        }
    }
    std::ptr::null_mut()
}

/// Drops what is left of an invocation.
fn end(invocation: Box<Invocation>, frame: FramePtr) {
    if let Err(panic) = contained(|| drop(invocation)) {
        fail(frame, &panic);
    }
}

fn fail(frame: FramePtr, panic: &str) {
    frame.told().status = FAILED;
    frame.set_message(panic);
}

/// Runs `work`; a panic in it becomes its message.
fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // Whatever a panic left half done is dropped, never used again.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        format!("the engine panicked: {}", panic_text(payload.as_ref()))
    })
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}

/// # Safety
/// `out` has room for `capacity` bytes.
unsafe fn copy_text(text: &str, out: *mut u8, capacity: usize) -> usize {
    assert!(
        text.len() < capacity,
        "text of {} bytes, room for {capacity}",
        text.len()
    );
    // SAFETY: the caller's promise.
    let out = unsafe { slice::from_raw_parts_mut(out, capacity) };
    out[..text.len()].copy_from_slice(text.as_bytes());
    out[text.len()] = 0;
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_the_invocation_and_says_so() {
        // SAFETY: a frame is numbers only.
        let mut frame: Box<Frame> = unsafe { Box::new_zeroed().assume_init() };
        // SAFETY: it outlives the call.
        let pointer = unsafe { FramePtr::new(&mut *frame) };
        let before = PANICS.load(Ordering::Relaxed);
        let invocation = Box::new(Invocation::of(async { panic!("as the test wants it") }));
        assert!(advance(invocation, pointer).is_null());
        assert_eq!(frame.told.status, FAILED);
        let message = &frame.message[..frame.told.message_bytes as usize];
        assert_eq!(message, b"the engine panicked: as the test wants it");
        assert_eq!(PANICS.load(Ordering::Relaxed), before + 1);
    }

    #[test]
    fn a_long_message_is_cut_at_a_character() {
        // SAFETY: a frame is numbers only.
        let mut frame: Box<Frame> = unsafe { Box::new_zeroed().assume_init() };
        // SAFETY: it outlives the call.
        unsafe { FramePtr::new(&mut *frame) }.set_message(&"€".repeat(1000));
        let bytes = frame.told.message_bytes as usize;
        assert_eq!(bytes, 1536);
        assert!(std::str::from_utf8(&frame.message[..bytes]).is_ok());
    }
}
