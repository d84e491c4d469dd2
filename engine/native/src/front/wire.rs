//! Host functions that Java answers: how their parameters and results cross the seam.
//!
//! A front end names a function, an operation's number and two types; everything else is here. Parameters become the operation's argument bytes,
//! its answer becomes the result. Both sides write values one behind the other, little-endian and unaligned, as `ArgumentReader` and `AnswerWriter`
//! in Java do:
//!
//! | type | bytes |
//! |---|---|
//! | bool, u8, s8; case of an enum, a variant, an option (1 = some) or a result (1 = error), its payload behind it | 1 |
//! | case of an enum or variant that has more than 256 | 4 |
//! | u16, s16 | 2 |
//! | u32, s32, f32, char, handle of a buffer or resource | 4 |
//! | u64, s64, f64 | 8 |
//! | flags | 4 for each 32, the first is the lowest bit |
//! | string, list of bytes | length (4), then so many |
//! | list | count (4), then the items |
//! | record, tuple | the fields, in order |

use std::marker::PhantomData;

use wasmtime::component::{
    ComponentNamedList, ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType, WasmList, WasmStr,
};
use wasmtime::{Result, StoreContextMut};

use super::buffers::Buffer;
use super::errors::Error;
use crate::invocation::{Call, FramePtr, OK};
use crate::layout::BUFFERS;
use crate::outcome::BadFrame;

/// `Operation.RESOURCE_DROP`
pub(super) const RESOURCE_DROP: i32 = 4;

/// `Operation.BUFFER_READ`
const BUFFER_READ: i32 = 7;

/// What a function may pass in one call: bounds what an invocation costs the host beside its own memory.
pub(super) const ARGUMENT_BYTES_MAX: usize = 8 << 20;

/// A parameter on its way to Java.
pub trait Encode {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()>;
}

/// A result on its way from Java. Text and bytes stay where Java wrote them until the guest has its copy.
pub trait Decode: Sized {
    fn decode(answer: &mut Answer) -> Result<Self>;
}

/// Adds a function that is the operation `number`.
pub fn operation<P, R>(linker: &mut LinkerInstance<'_, Call>, name: &str, number: i32) -> Result<()>
where
    P: ComponentNamedList + Lift + Encode + Send + Sync + 'static,
    R: ComponentType + Lower + Decode + Send + Sync + 'static,
{
    linker.func_wrap_async(name, move |mut store: StoreContextMut<'_, Call>, parameters: P| {
        Box::new(async move { Ok((perform::<R>(&mut store, number, &parameters).await?,)) })
    })
}

/// Performs an operation for a host function that does more than hand it on.
pub async fn perform<R: Decode>(
    store: &mut StoreContextMut<'_, Call>,
    number: i32,
    parameters: &(impl Encode + Sync),
) -> Result<Result<R, Error>> {
    let mut argument = std::mem::take(&mut store.data_mut().argument);
    argument.clear();
    let encoded = parameters.encode(store, &mut argument);
    store.data_mut().argument = argument;
    encoded?;
    match ask(store.data(), number).await? {
        Ok(mut answer) => R::decode(&mut answer).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// The same for parameters that are in [`Call::argument`].
pub(super) async fn ask(call: &Call, number: i32) -> Result<Result<Answer, Error>> {
    if call.argument.len() > ARGUMENT_BYTES_MAX {
        return Ok(Err(Error::LimitExceeded("operation-argument-bytes-max=8388608")));
    }
    let status = call.operation_about(number, 0).await;
    let mut answer = Answer::of(call.frame);
    if status != OK {
        return Ok(Err(Error::of(status, answer.rest()?)?));
    }
    Ok(Ok(answer))
}

/// Adds a resource that lives in Java, by a number; dropping it tells the host.
pub fn resource<T: 'static>(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    dropping_resource(linker, name, ResourceType::host::<T>())
}

/// The same for any type.
pub(super) fn dropping_resource(linker: &mut LinkerInstance<'_, Call>, name: &str, ty: ResourceType) -> Result<()> {
    linker.resource_async(name, ty, |store, number| {
        Box::new(async move {
            store.data().operation(RESOURCE_DROP, number.into()).await;
            Ok(())
        })
    })
}

/// The next bytes of a buffer that is a stream, none at its end; nothing when it broke off.
pub(super) async fn read_stream(call: &Call, buffer: usize, bytes_max: usize) -> Result<Option<&'static [u8]>> {
    let argument = (bytes_max as u64) << 32 | buffer as u64;
    if call.operation(BUFFER_READ, argument).await != OK {
        return Ok(None);
    }
    <&[u8]>::decode(&mut Answer::of(call.frame)).map(Some)
}

/// What is left to read of an operation's answer.
pub struct Answer {
    frame: FramePtr,
    bytes: &'static [u8],
}

impl Answer {
    pub(super) fn of(frame: FramePtr) -> Answer {
        let answer = frame.answer();
        let bytes = match answer.bytes {
            0 => &[],
            // SAFETY: the host keeps an answer where it is until the next operation; the guest has its copy by then.
            length => unsafe { std::slice::from_raw_parts(answer.address as *const u8, length as usize) },
        };
        Answer { frame, bytes }
    }

    /// All that are left.
    pub(super) fn bytes(self) -> &'static [u8] {
        self.bytes
    }

    fn take(&mut self, length: usize) -> Result<&'static [u8]> {
        if length > self.bytes.len() {
            return Err(BadFrame("the host's answer ends early").into());
        }
        let (taken, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into().expect("so many were taken"))
    }

    pub(super) fn rest(&mut self) -> Result<&'static str> {
        let all = self.take(self.bytes.len())?;
        text(all)
    }
}

