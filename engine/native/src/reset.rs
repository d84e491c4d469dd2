//! Resets linear memories between calls: nothing that one call wrote may be there for the next.
//!
//! wasmtime has the kernel throw a memory's pages away (`MADV_DONTNEED`). That is safe, and dear: the next call pays a page fault for each page that
//! it touches, and the kernel interrupts every other core that runs the process, so that two threads are slower than one. But a function touches
//! the same few pages in most calls: the top of its stack and its data. Its first calls show which. From then on these pages are its *windows*: they
//! are overwritten with what they held at first, and only the rest is thrown away. Which pages are windows decides how long a reset takes and
//! nothing else, as every byte of the memory is either overwritten or thrown away.
//!
//! wasmtime has no room for such a thing, so the linker sends its calls of `madvise` here (`--wrap` in `build.rs`), and those of `mmap64`, by which
//! we learn where its memories are. Elsewhere than on Linux nothing is sent here, and all pages are thrown away.
//!
//! RATIONALE.md has the figures.

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut, Range};
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use wasmtime::Store;

/// So many calls show which pages a function touches. Java's `FreshMemoryCanary` runs more, to see memories reset in both ways.
const SAMPLE_COUNT: u32 = 8;
/// What more than half of them touch is worth keeping.
const TOUCHED_MIN: u32 = SAMPLE_COUNT / 2 + 1;
/// Pages of a function's windows together: a slot that no call uses keeps them.
const WINDOW_PAGES_MAX: usize = 32;
/// So many untouched pages between two windows are overwritten too: that is faster than asking the kernel once more.
const GAP_PAGES_MAX: usize = 2;
/// Pages from a memory's start among which windows are looked for.
const SAMPLED_PAGES_MAX: usize = 16_384;

thread_local! {
    /// The windows of the store that this thread is dropping, and where its memory can be.
    static DROPPING: Cell<Option<(*const Windows, Memories)>> = const { Cell::new(None) };
    /// The largest mapping that this thread made since somebody began to watch.
    static LARGEST_MAPPING: Cell<Memories> = const { Cell::new(Memories::NOWHERE) };
}

/// The addresses of an engine's linear memories: wasmtime's pool has them all in one mapping, where nothing else is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Memories {
    start: usize,
    end: usize,
}

impl Memories {
    /// No memory is known, so each is thrown away as a whole.
    pub const NOWHERE: Memories = Memories { start: 0, end: 0 };

    /// Runs `make`, which makes a pool for memories of `bytes` together, and says where they are.
    pub fn of_pool<T>(bytes: u64, make: impl FnOnce() -> T) -> (T, Memories) {
        LARGEST_MAPPING.set(Memories::NOWHERE);
        let made = make();
        let largest = LARGEST_MAPPING.get();
        // Whatever else is mapped for a pool is smaller: tables, stacks, records.
        let known = (largest.end - largest.start) as u64 >= bytes;
        (made, if known { largest } else { Memories::NOWHERE })
    }

    fn contain(self, address: usize, bytes: usize) -> bool {
        self.start <= address && bytes <= self.end.saturating_sub(address)
    }
}

/// What to overwrite in the memory of one component's instances. Any number of threads may reset memories by it at once.
pub struct Windows {
    memories: Memories,
    samples: Mutex<Samples>,
    found: OnceLock<Vec<Window>>,
}

