//! Which pages of its memory a function writes in most calls. In its first calls it is taken to be as others were: most are called seldom, one after the
//! other, and watching each costs more than a call.

use std::ffi::c_int;
use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::memory::Memory;
use super::seal::Seal;
use super::{Memories, Pages, geometry};
use crate::pagemap::{self, page_bytes};

/// So many calls show which pages a function touches. Java's `FreshMemoryCanary` runs more, to see memories reset in both ways.
pub(super) const SAMPLE_COUNT: u32 = 8;
/// What more than half of them touch is worth keeping.
const TOUCHED_MIN: u32 = SAMPLE_COUNT / 2 + 1;
/// Pages of a function's windows together: a memory that no call uses keeps them.
pub(super) const WINDOW_PAGES_MAX: usize = 256;
/// So many any function may have, and any memory keep. What are more are taken from the pool's, once for what they hold at first and once for each memory.
pub(super) const WINDOW_PAGES_FREE: usize = 32;
/// So many untouched pages between two windows are overwritten too: that is faster than asking the kernel once more.
const GAP_PAGES_MAX: usize = 2;
/// Pages from a memory's start among which windows are looked for.
const SAMPLED_PAGES_MAX: usize = 16_384;
/// A memory with more windows isn't sealed: each is two mappings more for the kernel, and time for those that break the seal.
pub(super) const SEALED_WINDOWS_MAX: usize = 128;
/// A seal that holds for fewer calls cost more than it saved.
pub(super) const SEALED_CALLS_MIN: u32 = 16;
/// With so many more such seals than better ones, a function's memories are sealed no more.
pub(super) const LOSSES_MAX: u32 = 8;

/// So many first calls are reset by others' windows, if that goes well.
pub(super) const GUESSED_CALLS_MAX: u32 = 8;
/// After so many that found no whole seal around them, or broke it, a function is watched. One is normal: the memory may not have been sealed yet.
pub(super) const MISSES_MAX: u32 = 2;
/// Numbers each function's windows, so that no two are taken for each other.
static NUMBERS: AtomicU64 = AtomicU64::new(1);

/// What to overwrite in the memory of one component's instances. Any number of threads may reset memories by it at once.
pub struct Windows {
    number: u64,
    memories: Memories,
    guess: Guess,
    samples: Mutex<Samples>,
    found: OnceLock<Found>,
    /// Of the pool's.
    pages_taken: AtomicUsize,
    losses: AtomicU32,
}

pub(super) struct Found {
    windows: Vec<Window>,
    geometry: u64,
}

/// Another function's windows, around this one's image, for its first calls.
#[derive(Default)]
struct Guess {
    /// None inside where nobody's are around it.
    others: OnceLock<Option<Arc<Found>>>,
    calls: AtomicU32,
    misses: AtomicU32,
}

/// What functions of a pool were found to write lately: the windows without what they hold, the last ones first.
pub struct Lately(Mutex<Vec<Arc<Found>>>);

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

impl Found {
    /// The same windows of a memory of zeros.
    fn blank(&self) -> Found {
        let blank = |window: &Window| Window {
            contents_at: 0,
            contents: Box::default(),
            ..*window
        };
        Found {
            windows: self.windows.iter().map(blank).collect(),
            geometry: self.geometry,
        }
    }

    /// The window that some pages lie in.
    fn around(&self, pages: &Range<usize>) -> Option<&Window> {
        let mut windows = self.windows.iter();
        windows.find(|window| window.offset <= pages.start && pages.end <= window.end())
    }
}

impl Guess {
    /// The windows, unless it is over, or was never made.
    fn windows(&self) -> Option<&Found> {
        self.others.get()?.as_deref().filter(|_| !self.is_over())
    }

    fn is_over(&self) -> bool {
        self.calls.load(Relaxed) >= GUESSED_CALLS_MAX || self.misses.load(Relaxed) >= MISSES_MAX
    }

    fn count(&self, was_right: bool) {
        self.calls.fetch_add(1, Relaxed);
        self.misses.fetch_add(u32::from(!was_right), Relaxed);
    }
}

impl Lately {
    /// So many are tried around an image. A host's functions come from few toolchains.
    const COUNT_MAX: usize = 8;

    pub const fn new() -> Lately {
        Lately(Mutex::new(Vec::new()))
    }

    fn add(&self, found: &Found) {
        if page_count(&found.windows) > WINDOW_PAGES_FREE {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.geometry != found.geometry);
        all.truncate(Lately::COUNT_MAX - 1);
        all.insert(0, Arc::new(found.blank()));
    }

