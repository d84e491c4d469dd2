//! From an artifact on disk to a component whose imports are resolved.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use semver::Version;
use wasmtime::Store;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Func, Instance, InstancePre, Lift, Linker, LinkerInstance,
    Lower, Resource, TypedFunc,
};

use crate::asynchronous;
use crate::footprint::{self, Footprint};
use crate::front::custom::Offers;
use crate::front::{Define, INTERFACES, Interface, event, is_compatible, momento, wasi_http, web};
use crate::invocation::Call;
use crate::layout::Settings;
use crate::reset::Windows;
use crate::shard::Shard;
use crate::snapshot::hooks::Hooks;

/// The export that makes a component a web function.
const WEB_HANDLER: &str = "mayfly:function/web-handler@0.1.0";
/// The export that makes it one for events.
const EVENT_HANDLER: &str = "mayfly:function/event-handler@0.1.0";

/// The package and interface whose `handle` makes a component a web function as the standard has it, at any 0.2.x.
const INCOMING_HANDLER: &str = "wasi:http/incoming-handler";
/// The package and interface whose `run` makes a component a command, at any 0.2.x.
const RUN: &str = "wasi:cli/run";

type WebParameters = (Resource<web::Request>,);
type WebResults = (Result<web::Response, web::Error>,);
type EventParameters = (Resource<event::Event>,);
type EventResults = (Result<(), event::Error>,);
type HttpParameters = (Resource<wasi_http::IncomingRequest>, Resource<wasi_http::Outparam>);
type RunResults = (Result<(), ()>,);

/// Why a component was not linked.
#[derive(Debug)]
pub enum PrelinkError {
    /// Not an artifact of this engine.
    Incompatible(String),
    /// A line an import.
    MissingImports(Vec<String>),
    /// The component itself can't be run here.
    Invalid(String),
    /// A bug of ours.
    Internal(String),
}

/// A component whose imports are resolved in one shard.
pub struct Linked {
    /// Before those that keep its pool.
    pub windows: Windows,
    pub engine: wasmtime::Engine,
    pub instance: InstancePre<Call>,
    pub footprint: Footprint,
    web: Option<ComponentExportIndex>,
    event: Option<ComponentExportIndex>,
    http: Option<ComponentExportIndex>,
    command: Option<ComponentExportIndex>,
    pub momento: momento::Exports,
    pub hooks: Hooks,
}

impl Linked {
    /// `offers` are the interfaces of the program that embeds us.
    pub fn new(shard: &Shard, settings: &Settings, artifact: &Path, offers: &Offers) -> Result<Linked, PrelinkError> {
        let engine = &shard.wasmtime;
        let (linked, blocks) = footprint::record(|| link(shard, settings, artifact, offers));
        let (component, instance) = linked?;
        let web = handler::<WebParameters, WebResults>(&component, &instance, WEB_HANDLER, "handle")?;
        let event = handler::<EventParameters, EventResults>(&component, &instance, EVENT_HANDLER, "handle")?;
        let http = match standard_export(engine, &component, INCOMING_HANDLER) {
            Some(http) if web.is_none() => handler::<HttpParameters, ()>(&component, &instance, &http, "handle")?,
            _ => None,
        };
        let command = match standard_export(engine, &component, RUN) {
            Some(run) if web.is_none() && http.is_none() => {
                handler::<(), RunResults>(&component, &instance, &run, "run")?
            }
            _ => None,
        };
        let momento = momento::Exports::of(&component, &instance)?;
        let hooks = Hooks::of(&component, &instance, settings)?;
        if web.is_none() && event.is_none() && http.is_none() && command.is_none() && !momento.is_some() {
            return Err(no_handler(engine, &component));
        }
        Ok(Linked {
            engine: engine.clone(),
            windows: Windows::new(shard.memories, memory_count(&component)),
            footprint: Footprint::new(&blocks, image(&component)),
            instance,
            web,
            event,
            http,
            command,
            momento,
            hooks,
        })
    }

