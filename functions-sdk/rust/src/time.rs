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
