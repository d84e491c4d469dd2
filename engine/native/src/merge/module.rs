//! A core module taken apart.

use std::collections::{BTreeMap, HashMap};

use wasmparser::{
    Data, Element, FunctionBody, Global, Import, MemoryType, Parser, Payload, Table, TypeRef, TypeSectionReader,
};

use super::{ByKind, Error, Kind, apart, counted};
use crate::names::function_names;

#[derive(Default)]
pub struct Module<'a> {
    /// The whole of it.
    pub bytes: &'a [u8],
    pub types: Option<TypeSectionReader<'a>>,
    pub type_count: u32,
    pub imports: Vec<(Kind, Import<'a>)>,
    /// How many of each kind are imported: the indexes of what the module defines begin there.
    pub imported: ByKind<u32>,
    pub exports: BTreeMap<&'a str, (Kind, u32)>,
    /// The types of the functions that it defines.
    pub functions: Vec<u32>,
    pub tables: Vec<Table<'a>>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<Global<'a>>,
    pub elements: Vec<Element<'a>>,
    pub bodies: Vec<FunctionBody<'a>>,
    pub data: Vec<Data<'a>>,
    /// The code refers to segments of data.
    pub counts_data: bool,
    pub has_start: bool,
    /// By function, imported ones too.
    pub names: HashMap<u32, &'a str>,
}

impl<'a> Module<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Module<'a>, Error> {
        let mut module = Module {
            bytes,
            ..Module::default()
        };
        for payload in Parser::new(0).parse_all(bytes) {
            module.visit(payload?)?;
        }
        Ok(module)
    }

    /// How many of this kind it defines itself.
    pub fn defined(&self, kind: Kind) -> usize {
        match kind {
            Kind::Function => self.functions.len(),
            Kind::Table => self.tables.len(),
            Kind::Memory => self.memories.len(),
            Kind::Global => self.globals.len(),
        }
    }

    fn visit(&mut self, payload: Payload<'a>) -> Result<(), Error> {
        match payload {
            Payload::TypeSection(types) => {
                for group in types.clone() {
                    self.type_count += counted(group?.types().len());
                }
                self.types = Some(types);
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    let kind = kind(import.ty)?;
                    self.imported[kind] += 1;
                    self.imports.push((kind, import));
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    self.exports.insert(export.name, (Kind::of(export.kind)?, export.index));
                }
            }
            Payload::FunctionSection(functions) => self.functions = all(functions)?,
            Payload::TableSection(tables) => self.tables = all(tables)?,
            Payload::MemorySection(memories) => self.memories = all(memories)?,
            Payload::GlobalSection(globals) => self.globals = all(globals)?,
            Payload::ElementSection(elements) => self.elements = all(elements)?,
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(data) => self.data = all(data)?,
            Payload::DataCountSection { .. } => self.counts_data = true,
            Payload::StartSection { .. } => self.has_start = true,
            Payload::TagSection(_) => return Err(apart("exceptions")),
            Payload::CustomSection(section) => self.names.extend(function_names(&section)),
            _ => {}
        }
        Ok(())
    }
}

fn kind(ty: TypeRef) -> Result<Kind, Error> {
    Ok(match ty {
        TypeRef::Func(_) => Kind::Function,
        TypeRef::Table(_) => Kind::Table,
        TypeRef::Memory(_) => Kind::Memory,
        TypeRef::Global(_) => Kind::Global,
        TypeRef::Tag(_) => return Err(apart("exceptions")),
        TypeRef::FuncExact(_) => return Err(apart("an import of a function by its exact type")),
    })
}

fn all<'a, T: wasmparser::FromReader<'a>>(section: wasmparser::SectionLimited<'a, T>) -> Result<Vec<T>, Error> {
    Ok(section.into_iter().collect::<Result<_, _>>()?)
}