/// Pages of a memory, and what they hold before a call.
struct Window {
    offset: usize,
    contents: Box<[u8]>,
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
            memories: if memory_count == 1 { memories } else { Memories::NOWHERE },
            samples: Mutex::default(),
            found: OnceLock::new(),
        }
    }

    /// Resets a memory of which `bytes` are accessible.
    ///
    /// # Safety
    /// The memory is one of the component's, nobody uses it, and `discard` is `madvise(MADV_DONTNEED)`.
    unsafe fn reset(&self, memory: *mut u8, bytes: usize, discard: impl Fn(Range<usize>) -> c_int) -> c_int {
        let Some(windows) = self.found.get() else {
            // SAFETY: the caller's promise.
            return unsafe { self.sample(memory, bytes, discard) };
        };
        let mut start = 0;
        for window in windows {
            let end = window.offset + window.contents.len();
            if end > bytes {
                break;
            }
            let failed = discard(start..window.offset);
            if failed != 0 {
                return failed;
            }
            // SAFETY: within the memory, which nobody uses.
            unsafe {
                std::ptr::copy_nonoverlapping(
                    window.contents.as_ptr(),
                    memory.add(window.offset),
                    window.contents.len(),
                )
            };
            start = end;
        }
        discard(start..bytes)
    }

    /// Throws all pages away, having looked which were touched; the last sample finds the windows.
    ///
    /// # Safety
    /// As for `reset`.
    unsafe fn sample(&self, memory: *mut u8, bytes: usize, discard: impl Fn(Range<usize>) -> c_int) -> c_int {
        let page_bytes = page_bytes();
        // A sampler that panicked left counts that are as good as any.
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let touched = touched_pages(memory.addr(), (bytes / page_bytes).min(SAMPLED_PAGES_MAX));
        samples.add(touched.as_deref());
        let failed = discard(0..bytes);
        if failed == 0 && samples.count == SAMPLE_COUNT {
            let windows = samples
                .windows()
                .into_iter()
                .filter(|pages| pages.end * page_bytes <= bytes);
            let windows = windows.map(|pages| {
                let (offset, length) = (pages.start * page_bytes, pages.len() * page_bytes);
                // SAFETY: within the accessible part of the memory, which was just put back to what it is before a call.
                let contents = unsafe { std::slice::from_raw_parts(memory.add(offset), length) };
                Window {
                    offset,
                    contents: contents.into(),
                }
            });
            // Only the thread whose sample is the last comes here.
            let _ = self.found.set(windows.collect());
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

/// Which pages the process has of its own, of so many from an address on: those that were written. None where the kernel doesn't say.
fn touched_pages(address: usize, count: usize) -> Option<Vec<bool>> {
    const PRESENT: u64 = 1 << 63;
    const FILE_OR_SHARED: u64 = 1 << 61;
    const ENTRY_BYTES: usize = size_of::<u64>();
    let mut entries = vec![0; count * ENTRY_BYTES];
    let offset = (address / page_bytes() * ENTRY_BYTES) as u64;
    std::fs::File::open("/proc/self/pagemap")
        .and_then(|pagemap| pagemap.read_exact_at(&mut entries, offset))
        .ok()?;
    let (entries, _) = entries.as_chunks::<ENTRY_BYTES>();
    Some(
        entries
            .iter()
            .map(|&entry| u64::from_ne_bytes(entry) & (PRESENT | FILE_OR_SHARED) == PRESENT)
            .collect(),
    )
}

fn page_bytes() -> usize {
    rustix::param::page_size()
}

/// A store whose memory is reset by windows when it is dropped.
pub struct WindowedStore<'a, T: 'static> {
    store: ManuallyDrop<Store<T>>,
    windows: &'a Windows,
}

impl<'a, T> WindowedStore<'a, T> {
    /// `windows` are those of the one component that is instantiated in the store.
    pub fn new(store: Store<T>, windows: &'a Windows) -> Self {
        WindowedStore {
            store: ManuallyDrop::new(store),
            windows,
        }
    }
}

impl<T> Deref for WindowedStore<'_, T> {
    type Target = Store<T>;

    fn deref(&self) -> &Store<T> {
        &self.store
    }
}

impl<T> DerefMut for WindowedStore<'_, T> {
    fn deref_mut(&mut self) -> &mut Store<T> {
        &mut self.store
    }
}

impl<T> Drop for WindowedStore<'_, T> {
    fn drop(&mut self) {
        /// Also when dropping the store panics.
        struct Dropped;
        impl Drop for Dropped {
            fn drop(&mut self) {
                DROPPING.set(None);
            }
        }
        DROPPING.set(Some((self.windows, self.windows.memories)));
        let _dropped = Dropped;
        // SAFETY: nobody uses it after this.
        unsafe { ManuallyDrop::drop(&mut self.store) };
    }
}

