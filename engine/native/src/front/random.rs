//! `wasi:random`. Each invocation that asks has a generator of its own, seeded once from the operating system: what it drew follows from 32 bytes.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use wasmtime::{Result, StoreContextMut, bail, format_err};

use super::Interface;
use crate::invocation::Call;
use crate::outcome::LimitPassed;
use crate::snapshot::rehearsal;

/// More at once is refused: the host would hold it all before the guest gets it.
const RANDOM_BYTES_MAX: u64 = 1 << 20;

/// An invocation's generator. Twelve rounds: no attack is known past seven.
pub struct Random(ChaCha12Rng);

impl Random {
    fn new() -> Result<Random> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| format_err!("the operating system gives no randomness: {error}"))?;
        Ok(Random(ChaCha12Rng::from_seed(seed)))
    }
}

pub const SECURE: Interface = Interface {
    name: "wasi:random/random",
    version: "0.2.0",
    resources: &[],
    functions: &[
        ("get-random-bytes", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (length,): (u64,)| {
                rehearsal::note(&mut store, SECURE.name);
                Ok((bytes(store.data_mut(), length)?,))
            })
        }),
        ("get-random-u64", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
                rehearsal::note(&mut store, SECURE.name);
                Ok((number(store.data_mut())?,))
            })
        }),
    ],
};

pub const INSECURE: Interface = Interface {
    name: "wasi:random/insecure",
    version: "0.2.0",
    resources: &[],
    functions: &[
        ("get-insecure-random-bytes", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (length,): (u64,)| {
                rehearsal::note(&mut store, INSECURE.name);
                Ok((bytes(store.data_mut(), length)?,))
            })
        }),
        ("get-insecure-random-u64", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
                rehearsal::note(&mut store, INSECURE.name);
                Ok((number(store.data_mut())?,))
            })
        }),
    ],
};

pub const SEED: Interface = Interface {
    name: "wasi:random/insecure-seed",
    version: "0.2.0",
    resources: &[],
    functions: &[("insecure-seed", |linker, name| {
        linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
            rehearsal::note(&mut store, SEED.name);
            let call = store.data_mut();
            Ok(((number(call)?, number(call)?),))
        })
    })],
};

fn generator(call: &mut Call) -> Result<&mut ChaCha12Rng> {
    if let Some(rehearsal) = &mut call.rehearsal {
        return Ok(&mut rehearsal.generator);
    }
    if call.random.is_none() {
        call.random = Some(Box::new(Random::new()?));
    }
    Ok(&mut call.random.as_mut().expect("just set").0)
}

fn number(call: &mut Call) -> Result<u64> {
    Ok(generator(call)?.next_u64())
}

fn bytes(call: &mut Call, length: u64) -> Result<Vec<u8>> {
    if length > RANDOM_BYTES_MAX {
        bail!(LimitPassed(format!(
            "{length} random bytes were asked for at once (limit random-bytes-max={RANDOM_BYTES_MAX})"
        )));
    }
    let mut bytes = vec![0; length as usize];
    generator(call)?.fill_bytes(&mut bytes);
    Ok(bytes)
}
