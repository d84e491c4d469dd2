//! `wasi:blobstore` at 0.2.0-draft: the operations of `mayfly:blob`. A container is a granted binding, by the function's own name for it; an object
//! is a blob.

use slab::Slab;
use wasmtime::component::{ComponentType, Lift, Resource, WasmStr};
use wasmtime::{Result, StoreContextMut};

use super::content::Body;
use super::wire::{Decode, Encode, perform};
use super::{Interface, blob, errors};
use crate::buffers;
use crate::invocation::Call;

mod container;
mod values;

pub use container::CONTAINER;
pub use values::TYPES;

const VERSION: &str = "0.2.0-draft";

/// What an object has that says nothing else: this interface has no content types.
const CONTENT_TYPE: &str = "application/octet-stream";

/// No store has a blob with this key: it refuses it, without looking for it, once it is clear that the function has the binding.
const NO_KEY: &str = "";

/// An invocation's handles, by their numbers. Values that are read are buffers.
#[derive(Default)]
pub struct Blobs {
    containers: Slab<String>,
    listings: Slab<container::Listing>,
    outgoing: Slab<values::Outgoing>,
}

impl Blobs {
    /// A handle that is still open.
    pub fn kept(&self) -> Option<&'static str> {
        let is_open = !self.containers.is_empty() || !self.listings.is_empty() || !self.outgoing.is_empty();
        is_open.then_some("wasi:blobstore container or outgoing-value")
    }
}

/// An error is a text: which kind of error it is, and what the host has to say.
type Answered<T> = std::result::Result<T, String>;
type Store<'a> = StoreContextMut<'a, Call>;

fn text_of(error: &errors::Error) -> String {
    format!("{}: {}", error.case(), error.text())
}

/// An operation whose parameters are whole.
async fn ask<R: Decode>(store: &mut Store<'_>, number: i32, parameters: impl Encode + Sync) -> Result<Answered<R>> {
    Ok(perform(store, number, &parameters)
        .await?
        .map_err(|error| text_of(&error)))
}

/// What is known of an object; none where there is no such object.
async fn head(store: &mut Store<'_>, container: String, name: String) -> Result<Answered<Option<blob::BlobInfo>>> {
    Ok(match perform(store, blob::HEAD, &(container, name)).await? {
        Ok(info) => Ok(Some(info)),
        Err(errors::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(text_of(&error)),
    })
}

/// Stores a buffer, or nothing, as an object, in place of an older one.
async fn put(
    store: &mut Store<'_>,
    (container, name): (String, String),
    body: Body,
    content_type: String,
    metadata: Vec<(String, String)>,
) -> Result<Answered<()>> {
    let parameters = (container, name, body, content_type, metadata);
    Ok(ask::<blob::BlobInfo>(store, blob::PUT, parameters).await?.map(|_| ()))
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct ObjectId {
    container: String,
    object: String,
}

pub const BLOBSTORE: Interface = Interface {
    name: "wasi:blobstore/blobstore",
    version: VERSION,
    resources: &[],
    functions: &[
        ("create-container", |linker, name| {
            linker.func_wrap(name, |_: Store<'_>, (name,): (WasmStr,)| {
                let _ = name;
                Ok((refused::<Resource<container::Container>>("created"),))
            })
        }),
        ("get-container", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (name,): (String,)| {
                Box::new(async move {
                    Ok((match permitted(&mut store, name.clone()).await? {
                        Ok(()) => {
                            let number = store.data_mut().blobs.containers.insert(name);
                            Ok(Resource::<container::Container>::new_own(number as u32))
                        }
                        Err(denied) => Err(denied),
                    },))
                })
            })
        }),
        ("delete-container", |linker, name| {
            linker.func_wrap(name, |_: Store<'_>, (_name,): (WasmStr,)| {
                Ok((refused::<()>("deleted"),))
            })
        }),
        ("container-exists", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (name,): (String,)| {
                Box::new(async move { Ok((Answered::Ok(permitted(&mut store, name).await?.is_ok()),)) })
            })
        }),
        ("copy-object", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (from, to): (ObjectId, ObjectId)| {
                Box::new(async move { Ok((copy(&mut store, &from, &to).await?,)) })
            })
        }),
        ("move-object", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (from, to): (ObjectId, ObjectId)| {
                Box::new(async move {
                    let copied = copy(&mut store, &from, &to).await?;
                    if copied.is_err() || (from.container == to.container && from.object == to.object) {
                        return Ok((copied,));
                    }
                    let deleted = ask::<bool>(&mut store, blob::DELETE, (from.container, from.object)).await?;
                    Ok((deleted.map(|_| ()),))
                })
            })
        }),
    ],
};

fn refused<T>(what: &str) -> Answered<T> {
    Err(format!(
        "permission-denied: a container can't be {what} by a function: it is a blob binding, which the operator declares and a deployment grants"
    ))
}

/// Whether the function was granted the binding, or what there is to say if not.
async fn permitted(store: &mut Store<'_>, container: String) -> Result<Answered<()>> {
    let looked: std::result::Result<blob::BlobInfo, errors::Error> =
        perform(store, blob::HEAD, &(container, NO_KEY.to_owned())).await?;
    Ok(match looked {
        Err(error @ errors::Error::PermissionDenied(_)) => Err(text_of(&error)),
        _ => Ok(()),
    })
}

/// The bytes go from store to store, past the function's memory.
async fn copy(store: &mut Store<'_>, from: &ObjectId, to: &ObjectId) -> Result<Answered<()>> {
    let (container, object) = (from.container.clone(), from.object.clone());
    let known = match head(store, container.clone(), object.clone()).await? {
        Ok(Some(info)) => info,
        Ok(None) => return Ok(Err("not-found: there is no such object to copy".into())),
        Err(error) => return Ok(Err(error)),
    };
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let content_type = known.content_type.to_owned();
    let metadata = known.metadata.iter().map(owned).collect();
    let bytes: Resource<super::buffers::Buffer> = match ask(store, blob::GET, (container, object)).await? {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Err(error)),
    };
    let index = bytes.rep() as usize;
    let target = (to.container.clone(), to.object.clone());
    let stored = put(store, target, Body::Buffer(bytes), content_type, metadata).await;
    buffers::drop_handle(store.data().frame, index);
    stored
}
