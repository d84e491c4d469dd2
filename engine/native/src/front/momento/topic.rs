//! `momento:topic/topic`: a topic is a binding.

use super::bytes::Data;
use super::errors::{Error, Fail, settled};
use super::{Access, Interface, VERSION, cache, perform_on};
use crate::front::functions::PUBLISH;

type Done = std::result::Result<(), Fail<Error>>;

pub const TOPIC: Interface = Interface {
    name: "momento:topic/topic",
    version: VERSION,
    resources: &[],
    functions: &[
        ("publish", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (topic, value): (String, String)| {
                Box::new(async move { settled(publish(&mut store, &topic, value.as_bytes()).await) })
            })
        }),
        ("publish-bytes", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (topic, value): (String, Data)| {
                Box::new(async move { settled(publish_bytes(&mut store, &topic, value).await) })
            })
        }),
    ],
};

async fn publish_bytes(store: &mut Access<'_>, topic: &str, value: Data) -> Done {
    let value = cache::owned(store, value).await?;
    publish(store, topic, &value).await
}

async fn publish(store: &mut Access<'_>, topic: &str, value: &[u8]) -> Done {
    let message = (value, Vec::<(String, String)>::new());
    Ok(perform_on::<()>(store, PUBLISH, "topic", topic, message).await??)
}
