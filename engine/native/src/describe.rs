//! What a WIT file offers, for `WitDescription.java` and for `mf_prelink`. Runs in the `mayfly-compiler` process only.
//!
//! ```text
//! interface shop:pricing/catalog@0.1.0
//! function find (string)->option<record{id:string,price:u32}>
//! ```
//!
//! A function that can't be offered has the reason instead: `refused upload list<u8> would be …`.

use std::fmt::Write as _;
use std::path::Path;

use wit_parser::{Function, Handle, InterfaceId, Resolve, SourceMap, Type, TypeDefKind, TypeId, TypeOwner};

use crate::shape::{BUFFER, Resource, Shape, Signature};

/// The packages that any file may use.
const DATA: [(&str, &str); 2] = [
    ("buffers.wit", include_str!("../../../wit/data/buffers.wit")),
    ("errors.wit", include_str!("../../../wit/data/errors.wit")),
];

/// The interfaces of the file's package, or what is wrong with the file.
pub fn describe(file: &str, text: &str) -> Result<String, String> {
    let mut resolve = Resolve::default();
    let mut data = SourceMap::new();
    for (name, text) in DATA {
        data.push(Path::new(name), text);
    }
    let data = data.parse().map_err(|(_, error)| error.to_string())?;
    resolve.push_group(data).map_err(|error| error.to_string())?;
    let mut own = SourceMap::new();
    own.push(Path::new(file), text);
    let own = own.parse().map_err(|(own, error)| error.render(&own))?;
    let package = resolve
        .push_group(own)
        .map_err(|error| error.render(&resolve.source_map))?;
    let mut lines = String::new();
    for &interface in resolve.packages[package].interfaces.values() {
        let name = resolve.id_of(interface).ok_or("an interface without a name")?;
        let _ = writeln!(lines, "interface {name}");
        for function in resolve.interfaces[interface].functions.values() {
            let _ = match signature(&resolve, interface, function) {
                Ok(signature) => writeln!(lines, "function {} {signature}", function.name),
                Err(reason) => writeln!(lines, "refused {} {reason}", function.name),
            };
        }
    }
    Ok(lines)
}

fn signature(resolve: &Resolve, interface: InterfaceId, function: &Function) -> Result<Signature, String> {
    if function.kind.is_async() {
        return Err("async functions can't be passed to Java: a method may block instead".into());
    }
    let shape = |ty: &Type| shape(resolve, interface, ty);
    Ok(Signature {
        parameters: function.params.iter().map(|p| shape(&p.ty)).collect::<Result<_, _>>()?,
        result: function.result.as_ref().map(shape).transpose()?,
    })
}

