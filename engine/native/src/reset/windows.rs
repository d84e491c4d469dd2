//! Which pages of its memory a function writes in most calls.

use std::ffi::c_int;
use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::memory::Memory;
use super::seal::Seal;
use super::{Memories, Pages, geometry};
use crate::pagemap::{self, page_bytes};

/// So many calls show which pages a function touches. Java's `FreshMemoryCanary` runs more, to see memories reset in both ways.
pub(super) const SAMPLE_COUNT: u32 = 8;
/// What more than half of them touch is worth keeping.
const TOUCHED_MIN: u32 = SAMPLE_COUNT / 2 + 1;
/// Pages of a function's windows together: a slot that no call uses keeps them.
pub(super) const WINDOW_PAGES_MAX: usize = 32;
/// So many untouched pages between two windows are overwritten too: that is faster than asking the kernel once more.
const GAP_PAGES_MAX: usize = 2;
/// Pages from a memory's start among which windows are looked for.
const SAMPLED_PAGES_MAX: usize = 16_384;
/// A memory with more windows isn't sealed: each is two mappings more for the kernel, and time for those that break the seal.
pub(super) const SEALED_WINDOWS_MAX: usize = 8;
/// A seal that holds for fewer calls cost more than it saved.
pub(super) const SEALED_CALLS_MIN: u32 = 16;
/// With so many more such seals than better ones, a function's memories are sealed no more.
pub(super) const LOSSES_MAX: u32 = 8;

/// Numbers each function's windows, so that no two are taken for each other.
static NUMBERS: AtomicU64 = AtomicU64::new(1);

/// What to overwrite in the memory of one component's instances. Any number of threads may reset memories by it at once.
pub struct Windows {
    number: u64,
    memories: Memories,
    samples: Mutex<Samples>,
    found: OnceLock<Found>,
    losses: AtomicU32,
}

struct Found {
    windows: Vec<Window>,
    geometry: u64,
}

/// Pages of a memory, and what they hold before a call.
struct Window {
    offset: usize,
    bytes: usize,
    /// Where in it something else than zeros begins, and that, up to its last byte: zeros would only take room in the caches.
    contents_at: usize,
    contents: Box<[u8]>,
}

impl Window {
    /// `pages` are what the memory holds from `offset` on.
    fn new(offset: usize, pages: &[u8]) -> Window {
        let is_set = |byte: &u8| *byte != 0;
        let first = pages.iter().position(is_set).unwrap_or(0);
        let end = pages.iter().rposition(is_set).map_or(first, |last| last + 1);
        Window {
            offset,
            bytes: pages.len(),
            contents_at: first,
            contents: pages[first..end].into(),
        }
    }

    fn end(&self) -> usize {
        self.offset + self.bytes
    }

    /// Overwrites the window of a memory with what it held at first.
    ///
    /// # Safety
    /// The memory is that long, and nobody uses it.
    unsafe fn restore(&self, memory: *mut u8) {
        let behind = self.contents_at + self.contents.len();
        // SAFETY: the caller's promise.
        unsafe {
            let window = memory.add(self.offset);
            window.write_bytes(0, self.contents_at);
            self.write_contents(memory);
            window.add(behind).write_bytes(0, self.bytes - behind);
        }
    }

    /// Writes what isn't zeros.
    ///
    /// # Safety
    /// As for `restore`.
    unsafe fn write_contents(&self, memory: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            memory
                .add(self.offset + self.contents_at)
                .copy_from_nonoverlapping(self.contents.as_ptr(), self.contents.len());
        }
    }
}

/// How many of the calls so far touched each page.
#[derive(Default)]
struct Samples {
    count: u32,
    touched: Vec<u32>,
}

impl Windows {
    /// `memory_count` is that of one instance of the component. With several it would be unknown which of them is being reset, so they have no windows.
    pub fn new(memories: Memories, memory_count: u32) -> Windows {
        Windows {
            number: NUMBERS.fetch_add(1, Relaxed),
            memories: if memory_count == 1 { memories } else { Memories::NOWHERE },
            samples: Mutex::default(),
            found: OnceLock::new(),
            losses: AtomicU32::new(0),
        }
    }

