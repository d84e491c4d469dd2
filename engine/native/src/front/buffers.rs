//! `mayfly:data/buffers`

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lower, Resource, ResourceType, WasmList};

use super::Interface;
use crate::buffers::{self, GrowError, LoadError};
use crate::invocation::Call;
use crate::layout::{BUFFER_READ_WRITE, LENGTH_UNKNOWN};

/// A guest's handle to a buffer: its number is the buffer's index in the frame.
pub struct Buffer;

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "limit-exceeded")]
    LimitExceeded(&'static str),
    #[component(name = "unavailable")]
    Unavailable,
    #[component(name = "invalid")]
    Invalid(&'static str),
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Error {
        match error {
            LoadError::LimitExceeded(limit) => Error::LimitExceeded(limit),
            LoadError::Failed(_) => Error::Unavailable,
        }
    }
}

impl From<GrowError> for Error {
    fn from(error: GrowError) -> Error {
        match error {
            GrowError::LimitExceeded => Error::LimitExceeded("buffer-bytes-max"),
            GrowError::Unavailable => Error::Unavailable,
        }
    }
}

/// At most this much is read at once, which bounds what a read that spans slabs may cost the host.
const READ_BYTES_MAX: usize = 1 << 20;

pub const BUFFERS: Interface = Interface {
    name: "mayfly:data/buffers",
    version: "0.1.0",
    resources: &[("buffer", |linker, name| {
        linker.resource(name, ResourceType::host::<Buffer>(), |store, index| {
            buffers::drop_handle(store.data().frame, index as usize);
            Ok(())
        })
    })],
    functions: &[
        ("[static]buffer.create", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, ()| {
                let created = buffers::create(store.data().frame).ok_or(Error::LimitExceeded("buffer-count-max"));
                Ok((created.map(|index| Resource::<Buffer>::new_own(index as u32)),))
            })
        }),
        ("[method]buffer.length", |linker, name| {
            linker.func_wrap_async(
                name,
                |store: StoreContextMut<'_, Call>, (buffer,): (Resource<Buffer>,)| {
                    Box::new(async move { Ok((length(store.data(), buffer.rep() as usize).await?,)) })
                },
            )
        }),
        ("[method]buffer.read", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (buffer, offset, max): (Resource<Buffer>, u64, u32)| {
                    Box::new(async move {
                        let index = buffer.rep() as usize;
                        if buffers::is_stream(store.data().frame, index) {
                            buffers::load(store.data(), index).await?;
                        }
                        let max = (max as usize).min(READ_BYTES_MAX);
                        Ok((buffers::read(store.data_mut(), index, offset, max),))
                    })
                },
            )
        }),
        ("[method]buffer.load", |linker, name| {
            linker.func_wrap_async(
                name,
                |store: StoreContextMut<'_, Call>, (buffer,): (Resource<Buffer>,)| {
                    Box::new(async move { Ok((load(store.data(), buffer.rep() as usize).await,)) })
                },
            )
        }),
        ("[method]buffer.append", |linker, name| {
            linker.func_wrap_async(
                name,
                |store: StoreContextMut<'_, Call>, (buffer, bytes): (Resource<Buffer>, WasmList<u8>)| {
                    Box::new(async move { Ok((append(&store, buffer.rep() as usize, &bytes).await,)) })
                },
            )
        }),
        ("[method]buffer.write", |linker, name| {
            linker.func_wrap_async(
                name,
                |store: StoreContextMut<'_, Call>, (buffer, offset, bytes): (Resource<Buffer>, u64, WasmList<u8>)| {
                    Box::new(async move { Ok((write(&store, buffer.rep() as usize, offset, &bytes).await,)) })
                },
            )
        }),
    ],
};

async fn length(call: &Call, index: usize) -> wasmtime::Result<u64> {
    let buffer = call.frame.buffer(index);
    if buffers::is_stream(call.frame, index) && buffer.length == LENGTH_UNKNOWN {
        buffers::load(call, index).await?;
    }
    Ok(call.frame.buffer(index).length)
}

async fn load(call: &Call, index: usize) -> Result<(), Error> {
    if buffers::is_stream(call.frame, index) {
        buffers::load(call, index).await?;
    }
    Ok(())
}

async fn append(store: &StoreContextMut<'_, Call>, index: usize, bytes: &WasmList<u8>) -> Result<(), Error> {
    let frame = store.data().frame;
    check_writable(frame.buffer(index).state)?;
    buffers::reserve(store.data(), index, bytes.as_le_slice(store).len()).await?;
    buffers::append_reserved(frame, index, bytes.as_le_slice(store));
    Ok(())
}

async fn write(
    store: &StoreContextMut<'_, Call>,
    index: usize,
    offset: u64,
    bytes: &WasmList<u8>,
) -> Result<(), Error> {
    let frame = store.data().frame;
    check_writable(frame.buffer(index).state)?;
    let length = frame.buffer(index).length;
    if offset > length {
        return Err(Error::Invalid("offset is past the end of the buffer"));
    }
    let inside = bytes.as_le_slice(store).len().min((length - offset) as usize);
    buffers::reserve(store.data(), index, bytes.as_le_slice(store).len() - inside).await?;
    let (over, behind) = bytes.as_le_slice(store).split_at(inside);
    buffers::overwrite(frame, index, offset, over);
    buffers::append_reserved(frame, index, behind);
    Ok(())
}

fn check_writable(state: u32) -> Result<(), Error> {
    if state == BUFFER_READ_WRITE {
        Ok(())
    } else {
        Err(Error::Invalid("this buffer is read-only: it came from the host"))
    }
}
