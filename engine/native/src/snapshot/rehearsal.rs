//! What a warm-up takes for randomness and time. Whoever repeats a warm-up with one of them changed sees by the difference what of a captured
//! state follows from it; with neither changed there is no difference.

use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;
use wasmtime::{Result, StoreContextMut, WasmBacktrace, format_err};

use crate::front::clocks;
use crate::invocation::Call;
use crate::outcome;

/// What each look at a clock adds, so that nobody waits in vain for time to pass.
const STEP_NS: u64 = 1_000;
/// How much later the warm-up with another time is: not a round number, so that each byte of it differs.
const LATER_NS: u64 = 0x0123_4567_89ab_cdef >> 8;
/// So many different places that asked are named.
const ASKED_MAX: usize = 8;

/// Where the rehearsals of one component begin.
pub struct Beginnings {
    seeds: [[u8; 32]; 2],
    unix_ns: u64,
    monotonic_ns: u64,
    begun: u32,
}

impl Beginnings {
    pub fn new() -> Result<Beginnings> {
        let mut seeds = [[0; 32]; 2];
        for seed in &mut seeds {
            getrandom::fill(seed).map_err(|error| format_err!("the operating system gives no randomness: {error}"))?;
        }
        Ok(Beginnings {
            seeds,
            unix_ns: clocks::unix_ns(),
            monotonic_ns: clocks::monotonic_ns(),
            begun: 0,
        })
    }

    /// The first one, one with other randomness, one with another time, and so on.
    pub fn next(&mut self) -> Box<Rehearsal> {
        let number = self.begun % 3;
        self.begun += 1;
        let later = if number == 2 { LATER_NS } else { 0 };
        Box::new(Rehearsal {
            generator: ChaCha12Rng::from_seed(self.seeds[usize::from(number == 1)]),
            unix_ns: self.unix_ns + later,
            monotonic_ns: self.monotonic_ns + later,
            during: String::new(),
            asked: Vec::new(),
        })
    }
}

/// One warm-up's.
pub struct Rehearsal {
    pub generator: ChaCha12Rng,
    unix_ns: u64,
    monotonic_ns: u64,
    /// Which request it is.
    pub during: String,
    /// A line each.
    asked: Vec<String>,
}

impl Rehearsal {
    pub fn since_epoch(&mut self) -> Duration {
        self.pass(STEP_NS);
        Duration::from_nanos(self.unix_ns)
    }

    pub fn monotonic_ns(&mut self) -> u64 {
        self.pass(STEP_NS);
        self.monotonic_ns
    }

    /// Who waits has waited.
    pub fn pass(&mut self, ns: u64) {
        self.unix_ns = self.unix_ns.saturating_add(ns);
        self.monotonic_ns = self.monotonic_ns.saturating_add(ns);
    }

    /// Request, source and the guest's stack, between tabs.
    pub fn asked(&self) -> String {
        self.asked.join("\n")
    }
}

/// Notes who asks for randomness or the time, if this is a warm-up.
pub fn note(store: &mut StoreContextMut<'_, Call>, source: &str) {
    if store.data().rehearsal.is_some() {
        note_stack(store, source);
    }
}

#[cold]
fn note_stack(store: &mut StoreContextMut<'_, Call>, source: &str) {
    let stack = outcome::names(&WasmBacktrace::force_capture(&*store)).join(" < ");
    if let Some(rehearsal) = &mut store.data_mut().rehearsal {
        let line = format!("{}\t{source}\t{stack}", rehearsal.during);
        if rehearsal.asked.len() < ASKED_MAX && !rehearsal.asked.contains(&line) {
            rehearsal.asked.push(line);
        }
    }
}
