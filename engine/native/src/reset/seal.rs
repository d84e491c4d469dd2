//! Pages that a call is not expected to write are made so that it can't, while nobody uses them: so nobody has to ask whether it did.
//!
//! A sealed memory's pages outside of its windows are as new and can only be read. Whoever writes to one, the guest or a host function on its behalf,
//! gets a fault; our signal handler ([`faults`]) makes the whole memory writable, and the access is tried again as if nothing had happened.
//!
//! A fault takes as long as many resets, so a memory is sealed again only if its seals hold long enough ([`Windows`](super::Windows) counts).

use std::ffi::c_int;
use std::ops::Range;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize};
use std::sync::{Mutex, PoisonError};

use super::Pages;
use crate::faults;

/// Pools that seal memories at once, in one process: an engine has one a shard. One more only throws pages away.
const POOLS_MAX: usize = 64;

/// What seals may add to the process's mappings, on average over the memories of a pool. Java's `TableBudget` leaves room for them.
const MAPPINGS_PER_MEMORY: usize = 4;

/// Written under `REGISTERING`, read by anybody, in signal handlers too.
static POOLS: [Pool; POOLS_MAX] = [const { Pool::NONE }; POOLS_MAX];
static REGISTERING: Mutex<()> = Mutex::new(());

/// Where a shard's memories are, and their seals.
pub struct Pool {
    /// 0 while it is nobody's.
    start: AtomicUsize,
    end: AtomicUsize,
    /// No two memories start within so many bytes.
    cell_bytes: AtomicUsize,
    /// One a cell: that of the memory which starts there.
    seals: AtomicPtr<Seal>,
    /// Mappings that seals may still add: a process has only so many.
    mappings_left: AtomicUsize,
}

impl Pool {
    #[expect(clippy::declare_interior_mutable_const, reason = "only to fill POOLS")]
    const NONE: Pool = Pool {
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        cell_bytes: AtomicUsize::new(0),
        seals: AtomicPtr::new(std::ptr::null_mut()),
        mappings_left: AtomicUsize::new(0),
    };

    /// Remembers a pool of so many memories until its mapping is [forgotten](Pool::forget). None where there are too many.
    pub fn register(mapping: Range<usize>, cell_bytes: usize, memory_count: usize) -> Option<&'static Pool> {
        let _registering = REGISTERING.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = POOLS.iter().find(|pool| pool.start.load(Relaxed) == 0)?;
        let seals: Box<[Seal]> = (0..=mapping.len() / cell_bytes).map(|_| Seal::of(pool)).collect();
        pool.seals.store(Box::into_raw(seals).cast(), Relaxed);
        pool.cell_bytes.store(cell_bytes, Relaxed);
        pool.mappings_left.store(memory_count * MAPPINGS_PER_MEMORY, Relaxed);
        pool.end.store(mapping.end, Relaxed);
        pool.start.store(mapping.start, Release);
        faults::handle();
        Some(pool)
    }

    /// Forgets a pool that is about to be unmapped: nobody uses a memory of it.
    pub fn forget(address: usize, bytes: usize) {
        let Some(pool) = Pool::around(address) else {
            return;
        };
        let _registering = REGISTERING.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, end) = (pool.start.load(Relaxed), pool.end.load(Relaxed));
        if start == address && end - start <= bytes {
            pool.start.store(0, Relaxed);
            pool.end.store(0, Relaxed);
            let count = (end - start) / pool.cell_bytes.load(Relaxed) + 1;
            let seals = std::ptr::slice_from_raw_parts_mut(pool.seals.load(Relaxed), count);
            // SAFETY: made by `register`; who looks for a seal has an address of this pool's, which nobody has any longer.
            drop(unsafe { Box::from_raw(seals) });
        }
    }

    /// Before wasmtime changes what is accessible or mapped in a range: it knows of no seals.
    pub fn open_seals(address: usize, bytes: usize) {
        if let Some(pool) = Pool::around(address) {
            for seal in pool.seals_over(address..address.saturating_add(bytes)) {
                if seal
                    .closed()
                    .is_some_and(|closed| closed.start < address + bytes && address < closed.end)
                {
                    seal.break_open();
                }
            }
        }
    }

    /// The pool that an address belongs to.
    fn around(address: usize) -> Option<&'static Pool> {
        POOLS.iter().find(|pool| {
            let start = pool.start.load(Acquire);
            start != 0 && start <= address && address < pool.end.load(Relaxed)
        })
    }

    /// The seal of the memory of so many bytes that starts at an address; None when it isn't in the pool.
    pub fn seal(&self, memory: usize, bytes: usize) -> Option<&Seal> {
        let (start, end) = (self.start.load(Relaxed), self.end.load(Relaxed));
        let contained = start <= memory && bytes <= end.saturating_sub(memory);
        contained.then(|| self.seal_of_cell((memory - start) / self.cell_bytes.load(Relaxed)))
    }

    /// The seals of the memories that may reach into a range: no memory is larger than a cell.
    fn seals_over(&self, range: Range<usize>) -> impl Iterator<Item = &Seal> {
        let cell = |address: usize| (address - self.start.load(Relaxed)) / self.cell_bytes.load(Relaxed);
        let last = cell(range.end.min(self.end.load(Relaxed)) - 1);
        (cell(range.start).saturating_sub(1)..=last).map(|cell| self.seal_of_cell(cell))
    }

    /// Whether so many mappings were left; they are then taken.
    fn take_mappings(&self, count: usize) -> bool {
        self.mappings_left
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(count))
            .is_ok()
    }

    fn seal_of_cell(&self, cell: usize) -> &Seal {
        // SAFETY: `register` made one for each cell of the mapping; `forget` says why they are still there.
        unsafe { &*self.seals.load(Relaxed).add(cell) }
    }
}