    /// Whether the other one was made of the same artifact, byte for byte.
    pub fn is_same_code(&self, other: &Linked) -> bool {
        self.image() == other.image()
    }

    fn image(&self) -> &[u8] {
        let image = image(self.instance.component());
        // SAFETY: mapped, and not changed, as long as the component lives.
        unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(image.start), image.len()) }
    }

    /// The function of an instance that answers a request, if the component has one.
    pub fn web(&self, instance: &Instance, store: &mut Store<Call>) -> Option<TypedFunc<WebParameters, WebResults>> {
        // SAFETY: `handler` compared the types when the component was linked.
        self.web
            .map(|index| unsafe { TypedFunc::new_unchecked(function(instance, store, index)) })
    }

    /// The function of an instance that handles an event, if the component has one.
    pub fn event(
        &self,
        instance: &Instance,
        store: &mut Store<Call>,
    ) -> Option<TypedFunc<EventParameters, EventResults>> {
        // SAFETY: as above.
        self.event
            .map(|index| unsafe { TypedFunc::new_unchecked(function(instance, store, index)) })
    }

    /// The function of an instance that answers a request as `wasi:http` has it, if the component answers requests in no other way.
    pub fn http(&self, instance: &Instance, store: &mut Store<Call>) -> Option<TypedFunc<HttpParameters, ()>> {
        // SAFETY: as above.
        self.http
            .map(|index| unsafe { TypedFunc::new_unchecked(function(instance, store, index)) })
    }

    /// The function of an instance that is a command's run, if the component answers requests in no other way.
    pub fn command(&self, instance: &Instance, store: &mut Store<Call>) -> Option<TypedFunc<(), RunResults>> {
        // SAFETY: as above.
        self.command
            .map(|index| unsafe { TypedFunc::new_unchecked(function(instance, store, index)) })
    }

    /// Whether requests are answered by a command.
    pub fn is_command(&self) -> bool {
        self.command.is_some()
    }
}

/// Where a component's artifact is mapped.
fn image(component: &Component) -> Range<usize> {
    let range = component.image_range();
    range.start.expose_provenance()..range.end.addr()
}

/// A component from its artifact, and what instances of it are made from.
fn link(
    shard: &Shard,
    settings: &Settings,
    artifact: &Path,
    offers: &Offers,
) -> Result<(Component, InstancePre<Call>), PrelinkError> {
    let engine = &shard.wasmtime;
    // SAFETY: the host checked the file's digest; it is one that the compiler process wrote.
    let component = unsafe { Component::deserialize_file(engine, artifact) }
        .map_err(|error| PrelinkError::Incompatible(format!("{error:#}")))?;
    check_sizes(settings, &component)?;
    let internal = |error| PrelinkError::Internal(format!("{error:#}"));
    let mut linker = shard.linkers.of(engine, &component).map_err(internal)?;
    let refused = match offers.serve_any_of(engine, &component) {
        true => offers
            .link(Arc::make_mut(&mut linker), engine, &component)
            .map_err(internal)?,
        false => Vec::new(),
    };
    match linker.instantiate_pre(&component) {
        Ok(instance) if refused.is_empty() => Ok((component, instance)),
        Ok(_) => Err(PrelinkError::MissingImports(refused)),
        Err(error) => {
            let mut missing = missing_imports(engine, &component, offers);
            missing.extend(refused);
            Err(match missing.is_empty() {
                false => PrelinkError::MissingImports(missing),
                true => PrelinkError::Invalid(format!("the component can't be linked: {error:#}")),
            })
        }
    }
}

/// The name under which a component exports a standard interface: at any 0.2.x.
fn standard_export(engine: &wasmtime::Engine, component: &Component, interface: &str) -> Option<String> {
    let ty = component.component_type();
    ty.exports(engine).map(|(name, _)| name.to_owned()).find(|name| {
        let version = name.strip_prefix(interface).and_then(|rest| rest.strip_prefix('@'));
        let version = version.and_then(|version| Version::parse(version).ok());
        version.is_some_and(|version| is_compatible(&version, &Version::new(0, 2, 0)))
    })
}

