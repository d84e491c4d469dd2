//! Which core instances become one, and what the others still need of them.

use std::collections::{BTreeSet, HashSet};

use wasmparser::{CanonicalFunction, DataKind, ElementKind};

use super::component::{Component, Instantiated, Item};
use super::{Error, Kind, Origin, apart};

#[derive(Debug)]
pub struct Plan {
    /// Core instances, sorted.
    merged: Vec<u32>,
    /// What others use of theirs.
    pub exports: BTreeSet<(Kind, Origin)>,
}

impl Plan {
    pub fn of(component: &Component<'_>) -> Result<Plan, Error> {
        let merged = merged(component)?;
        let mut exports = BTreeSet::new();
        let mut export = |kind, origin| {
            if matches!(origin, Origin::Defined { instance, .. } if merged.binary_search(&instance).is_ok()) {
                exports.insert((kind, origin));
            }
        };
        let lifts = component.items.iter().filter_map(|item| match item {
            Item::Lift(function) => Some(function),
            _ => None,
        });
        for function in lifts.chain(&component.canonicals) {
            for (kind, origin) in component.given(function)? {
                export(kind, origin);
            }
        }
        for (number, instantiated) in component.instantiated() {
            if merged.binary_search(&number).is_err() {
                each_import(instantiated, &mut export);
            }
        }
        let plan = Plan { merged, exports };
        plan.check_order(component)?;
        Ok(plan)
    }

    /// In their order.
    pub fn merged(&self) -> &[u32] {
        &self.merged
    }

    pub fn merges(&self, instance: u32) -> bool {
        self.merged.binary_search(&instance).is_ok()
    }

    /// In whose place the merged module is instantiated.
    pub fn is_last(&self, instance: u32) -> bool {
        self.merged.last() == Some(&instance)
    }

    /// Everything that isn't merged comes behind the merged module, however early it stood.
    fn check_order(&self, component: &Component<'_>) -> Result<(), Error> {
        let mut overtaken: HashSet<(Kind, Origin)> = HashSet::new();
        for item in &component.items {
            match item {
                Item::Instantiate(number) if self.merges(*number) => {
                    if !written(component, *number).is_disjoint(&overtaken) {
                        return Err(apart(
                            "two modules that write to the same table or memory and would change places",
                        ));
                    }
                    if self.is_last(*number) {
                        return Ok(());
                    }
                }
                Item::Instantiate(number) => overtaken.extend(written(component, *number)),
                Item::Lift(_) => {
                    return Err(apart(
                        "a function of the component's that is needed before the last module",
                    ));
                }
                Item::Section { .. } | Item::Alias(_) => {}
            }
        }
        Ok(())
    }
}

/// All that need nothing for which a merged one would have to be there first.
fn merged(component: &Component<'_>) -> Result<Vec<u32>, Error> {
    let waits = component
        .canonicals
        .iter()
        .map(|function| waits(component, function))
        .collect::<Result<Vec<_>, _>>()?;
    let mut merged: Vec<u32> = Vec::new();
    for (number, instantiated) in component.instantiated() {
        let mut waiting = false;
        each_import(instantiated, &mut |_, origin| {
            waiting |= match origin {
                Origin::Defined { instance, .. } => merged.binary_search(&instance).is_err(),
                Origin::Canonical(canonical) => waits[canonical as usize],
            };
        });
        if component.module(number).is_some_and(|module| module.has_start) {
            return Err(apart("a module with a start function"));
        }
        if !waiting {
            merged.push(number);
        }
    }
    Ok(merged)
}

/// Whether a function of the component's is given something of a core module's.
fn waits(component: &Component<'_>, function: &CanonicalFunction) -> Result<bool, Error> {
    let given = component.given(function)?;
    if given.iter().any(|(_, origin)| matches!(origin, Origin::Canonical(_))) {
        return Err(apart(
            "a function of the component's that is given another one of its functions",
        ));
    }
    Ok(!given.is_empty())
}

fn each_import(instantiated: &Instantiated, visit: &mut impl FnMut(Kind, Origin)) {
    for kind in [Kind::Function, Kind::Table, Kind::Memory, Kind::Global] {
        for origin in &instantiated.imports[kind] {
            visit(kind, *origin);
        }
    }
}

/// The tables and memories to which instantiating this writes.
fn written(component: &Component<'_>, instance: u32) -> HashSet<(Kind, Origin)> {
    let (Some(Some(instantiated)), Some(module)) =
        (component.instances.get(instance as usize), component.module(instance))
    else {
        return HashSet::new();
    };
    let tables = module.elements.iter().filter_map(|element| match element.kind {
        ElementKind::Active { table_index, .. } => Some((Kind::Table, table_index.unwrap_or(0))),
        ElementKind::Passive | ElementKind::Declared => None,
    });
    let memories = module.data.iter().filter_map(|data| match data.kind {
        DataKind::Active { memory_index, .. } => Some((Kind::Memory, memory_index)),
        DataKind::Passive => None,
    });
    let origin = |(kind, index)| (kind, instantiated.origin(instance, kind, index));
    tables.chain(memories).map(origin).collect()
}
