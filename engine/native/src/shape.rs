//! The types of an embedding program's own interfaces: what a value of each looks like on its way to Java and back, and one text for each, so that
//! what a component wants, what a WIT file says and what a Java class has can be compared.
//!
//! `record{id:string,price:u32}`, `variant{none,some-of(list<s64>)}`, `result<_,string>`, `borrow<basket>`: types by structure, fields and cases by
//! name, resources by theirs. `CustomType.java` reads it.

use std::fmt::{self, Display, Formatter};

use wasmtime::component::{ResourceType, Type};

/// What handles of the host's own buffers are called in every interface.
pub const BUFFER: &str = "mayfly:data/buffers.buffer";

/// Why bytes are not passed as a list.
pub const LIST_OF_BYTES: &str = "list<u8> would be passed byte by byte, about 62 ns each: pass a buffer of mayfly:data/buffers instead, or a string";

/// A type.
#[derive(Debug, PartialEq)]
pub enum Shape {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    Text,
    List(Box<Shape>),
    Option(Box<Shape>),
    Result(Option<Box<Shape>>, Option<Box<Shape>>),
    Tuple(Vec<Shape>),
    Record(Vec<(String, Shape)>),
    Variant(Vec<(String, Option<Shape>)>),
    Enum(Vec<String>),
    Flags(Vec<String>),
    Handle { owned: bool, resource: Resource },
}

/// What a handle is to.
#[derive(Debug, PartialEq)]
pub enum Resource {
    Buffer,
    /// The interface's own: its name and the number that tells it from others in this engine.
    Own(String, u32),
}

/// A function's parameters and result.
#[derive(Debug, PartialEq)]
pub struct Signature {
    pub parameters: Vec<Shape>,
    pub result: Option<Shape>,
}

impl Shape {
    /// A list of `item`, unless that is bytes.
    pub fn list(item: Shape) -> Result<Shape, String> {
        match item {
            Shape::U8 => Err(LIST_OF_BYTES.into()),
            item => Ok(Shape::List(Box::new(item))),
        }
    }

    /// Of a type in a component; `resource` names those that it may have handles of.
    pub fn of(ty: &Type, resource: &dyn Fn(ResourceType) -> Option<Resource>) -> Result<Shape, String> {
        let of = |ty: &Type| Shape::of(ty, resource);
        let boxed = |ty: &Type| of(ty).map(Box::new);
        let handle = |owned: bool, ty: ResourceType| -> Result<Shape, String> {
            let resource = resource(ty).ok_or("a resource of another interface can't be passed to Java")?;
            Ok(Shape::Handle { owned, resource })
        };
        Ok(match ty {
            Type::Bool => Shape::Bool,
            Type::S8 => Shape::S8,
            Type::U8 => Shape::U8,
            Type::S16 => Shape::S16,
            Type::U16 => Shape::U16,
            Type::S32 => Shape::S32,
            Type::U32 => Shape::U32,
            Type::S64 => Shape::S64,
            Type::U64 => Shape::U64,
            Type::Float32 => Shape::F32,
            Type::Float64 => Shape::F64,
            Type::Char => Shape::Char,
            Type::String => Shape::Text,
            Type::List(list) => Shape::list(of(&list.ty())?)?,
            Type::Option(option) => Shape::Option(boxed(&option.ty())?),
            Type::Result(result) => Shape::Result(
                result.ok().as_ref().map(boxed).transpose()?,
                result.err().as_ref().map(boxed).transpose()?,
            ),
            Type::Tuple(tuple) => Shape::Tuple(tuple.types().map(|ty| of(&ty)).collect::<Result<_, _>>()?),
            Type::Record(record) => Shape::Record(
                record
                    .fields()
                    .map(|field| Ok((field.name.to_owned(), of(&field.ty)?)))
                    .collect::<Result<_, String>>()?,
            ),
            Type::Variant(variant) => Shape::Variant(
                variant
                    .cases()
                    .map(|case| Ok((case.name.to_owned(), case.ty.as_ref().map(of).transpose()?)))
                    .collect::<Result<_, String>>()?,
            ),
            Type::Enum(cases) => Shape::Enum(cases.names().map(str::to_owned).collect()),
            Type::Flags(flags) => Shape::Flags(flags.names().map(str::to_owned).collect()),
            Type::Own(resource) => handle(true, *resource)?,
            Type::Borrow(resource) => handle(false, *resource)?,
            Type::Map(_) | Type::FixedLengthList(_) | Type::Future(_) | Type::Stream(_) | Type::ErrorContext => {
                return Err(
                    "maps, lists of fixed length, futures, streams and error contexts can't be passed to Java".into(),
                );
            }
        })
    }
}

