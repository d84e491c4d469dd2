//! What a thread allocates, and keeps, while it links a component.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr::null_mut;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// No more are recorded: a component with more is so large that its calls take long anyway.
const BLOCKS_MAX: usize = 16_384;
/// Larger blocks are lists of what most calls need nothing of.
const BLOCK_BYTES_MAX: usize = 4096;

/// Recordings that are going on, on all threads: 0 costs an allocation one comparison.
static RECORDINGS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Where this thread records.
    static BLOCKS: Cell<*mut Blocks> = const { Cell::new(null_mut()) };
}

/// Blocks of memory: how long each is, by its address.
pub type Blocks = HashMap<usize, usize, BuildHasherDefault<AddressHasher>>;

/// Addresses of blocks are spread well enough as they are, and there are a thousand to a recording.
#[derive(Default)]
pub struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("an address is a usize")
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The system's allocator, and a look at who asks.
struct Recording;

#[global_allocator]
static ALLOCATOR: Recording = Recording;

/// Runs `make` and tells which blocks it allocated and kept, unless another thread gave one back.
pub fn record<T>(make: impl FnOnce() -> T) -> (T, Blocks) {
    /// Also when `make` panics.
    struct Recorded;
    impl Drop for Recorded {
        fn drop(&mut self) {
            BLOCKS.set(null_mut());
            RECORDINGS.fetch_sub(1, Relaxed);
        }
    }
    let mut blocks = Blocks::default();
    RECORDINGS.fetch_add(1, Relaxed);
    BLOCKS.set(&raw mut blocks);
    let recorded = Recorded;
    let made = make();
    drop(recorded);
    (made, blocks)
}

/// Notes a block that was allocated, if it was, and returns it.
#[inline]
fn added(block: *mut u8, bytes: usize) -> *mut u8 {
    if RECORDINGS.load(Relaxed) != 0 && !block.is_null() {
        note(|blocks| {
            if bytes <= BLOCK_BYTES_MAX && blocks.len() < BLOCKS_MAX {
                blocks.insert(block.addr(), bytes);
            }
        });
    }
    block
}

/// Notes a block that is given back.
#[inline]
fn removed(block: *mut u8) {
    if RECORDINGS.load(Relaxed) != 0 {
        note(|blocks| {
            blocks.remove(&block.addr());
        });
    }
}

/// Changes what this thread records, if it does.
#[cold]
fn note(change: impl FnOnce(&mut Blocks)) {
    // Not what is allocated while it is noted.
    let blocks = BLOCKS.replace(null_mut());
    if !blocks.is_null() {
        // SAFETY: `record` has it, and waits on this thread.
        change(unsafe { &mut *blocks });
        BLOCKS.set(blocks);
    }
}

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Recording {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        added(unsafe { System.alloc(layout) }, layout.size())
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        added(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: as above.
        let moved = unsafe { System.realloc(block, layout, bytes) };
        if !moved.is_null() {
            removed(block);
        }
        added(moved, bytes)
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        removed(block);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_those_of_this_thread_while_it_records() {
        let before = Box::new([1u8; 100]);
        let ((mine, grown, other, given_back), blocks) = record(|| {
            let other = std::thread::spawn(|| Box::new([2u8; 321])).join().unwrap();
            let mut grown = vec![3u8; 10];
            grown.reserve_exact(2000);
            let gone = vec![4u8; 777];
            let given_back = gone.as_ptr().addr();
            drop(gone);
            (vec![5u8; 1234], grown, other, given_back)
        });
        let bytes = |address: usize| blocks.get(&address).copied();
        assert_eq!(bytes(mine.as_ptr().addr()), Some(1234));
        assert_eq!(bytes(grown.as_ptr().addr()), Some(2010));
        assert_eq!(bytes(other.as_ptr().addr()), None, "another thread's");
        assert_eq!(bytes(before.as_ptr().addr()), None, "older");
        assert_ne!(bytes(given_back), Some(777), "given back");
    }

    #[test]
    fn a_recording_that_panicked_is_over() {
        let panicked = std::panic::catch_unwind(|| record(|| panic!("as the test wants")));
        assert!(panicked.is_err());
        assert!(BLOCKS.get().is_null());
    }

    #[test]
    fn large_blocks_are_left_out_and_so_are_too_many() {
        let (_, blocks) = record(|| vec![0u8; BLOCK_BYTES_MAX + 1]);
        assert!(blocks.is_empty());
        let (kept, blocks) = record(|| (0..BLOCKS_MAX + 10).map(Box::new).collect::<Vec<_>>());
        assert_eq!(blocks.len(), BLOCKS_MAX);
        drop(kept);
    }
}
