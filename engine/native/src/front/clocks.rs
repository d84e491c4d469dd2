//! `wasi:clocks`: reading the time, and what `wasi:io/poll` waits for. The time zone is UTC.

use std::time::{Duration, Instant, SystemTime};

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Lower};

use super::Interface;
use super::wasi_io::Pollable;
use crate::invocation::Call;
use crate::snapshot::rehearsal;

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(record)]
pub struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

impl From<Duration> for Datetime {
    fn from(duration: Duration) -> Datetime {
        Datetime {
            seconds: duration.as_secs(),
            nanoseconds: duration.subsec_nanos(),
        }
    }
}

const RESOLUTION: Duration = Duration::from_nanos(1);

pub const WALL: Interface = Interface {
    name: "wasi:clocks/wall-clock",
    version: "0.2.0",
    resources: &[],
    functions: &[
        ("now", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
                rehearsal::note(&mut store, WALL.name);
                let now = match &mut store.data_mut().rehearsal {
                    Some(rehearsal) => rehearsal.since_epoch(),
                    None => since_epoch(),
                };
                Ok((Datetime::from(now),))
            })
        }),
        ("resolution", |linker, name| {
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, ()| {
                Ok((Datetime::from(RESOLUTION),))
            })
        }),
    ],
};

pub const MONOTONIC: Interface = Interface {
    name: "wasi:clocks/monotonic-clock",
    version: "0.2.0",
    resources: &[],
    functions: &[
        ("now", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
                rehearsal::note(&mut store, MONOTONIC.name);
                Ok((monotonic_ns_of(store.data_mut()),))
            })
        }),
        ("resolution", |linker, name| {
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, ()| {
                Ok((RESOLUTION.as_nanos() as u64,))
            })
        }),
        ("subscribe-instant", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (when,): (u64,)| {
                Ok((store.data_mut().wasi.subscribe(Pollable::At(when)),))
            })
        }),
        ("subscribe-duration", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (duration,): (u64,)| {
                let when = monotonic_ns_of(store.data_mut()).saturating_add(duration);
                Ok((store.data_mut().wasi.subscribe(Pollable::At(when)),))
            })
        }),
    ],
};

#[derive(ComponentType, Lower)]
#[component(record)]
struct TimezoneDisplay {
    #[component(name = "utc-offset")]
    utc_offset: i32,
    name: &'static str,
    #[component(name = "in-daylight-saving-time")]
    in_daylight_saving_time: bool,
}

/// Behind a switch in the standard, but the functions of some languages ask for it.
pub const TIMEZONE: Interface = Interface {
    name: "wasi:clocks/timezone",
    version: "0.2.0",
    resources: &[],
    functions: &[
        ("display", |linker, name| {
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (_,): (Datetime,)| {
                Ok((TimezoneDisplay {
                    utc_offset: 0,
                    name: "UTC",
                    in_daylight_saving_time: false,
                },))
            })
        }),
        ("utc-offset", |linker, name| {
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (_,): (Datetime,)| Ok((0i32,)))
        }),
    ],
};

/// Nanoseconds since 1970; 0 on a machine whose clock is before that.
pub fn unix_ns() -> u64 {
    since_epoch().as_nanos() as u64
}

fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

/// What a call takes for it.
pub fn monotonic_ns_of(call: &mut Call) -> u64 {
    match &mut call.rehearsal {
        Some(rehearsal) => rehearsal.monotonic_ns(),
        None => monotonic_ns(),
    }
}

/// What `System.nanoTime` says: the machine's monotonic clock, as it is. For the host alone.
pub fn java_ns() -> u64 {
    #[cfg(target_os = "macos")]
    const CLOCK: libc::clockid_t = libc::CLOCK_UPTIME_RAW;
    #[cfg(not(target_os = "macos"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes where it is told to.
    unsafe { libc::clock_gettime(CLOCK, &raw mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// Since the library first read it: guests learn nothing of the machine's uptime.
pub fn monotonic_ns() -> u64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed().as_nanos() as u64
}
