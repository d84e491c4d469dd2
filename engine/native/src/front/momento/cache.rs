//! `momento:cache-scalar/cache-scalar`: the cache is the `kv` binding that the function's environment calls `__CACHE_NAME`.

use std::marker::PhantomData;

use sha2::{Digest, Sha256};
use wasmtime::component::{ComponentType, Lift, Lower, WasmList};

use super::bytes::{Data, Passed, Source};
use super::errors::{Error, Fail, settled};
use super::{Access, Interface, VERSION, names};
use crate::front::Define;
use crate::front::kv;
use crate::front::wire::{ARGUMENT_BYTES_MAX, perform};

/// How often a condition is looked at again because its value changed meanwhile.
pub const ATTEMPTS_MAX: usize = 16;

/// What keys begin with whose bytes are written in hexadecimal digits: all that are no text, and those that begin so themselves.
const HEX: &str = "hex:";

pub type Answer<T> = std::result::Result<T, Fail<Error>>;

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Condition<D> {
    #[component(name = "present")]
    Present,
    #[component(name = "present-and-not-equal")]
    PresentAndNotEqual(D),
    #[component(name = "absent")]
    Absent,
    #[component(name = "equal")]
    Equal(D),
    #[component(name = "absent-or-equal")]
    AbsentOrEqual(D),
    #[component(name = "not-equal")]
    NotEqual(D),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum HashCondition<D> {
    #[component(name = "present-and-not-hash-equal")]
    PresentAndNotEqual(D),
    #[component(name = "present-and-hash-equal")]
    PresentAndEqual(D),
    #[component(name = "absent-or-hash-equal")]
    AbsentOrEqual(D),
    #[component(name = "absent-or-not-hash-equal")]
    AbsentOrNotEqual(D),
    #[component(name = "unconditional")]
    Unconditional,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Stored {
    #[component(name = "stored")]
    Stored,
    #[component(name = "not-stored")]
    NotStored,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum StoredHash<M> {
    #[component(name = "stored")]
    Stored(M),
    #[component(name = "not-stored")]
    NotStored,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct WithHash<G, M> {
    value: G,
    hash: M,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Found<G, M> {
    #[component(name = "found")]
    Found(WithHash<G, M>),
    #[component(name = "missing")]
    Missing,
}

pub const SCALAR: Interface = Interface {
    name: "momento:cache-scalar/cache-scalar",
    version: VERSION,
    resources: &[],
    functions: Functions::<Data>::ALL,
};

/// The same with lists of bytes.
pub const OLDER: Interface = Interface {
    name: "momento:functions/cache-scalar",
    version: VERSION,
    resources: &[],
    functions: Functions::<WasmList<u8>>::ALL,
};

struct Functions<D>(PhantomData<D>);

impl<D: Passed> Functions<D> {
    const ALL: &'static [(&'static str, Define)] = &[
        ("get", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (key,): (D,)| {
                Box::new(
                    async move { settled(get(&mut store, key.into()).await.map(|value| value.map(D::Given::from))) },
                )
            })
        }),
        ("get-with-hash", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (key,): (D,)| {
                Box::new(async move { settled(get(&mut store, key.into()).await.map(Found::<D::Given, D::Made>::of)) })
            })
        }),
        ("set", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (key, value, ttl): (D, D, u64)| {
                Box::new(async move { settled(set(&mut store, key.into(), value.into(), ttl).await) })
            })
        }),
        ("set-if", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (key, value, ttl, condition): (D, D, u64, Condition<D>)| {
                    Box::new(async move { settled(set_if(&mut store, key.into(), value.into(), ttl, condition).await) })
                },
            )
        }),
        ("set-if-hash", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (key, value, ttl, condition): (D, D, u64, HashCondition<D>)| {
                    Box::new(async move {
                        settled(set_if_hash::<D>(&mut store, key.into(), value.into(), ttl, condition).await)
                    })
                },
            )
        }),
        ("delete", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (key,): (D,)| {
                Box::new(async move { settled(delete(&mut store, key.into()).await) })
            })
        }),
    ];
}

impl<G: From<&'static [u8]>, M: From<Vec<u8>>> Found<G, M> {
    fn of(value: Option<&'static [u8]>) -> Found<G, M> {
        match value {
            None => Found::Missing,
            Some(value) => Found::Found(WithHash {
                value: value.into(),
                hash: hash(value).into(),
            }),
        }
    }
}

