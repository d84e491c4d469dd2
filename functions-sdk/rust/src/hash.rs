use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};

use crate::bindings::wasi::random::insecure_seed::insecure_seed;

/// `std::collections::HashMap` keyed by the host: `HashMap::default()` makes one.
///
/// The standard library's own keys are the same in every instance on this target, so a caller who picks the map's
/// keys can make them collide and a lookup slow.
pub type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;

/// `std::collections::HashSet` keyed by the host: `HashSet::default()` makes one.
pub type HashSet<T> = std::collections::HashSet<T, RandomState>;

/// Hashes that depend on a seed from the host.
#[derive(Clone, Debug)]
pub struct RandomState {
    /// Has taken in the seed before any key: what follows depends on it.
    seeded: DefaultHasher,
}

impl RandomState {
    /// Asks the host for a seed.
    pub fn new() -> RandomState {
        RandomState::with_seed(insecure_seed())
    }

    fn with_seed(seed: (u64, u64)) -> RandomState {
        let mut seeded = DefaultHasher::new();
        seeded.write_u64(seed.0);
        seeded.write_u64(seed.1);
        RandomState { seeded }
    }
}

impl Default for RandomState {
    fn default() -> Self {
        RandomState::new()
    }
}

impl BuildHasher for RandomState {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        self.seeded.clone()
    }
}

/// Has a map go on under a new seed, as all calls that start from one snapshot share the one that it has: for [`crate::after_restore!`].
///
/// It moves every entry, some 50 ns each. A large map that no key from outside gets into is better left alone.
pub fn reseed_map<K: Eq + Hash, V>(map: &mut HashMap<K, V>) {
    *map = std::mem::take(map).into_iter().collect();
}

/// The same for a set.
pub fn reseed_set<T: Eq + Hash>(set: &mut HashSet<T>) {
    *set = std::mem::take(set).into_iter().collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_the_hash() {
        let hash = |seed| RandomState::with_seed(seed).hash_one("key");
        assert_eq!(hash((1, 2)), hash((1, 2)));
        assert_ne!(hash((1, 2)), hash((1, 3)));
        assert_ne!(hash((1, 2)), hash((2, 2)));
    }
}
