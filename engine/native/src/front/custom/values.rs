//! Values whose types are known at run time only, in the bytes that `wire` has for them.

use wasmtime::component::{ResourceAny, ResourceDynamic, Val};
use wasmtime::{AsContextMut, Result, StoreContextMut, bail};

use super::super::buffers::Buffer;
use super::super::wire::{Answer, Decode, encode_length};
use super::buffer_type;
use crate::invocation::Call;
use crate::outcome::BadFrame;
use crate::shape::{Resource, Shape};

/// Appends a value. Buffers that the guest gave away are noted in `given_buffers`: they are let go of once the operation is over.
pub fn encode(
    shape: &Shape,
    value: &Val,
    store: &mut StoreContextMut<'_, Call>,
    out: &mut Vec<u8>,
    given_buffers: &mut Vec<usize>,
) -> Result<()> {
    match (shape, value) {
        (_, Val::Bool(value)) => out.push((*value).into()),
        (_, Val::S8(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::U8(value)) => out.push(*value),
        (_, Val::S16(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::U16(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::S32(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::U32(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::S64(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::U64(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::Float32(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::Float64(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (_, Val::Char(value)) => out.extend_from_slice(&u32::from(*value).to_le_bytes()),
        (_, Val::String(text)) => {
            encode_length(text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
        (Shape::List(item), Val::List(values)) => {
            encode_length(values.len(), out);
            for value in values {
                encode(item, value, store, out, given_buffers)?;
            }
        }
        (Shape::Tuple(items), Val::Tuple(values)) => {
            for (item, value) in items.iter().zip(values) {
                encode(item, value, store, out, given_buffers)?;
            }
        }
        (Shape::Record(fields), Val::Record(values)) => {
            for ((_, field), (_, value)) in fields.iter().zip(values) {
                encode(field, value, store, out, given_buffers)?;
            }
        }
        (Shape::Option(inner), Val::Option(value)) => {
            out.push(value.is_some().into());
            if let Some(value) = value {
                encode(inner, value, store, out, given_buffers)?;
            }
        }
        (Shape::Result(ok, err), Val::Result(value)) => {
            out.push(value.is_err().into());
            let (shape, value) = match value {
                Ok(value) => (ok, value),
                Err(value) => (err, value),
            };
            if let (Some(shape), Some(value)) = (shape, value) {
                encode(shape, value, store, out, given_buffers)?;
            }
        }
        (Shape::Variant(cases), Val::Variant(name, payload)) => {
            let index = position(cases.iter().map(|(case, _)| case), name)?;
            encode_case(index, cases.len(), out);
            if let (Some(shape), Some(value)) = (&cases[index].1, payload) {
                encode(shape, value, store, out, given_buffers)?;
            }
        }
        (Shape::Enum(cases), Val::Enum(name)) => encode_case(position(cases.iter(), name)?, cases.len(), out),
        (Shape::Flags(flags), Val::Flags(set)) => {
            let mut words = vec![0u32; flags.len().div_ceil(32)];
            for name in set {
                let index = position(flags.iter(), name)?;
                words[index / 32] |= 1 << (index % 32);
            }
            words.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
        }
        (Shape::Handle { .. }, Val::Resource(handle)) => {
            let number = release(*handle, store, given_buffers)?;
            out.extend_from_slice(&number.to_le_bytes());
        }
        _ => bail!(BadFrame("a function's parameter is not of its type")),
    }
    Ok(())
}

/// The number behind a handle. What the store keeps for it goes.
fn release(handle: ResourceAny, store: &mut StoreContextMut<'_, Call>, given_buffers: &mut Vec<usize>) -> Result<u32> {
    if handle.ty() != buffer_type() {
        return Ok(handle.try_into_resource_dynamic(store.as_context_mut())?.rep());
    }
    let buffer = handle.try_into_resource::<Buffer>(store.as_context_mut())?;
    if buffer.owned() {
        given_buffers.push(buffer.rep() as usize);
    }
    Ok(buffer.rep())
}

/// Takes a value.
pub fn decode(shape: &Shape, store: &mut StoreContextMut<'_, Call>, answer: &mut Answer) -> Result<Val> {
    Ok(match shape {
        Shape::Bool => Val::Bool(bool::decode(answer)?),
        Shape::S8 => Val::S8(answer.fixed().map(i8::from_le_bytes)?),
        Shape::U8 => Val::U8(u8::decode(answer)?),
        Shape::S16 => Val::S16(answer.fixed().map(i16::from_le_bytes)?),
        Shape::U16 => Val::U16(u16::decode(answer)?),
        Shape::S32 => Val::S32(answer.fixed().map(i32::from_le_bytes)?),
        Shape::U32 => Val::U32(u32::decode(answer)?),
        Shape::S64 => Val::S64(i64::decode(answer)?),
        Shape::U64 => Val::U64(u64::decode(answer)?),
        Shape::F32 => Val::Float32(answer.fixed().map(f32::from_le_bytes)?),
        Shape::F64 => Val::Float64(f64::decode(answer)?),
        Shape::Char => Val::Char(
            char::from_u32(u32::decode(answer)?).ok_or(BadFrame("the host's answer has a character that is none"))?,
        ),
        Shape::Text => Val::String(<&str>::decode(answer)?.into()),
        Shape::List(item) => {
            let count = u32::decode(answer)?;
            let items = (0..count).map(|_| decode(item, store, answer));
            Val::List(items.collect::<Result<_>>()?)
        }
        Shape::Tuple(items) => {
            let items = items.iter().map(|item| decode(item, store, answer));
            Val::Tuple(items.collect::<Result<_>>()?)
        }
        Shape::Record(fields) => {
            let fields = fields
                .iter()
                .map(|(name, field)| Ok((name.clone(), decode(field, store, answer)?)));
            Val::Record(fields.collect::<Result<_>>()?)
        }
        Shape::Option(inner) => Val::Option(match bool::decode(answer)? {
            true => Some(Box::new(decode(inner, store, answer)?)),
            false => None,
        }),
        Shape::Result(ok, err) => Val::Result(match u8::decode(answer)? {
            0 => Ok(payload(ok.as_deref(), store, answer)?),
            1 => Err(payload(err.as_deref(), store, answer)?),
            _ => bail!(NO_CASE),
        }),
        Shape::Variant(cases) => {
            let (name, shape) = cases.get(decode_case(cases.len(), answer)?).ok_or(NO_CASE)?;
            Val::Variant(name.clone(), payload(shape.as_ref(), store, answer)?)
        }
        Shape::Enum(cases) => Val::Enum(cases.get(decode_case(cases.len(), answer)?).ok_or(NO_CASE)?.clone()),
        Shape::Flags(flags) => {
            let mut set = Vec::new();
            for names in flags.chunks(32) {
                let word = u32::decode(answer)?;
                set.extend(
                    names
                        .iter()
                        .enumerate()
                        .filter(|(bit, _)| word >> bit & 1 == 1)
                        .map(|(_, name)| name.clone()),
                );
            }
            Val::Flags(set)
        }
        Shape::Handle { resource, .. } => Val::Resource(match resource {
            Resource::Buffer => {
                let buffer = wasmtime::component::Resource::<Buffer>::decode(answer)?;
                buffer.try_into_resource_any(store.as_context_mut())?
            }
            Resource::Own(_, kind) => {
                ResourceDynamic::new_own(u32::decode(answer)?, *kind).try_into_resource_any(store.as_context_mut())?
            }
        }),
    })
}

const NO_CASE: BadFrame = BadFrame("the host's answer has a case that its type has not");

fn payload(
    shape: Option<&Shape>,
    store: &mut StoreContextMut<'_, Call>,
    answer: &mut Answer,
) -> Result<Option<Box<Val>>> {
    shape
        .map(|shape| decode(shape, store, answer).map(Box::new))
        .transpose()
}

fn position<'a>(mut names: impl Iterator<Item = &'a String>, name: &str) -> Result<usize> {
    Ok(names
        .position(|other| other == name)
        .ok_or(BadFrame("a function's parameter has a case that its type has not"))?)
}

fn encode_case(index: usize, cases: usize, out: &mut Vec<u8>) {
    match cases <= 256 {
        true => out.push(index as u8),
        false => out.extend_from_slice(&(index as u32).to_le_bytes()),
    }
}

fn decode_case(cases: usize, answer: &mut Answer) -> Result<usize> {
    Ok(match cases <= 256 {
        true => u8::decode(answer)?.into(),
        false => u32::decode(answer)? as usize,
    })
}
