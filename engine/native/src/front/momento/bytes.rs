//! `momento:bytes/bytes`: a buffer of this host with a place in it. Bytes that are passed on by their handle never enter the function.

use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType, WasmList};
use wasmtime::{Result, StoreContextMut, bail};

use super::{Access, Interface, Momento, VERSION};
use crate::buffers::{self, GrowError};
use crate::front::wire::{self, Encode};
use crate::invocation::{Call, FramePtr};
use crate::layout::LENGTH_UNKNOWN;
use crate::outcome::{HostExhausted, LimitPassed};

/// A guest's handle: the number of a cursor.
pub struct Buffer;

/// A buffer of the frame, and how far it was read. What was read of a stream is gone from it, so its place is always its start.
pub struct Cursor {
    index: usize,
    read: u64,
    broke_off: bool,
}

/// At most this much is read at once, as of all buffers.
const READ_BYTES_MAX: usize = 1 << 20;

/// As much of a buffer is copied at once.
const PIECE_BYTES: usize = 64 << 10;

/// A short body is given as bytes: asking for those of a buffer takes a function five calls.
const VALUE_BYTES_MAX: u64 = 4096;

const BROKE_OFF: &str = "the bytes broke off where they come from";

/// What a function passes.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum Data {
    #[component(name = "buffer")]
    Buffer(Resource<Buffer>),
    #[component(name = "value")]
    Value(WasmList<u8>),
}

/// What a function answers with: its memory is not there any more.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum Answered {
    #[component(name = "buffer")]
    Buffer(Resource<Buffer>),
    #[component(name = "value")]
    Value(Vec<u8>),
}

/// What a function gets.
#[derive(ComponentType, Lower)]
#[component(variant)]
pub enum Given {
    #[component(name = "buffer")]
    Buffer(Resource<Buffer>),
    #[component(name = "value")]
    Value(&'static [u8]),
}

/// The same of bytes that were made here.
#[derive(ComponentType, Lower)]
#[component(variant)]
pub enum Made {
    #[component(name = "buffer")]
    #[expect(dead_code, reason = "what is made here is here")]
    Buffer(Resource<Buffer>),
    #[component(name = "value")]
    Value(Vec<u8>),
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "timed-out")]
    #[expect(dead_code, reason = "past its deadline an invocation ends before it could read this")]
    TimedOut,
    #[component(name = "failed")]
    Failed(&'static str),
}

type Read = std::result::Result<Option<&'static [u8]>, StreamError>;

pub const BYTES: Interface = Interface {
    name: "momento:bytes/bytes",
    version: VERSION,
    resources: &[("buffer", |linker, name| {
        linker.resource(name, ResourceType::host::<Buffer>(), |mut store, number| {
            let cursor = Momento::of(store.data_mut()).cursors.remove(number as usize);
            buffers::drop_handle(store.data().frame, cursor.index);
            Ok(())
        })
    })],
    functions: &[
        ("[method]buffer.remaining", |linker, name| {
            linker.func_wrap(name, |mut store: Access<'_>, (buffer,): (Resource<Buffer>,)| {
                Ok((remaining(store.data_mut(), &buffer),))
            })
        }),
        ("[method]buffer.read", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (buffer, max): (Resource<Buffer>, u32)| {
                Box::new(async move { Ok((read(store.data_mut(), &buffer, max as usize).await?.ok().flatten(),)) })
            })
        }),
        ("[method]buffer.advance", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (buffer, size): (Resource<Buffer>, u32)| {
                    Box::new(async move { advance(store.data_mut(), &buffer, size as usize).await })
                },
            )
        }),
        ("[method]buffer.try-read", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (buffer, max): (Resource<Buffer>, u32)| {
                Box::new(async move { Ok((read(store.data_mut(), &buffer, max as usize).await?,)) })
            })
        }),
    ],
};

fn cursor<'a>(call: &'a mut Call, buffer: &Resource<Buffer>) -> &'a mut Cursor {
    &mut Momento::of(call).cursors[buffer.rep() as usize]
}

/// What can be had without waiting: nothing of a stream.
fn remaining(call: &mut Call, buffer: &Resource<Buffer>) -> u32 {
    let &mut Cursor { index, read, .. } = cursor(call, buffer);
    match buffers::is_stream(call.frame, index) {
        true => 0,
        false => u32::try_from(call.frame.buffer(index).length - read).unwrap_or(u32::MAX),
    }
}

