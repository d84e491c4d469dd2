//! A processor's cache lines: fetched, flushed, and whether one is in a cache.

use std::ffi::c_void;
use std::ops::Range;
use std::time::Instant;

/// As the processors that Mayfly is tuned for have them.
pub const LINE_BYTES: usize = 64;

/// Reads of one line, to learn how long they take.
const TRIALS: usize = 16;
/// By how much memory must be slower than a cache for the clock to tell them apart.
const DIFFERENCE_NS_MIN: u64 = 40;

/// Where the lines begin that a range reaches into.
pub fn lines_of(range: Range<usize>) -> impl Iterator<Item = usize> {
    (range.start / LINE_BYTES..range.end.div_ceil(LINE_BYTES)).map(|line| line * LINE_BYTES)
}

/// Starts to bring a line into the caches. Any address will do: one that isn't mapped is left alone.
#[inline]
pub fn fetch(line: usize) {
    machine::fetch(line);
}

/// Takes a line out of all caches. Any address will do, likewise.
pub fn flush(line: usize) {
    machine::flush(line);
}

/// Those lines that are in a cache: a read of them is quick. Reads all of them. None where that can't be told.
pub fn cached(lines: &[usize]) -> Option<Vec<usize>> {
    let quick_ns = quick_ns()?;
    let is_cached = |line: &usize| read_ns(*line) < quick_ns;
    Some(lines.iter().copied().filter(is_cached).collect())
}

fn read_ns(line: usize) -> u64 {
    let start = Instant::now();
    machine::read(line);
    start.elapsed().as_nanos() as u64
}

/// A read that takes less finds its line in a cache. None where memory is not slower by much, or the clock too coarse.
fn quick_ns() -> Option<u64> {
    let line = [0u64; 16];
    let line = line.as_ptr().addr().next_multiple_of(LINE_BYTES);
    let median = |flushed: bool| {
        let mut times: [u64; TRIALS] = std::array::from_fn(|_| {
            if flushed {
                flush(line);
            }
            read_ns(line)
        });
        times.sort_unstable();
        times[TRIALS / 2]
    };
    let (cached, flushed) = (median(false), median(true));
    (flushed >= cached + DIFFERENCE_NS_MIN).then_some(cached.midpoint(flushed))
}

/// For the handler of faults: has an access of [`flush`]'s or [`cached`]'s that met no memory end as if it had. False for every other.
///
/// # Safety
/// `context` is what the kernel gave the handler.
pub unsafe fn skip_unmapped(context: *mut c_void) -> bool {
    // SAFETY: the caller's promise.
    unsafe { machine::skip_unmapped(context) }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod machine {
    use std::arch::naked_asm;
    use std::ffi::c_void;

    // Each of these accesses memory by its first instruction, so that the handler knows an access by where it is.

    #[cfg(target_arch = "x86_64")]
    #[unsafe(naked)]
    extern "C" fn read_byte(line: usize) {
        naked_asm!("mov al, byte ptr [rdi]", "lfence", "ret");
    }

    #[cfg(target_arch = "x86_64")]
    #[unsafe(naked)]
    extern "C" fn flush_line(line: usize) {
        naked_asm!("clflush [rdi]", "mfence", "ret");
    }

    #[cfg(target_arch = "aarch64")]
    #[unsafe(naked)]
    extern "C" fn read_byte(line: usize) {
        naked_asm!("ldrb w0, [x0]", "dsb ish", "isb", "ret");
    }

    #[cfg(target_arch = "aarch64")]
    #[unsafe(naked)]
    extern "C" fn flush_line(line: usize) {
        naked_asm!("dc civac, x0", "dsb ish", "isb", "ret");
    }

    /// Where both go on when there is no memory: back to their caller.
    #[unsafe(naked)]
    extern "C" fn leave() {
        naked_asm!("ret");
    }

    pub fn read(line: usize) {
        read_byte(line);
    }

    pub fn flush(line: usize) {
        flush_line(line);
    }

    #[inline]
    pub fn fetch(line: usize) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a hint, whatever the address; each such processor has it.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(line));
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: a hint, whatever the address.
        unsafe {
            std::arch::asm!("prfm pldl1keep, [{}]", in(reg) line, options(nostack, preserves_flags, readonly))
        };
    }

    /// # Safety
    /// `context` is what the kernel gave a signal handler.
    pub unsafe fn skip_unmapped(context: *mut c_void) -> bool {
        let context: *mut libc::ucontext_t = context.cast();
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the caller's promise.
        let at = unsafe { &mut (*context).uc_mcontext.gregs[libc::REG_RIP as usize] };
        #[cfg(target_arch = "aarch64")]
        // SAFETY: the caller's promise.
        let at = unsafe { &mut (*context).uc_mcontext.pc };
        let accesses = [read_byte as extern "C" fn(usize), flush_line].map(|access| access as usize);
        let ours = accesses.contains(&(*at as usize));
        if ours {
            *at = (leave as extern "C" fn() as usize) as _;
        }
        ours
    }
}

/// Elsewhere nothing is watched, and nothing fetched.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod machine {
    use std::ffi::c_void;

    pub fn read(_: usize) {}

    pub fn flush(_: usize) {}

    pub fn fetch(_: usize) {}

    /// # Safety
    /// None is needed.
    pub unsafe fn skip_unmapped(_: *mut c_void) -> bool {
        false
    }
}

#[cfg(all(test, target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mapped_is_passed_over() {
        crate::faults::handle();
        // SAFETY: a mapping of the test's own.
        let gone = unsafe {
            let bytes = crate::pagemap::page_bytes();
            let protection = rustix::mm::ProtFlags::READ;
            let mapped =
                rustix::mm::mmap_anonymous(std::ptr::null_mut(), bytes, protection, rustix::mm::MapFlags::PRIVATE);
            let mapped = mapped.unwrap();
            rustix::mm::munmap(mapped, bytes).unwrap();
            mapped.addr()
        };
        for address in [gone, 0, usize::MAX - LINE_BYTES] {
            fetch(address);
            flush(address);
            machine::read(address);
        }
    }

    #[test]
    fn a_line_is_told_from_one_that_was_flushed() {
        let block = vec![1u8; 64 * 4096];
        let line = |number: usize| lines_of(block.as_ptr_range().start.addr()..usize::MAX).nth(1 + number * 64);
        let told = || {
            let (near, far) = (line(7).unwrap(), line(40).unwrap());
            machine::read(near);
            flush(far);
            cached(&[near, far]).is_none_or(|cached| cached == [near])
        };
        // Whoever shares the machine gets in between now and then.
        assert!((0..200).filter(|_| told()).count() > 100);
    }
}
