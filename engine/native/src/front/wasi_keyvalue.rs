//! `wasi:keyvalue` at 0.2.0-draft2: the operations of `mayfly:kv`. A bucket's identifier is the name of a binding.

use wasmtime::component::{ComponentType, Lower, Resource, ResourceType, WasmList, WasmStr};
use wasmtime::{Result, StoreContextMut};

use super::wire::{Decode, Encode, perform};
use super::{Interface, errors, kv};
use crate::invocation::Call;

const VERSION: &str = "0.2.0-draft2";

/// Keys in one page.
const KEYS_AT_ONCE: u32 = 1_000;

/// An open bucket.
struct Bucket;

/// A value as it was read, to be swapped for another.
pub struct Cas {
    bucket: String,
    key: String,
    seen: Option<Vec<u8>>,
}

/// What an invocation's handles stand for. A dropped one's place stays empty: an invocation is short, and its handles are bounded.
#[derive(Default)]
pub struct Held {
    /// Names of bindings.
    buckets: Vec<String>,
    cas: Vec<Option<Cas>>,
}

impl Held {
    fn add_bucket(&mut self, name: String) -> Resource<Bucket> {
        self.buckets.push(name);
        Resource::new_own(self.buckets.len() as u32 - 1)
    }

    fn bucket(&self, bucket: &Resource<Bucket>) -> String {
        self.buckets[bucket.rep() as usize].clone()
    }

    fn add_cas(&mut self, cas: Cas) -> Resource<Cas> {
        self.cas.push(Some(cas));
        Resource::new_own(self.cas.len() as u32 - 1)
    }

    fn take_cas(&mut self, rep: u32) -> Option<Cas> {
        self.cas[rep as usize].take()
    }
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "no-such-store")]
    NoSuchStore,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "other")]
    Other(&'static str),
}

impl From<errors::Error> for Error {
    fn from(error: errors::Error) -> Error {
        match error {
            errors::Error::PermissionDenied(_) => Error::AccessDenied,
            other => Error::Other(other.text()),
        }
    }
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum CasError {
    #[component(name = "store-error")]
    StoreError(Error),
    #[component(name = "cas-failed")]
    CasFailed(Resource<Cas>),
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct KeyResponse {
    keys: Vec<&'static str>,
    cursor: Option<&'static str>,
}

impl Decode for KeyResponse {
    fn decode(answer: &mut super::wire::Answer) -> Result<Self> {
        Ok(KeyResponse {
            keys: Decode::decode(answer)?,
            cursor: Decode::decode(answer)?,
        })
    }
}

type Answered<T> = std::result::Result<T, Error>;
type Bytes = WasmList<u8>;
type NoTimeToLive = Option<u64>;

/// An operation on a bucket: its name goes in front of the parameters.
async fn on_bucket<R: Decode>(
    store: &mut StoreContextMut<'_, Call>,
    bucket: &Resource<Bucket>,
    number: i32,
    parameters: impl Encode + Sync,
) -> Result<Answered<R>> {
    let name = store.data().keyvalue.bucket(bucket);
    Ok(perform(store, number, &(name, parameters)).await?.map_err(Error::from))
}

pub const STORE: Interface = Interface {
    name: "wasi:keyvalue/store",
    version: VERSION,
    resources: &[("bucket", |linker, name| {
        linker.resource(name, ResourceType::host::<Bucket>(), |_, _| Ok(()))
    })],
    functions: &[
        ("open", |linker, name| {
            linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (name,): (WasmStr,)| {
                Box::new(async move {
                    let name = name.to_str(&store)?.into_owned();
                    // A look at any key tells whether the function has such a binding.
                    let found: std::result::Result<bool, errors::Error> =
                        perform(&mut store, kv::EXISTS, &(name.clone(), String::from("any"))).await?;
                    if let Err(errors::Error::PermissionDenied(_)) = found {
                        return Ok((Err(Error::NoSuchStore),));
                    }
                    let bucket = store.data_mut().keyvalue.add_bucket(name);
                    Ok((Ok(bucket),))
                })
            })
        }),
        ("[method]bucket.get", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, key): (Resource<Bucket>, WasmStr)| {
                    Box::new(async move { Ok((on_bucket::<Option<&[u8]>>(&mut store, &bucket, kv::GET, key).await?,)) })
                },
            )
        }),
        ("[method]bucket.set", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, key, value): (Resource<Bucket>, WasmStr, Bytes)| {
                    Box::new(async move {
                        let entries = (vec![(key, value)], None as NoTimeToLive);
                        Ok((on_bucket::<()>(&mut store, &bucket, kv::SET_MANY, entries).await?,))
                    })
                },
            )
        }),
        ("[method]bucket.delete", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, key): (Resource<Bucket>, WasmStr)| {
                    Box::new(async move {
                        let deleted = on_bucket::<bool>(&mut store, &bucket, kv::DELETE, key).await?;
                        Ok((deleted.map(|_| ()),))
                    })
                },
            )
        }),
        ("[method]bucket.exists", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, key): (Resource<Bucket>, WasmStr)| {
                    Box::new(async move { Ok((on_bucket::<bool>(&mut store, &bucket, kv::EXISTS, key).await?,)) })
                },
            )
        }),
        ("[method]bucket.list-keys", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, cursor): (Resource<Bucket>, Option<WasmStr>)| {
                    Box::new(async move {
                        let parameters = (String::new(), cursor, KEYS_AT_ONCE);
                        Ok((on_bucket::<KeyResponse>(&mut store, &bucket, kv::KEYS, parameters).await?,))
                    })
                },
            )
        }),
    ],
};

