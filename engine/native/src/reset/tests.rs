use std::cell::RefCell;
use std::ffi::c_int;
use std::fs::File;
use std::ops::Range;
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::os::unix::fs::FileExt as _;

use super::memory::{Image, Memory as Known};
use super::pool::{PAGES_PER_MEMORY, Pool};
use super::seal::Seal;
use super::windows::{
    LOSSES_MAX, SAMPLE_COUNT, SEALED_CALLS_MIN, SEALED_WINDOWS_MAX, WINDOW_PAGES_FREE, WINDOW_PAGES_MAX, Windows,
};
use super::{Memories, Pages, PoolLayout, geometry};
use crate::pagemap::page_bytes;

/// Anonymous memory of whole pages, with a pool around it, so that a fault in it breaks its seal.
struct Memory {
    start: *mut u8,
    pages: usize,
    pool: Option<&'static Pool>,
}

/// Asks the kernel, and remembers for what.
struct Recorded {
    memory: *mut u8,
    known: &'static Known,
    asked: RefCell<Vec<Asked>>,
    failing: Option<Asked>,
}

#[derive(Clone, PartialEq, Debug)]
enum Asked {
    Discard(Range<usize>),
    Close(Range<usize>),
    Open(Range<usize>),
}

use Asked::{Close, Discard, Open};

impl Recorded {
    fn ask(&self, asked: fn(Range<usize>) -> Asked, range: &Range<usize>) -> bool {
        let asked = asked(range.start / page_bytes()..range.end / page_bytes());
        self.asked.borrow_mut().push(asked.clone());
        self.failing != Some(asked)
    }
}

impl Pages for Recorded {
    fn discard(&self, range: Range<usize>) -> c_int {
        if !self.ask(Discard, &range) {
            return -1;
        }
        // SAFETY: the test has the memory to itself.
        unsafe { libc::madvise(self.memory.add(range.start).cast(), range.len(), libc::MADV_DONTNEED) }
    }

    fn protect(&self, range: Range<usize>, writable: bool) -> c_int {
        if !self.ask(if writable { Open } else { Close }, &range) {
            return -1;
        }
        let protection = if writable {
            libc::PROT_READ | libc::PROT_WRITE
        } else {
            libc::PROT_READ
        };
        // Not libc's, which would break the seal.
        // SAFETY: as above.
        let changed = unsafe {
            libc::syscall(
                libc::SYS_mprotect,
                self.memory.add(range.start),
                range.len(),
                protection,
            )
        };
        changed as c_int
    }

    fn keep(&self, page_count: usize) -> bool {
        self.known.keep(page_count)
    }

    fn have_copied_image(&self) -> bool {
        false
    }

    fn restore_copied_image(&self, _: Range<usize>) -> c_int {
        panic!("there is none")
    }

    fn map_image(&self) -> c_int {
        panic!("there is none")
    }
}

impl Memory {
    fn new(pages: usize) -> Memory {
        Memory::of_pool(pages, 100)
    }

    /// One of a pool that says it has so many.
    fn of_pool(pages: usize, memory_count: usize) -> Memory {
        let protection = rustix::mm::ProtFlags::READ | rustix::mm::ProtFlags::WRITE;
        let flags = rustix::mm::MapFlags::PRIVATE;
        // SAFETY: a new mapping at an address of the kernel's choice.
        let start =
            unsafe { rustix::mm::mmap_anonymous(std::ptr::null_mut(), pages * page_bytes(), protection, flags) };
        let start: *mut u8 = start.unwrap().cast();
        let bytes = pages * page_bytes();
        let layout = PoolLayout {
            memory_count,
            memory_bytes_max: bytes,
            guard_bytes: 0,
        };
        let pool = Pool::register(start.expose_provenance()..start.addr() + bytes, layout);
        Memory { start, pages, pool }
    }

