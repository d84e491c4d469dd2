//! `momento:host/spawn`: an event for another function. Who gets it is the name of a binding.

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lower, WasmList};

use super::{Access, Interface, VERSION, perform_on};
use crate::front::errors::Error as HostError;
use crate::front::functions::SPAWN;

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "function-not-found")]
    NotFound,
    #[component(name = "internal-error")]
    Internal,
    #[component(name = "limit")]
    Limit(&'static str),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        match error {
            HostError::NotFound(_) | HostError::PermissionDenied(_) | HostError::Invalid(_) => Error::NotFound,
            HostError::LimitExceeded(limit) => Error::Limit(limit),
            _ => Error::Internal,
        }
    }
}

pub const FUNCTIONS: Interface = Interface {
    name: "momento:host/spawn",
    version: VERSION,
    resources: &[],
    functions: &[("spawn-function", |linker, name| {
        linker.func_wrap_async(name, |mut store: Access<'_>, (name, data): (String, WasmList<u8>)| {
            Box::new(async move { Ok((spawn(&mut store, &name, data).await?,)) })
        })
    })],
};

async fn spawn(store: &mut Access<'_>, name: &str, data: WasmList<u8>) -> Result<std::result::Result<(), Error>> {
    let event = (data, Vec::<(String, String)>::new(), None::<u64>);
    let id = perform_on::<&str>(store, SPAWN, "function", name, event).await?;
    Ok(id.map(drop).map_err(Error::from))
}
