//! The component around the merged module.

use std::collections::{BTreeMap, HashMap};

use wasm_encoder::reencode::{Reencode, ReencodeComponent};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, ComponentAliasSection, ComponentSectionId, ExportKind, InstanceSection, ModuleArg,
    RawSection,
};

use super::combine::{Combined, export_name};
use super::component::{Canonical, Component, Item};
use super::plan::Plan;
use super::{Apart, ByKind, Error, Kind, Origin, apart};

pub fn emit(component: &Component<'_>, plan: &Plan, combined: &Combined) -> Result<Vec<u8>, Error> {
    let mut emitter = Emitter {
        component,
        plan,
        out: wasm_encoder::Component::new(),
        places: HashMap::new(),
        counts: ByKind::default(),
        modules: 0,
        instances: HashMap::new(),
        instance_count: 0,
        merged_instance: 0,
    };
    let mut waiting = Vec::new();
    let mut is_merged = false;
    for item in &component.items {
        match item {
            Item::Section { id, bytes } => {
                emitter.out.section(&RawSection { id: *id, data: bytes });
            }
            Item::Alias(alias) => {
                let mut section = ComponentAliasSection::new();
                section.alias(emitter.component_alias(alias.clone())?);
                emitter.out.section(&section);
            }
            Item::Lift(canonical) => emitter.canonical(canonical)?,
            Item::Instantiate(number) if plan.is_last(*number) => {
                emitter.merged(combined)?;
                is_merged = true;
                for number in waiting.drain(..) {
                    emitter.instance(number)?;
                }
            }
            Item::Instantiate(number) if plan.merges(*number) => {}
            Item::Instantiate(number) if is_merged => emitter.instance(*number)?,
            Item::Instantiate(number) => waiting.push(*number),
        }
    }
    Ok(emitter.out.finish())
}

struct Emitter<'a, 'b> {
    component: &'b Component<'a>,
    plan: &'b Plan,
    out: wasm_encoder::Component,
    /// Core items that have been written: names are given to them when something needs them.
    places: HashMap<(Kind, Origin), u32>,
    counts: ByKind<u32>,
    modules: u32,
    /// Core instances that stayed apart, by their old numbers.
    instances: HashMap<u32, u32>,
    instance_count: u32,
    /// The merged one's number.
    merged_instance: u32,
}

impl Emitter<'_, '_> {
    fn merged(&mut self, combined: &Combined) -> Result<(), Error> {
        let names: Vec<_> = (0..combined.imports.len()).map(|number| number.to_string()).collect();
        let mut imports = BTreeMap::new();
        for (name, canonical) in names.iter().zip(&combined.imports) {
            let place = self.place(Kind::Function, Origin::Canonical(*canonical))?;
            imports.insert(name.as_str(), (ExportKind::Func, place));
        }
        let imports = self.exports(imports);
        self.merged_instance = self.instantiate(&combined.bytes, &[("", imports)]);
        Ok(())
    }

    /// One that stayed apart.
    fn instance(&mut self, number: u32) -> Result<(), Error> {
        let part = self.component.part(number);
        let mut seen = ByKind::<usize>::default();
        // A module may import one thing twice, an instance has it once.
        let mut imports = BTreeMap::<&str, BTreeMap<&str, (ExportKind, u32)>>::new();
        for (kind, import) in &part.module.imports {
            let origin = part.imports[*kind][seen[*kind]];
            seen[*kind] += 1;
            let place = self.place(*kind, origin)?;
            let from = imports.entry(import.module).or_default();
            from.insert(import.name, (kind.exported(), place));
        }
        let arguments = imports.into_iter().map(|(name, items)| (name, self.exports(items)));
        let arguments: Vec<_> = arguments.collect();
        let place = self.instantiate(part.module.bytes, &arguments);
        self.instances.insert(number, place);
        Ok(())
    }

    fn instantiate(&mut self, module: &[u8], arguments: &[(&str, u32)]) -> u32 {
        self.out.section(&RawSection {
            id: ComponentSectionId::CoreModule as u8,
            data: module,
        });
        let mut section = InstanceSection::new();
        let arguments = arguments
            .iter()
            .map(|(name, place)| (*name, ModuleArg::Instance(*place)));
        section.instantiate(self.modules, arguments.collect::<Vec<_>>());
        self.modules += 1;
        self.out.section(&section);
        self.next_instance()
    }

    fn exports(&mut self, items: BTreeMap<&str, (ExportKind, u32)>) -> u32 {
        let mut section = InstanceSection::new();
        let items = items.into_iter().map(|(name, (kind, place))| (name, kind, place));
        section.export_items(items.collect::<Vec<_>>());
        self.out.section(&section);
        self.next_instance()
    }

    fn next_instance(&mut self) -> u32 {
        self.instance_count += 1;
        self.instance_count - 1
    }

    /// The index of a core item, which is written now if nothing needed it before.
    fn place(&mut self, kind: Kind, origin: Origin) -> Result<u32, Error> {
        if let Some(place) = self.places.get(&(kind, origin)) {
            return Ok(*place);
        }
        match origin {
            Origin::Canonical(number) => {
                let component = self.component;
                self.canonical(&component.canonicals[number as usize])?;
            }
            Origin::Defined { instance, index } => {
                if self.plan.merges(instance) {
                    self.alias(self.merged_instance, kind, &export_name(kind, origin));
                } else {
                    let mut exports = self.component.part(instance).module.exports.iter();
                    let (name, _) = exports
                        .find(|(_, export)| **export == (kind, index))
                        .ok_or_else(|| apart("a use of what isn't exported"))?;
                    let place = self.instances.get(&instance).copied();
                    self.alias(place.ok_or_else(|| apart("a use before it is there"))?, kind, name);
                }
            }
        }
        let place = self.counts[kind];
        self.counts[kind] += 1;
        self.places.insert((kind, origin), place);
        Ok(place)
    }

    fn alias(&mut self, instance: u32, kind: Kind, name: &str) {
        let mut section = ComponentAliasSection::new();
        section.alias(Alias::CoreInstanceExport {
            instance,
            kind: kind.exported(),
            name,
        });
        self.out.section(&section);
    }

    /// Lifts a function, or makes one for core modules.
    fn canonical(&mut self, canonical: &Canonical) -> Result<(), Error> {
        let mut section = CanonicalFunctionSection::new();
        self.parse_component_canonical(&mut section, canonical.function.clone())?;
        self.out.section(&section);
        Ok(())
    }

    fn core(&mut self, kind: Kind, index: u32) -> Result<u32, Error> {
        self.place(kind, self.component.origins[kind][index as usize])
    }
}

impl Reencode for Emitter<'_, '_> {
    type Error = Apart;

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        self.core(Kind::Function, index)
    }

    fn table_index(&mut self, index: u32) -> Result<u32, Error> {
        self.core(Kind::Table, index)
    }

    fn memory_index(&mut self, index: u32) -> Result<u32, Error> {
        self.core(Kind::Memory, index)
    }
}

impl ReencodeComponent for Emitter<'_, '_> {}
