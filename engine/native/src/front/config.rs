//! `mayfly:config/config`

use wasmtime::component::WasmStr;
use wasmtime::{Result, StoreContextMut};

use super::Interface;
use crate::invocation::{Call, OK};
use crate::outcome::BadFrame;

/// `Operation.CONFIG_GET`
const CONFIG_GET: i32 = 256;

/// A longer name has no value: nobody is asked.
const NAME_BYTES_MAX: usize = 256;

pub const CONFIG: Interface = Interface {
    name: "mayfly:config/config",
    version: "0.1.0",
    resources: &[],
    functions: &[("get", |linker, name| {
        linker.func_wrap_async(name, |store: StoreContextMut<'_, Call>, (name,): (WasmStr,)| {
            Box::new(get(store, name))
        })
    })],
};

async fn get(mut store: StoreContextMut<'_, Call>, name: WasmStr) -> Result<(Option<&'static str>,)> {
    let mut argument = std::mem::take(&mut store.data_mut().argument);
    argument.clear();
    argument.extend_from_slice(name.to_str(&store)?.as_bytes());
    store.data_mut().argument = argument;
    let call = store.data();
    if call.argument.len() > NAME_BYTES_MAX || call.operation_with_argument(CONFIG_GET).await != OK {
        return Ok((None,));
    }
    let answer = call.frame.answer();
    // SAFETY: the host keeps an answer where it is until the next operation; the guest has its copy by then.
    let bytes = unsafe { std::slice::from_raw_parts(answer.address as *const u8, answer.bytes as usize) };
    match std::str::from_utf8(bytes) {
        Ok(value) => Ok((Some(value),)),
        Err(_) => Err(BadFrame("the host's answer isn't UTF-8").into()),
    }
}