fn shape(resolve: &Resolve, interface: InterfaceId, ty: &Type) -> Result<Shape, String> {
    let of = |ty: &Type| shape(resolve, interface, ty);
    let boxed = |ty: &Type| of(ty).map(Box::new);
    let id = match ty {
        Type::Bool => return Ok(Shape::Bool),
        Type::U8 => return Ok(Shape::U8),
        Type::U16 => return Ok(Shape::U16),
        Type::U32 => return Ok(Shape::U32),
        Type::U64 => return Ok(Shape::U64),
        Type::S8 => return Ok(Shape::S8),
        Type::S16 => return Ok(Shape::S16),
        Type::S32 => return Ok(Shape::S32),
        Type::S64 => return Ok(Shape::S64),
        Type::F32 => return Ok(Shape::F32),
        Type::F64 => return Ok(Shape::F64),
        Type::Char => return Ok(Shape::Char),
        Type::String => return Ok(Shape::Text),
        Type::ErrorContext => return Err("error contexts can't be passed to Java".into()),
        Type::Id(id) => *id,
    };
    let named = |names: Vec<&String>| names.into_iter().cloned().collect();
    Ok(match &resolve.types[id].kind {
        TypeDefKind::Type(alias) => of(alias)?,
        TypeDefKind::List(item) => Shape::list(of(item)?)?,
        TypeDefKind::Option(value) => Shape::Option(boxed(value)?),
        TypeDefKind::Result(result) => Shape::Result(
            result.ok.as_ref().map(boxed).transpose()?,
            result.err.as_ref().map(boxed).transpose()?,
        ),
        TypeDefKind::Tuple(tuple) => Shape::Tuple(tuple.types.iter().map(of).collect::<Result<_, _>>()?),
        TypeDefKind::Record(record) => Shape::Record(
            record
                .fields
                .iter()
                .map(|field| Ok((field.name.clone(), of(&field.ty)?)))
                .collect::<Result<_, String>>()?,
        ),
        TypeDefKind::Variant(variant) => Shape::Variant(
            variant
                .cases
                .iter()
                .map(|case| Ok((case.name.clone(), case.ty.as_ref().map(of).transpose()?)))
                .collect::<Result<_, String>>()?,
        ),
        TypeDefKind::Enum(cases) => Shape::Enum(named(cases.cases.iter().map(|case| &case.name).collect())),
        TypeDefKind::Flags(flags) => Shape::Flags(named(flags.flags.iter().map(|flag| &flag.name).collect())),
        TypeDefKind::Handle(handle) => {
            let (owned, id) = match handle {
                Handle::Own(id) => (true, *id),
                Handle::Borrow(id) => (false, *id),
            };
            Shape::Handle {
                owned,
                resource: resource(resolve, interface, id)?,
            }
        }
        // A resource's bare name is a handle that is owned.
        TypeDefKind::Resource => Shape::Handle {
            owned: true,
            resource: resource(resolve, interface, id)?,
        },
        other => return Err(format!("a {} can't be passed to Java", other.as_str())),
    })
}

fn resource(resolve: &Resolve, interface: InterfaceId, mut id: TypeId) -> Result<Resource, String> {
    while let TypeDefKind::Type(Type::Id(used)) = resolve.types[id].kind {
        id = used;
    }
    let ty = &resolve.types[id];
    let name = ty.name.clone().unwrap_or_default();
    let TypeOwner::Interface(owner) = ty.owner else {
        return Err(format!("the resource {name} belongs to no interface"));
    };
    if owner == interface {
        return Ok(Resource::Own(name, 0));
    }
    let owner = resolve.id_of(owner).unwrap_or_default();
    let (unversioned, _) = owner.split_once('@').unwrap_or((&owner, ""));
    match format!("{unversioned}.{name}") == BUFFER {
        true => Ok(Resource::Buffer),
        false => Err(format!("the resource {name} of {owner} can't be passed to Java")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::ERROR_SHAPE;

    #[test]
    fn every_function_has_its_signature() {
        let text = "package shop:pricing@0.1.0;
            interface catalog {
                use mayfly:data/buffers@0.1.0.{buffer};
                use mayfly:data/errors@0.1.0.{error};
                record item { id: string, price: u32 }
                resource basket { constructor(owner: string); add: func(item: item); }
                type items = list<item>;
                find: func(id: string) -> result<option<item>, error>;
                all: func(picture: borrow<buffer>) -> items;
            }";
        assert_eq!(
            describe("catalog.wit", text).unwrap(),
            format!(
                "interface shop:pricing/catalog@0.1.0
function [constructor]basket (string)->own<basket>
function [method]basket.add (borrow<basket>,record{{id:string,price:u32}})->_
function find (string)->result<option<record{{id:string,price:u32}}>,{ERROR_SHAPE}>
function all (borrow<mayfly:data/buffers.buffer>)->list<record{{id:string,price:u32}}>
"
            )
        );
    }

    #[test]
    fn what_cannot_be_offered_says_why() {
        let text = "package a:b; interface c { put: func(bytes: list<u8>); later: async func(); }";
        let lines = describe("c.wit", text).unwrap();
        assert!(lines.contains("refused put list<u8>"), "{lines}");
        assert!(lines.contains("refused later async"), "{lines}");
    }

    #[test]
    fn a_file_that_is_no_wit_is_refused_with_its_place() {
        let reason = describe("c.wit", "package a:b; interface c { put func(); }").unwrap_err();
        assert!(reason.contains("c.wit:1"), "{reason}");
    }
}
