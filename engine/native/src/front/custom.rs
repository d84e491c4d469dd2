//! Interfaces that the embedding program offers: no front end of ours, one operation for all of their functions.
//!
//! Types come from the component's own imports and must be those of the program's WIT file, so that both sides agree on every byte. The argument is
//! the interface's name and the function's, then the parameters; `wire` has the bytes of each type.

use std::future::poll_fn;
use std::task::Poll;

use semver::Version;
use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem};
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType, Val};
use wasmtime::{Result, StoreContextMut, bail};

use super::buffers::Buffer;
use super::errors::{self, Error};
use super::wire::{self, ARGUMENT_BYTES_MAX, Answer};
use crate::buffers;
use crate::front::is_compatible;
use crate::invocation::{Call, LIMIT_EXCEEDED, OK};
use crate::outcome::Refused;
use crate::shape::{Resource, Shape, Signature};

mod values;

/// `Operation.CUSTOM_CALL`
const CUSTOM_CALL: i32 = 512;

/// What the program offers, as `describe` has it.
pub struct Offers(Vec<Offered>);

struct Offered {
    /// With its version: what Java knows it by.
    id: String,
    functions: Vec<(String, String)>,
}

impl Offers {
    /// From lines `interface ID` and `function NAME SIGNATURE`.
    pub fn parse(lines: &str) -> std::result::Result<Offers, String> {
        let mut offers: Vec<Offered> = Vec::new();
        for line in lines.lines() {
            let mut words = line.splitn(3, ' ');
            match (words.next(), words.next(), words.next(), offers.last_mut()) {
                (Some("interface"), Some(id), None, _) => offers.push(Offered {
                    id: id.into(),
                    functions: Vec::new(),
                }),
                (Some("function"), Some(name), Some(signature), Some(interface)) => {
                    interface.functions.push((name.into(), signature.into()));
                }
                _ => return Err(format!("an offer that can't be read: {line}")),
            }
        }
        Ok(Offers(offers))
    }

    /// Why an import isn't served; none when it is, or when no interface of its name is offered.
    pub fn other_version(&self, import: &str) -> Option<String> {
        let (name, _) = split(import);
        let offered = self.0.iter().find(|offered| split(&offered.id).0 == name)?;
        match self.serving(import) {
            Some(_) => None,
            None => Some(format!("this host offers {}", offered.id)),
        }
    }

    /// Whether an import is one of these interfaces.
    pub fn serve(&self, import: &str) -> bool {
        self.serving(import).is_some()
    }

    /// Whether the component imports one of them.
    pub fn serve_any_of(&self, engine: &wasmtime::Engine, component: &Component) -> bool {
        !self.0.is_empty() && {
            let ty = component.component_type();
            ty.imports(engine).any(|(import, _)| self.serve(import))
        }
    }

    fn serving(&self, import: &str) -> Option<&Offered> {
        let (name, wanted) = split(import);
        self.0.iter().find(|offered| {
            let (offered, version) = split(&offered.id);
            offered == name
                && match (Version::parse(wanted), Version::parse(version)) {
                    (Ok(wanted), Ok(version)) => is_compatible(&wanted, &version),
                    _ => wanted == version,
                }
        })
    }

    /// Defines what the component imports of them. Returns what it can't have, a line each.
    pub fn link(
        &self,
        linker: &mut Linker<Call>,
        engine: &wasmtime::Engine,
        component: &Component,
    ) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        let ty = component.component_type();
        let buffer = ty.imports(engine).find_map(|(import, item)| match item.ty {
            ComponentItem::ComponentInstance(instance) if split(import).0 == super::buffers::BUFFERS.name => {
                resources(&instance, engine).find_map(|(name, ty)| (name == "buffer").then_some(ty))
            }
            _ => None,
        });
        let mut kinds = 0;
        for (import, item) in ty.imports(engine) {
            let (ComponentItem::ComponentInstance(instance), Some(offered)) = (item.ty, self.serving(import)) else {
                continue;
            };
            let own: Vec<_> = resources(&instance, engine)
                .map(|(name, ty)| {
                    kinds += 1;
                    (name.to_owned(), ty, kinds)
                })
                .collect();
            let named = |ty: ResourceType| match buffer == Some(ty) {
                true => Some(Resource::Buffer),
                false => own
                    .iter()
                    .find(|(_, own, _)| *own == ty)
                    .map(|(name, _, kind)| Resource::Own(name.clone(), *kind)),
            };
            let mut linked = linker.instance(import)?;
            for (name, ty, kind) in &own {
                // A `use`d buffer is exported again; it is the one that `buffers` defines.
                if buffer != Some(*ty) {
                    wire::dropping_resource(&mut linked, name, ResourceType::host_dynamic(*kind))?;
                }
            }
            for (name, item) in instance.exports(engine) {
                if let ComponentItem::ComponentFunc(ty) = item.ty {
                    match offered.function(name, &ty, &named) {
                        Ok(signature) => define(&mut linked, name, Function::new(offered, name, signature))?,
                        Err(problem) => problems.push(format!("{import} {name}: {problem}")),
                    }
                }
            }
        }
        Ok(problems)
    }
}