    /// The memory that starts at an address, if it is reset by these windows.
    pub fn memory(&self, start: usize, bytes: usize) -> Option<&'static Memory> {
        self.memories.memory(start, bytes)
    }

    /// Whether the function's memories are sealed after its calls. While it isn't known yet what it writes, they aren't, and the kernel has to tell its
    /// image's pages from those that were written.
    pub fn are_sealed(&self) -> bool {
        self.found.get().is_some_and(|found| self.can_seal(&found.windows))
    }

    fn can_seal(&self, windows: &[Window]) -> bool {
        windows.len() <= SEALED_WINDOWS_MAX && self.losses.load(Relaxed) < LOSSES_MAX
    }

    /// Writes an image into a memory of zeros, if all of it lies in windows: these know what it is. Whether it was written.
    ///
    /// # Safety
    /// The memory is one of the component's, nobody uses it, and the image is its own and lies in what is accessible.
    pub unsafe fn write_image(&self, memory: *mut u8, image: &Range<usize>) -> bool {
        let windows = self.found.get().map_or(&[][..], |found| &found.windows);
        let Some(window) = windows
            .iter()
            .find(|window| window.offset <= image.start && image.end <= window.end())
        else {
            return false;
        };
        // SAFETY: within the window, and so is what it holds; outside of the image that is zeros.
        unsafe { window.write_contents(memory) };
        true
    }

    /// Resets a memory of which `bytes` are accessible. Returns 0, or what a system call returned that failed.
    ///
    /// # Safety
    /// The memory is one of the component's, nobody uses it, and `seal` and `pages` are its.
    pub unsafe fn reset(&self, memory: *mut u8, bytes: usize, seal: &Seal, pages: &impl Pages) -> c_int {
        let found = self.found.get();
        let all = found.map_or(&[][..], |found| &found.windows);
        let windows = &all[..all.partition_point(|window| window.end() <= bytes)];
        let intact = found.is_some_and(|found| seal.is_intact(found.geometry, bytes));
        if !intact {
            let failed = seal.open(pages);
            if failed != 0 {
                return failed;
            }
            if found.is_none() {
                // SAFETY: the caller's promise.
                return unsafe { self.sample(memory, bytes, pages) };
            }
            self.judge(seal);
            for gap in gaps(windows, bytes) {
                let failed = pages.discard(gap);
                if failed != 0 {
                    return failed;
                }
            }
        }
        for window in windows {
            // SAFETY: within the memory, which nobody uses.
            unsafe { window.restore(memory) };
        }
        if intact {
            seal.count_call();
            return 0;
        }
        match found {
            Some(found) if self.can_seal(windows) => {
                let gaps: Vec<_> = gaps(windows, bytes).collect();
                seal.close(self.number, found.geometry, bytes, &gaps, pages)
            }
            _ => 0,
        }
    }

    /// A seal that was closed after a call of this function was broken: whether it was worth it.
    fn judge(&self, seal: &Seal) {
        if let Some(calls) = seal.take_calls(self.number) {
            let lost = calls < SEALED_CALLS_MIN;
            let counted = |losses: u32| {
                if lost {
                    losses.checked_add(1)
                } else {
                    losses.checked_sub(1)
                }
            };
            // None where there is nothing to take away.
            let _ = self.losses.fetch_update(Relaxed, Relaxed, counted);
        }
    }

    /// Throws all pages away, having looked which were touched; the last sample finds the windows.
    ///
    /// # Safety
    /// As for `reset`.
    unsafe fn sample(&self, memory: *mut u8, bytes: usize, pages: &impl Pages) -> c_int {
        let page_bytes = page_bytes();
        // A sampler that panicked left counts that are as good as any.
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let touched = touched_pages(memory.addr(), (bytes / page_bytes).min(SAMPLED_PAGES_MAX));
        samples.add(touched.as_deref());
        let failed = pages.discard(0..bytes);
        if failed == 0 && samples.count == SAMPLE_COUNT {
            let windows = samples
                .windows()
                .into_iter()
                .filter(|pages| pages.end * page_bytes <= bytes);
            let windows: Vec<Window> = windows
                .map(|pages| {
                    let (offset, length) = (pages.start * page_bytes, pages.len() * page_bytes);
                    // SAFETY: within the accessible part of the memory, which was just put back to what it is before a call.
                    let pages = unsafe { std::slice::from_raw_parts(memory.add(offset), length) };
                    Window::new(offset, pages)
                })
                .collect();
            let geometry = geometry::number(windows.iter().map(|window| window.offset..window.end()).collect());
            // Only the thread whose sample is the last comes here.
            let _ = self.found.set(Found { windows, geometry });
        }
        failed
    }
}

impl Samples {
    /// `touched` is None where the kernel doesn't say: then there will be no windows.
    fn add(&mut self, touched: Option<&[bool]>) {
        self.count += 1;
        let touched = touched.unwrap_or_default();
        self.touched.resize(self.touched.len().max(touched.len()), 0);
        for (count, &touched) in self.touched.iter_mut().zip(touched) {
            *count += u32::from(touched);
        }
    }

    /// Ranges of pages, in ascending order.
    fn windows(&self) -> Vec<Range<usize>> {
        let mut pages: Vec<usize> = (0..self.touched.len())
            .filter(|&page| self.touched[page] >= TOUCHED_MIN)
            .collect();
        pages.sort_by_key(|&page| std::cmp::Reverse(self.touched[page]));
        pages.truncate(WINDOW_PAGES_MAX);
        pages.sort_unstable();
        let mut windows: Vec<Range<usize>> = Vec::new();
        for page in pages {
            match windows.last_mut() {
                Some(last) if page - last.end <= GAP_PAGES_MAX => last.end = page + 1,
                _ => windows.push(page..page + 1),
            }
        }
        windows
    }
}

/// What is between the windows of a memory of so many bytes.
fn gaps(windows: &[Window], bytes: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(windows.iter().map(Window::end));
    let ends = windows.iter().map(|window| window.offset).chain(std::iter::once(bytes));
    starts
        .zip(ends)
        .map(|(start, end)| start..end)
        .filter(|gap| !gap.is_empty())
}

/// Which pages the process has of its own, of so many from an address on: those that were written. None where the kernel doesn't say.
fn touched_pages(address: usize, count: usize) -> Option<Vec<bool>> {
    let pages = pagemap::entries(address, count)?;
    Some(
        pages
            .into_iter()
            .map(|page| page.is_present() && !page.is_shared())
            .collect(),
    )
}