/// What the linker calls instead of libc's functions.
#[cfg(target_os = "linux")]
mod wrapped {
    use std::ffi::{c_int, c_void};

    use super::{DROPPING, LARGEST_MAPPING, Memories};

    unsafe extern "C" {
        fn __real_madvise(address: *mut c_void, bytes: usize, advice: c_int) -> c_int;
        fn __real_mmap64(
            address: *mut c_void,
            bytes: usize,
            protection: c_int,
            flags: c_int,
            file: c_int,
            offset: libc::off64_t,
        ) -> *mut c_void;
    }

    /// # Safety
    /// As for libc's.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __wrap_madvise(address: *mut c_void, bytes: usize, advice: c_int) -> c_int {
        if advice == libc::MADV_DONTNEED
            && let Some((windows, memories)) = DROPPING.get()
            && memories.contain(address.addr(), bytes)
        {
            let memory: *mut u8 = address.cast();
            // SAFETY: wasmtime gives up a memory of the store that is being dropped, from its start on; the windows outlive the store.
            return unsafe {
                (*windows).reset(memory, bytes, |range| match range.is_empty() {
                    true => 0,
                    false => __real_madvise(memory.add(range.start).cast(), range.len(), advice),
                })
            };
        }
        // SAFETY: the caller's promise.
        unsafe { __real_madvise(address, bytes, advice) }
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
        // SAFETY: the caller's promise.
        let mapped = unsafe { __real_mmap64(address, bytes, protection, flags, file, offset) };
        let largest = LARGEST_MAPPING.get();
        if mapped != libc::MAP_FAILED && bytes > largest.end - largest.start {
            LARGEST_MAPPING.set(Memories {
                start: mapped.addr(),
                end: mapped.addr() + bytes,
            });
        }
        mapped
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Anonymous memory of whole pages.
    struct Memory {
        start: *mut u8,
        pages: usize,
    }

    impl Memory {
        fn new(pages: usize) -> Memory {
            let protection = rustix::mm::ProtFlags::READ | rustix::mm::ProtFlags::WRITE;
            let flags = rustix::mm::MapFlags::PRIVATE;
            // SAFETY: a new mapping at an address of the kernel's choice.
            let start =
                unsafe { rustix::mm::mmap_anonymous(std::ptr::null_mut(), pages * page_bytes(), protection, flags) };
            Memory {
                start: start.unwrap().cast(),
                pages,
            }
        }

        fn bytes(&mut self) -> &mut [u8] {
            // SAFETY: mapped until this is dropped, and borrowed as long as the slice.
            unsafe { std::slice::from_raw_parts_mut(self.start, self.pages * page_bytes()) }
        }

        fn write(&mut self, pages: impl IntoIterator<Item = usize>) {
            for page in pages {
                self.bytes()[page * page_bytes()..(page + 1) * page_bytes()].fill(0xa5);
            }
        }

        /// Resets it; the pages that were thrown away.
        fn reset(&mut self, windows: &Windows) -> Vec<Range<usize>> {
            let discarded = RefCell::new(Vec::new());
            let start = self.start;
            // SAFETY: nobody uses the memory meanwhile.
            let failed = unsafe {
                windows.reset(start, self.pages * page_bytes(), |range| {
                    if range.is_empty() {
                        return 0;
                    }
                    discarded
                        .borrow_mut()
                        .push(range.start / page_bytes()..range.end / page_bytes());
                    libc::madvise(start.add(range.start).cast(), range.len(), libc::MADV_DONTNEED)
                })
            };
            assert_eq!(failed, 0);
            discarded.into_inner()
        }

