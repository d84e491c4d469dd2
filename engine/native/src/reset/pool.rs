//! Where the linear memories of the pools are, and what is known of each.

use std::ops::Range;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicUsize};
use std::sync::{Mutex, PoisonError};

use super::memory::Memory;
use super::windows::Lately;
use crate::faults;

/// Pools whose memories are known at once, in one process: an engine has one a shard. One more only throws pages away.
const POOLS_MAX: usize = 64;

/// What seals may add to the process's mappings, on average over the memories of a pool. Java's `TableBudget` leaves room for them.
const MAPPINGS_PER_MEMORY: usize = 4;

/// Pages that functions with many windows may keep, on average over the memories of a pool.
pub(super) const PAGES_PER_MEMORY: usize = 32;

/// Written under `REGISTERING`, read by anybody, in signal handlers too.
static POOLS: [Pool; POOLS_MAX] = [const { Pool::NONE }; POOLS_MAX];
/// Pools behind so many were never used.
static POOLS_USED: AtomicUsize = AtomicUsize::new(0);
static REGISTERING: Mutex<()> = Mutex::new(());

/// How a pool lays its memories out: before the first and behind each is a guard.
#[derive(Clone, Copy)]
pub struct PoolLayout {
    pub memory_count: usize,
    pub memory_bytes_max: usize,
    pub guard_bytes: usize,
}

impl PoolLayout {
    pub fn bytes(self) -> usize {
        self.guard_bytes + self.memory_count * self.stride()
    }

    fn stride(self) -> usize {
        self.memory_bytes_max + self.guard_bytes
    }
}

/// The memories of a shard.
pub struct Pool {
    /// 0 while it is nobody's.
    start: AtomicUsize,
    end: AtomicUsize,
    /// Before the first memory, and behind each.
    guard_bytes: AtomicUsize,
    memory_bytes_max: AtomicUsize,
    memory_count: AtomicUsize,
    memories: AtomicPtr<Memory>,
    /// Mappings that seals may still add: a process has only so many.
    mappings_left: AtomicUsize,
    /// Pages that windows may still keep, of those that have many.
    pages_left: AtomicUsize,
    lately: Lately,
}

impl Pool {
    #[expect(clippy::declare_interior_mutable_const, reason = "only to fill POOLS")]
    const NONE: Pool = Pool {
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        guard_bytes: AtomicUsize::new(0),
        memory_bytes_max: AtomicUsize::new(0),
        memory_count: AtomicUsize::new(0),
        memories: AtomicPtr::new(std::ptr::null_mut()),
        mappings_left: AtomicUsize::new(0),
        pages_left: AtomicUsize::new(0),
        lately: Lately::new(),
    };

    /// Remembers a pool until its mapping is [forgotten](Pool::forget). None where there are too many.
    pub fn register(mapping: Range<usize>, layout: PoolLayout) -> Option<&'static Pool> {
        let _registering = REGISTERING.lock().unwrap_or_else(PoisonError::into_inner);
        let index = POOLS.iter().position(|pool| pool.start.load(Relaxed) == 0)?;
        let pool = &POOLS[index];
        let starts =
            (0..layout.memory_count).map(|memory| mapping.start + layout.guard_bytes + memory * layout.stride());
        let memories: Box<[Memory]> = starts.map(|start| Memory::new(pool, start)).collect();
        pool.memories.store(Box::into_raw(memories).cast(), Relaxed);
        pool.memory_count.store(layout.memory_count, Relaxed);
        pool.memory_bytes_max.store(layout.memory_bytes_max, Relaxed);
        pool.guard_bytes.store(layout.guard_bytes, Relaxed);
        pool.mappings_left
            .store(layout.memory_count * MAPPINGS_PER_MEMORY, Relaxed);
        pool.pages_left.store(layout.memory_count * PAGES_PER_MEMORY, Relaxed);
        pool.end.store(mapping.end, Relaxed);
        pool.start.store(mapping.start, Release);
        POOLS_USED.fetch_max(index + 1, Release);
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
            pool.lately.clear();
            let count = pool.memory_count.load(Relaxed);
            let memories = std::ptr::slice_from_raw_parts_mut(pool.memories.load(Relaxed), count);
            // SAFETY: made by `register`; who looks for a memory has an address of this pool's, which nobody has any longer.
            drop(unsafe { Box::from_raw(memories) });
        }
    }

    /// The pool that an address belongs to.
    fn around(address: usize) -> Option<&'static Pool> {
        POOLS[..POOLS_USED.load(Acquire)].iter().find(|pool| {
            let start = pool.start.load(Acquire);
            start != 0 && start <= address && address < pool.end.load(Relaxed)
        })
    }

    /// What its functions were found to write.
    pub fn lately(&self) -> &Lately {
        &self.lately
    }

    /// The memory that starts at an address and has room for so many bytes.
    pub fn memory(&self, start: usize, bytes: usize) -> Option<&Memory> {
        let memory = self.memories().get(self.index(start)?)?;
        (memory.start() == start && bytes <= self.memory_bytes_max.load(Relaxed)).then_some(memory)
    }

    /// The memories that a range of addresses reaches into.
    fn over(&self, range: &Range<usize>) -> &[Memory] {
        let memories = self.memories();
        let count = |index: Option<usize>| index.map_or(0, |index| index + 1).min(memories.len());
        let last = range.end.min(self.end.load(Relaxed)) - 1;
        &memories[self.index(range.start).unwrap_or(0).min(memories.len())..count(self.index(last))]
    }

    /// Of the memory that an address is in or behind; None before the first. It may be larger than that of any memory.
    fn index(&self, address: usize) -> Option<usize> {
        let guard_bytes = self.guard_bytes.load(Relaxed);
        let first = self.start.load(Relaxed) + guard_bytes;
        Some(address.checked_sub(first)? / (self.memory_bytes_max.load(Relaxed) + guard_bytes))
    }

    fn memories(&self) -> &[Memory] {
        let (memories, count) = (self.memories.load(Relaxed), self.memory_count.load(Relaxed));
        if self.start.load(Relaxed) == 0 {
            return &[];
        }
        // SAFETY: `register` made so many; `forget` says why they are still there.
        unsafe { std::slice::from_raw_parts(memories, count) }
    }

    /// Whether so many mappings were left; they are then taken.
    pub fn take_mappings(&self, count: usize) -> bool {
        take(&self.mappings_left, count)
    }

    pub fn give_mappings_back(&self, count: usize) {
        self.mappings_left.fetch_add(count, Relaxed);
    }

    /// Whether so many pages were left; they are then taken.
    pub fn take_pages(&self, count: usize) -> bool {
        take(&self.pages_left, count)
    }

    pub fn give_pages_back(&self, count: usize) {
        self.pages_left.fetch_add(count, Relaxed);
    }
}

fn take(left: &AtomicUsize, count: usize) -> bool {
    left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(count))
        .is_ok()
}

/// The memories that a range of addresses reaches into; none where that isn't in a pool.
pub fn memories_over(address: usize, bytes: usize) -> &'static [Memory] {
    match Pool::around(address) {
        Some(pool) if bytes > 0 => pool.over(&(address..address.saturating_add(bytes))),
        _ => &[],
    }
}
