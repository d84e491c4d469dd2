//! What a component's calls read of what was made when it was linked, fetched into the processor's caches before it is needed.
//!
//! A call follows pointers through a hundred small objects of wasmtime's: types, tables of functions, plans for instances. Called again at once, it finds
//! them in a cache. With hundreds of functions called in turn it doesn't, and waits for memory some fifty times, each time before it knows where to look
//! next. Told beforehand, the processor fetches all of them at once.
//!
//! Nobody outside of wasmtime knows which objects a call reads, so that is measured, a part in each of a component's first calls: what was allocated
//! while it was linked ([`allocations`]) is taken out of the caches before the call, and what is back in one after it was read ([`lines`]). What comes out
//! decides about time and nothing else: fetching what is not needed, or isn't there any more, does nothing.
//!
//! RATIONALE.md has the figures.

mod allocations;
mod lines;
mod search;

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use std::sync::{Mutex, OnceLock, PoisonError};

pub use allocations::{Blocks, record};
pub use lines::skip_unmapped;

use crate::faults;
use lines::lines_of;
use search::Search;

/// The first calls are like no others: their memories are mapped, and [`reset`](crate::reset) watches them.
const UNWATCHED_CALLS: u32 = 16;

/// The cache lines that calls of one component need.
pub struct Footprint {
    found: OnceLock<Box<[usize]>>,
    /// Calls so far, while nothing is found.
    calls: AtomicU32,
    /// A call is being watched.
    watching: AtomicBool,
    search: Mutex<Search>,
}

/// A call that may be watched: from [`Footprint::enter`] until it is dropped, after all that the call took was given back.
pub struct Watch<'a>(Option<&'a Footprint>);

impl Footprint {
    /// `blocks` are what was allocated for a component; `image` is where its artifact is mapped, as long as the footprint lives.
    pub fn new(blocks: &Blocks, image: Range<usize>) -> Footprint {
        // What is looked at may have been given back meanwhile, and be mapped no more.
        faults::handle();
        Footprint {
            found: OnceLock::new(),
            calls: AtomicU32::new(0),
            watching: AtomicBool::new(false),
            search: Mutex::new(Search::new(blocks, image)),
        }
    }

    /// Begins a call: fetches what it will need, unless the last call on this core was the same component's.
    pub fn enter(&self, last: &AtomicUsize) -> Watch<'_> {
        let Some(found) = self.found.get() else {
            return self.watch();
        };
        let this = std::ptr::from_ref(self).addr();
        if last.load(Relaxed) != this {
            last.store(this, Relaxed);
            for &line in found {
                lines::fetch(line);
            }
        }
        Watch(None)
    }

    #[cold]
    fn watch(&self) -> Watch<'_> {
        if self.calls.fetch_add(1, Relaxed) < UNWATCHED_CALLS || self.watching.swap(true, Relaxed) {
            return Watch(None);
        }
        let mut search = self.search.lock().unwrap_or_else(PoisonError::into_inner);
        search.watched().iter().copied().for_each(lines::flush);
        Watch(Some(self))
    }

    #[cold]
    fn look(&self) {
        let mut search = self.search.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = lines::cached(search.watched());
        if let Some(found) = search.note(cached) {
            // Only one call at a time is watched.
            let _ = self.found.set(found);
        }
        self.watching.store(false, Relaxed);
    }
}

/// Fetches all of an object at once that is about to be used for the most part.
#[inline]
pub fn fetch<T>(object: &T) {
    let start = std::ptr::from_ref(object).addr();
    for line in lines_of(start..start + size_of::<T>()) {
        lines::fetch(line);
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(footprint) = self.0 {
            footprint.look();
        }
    }
}

#[cfg(all(test, target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use super::*;

    /// What a component's calls read of 64 blocks: some of them.
    fn found(blocks: &[Vec<u8>], read: impl Fn(usize) -> bool) -> Vec<bool> {
        let list: Blocks = blocks.iter().map(|block| (block.as_ptr().addr(), 1)).collect();
        let footprint = Footprint::new(&list, 0..0);
        let last = AtomicUsize::new(0);
        while footprint.found.get().is_none() {
            let watch = footprint.enter(&last);
            for block in (0..blocks.len()).filter(|&block| read(block)) {
                std::hint::black_box(blocks[block][0]);
            }
            drop(watch);
        }
        let lines = footprint.found.get().unwrap();
        let is_found = |block: &Vec<u8>| lines.contains(&(block.as_ptr().addr() & !63));
        blocks.iter().map(is_found).collect()
    }

    #[test]
    fn what_calls_read_is_found() {
        // Further apart than processors fetch ahead.
        let blocks: Vec<Vec<u8>> = (0..64).map(|_| vec![1; 5000]).collect();
        // And at no regular distances, which processors learn.
        let read = |block: usize| matches!((block * 2_654_435_761 / 128) % 8, 0 | 5);
        let right = || {
            let found = found(&blocks, read);
            (0..blocks.len()).filter(|&block| found[block] == read(block)).count()
        };
        // Where the clock can't tell nothing is found, and what was not read is right.
        let enough = if lines::cached(&[]).is_some() { 58 } else { 51 };
        // Whoever shares the machine gets in between now and then.
        let tries = 0..200;
        assert!(tries.into_iter().any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(1));
            right() >= enough
        }));
    }

    #[test]
    fn what_the_last_call_on_a_core_needed_is_not_fetched_again() {
        let footprint = Footprint::new(&Blocks::default(), 0..0);
        let last = AtomicUsize::new(0);
        while footprint.found.get().is_none() {
            drop(footprint.enter(&last));
        }
        assert_eq!(last.load(Relaxed), 0);
        drop(footprint.enter(&last));
        assert_eq!(last.load(Relaxed), std::ptr::from_ref(&footprint).addr());
    }
}
