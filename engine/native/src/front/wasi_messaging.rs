//! The producer's side of `wasi:messaging` at 0.2.0-draft: the operation of `mayfly:pubsub`. A topic is the name of a binding, and there is one
//! service to connect to, whatever its name.

use wasmtime::component::{ComponentType, Lower, Resource, ResourceType, WasmList, WasmStr};
use wasmtime::error::bail;
use wasmtime::{Result, StoreContextMut};

use super::wire::{ARGUMENT_BYTES_MAX, perform};
use super::{Interface, errors, functions};
use crate::invocation::Call;

const VERSION: &str = "0.2.0-draft";

/// The attribute that a message's content type becomes.
const CONTENT_TYPE: &str = "content-type";

/// What a message takes here beside its own bytes, and each of its attributes.
const ENTRY_BYTES: usize = 64;

/// A connection: there is nothing to keep.
struct Client;

type Attributes = Vec<(String, String)>;

/// A message that the function is putting together.
#[derive(Default)]
struct Message {
    data: Vec<u8>,
    content_type: Option<String>,
    metadata: Option<Attributes>,
}

impl Message {
    fn bytes(&self) -> usize {
        let metadata = self.metadata.iter().flatten();
        let attributes: usize = metadata.map(|(key, value)| ENTRY_BYTES + key.len() + value.len()).sum();
        ENTRY_BYTES + self.data.len() + self.content_type.as_ref().map_or(0, String::len) + attributes
    }
}

/// An invocation's messages, by their handles.
#[derive(Default)]
pub struct Messages {
    messages: Vec<Option<Message>>,
    /// Places of those that are gone.
    free: Vec<u32>,
    bytes: usize,
}

