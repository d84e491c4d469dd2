//! `wasi:blobstore/container`: the objects of a binding.

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lower, Resource, ResourceType};

use super::values::{Incoming, Outgoing, incoming};
use super::{Answered, Store, VERSION, ask, blob, head};
use crate::front::Interface;

/// What every store refuses as a key: `blob-key-bytes-max`.
const NAME_BYTES_MAX: usize = 1_024;
/// Objects in one page.
const PAGE: u32 = 1_000;
/// Names that are read at once, whatever was asked for.
const NAMES_AT_ONCE: u64 = 10_000;

/// A handle to a container, whose name is in the invocation's list.
pub struct Container;

/// How far a container's objects were listed.
pub struct Listing {
    container: String,
    after: Option<String>,
    is_over: bool,
}

impl Listing {
    fn of(container: String) -> Listing {
        Listing {
            container,
            after: None,
            is_over: false,
        }
    }

    /// The next names, in the keys' order: at most a page, fewer than `count` only then or at the end.
    async fn next(&mut self, store: &mut Store<'_>, count: u64) -> Result<Answered<Vec<String>>> {
        if self.is_over || count == 0 {
            return Ok(Ok(Vec::new()));
        }
        let count = count.min(PAGE.into()) as u32;
        let parameters = (self.container.clone(), String::new(), self.after.clone(), count);
        let page: blob::BlobPage = match ask(store, blob::LIST, parameters).await? {
            Ok(page) => page,
            Err(error) => return Ok(Err(error)),
        };
        self.is_over = !page.more;
        let names: Vec<String> = page.blobs.iter().map(|blob| blob.key.to_owned()).collect();
        self.after = names.last().cloned().or(self.after.take());
        Ok(Ok(names))
    }
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct ContainerMetadata {
    name: String,
    #[component(name = "created-at")]
    created_at: u64,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct ObjectMetadata {
    name: String,
    container: String,
    /// In seconds since 1970.
    #[component(name = "created-at")]
    created_at: u64,
    size: u64,
}

type Handle = Resource<Container>;
type Names = Resource<Listing>;

fn name_of(store: &Store<'_>, container: &Handle) -> String {
    store.data().blobs.containers[container.rep() as usize].clone()
}

pub const CONTAINER: Interface = Interface {
    name: "wasi:blobstore/container",
    version: VERSION,
    resources: &[
        ("container", |linker, name| {
            linker.resource(name, ResourceType::host::<Container>(), |mut store, number| {
                store.data_mut().blobs.containers.remove(number as usize);
                Ok(())
            })
        }),
        ("stream-object-names", |linker, name| {
            linker.resource(name, ResourceType::host::<Listing>(), |mut store, number| {
                store.data_mut().blobs.listings.remove(number as usize);
                Ok(())
            })
        }),
    ],
    functions: &[
        ("[method]container.name", |linker, name| {
            linker.func_wrap(name, |store: Store<'_>, (container,): (Handle,)| {
                Ok((Answered::Ok(name_of(&store, &container)),))
            })
        }),
        // Bindings don't say since when they are there.
        ("[method]container.info", |linker, name| {
            linker.func_wrap(name, |store: Store<'_>, (container,): (Handle,)| {
                let name = name_of(&store, &container);
                Ok((Answered::Ok(ContainerMetadata { name, created_at: 0 }),))
            })
        }),
        ("[method]container.get-data", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Store<'_>, (container, name, start, end): (Handle, String, u64, u64)| {
                    Box::new(async move { Ok((get_data(&mut store, &container, name, start, end).await?,)) })
                },
            )
        }),
        ("[method]container.write-data", |linker, name| {
            linker.func_wrap(
                name,
                |mut store: Store<'_>, (container, name, value): (Handle, String, Resource<Outgoing>)| {
                    Ok((write_data(&mut store, &container, name, &value),))
                },
            )
        }),
        ("[method]container.list-objects", |linker, name| {
            linker.func_wrap(name, |mut store: Store<'_>, (container,): (Handle,)| {
                let listing = Listing::of(name_of(&store, &container));
                let number = store.data_mut().blobs.listings.insert(listing);
                Ok((Answered::Ok(Names::new_own(number as u32)),))
            })
        }),
        ("[method]container.delete-object", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (container, name): (Handle, String)| {
                Box::new(async move {
                    let container = name_of(&store, &container);
                    Ok((delete(&mut store, &container, vec![name]).await?,))
                })
            })
        }),
        ("[method]container.delete-objects", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Store<'_>, (container, names): (Handle, Vec<String>)| {
                    Box::new(async move {
                        let container = name_of(&store, &container);
                        Ok((delete(&mut store, &container, names).await?,))
                    })
                },
            )
        }),
        ("[method]container.has-object", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (container, name): (Handle, String)| {
                Box::new(async move {
                    let container = name_of(&store, &container);
                    let known = head(&mut store, container, name).await?;
                    Ok((known.map(|info| info.is_some()),))
                })
            })
        }),
        ("[method]container.object-info", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (container, name): (Handle, String)| {
                Box::new(async move {
                    let container = name_of(&store, &container);
                    let known = ask::<blob::BlobInfo>(&mut store, blob::HEAD, (container.clone(), name.clone()));
                    let metadata = known.await?.map(|info| ObjectMetadata {
                        name,
                        container,
                        created_at: info.modified_unix_ms / 1_000,
                        size: info.length,
                    });
                    Ok((metadata,))
                })
            })
        }),
        ("[method]container.clear", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (container,): (Handle,)| {
                Box::new(async move {
                    let container = name_of(&store, &container);
                    Ok((clear(&mut store, container).await?,))
                })
            })
        }),
        (
            "[method]stream-object-names.read-stream-object-names",
            |linker, name| {
                linker.func_wrap_async(name, |mut store: Store<'_>, (names, count): (Names, u64)| {
                    Box::new(async move {
                        let mut read = Vec::new();
                        let advanced = advance(&mut store, &names, count.min(NAMES_AT_ONCE), |names| {
                            read.extend(names);
                        });
                        Ok((advanced.await?.map(|(_, is_over)| (read, is_over)),))
                    })
                })
            },
        ),
        (
            "[method]stream-object-names.skip-stream-object-names",
            |linker, name| {
                linker.func_wrap_async(name, |mut store: Store<'_>, (names, count): (Names, u64)| {
                    Box::new(async move { Ok((advance(&mut store, &names, count, drop).await?,)) })
                })
            },
        ),
    ],
};

