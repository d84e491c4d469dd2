//! Where windows are: functions that one toolchain made mostly have theirs in the same places, and can then use each other's sealed memories.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

/// So many are remembered. It is a bound for memory only: a toolchain has a few.
const GEOMETRIES_MAX: usize = 4096;

type Places = Vec<(usize, usize)>;

static KNOWN: Mutex<BTreeMap<Places, u64>> = Mutex::new(BTreeMap::new());
/// 0 is no geometry.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The number of a geometry: two have the same one only if they have the same windows. One that isn't remembered is nobody else's.
pub fn number(windows: Vec<Range<usize>>) -> u64 {
    let places: Places = windows.into_iter().map(|window| (window.start, window.end)).collect();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(number) = known.get(&places) {
        return *number;
    }
    let number = NEXT.fetch_add(1, Relaxed);
    if known.len() < GEOMETRIES_MAX {
        known.insert(places, number);
    }
    number
}
