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
use super::{ByKind, Error, Kind, Origin, apart};

/// In the component's order. Core modules, and what merely gives a core item another name, are not among them.
pub enum Item<'a> {
    /// A section that says nothing of core items.
    Section { id: u8, bytes: &'a [u8] },
    /// An alias that isn't one of a core item.
    Alias(ComponentAlias<'a>),
    /// A core function becomes one of the component's.
    Lift(CanonicalFunction),
    /// Instantiates a core module: the index of the core instance.
    Instantiate(u32),
}

pub struct Component<'a> {
    pub items: Vec<Item<'a>>,
    pub modules: Vec<Module<'a>>,
    /// By core instance; None for those that only give names.
    pub instances: Vec<Option<Instantiated>>,
    /// The functions that the component makes for its modules.
    pub canonicals: Vec<CanonicalFunction>,
    /// The component's core index spaces.
    pub origins: ByKind<Vec<Origin>>,
}

pub struct Instantiated {
    pub module: u32,
    pub imports: ByKind<Vec<Origin>>,
}

impl Instantiated {
    /// Who made what the module calls by this index.
    pub fn origin(&self, instance: u32, kind: Kind, index: u32) -> Origin {
        let imported = self.imports[kind].get(index as usize).copied();
        imported.unwrap_or(Origin::Defined { instance, index })
    }
}

impl<'a> Component<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Component<'a>, Error> {
        let mut reader = Reader::default();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            refuse_modules_as_values(&payload)?;
            if let Payload::End(_) = payload {
                depth -= 1;
                continue;
            }
            if let Payload::Version { .. } = payload {
                depth += 1;
                continue;
            }
            // What is nested comes by too.
            if depth == 1 {
                reader.visit(payload, bytes)?;
            }
        }
        Ok(Component {
            items: reader.items,
            modules: reader.modules,
            instances: reader.instances.into_iter().map(Named::instantiated).collect(),
            canonicals: reader.canonicals,
            origins: reader.origins,
        })
    }

    /// Each core instance that is one of a module.
    pub fn instantiated(&self) -> impl Iterator<Item = (u32, &Instantiated)> {
        let instances = (0u32..).zip(&self.instances);
        instances.filter_map(|(number, instance)| Some((number, instance.as_ref()?)))
    }

    pub fn module(&self, instance: u32) -> Option<&Module<'a>> {
        let instantiated = self.instances.get(instance as usize)?.as_ref()?;
        self.modules.get(instantiated.module as usize)
    }

    /// The core items that a canonical function is given: what it lifts, and its options.
    pub fn given(&self, function: &CanonicalFunction) -> Result<Vec<(Kind, Origin)>, Error> {
        let mut given = Given::default();
        let written = component_utils::parse_component_canonical(
            &mut given,
            &mut CanonicalFunctionSection::new(),
            function.clone(),
        );
        written.expect("nothing that is noted down is refused");
        let mut origins = Vec::new();
        for (kind, index) in given.0 {
            let origin = self.origins[kind].get(index as usize).ok_or_else(unknown)?;
            origins.push((kind, *origin));
        }
        Ok(origins)
    }
}

/// A core instance while reading.
enum Named<'a> {
    Module(Instantiated, HashMap<&'a str, (Kind, Origin)>),
    Exports(HashMap<&'a str, (Kind, Origin)>),
}

impl<'a> Named<'a> {
    fn exports(&self) -> &HashMap<&'a str, (Kind, Origin)> {
        match self {
            Named::Module(_, exports) | Named::Exports(exports) => exports,
        }
    }

    fn instantiated(self) -> Option<Instantiated> {
        match self {
            Named::Module(instantiated, _) => Some(instantiated),
            Named::Exports(_) => None,
        }
    }
}

#[derive(Default)]
struct Reader<'a> {
    items: Vec<Item<'a>>,
    modules: Vec<Module<'a>>,
    instances: Vec<Named<'a>>,
    canonicals: Vec<CanonicalFunction>,
    origins: ByKind<Vec<Origin>>,
}

impl<'a> Reader<'a> {
    fn visit(&mut self, payload: Payload<'a>, bytes: &'a [u8]) -> Result<(), Error> {
        match payload {
            Payload::ModuleSection { unchecked_range, .. } => {
                // Where the end of a file is cut off, the library takes the rest for the whole.
                let module = bytes.get(unchecked_range).ok_or_else(unknown)?;
                self.modules.push(Module::read(module)?);
            }
            Payload::InstanceSection(instances) => {
                for instance in instances {
                    let number = u32::try_from(self.instances.len()).expect("counted in 32 bits");
                    let named = match instance? {
                        Instance::Instantiate { module_index, args } => {
                            self.items.push(Item::Instantiate(number));
                            let arguments = args.iter().map(|argument| (argument.name, argument.index)).collect();
                            self.instantiate(number, module_index, &arguments)?
                        }
                        Instance::FromExports(exports) => {
                            let mut named = HashMap::new();
                            for export in &exports {
                                let kind = Kind::of(export.kind)?;
                                named.insert(export.name, (kind, self.core(kind, export.index)?));
                            }
                            Named::Exports(named)
                        }
                    };
                    self.instances.push(named);
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases {
                    match alias? {
                        ComponentAlias::CoreInstanceExport {
                            instance_index, name, ..
                        } => {
                            let (kind, origin) = self.export(instance_index, name)?;
                            self.origins[kind].push(origin);
                        }
                        alias => self.items.push(Item::Alias(alias)),
                    }
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    match function? {
                        lift @ CanonicalFunction::Lift { .. } => self.items.push(Item::Lift(lift)),
                        function => {
                            let number = u32::try_from(self.canonicals.len()).expect("counted in 32 bits");
                            self.origins[Kind::Function].push(Origin::Canonical(number));
                            self.canonicals.push(function);
                        }
                    }
                }
            }
            // Its numbers of core items would be wrong.
            Payload::CustomSection(section) if section.name() == "component-name" => {}
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    let bytes = bytes.get(range).ok_or_else(unknown)?;
                    self.items.push(Item::Section { id, bytes });
                }
            }
        }
        Ok(())
    }

    fn instantiate(&self, number: u32, module: u32, arguments: &HashMap<&str, u32>) -> Result<Named<'a>, Error> {
        let read = self.modules.get(module as usize).ok_or_else(unknown)?;
        let mut imports = ByKind::<Vec<Origin>>::default();
        for (kind, import) in &read.imports {
            let argument = arguments.get(import.module).ok_or_else(unknown)?;
            imports[*kind].push(self.export(*argument, import.name)?.1);
        }
        let instantiated = Instantiated { module, imports };
        let exports = read.exports.iter();
        let exports = exports.map(|(name, (kind, index))| (*name, (*kind, instantiated.origin(number, *kind, *index))));
        let exports = exports.collect();
        Ok(Named::Module(instantiated, exports))
    }

    fn export(&self, instance: u32, name: &str) -> Result<(Kind, Origin), Error> {
        let instance = self.instances.get(instance as usize).ok_or_else(unknown)?;
        instance.exports().get(name).copied().ok_or_else(unknown)
    }

    fn core(&self, kind: Kind, index: u32) -> Result<Origin, Error> {
        self.origins[kind].get(index as usize).copied().ok_or_else(unknown)
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