/// `end` is the last byte's offset; a later one than the object's stands for that.
async fn get_data(
    store: &mut Store<'_>,
    container: &Handle,
    name: String,
    start: u64,
    end: u64,
) -> Result<Answered<Resource<Incoming>>> {
    if end < start {
        return Ok(Err(format!(
            "invalid: the range ends at {end}, before its start {start}"
        )));
    }
    let length = (end - start).saturating_add(1);
    let parameters = (name_of(store, container), name, start, length);
    Ok(match ask(store, blob::GET_RANGE, parameters).await? {
        Ok(bytes) => incoming(store.data(), bytes).await,
        Err(error) => Err(error),
    })
}

/// Says where a value goes once it is finished; it may be written before or after.
fn write_data(store: &mut Store<'_>, container: &Handle, name: String, value: &Resource<Outgoing>) -> Answered<()> {
    if name.len() > NAME_BYTES_MAX {
        return Err(format!("limit-exceeded: a name is longer than {NAME_BYTES_MAX} bytes"));
    }
    let container = name_of(store, container);
    let value = &mut store.data_mut().blobs.outgoing[value.rep() as usize];
    if value.target.is_some() {
        return Err("conflict: the value belongs to an object already: copy-object makes a second one of it".into());
    }
    value.target = Some((container, name));
    Ok(())
}

async fn delete(store: &mut Store<'_>, container: &str, names: Vec<String>) -> Result<Answered<()>> {
    for name in names {
        if let Err(error) = ask::<bool>(store, blob::DELETE, (container.to_owned(), name)).await? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

/// Deletes what is there, once through: what others write behind it meanwhile stays.
async fn clear(store: &mut Store<'_>, container: String) -> Result<Answered<()>> {
    let mut listing = Listing::of(container);
    while !listing.is_over {
        let names = match listing.next(store, PAGE.into()).await? {
            Ok(names) => names,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = delete(store, &listing.container, names).await? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

/// Goes on by `count` names, page by page: how many there were, and whether the end is reached. After an error the listing is where it was.
async fn advance(
    store: &mut Store<'_>,
    names: &Names,
    count: u64,
    mut take: impl FnMut(Vec<String>) + Send,
) -> Result<Answered<(u64, bool)>> {
    let known = &store.data().blobs.listings[names.rep() as usize];
    let mut listing = Listing {
        container: known.container.clone(),
        after: known.after.clone(),
        is_over: known.is_over,
    };
    let mut passed = 0;
    while passed < count && !listing.is_over {
        match listing.next(store, count - passed).await? {
            Ok(page) => {
                passed += page.len() as u64;
                take(page);
            }
            Err(error) => return Ok(Err(error)),
        }
    }
    let is_over = listing.is_over;
    store.data_mut().blobs.listings[names.rep() as usize] = listing;
    Ok(Ok((passed, is_over)))
}