async fn get(store: &mut Access<'_>, key: Data) -> Answer<Option<&'static [u8]>> {
    let place = place(store, key).await?;
    Ok(perform(store, kv::GET, &place).await??)
}

async fn set(store: &mut Access<'_>, key: Data, value: Data, ttl_ms: u64) -> Answer<()> {
    let (cache, key) = place(store, key).await?;
    let value = value.source(store).await?;
    let parameters = (cache, key, value, Some(ttl_ms));
    let done = perform::<()>(store, kv::SET, &parameters).await?;
    Source::release(parameters.2, store.data().frame);
    Ok(done?)
}

async fn delete(store: &mut Access<'_>, key: Data) -> Answer<()> {
    let place = place(store, key).await?;
    perform::<bool>(store, kv::DELETE, &place).await??;
    Ok(())
}

async fn set_if<D: Passed>(
    store: &mut Access<'_>,
    key: Data,
    value: Data,
    ttl_ms: u64,
    condition: Condition<D>,
) -> Answer<Stored> {
    let condition = match condition {
        Condition::Present => When::Present,
        Condition::Absent => When::Absent,
        Condition::PresentAndNotEqual(data) => When::PresentAnd(false, owned(store, data.into()).await?),
        Condition::Equal(data) => When::PresentAnd(true, owned(store, data.into()).await?),
        Condition::AbsentOrEqual(data) => When::AbsentOr(true, owned(store, data.into()).await?),
        Condition::NotEqual(data) => When::AbsentOr(false, owned(store, data.into()).await?),
    };
    let stored = set_when(store, key, value, ttl_ms, &condition, <[u8]>::to_vec).await?;
    Ok(stored.map_or(Stored::NotStored, |_| Stored::Stored))
}

async fn set_if_hash<D: Passed>(
    store: &mut Access<'_>,
    key: Data,
    value: Data,
    ttl_ms: u64,
    condition: HashCondition<D>,
) -> Answer<StoredHash<D::Made>> {
    let condition = match condition {
        HashCondition::Unconditional => When::Always,
        HashCondition::PresentAndNotEqual(data) => When::PresentAnd(false, owned(store, data.into()).await?),
        HashCondition::PresentAndEqual(data) => When::PresentAnd(true, owned(store, data.into()).await?),
        HashCondition::AbsentOrEqual(data) => When::AbsentOr(true, owned(store, data.into()).await?),
        HashCondition::AbsentOrNotEqual(data) => When::AbsentOr(false, owned(store, data.into()).await?),
    };
    let stored = set_when(store, key, value, ttl_ms, &condition, hash).await?;
    Ok(stored.map_or(StoredHash::NotStored, |value| StoredHash::Stored(hash(&value).into())))
}

/// When a value may be replaced. What is compared is the value, or its hash.
enum When {
    Always,
    Present,
    Absent,
    /// There is one, and whether it equals this.
    PresentAnd(bool, Vec<u8>),
    /// There is none, or one that equals this or doesn't.
    AbsentOr(bool, Vec<u8>),
}

impl When {
    fn holds(&self, current: Option<&[u8]>, compared: fn(&[u8]) -> Vec<u8>) -> bool {
        match (self, current) {
            (When::Always, _) | (When::Present, Some(_)) | (When::Absent, None) => true,
            (When::Present, None) | (When::Absent, Some(_)) => false,
            (When::PresentAnd(..), None) => false,
            (When::AbsentOr(..), None) => true,
            (When::PresentAnd(equal, wanted) | When::AbsentOr(equal, wanted), Some(current)) => {
                (compared(current) == *wanted) == *equal
            }
        }
    }
}

/// Sets a value when the one before is as wanted at that moment. Answers with the value that was set.
async fn set_when(
    store: &mut Access<'_>,
    key: Data,
    value: Data,
    ttl_ms: u64,
    condition: &When,
    compared: fn(&[u8]) -> Vec<u8>,
) -> Answer<Option<Vec<u8>>> {
    let place = place(store, key).await?;
    let value = owned(store, value).await?;
    for _ in 0..ATTEMPTS_MAX {
        let current: Option<&[u8]> = perform(store, kv::GET, &place).await??;
        if !condition.holds(current, compared) {
            return Ok(None);
        }
        let change = (place.clone(), current, &value[..], Some(ttl_ms));
        if perform(store, kv::COMPARE_AND_SET, &change).await?? {
            return Ok(Some(value));
        }
    }
    Err(changing())
}

/// Nobody who writes waits for another, so that somebody always gets on; here it wasn't this function.
pub fn changing() -> Fail<Error> {
    Fail::Told(Error::FailedPrecondition(format!(
        "the value changed {ATTEMPTS_MAX} times meanwhile: try again"
    )))
}

/// The function's cache, and a key in it.
pub async fn place(store: &mut Access<'_>, key: Data) -> Answer<(String, String)> {
    let cache = names(store).await?.cache;
    Ok((cache, key_text(owned(store, key).await?)))
}

/// Something that is needed as a whole here.
pub async fn owned(store: &mut Access<'_>, data: Data) -> Answer<Vec<u8>> {
    let bytes = data.source(store).await?.bytes(store, ARGUMENT_BYTES_MAX).await?;
    bytes.ok_or_else(|| {
        Fail::Told(Error::LimitExceeded(format!(
            "operation-argument-bytes-max={ARGUMENT_BYTES_MAX}"
        )))
    })
}

/// Keys are text here, and any bytes there.
fn key_text(key: Vec<u8>) -> String {
    match String::from_utf8(key) {
        Ok(text) if !text.starts_with(HEX) => text,
        Ok(text) => in_hex(text.as_bytes()),
        Err(error) => in_hex(error.as_bytes()),
    }
}

fn in_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::from(HEX), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A function compares it and nothing else.
fn hash(value: &[u8]) -> Vec<u8> {
    Sha256::digest(value).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_one() {
        assert_eq!(key_text(b"order:1".to_vec()), "order:1");
        assert_eq!(key_text(vec![0xff, 0x00]), "hex:ff00");
        assert_eq!(key_text(b"hex:ff00".to_vec()), "hex:6865783a66663030");
    }

    #[test]
    fn a_condition_holds_as_it_says() {
        let same = <[u8]>::to_vec;
        let a = || b"a".to_vec();
        let cases = [
            (When::Always, [true, true, true]),
            (When::Present, [false, true, true]),
            (When::Absent, [true, false, false]),
            (When::PresentAnd(true, a()), [false, true, false]),
            (When::PresentAnd(false, a()), [false, false, true]),
            (When::AbsentOr(true, a()), [true, true, false]),
            (When::AbsentOr(false, a()), [true, false, true]),
        ];
        for (condition, expected) in cases {
            let held = [None, Some(&b"a"[..]), Some(&b"b"[..])].map(|current| condition.holds(current, same));
            assert_eq!(held, expected);
        }
    }
}
