//! The host's secure random source.

use crate::bindings::wasi::random::random;

/// Fills `into` with random bytes fit for keys and tokens.
pub fn fill(into: &mut [u8]) {
    into.copy_from_slice(&random::get_random_bytes(into.len() as u64));
}

/// A random number, every value as likely as any other; fit for keys and tokens.
pub fn u64() -> u64 {
    random::get_random_u64()
}
