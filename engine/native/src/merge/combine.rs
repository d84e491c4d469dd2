//! One module from several.

use std::collections::{BTreeMap, HashMap};

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType, ExportSection,
    FunctionSection, GlobalSection, ImportSection, Instruction, MemorySection, NameMap, NameSection, TableSection,
    TypeSection,
};
use wasmparser::{ElementItems, Operator, OperatorsReader, TypeRef};

use super::component::{Component, Part};
use super::plan::Plan;
use super::reach::Reached;
use super::{Apart, Error, Kind, Origin, apart, counted};
use crate::engine::CORE_INSTANCE_BYTES_MAX;

/// The merged module.
pub struct Combined {
    pub bytes: Vec<u8>,
    /// The component's functions that it imports, in this order, by the names "0", "1", ... of the module "".
    pub imports: Vec<u32>,
}

/// By what name the merged module exports this.
pub fn export_name(kind: Kind, origin: Origin) -> String {
    format!("{kind:?} {origin:?}")
}

pub fn combine(component: &Component<'_>, plan: &Plan) -> Result<Combined, Error> {
    let reached = Reached::from(component, plan)?;
    let parts: Vec<Part<'_, '_>> = plan.merged().iter().map(|instance| component.part(*instance)).collect();
    let constants = constants(&parts, plan, &reached)?;
    let mut module = Sections::default();
    let imports: Vec<u32> = reached.canonicals.iter().copied().collect();
    let places = places(&parts, plan, &reached, &constants, &imports);
    check_size(&parts, &places)?;
    let mut signatures = BTreeMap::new();
    let mut offsets = Offsets::default();
    for part in &parts {
        let mut writer = Writer {
            part,
            places: &places,
            constants: &constants,
            offsets: &offsets,
        };
        writer.signatures(&mut signatures)?;
        writer.write(&mut module)?;
        offsets.types += part.module.type_count;
        offsets.elements += counted(part.module.elements.len());
        offsets.data += counted(part.module.data.len());
    }
    // Whoever takes a reference has to declare it, and the export that did so for a part may be gone.
    if !reached.taken.is_empty() {
        let taken = reached.taken.iter().map(|origin| places[&(Kind::Function, *origin)]);
        let taken = Elements::Functions(taken.collect::<Vec<_>>().into());
        module.elements.declared(taken);
    }
    for (number, canonical) in imports.iter().enumerate() {
        let signature = signatures
            .get(canonical)
            .ok_or_else(|| apart("an import that nobody declares"))?;
        module
            .imports
            .import("", &number.to_string(), EntityType::Function(*signature));
    }
    for (kind, origin) in &plan.exports {
        let index = places[&(*kind, *origin)];
        module
            .exports
            .export(&export_name(*kind, *origin), kind.exported(), index);
    }
    let counts_data = parts.iter().any(|part| part.module.counts_data);
    let data_count = counts_data.then_some(offsets.data);
    Ok(Combined {
        bytes: module.finish(data_count),
        imports,
    })
}

/// wasmtime's record of an instance has so many bytes for each function that it imports or may be called by reference, and for each global. What is
/// too much for one record was several, and stays several.
fn check_size(parts: &[Part<'_, '_>], places: &Places) -> Result<(), Error> {
    const FUNCTION_BYTES: usize = 32;
    const GLOBAL_BYTES: usize = 16;
    let items = parts.iter().flat_map(|part| &part.module.elements);
    let elements: usize = items
        .map(|element| match &element.items {
            ElementItems::Functions(functions) => functions.count() as usize,
            ElementItems::Expressions(_, expressions) => expressions.count() as usize,
        })
        .sum();
    let imports = places
        .keys()
        .filter(|(_, origin)| matches!(origin, Origin::Canonical(_)));
    let globals = places.keys().filter(|(kind, _)| *kind == Kind::Global);
    let bytes = FUNCTION_BYTES * (elements + imports.count()) + GLOBAL_BYTES * globals.count();
    if bytes > CORE_INSTANCE_BYTES_MAX / 2 {
        return Err(apart("more functions and globals than one module should have"));
    }
    Ok(())
}

/// Where each thing is in the merged module.
type Places = HashMap<(Kind, Origin), u32>;

/// Globals that hold one number forever: immutable ones, and those that no function writes any more. Linking at run time leaves hundreds.
type Constants = HashMap<Origin, Instruction<'static>>;

fn constants(parts: &[Part<'_, '_>], plan: &Plan, reached: &Reached) -> Result<Constants, Error> {
    let mut constants = Constants::new();
    for part in parts {
        for (index, global) in (part.module.imported[Kind::Global]..).zip(&part.module.globals) {
            let origin = part.origin(Kind::Global, index);
            let may_change = global.ty.mutable
                && (reached.written.contains(&origin) || plan.exports.contains(&(Kind::Global, origin)));
            let mut operators = global.init_expr.get_operators_reader();
            let first = operators.read()?;
            if may_change || !operators.is_end_then_eof() {
                continue;
            }
            let constant = match first {
                Operator::GlobalGet { global_index } => {
                    constants.get(&part.origin(Kind::Global, global_index)).cloned()
                }
                Operator::I32Const { value } => Some(Instruction::I32Const(value)),
                Operator::I64Const { value } => Some(Instruction::I64Const(value)),
                Operator::F32Const { value } => Some(Instruction::F32Const(value.into())),
                Operator::F64Const { value } => Some(Instruction::F64Const(value.into())),
                _ => None,
            };
            if let Some(constant) = constant {
                constants.insert(origin, constant);
            }
        }
    }
    Ok(constants)
}

