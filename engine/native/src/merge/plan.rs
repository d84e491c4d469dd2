//! Which core instances become one, and what the others still need of them.

use std::collections::{BTreeSet, HashSet};

use wasmparser::{DataKind, ElementKind};

use super::component::{Component, Item, Part};
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
        let mut plan = Plan {
            merged: merged(component)?,
            exports: BTreeSet::new(),
        };
        let lifts = component.items.iter().filter_map(|item| match item {
            Item::Lift(canonical) => Some(canonical),
            _ => None,
        });
        for canonical in lifts.chain(&component.canonicals) {
            for (kind, origin) in &canonical.given {
                plan.export(*kind, *origin);
            }
        }
        for part in component.parts() {
            if !plan.merges(part.instance) {
                each_import(&part, |kind, origin| plan.export(kind, origin));
            }
        }
        plan.check_order(component)?;
        Ok(plan)
    }

    fn export(&mut self, kind: Kind, origin: Origin) {
        if matches!(origin, Origin::Defined { instance, .. } if self.merges(instance)) {
            self.exports.insert((kind, origin));
        }
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
                    if !written(&component.part(*number)).is_disjoint(&overtaken) {
                        return Err(apart(
                            "two modules that write to the same table or memory and would change places",
                        ));
                    }
                    if self.is_last(*number) {
                        return Ok(());
                    }
                }
                Item::Instantiate(number) => overtaken.extend(written(&component.part(*number))),
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
    let given = component.canonicals.iter().flat_map(|canonical| &canonical.given);
    if given
        .into_iter()
        .any(|(_, origin)| matches!(origin, Origin::Canonical(_)))
    {
        return Err(apart(
            "a function of the component's that is given another one of its functions",
        ));
    }
    let mut merged: Vec<u32> = Vec::new();
    for part in component.parts() {
        if part.module.has_start {
            return Err(apart("a module with a start function"));
        }
        let mut waits = false;
        each_import(&part, |_, origin| {
            waits |= match origin {
                Origin::Defined { instance, .. } => merged.binary_search(&instance).is_err(),
                Origin::Canonical(number) => !component.canonicals[number as usize].given.is_empty(),
            };
        });
        if !waits {
            merged.push(part.instance);
        }
    }
    Ok(merged)
}

fn each_import(part: &Part<'_, '_>, mut visit: impl FnMut(Kind, Origin)) {
    for kind in Kind::ALL {
        for origin in &part.imports[kind] {
            visit(kind, *origin);
        }
    }
}

/// The tables and memories to which instantiating this writes.
fn written(part: &Part<'_, '_>) -> HashSet<(Kind, Origin)> {
    let tables = part.module.elements.iter().filter_map(|element| match element.kind {
        ElementKind::Active { table_index, .. } => Some((Kind::Table, table_index.unwrap_or(0))),
        ElementKind::Passive | ElementKind::Declared => None,
    });
    let memories = part.module.data.iter().filter_map(|data| match data.kind {
        DataKind::Active { memory_index, .. } => Some((Kind::Memory, memory_index)),
        DataKind::Passive => None,
    });
    let origin = |(kind, index)| (kind, part.origin(kind, index));
    tables.chain(memories).map(origin).collect()
}