fn text(bytes: &'static [u8]) -> Result<&'static str> {
    std::str::from_utf8(bytes).map_err(|_| BadFrame("the host's answer isn't UTF-8").into())
}

pub(super) fn encode_length(length: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(length as u32).to_le_bytes());
}

macro_rules! numbers {
    ($($ty:ty),*) => { $(
        impl Encode for $ty {
            fn encode(&self, _: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
                out.extend_from_slice(&self.to_le_bytes());
                Ok(())
            }
        }
        impl Decode for $ty {
            fn decode(answer: &mut Answer) -> Result<Self> {
                answer.fixed().map(<$ty>::from_le_bytes)
            }
        }
    )* };
}
numbers!(u8, u16, u32, u64, i64, f64);

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Encode),*> Encode for ($($name,)*) {
            #[expect(non_snake_case, reason = "one name for a type and its value")]
            fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
                let ($($name,)*) = self;
                $($name.encode(store, out)?;)*
                Ok(())
            }
        }
        impl<$($name: Decode),*> Decode for ($($name,)*) {
            fn decode(answer: &mut Answer) -> Result<Self> {
                Ok(($($name::decode(answer)?,)*))
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);

/// Records whose fields cross one behind the other. `in` for those that guests pass, `out` for those that they get.
macro_rules! record {
    (in $vis:vis struct $name:ident { $($component:literal => $field:ident: $ty:ty),* $(,)? }) => {
        #[derive(wasmtime::component::ComponentType, wasmtime::component::Lift)]
        #[component(record)]
        $vis struct $name { $(#[component(name = $component)] $vis $field: $ty),* }
        impl $crate::front::wire::Encode for $name {
            fn encode(&self, store: &wasmtime::StoreContextMut<'_, $crate::invocation::Call>, out: &mut Vec<u8>) -> wasmtime::Result<()> {
                $(self.$field.encode(store, out)?;)*
                Ok(())
            }
        }
    };
    (out $vis:vis struct $name:ident { $($component:literal => $field:ident: $ty:ty),* $(,)? }) => {
        #[derive(wasmtime::component::ComponentType, wasmtime::component::Lower)]
        #[component(record)]
        $vis struct $name { $(#[component(name = $component)] $vis $field: $ty),* }
        impl $crate::front::wire::Decode for $name {
            fn decode(answer: &mut $crate::front::wire::Answer) -> wasmtime::Result<Self> {
                Ok($name { $($field: $crate::front::wire::Decode::decode(answer)?),* })
            }
        }
    };
}
pub(super) use record;

impl Encode for bool {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        u8::from(*self).encode(store, out)
    }
}

impl Decode for bool {
    fn decode(answer: &mut Answer) -> Result<bool> {
        Ok(u8::decode(answer)? != 0)
    }
}

impl Decode for () {
    fn decode(_: &mut Answer) -> Result<()> {
        Ok(())
    }
}

impl Encode for () {
    fn encode(&self, _: &StoreContextMut<'_, Call>, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }
}

impl Encode for String {
    fn encode(&self, _: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        encode_length(self.len(), out);
        out.extend_from_slice(self.as_bytes());
        Ok(())
    }
}

impl Encode for WasmStr {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        let text = self.to_str(store)?;
        encode_length(text.len(), out);
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl Decode for &'static str {
    fn decode(answer: &mut Answer) -> Result<Self> {
        text(<&[u8]>::decode(answer)?)
    }
}

impl Encode for WasmList<u8> {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        let bytes = self.as_le_slice(store);
        encode_length(bytes.len(), out);
        out.extend_from_slice(bytes);
        Ok(())
    }
}

impl Encode for &[u8] {
    fn encode(&self, _: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        encode_length(self.len(), out);
        out.extend_from_slice(self);
        Ok(())
    }
}

impl Decode for &'static [u8] {
    fn decode(answer: &mut Answer) -> Result<Self> {
        let length = u32::decode(answer)?;
        answer.take(length as usize)
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        self.is_some().encode(store, out)?;
        self.as_ref().map_or(Ok(()), |value| value.encode(store, out))
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(answer: &mut Answer) -> Result<Self> {
        bool::decode(answer)?.then(|| T::decode(answer)).transpose()
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        encode_length(self.len(), out);
        self.iter().try_for_each(|item| item.encode(store, out))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(answer: &mut Answer) -> Result<Self> {
        let count = u32::decode(answer)?;
        (0..count).map(|_| T::decode(answer)).collect()
    }
}

impl<T: 'static> Encode for Resource<T> {
    fn encode(&self, store: &StoreContextMut<'_, Call>, out: &mut Vec<u8>) -> Result<()> {
        self.rep().encode(store, out)
    }
}

/// A buffer that Java made: its handle is the guest's from here on.
impl Decode for Resource<Buffer> {
    fn decode(answer: &mut Answer) -> Result<Self> {
        let index = u32::decode(answer)?;
        if index as usize >= BUFFERS {
            return Err(BadFrame("the host's answer names a buffer that can't be").into());
        }
        answer.frame.buffer(index as usize).handles += 1;
        Ok(Resource::new_own(index))
    }
}

/// A resource that Java made, by its number there.
pub struct Remote<T>(PhantomData<T>);

impl<T: 'static> Decode for Resource<Remote<T>> {
    fn decode(answer: &mut Answer) -> Result<Self> {
        u32::decode(answer).map(Resource::new_own)
    }
}
