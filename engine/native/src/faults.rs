//! Accesses of memory that the kernel refuses, and that are meant to go on: writes to what is sealed ([`reset`](crate::reset)), and looks at what may be
//! gone ([`footprint`](crate::footprint)).
//!
//! Our handler is asked before wasmtime's and the JVM's, and passes on what it doesn't know.

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::Once;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::footprint::skip_unmapped;
use crate::reset::break_seal;

/// What handled faults before us: wasmtime, which passes on to the JVM.
static NEXT: AtomicPtr<libc::sigaction> = AtomicPtr::new(std::ptr::null_mut());

/// Handles faults from now on. To be called once wasmtime does: the last that comes is asked first.
pub fn handle() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut next = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: asks only.
        if unsafe { libc::sigaction(libc::SIGSEGV, std::ptr::null(), next.as_mut_ptr()) } != 0 {
            return;
        }
        // SAFETY: filled in.
        let next = unsafe { next.assume_init() };
        let mut ours = next;
        ours.sa_flags |= libc::SA_SIGINFO | libc::SA_ONSTACK;
        ours.sa_sigaction = on_fault as *const () as usize;
        NEXT.store(Box::into_raw(Box::new(next)), Release);
        // SAFETY: the handler does what may be done in one, and knows the next.
        unsafe { libc::sigaction(libc::SIGSEGV, &ours, std::ptr::null_mut()) };
    });
}

/// May run anywhere: touches atomics, asks the kernel for one thing, and leaves `errno` as it was.
unsafe extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    const NOT_PERMITTED: c_int = 2;
    // SAFETY: the kernel's; a fault has an address.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr().addr()) };
    // SAFETY: the kernel's.
    if code == NOT_PERMITTED && break_seal(address) || unsafe { skip_unmapped(context) } {
        return;
    }
    // SAFETY: stored before this handler was installed.
    let next = unsafe { &*NEXT.load(Acquire) };
    match next.sa_sigaction {
        libc::SIG_DFL | libc::SIG_IGN => {
            // SAFETY: without this handler the access faults again, and ends the process as it would have.
            unsafe { libc::sigaction(signal, next, std::ptr::null_mut()) };
        }
        handler if next.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: such is a handler with this flag.
            let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
                unsafe { std::mem::transmute(handler) };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: and such is one without.
            let handler: extern "C" fn(c_int) = unsafe { std::mem::transmute(handler) };
            handler(signal);
        }
    }
}
