//! One core module instead of many.
//!
//! A component of several core modules is put together with every call: wasmtime makes a reference for each function that one module imports from
//! another and looks each up. For dynamically linked Python that is most of a call, and a tenth for what `wit-component` makes of a single module. What
//! the modules are to each other is fixed when a component is built, so they are linked here, once: a call from one to another becomes a call within
//! one module, and what nothing reaches is left out.
//!
//! | step | file |
//! |---|---|
//! | read a component; say for each core item who defines it | `component`, `module` |
//! | choose the instances that become one | `plan` |
//! | find what can still be reached | `reach` |
//! | write one module from theirs | `combine` |
//! | write the component around it | `emit` |
//!
//! **What stays apart.** A function of the host's that reads or writes a memory is lowered with that memory, so it can't be there before the module
//! that has the memory. Builders of components know that: modules call such functions through a table (a "shim"), and a last module (the "fixups")
//! fills it. That one stays, and is instantiated after the merged one.
//!
//! **Why the order may change.** Without start functions instantiating a module is nothing but writing segments and initial values, so a component that
//! has one stays as it is; its snapshot, for which they have run, has none. Where two modules would write to the same table or memory and change
//! places, nothing is merged.

mod combine;
mod component;
mod emit;
mod module;
mod plan;
mod reach;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use wasm_encoder::reencode;
use wasmparser::{ExternalKind, Validator, WasmFeatures};

use component::Component;
use plan::Plan;

/// The component with one core module instead of several, or as it is: it works, and only pays for its modules.
pub fn merged(component: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match merge(&component) {
        Ok(Some(merged)) => merged.into(),
        // What is no component at all is for the compiler to say.
        Ok(None) | Err(_) => component,
    }
}

/// None when there is nothing to merge, [`reencode::Error::UserError`] when it can't be done.
fn merge(component: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    // Untrusted bytes: from here on every index is one of something.
    Validator::new_with_features(WasmFeatures::all()).validate_all(component)?;
    let component = Component::read(component)?;
    let plan = Plan::of(&component)?;
    if plan.merged().len() < 2 {
        return Ok(None);
    }
    let combined = combine::combine(&component, &plan)?;
    emit::emit(&component, &plan, &combined).map(Some)
}

type Error = reencode::Error<Apart>;

/// Why modules can't be merged.
#[derive(Debug, PartialEq)]
struct Apart(&'static str);

impl Display for Apart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Apart {}

fn apart(why: &'static str) -> Error {
    reencode::Error::UserError(Apart(why))
}

/// The index spaces that core modules share with their component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    Function,
    Table,
    Memory,
    Global,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Function, Kind::Table, Kind::Memory, Kind::Global];

    fn of(kind: ExternalKind) -> Result<Kind, Error> {
        Ok(match kind {
            ExternalKind::Func | ExternalKind::FuncExact => Kind::Function,
            ExternalKind::Table => Kind::Table,
            ExternalKind::Memory => Kind::Memory,
            ExternalKind::Global => Kind::Global,
            ExternalKind::Tag => return Err(apart("exceptions")),
        })
    }

    fn exported(self) -> wasm_encoder::ExportKind {
        match self {
            Kind::Function => wasm_encoder::ExportKind::Func,
            Kind::Table => wasm_encoder::ExportKind::Table,
            Kind::Memory => wasm_encoder::ExportKind::Memory,
            Kind::Global => wasm_encoder::ExportKind::Global,
        }
    }
}

/// Indexes have 32 bits, and so has the size of what they count.
fn counted(len: usize) -> u32 {
    u32::try_from(len).expect("counted in 32 bits")
}

/// Something for each [`Kind`].
#[derive(Debug, Default, Clone)]
struct ByKind<T>([T; 4]);

impl<T> std::ops::Index<Kind> for ByKind<T> {
    type Output = T;

    fn index(&self, kind: Kind) -> &T {
        &self.0[kind as usize]
    }
}

impl<T> std::ops::IndexMut<Kind> for ByKind<T> {
    fn index_mut(&mut self, kind: Kind) -> &mut T {
        &mut self.0[kind as usize]
    }
}

/// Who made a function, table, memory or global, however many names it went through since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Origin {
    /// The module of this core instance; the index is one of the module's own.
    Defined { instance: u32, index: u32 },
    /// The component: its n-th function for core modules, lowered or built in.
    Canonical(u32),
}