/// A function of an instance.
pub fn function(instance: &Instance, store: &mut Store<Call>, index: ComponentExportIndex) -> Func {
    instance.get_func(store, index).expect("the index is of this component")
}

pub fn package_and_name(import: &str) -> &str {
    import.split_once('@').map_or(import, |(name, _)| name)
}

fn check_sizes(settings: &Settings, component: &Component) -> Result<(), PrelinkError> {
    // None where the component instantiates modules it imports: linking refuses those.
    let Some(needed) = component.resources_required() else {
        return Ok(());
    };
    let page_bytes = 65_536;
    if let Some(pages) = needed.max_initial_memory_size
        && pages * page_bytes > settings.memory_bytes_max
    {
        return Err(PrelinkError::Invalid(format!(
            "the component starts with a memory of {} bytes (limit memory-bytes-max={})",
            pages * page_bytes,
            settings.memory_bytes_max
        )));
    }
    if let Some(elements) = needed.max_initial_table_size
        && elements > settings.table_elements_max
    {
        return Err(PrelinkError::Invalid(format!(
            "the component starts with a table of {elements} elements (limit table-elements-max={})",
            settings.table_elements_max
        )));
    }
    Ok(())
}

/// Linear memories of one instance; 0 where that isn't known.
fn memory_count(component: &Component) -> u32 {
    component.resources_required().map_or(0, |needed| needed.num_memories)
}

/// A function of an interface that the component may export.
pub fn handler<P, R>(
    component: &Component,
    instance: &InstancePre<Call>,
    interface: &str,
    function: &str,
) -> Result<Option<ComponentExportIndex>, PrelinkError>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    let Some(exported) = component.get_export_index(None, interface) else {
        return Ok(None);
    };
    let Some((ComponentItem::ComponentFunc(ty), index)) = component.get_export(Some(&exported), function) else {
        return Err(PrelinkError::Invalid(format!("{interface} has no function {function}")));
    };
    ty.typecheck::<P, R>(&instance.instance_type())
        .map_err(|error| PrelinkError::Invalid(format!("{interface} {function} has the wrong type: {error:#}")))?;
    Ok(Some(index))
}

fn no_handler(engine: &wasmtime::Engine, component: &Component) -> PrelinkError {
    let ty = component.component_type();
    let exports: Vec<_> = ty.exports(engine).map(|(name, _)| name).collect();
    PrelinkError::Invalid(format!(
        "the component implements no world that this host can call: it must export {WEB_HANDLER}, {EVENT_HANDLER}, {INCOMING_HANDLER}@0.2.x, {RUN}@0.2.x, {} or {}, and it exports {}",
        momento::WEB,
        momento::SPAWNED,
        if exports.is_empty() {
            "nothing".into()
        } else {
            exports.join(", ")
        }
    ))
}

/// Every import that can't be satisfied, not just the first: the uploader mends them all at once.
fn missing_imports(engine: &wasmtime::Engine, component: &Component, offers: &Offers) -> Vec<String> {
    let mut missing = Vec::new();
    // A resource that an interface uses of another's is the other's.
    let mut seen = Vec::new();
    let ty = component.component_type();
    for (import, item) in ty.imports(engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else {
            if !matches!(item.ty, ComponentItem::Type(_)) {
                missing.push(format!("{import}: only interfaces are offered, not single items"));
            }
            continue;
        };
        if offers.serve(import) {
            continue;
        }
        let offered = offered(import).map_err(|reason| offers.other_version(import).unwrap_or(reason));
        for (name, item) in instance.exports(engine) {
            let offered_item = |items: &[(&str, Define)]| items.iter().any(|(offered, _)| *offered == name);
            if let ComponentItem::Resource(resource) = item.ty {
                if seen.contains(&resource) {
                    continue;
                }
                seen.push(resource);
            }
            let problem = match (&item.ty, &offered) {
                (ComponentItem::Type(_), _) => continue,
                (_, Err(reason)) => reason.clone(),
                (ComponentItem::Resource(_), Ok(interface)) if offered_item(interface.resources) => continue,
                (ComponentItem::ComponentFunc(_), Ok(interface)) if offered_item(interface.functions) => {
                    match type_problem(engine, component, import, interface, name) {
                        None => continue,
                        Some(problem) => problem,
                    }
                }
                (_, Ok(interface)) => format!("{}@{} has no such item", interface.name, interface.version),
            };
            missing.push(format!("{import} {name}: {problem}"));
        }
    }
    missing
}