pub const BATCH: Interface = Interface {
    name: "wasi:keyvalue/batch",
    version: VERSION,
    resources: &[],
    functions: &[
        ("get-many", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, keys): (Resource<Bucket>, Vec<WasmStr>)| {
                    Box::new(async move {
                        let names: Vec<String> = keys
                            .iter()
                            .map(|key| Ok(key.to_str(&store)?.into_owned()))
                            .collect::<Result<_>>()?;
                        let values = on_bucket::<Vec<Option<&[u8]>>>(&mut store, &bucket, kv::GET_MANY, keys).await?;
                        let pairs = values.map(|values| {
                            let pair =
                                |(name, value): (String, Option<&'static [u8]>)| value.map(|value| (name, value));
                            names.into_iter().zip(values).map(pair).collect::<Vec<_>>()
                        });
                        Ok((pairs,))
                    })
                },
            )
        }),
        ("set-many", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, entries): (Resource<Bucket>, Vec<(WasmStr, Bytes)>)| {
                    Box::new(async move {
                        let entries = (entries, None as NoTimeToLive);
                        Ok((on_bucket::<()>(&mut store, &bucket, kv::SET_MANY, entries).await?,))
                    })
                },
            )
        }),
        ("delete-many", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, keys): (Resource<Bucket>, Vec<WasmStr>)| {
                    Box::new(async move {
                        let deleted = on_bucket::<u32>(&mut store, &bucket, kv::DELETE_MANY, keys).await?;
                        Ok((deleted.map(|_| ()),))
                    })
                },
            )
        }),
    ],
};

pub const ATOMICS: Interface = Interface {
    name: "wasi:keyvalue/atomics",
    version: VERSION,
    resources: &[("cas", |linker, name| {
        linker.resource(name, ResourceType::host::<Cas>(), |mut store, rep| {
            store.data_mut().keyvalue.take_cas(rep);
            Ok(())
        })
    })],
    functions: &[
        ("[static]cas.new", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, key): (Resource<Bucket>, WasmStr)| {
                    Box::new(async move {
                        let key = key.to_str(&store)?.into_owned();
                        let bucket = store.data().keyvalue.bucket(&bucket);
                        Ok((read(&mut store, bucket, key).await?,))
                    })
                },
            )
        }),
        ("[method]cas.current", |linker, name| {
            linker.func_wrap_async(name, |store: StoreContextMut<'_, Call>, (cas,): (Resource<Cas>,)| {
                Box::new(async move {
                    let seen = store.data().keyvalue.cas[cas.rep() as usize]
                        .as_ref()
                        .and_then(|cas| cas.seen.clone());
                    Ok((Answered::Ok(seen),))
                })
            })
        }),
        ("increment", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (bucket, key, delta): (Resource<Bucket>, WasmStr, i64)| {
                    Box::new(async move {
                        let parameters = (key, delta, None as NoTimeToLive);
                        Ok((on_bucket::<i64>(&mut store, &bucket, kv::INCREMENT, parameters).await?,))
                    })
                },
            )
        }),
        ("swap", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (cas, value): (Resource<Cas>, Bytes)| {
                    Box::new(async move {
                        let taken = store.data_mut().keyvalue.take_cas(cas.rep());
                        let cas = taken.expect("a handle that is passed on was not dropped");
                        let parameters = (
                            cas.bucket.clone(),
                            cas.key.clone(),
                            cas.seen,
                            value,
                            None as NoTimeToLive,
                        );
                        let swapped: std::result::Result<bool, errors::Error> =
                            perform(&mut store, kv::COMPARE_AND_SET, &parameters).await?;
                        let failed = match swapped {
                            Ok(true) => return Ok((Ok(()),)),
                            Err(error) => CasError::StoreError(error.into()),
                            Ok(false) => match read(&mut store, cas.bucket, cas.key).await? {
                                Ok(again) => CasError::CasFailed(again),
                                Err(error) => CasError::StoreError(error),
                            },
                        };
                        Ok((Err(failed),))
                    })
                },
            )
        }),
    ],
};

/// Reads a value that is to be swapped.
async fn read(store: &mut StoreContextMut<'_, Call>, bucket: String, key: String) -> Result<Answered<Resource<Cas>>> {
    let value: std::result::Result<Option<&[u8]>, errors::Error> =
        perform(store, kv::GET, &(bucket.clone(), key.clone())).await?;
    match value {
        Ok(value) => {
            let seen = value.map(<[u8]>::to_vec);
            Ok(Ok(store.data_mut().keyvalue.add_cas(Cas { bucket, key, seen })))
        }
        Err(error) => Ok(Err(error.into())),
    }
}