/// The seal of one memory. It belongs to whoever uses the memory: one thread at a time, and what runs in its signal handler.
pub struct Seal {
    pool: &'static Pool,
    memory: AtomicUsize,
    /// The memory's accessible bytes when it was closed; 0 once it is open.
    bytes: AtomicUsize,
    /// No call could write to what is sealed.
    intact: AtomicBool,
    /// The windows that stayed open, by their number.
    windows: AtomicU64,
    /// Calls since it was closed.
    calls: AtomicU32,
    /// Of the pool's, while it is closed.
    mappings: AtomicUsize,
}

impl Seal {
    fn of(pool: &'static Pool) -> Seal {
        Seal {
            pool,
            memory: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            intact: AtomicBool::new(false),
            windows: AtomicU64::new(0),
            calls: AtomicU32::new(0),
            mappings: AtomicUsize::new(0),
        }
    }

    /// Keeps all pages but those of the windows from being written. They are as new. It stays open where that would be too many mappings.
    pub fn close(&self, windows: u64, memory: usize, bytes: usize, gaps: &[Range<usize>], pages: &impl Pages) -> c_int {
        // One more at most on each side of a gap, and none at the memory's ends.
        let mappings = gaps
            .iter()
            .map(|gap| usize::from(gap.start > 0) + usize::from(gap.end < bytes))
            .sum();
        if !self.pool.take_mappings(mappings) {
            return 0;
        }
        self.mappings.store(mappings, Relaxed);
        self.memory.store(memory, Relaxed);
        self.bytes.store(bytes, Relaxed);
        self.windows.store(windows, Relaxed);
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
            self.pool
                .mappings_left
                .fetch_add(self.mappings.swap(0, Relaxed), Relaxed);
        }
        failed
    }

    /// Whether nothing but these windows could be written since it was closed over so many bytes.
    pub fn is_intact(&self, windows: u64, bytes: usize) -> bool {
        self.intact.load(Relaxed) && self.windows.load(Relaxed) == windows && self.bytes.load(Relaxed) == bytes
    }

    /// For how many calls it held, asked once and by the windows that it was closed around; None for others.
    pub fn take_calls(&self, windows: u64) -> Option<u32> {
        let closed_around = self.windows.compare_exchange(windows, 0, Relaxed, Relaxed).is_ok();
        closed_around.then(|| self.calls.load(Relaxed))
    }

    /// A call ended that left it intact.
    pub fn count_call(&self) {
        self.calls.store(self.calls.load(Relaxed).saturating_add(1), Relaxed);
    }

    #[cfg(test)]
    pub fn is_open(&self) -> bool {
        self.closed().is_none()
    }

    /// Addresses of the memory; None when it is open.
    fn closed(&self) -> Option<Range<usize>> {
        let (memory, bytes) = (self.memory.load(Relaxed), self.bytes.load(Relaxed));
        (bytes != 0).then_some(memory..memory + bytes)
    }

    /// Whether the memory is writable now and wasn't before.
    #[cfg(target_os = "linux")]
    fn break_open(&self) -> bool {
        let memory = std::ptr::with_exposed_provenance_mut(self.memory.load(Relaxed));
        self.bytes.load(Relaxed) != 0 && self.open(&super::wrapped::Mapped(memory)) == 0
    }
}

/// Whether an address is writable now and wasn't for its seal.
pub fn break_seal(address: usize) -> bool {
    // SAFETY: this thread's own.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    let broken = Pool::around(address).is_some_and(|pool| {
        pool.seals_over(address..address + 1)
            .any(|seal| seal.closed().is_some_and(|closed| closed.contains(&address)) && seal.break_open())
    });
    // SAFETY: as above.
    unsafe { *errno = before };
    broken
}
