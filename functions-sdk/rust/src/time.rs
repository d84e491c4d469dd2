//! The host's clocks, in place of `SystemTime::now` and `Instant::now`, which panic on this target.

use std::time::Duration;

use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};

/// Time since 1970-01-01T00:00:00Z, leap seconds not counted. It may be set back between two calls.
///
/// `std::time::UNIX_EPOCH + time::since_epoch()` is a `SystemTime`.
pub fn since_epoch() -> Duration {
    let now = wall_clock::now();
    Duration::new(now.seconds, now.nanoseconds)
}

/// Nanoseconds since 1970-01-01T00:00:00Z; good until the year 2554.
pub fn unix_nanos() -> u64 {
    since_epoch().as_nanos() as u64
}

/// Time since a point that has no meaning of its own; it never goes back. For measuring: subtract two of them.
pub fn monotonic() -> Duration {
    Duration::from_nanos(monotonic_clock::now())
}

/// Waits so long, without being busy: waiting counts against the call's deadline and not against its CPU time.
pub fn sleep(length: Duration) {
    let ns = length.as_nanos().try_into().unwrap_or(u64::MAX);
    monotonic_clock::subscribe_duration(ns).block();
}

/// For the host, which counts in milliseconds: rounded up, so that no length becomes none.
pub(crate) fn millis(length: Duration) -> u64 {
    length.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_rounded_up_and_never_overflow() {
        assert_eq!(millis(Duration::ZERO), 0);
        assert_eq!(millis(Duration::from_nanos(1)), 1);
        assert_eq!(millis(Duration::from_millis(7)), 7);
        assert_eq!(millis(Duration::MAX), u64::MAX);
    }
}
