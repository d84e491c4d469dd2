//! `wasi:random`. Each invocation that asks has a generator of its own, seeded once from the operating system: what it drew follows from 32 bytes.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use wasmtime::{Result, StoreContextMut, bail, format_err};

use super::Interface;
use crate::invocation::Call;
use crate::outcome::LimitPassed;

/// More at once is refused: the host would hold it all before the guest gets it.
const RANDOM_BYTES_MAX: u64 = 1 << 20;

/// An invocation's generator. Twelve rounds: no attack is known past seven.
pub struct Random {
    generator: ChaCha12Rng,
    /// Whether something was drawn that nobody else may know.
    pub is_secure_drawn: bool,
}

impl Random {
    fn new() -> Result<Random> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| format_err!("the operating system gives no randomness: {error}"))?;
        Ok(Random {
            generator: ChaCha12Rng::from_seed(seed),
            is_secure_drawn: false,
        })
    }
}

pub const SECURE: Interface = Interface {
    name: "wasi:random/random",
    version: "0.2.0",
    resources: &[],
    functions: &[
        ("get-random-bytes", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (length,): (u64,)| {
                let drawn = bytes(store.data_mut(), length)?;
                random(store.data_mut())?.is_secure_drawn = true;
                Ok((drawn,))
            })
        }),
        ("get-random-u64", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
                random(store.data_mut())?.is_secure_drawn = true;
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
                Ok((bytes(store.data_mut(), length)?,))
            })
        }),
        ("get-insecure-random-u64", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
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
            let call = store.data_mut();
            Ok(((number(call)?, number(call)?),))
        })
    })],
};

fn random(call: &mut Call) -> Result<&mut Random> {
    if call.random.is_none() {
        call.random = Some(Box::new(Random::new()?));
    }
    Ok(call.random.as_mut().expect("just set"))
}

fn number(call: &mut Call) -> Result<u64> {
    Ok(random(call)?.generator.next_u64())
}

fn bytes(call: &mut Call, length: u64) -> Result<Vec<u8>> {
    if length > RANDOM_BYTES_MAX {
        bail!(LimitPassed(format!(
            "{length} random bytes were asked for at once (limit random-bytes-max={RANDOM_BYTES_MAX})"
        )));
    }
    let mut bytes = vec![0; length as usize];
    random(call)?.generator.fill_bytes(&mut bytes);
    Ok(bytes)
}