impl Offered {
    /// The function's types, if they are those of the program's WIT file.
    fn function(
        &self,
        name: &str,
        ty: &ComponentFunc,
        resource: &dyn Fn(ResourceType) -> Option<Resource>,
    ) -> std::result::Result<Signature, String> {
        let wanted = Signature {
            parameters: ty
                .params()
                .map(|(_, ty)| Shape::of(&ty, resource))
                .collect::<std::result::Result<_, _>>()?,
            result: ty.results().next().map(|ty| Shape::of(&ty, resource)).transpose()?,
        };
        let Some((_, offered)) = self.functions.iter().find(|(offered, _)| offered == name) else {
            return Err(format!("{} has no such item", self.id));
        };
        let text = wanted.to_string();
        match text == *offered {
            true => Ok(wanted),
            false => Err(format!("the component has it as {text}, this host offers {offered}")),
        }
    }
}

/// `shop:pricing/catalog@0.1.0`: name and version.
fn split(id: &str) -> (&str, &str) {
    id.split_once('@').unwrap_or((id, ""))
}

fn resources<'a>(
    instance: &'a ComponentInstance,
    engine: &'a wasmtime::Engine,
) -> impl Iterator<Item = (&'a str, ResourceType)> {
    instance.exports(engine).filter_map(|(name, item)| match item.ty {
        ComponentItem::Resource(ty) => Some((name, ty)),
        _ => None,
    })
}

struct Function {
    name: String,
    /// What every argument begins with: interface and name.
    head: Vec<u8>,
    signature: Signature,
    /// Whether a refusal can be told as a value.
    tells_errors: bool,
}

impl Function {
    fn new(offered: &Offered, name: &str, signature: Signature) -> Function {
        let mut head = Vec::new();
        for text in [&offered.id, name] {
            wire::encode_length(text.len(), &mut head);
            head.extend_from_slice(text.as_bytes());
        }
        let tells_errors =
            matches!(&signature.result, Some(Shape::Result(_, Some(error))) if error.to_string() == errors::SHAPE);
        Function {
            name: name.into(),
            head,
            signature,
            tells_errors,
        }
    }

    async fn call(&self, store: &mut StoreContextMut<'_, Call>, parameters: &[Val], results: &mut [Val]) -> Result<()> {
        let mut argument = std::mem::take(&mut store.data_mut().argument);
        argument.clear();
        argument.extend_from_slice(&self.head);
        let mut given_buffers = Vec::new();
        let encoded = self
            .signature
            .parameters
            .iter()
            .zip(parameters)
            .try_for_each(|(shape, value)| values::encode(shape, value, store, &mut argument, &mut given_buffers));
        store.data_mut().argument = argument;
        encoded?;
        let call = store.data();
        if call.argument.len() > ARGUMENT_BYTES_MAX {
            let limit = "operation-argument-bytes-max=8388608";
            return self.refuse(LIMIT_EXCEEDED, limit, results).await;
        }
        let status = call.operation_about(CUSTOM_CALL, 0).await;
        let mut answer = Answer::of(call.frame);
        if status != OK {
            let text = answer.rest()?;
            return self.refuse(status, text, results).await;
        }
        if let (Some(shape), Some(result)) = (&self.signature.result, results.first_mut()) {
            *result = values::decode(shape, store, &mut answer)?;
        }
        for index in given_buffers {
            buffers::drop_handle(store.data().frame, index);
        }
        Ok(())
    }

    async fn refuse(&self, status: i32, text: &'static str, results: &mut [Val]) -> Result<()> {
        let error = Error::of(status, text)?;
        if self.tells_errors
            && let Some(result) = results.first_mut()
        {
            let text = Val::String(error.text().into());
            let error = Val::Variant(error.case().into(), Some(Box::new(text)));
            *result = Val::Result(Err(Some(Box::new(error))));
            return Ok(());
        }
        look_at_the_clock().await;
        bail!(Refused(format!("{}: {}: {}", self.name, error.case(), error.text())))
    }
}

/// Returns to the host once: where the invocation's time is over, that is what ends it, and not what the function called last.
async fn look_at_the_clock() {
    let mut looked = false;
    poll_fn(|_| match std::mem::replace(&mut looked, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

fn define(linked: &mut LinkerInstance<'_, Call>, name: &str, function: Function) -> Result<()> {
    let function = std::sync::Arc::new(function);
    linked.func_new_async(name, move |mut store, _, parameters, results| {
        let function = function.clone();
        Box::new(async move { function.call(&mut store, parameters, results).await })
    })
}

/// The type of [`Buffer`] handles, as values carry it.
fn buffer_type() -> ResourceType {
    ResourceType::host::<Buffer>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers() -> Offers {
        Offers::parse("interface shop:pricing/catalog@0.1.2\nfunction find (string)->_\n").unwrap()
    }

    #[test]
    fn a_compatible_version_is_served() {
        assert!(offers().serve("shop:pricing/catalog@0.1.0"));
        assert!(!offers().serve("shop:pricing/catalog@0.2.0"));
        assert!(!offers().serve("shop:pricing/basket@0.1.0"));
    }

    #[test]
    fn another_version_says_which_is_offered() {
        let reason = |import| offers().other_version(import).unwrap_or_default();
        assert!(reason("shop:pricing/catalog@0.2.0").contains("catalog@0.1.2"));
        assert_eq!(reason("shop:pricing/catalog@0.1.0"), "");
        assert_eq!(reason("shop:pricing/basket@0.1.0"), "");
    }

    #[test]
    fn an_offer_that_makes_no_sense_is_refused() {
        assert!(Offers::parse("function find (string)->_").is_err());
        assert!(Offers::parse("interface").is_err());
        assert!(Offers::parse("").is_ok());
    }
}