async fn read(call: &mut Call, buffer: &Resource<Buffer>, max: usize) -> Result<Read> {
    let max = max.min(READ_BYTES_MAX);
    let &mut Cursor { index, read, broke_off } = cursor(call, buffer);
    if broke_off {
        return Ok(Err(StreamError::Failed(BROKE_OFF)));
    }
    if max == 0 {
        return Ok(Ok(Some(&[])));
    }
    if buffers::is_stream(call.frame, index) {
        return match read_stream(call, index, max).await? {
            Some(bytes) => Ok(Ok((!bytes.is_empty()).then_some(bytes))),
            None => {
                cursor(call, buffer).broke_off = true;
                Ok(Err(StreamError::Failed(BROKE_OFF)))
            }
        };
    }
    let bytes = buffers::read(call, index, read, max);
    cursor(call, buffer).read += bytes.len() as u64;
    Ok(Ok((!bytes.is_empty()).then_some(bytes)))
}

/// The next bytes of a stream, nothing when it broke off. Whoever it is handed on to gets the rest, and is told how much that is.
async fn read_stream(call: &Call, index: usize, max: usize) -> Result<Option<&'static [u8]>> {
    let bytes = wire::read_stream(call, index, max).await?;
    let buffer = call.frame.buffer(index);
    if let Some(bytes) = bytes
        && buffers::is_stream(call.frame, index)
        && buffer.length != LENGTH_UNKNOWN
    {
        buffer.length = buffer.length.saturating_sub(bytes.len() as u64);
    }
    Ok(bytes)
}

async fn advance(call: &mut Call, buffer: &Resource<Buffer>, mut size: usize) -> Result<()> {
    while size > 0 {
        let Ok(Some(bytes)) = read(call, buffer, size).await? else {
            return Ok(());
        };
        size -= bytes.len();
    }
    Ok(())
}

/// Gives the function a buffer of the frame, whose handle was counted already.
pub fn handle(call: &mut Call, index: usize) -> Resource<Buffer> {
    let cursor = Cursor {
        index,
        read: 0,
        broke_off: false,
    };
    Resource::new_own(Momento::of(call).cursors.insert(cursor) as u32)
}

/// Gives the function a body as bytes if they are few and here, else as a buffer.
pub fn body(call: &mut Call, index: usize) -> Given {
    let length = call.frame.buffer(index).length;
    if !buffers::is_stream(call.frame, index) && length <= VALUE_BYTES_MAX {
        return Given::Value(buffers::read(call, index, 0, length as usize));
    }
    call.frame.buffer(index).handles += 1;
    Given::Buffer(handle(call, index))
}

/// How an interface passes bytes: as data, or, the older ones, as lists.
pub trait Passed: Lift + Into<Data> + Send + Sync + 'static {
    type Given: Lower + From<&'static [u8]> + Send + Sync + 'static;
    type Made: Lower + From<Vec<u8>> + Send + Sync + 'static;
}

impl Passed for Data {
    type Given = Given;
    type Made = Made;
}

impl Passed for WasmList<u8> {
    type Given = &'static [u8];
    type Made = Vec<u8>;
}

impl From<WasmList<u8>> for Data {
    fn from(bytes: WasmList<u8>) -> Data {
        Data::Value(bytes)
    }
}

impl From<&'static [u8]> for Given {
    fn from(bytes: &'static [u8]) -> Given {
        Given::Value(bytes)
    }
}

impl From<Vec<u8>> for Made {
    fn from(bytes: Vec<u8>) -> Made {
        Made::Value(bytes)
    }
}

impl Data {
    /// Takes what was passed: the function has it no more.
    pub async fn source(self, store: &mut Access<'_>) -> Result<Source> {
        Ok(match self {
            Data::Value(bytes) => Source::Bytes(bytes),
            Data::Buffer(buffer) => Source::Buffer(taken(store.data_mut(), &buffer).await?),
        })
    }
}

/// What was passed, as operations take it: `mayfly:http/client.body`, `mayfly:kv/kv.value` and their like.
pub enum Source {
    Bytes(WasmList<u8>),
    /// Index of a buffer in the frame, which is the function's no more: [`Source::release`] lets go of it.
    Buffer(usize),
}

