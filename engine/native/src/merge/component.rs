//! A component taken apart, with the origin of each of its core items.

use std::collections::HashMap;
use std::convert::Infallible;

use wasm_encoder::CanonicalFunctionSection;
use wasm_encoder::reencode::{self, Reencode, ReencodeComponent, component_utils};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentTypeRef, ExternalKind, Instance, Parser, Payload,
};

use super::module::Module;
use super::{ByKind, Error, Kind, Origin, apart, counted};

/// In the component's order. Core modules, and what merely gives a core item another name, are not among them.
pub enum Item<'a> {
    /// A section that says nothing of core items.
    Section { id: u8, bytes: &'a [u8] },
    /// An alias that isn't one of a core item.
    Alias(ComponentAlias<'a>),
    /// A core function becomes one of the component's.
    Lift(Canonical),
    /// Instantiates a core module: the index of the core instance.
    Instantiate(u32),
}

#[derive(Default)]
pub struct Component<'a> {
    pub items: Vec<Item<'a>>,
    modules: Vec<Module<'a>>,
    /// By core instance; None for those that only give names.
    instances: Vec<Option<Instantiated>>,
    /// The functions that the component makes for its modules.
    pub canonicals: Vec<Canonical>,
    /// The component's core index spaces.
    pub origins: ByKind<Vec<Origin>>,
}

/// A function between the component and its core modules.
pub struct Canonical {
    pub function: CanonicalFunction,
    /// The core items that it is given: what it lifts, and its options.
    pub given: Vec<(Kind, Origin)>,
}

struct Instantiated {
    module: u32,
    imports: ByKind<Vec<Origin>>,
}

/// A core instance of a module.
pub struct Part<'a, 'b> {
    pub instance: u32,
    pub imports: &'b ByKind<Vec<Origin>>,
    pub module: &'b Module<'a>,
}

impl Part<'_, '_> {
    /// Who made what the module calls by this index.
    pub fn origin(&self, kind: Kind, index: u32) -> Origin {
        let imported = self.imports[kind].get(index as usize).copied();
        imported.unwrap_or(Origin::Defined {
            instance: self.instance,
            index,
        })
    }
}

impl<'a> Component<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Component<'a>, Error> {
        let mut reader = Reader::default();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            refuse_modules_as_values(&payload)?;
            match payload {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                payload if depth == 1 => reader.visit(payload, bytes)?,
                // What is nested comes by too.
                _ => {}
            }
        }
        Ok(reader.component)
    }

    /// Each core instance that is one of a module.
    pub fn parts(&self) -> impl Iterator<Item = Part<'a, '_>> {
        (0..counted(self.instances.len())).filter_map(|instance| self.find(instance))
    }

    /// A core instance that is one of a module.
    pub fn part(&self, instance: u32) -> Part<'a, '_> {
        self.find(instance).expect("an instance of a module")
    }

    fn find(&self, instance: u32) -> Option<Part<'a, '_>> {
        let instantiated = self.instances[instance as usize].as_ref()?;
        Some(Part {
            instance,
            imports: &instantiated.imports,
            module: &self.modules[instantiated.module as usize],
        })
    }
}

#[derive(Default)]
struct Reader<'a> {
    component: Component<'a>,
    /// By core instance.
    exports: Vec<HashMap<&'a str, (Kind, Origin)>>,
}

