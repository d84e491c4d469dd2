//! `mayfly:config/config`

use wasmtime::component::WasmStr;
use wasmtime::{Result, StoreContextMut};

use super::Interface;
use super::wire::perform;
use crate::invocation::Call;

/// `Operation.CONFIG_GET`
pub const GET: i32 = 256;
/// `Operation.CONFIG_GET_ALL`
pub const GET_ALL: i32 = 258;

pub const CONFIG: Interface = Interface {
    name: "mayfly:config/config",
    version: "0.1.0",
    resources: &[],
    functions: &[("get", |linker, name| {
        linker.func_wrap_async(name, |store: StoreContextMut<'_, Call>, name: (WasmStr,)| {
            Box::new(get(store, name))
        })
    })],
};

/// This interface is older than errors as values: what can't be given isn't there.
async fn get(mut store: StoreContextMut<'_, Call>, name: (WasmStr,)) -> Result<(Option<&'static str>,)> {
    let value = perform(&mut store, GET, &name).await?;
    Ok((value.ok(),))
}