impl Messages {
    /// A handle that is still open.
    pub fn kept(&self) -> Option<&'static str> {
        self.messages
            .iter()
            .any(Option::is_some)
            .then_some("wasi:messaging message")
    }

    fn get(&self, handle: &Resource<Message>) -> &Message {
        self.messages[handle.rep() as usize]
            .as_ref()
            .expect("a handle that is passed was not dropped")
    }

    fn add(&mut self, message: Message) -> Result<Resource<Message>> {
        let index = self.free.pop().unwrap_or_else(|| {
            self.messages.push(None);
            self.messages.len() as u32 - 1
        });
        self.put(index, message)?;
        Ok(Resource::new_own(index))
    }

    fn take(&mut self, index: u32) -> Message {
        let message = self.messages[index as usize].take().unwrap_or_default();
        self.bytes = self.bytes.saturating_sub(message.bytes());
        message
    }

    /// Takes a message whose handle is gone.
    fn remove(&mut self, index: u32) -> Message {
        self.free.push(index);
        self.take(index)
    }

    fn put(&mut self, index: u32, message: Message) -> Result<()> {
        self.bytes += message.bytes();
        if self.bytes > ARGUMENT_BYTES_MAX {
            bail!("the messages of an invocation are larger than operation-argument-bytes-max={ARGUMENT_BYTES_MAX}");
        }
        self.messages[index as usize] = Some(message);
        Ok(())
    }

    /// Changes a message and counts what it takes then.
    fn change(&mut self, handle: &Resource<Message>, change: impl FnOnce(&mut Message)) -> Result<()> {
        let mut message = self.take(handle.rep());
        change(&mut message);
        self.put(handle.rep(), message)
    }
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "connection")]
    Connection(&'static str),
    #[component(name = "permission-denied")]
    PermissionDenied(&'static str),
    #[component(name = "other")]
    Other(&'static str),
}

impl From<errors::Error> for Error {
    fn from(error: errors::Error) -> Error {
        match error {
            errors::Error::Timeout(_) => Error::Timeout,
            errors::Error::Unavailable(text) => Error::Connection(text),
            errors::Error::PermissionDenied(text) => Error::PermissionDenied(text),
            other => Error::Other(other.text()),
        }
    }
}

type Answered<T> = std::result::Result<T, Error>;
type Handle = Resource<Message>;
type Store<'a> = StoreContextMut<'a, Call>;

pub const TYPES: Interface = Interface {
    name: "wasi:messaging/types",
    version: VERSION,
    resources: &[
        ("client", |linker, name| {
            linker.resource(name, ResourceType::host::<Client>(), |_, _| Ok(()))
        }),
        ("message", |linker, name| {
            linker.resource(name, ResourceType::host::<Message>(), |mut store, index| {
                store.data_mut().messaging.remove(index);
                Ok(())
            })
        }),
    ],
    functions: &[
        ("[static]client.connect", |linker, name| {
            linker.func_wrap(name, |_: Store<'_>, (_name,): (WasmStr,)| {
                Ok((Answered::Ok(Resource::<Client>::new_own(0)),))
            })
        }),
        ("[method]client.disconnect", |linker, name| {
            linker.func_wrap(name, |_: Store<'_>, (_client,): (Resource<Client>,)| {
                Ok((Answered::Ok(()),))
            })
        }),
        ("[constructor]message", |linker, name| {
            linker.func_wrap(name, |mut store: Store<'_>, (data,): (WasmList<u8>,)| {
                let data = data.as_le_slice(&store).to_vec();
                let message = Message {
                    data,
                    ..Message::default()
                };
                Ok((store.data_mut().messaging.add(message)?,))
            })
        }),
        // Where it came from: these come from nowhere.
        ("[method]message.topic", |linker, name| {
            linker.func_wrap(name, |_: Store<'_>, (_message,): (Handle,)| Ok((None::<String>,)))
        }),
        ("[method]message.content-type", |linker, name| {
            linker.func_wrap(name, |store: Store<'_>, (message,): (Handle,)| {
                Ok((store.data().messaging.get(&message).content_type.clone(),))
            })
        }),
        ("[method]message.set-content-type", |linker, name| {
            linker.func_wrap(name, |mut store: Store<'_>, (message, ty): (Handle, String)| {
                let messages = &mut store.data_mut().messaging;
                messages.change(&message, |message| message.content_type = Some(ty))
            })
        }),
        ("[method]message.data", |linker, name| {
            linker.func_wrap(name, |store: Store<'_>, (message,): (Handle,)| {
                Ok((store.data().messaging.get(&message).data.clone(),))
            })
        }),
        ("[method]message.set-data", |linker, name| {
            linker.func_wrap(name, |mut store: Store<'_>, (message, data): (Handle, WasmList<u8>)| {
                let data = data.as_le_slice(&store).to_vec();
                store
                    .data_mut()
                    .messaging
                    .change(&message, |message| message.data = data)
            })
        }),
        ("[method]message.metadata", |linker, name| {
            linker.func_wrap(name, |store: Store<'_>, (message,): (Handle,)| {
                Ok((store.data().messaging.get(&message).metadata.clone(),))
            })
        }),
        ("[method]message.add-metadata", |linker, name| {
            linker.func_wrap(
                name,
                |mut store: Store<'_>, (message, key, value): (Handle, String, String)| {
                    store.data_mut().messaging.change(&message, |message| {
                        let metadata = message.metadata.get_or_insert_default();
                        metadata.retain(|(known, _)| *known != key);
                        metadata.push((key, value));
                    })
                },
            )
        }),
        ("[method]message.set-metadata", |linker, name| {
            linker.func_wrap(
                name,
                |mut store: Store<'_>, (message, metadata): (Handle, Attributes)| {
                    let messages = &mut store.data_mut().messaging;
                    messages.change(&message, |message| message.metadata = Some(metadata))
                },
            )
        }),
        ("[method]message.remove-metadata", |linker, name| {
            linker.func_wrap(name, |mut store: Store<'_>, (message, key): (Handle, String)| {
                store.data_mut().messaging.change(&message, |message| {
                    message
                        .metadata
                        .iter_mut()
                        .for_each(|metadata| metadata.retain(|(known, _)| *known != key));
                })
            })
        }),
    ],
};

pub const PRODUCER: Interface = Interface {
    name: "wasi:messaging/producer",
    version: VERSION,
    resources: &[],
    functions: &[("send", |linker, name| {
        linker.func_wrap_async(
            name,
            |mut store: Store<'_>, (_client, topic, message): (Resource<Client>, WasmStr, Handle)| {
                Box::new(async move {
                    // The handle is passed on, not lent: the message is used up.
                    let message = store.data_mut().messaging.remove(message.rep());
                    let mut attributes = message.metadata.unwrap_or_default();
                    if let Some(ty) = message.content_type {
                        attributes.retain(|(known, _)| known != CONTENT_TYPE);
                        attributes.push((CONTENT_TYPE.into(), ty));
                    }
                    let parameters = (topic, message.data, attributes);
                    let sent = perform::<()>(&mut store, functions::PUBLISH, &parameters).await?;
                    Ok((sent.map_err(Error::from),))
                })
            },
        )
    })],
};