impl Display for Shape {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Bool => f.write_str("bool"),
            Shape::S8 => f.write_str("s8"),
            Shape::U8 => f.write_str("u8"),
            Shape::S16 => f.write_str("s16"),
            Shape::U16 => f.write_str("u16"),
            Shape::S32 => f.write_str("s32"),
            Shape::U32 => f.write_str("u32"),
            Shape::S64 => f.write_str("s64"),
            Shape::U64 => f.write_str("u64"),
            Shape::F32 => f.write_str("f32"),
            Shape::F64 => f.write_str("f64"),
            Shape::Char => f.write_str("char"),
            Shape::Text => f.write_str("string"),
            Shape::List(item) => write!(f, "list<{item}>"),
            Shape::Option(value) => write!(f, "option<{value}>"),
            Shape::Result(ok, err) => {
                f.write_str("result<")?;
                write_or_nothing(f, ok.as_deref())?;
                f.write_str(",")?;
                write_or_nothing(f, err.as_deref())?;
                f.write_str(">")
            }
            Shape::Tuple(items) => {
                f.write_str("tuple<")?;
                separated(f, items, |f, item| write!(f, "{item}"))?;
                f.write_str(">")
            }
            Shape::Record(fields) => {
                f.write_str("record{")?;
                separated(f, fields, |f, (name, ty)| write!(f, "{name}:{ty}"))?;
                f.write_str("}")
            }
            Shape::Variant(cases) => {
                f.write_str("variant{")?;
                separated(f, cases, |f, (name, payload)| match payload {
                    Some(payload) => write!(f, "{name}({payload})"),
                    None => f.write_str(name),
                })?;
                f.write_str("}")
            }
            Shape::Enum(names) => {
                f.write_str("enum{")?;
                separated(f, names, |f, name| f.write_str(name))?;
                f.write_str("}")
            }
            Shape::Flags(names) => {
                f.write_str("flags{")?;
                separated(f, names, |f, name| f.write_str(name))?;
                f.write_str("}")
            }
            Shape::Handle { owned, resource } => {
                let resource = match resource {
                    Resource::Buffer => BUFFER,
                    Resource::Own(name, _) => name,
                };
                write!(f, "{}<{resource}>", if *owned { "own" } else { "borrow" })
            }
        }
    }
}

impl Display for Signature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        separated(f, &self.parameters, |f, ty| write!(f, "{ty}"))?;
        f.write_str(")->")?;
        write_or_nothing(f, self.result.as_ref())
    }
}

fn write_or_nothing(f: &mut Formatter<'_>, shape: Option<&Shape>) -> fmt::Result {
    match shape {
        Some(shape) => write!(f, "{shape}"),
        None => f.write_str("_"),
    }
}

fn separated<T>(
    f: &mut Formatter<'_>,
    items: &[T],
    write: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        write(f, item)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_reads_by_structure() {
        let signature = Signature {
            parameters: vec![
                Shape::Record(vec![("id".into(), Shape::Text), ("price".into(), Shape::U32)]),
                Shape::Handle {
                    owned: false,
                    resource: Resource::Own("basket".into(), 7),
                },
            ],
            result: Some(Shape::Result(
                None,
                Some(Box::new(Shape::Variant(vec![
                    ("none".into(), None),
                    ("some-of".into(), Some(Shape::List(Box::new(Shape::S64)))),
                ]))),
            )),
        };
        assert_eq!(
            signature.to_string(),
            "(record{id:string,price:u32},borrow<basket>)->result<_,variant{none,some-of(list<s64>)}>"
        );
    }

    #[test]
    fn a_list_of_bytes_is_refused_with_advice() {
        assert!(Shape::list(Shape::U8).unwrap_err().contains("mayfly:data/buffers"));
        assert!(Shape::list(Shape::S8).is_ok());
    }
}
