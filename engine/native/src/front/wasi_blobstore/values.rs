//! `wasi:blobstore/types`: what is written to objects and read of them, each in a buffer.
//!
//! A value is stored when it is finished, and only then: what a function leaves half-written is nowhere.

use wasmtime::Result;
use wasmtime::component::{Resource, ResourceType};

use super::{Answered, CONTENT_TYPE, Store, VERSION, put};
use crate::buffers;
use crate::front::Interface;
use crate::front::buffers::Buffer;
use crate::front::content::Body;
use crate::front::wasi_io::{Input, Output};
use crate::front::wire::ARGUMENT_BYTES_MAX;
use crate::invocation::{Call, FramePtr};
use crate::layout::{BUFFER_READ_ONLY, LENGTH_UNKNOWN};

/// A longer value is read as a stream: a list of bytes is put together on the host's side.
const SYNC_BYTES_MAX: u64 = ARGUMENT_BYTES_MAX as u64;

/// A value that the function is putting together.
#[derive(Default)]
pub struct Outgoing {
    /// There from when the stream is asked for, which has a handle of its own.
    buffer: Option<usize>,
    /// Container and name.
    pub target: Option<(String, String)>,
}

impl Outgoing {
    /// Nothing is written to it any more.
    fn close(&self, frame: FramePtr) {
        if let Some(buffer) = self.buffer {
            frame.buffer(buffer).state = BUFFER_READ_ONLY;
            buffers::drop_handle(frame, buffer);
        }
    }
}

/// A value that is read: its number is its buffer's.
pub struct Incoming;

/// Makes a value of a buffer, whose handle it takes.
pub async fn incoming(call: &Call, bytes: Resource<Buffer>) -> Answered<Resource<Incoming>> {
    let index = bytes.rep() as usize;
    // Its size is asked for where no error can be told.
    if call.frame.buffer(index).length == LENGTH_UNKNOWN {
        load(call, index).await?;
    }
    Ok(Resource::new_own(bytes.rep()))
}

/// Brings the bytes here. A buffer that can't be read is let go of.
async fn load(call: &Call, index: usize) -> Answered<()> {
    if !buffers::is_stream(call.frame, index) {
        return Ok(());
    }
    let loaded = buffers::load(call, index).await;
    loaded.map_err(|error| {
        buffers::drop_handle(call.frame, index);
        format!("unavailable: {error}; get-data takes a range")
    })
}

pub const TYPES: Interface = Interface {
    name: "wasi:blobstore/types",
    version: VERSION,
    resources: &[
        ("outgoing-value", |linker, name| {
            linker.resource(name, ResourceType::host::<Outgoing>(), |mut store, number| {
                let value = store.data_mut().blobs.outgoing.remove(number as usize);
                value.close(store.data().frame);
                Ok(())
            })
        }),
        ("incoming-value", |linker, name| {
            linker.resource(name, ResourceType::host::<Incoming>(), |store, index| {
                buffers::drop_handle(store.data().frame, index as usize);
                Ok(())
            })
        }),
    ],
    functions: &[
        ("[static]outgoing-value.new-outgoing-value", |linker, name| {
            linker.func_wrap(name, |mut store: Store<'_>, (): ()| {
                let number = store.data_mut().blobs.outgoing.insert(Outgoing::default());
                Ok((Resource::<Outgoing>::new_own(number as u32),))
            })
        }),
        ("[method]outgoing-value.outgoing-value-write-body", |linker, name| {
            linker.func_wrap(name, |mut store: Store<'_>, (value,): (Resource<Outgoing>,)| {
                Ok((write_body(store.data_mut(), &value),))
            })
        }),
        ("[static]outgoing-value.finish", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (value,): (Resource<Outgoing>,)| {
                Box::new(async move { Ok((finish(&mut store, &value).await?,)) })
            })
        }),
        ("[static]incoming-value.incoming-value-consume-sync", |linker, name| {
            linker.func_wrap_async(name, |mut store: Store<'_>, (value,): (Resource<Incoming>,)| {
                Box::new(async move { Ok((consume(store.data_mut(), value.rep() as usize).await,)) })
            })
        }),
        ("[static]incoming-value.incoming-value-consume-async", |linker, name| {
            linker.func_wrap(name, |mut store: Store<'_>, (value,): (Resource<Incoming>,)| {
                let input = Input::Buffer {
                    index: value.rep() as usize,
                    read: 0,
                };
                Ok((Answered::Ok(store.data_mut().wasi.input(input)),))
            })
        }),
        ("[method]incoming-value.size", |linker, name| {
            linker.func_wrap(name, |store: Store<'_>, (value,): (Resource<Incoming>,)| {
                Ok((store.data().frame.buffer(value.rep() as usize).length,))
            })
        }),
    ],
};

/// The stream that fills a value: once, and if there is a buffer left for it.
fn write_body(call: &mut Call, value: &Resource<Outgoing>) -> std::result::Result<Resource<Output>, ()> {
    let value = &mut call.blobs.outgoing[value.rep() as usize];
    if value.buffer.is_some() {
        return Err(());
    }
    let index = buffers::create(call.frame).ok_or(())?;
    value.buffer = Some(index);
    call.frame.buffer(index).handles += 1;
    Ok(call.wasi.output(Output::Buffer(index)))
}

/// Stores what was written so far where it was to go; a stream that is still open takes nothing more.
async fn finish(store: &mut Store<'_>, value: &Resource<Outgoing>) -> Result<Answered<()>> {
    let mut value = store.data_mut().blobs.outgoing.remove(value.rep() as usize);
    let stored = match value.target.take() {
        None => Ok(Err(
            "invalid: the value belongs to no object: call write-data before finish".into(),
        )),
        Some(target) => {
            let body = value
                .buffer
                .map_or(Body::Empty, |index| Body::Buffer(Resource::new_own(index as u32)));
            put(store, target, body, CONTENT_TYPE.to_owned(), Vec::new()).await
        }
    };
    value.close(store.data().frame);
    stored
}

async fn consume(call: &mut Call, index: usize) -> Answered<&'static [u8]> {
    let length = call.frame.buffer(index).length;
    if length > SYNC_BYTES_MAX {
        buffers::drop_handle(call.frame, index);
        return Err(format!(
            "limit-exceeded: the value has {length} bytes, and incoming-value-consume-sync gives {SYNC_BYTES_MAX} at most: use \
             incoming-value-consume-async, or a range"
        ));
    }
    load(call, index).await?;
    let bytes = buffers::read(call, index, 0, length as usize);
    // The slabs keep what is in them until the guest has its copy.
    buffers::drop_handle(call.frame, index);
    Ok(bytes)
}
