//! `momento:topic/topic`: a topic is a binding.

use wasmtime::Result;
use wasmtime::component::{LinkerInstance, WasmList};

use super::bytes::{Data, Passed};
use super::errors::{Error, Fail, settled};
use super::{Access, Interface, VERSION, cache, perform_on};
use crate::front::functions::PUBLISH;
use crate::invocation::Call;

type Done = std::result::Result<(), Fail<Error>>;

pub const TOPIC: Interface = Interface {
    name: "momento:topic/topic",
    version: VERSION,
    resources: &[],
    functions: &[
        ("publish", define_publish),
        ("publish-bytes", define_publish_bytes::<Data>),
    ],
};

/// The same with lists of bytes.
pub const OLDER: Interface = Interface {
    name: "momento:functions/topic",
    version: VERSION,
    resources: &[],
    functions: &[
        ("publish", define_publish),
        ("publish-bytes", define_publish_bytes::<WasmList<u8>>),
    ],
};

fn define_publish(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.func_wrap_async(name, |mut store: Access<'_>, (topic, value): (String, String)| {
        Box::new(async move { settled(publish(&mut store, &topic, value.as_bytes()).await) })
    })
}

fn define_publish_bytes<D: Passed>(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.func_wrap_async(name, |mut store: Access<'_>, (topic, value): (String, D)| {
        Box::new(async move { settled(publish_bytes(&mut store, &topic, value.into()).await) })
    })
}

async fn publish_bytes(store: &mut Access<'_>, topic: &str, value: Data) -> Done {
    let value = cache::owned(store, value).await?;
    publish(store, topic, &value).await
}

async fn publish(store: &mut Access<'_>, topic: &str, value: &[u8]) -> Done {
    let message = (value, Vec::<(String, String)>::new());
    Ok(perform_on::<()>(store, PUBLISH, "topic", topic, message).await??)
}