impl<'a> Reader<'a> {
    fn visit(&mut self, payload: Payload<'a>, bytes: &'a [u8]) -> Result<(), Error> {
        match payload {
            Payload::ModuleSection { unchecked_range, .. } => {
                // Where the end of a file is cut off, the library takes the rest for the whole.
                let module = bytes.get(unchecked_range).ok_or_else(unknown)?;
                self.component.modules.push(Module::read(module)?);
            }
            Payload::InstanceSection(instances) => {
                for instance in instances {
                    match instance? {
                        Instance::Instantiate { module_index, args } => {
                            let arguments = args.iter().map(|argument| (argument.name, argument.index)).collect();
                            self.instantiate(module_index, &arguments)?;
                        }
                        Instance::FromExports(exports) => {
                            let mut named = HashMap::new();
                            for export in &exports {
                                let kind = Kind::of(export.kind)?;
                                named.insert(export.name, (kind, self.core(kind, export.index)?));
                            }
                            self.component.instances.push(None);
                            self.exports.push(named);
                        }
                    }
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases {
                    match alias? {
                        ComponentAlias::CoreInstanceExport {
                            instance_index, name, ..
                        } => {
                            let (kind, origin) = self.export(instance_index, name)?;
                            self.component.origins[kind].push(origin);
                        }
                        alias => self.component.items.push(Item::Alias(alias)),
                    }
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    let canonical = self.canonical(function?)?;
                    if let CanonicalFunction::Lift { .. } = canonical.function {
                        self.component.items.push(Item::Lift(canonical));
                    } else {
                        let origin = Origin::Canonical(counted(self.component.canonicals.len()));
                        self.component.origins[Kind::Function].push(origin);
                        self.component.canonicals.push(canonical);
                    }
                }
            }
            // Its numbers of core items would be wrong.
            Payload::CustomSection(section) if section.name() == "component-name" => {}
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    let bytes = bytes.get(range).ok_or_else(unknown)?;
                    self.component.items.push(Item::Section { id, bytes });
                }
            }
        }
        Ok(())
    }

    fn instantiate(&mut self, module: u32, arguments: &HashMap<&str, u32>) -> Result<(), Error> {
        let number = counted(self.exports.len());
        let read = self.component.modules.get(module as usize).ok_or_else(unknown)?;
        let mut imports = ByKind::<Vec<Origin>>::default();
        for (kind, import) in &read.imports {
            let argument = arguments.get(import.module).ok_or_else(unknown)?;
            imports[*kind].push(self.export(*argument, import.name)?.1);
        }
        let part = Part {
            instance: number,
            imports: &imports,
            module: read,
        };
        let exports = read.exports.iter();
        let exports = exports.map(|(name, (kind, index))| (*name, (*kind, part.origin(*kind, *index))));
        self.exports.push(exports.collect());
        self.component.instances.push(Some(Instantiated { module, imports }));
        self.component.items.push(Item::Instantiate(number));
        Ok(())
    }

    fn canonical(&self, function: CanonicalFunction) -> Result<Canonical, Error> {
        let mut given = Given::default();
        let written = component_utils::parse_component_canonical(
            &mut given,
            &mut CanonicalFunctionSection::new(),
            function.clone(),
        );
        written.expect("nothing that is noted down is refused");
        let given = given.0.into_iter();
        let given = given.map(|(kind, index)| Ok((kind, self.core(kind, index)?)));
        let given = given.collect::<Result<_, Error>>()?;
        Ok(Canonical { function, given })
    }

    fn export(&self, instance: u32, name: &str) -> Result<(Kind, Origin), Error> {
        let exports = self.exports.get(instance as usize).ok_or_else(unknown)?;
        exports.get(name).copied().ok_or_else(unknown)
    }

    fn core(&self, kind: Kind, index: u32) -> Result<Origin, Error> {
        let origins = &self.component.origins[kind];
        origins.get(index as usize).copied().ok_or_else(unknown)
    }
}

fn unknown() -> Error {
    apart("a reference to what isn't there")
}

/// A component may hand core modules around like values. Their numbers change here, so none may.
fn refuse_modules_as_values(payload: &Payload<'_>) -> Result<(), Error> {
    let as_value = match payload {
        Payload::ComponentImportSection(imports) => {
            any(imports, |import| matches!(import.ty, ComponentTypeRef::Module(_)))?
        }
        Payload::ComponentExportSection(exports) => {
            any(exports, |export| export.kind == ComponentExternalKind::Module)?
        }
        Payload::ComponentInstanceSection(instances) => any(instances, |instance| match instance {
            ComponentInstance::Instantiate { args, .. } => args
                .iter()
                .any(|argument| argument.kind == ComponentExternalKind::Module),
            ComponentInstance::FromExports(exports) => exports
                .iter()
                .any(|export| export.kind == ComponentExternalKind::Module),
        })?,
        Payload::ComponentAliasSection(aliases) => any(aliases, |alias| {
            matches!(
                alias,
                ComponentAlias::InstanceExport {
                    kind: ComponentExternalKind::Module,
                    ..
                } | ComponentAlias::Outer {
                    kind: ComponentOuterAliasKind::CoreModule,
                    ..
                } | ComponentAlias::CoreInstanceExport {
                    kind: ExternalKind::Tag,
                    ..
                }
            )
        })?,
        _ => false,
    };
    if as_value {
        return Err(apart("a core module that is passed on"));
    }
    Ok(())
}

fn any<'a, T: wasmparser::FromReader<'a>>(
    section: &wasmparser::SectionLimited<'a, T>,
    holds: impl Fn(&T) -> bool,
) -> Result<bool, Error> {
    for item in section.clone() {
        if holds(&item?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Notes which core items a canonical function is given while the library writes it.
#[derive(Default)]
struct Given(Vec<(Kind, u32)>);

impl Given {
    fn note(&mut self, kind: Kind, index: u32) -> Result<u32, reencode::Error<Infallible>> {
        self.0.push((kind, index));
        Ok(index)
    }
}

impl Reencode for Given {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error<Infallible>> {
        self.note(Kind::Function, index)
    }

    fn memory_index(&mut self, index: u32) -> Result<u32, reencode::Error<Infallible>> {
        self.note(Kind::Memory, index)
    }

    fn table_index(&mut self, index: u32) -> Result<u32, reencode::Error<Infallible>> {
        self.note(Kind::Table, index)
    }
}

impl ReencodeComponent for Given {}
