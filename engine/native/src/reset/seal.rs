//! Pages that a call is not expected to write are made so that it can't, while nobody uses them: so nobody has to ask whether it did.
//!
//! A sealed memory's pages outside of its windows hold what they do before a call, and can only be read. Whoever writes to one, the guest or a host function on its behalf,
//! gets a fault; our signal handler ([`faults`]) makes the whole memory writable, and the access is tried again as if nothing had happened.
//!
//! A fault takes as long as many resets, so a memory is sealed again only if its seals hold long enough ([`Windows`](super::Windows) counts).

use std::ffi::c_int;
use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};

use super::Pages;
use super::pool::{self, Pool};

/// The seal of one memory. It belongs to whoever uses the memory: one thread at a time, and what runs in its signal handler.
pub struct Seal {
    pool: &'static Pool,
    memory: usize,
    /// The memory's accessible bytes when it was closed; 0 once it is open.
    bytes: AtomicUsize,
    /// No call could write to what is sealed.
    intact: AtomicBool,
    /// The windows that stayed open, by the number of their [geometry](super::geometry).
    geometry: AtomicU64,
    /// The function after whose call it was closed, by the number of its windows.
    function: AtomicU64,
    /// Calls since it was closed.
    calls: AtomicU32,
    /// Of the pool's, while it is closed.
    mappings: AtomicUsize,
}

impl Seal {
    pub fn of(pool: &'static Pool, memory: usize) -> Seal {
        Seal {
            pool,
            memory,
            bytes: AtomicUsize::new(0),
            intact: AtomicBool::new(false),
            geometry: AtomicU64::new(0),
            function: AtomicU64::new(0),
            calls: AtomicU32::new(0),
            mappings: AtomicUsize::new(0),
        }
    }

    /// Keeps all pages but those of the windows from being written, of a memory with so many accessible bytes. They hold what they do before a call. It
    /// stays open where that would be too many mappings.
    pub fn close(
        &self,
        function: u64,
        geometry: u64,
        bytes: usize,
        gaps: &[Range<usize>],
        pages: &impl Pages,
    ) -> c_int {
        // One more at most on each side of a gap, and none at the memory's ends.
        let mappings = gaps
            .iter()
            .map(|gap| usize::from(gap.start > 0) + usize::from(gap.end < bytes))
            .sum();
        if !self.pool.take_mappings(mappings) {
            return 0;
        }
        self.mappings.store(mappings, Relaxed);
        self.bytes.store(bytes, Relaxed);
        self.function.store(function, Relaxed);
        self.geometry.store(geometry, Relaxed);
        self.calls.store(0, Relaxed);
        for gap in gaps {
            if pages.protect(gap.clone(), false) != 0 {
                // The process has as many mappings as it may have.
                self.intact.store(false, Relaxed);
                return self.open(pages);
            }
        }
        self.intact.store(true, Relaxed);
        0
    }

    /// Makes the whole memory writable, if it isn't.
    pub fn open(&self, pages: &impl Pages) -> c_int {
        let bytes = self.bytes.load(Relaxed);
        self.intact.store(false, Relaxed);
        if bytes == 0 {
            return 0;
        }
        let failed = pages.protect(0..bytes, true);
        if failed == 0 {
            self.bytes.store(0, Relaxed);
            self.pool.give_mappings_back(self.mappings.swap(0, Relaxed));
        }
        failed
    }

    /// Whether nothing but the windows of this geometry could be written since it was closed over so many bytes.
    pub fn is_intact(&self, geometry: u64, bytes: usize) -> bool {
        self.intact.load(Relaxed) && self.geometry.load(Relaxed) == geometry && self.bytes.load(Relaxed) == bytes
    }

    /// For how many calls it held, of whichever functions, asked once and by the function after whose call it was closed; None for others.
    pub fn take_calls(&self, function: u64) -> Option<u32> {
        let closed_by = self.function.compare_exchange(function, 0, Relaxed, Relaxed).is_ok();
        closed_by.then(|| self.calls.load(Relaxed))
    }

    /// A call ended that left it intact.
    pub fn count_call(&self) {
        self.calls.store(self.calls.load(Relaxed).saturating_add(1), Relaxed);
    }

    pub fn is_open(&self) -> bool {
        self.bytes.load(Relaxed) == 0
    }

    /// Whether some of these addresses were closed.
    pub fn is_over(&self, addresses: &Range<usize>) -> bool {
        self.memory < addresses.end && addresses.start < self.memory + self.bytes.load(Relaxed)
    }
}

/// Whether an address is writable now and wasn't for its seal.
pub fn break_seal(address: usize) -> bool {
    // SAFETY: this thread's own.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    let broken = pool::memories_over(address, 1)
        .iter()
        .any(|memory| memory.open_seal_over(&(address..address + 1)));
    // SAFETY: as above.
    unsafe { *errno = before };
    broken
}
