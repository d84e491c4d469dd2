//! What components are linked with: the functions and resources of the interfaces that they import.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use wasmtime::component::{Component, Linker};

use crate::front::INTERFACES;
use crate::invocation::Call;
use crate::prelink::package_and_name;

/// So many are kept: components made by one toolchain for one world import the same interfaces.
const LINKERS_MAX: usize = 64;

/// A set of interfaces, by their places in [`INTERFACES`].
type Imported = u128;
const _: () = assert!(INTERFACES.len() <= Imported::BITS as usize);

/// The linkers of a shard, one for each set of interfaces that components import: to define them takes as long as several calls, and components that
/// share them share what the processor's caches hold of them.
#[derive(Default)]
pub struct Linkers(Mutex<HashMap<Imported, Arc<Linker<Call>>>>);

impl Linkers {
    /// One with what the component imports of what is offered.
    pub fn of(&self, engine: &wasmtime::Engine, component: &Component) -> wasmtime::Result<Arc<Linker<Call>>> {
        let imported = imported(engine, component);
        let mut linkers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(linker) = linkers.get(&imported) {
            return Ok(linker.clone());
        }
        let linker = Arc::new(linker(engine, imported)?);
        if linkers.len() == LINKERS_MAX {
            linkers.clear();
        }
        linkers.insert(imported, linker.clone());
        Ok(linker)
    }
}

fn imported(engine: &wasmtime::Engine, component: &Component) -> Imported {
    /// The places of the interfaces of a name: there may be several versions.
    static PLACES: LazyLock<HashMap<&str, Imported>> = LazyLock::new(|| {
        let mut places = HashMap::new();
        for (place, interface) in INTERFACES.iter().enumerate() {
            *places.entry(interface.name).or_default() |= 1 << place;
        }
        places
    });
    let ty = component.component_type();
    ty.imports(engine)
        .filter_map(|(import, _)| PLACES.get(package_and_name(import)))
        .fold(0, |imported, places| imported | places)
}

/// Not all of them: files and sockets alone are more than 80 functions, and most functions use neither.
fn linker(engine: &wasmtime::Engine, imported: Imported) -> wasmtime::Result<Linker<Call>> {
    let mut linker = Linker::new(engine);
    for (place, interface) in INTERFACES.iter().enumerate() {
        if imported & (1 << place) == 0 {
            continue;
        }
        let mut instance = linker.instance(&format!("{}@{}", interface.name, interface.version))?;
        for (name, define) in interface.resources.iter().chain(interface.functions) {
            define(&mut instance, name)?;
        }
    }
    Ok(linker)
}
