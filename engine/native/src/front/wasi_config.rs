//! `wasi:config/store` at 0.2.0-rc.1 and its draft, and `wasi:config/runtime` before it: the operations of `mayfly:config`.

use wasmtime::component::{ComponentType, LinkerInstance, Lower, WasmStr};
use wasmtime::{Result, StoreContextMut};

use super::wire::perform;
use super::{Define, Interface, config, errors};
use crate::invocation::Call;

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "upstream")]
    Upstream(&'static str),
    #[component(name = "io")]
    #[expect(dead_code, reason = "the interface has the case, this host no use for it")]
    Io(&'static str),
}

const FUNCTIONS: &[(&str, Define)] = &[("get", get), ("get-all", get_all)];

pub const STORE: Interface = interface("wasi:config/store", "0.2.0-rc.1");
pub const STORE_DRAFT: Interface = interface("wasi:config/store", "0.2.0-draft");
pub const RUNTIME_DRAFT: Interface = interface("wasi:config/runtime", "0.2.0-draft");

const fn interface(name: &'static str, version: &'static str) -> Interface {
    Interface {
        name,
        version,
        resources: &[],
        functions: FUNCTIONS,
    }
}

fn get(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, key: (WasmStr,)| {
        Box::new(async move {
            let value: std::result::Result<&str, errors::Error> = perform(&mut store, config::GET, &key).await?;
            Ok((match value {
                Ok(value) => Ok(Some(value)),
                Err(errors::Error::NotFound(_)) => Ok(None),
                Err(error) => Err(Error::Upstream(error.text())),
            },))
        })
    })
}

fn get_all(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (): ()| {
        Box::new(async move {
            let all: std::result::Result<Vec<(&str, &str)>, errors::Error> =
                perform(&mut store, config::GET_ALL, &()).await?;
            Ok((all.map_err(|error| Error::Upstream(error.text())),))
        })
    })
}