/// The interface that serves an import, or why there is none.
fn offered(import: &str) -> Result<&'static Interface, String> {
    if let Some(reason) = asynchronous::reason(import) {
        return Err(reason);
    }
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    let Some(interface) = INTERFACES.iter().find(|interface| interface.name == name) else {
        return Err("not offered by this host".into());
    };
    match (Version::parse(version), Version::parse(interface.version)) {
        (Ok(wanted), Ok(offered)) if is_compatible(&wanted, &offered) => Ok(interface),
        _ => Err(format!("this host offers version {}", interface.version)),
    }
}

/// Links the component against stand-ins for everything but one function, to see whether that one has the type the component wants.
fn type_problem(
    engine: &wasmtime::Engine,
    component: &Component,
    import: &str,
    interface: &Interface,
    function: &str,
) -> Option<String> {
    let alone = || -> wasmtime::Result<()> {
        let mut linker = Linker::<Call>::new(engine);
        let mut seen = Vec::new();
        let ty = component.component_type();
        for (other, item) in ty.imports(engine) {
            let ComponentItem::ComponentInstance(instance) = item.ty else {
                continue;
            };
            let served = offered(other).ok();
            let mut linked = linker.instance(other)?;
            for (name, item) in instance.exports(engine) {
                match item.ty {
                    ComponentItem::Resource(resource) if seen.contains(&resource) => {}
                    ComponentItem::Resource(resource) => {
                        seen.push(resource);
                        define_resource(&mut linked, served, name)?;
                    }
                    ComponentItem::ComponentFunc(_) if other == import && name == function => {
                        let (_, define) = interface
                            .functions
                            .iter()
                            .find(|(offered, _)| *offered == name)
                            .expect("offered");
                        define(&mut linked, name)?;
                    }
                    ComponentItem::ComponentFunc(_) => {
                        linked.func_new(name, |_, _, _, _| wasmtime::bail!("never called"))?
                    }
                    _ => {}
                }
            }
        }
        linker.instantiate_pre(component).map(drop)
    };
    alone().err().map(|error| error.root_cause().to_string())
}

fn define_resource(
    linked: &mut LinkerInstance<'_, Call>,
    served: Option<&Interface>,
    name: &str,
) -> wasmtime::Result<()> {
    match served.and_then(|interface| interface.resources.iter().find(|(offered, _)| *offered == name)) {
        Some((_, define)) => define(linked, name),
        None => linked.resource(name, wasmtime::component::ResourceType::host::<()>(), |_, _| Ok(())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compatible_version_is_served_and_no_other() {
        let served = |wanted: &str, offered: &str| {
            is_compatible(&Version::parse(wanted).unwrap(), &Version::parse(offered).unwrap())
        };
        assert!(served("0.2.9", "0.2.0"));
        assert!(served("1.4.0", "1.0.0"));
        assert!(!served("0.3.0", "0.2.0"));
        assert!(!served("0.0.2", "0.0.1"));
        assert!(!served("2.0.0", "1.0.0"));
        assert!(!served("0.2.0-rc.1", "0.2.0"));
    }

    #[test]
    fn what_is_not_offered_says_why() {
        let reason = |import| offered(import).err().unwrap_or_default();
        assert_eq!(reason("mayfly:data/buffers@0.1.7"), "");
        assert!(reason("mayfly:data/buffers@0.2.0").contains("0.1.0"));
        assert!(reason("acme:billing/invoices@1.0.0").contains("not offered"));
        assert!(reason("mayfly:data/buffers").contains("0.1.0"));
        assert!(reason("wasi:http/types@0.3.0").contains("build for wasi:http@0.2"));
    }
}