    fn known(&self) -> &'static Known {
        let bytes = self.pages * page_bytes();
        self.pool.unwrap().memory(self.start.addr(), bytes).unwrap()
    }

    fn seal(&self) -> &'static Seal {
        self.known().seal()
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

    /// Resets it; what the kernel was asked.
    fn reset(&mut self, windows: &Windows) -> Vec<Asked> {
        let (failed, asked) = self.reset_failing(windows, None);
        assert_eq!(failed, 0);
        asked
    }

    fn reset_failing(&mut self, windows: &Windows, failing: Option<Asked>) -> (c_int, Vec<Asked>) {
        let pages = Recorded {
            memory: self.start,
            known: self.known(),
            asked: RefCell::default(),
            failing,
        };
        // SAFETY: nobody uses the memory meanwhile.
        let failed = unsafe { windows.reset(self.start, self.pages * page_bytes(), self.seal(), &pages) };
        (failed, pages.asked.into_inner())
    }

    /// One whose windows are found, by calls that write to these pages.
    fn sampled(pages: usize, written: &[usize]) -> (Memory, Windows) {
        Memory::sampled_in(100, pages, written)
    }

    fn sampled_in(memory_count: usize, pages: usize, written: &[usize]) -> (Memory, Windows) {
        let mut memory = Memory::of_pool(pages, memory_count);
        let windows = memory.sample(written);
        (memory, windows)
    }

    fn sample(&mut self, written: &[usize]) -> Windows {
        self.sample_after(written, &[Discard(0..self.pages)])
    }

    /// `first` is what the kernel is asked after the first call.
    fn sample_after(&mut self, written: &[usize], first: &[Asked]) -> Windows {
        let windows = Windows::new(Memories(self.pool), 1);
        for sample in 0..SAMPLE_COUNT {
            self.write(written.iter().copied());
            let all = [Discard(0..self.pages)];
            assert_eq!(self.reset(&windows), if sample == 0 { first } else { &all });
        }
        windows
    }

    /// The same, sealed.
    fn sealed(pages: usize, written: &[usize]) -> (Memory, Windows) {
        let (mut memory, windows) = Memory::sampled(pages, written);
        memory.write(written.iter().copied());
        assert!(memory.reset(&windows).iter().any(|asked| matches!(asked, Close(_))));
        (memory, windows)
    }

    fn is_as_new(&mut self) -> bool {
        self.bytes().iter().all(|&byte| byte == 0)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`.
        unsafe { libc::munmap(self.start.cast(), self.pages * page_bytes()) };
    }
}

fn discarded_and_closed(gaps: &[Range<usize>]) -> Vec<Asked> {
    let discarded = gaps.iter().cloned().map(Discard);
    discarded.chain(gaps.iter().cloned().map(Close)).collect()
}

fn discarded(asked: Vec<Asked>) -> Vec<Range<usize>> {
    let range = |asked| match asked {
        Discard(range) => Some(range),
        _ => None,
    };
    asked.into_iter().filter_map(range).collect()
}

#[test]
fn pages_that_every_call_writes_are_kept_and_the_rest_is_thrown_away_and_sealed() {
    let (mut memory, windows) = Memory::sampled(40, &[10, 11, 30]);
    memory.write([10, 11, 30]);
    let gaps = [0..10, 12..30, 31..40];
    assert_eq!(memory.reset(&windows), discarded_and_closed(&gaps));
    assert!(memory.is_as_new());
}

#[test]
fn a_call_that_leaves_the_seal_whole_asks_nothing_of_the_kernel() {
    let (mut memory, windows) = Memory::sealed(40, &[10, 30]);
    for _ in 0..3 {
        memory.write([10, 30]);
        assert_eq!(memory.reset(&windows), []);
    }
    assert!(memory.is_as_new());
}

#[test]
fn everything_is_as_before_whatever_was_written() {
    let (mut memory, windows) = Memory::sampled(40, &[0, 20]);
    for written in [
        vec![],
        vec![0],
        vec![20],
        vec![5, 20],
        (0..40).collect(),
        vec![39],
        vec![0, 20],
        vec![1],
    ] {
        memory.write(written.iter().copied());
        memory.reset(&windows);
        // Looking elsewhere would break the seal.
        for page in [0, 20] {
            let bytes = page * page_bytes()..(page + 1) * page_bytes();
            assert!(
                memory.bytes()[bytes].iter().all(|&byte| byte == 0),
                "page {page} after pages {written:?}"
            );
        }
    }
    assert!(memory.is_as_new());
}

#[test]
fn a_write_beside_the_windows_breaks_the_seal_and_everything_is_reset() {
    let (mut memory, windows) = Memory::sealed(40, &[10]);
    memory.write([10, 25]);
    assert!(memory.seal().is_open());
    let gaps = [0..10, 11..40];
    assert_eq!(memory.reset(&windows), discarded_and_closed(&gaps));
    assert!(memory.is_as_new());
}

#[test]
fn reading_leaves_a_seal_whole() {
    let (mut memory, windows) = Memory::sealed(40, &[10]);
    assert_eq!(memory.bytes()[25 * page_bytes()], 0);
    assert!(!memory.seal().is_open());
    assert_eq!(memory.reset(&windows), []);
    assert!(memory.is_as_new());
}

#[test]
fn a_function_that_breaks_each_seal_is_sealed_no_more() {
    let (mut memory, windows) = Memory::sealed(40, &[10]);
    for loss in 1..=LOSSES_MAX {
        memory.write([10, 25]);
        let closed = memory.reset(&windows).contains(&Close(11..40));
        assert_eq!(closed, loss < LOSSES_MAX, "after {loss}");
    }
    for _ in 0..3 {
        memory.write([10, 25]);
        assert_eq!(memory.reset(&windows), [Discard(0..10), Discard(11..40)]);
    }
    assert!(memory.is_as_new());
}

#[test]
fn a_function_whose_seals_hold_long_enough_goes_on_being_sealed() {
    let (mut memory, windows) = Memory::sealed(40, &[10]);
    for _ in 0..3 * LOSSES_MAX {
        for _ in 0..SEALED_CALLS_MIN {
            assert_eq!(memory.reset(&windows), []);
        }
        memory.write([25]);
        assert!(memory.reset(&windows).contains(&Close(11..40)));
    }
}

#[test]
fn another_functions_seal_says_nothing_about_this_one() {
    let (mut memory, _) = Memory::sealed(40, &[10]);
    let other = Windows::new(Memories::NOWHERE, 1);
    memory.write([10]);
    assert_eq!(memory.reset(&other), [Open(0..40), Discard(0..40)]);
    assert!(memory.is_as_new());
}

#[test]
fn a_memory_of_another_size_is_reset_as_if_it_were_not_sealed() {
    let (mut memory, windows) = Memory::sealed(40, &[10]);
    memory.pages = 20;
    assert_eq!(memory.reset(&windows)[..2], [Open(0..40), Discard(0..10)]);
    memory.pages = 40;
}

#[test]
fn a_seal_gives_way_when_wasmtime_changes_what_is_accessible() {
    let (mut memory, windows) = Memory::sealed(40, &[10]);
    let last = 39 * page_bytes();
    // SAFETY: the memory's last page.
    unsafe { libc::mprotect(memory.start.add(last).cast(), page_bytes(), libc::PROT_READ) };
    assert!(memory.seal().is_open());
    memory.write([10]);
    // SAFETY: as above.
    unsafe {
        libc::mprotect(
            memory.start.add(last).cast(),
            page_bytes(),
            libc::PROT_READ | libc::PROT_WRITE,
        )
    };
    assert_eq!(discarded(memory.reset(&windows)), [0..10, 11..40]);
}

#[test]
fn what_was_unmapped_has_no_seals() {
    // Larger than any other test's, which may have its place by then.
    let memory = Memory::new(1000);
    let pool = memory.pool.unwrap();
    let (start, bytes) = (memory.start.addr(), 1000 * page_bytes());
    drop(memory);
    assert!(pool.memory(start, bytes).is_none());
}

#[test]
fn a_window_that_is_not_accessible_is_left_alone() {
    let (mut memory, windows) = Memory::sampled(40, &[2, 35]);
    memory.pages = 20;
    assert_eq!(discarded(memory.reset(&windows)), [0..2, 3..20]);
    memory.pages = 40;
}

#[test]
fn close_windows_are_one() {
    let (mut memory, windows) = Memory::sampled(20, &[4, 7, 11]);
    assert_eq!(discarded(memory.reset(&windows)), [0..4, 8..11, 12..20]);
}

#[test]
fn a_memory_with_many_windows_is_not_sealed() {
    let written: Vec<usize> = (0..=SEALED_WINDOWS_MAX).map(|window| 4 * window + 3).collect();
    let pages = 4 * (SEALED_WINDOWS_MAX + 2);
    let (mut memory, windows) = Memory::sampled(pages, &written);
    assert_eq!(discarded(memory.reset(&windows)).len(), SEALED_WINDOWS_MAX + 2);
    assert!(memory.seal().is_open());
    let (mut memory, windows) = Memory::sampled(pages, &written[1..]);
    memory.reset(&windows);
    assert!(!memory.seal().is_open());
}

#[test]
fn seals_add_no_more_mappings_than_their_pool_has_left() {
    let mut memory = Memory::of_pool(40, 1);
    let three_windows = memory.sample(&[4, 14, 24]);
    assert_eq!(discarded(memory.reset(&three_windows)).len(), 4);
    assert!(memory.seal().is_open());
    let two_windows = memory.sample(&[4, 14]);
    for _ in 0..3 {
        // A broken seal gives its mappings back, so that there can be another.
        memory.write([4, 30]);
        assert!(memory.reset(&two_windows).contains(&Close(15..40)));
    }
}

#[test]
fn what_few_calls_write_is_no_window() {
    let windows = Windows::new(Memories::NOWHERE, 1);
    let mut memory = Memory::new(10);
    for call in 0..SAMPLE_COUNT {
        memory.write([3].into_iter().filter(|_| call % 2 == 0).chain([6]));
        memory.reset(&windows);
    }
    assert_eq!(discarded(memory.reset(&windows)), [0..6, 7..10]);
}

#[test]
fn there_are_at_most_so_many_pages_of_windows() {
    let all: Vec<usize> = (0..2 * WINDOW_PAGES_MAX).collect();
    let extra = (WINDOW_PAGES_MAX - WINDOW_PAGES_FREE) / PAGES_PER_MEMORY;
    // Of pools that have enough left for the function and a memory, for neither, and for the function only.
    for (memory_count, thrown_away) in [
        (2 * extra, WINDOW_PAGES_MAX),
        (extra - 1, WINDOW_PAGES_FREE),
        (2 * extra - 1, 0),
    ] {
        let (mut memory, windows) = Memory::sampled_in(memory_count, all.len(), &all);
        memory.write(all.iter().copied());
        let rest = Range {
            start: thrown_away,
            end: all.len(),
        };
        assert_eq!(discarded(memory.reset(&windows)), [rest]);
        assert!(memory.is_as_new());
    }
}

#[test]
fn pages_that_are_kept_no_longer_are_their_pools_again() {
    let left = |memory: &Memory| {
        let pool = memory.pool.unwrap();
        let left = (0..).take_while(|_| pool.take_pages(1)).count();
        pool.give_pages_back(left);
        left
    };
    let (few, many) = (&[3][..], (0..WINDOW_PAGES_FREE + 5).collect::<Vec<_>>());
    let (mut memory, windows) = Memory::sampled_in(2, 100, &many);
    assert_eq!(left(&memory), 2 * PAGES_PER_MEMORY - 5);
    memory.reset(&windows);
    assert_eq!(left(&memory), 2 * PAGES_PER_MEMORY - 10);
    let others = memory.sample_after(few, &[Open(0..100), Discard(0..100)]);
    assert_eq!(left(&memory), 2 * PAGES_PER_MEMORY - 5);
    drop(windows);
    memory.reset(&others);
    assert_eq!(left(&memory), 2 * PAGES_PER_MEMORY);
}

#[test]
fn a_failure_to_throw_pages_away_is_reported() {
    let (mut memory, windows) = Memory::sampled(10, &[3]);
    for failing in [Discard(0..3), Discard(4..10)] {
        assert_eq!(memory.reset_failing(&windows, Some(failing)).0, -1);
    }
}

#[test]
fn what_cannot_be_sealed_stays_open() {
    let (mut memory, windows) = Memory::sampled(10, &[3]);
    let (failed, asked) = memory.reset_failing(&windows, Some(Close(4..10)));
    assert_eq!((failed, asked.last()), (0, Some(&Open(0..10))));
    assert!(memory.seal().is_open());
    memory.write(0..10);
    memory.reset(&windows);
    assert!(memory.is_as_new());
}

#[test]
fn the_pools_mapping_is_the_only_one_of_its_size() {
    let map = |pages: [usize; 3]| {
        pages.map(|pages| {
            let flags = rustix::mm::MapFlags::PRIVATE;
            let protection = rustix::mm::ProtFlags::empty();
            // SAFETY: a new mapping at an address of the kernel's choice.
            unsafe { rustix::mm::mmap_anonymous(std::ptr::null_mut(), pages * page_bytes(), protection, flags) }
                .unwrap()
                .addr()
        })
    };
    let layout = |memory_count| PoolLayout {
        memory_count,
        memory_bytes_max: 3 * page_bytes(),
        guard_bytes: page_bytes(),
    };
    // A guard, and twice a memory and a guard: nine pages.
    let ([_, pool, _], found) = Memories::of_pool(layout(2), || map([2, 9, 3]));
    let [first, second] = [1, 5].map(|page| pool + page * page_bytes());
    for memory in [first, second] {
        assert_eq!(found.memory(memory, 3 * page_bytes()).unwrap().start(), memory);
    }
    assert!(found.memory(first, 4 * page_bytes()).is_none());
    for elsewhere in [pool, first + page_bytes(), second + 4 * page_bytes()] {
        assert!(found.memory(elsewhere, 1).is_none());
    }
    for others in [[2, 8, 3], [2, 10, 3], [9, 1, 9]] {
        assert!(!Memories::of_pool(layout(2), || map(others)).1.are_known());
    }
}

#[test]
fn geometries_are_one_only_if_their_windows_are() {
    let one = geometry::number(vec![0..10, 20..30]);
    assert_eq!(one, geometry::number(vec![0..10, 20..30]));
    for other in [
        vec![],
        vec![0..10, 20..31],
        vec![0..10, 20..30, 40..50],
        vec![0..20, 20..30],
    ] {
        assert_ne!(one, geometry::number(other));
    }
}

/// A file of which page 0 is all zeros, page 1 all ones and so on.
fn image_file(pages: u8) -> File {
    // SAFETY: a new file in memory, of the test's own.
    let file = unsafe { File::from_raw_fd(libc::memfd_create(c"image".as_ptr(), 0)) };
    let bytes: Vec<u8> = (0..pages).flat_map(|page| vec![page; page_bytes()]).collect();
    file.write_all_at(&bytes, 0).unwrap();
    file
}

/// The image that begins with a file's page 1, at some pages of a memory.
fn image(pages: Range<usize>, file: &File) -> Image {
    Image {
        range: pages.start * page_bytes()..pages.end * page_bytes(),
        file: file.as_raw_fd(),
        file_offset: page_bytes() as i64,
    }
}

impl Memory {
    /// As wasmtime does.
    fn map(&mut self, pages: Range<usize>, file: Option<&File>) {
        let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | file.map_or(libc::MAP_ANONYMOUS, |_| 0);
        // SAFETY: pages of the memory, which the test has to itself.
        let mapped = unsafe {
            libc::mmap64(
                self.start.add(pages.start * page_bytes()).cast(),
                pages.len() * page_bytes(),
                libc::PROT_READ | libc::PROT_WRITE,
                flags,
                file.map_or(-1, |file| file.as_raw_fd()),
                file.map_or(0, |_| page_bytes() as i64),
            )
        };
        assert_ne!(mapped, libc::MAP_FAILED);
    }

    fn discard(&mut self, pages: Range<usize>) -> c_int {
        let (at, bytes) = (pages.start * page_bytes(), pages.len() * page_bytes());
        // SAFETY: as above.
        unsafe { libc::madvise(self.start.add(at).cast(), bytes, libc::MADV_DONTNEED) }
    }

    /// What each page holds; 0xff if that isn't the same in all of it.
    fn holds(&mut self) -> Vec<u8> {
        let uniform = |page: &[u8]| page.iter().all(|byte| *byte == page[0]);
        let pages = self.bytes().chunks(page_bytes());
        pages.map(|page| if uniform(page) { page[0] } else { 0xff }).collect()
    }
}

/// Ten pages, with an image that was copied to pages 2 to 5.
fn copied(file: &File) -> (Memory, Windows) {
    let mut memory = Memory::new(10);
    memory.map(2..6, Some(file));
    let windows = memory.sample(&[2, 3, 4, 5]);
    memory.map(2..6, None);
    assert!(memory.is_as_new());
    assert!(memory.known().copy_image(image(2..6, file), &windows));
    (memory, windows)
}

#[test]
fn what_is_thrown_away_of_a_copied_image_is_put_back() {
    let file = image_file(5);
    let (mut memory, windows) = copied(&file);
    for discarded in [0..10, 5..6, 0..3] {
        memory.write(discarded.clone());
        assert_eq!(memory.discard(discarded), 0);
        assert_eq!(memory.holds(), [0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
    }
    memory.write(0..10);
    memory.reset(&windows);
    assert_eq!(memory.holds(), [0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
}

#[test]
fn zeros_in_the_place_of_a_copied_image_are_zeros() {
    let file = image_file(5);
    let (mut memory, _) = copied(&file);
    memory.write(2..4);
    memory.map(2..6, None);
    assert!(memory.is_as_new());
    assert_eq!(memory.discard(0..10), 0);
    assert!(memory.is_as_new());
}

#[test]
fn a_copied_image_stays_where_only_a_part_of_it_is_mapped_over() {
    let file = image_file(5);
    for (mapped, left) in [
        (3..4, [0, 0, 1, 0, 3, 4, 0, 0, 0, 0]),
        (0..4, [0, 0, 0, 0, 3, 4, 0, 0, 0, 0]),
        (5..9, [0, 0, 1, 2, 3, 0, 0, 0, 0, 0]),
        (6..9, [0, 0, 1, 2, 3, 4, 0, 0, 0, 0]),
        (1..9, [0; 10]),
    ] {
        let (mut memory, _) = copied(&file);
        memory.map(mapped, None);
        assert_eq!(memory.holds(), left);
        memory.write(0..10);
        assert_eq!(memory.discard(0..10), 0);
        assert_eq!(memory.holds(), left);
    }
}

#[test]
fn a_sealed_memory_gives_way_to_what_is_put_back() {
    let file = image_file(5);
    let (mut memory, _) = copied(&file);
    let elsewhere = Memory::new(10).sample(&[8]);
    memory.reset(&elsewhere);
    assert!(!memory.seal().is_open());
    assert_eq!(memory.discard(0..10), 0);
    assert!(memory.seal().is_open());
    assert_eq!(memory.holds(), [0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
}

#[test]
fn throwing_away_fails_where_a_copied_image_cannot_be_put_back() {
    let file = image_file(5);
    let (mut memory, _) = copied(&file);
    file.set_len(2 * page_bytes() as u64).unwrap();
    assert_eq!(memory.discard(0..10), -1);
    assert_eq!(memory.discard(6..10), 0);
}

#[test]
fn an_image_that_is_not_in_a_window_is_not_copied() {
    let file = image_file(9);
    let (mut memory, windows) = copied(&file);
    memory.map(2..6, None);
    for pages in [6..8, 1..3, 5..7, 1..7] {
        assert!(!memory.known().copy_image(image(pages, &file), &windows));
        assert!(memory.is_as_new());
    }
}
