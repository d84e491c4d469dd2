//! `wasi:clocks`: reading the time. Waiting for it comes with `wasi:io/poll`.

use std::time::{Duration, Instant, SystemTime};

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lower};

use super::Interface;
use crate::invocation::Call;

#[derive(ComponentType, Lower)]
#[component(record)]
struct Datetime {
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
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, ()| {
                Ok((Datetime::from(since_epoch()),))
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
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, ()| Ok((monotonic_ns(),)))
        }),
        ("resolution", |linker, name| {
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, ()| {
                Ok((RESOLUTION.as_nanos() as u64,))
            })
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

/// Since the library first read it: guests learn nothing of the machine's uptime.
fn monotonic_ns() -> u64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed().as_nanos() as u64
}