    fn around(&self, image: &Range<usize>) -> Option<Arc<Found>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|found| found.around(image).is_some()).cloned()
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
            guess: Guess::default(),
            samples: Mutex::default(),
            found: OnceLock::new(),
            pages_taken: AtomicUsize::new(0),
            losses: AtomicU32::new(0),
        }
    }

    /// The memory that starts at an address, if it is reset by these windows.
    pub fn memory(&self, start: usize, bytes: usize) -> Option<&'static Memory> {
        self.memories.memory(start, bytes)
    }

    /// Whether images are copied into the function's memories instead of being mapped: if these are sealed after its calls, or may be. While it is
    /// watched, they are mapped, as the kernel has to tell an image's pages from those that were written.
    pub fn copy_images(&self) -> bool {
        match self.found.get() {
            Some(found) => self.can_seal(&found.windows),
            None => !self.guess.is_over(),
        }
    }

    /// Whether its own windows are known.
    #[cfg(test)]
    pub(super) fn are_found(&self) -> bool {
        self.found.get().is_some()
    }

    fn can_seal(&self, windows: &[Window]) -> bool {
        windows.len() <= SEALED_WINDOWS_MAX && self.losses.load(Relaxed) < LOSSES_MAX
    }

    /// Writes an image into a memory of zeros, if all of it lies in windows of the function's own: these know what it is. Whether it was written.
    ///
    /// # Safety
    /// The memory is one of the component's, nobody uses it, and the image is its own and lies in what is accessible.
    pub unsafe fn write_image(&self, memory: *mut u8, image: &Range<usize>) -> bool {
        let Some(window) = self.found.get().and_then(|found| found.around(image)) else {
            return false;
        };
        // SAFETY: within the window, and so is what it holds; outside of the image that is zeros.
        unsafe { window.write_contents(memory) };
        true
    }

    /// Whether it is a guess that an image lies in windows, which don't know what it is.
    pub fn guess_around(&self, image: &Range<usize>) -> bool {
        let others = || self.memories.pool().and_then(|pool| pool.lately().around(image));
        self.found.get().is_none() && self.guess.others.get_or_init(others).is_some() && !self.guess.is_over()
    }

    /// Resets a memory of which `bytes` are accessible. Returns 0, or what a system call returned that failed.
    ///
    /// # Safety
    /// The memory is one of the component's, nobody uses it, and `seal` and `pages` are its.
    pub unsafe fn reset(&self, memory: *mut u8, bytes: usize, seal: &Seal, pages: &impl Pages) -> c_int {
        let found = self.found.get();
        // Windows that don't know the image are of use only where it was copied, and can be read again.
        let guess = self
            .guess
            .windows()
            .filter(|_| found.is_none() && pages.have_copied_image());
        let by = found.or(guess);
        let intact = by.is_some_and(|by| seal.is_intact(by.geometry, bytes));
        if guess.is_some() {
            self.guess.count(intact);
        }
        if !intact {
            let failed = seal.open(pages);
            if failed != 0 {
                return failed;
            }
        }
        let Some(by) = by else {
            // SAFETY: the caller's promise.
            return unsafe { self.sample(memory, bytes, pages) };
        };
        let windows = &by.windows[..by.windows.partition_point(|window| window.end() <= bytes)];
        if !intact {
            self.judge(seal);
            if !pages.keep(page_count(windows)) {
                return pages.discard(0..bytes);
            }
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
            let failed = guess.map_or(0, |_| pages.restore_copied_image(window.offset..window.end()));
            if failed != 0 {
                return failed;
            }
        }
        if intact {
            seal.count_call();
            return 0;
        }
        if !self.can_seal(windows) {
            return 0;
        }
        // Whoever breaks a guess's seal is not judged.
        let function = guess.map_or(self.number, |_| 0);
        let gaps: Vec<_> = gaps(windows, bytes).collect();
        seal.close(function, by.geometry, bytes, &gaps, pages)
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
        if pages.have_copied_image() {
            // Left of a guess: all of its pages were written, by the copy. The next call can be looked at.
            let failed = pages.map_image();
            return if failed == 0 { pages.discard(0..bytes) } else { failed };
        }
        // A sampler that panicked left counts that are as good as any.
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let touched = touched_pages(memory.addr(), (bytes / page_bytes).min(SAMPLED_PAGES_MAX));
        samples.add(touched.as_deref());
        let failed = pages.discard(0..bytes);
        pages.keep(0);
        if failed == 0 && samples.count == SAMPLE_COUNT {
            let windows: Vec<Window> = self
                .take_windows(&samples, bytes / page_bytes)
                .into_iter()
                .map(|pages| {
                    let (offset, length) = (pages.start * page_bytes, pages.len() * page_bytes);
                    // SAFETY: within the accessible part of the memory, which was just put back to what it is before a call.
                    let pages = unsafe { std::slice::from_raw_parts(memory.add(offset), length) };
                    Window::new(offset, pages)
                })
                .collect();
            let geometry = geometry::number(windows.iter().map(|window| window.offset..window.end()).collect());
            let found = Found { windows, geometry };
            if let Some(pool) = self.memories.pool() {
                pool.lately().add(&found);
            }
            // Only the thread whose sample is the last comes here.
            let _ = self.found.set(found);
        }
        failed
    }
}

impl Windows {
    /// Ranges of pages that are accessible, as many as there is room for.
    fn take_windows(&self, samples: &Samples, pages_accessible: usize) -> Vec<Range<usize>> {
        let windows = |pages_max| {
            let mut windows = samples.windows(pages_max);
            windows.retain(|pages| pages.end <= pages_accessible);
            windows
        };
        let many = windows(WINDOW_PAGES_MAX);
        let pages = many.iter().map(ExactSizeIterator::len).sum::<usize>();
        let more = pages.saturating_sub(WINDOW_PAGES_FREE);
        if more > 0 && !self.memories.pool().is_some_and(|pool| pool.take_pages(more)) {
            return windows(WINDOW_PAGES_FREE);
        }
        self.pages_taken.store(more, Relaxed);
        many
    }
}

impl Drop for Windows {
    fn drop(&mut self) {
        if let Some(pool) = self.memories.pool() {
            pool.give_pages_back(*self.pages_taken.get_mut());
        }
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

    /// Ranges of so many pages at most, and the gaps between them that aren't worth one, in ascending order.
    fn windows(&self, pages_max: usize) -> Vec<Range<usize>> {
        let mut pages: Vec<usize> = (0..self.touched.len())
            .filter(|&page| self.touched[page] >= TOUCHED_MIN)
            .collect();
        pages.sort_by_key(|&page| std::cmp::Reverse(self.touched[page]));
        pages.truncate(pages_max);
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

fn page_count(windows: &[Window]) -> usize {
    windows.iter().map(|window| window.bytes).sum::<usize>() / page_bytes()
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
