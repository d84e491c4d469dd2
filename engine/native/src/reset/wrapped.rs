//! What the linker calls instead of libc's memory functions: by these we learn where wasmtime's memories are, reset them, copy images into them, and keep
//! seals out of its way, as it knows of none.

use std::ffi::{c_int, c_void};
use std::ops::Range;

use super::memory::{Image, Memory};
use super::pool::{self, Pool};
use super::{DROPPING, INSTANTIATING, Pages, SOUGHT, Sought};

const WRITABLE: c_int = libc::PROT_READ | libc::PROT_WRITE;

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

/// The pages of a memory.
pub struct Mapped<'a>(pub &'a Memory);

impl Mapped<'_> {
    /// Maps an image as wasmtime does. Whether that could be done.
    pub fn map(&self, image: &Image) -> bool {
        #[cfg(test)]
        tally::count();
        let at = self.0.at(image.range.start).cast();
        let flags = libc::MAP_FIXED | libc::MAP_PRIVATE;
        // SAFETY: whoever made this has the memory to itself.
        unsafe { __real_mmap64(at, image.range.len(), WRITABLE, flags, image.file, image.file_offset) == at }
    }
}

impl Pages for Mapped<'_> {
    fn discard(&self, range: Range<usize>) -> c_int {
        #[cfg(test)]
        tally::count();
        // SAFETY: as above.
        let failed = unsafe { __real_madvise(self.0.at(range.start).cast(), range.len(), libc::MADV_DONTNEED) };
        if failed != 0 {
            return failed;
        }
        self.restore_copied_image(range)
    }

    fn protect(&self, range: Range<usize>, writable: bool) -> c_int {
        #[cfg(test)]
        tally::count();
        let protection = if writable { WRITABLE } else { libc::PROT_READ };
        // SAFETY: as above.
        unsafe { __real_mprotect(self.0.at(range.start).cast(), range.len(), protection) }
    }

    fn keep(&self, page_count: usize) -> bool {
        self.0.keep(page_count)
    }

    fn have_copied_image(&self) -> bool {
        self.0.has_copied_image()
    }

    fn restore_copied_image(&self, range: Range<usize>) -> c_int {
        if self.0.restore_copied_image(&range) {
            0
        } else {
            not_restored()
        }
    }

    fn map_image(&self) -> c_int {
        if self.0.map_copied_image() { 0 } else { not_restored() }
    }
}

/// What a discard returns that left a part of an image away: wasmtime gives such a memory up.
fn not_restored() -> c_int {
    // SAFETY: this thread's own.
    unsafe { *libc::__errno_location() = libc::EIO };
    -1
}

/// # Safety
/// As for libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_madvise(address: *mut c_void, bytes: usize, advice: c_int) -> c_int {
    let start = address.addr();
    if advice == libc::MADV_DONTNEED {
        // SAFETY: the windows outlive the store that is being dropped.
        let windows = DROPPING.get().map(|windows| unsafe { &*windows });
        if let Some((windows, memory)) = windows.and_then(|windows| Some((windows, windows.memory(start, bytes)?))) {
            // SAFETY: wasmtime gives up a memory of that store, from its start on.
            return unsafe { windows.reset(address.cast(), bytes, memory.seal(), &Mapped(memory)) };
        }
    }
    #[cfg(test)]
    tally::count();
    // SAFETY: the caller's promise.
    let failed = unsafe { __real_madvise(address, bytes, advice) };
    let is_discarded = advice == libc::MADV_DONTNEED && failed == 0;
    if is_discarded
        && !pool::memories_over(start, bytes)
            .iter()
            .all(|memory| memory.restore_copied_image(&memory.offsets(start..start + bytes)))
    {
        return not_restored();
    }
    failed
}

/// # Safety
/// As for libc's.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_mprotect(address: *mut c_void, bytes: usize, protection: c_int) -> c_int {
    let addresses = address.addr()..address.addr().saturating_add(bytes);
    for memory in pool::memories_over(address.addr(), bytes) {
        memory.open_seal_over(&addresses);
    }
    #[cfg(test)]
    tally::count();
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
    file_offset: libc::off64_t,
) -> *mut c_void {
    let has = |flag: c_int| flags & flag != 0;
    if has(libc::MAP_FIXED) {
        let addresses = address.addr()..address.addr().saturating_add(bytes);
        let memories = pool::memories_over(address.addr(), bytes);
        if let [memory] = memories
            && memory.start() <= addresses.start
            && protection == WRITABLE
            && has(libc::MAP_PRIVATE)
        {
            let range = memory.offsets(addresses.clone());
            let is_done = if has(libc::MAP_ANONYMOUS) {
                memory.remove_copied_image(&range)
            } else {
                let image = Image {
                    range,
                    file,
                    file_offset,
                };
                // SAFETY: the windows outlive the store that is being made.
                let windows = INSTANTIATING.get().map(|windows| unsafe { &*windows });
                windows.is_some_and(|windows| memory.copy_image(image, windows))
            };
            if is_done {
                return address;
            }
        }
        for memory in memories {
            memory.open_seal_over(&addresses);
            if !memory.map_over(&memory.offsets(addresses.clone())) {
                return libc::MAP_FAILED;
            }
        }
        #[cfg(test)]
        tally::count();
    }
    // SAFETY: the caller's promise.
    let mapped = unsafe { __real_mmap64(address, bytes, protection, flags, file, file_offset) };
    let sought = SOUGHT.get();
    if mapped != libc::MAP_FAILED && bytes == sought.bytes {
        SOUGHT.set(Sought {
            count: sought.count + 1,
            start: mapped.expose_provenance(),
            ..sought
        });
    }
    mapped
}

/// How often this thread asked the kernel to change mappings or to throw pages away.
#[cfg(test)]
pub mod tally {
    use std::cell::Cell;

    thread_local! {
        static COUNT: Cell<u32> = const { Cell::new(0) };
    }

    pub fn count() {
        COUNT.set(COUNT.get() + 1);
    }

    pub fn take() -> u32 {
        COUNT.take()
    }
}
