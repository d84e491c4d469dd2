//! What a component is made of that a snapshot would lose: looked for before anything runs, and said in the words of who wrote the function.

use std::collections::HashMap;

use wasmparser::{BinaryReaderError, GlobalType, Instance, MemoryType, Operator, Parser, Payload, TypeRef};

use crate::names::function_names;

/// One line each, so many at most: one is enough to refuse, and a large program may have thousands.
const LINES_MAX: usize = 16;

/// Why no snapshot can be taken of a component; empty when one can.
pub fn refused(component: &[u8]) -> Result<Vec<String>, BinaryReaderError> {
    let mut walk = Walk::default();
    for payload in Parser::new(0).parse_all(component) {
        walk.visit(payload?)?;
    }
    walk.lines.truncate(LINES_MAX);
    Ok(walk.lines)
}

#[derive(Default)]
struct Walk {
    /// What encloses the current payload, outermost first; the component itself is not in it.
    open: Vec<Scope>,
    module_count: u32,
    instantiated: Vec<u32>,
    lines: Vec<String>,
}

enum Scope {
    Component,
    Module(Module),
}

#[derive(Default)]
struct Module {
    number: u32,
    has_memory: bool,
    has_exports: bool,
    functions_imported: u32,
    functions_seen: u32,
    /// By function, what is wrong: names come behind the code.
    found: Vec<(u32, String)>,
    names: HashMap<u32, String>,
}

impl Module {
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self
            .found
            .iter()
            .map(|(function, what)| self.line(*function, what))
            .collect();
        if self.has_memory && !self.has_exports {
            lines.push(format!(
                "core module {} has a memory and exports nothing, so that nobody can read it",
                self.number
            ));
        }
        lines
    }

    fn line(&self, function: u32, what: &str) -> String {
        match self.names.get(&function) {
            Some(name) => format!(
                "function {:#} in core module {}: {what}",
                rustc_demangle::demangle(name),
                self.number
            ),
            None => format!("function {function} in core module {}: {what}", self.number),
        }
    }
}

impl Walk {
    fn visit(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ModuleSection { .. } => {
                if self.open.iter().any(|scope| matches!(scope, Scope::Component)) {
                    self.lines
                        .push("a component inside this component has a core module of its own".into());
                }
                let number = self.module_count;
                self.module_count += 1;
                self.open.push(Scope::Module(Module {
                    number,
                    ..Module::default()
                }));
            }
            Payload::ComponentSection { .. } => self.open.push(Scope::Component),
            Payload::End(_) => {
                if let Some(Scope::Module(module)) = self.open.pop() {
                    self.lines.extend(module.lines());
                }
            }
            Payload::InstanceSection(instances) if self.open.is_empty() => {
                for instance in instances {
                    if let Instance::Instantiate { module_index, .. } = instance? {
                        if self.instantiated.contains(&module_index) {
                            self.lines
                                .push(format!("core module {module_index} is instantiated more than once"));
                        }
                        self.instantiated.push(module_index);
                    }
                }
            }
            Payload::ComponentImportSection(imports) if self.open.is_empty() => {
                for import in imports {
                    let import = import?;
                    if matches!(import.ty, wasmparser::ComponentTypeRef::Module(_)) {
                        self.lines
                            .push(format!("the core module {} is imported", import.name.name));
                    }
                }
            }
            Payload::ComponentStartSection { .. } => {
                self.lines.push("the component has a start function of its own".into());
            }
            payload => {
                if let Some(Scope::Module(module)) = self.open.last_mut() {
                    let lines = &mut self.lines;
                    module.visit(payload, &mut |line| lines.push(line))?;
                }
            }
        }
        Ok(())
    }
}

impl Module {
    fn visit(&mut self, payload: Payload<'_>, refuse: &mut impl FnMut(String)) -> Result<(), BinaryReaderError> {
        let number = self.number;
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import?.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => self.functions_imported += 1,
                        TypeRef::Tag(_) => refuse(format!("core module {number} uses exceptions (an imported tag)")),
                        _ => {}
                    }
                }
            }
            Payload::ExportSection(_) => self.has_exports = true,
            Payload::TagSection(_) => refuse(format!("core module {number} uses exceptions (a tag)")),
            Payload::MemorySection(memories) => {
                self.has_memory = true;
                for memory in memories {
                    if let Some(what) = memory_refused(memory?) {
                        refuse(format!("core module {number} has {what}"));
                    }
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    if let Some(what) = global_refused(global?.ty) {
                        refuse(format!("core module {number} has {what}"));
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let function = self.functions_imported + self.functions_seen;
                self.functions_seen += 1;
                let mut operators = body.get_operators_reader()?;
                while !operators.eof() {
                    if let Some(what) = operator_refused(&operators.read()?) {
                        self.found.push((function, what.into()));
                    }
                }
            }
            Payload::CustomSection(section) => {
                let names = function_names(&section).into_iter();
                self.names
                    .extend(names.map(|(function, name)| (function, name.to_owned())));
            }
            _ => {}
        }
        Ok(())
    }
}

fn memory_refused(memory: MemoryType) -> Option<&'static str> {
    if memory.shared {
        return Some("a memory shared between threads");
    }
    if memory.memory64 {
        return Some("a 64-bit memory");
    }
    (memory.maximum == Some(memory.initial))
        .then_some("a memory that is at its declared maximum: capturing it takes one more page")
}

fn global_refused(global: GlobalType) -> Option<&'static str> {
    match global.content_type {
        _ if !global.mutable => None,
        wasmparser::ValType::Ref(_) => Some("a mutable global that holds a reference"),
        wasmparser::ValType::V128 => Some("a mutable global that holds a vector (v128)"),
        _ => None,
    }
}

/// What changes a thing that can be neither read back nor given another initial value.
fn operator_refused(operator: &Operator<'_>) -> Option<&'static str> {
    Some(match operator {
        Operator::TableSet { .. } => "the instruction table.set changes a table",
        Operator::TableGrow { .. } => "the instruction table.grow changes a table",
        Operator::TableFill { .. } => "the instruction table.fill changes a table",
        Operator::TableCopy { .. } => "the instruction table.copy changes a table",
        Operator::TableInit { .. } => "the instruction table.init changes a table",
        Operator::ElemDrop { .. } => "the instruction elem.drop drops a segment",
        Operator::DataDrop { .. } => "the instruction data.drop drops a segment",
        Operator::StructSet { .. } => "the instruction struct.set changes an object of the garbage collector",
        Operator::ArraySet { .. } => "the instruction array.set changes an object of the garbage collector",
        Operator::ArrayFill { .. } => "the instruction array.fill changes an object of the garbage collector",
        Operator::ArrayCopy { .. } => "the instruction array.copy changes an object of the garbage collector",
        Operator::ArrayInitData { .. } => "the instruction array.init_data changes an object of the garbage collector",
        Operator::ArrayInitElem { .. } => "the instruction array.init_elem changes an object of the garbage collector",
        _ => return None,
    })
}
