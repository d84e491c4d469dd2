//! Equal parts of an engine, so that cores don't wait for each other.
//!
//! A call changes two dozen counters and locks of wasmtime's: those of the pool, and how often the engine, the component and its code are referred
//! to. One core does that in no time; several take the same cache lines from each other again and again. So there are several wasmtime engines, each
//! with a pool of its own, and a call uses the one of the core it runs on.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use crate::cores;
use crate::footprint::{Footprint, Watch};
use crate::linkers::Linkers;
use crate::reset::Memories;

/// More cores share shards: each shard maps its own copy of the functions that are called most.
const SHARDS_MAX: usize = 8;

/// A wasmtime engine with a pool, and how many of its instances are in use.
#[repr(align(128))]
pub struct Shard {
    pub wasmtime: wasmtime::Engine,
    pub memories: Memories,
    pub linkers: Linkers,
    instance_count_max: u64,
    instance_count: AtomicU64,
    /// The footprint of the component that was called last.
    last_called: AtomicUsize,
}

impl Shard {
    pub fn new(wasmtime: wasmtime::Engine, memories: Memories, instance_count_max: u64) -> Shard {
        Shard {
            wasmtime,
            memories,
            linkers: Linkers::default(),
            instance_count_max,
            instance_count: AtomicU64::new(0),
            last_called: AtomicUsize::new(0),
        }
    }

    /// Room for one instance until it is dropped; None when there is none left.
    pub fn enter(&self) -> Option<Room<'_>> {
        let more = |count: u64| (count < self.instance_count_max).then_some(count + 1);
        let entered = self.instance_count.fetch_update(Relaxed, Relaxed, more);
        entered.ok().map(|_| Room(self))
    }
}

/// Room for one instance in a shard.
pub struct Room<'a>(&'a Shard);

impl Room<'_> {
    /// See [`Footprint::enter`].
    pub fn enter<'a>(&self, footprint: &'a Footprint) -> Watch<'a> {
        footprint.enter(&self.0.last_called)
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.0.instance_count.fetch_sub(1, Relaxed);
    }
}

/// How many shards an engine for so many instances has: one a core.
pub fn count(instance_count: u64) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores
        .min(SHARDS_MAX)
        .min(usize::try_from(instance_count).unwrap_or(SHARDS_MAX))
        .max(1)
}

/// Makes a shard's pool in a thread that has only its share of the cores, where threads can be kept to some.
///
/// wasmtime splits a pool by the cores it sees, and a thread first takes what is in its own part. A shard is for one core already: split once more, a
/// thread finds the memories of a part of the functions only, and maps the others anew with each call.
pub fn on_its_cores<T: Send>(count: usize, make: impl FnOnce() -> T + Send) -> T {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let made = scope.spawn(|| {
            cores::keep_to(cores.div_ceil(count));
            make()
        });
        made.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// What one of so many shards has of something that is shared out.
pub fn share(whole: u64, index: usize, count: usize) -> u64 {
    let (index, count) = (index as u64, count as u64);
    whole / count + u64::from(index < whole % count)
}

/// The one of so many shards that is the calling thread's at the moment.
pub fn here(count: usize) -> usize {
    cores::here() % count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_pool_is_made_for_the_cores_of_its_shard() {
        let seen = || std::thread::available_parallelism().map_or(1, usize::from);
        let cores = seen();
        assert_eq!(on_its_cores(cores, seen), 1);
        assert_eq!(on_its_cores(1, seen), cores);
        assert_eq!(seen(), cores, "the caller's are not touched");
    }

    #[test]
    fn shares_make_the_whole() {
        for (whole, count) in [(1, 1), (7, 2), (8, 8), (1000, 3)] {
            let shares: Vec<u64> = (0..count).map(|index| share(whole, index, count)).collect();
            assert_eq!(shares.iter().sum::<u64>(), whole);
            assert!(shares.iter().all(|share| share.abs_diff(shares[0]) <= 1));
        }
    }

    #[test]
    fn a_shard_has_room_for_so_many_and_again_once_one_left() {
        let shard = Shard::new(wasmtime::Engine::default(), Memories::NOWHERE, 2);
        let (first, second) = (shard.enter(), shard.enter());
        assert!(first.is_some() && second.is_some());
        assert!(shard.enter().is_none());
        drop(first);
        assert!(shard.enter().is_some());
    }

    #[test]
    fn there_is_a_shard_for_every_core_and_none_without_an_instance() {
        assert_eq!(count(1), 1);
        assert!((1..=SHARDS_MAX).contains(&count(1000)));
        assert!((0..100).all(|_| here(3) < 3));
    }
}