const BYTES_CASE: u8 = 1;
const BUFFER_CASE: u8 = 2;

impl Encode for Source {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        match self {
            Source::Bytes(bytes) => {
                BYTES_CASE.encode(store, out)?;
                bytes.encode(store, out)
            }
            Source::Buffer(index) => {
                BUFFER_CASE.encode(store, out)?;
                (*index as u32).encode(store, out)
            }
        }
    }
}

impl Source {
    pub fn release(self, frame: FramePtr) {
        if let Source::Buffer(index) = self {
            buffers::drop_handle(frame, index);
        }
    }

    /// All of it, where it is needed here. Nothing when it is more than `bytes_max` or broke off.
    pub async fn bytes(self, store: &mut Access<'_>, bytes_max: usize) -> Result<Option<Vec<u8>>> {
        match self {
            Source::Bytes(list) => {
                let bytes = list.as_le_slice(&*store);
                Ok((bytes.len() <= bytes_max).then(|| bytes.to_vec()))
            }
            Source::Buffer(index) => {
                let bytes = all(store.data_mut(), index, bytes_max).await?;
                buffers::drop_handle(store.data().frame, index);
                Ok(bytes)
            }
        }
    }
}

/// All bytes of a buffer, if they are no more than that.
pub async fn all(call: &mut Call, index: usize, bytes_max: usize) -> Result<Option<Vec<u8>>> {
    let all = first(call, index, bytes_max + 1).await?;
    Ok(all.filter(|all| all.len() <= bytes_max))
}

/// A buffer's first bytes; nothing when it breaks off before.
pub async fn first(call: &mut Call, index: usize, bytes_max: usize) -> Result<Option<Vec<u8>>> {
    let mut first = Vec::new();
    while first.len() < bytes_max {
        let max = PIECE_BYTES.min(bytes_max - first.len());
        let piece = match buffers::is_stream(call.frame, index) {
            true => match read_stream(call, index, max).await? {
                Some(piece) => piece,
                None => return Ok(None),
            },
            false => buffers::read(call, index, first.len() as u64, max),
        };
        if piece.is_empty() {
            break;
        }
        first.extend_from_slice(piece);
    }
    Ok(Some(first))
}

/// An answer's bytes, of which the next operation would take the room.
pub fn kept(call: &mut Call, bytes: &[u8]) -> &'static [u8] {
    call.scratch.clear();
    call.scratch.extend_from_slice(bytes);
    // SAFETY: the scratch is the invocation's own and changes with the next read of a buffer only; this one's bytes are in the guest by then.
    unsafe { std::slice::from_raw_parts(call.scratch.as_ptr(), bytes.len()) }
}

/// What is left of a buffer whose handle the function passed on.
pub async fn taken(call: &mut Call, buffer: &Resource<Buffer>) -> Result<usize> {
    let Cursor { index, read, .. } = Momento::of(call).cursors.remove(buffer.rep() as usize);
    if read == 0 {
        return Ok(index);
    }
    let rest = new(call)?;
    let mut from = read;
    loop {
        let piece = buffers::read(call, index, from, PIECE_BYTES).to_vec();
        if piece.is_empty() {
            break;
        }
        from += piece.len() as u64;
        append(call, rest, &piece).await?;
    }
    buffers::drop_handle(call.frame, index);
    Ok(rest)
}

/// A buffer with these bytes.
pub async fn buffer_of(call: &Call, bytes: &[u8]) -> Result<usize> {
    let index = new(call)?;
    append(call, index, bytes).await?;
    Ok(index)
}

fn new(call: &Call) -> Result<usize> {
    match buffers::create(call.frame) {
        Some(index) => Ok(index),
        None => bail!(LimitPassed("all buffers are in use (limit buffer-count-max)".into())),
    }
}

async fn append(call: &Call, index: usize, bytes: &[u8]) -> Result<()> {
    match buffers::reserve(call, index, bytes.len()).await {
        Ok(()) => {}
        Err(GrowError::LimitExceeded) => {
            bail!(LimitPassed(
                "a buffer's bytes are too many (limit buffer-bytes-max)".into()
            ))
        }
        Err(GrowError::Unavailable) => bail!(HostExhausted("the host has no buffer memory left")),
    }
    buffers::append_reserved(call.frame, index, bytes);
    Ok(())
}