fn places(parts: &[Part<'_, '_>], plan: &Plan, reached: &Reached, constants: &Constants, imports: &[u32]) -> Places {
    let mut places = Places::new();
    for (place, canonical) in (0..).zip(imports) {
        places.insert((Kind::Function, Origin::Canonical(*canonical)), place);
    }
    for kind in Kind::ALL {
        let mut next = if kind == Kind::Function {
            counted(imports.len())
        } else {
            0
        };
        for part in parts {
            for (index, _) in (part.module.imported[kind]..).zip(0..part.module.defined(kind)) {
                let origin = part.origin(kind, index);
                let stays = match kind {
                    Kind::Table | Kind::Memory => true,
                    Kind::Function => reached.defined.contains(&(kind, origin)),
                    Kind::Global => {
                        plan.exports.contains(&(kind, origin))
                            || reached.defined.contains(&(kind, origin)) && !constants.contains_key(&origin)
                    }
                };
                if stays {
                    places.insert((kind, origin), next);
                    next += 1;
                }
            }
        }
    }
    places
}

/// How many types, elements and segments of data the parts before have.
#[derive(Default)]
struct Offsets {
    types: u32,
    elements: u32,
    data: u32,
}

#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    code: CodeSection,
    data: DataSection,
    names: NameMap,
}

impl Sections {
    fn finish(&self, data_count: Option<u32>) -> Vec<u8> {
        let mut module = wasm_encoder::Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&self.functions)
            .section(&self.tables)
            .section(&self.memories)
            .section(&self.globals)
            .section(&self.exports)
            .section(&self.elements);
        if let Some(count) = data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&self.code).section(&self.data);
        let mut names = NameSection::new();
        names.functions(&self.names);
        module.section(&names);
        module.finish()
    }
}

/// Writes one part's things with the merged module's indexes.
struct Writer<'a, 'b> {
    part: &'b Part<'a, 'b>,
    places: &'b Places,
    constants: &'b Constants,
    offsets: &'b Offsets,
}

impl Writer<'_, '_> {
    /// The types of the component's functions, as this part declares them.
    fn signatures(&mut self, signatures: &mut BTreeMap<u32, u32>) -> Result<(), Error> {
        let functions = self
            .part
            .module
            .imports
            .iter()
            .filter_map(|(_, import)| match import.ty {
                TypeRef::Func(ty) => Some(ty),
                _ => None,
            });
        for (index, ty) in (0..).zip(functions) {
            if let Origin::Canonical(canonical) = self.part.origin(Kind::Function, index) {
                signatures.entry(canonical).or_insert(self.type_index(ty)?);
            }
        }
        Ok(())
    }

    fn write(&mut self, out: &mut Sections) -> Result<(), Error> {
        let module = self.part.module;
        if let Some(types) = &module.types {
            self.parse_type_section(&mut out.types, types.clone())?;
        }
        for table in &module.tables {
            self.parse_table(&mut out.tables, table.clone())?;
        }
        for memory in &module.memories {
            out.memories.memory(self.memory_type(*memory)?);
        }
        for (index, global) in (module.imported[Kind::Global]..).zip(&module.globals) {
            if self.place(Kind::Global, index).is_some() {
                self.parse_global(&mut out.globals, global.clone())?;
            }
        }
        for element in &module.elements {
            self.parse_element(&mut out.elements, element.clone())?;
        }
        let functions = (module.imported[Kind::Function]..).zip(&module.functions);
        for ((index, ty), body) in functions.zip(&module.bodies) {
            let Some(place) = self.place(Kind::Function, index) else {
                continue;
            };
            out.functions.function(self.type_index(*ty)?);
            self.parse_function_body(&mut out.code, body.clone())?;
            if let Some(name) = module.names.get(&index) {
                out.names.append(place, name);
            }
        }
        for data in &module.data {
            self.parse_data(&mut out.data, data.clone())?;
        }
        Ok(())
    }

    fn place(&self, kind: Kind, index: u32) -> Option<u32> {
        self.places.get(&(kind, self.part.origin(kind, index))).copied()
    }

    fn placed(&self, kind: Kind, index: u32) -> Result<u32, Error> {
        self.place(kind, index)
            .ok_or_else(|| apart("a reference to what can't be reached"))
    }

    /// The number that this global holds forever.
    fn constant(&self, global: u32) -> Option<Instruction<'static>> {
        self.constants.get(&self.part.origin(Kind::Global, global)).cloned()
    }
}

impl Reencode for Writer<'_, '_> {
    type Error = Apart;

    fn type_index(&mut self, ty: u32) -> Result<u32, Error> {
        Ok(ty + self.offsets.types)
    }

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        self.placed(Kind::Function, index)
    }

    fn table_index(&mut self, index: u32) -> Result<u32, Error> {
        self.placed(Kind::Table, index)
    }

    fn memory_index(&mut self, index: u32) -> Result<u32, Error> {
        self.placed(Kind::Memory, index)
    }

    fn global_index(&mut self, index: u32) -> Result<u32, Error> {
        self.placed(Kind::Global, index)
    }

    fn element_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(index + self.offsets.elements)
    }

    fn data_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(index + self.offsets.data)
    }

    fn parse_instruction<'a>(&mut self, reader: &mut OperatorsReader<'a>) -> Result<Instruction<'a>, Error> {
        let operator = reader.read()?;
        if let Operator::GlobalGet { global_index } = operator
            && let Some(constant) = self.constant(global_index)
        {
            return Ok(constant);
        }
        self.instruction(operator)
    }

    /// Only imported globals may be read in one, and none is imported any more.
    fn const_expr(&mut self, expression: wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Error> {
        for operator in expression.get_operators_reader() {
            if let Operator::GlobalGet { global_index } = operator?
                && self.constant(global_index).is_none()
            {
                return Err(apart("a first value that is calculated from another module's"));
            }
        }
        reencode::utils::const_expr(self, expression)
    }
}
