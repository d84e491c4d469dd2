//! By what Linux says and takes.

use std::cell::Cell;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use libc::cpu_set_t;

use super::seats::{Seats, Visit};

static SEATS: Seats = Seats::new();

/// The core that the calling thread is on, after it left one that is another thread's.
pub fn here() -> usize {
    static THREADS: AtomicU32 = AtomicU32::new(1);
    thread_local! {
        static THREAD: u32 = THREADS.fetch_add(1, Relaxed);
        /// When it last looked for another core: once within a tick of the clock is enough.
        static LOOKED_MS: Cell<u32> = const { Cell::new(0) };
    }
    let core = current();
    let visit = Visit {
        thread: THREAD.with(|thread| *thread),
        ms: coarse_ms(),
    };
    if SEATS.sit(core, visit) {
        return core;
    }
    let looks = LOOKED_MS.replace(visit.ms) != visit.ms;
    let core = looks.then(|| go_from(core, visit)).flatten().unwrap_or(core);
    SEATS.take(core, visit);
    core
}

/// Moves the calling thread to a core without others, if there is one.
fn go_from(core: usize, visit: Visit) -> Option<usize> {
    let allowed = cores_allowed()?;
    let other = SEATS.free(core, visit, |other| is_in(&allowed, other))?;
    move_to(other, &allowed).then_some(other)
}

fn current() -> usize {
    // SAFETY: it reads nothing and writes nothing.
    usize::try_from(unsafe { libc::sched_getcpu() }).unwrap_or(0)
}

/// Milliseconds by the clock that costs a few nanoseconds to read and is exact to a tick of the kernel's.
fn coarse_ms() -> u32 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists wherever Linux does, and `time` is written by it alone.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
    // Differences are all that counts, and they survive the cut.
    (time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000) as u32
}

/// Moves the calling thread to one of the cores it may run on, and lets it run on all of them again; false if the kernel won't.
fn move_to(core: usize, allowed: &cpu_set_t) -> bool {
    if !allow(&set_of(std::iter::once(core))) {
        return false;
    }
    // With a set of its own a thread would not follow when its container's grows. So it is given every core, of which the kernel leaves it the
    // container's, and its former set only if that was a smaller one.
    allow(&set_of(0..CORES)) && cores_allowed().is_some_and(|set| is_same(&set, allowed) || allow(allowed))
}

/// Lets the calling thread run on so many of its cores only, if that can be done.
pub fn keep_to(count: usize) {
    if let Some(all) = cores_allowed() {
        allow(&set_of((0..CORES).filter(|&core| is_in(&all, core)).take(count)));
    }
}

/// Cores that the kernel's calls know here. A machine with more has threads stay where they are.
const CORES: usize = size_of::<cpu_set_t>() * 8;

fn set_of(cores: impl Iterator<Item = usize>) -> cpu_set_t {
    // SAFETY: a set of no cores is all zeros.
    let mut set = unsafe { std::mem::zeroed() };
    // SAFETY: it writes within the set.
    cores.for_each(|core| unsafe { libc::CPU_SET(core, &mut set) });
    set
}

fn is_in(set: &cpu_set_t, core: usize) -> bool {
    // SAFETY: it reads within the set: a core that is out of it panics.
    unsafe { libc::CPU_ISSET(core, set) }
}

fn is_same(set: &cpu_set_t, other: &cpu_set_t) -> bool {
    // SAFETY: it reads within both.
    unsafe { libc::CPU_EQUAL(set, other) }
}

fn cores_allowed() -> Option<cpu_set_t> {
    let mut set = set_of(std::iter::empty());
    // SAFETY: the kernel writes no more than the size given.
    let result = unsafe { libc::sched_getaffinity(0, size_of::<cpu_set_t>(), &mut set) };
    (result == 0).then_some(set)
}

fn allow(set: &cpu_set_t) -> bool {
    // SAFETY: the kernel reads no more than the size given.
    unsafe { libc::sched_setaffinity(0, size_of::<cpu_set_t>(), set) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_moves_and_may_still_run_where_it_could() {
        let moving = std::thread::spawn(|| {
            let all = cores_allowed().unwrap();
            for core in (0..CORES).filter(|&core| is_in(&all, core)) {
                assert!(move_to(core, &all));
                assert!(is_same(&cores_allowed().unwrap(), &all));
            }
            assert!(!move_to(CORES - 1, &all), "there is no such core");
            keep_to(1);
            let one = cores_allowed().unwrap();
            let core = (0..CORES).find(|&core| is_in(&one, core)).unwrap();
            assert!(move_to(core, &one));
            assert!(is_same(&cores_allowed().unwrap(), &one), "a limit stays one");
        });
        moving.join().unwrap();
    }

    #[test]
    fn of_two_threads_on_a_core_one_leaves() {
        let all = cores_allowed().unwrap();
        if (0..CORES).filter(|&core| is_in(&all, core)).count() == 1 {
            return;
        }
        // Until another test's calls leave it a core.
        let left = (0..1000).any(|_| {
            let first = std::thread::spawn(|| {
                keep_to(1);
                here()
            });
            let core = first.join().unwrap();
            let second = std::thread::spawn(move || {
                let all = cores_allowed().unwrap();
                allow(&set_of(std::iter::once(core)));
                allow(&all);
                here() != core && current() != core
            });
            second.join().unwrap()
        });
        assert!(left);
    }

    #[test]
    fn here_is_a_core_it_may_run_on() {
        let set = cores_allowed().unwrap();
        assert!((0..100).all(|_| is_in(&set, here())));
    }
}
