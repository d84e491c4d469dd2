//! A component in the shards that it is called on.
//!
//! It is linked in one shard, its home, when it is loaded. Another shard gets a replica once the component was called there a few times: most
//! functions are called too rarely for a second mapping to be worth anything.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::engine::Engine;
use crate::footprint;
use crate::front::custom::Offers;
use crate::layout::Settings;
use crate::outcome::HostExhausted;
use crate::prelink::{Linked, PrelinkError};
use crate::shard::{self, Room, Shard};
use crate::snapshot::kept::Kept;

/// So many calls on a shard without a replica have it made.
const CALLS_PER_REPLICA: u32 = 64;
/// Replicas of all components together, beside their homes. Java's `TableBudget` leaves room for them.
const REPLICAS_MAX: usize = 1024;

/// How many replicas an engine's components have beside their homes.
#[derive(Default)]
pub struct ReplicaCount(AtomicUsize);

/// A component ready to be begun any number of times, from any thread.
pub struct Prelinked {
    /// One instance for all calls, to be warmed up and captured; None = each call has its own. The first field, so that it goes before the shards.
    pub kept: Option<Kept>,
    shards: Arc<[Shard]>,
    settings: Settings,
    artifact: PathBuf,
    offers: Offers,
    home: usize,
    /// One a shard.
    replicas: Box<[Replica]>,
    linking: Mutex<()>,
    alive: Arc<AtomicU64>,
    replica_count: Arc<ReplicaCount>,
}

/// A component in one shard, or why it isn't there yet.
#[derive(Default)]
#[repr(align(128))]
struct Replica {
    linked: OnceLock<Linked>,
    /// Calls on this shard while it isn't linked.
    calls: AtomicU32,
}

impl Prelinked {
    /// `offers` are the interfaces of the program that embeds us.
    pub fn load(engine: &Engine, artifact: &Path, offers: Offers) -> Result<Prelinked, PrelinkError> {
        static LOADED: AtomicUsize = AtomicUsize::new(0);
        let home = LOADED.fetch_add(1, Relaxed) % engine.shards.len();
        let linked = Linked::new(&engine.shards[home], &engine.settings, artifact, &offers)?;
        let replicas: Box<[Replica]> = engine.shards.iter().map(|_| Replica::default()).collect();
        let _ = replicas[home].linked.set(linked);
        engine.prelinked.fetch_add(1, Relaxed);
        Ok(Prelinked {
            kept: None,
            shards: engine.shards.clone(),
            settings: engine.settings,
            artifact: artifact.into(),
            offers,
            home,
            replicas,
            linking: Mutex::new(()),
            alive: engine.prelinked.clone(),
            replica_count: engine.replicas.clone(),
        })
    }

    /// The same, with one instance for all calls.
    pub fn load_kept(engine: &Engine, artifact: &Path, offers: Offers) -> Result<Prelinked, PrelinkError> {
        let mut prelinked = Prelinked::load(engine, artifact, offers)?;
        if prelinked.home().is_command() {
            return Err(PrelinkError::Invalid(
                "a command starts anew with each call: nothing of it can be warmed up".into(),
            ));
        }
        prelinked.kept = Some(Kept::new().map_err(|error| PrelinkError::Internal(format!("{error:#}")))?);
        Ok(prelinked)
    }

    /// Where a call that begins now runs: on this core's shard if the component and room are there, else on another one.
    pub fn place(&self) -> Result<(&Linked, Room<'_>), HostExhausted> {
        let here = shard::here(self.shards.len());
        if self.replicas[here].is_wanted() && self.replica_count.0.load(Relaxed) < REPLICAS_MAX {
            self.link(here);
        }
        let shards = 0..self.shards.len();
        [here, self.home]
            .into_iter()
            .chain(shards.clone())
            .find_map(|index| self.place_on(index))
            .or_else(|| {
                shards.into_iter().find_map(|index| {
                    let room = self.shards[index].enter()?;
                    self.link(index);
                    Some((self.replicas[index].linked.get()?, room))
                })
            })
            .ok_or(HostExhausted("all instances are in use"))
    }

    fn place_on(&self, index: usize) -> Option<(&Linked, Room<'_>)> {
        let replica = &self.replicas[index];
        footprint::fetch(replica);
        let linked = replica.linked.get()?;
        self.shards[index].enter().map(|room| (linked, room))
    }

    /// Links the component in one more shard. When that fails (the file may be gone by now) calls go on elsewhere.
    fn link(&self, index: usize) {
        let _linking = self.linking.lock().unwrap_or_else(PoisonError::into_inner);
        let replica = &self.replicas[index].linked;
        if replica.get().is_none()
            && let Ok(linked) = Linked::new(&self.shards[index], &self.settings, &self.artifact, &self.offers)
            && self.home().is_same_code(&linked)
            && replica.set(linked).is_ok()
        {
            self.replica_count.0.fetch_add(1, Relaxed);
        }
    }

    fn home(&self) -> &Linked {
        self.replicas[self.home]
            .linked
            .get()
            .expect("linked when it was loaded")
    }
}

impl Drop for Prelinked {
    fn drop(&mut self) {
        let linked = self.replicas.iter().filter(|replica| replica.linked.get().is_some());
        self.replica_count.0.fetch_sub(linked.count() - 1, Relaxed);
        self.alive.fetch_sub(1, Relaxed);
    }
}

impl Replica {
    /// Counts a call on a shard that has none; true each time there were enough of them.
    fn is_wanted(&self) -> bool {
        self.linked.get().is_none() && (self.calls.fetch_add(1, Relaxed) + 1).is_multiple_of(CALLS_PER_REPLICA)
    }
}
