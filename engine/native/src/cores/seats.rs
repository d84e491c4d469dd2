//! Who was on which core last.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Threads on later cores stay where they are.
const SEATS: usize = 256;
/// For so long after a call its thread counts as the core's: two ticks of the kernel's at 250 a second, since one of two that take turns is away for one.
const STAY_MS: u32 = 8;

/// Who was on each core last.
pub struct Seats([Seat; SEATS]);

/// A core's last visit: the thread's number and the time. On a line of its own, as each is written by another core.
#[repr(align(128))]
struct Seat(AtomicU64);

#[derive(Clone, Copy)]
pub struct Visit {
    /// Not 0.
    pub thread: u32,
    pub ms: u32,
}

impl Seats {
    pub const fn new() -> Seats {
        Seats([const { Seat(AtomicU64::new(0)) }; SEATS])
    }

    /// Notes a visit, unless another thread was there just now.
    pub fn sit(&self, core: usize, visit: Visit) -> bool {
        let Some(Seat(seat)) = self.0.get(core) else {
            return true;
        };
        let last = seat.load(Relaxed);
        if last == visit.bits() {
            return true;
        }
        let is_free = !visit.is_close_to(last);
        if is_free {
            seat.store(visit.bits(), Relaxed);
        }
        is_free
    }

    /// Notes a visit whoever was there.
    pub fn take(&self, core: usize, visit: Visit) {
        if let Some(Seat(seat)) = self.0.get(core) {
            seat.store(visit.bits(), Relaxed);
        }
    }

    /// A core without another thread's visit just now, of those that will do.
    pub fn free(&self, core: usize, visit: Visit, will_do: impl Fn(usize) -> bool) -> Option<usize> {
        (1..SEATS)
            .map(|step| (core + step) % SEATS)
            .find(|&other| will_do(other) && !visit.is_close_to(self.0[other].0.load(Relaxed)))
    }
}

impl Visit {
    fn bits(self) -> u64 {
        u64::from(self.thread) << 32 | u64::from(self.ms)
    }

    /// Whether that was another thread's, and not long ago.
    fn is_close_to(self, bits: u64) -> bool {
        let thread = (bits >> 32) as u32;
        thread != 0 && thread != self.thread && self.ms.wrapping_sub(bits as u32) <= STAY_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(thread: u32, ms: u32) -> Visit {
        Visit { thread, ms }
    }

    #[test]
    fn a_thread_keeps_its_core() {
        let seats = Seats::new();
        assert!((0..100).all(|ms| seats.sit(3, visit(1, ms))));
    }

    #[test]
    fn another_one_just_now_is_in_the_way() {
        let seats = Seats::new();
        assert!(seats.sit(3, visit(1, 100)));
        assert!(!seats.sit(3, visit(2, 100 + STAY_MS)));
        assert!(seats.sit(3, visit(2, 101 + STAY_MS)), "the other one was long ago");
        seats.take(3, visit(1, 102 + STAY_MS));
        assert!(!seats.sit(3, visit(2, 102 + STAY_MS)));
    }

    #[test]
    fn time_goes_on_when_its_number_begins_anew() {
        let seats = Seats::new();
        assert!(seats.sit(0, visit(1, u32::MAX)));
        assert!(!seats.sit(0, visit(2, 1)));
    }

    #[test]
    fn a_free_core_is_one_that_will_do_and_has_nobody() {
        let seats = Seats::new();
        assert!(seats.sit(1, visit(1, 50)));
        assert!(seats.sit(2, visit(2, 50)));
        assert_eq!(seats.free(0, visit(3, 51), |core| core < 4), Some(3));
        assert_eq!(seats.free(0, visit(3, 51), |core| core < 3), None);
        assert_eq!(seats.free(0, visit(2, 51), |core| core < 3), Some(2), "its own");
        assert_eq!(seats.free(0, visit(3, 51 + STAY_MS), |core| core < 3), Some(1));
    }

    #[test]
    fn a_core_beyond_the_seats_is_everybodys() {
        let seats = Seats::new();
        seats.take(SEATS, visit(1, 7));
        assert!(seats.sit(SEATS, visit(2, 7)));
        assert_eq!(seats.free(SEATS, visit(2, 7), |core| core >= SEATS), None);
    }
}
