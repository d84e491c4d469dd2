//! Finds anything an earlier call left behind, then leaves as much behind as it can.
//!
//! ```text
//! 0          stack, growing down from 1 MiB     lower half: never used by the probe
//! 1 MiB      statics                            SPOILED_DATA, SPOILED_ZEROS
//!            heap base                          from here to the end of the page: nobody's
//!            what the allocator took            its own; not looked at
//!            what is grown here                 nobody's
//! ```
//! Tables and globals are out of Rust's reach: `wat/web/state.wat` does the same for them.

use core::arch::wasm32::{memory_grow, memory_size};
use std::cell::Cell;
use std::fmt::Write;
use std::ptr;

use mayfly::{Error, Query, Response};

use crate::number;

const PAGE_BYTES: usize = 64 << 10;
const GARBAGE: u8 = 0xa5;

/// The half of the stack that the probe doesn't reach. Address 0 is left alone as null pointers are Rust's own.
const IDLE_STACK: (usize, usize) = (1024, 512 << 10);

/// The allocator grows by what it needs, and it needs little before the check: more than this was grown by another call.
const ALLOCATED_BYTES_MAX: usize = 4 * PAGE_BYTES;

const DATA: u8 = 0x5a;
const DATA_BYTES: usize = 16 << 10;
const ZEROS_BYTES: usize = 256 << 10;
static mut SPOILED_DATA: [u8; DATA_BYTES] = [DATA; DATA_BYTES];
static mut SPOILED_ZEROS: [u8; ZEROS_BYTES] = [0; ZEROS_BYTES];

thread_local! {
    static SPOILED_LOCAL: Cell<u64> = const { Cell::new(42) };
}

unsafe extern "C" {
    /// Where the linker ended its own data.
    static __heap_base: u8;
}

/// A range of addresses that no Rust value lives in, or whose owner lets it be spoiled.
struct Region {
    name: &'static str,
    start: usize,
    end: usize,
    fresh: u8,
}

impl Region {
    fn new(name: &'static str, start: usize, length: usize, fresh: u8) -> Region {
        Region {
            name,
            start,
            end: start + length,
            fresh,
        }
    }

    fn find_dirt(&self, findings: &mut String) {
        for address in self.start..self.end {
            // SAFETY: within the memory's size, and volatile, so that the compiler can't reason about what is there.
            let byte = unsafe { ptr::read_volatile(address as *const u8) };
            if byte != self.fresh {
                let offset = address - self.start;
                let _ = writeln!(findings, "dirty at {}+{offset}: {byte:#04x}", self.name);
                return;
            }
        }
    }

    fn spoil(&self) {
        for address in self.start..self.end {
            // SAFETY: as in `find_dirt`; nothing that is read later lives here.
            unsafe { ptr::write_volatile(address as *mut u8, GARBAGE) };
        }
    }
}

/// Answers `clean`, or a line for each place that isn't as new.
pub fn check_then_spoil(query: &Query) -> Result<Response, Error> {
    let pages = number(query, "pages", 64)? as usize;
    let mut findings = String::new();

    let heap_base = (&raw const __heap_base) as usize;
    let allocated_bytes = (memory_size(0) * PAGE_BYTES).saturating_sub(heap_base);
    if allocated_bytes > ALLOCATED_BYTES_MAX {
        let _ = writeln!(
            findings,
            "dirty at memory size: {allocated_bytes} bytes above the heap base"
        );
    }
    let local = SPOILED_LOCAL.replace(u64::MAX);
    if local != 42 {
        let _ = writeln!(findings, "dirty at thread local: {local}");
    }
    let grown = memory_grow(0, pages);
    if grown == usize::MAX {
        return Err(Error::limit_exceeded(format_args!(
            "the memory can't grow by {pages} pages"
        )));
    }

    let heap_end = heap_base.next_multiple_of(PAGE_BYTES);
    let regions = [
        Region::new("stack", IDLE_STACK.0, IDLE_STACK.1 - IDLE_STACK.0, 0),
        Region::new("data", (&raw const SPOILED_DATA) as usize, DATA_BYTES, DATA),
        Region::new("zeros", (&raw const SPOILED_ZEROS) as usize, ZEROS_BYTES, 0),
        Region::new("heap base", heap_base, heap_end - heap_base, 0),
        Region::new("grown", grown * PAGE_BYTES, pages * PAGE_BYTES, 0),
    ];
    for region in &regions {
        region.find_dirt(&mut findings);
    }
    for region in &regions {
        region.spoil();
    }
    Ok(Response::text(if findings.is_empty() {
        "clean".into()
    } else {
        findings
    }))
}
