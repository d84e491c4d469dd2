//! Where a function's allocations are: first of all in memory that it begins with.
//!
//! Rust's own allocator for this target asks for more memory at the first allocation. Each call is a new instance, so
//! each call would grow its memory and have it shrunk again: two changes of the process's memory map, more than half
//! of what a small call takes in all.

use std::alloc::Layout;
use std::arch::wasm32::memory_grow;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use talc::base::{Talc, binning::Binning};
use talc::cell::TalcSyncCell;
use talc::source::Source;
use talc::wasm::WasmBinning;

/// What a call may allocate before its memory grows. Pages that it doesn't touch cost nothing.
const FIRST_BYTES: usize = 64 * 1024;

const PAGE_BYTES: usize = 64 * 1024;

/// More than the allocator keeps beside a block and at the ends of the memory it manages.
const OVERHEAD_BYTES: usize = 64;

static mut FIRST: [MaybeUninit<u8>; FIRST_BYTES] = [MaybeUninit::uninit(); FIRST_BYTES];

#[global_allocator]
static ALLOCATOR: TalcSyncCell<Memory, WasmBinning> = TalcSyncCell::new_wasm(Memory {
    state: State::Untouched,
});

#[derive(Debug)]
struct Memory {
    state: State,
}

#[derive(Debug)]
enum State {
    Untouched,
    First,
    /// Grown; what the allocator manages ends here.
    Grown(NonNull<u8>),
}

// SAFETY: nothing else uses FIRST or memory that is grown here, and nothing here allocates.
unsafe impl Source for Memory {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        if let State::Untouched = talc.source.state {
            talc.source.state = State::First;
            return unsafe { talc.claim((&raw mut FIRST).cast(), FIRST_BYTES) }
                .map(|_| ())
                .ok_or(());
        }
        let needed = layout
            .size()
            .saturating_add(layout.align())
            .saturating_add(OVERHEAD_BYTES);
        let pages = needed.div_ceil(PAGE_BYTES);
        let before = memory_grow::<0>(pages);
        if before == usize::MAX {
            return Err(());
        }
        let start = before * PAGE_BYTES;
        let length = pages * PAGE_BYTES;
        let end = match talc.source.state {
            State::Grown(end) if end.addr().get() == start => unsafe {
                talc.extend(end, start.saturating_add(length) as *mut u8)
            },
            _ => unsafe { talc.claim(start as *mut u8, length) }.ok_or(())?,
        };
        talc.source.state = State::Grown(end);
        Ok(())
    }
}
