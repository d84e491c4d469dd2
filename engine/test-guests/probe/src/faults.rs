//! What a function must not be able to harm the host with. Every body here is kept from the optimiser's reach.

use std::hint::black_box;
use std::ptr;

use mayfly::{Error, Query, Response};

use crate::number;

/// Has a frame of its own, so that a test can look for its name in the trace.
#[inline(never)]
pub fn spin() -> Result<Response, Error> {
    loop {
        black_box(());
    }
}

pub fn recurse(query: &Query) -> Result<Response, Error> {
    let depth = number(query, "depth", u64::MAX)?;
    Ok(Response::text(deeper(depth).to_string()))
}

/// Works on what the inner call returned, so that it can't become a loop, and needs no memory, so that it is the call
/// stack that ends and not the stack in linear memory.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    if depth == 0 {
        1
    } else {
        deeper(depth - 1).rotate_left(7) ^ depth
    }
}

/// Has a frame of its own, so that a test can look for its name in the trace.
#[inline(never)]
pub fn unreachable() -> ! {
    core::arch::wasm32::unreachable()
}

pub fn out_of_bounds() -> Result<Response, Error> {
    let end_of_address_space = black_box(0xffff_fff0_usize);
    // SAFETY: not safe at all outside a sandbox; a memory of less than 4 GiB traps here, which is the point.
    let byte = unsafe { ptr::read_volatile(end_of_address_space as *const u8) };
    Ok(Response::text(byte.to_string()))
}
