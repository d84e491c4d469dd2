//! What the linker calls instead of libc's memory functions: by these we learn where wasmtime's memories are, reset them, and keep seals out of its
//! way, as it knows of none.

use std::ffi::{c_int, c_void};
use std::ops::Range;

use super::seal::Pool;
use super::{DROPPING, LARGEST_MAPPING, Pages};

unsafe extern "C" {
    fn __real_madvise(address: *mut c_void, bytes: usize, advice: c_int) -> c_int;
    fn __real_mprotect(address: *mut c_void, bytes: usize, protection: c_int) -> c_int;
    fn __real_munmap(address: *mut c_void, bytes: usize) -> c_int;
    fn __real_mmap64(
        address: *mut c_void,
        bytes: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: libc::off64_t,
    ) -> *mut c_void;
}

/// The pages of a memory that starts at this address.
pub struct Mapped(pub *mut u8);

impl Pages for Mapped {
    fn discard(&self, range: Range<usize>) -> c_int {
        // SAFETY: whoever made this has the memory to itself.
        unsafe { __real_madvise(self.0.add(range.start).cast(), range.len(), libc::MADV_DONTNEED) }
    }

    fn protect(&self, range: Range<usize>, writable: bool) -> c_int {
        let protection = match writable {
            true => libc::PROT_READ | libc::PROT_WRITE,
            false => libc::PROT_READ,
        };
        // SAFETY: as above.
        unsafe { __real_mprotect(self.0.add(range.start).cast(), range.len(), protection) }
    }
}

/// # Safety
/// As for libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_madvise(address: *mut c_void, bytes: usize, advice: c_int) -> c_int {
    if advice == libc::MADV_DONTNEED
        && let Some(windows) = DROPPING.get()
    {
        let memory: *mut u8 = address.cast();
        // SAFETY: the windows outlive the store that is being dropped.
        let windows = unsafe { &*windows };
        if let Some(seal) = windows.seal(memory.addr(), bytes) {
            // SAFETY: wasmtime gives up a memory of that store, from its start on.
            return unsafe { windows.reset(memory, bytes, seal, &Mapped(memory)) };
        }
    }
    // SAFETY: the caller's promise.
    unsafe { __real_madvise(address, bytes, advice) }
}

/// # Safety
/// As for libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_mprotect(address: *mut c_void, bytes: usize, protection: c_int) -> c_int {
    Pool::open_seals(address.addr(), bytes);
    // SAFETY: the caller's promise.
    unsafe { __real_mprotect(address, bytes, protection) }
}

/// # Safety
/// As for libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_munmap(address: *mut c_void, bytes: usize) -> c_int {
    Pool::forget(address.addr(), bytes);
    // SAFETY: the caller's promise.
    unsafe { __real_munmap(address, bytes) }
}

/// # Safety
/// As for libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_mmap64(
    address: *mut c_void,
    bytes: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: libc::off64_t,
) -> *mut c_void {
    if !address.is_null() {
        Pool::open_seals(address.addr(), bytes);
    }
    // SAFETY: the caller's promise.
    let mapped = unsafe { __real_mmap64(address, bytes, protection, flags, file, offset) };
    if mapped != libc::MAP_FAILED {
        let largest = LARGEST_MAPPING.take();
        let this = mapped.addr()..mapped.addr() + bytes;
        LARGEST_MAPPING.set(if this.len() > largest.len() { this } else { largest });
    }
    mapped
}