        /// One whose windows are found, by calls that write to these pages.
        fn sampled(pages: usize, written: &[usize]) -> (Memory, Windows) {
            let windows = Windows::new(Memories::NOWHERE, 1);
            let mut memory = Memory::new(pages);
            for _ in 0..SAMPLE_COUNT {
                memory.write(written.iter().copied());
                assert_eq!(memory.reset(&windows), [Range { start: 0, end: pages }]);
            }
            (memory, windows)
        }
    }

    impl Drop for Memory {
        fn drop(&mut self) {
            // SAFETY: mapped by `new`.
            unsafe { libc::munmap(self.start.cast(), self.pages * page_bytes()) };
        }
    }

    #[test]
    fn pages_that_every_call_writes_are_kept_and_the_rest_is_thrown_away() {
        let (mut memory, windows) = Memory::sampled(40, &[10, 11, 30]);
        assert_eq!(memory.reset(&windows), [0..10, 12..30, 31..40]);
    }

    #[test]
    fn everything_is_as_before_whatever_was_written() {
        let (mut memory, windows) = Memory::sampled(40, &[0, 20, 39]);
        for written in [vec![], vec![0], vec![5, 20], (0..40).collect()] {
            memory.write(written.iter().copied());
            memory.reset(&windows);
            assert!(memory.bytes().iter().all(|&byte| byte == 0), "after pages {written:?}");
        }
    }

    #[test]
    fn a_window_that_is_not_accessible_is_left_alone() {
        let (mut memory, windows) = Memory::sampled(40, &[2, 35]);
        memory.pages = 20;
        assert_eq!(memory.reset(&windows), [0..2, 3..20]);
    }

    #[test]
    fn close_windows_are_one() {
        let (mut memory, windows) = Memory::sampled(20, &[4, 7, 11]);
        assert_eq!(memory.reset(&windows), [0..4, 8..11, 12..20]);
    }

    #[test]
    fn what_few_calls_write_is_no_window() {
        let windows = Windows::new(Memories::NOWHERE, 1);
        let mut memory = Memory::new(10);
        for call in 0..SAMPLE_COUNT {
            memory.write([3].into_iter().filter(|_| call % 2 == 0).chain([6]));
            memory.reset(&windows);
        }
        assert_eq!(memory.reset(&windows), [0..6, 7..10]);
    }

    #[test]
    fn there_are_at_most_so_many_pages_of_windows() {
        let all: Vec<usize> = (0..2 * WINDOW_PAGES_MAX).collect();
        let (mut memory, windows) = Memory::sampled(2 * WINDOW_PAGES_MAX, &all);
        memory.write(all);
        let rest = Range {
            start: WINDOW_PAGES_MAX,
            end: 2 * WINDOW_PAGES_MAX,
        };
        assert_eq!(memory.reset(&windows), [rest]);
        assert!(memory.bytes().iter().all(|&byte| byte == 0));
    }

    #[test]
    fn a_failure_to_throw_pages_away_is_reported() {
        let (memory, windows) = Memory::sampled(10, &[3]);
        for failing in [0..3, 4..10] {
            let discard = |range: Range<usize>| c_int::from(range.start / page_bytes() == failing.start);
            // SAFETY: nobody uses the memory meanwhile.
            assert_eq!(unsafe { windows.reset(memory.start, 10 * page_bytes(), discard) }, 1);
        }
    }

    #[test]
    fn the_pools_mapping_is_the_largest_one_if_it_is_large_enough() {
        let bytes = 8 * page_bytes();
        let map = || [Memory::new(2), Memory::new(8), Memory::new(3)];
        let ([_, pool, _], found) = Memories::of_pool(bytes as u64, map);
        assert_eq!(
            found,
            Memories {
                start: pool.start.addr(),
                end: pool.start.addr() + bytes
            }
        );
        assert!(found.contain(found.start, bytes));
        assert!(!found.contain(found.start, bytes + 1));
        assert!(!found.contain(found.end + 1, 1));
        assert_eq!(Memories::of_pool(bytes as u64 + 1, map).1, Memories::NOWHERE);
    }
}
