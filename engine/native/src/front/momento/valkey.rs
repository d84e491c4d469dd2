//! `momento:valkey/valkey`: commands for the server behind a `kv` binding that takes them.

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType};

use super::bytes::{Data, Made};
use super::errors::{Fail, settled};
use super::{Access, Interface, Momento, VERSION, binding};
use crate::front::errors::Error as HostError;
use crate::front::wire::{ARGUMENT_BYTES_MAX, Answer, Decode, perform};
use crate::outcome::BadFrame;

/// `Operation.KV_COMMAND`
const COMMAND: i32 = 288;

/// A guest's handle: the number of a cluster's name.
struct Cluster;

/// A guest's handle: the number of what is left of a reply's values.
pub struct Stream;

/// What is left of them.
pub type Replies = std::vec::IntoIter<Reply>;

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "other")]
    Other(String),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        Error::Other(format!("{}: {}", error.case(), error.text()))
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Command {
    command: String,
    arguments: Vec<Data>,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Value {
    #[component(name = "nil")]
    Nil,
    #[component(name = "int")]
    Int(i64),
    #[component(name = "data")]
    Data(Made),
    #[component(name = "bulk")]
    Bulk(Resource<Stream>),
    #[component(name = "ok")]
    Ok,
    #[component(name = "simple-string")]
    Text(String),
    #[component(name = "simple-error")]
    Error(String),
}

/// What the server answered, or a part of it.
pub enum Reply {
    Nil,
    Int(i64),
    Data(Vec<u8>),
    Bulk(Vec<Reply>),
    Ok,
    Text(String),
    Error(String),
}

impl Decode for Reply {
    /// `RedisReply` in Java writes it, and bounds how deep it is.
    fn decode(answer: &mut Answer) -> Result<Reply> {
        Ok(match u8::decode(answer)? {
            0 => Reply::Nil,
            1 => Reply::Int(i64::decode(answer)?),
            2 => Reply::Data(<&[u8]>::decode(answer)?.to_vec()),
            3 => Reply::Bulk(Vec::decode(answer)?),
            4 => Reply::Ok,
            5 => Reply::Text(<&str>::decode(answer)?.to_owned()),
            6 => Reply::Error(<&str>::decode(answer)?.to_owned()),
            _ => return Err(BadFrame("the host's answer has a reply of no kind").into()),
        })
    }
}

pub const VALKEY: Interface = Interface {
    name: "momento:valkey/valkey",
    version: VERSION,
    resources: &[
        ("response-stream", |linker, name| {
            linker.resource(name, ResourceType::host::<Stream>(), |mut store, number| {
                Momento::of(store.data_mut()).replies.remove(number as usize);
                Ok(())
            })
        }),
        ("cluster-client", |linker, name| {
            linker.resource(name, ResourceType::host::<Cluster>(), |mut store, number| {
                Momento::of(store.data_mut()).clusters.remove(number as usize);
                Ok(())
            })
        }),
    ],
    functions: &[
        ("[method]response-stream.next", |linker, name| {
            linker.func_wrap(name, |mut store: Access<'_>, (stream,): (Resource<Stream>,)| {
                let momento = Momento::of(store.data_mut());
                let next = momento.replies[stream.rep() as usize].next();
                Ok((next.map(|reply| value(momento, reply)),))
            })
        }),
        ("[method]cluster-client.command", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (cluster, command): (Resource<Cluster>, Command)| {
                    Box::new(async move { settled(run(&mut store, &cluster, command).await) })
                },
            )
        }),
        ("get-managed-cluster-client", |linker, name| {
            linker.func_wrap(name, |mut store: Access<'_>, (cluster,): (String,)| {
                let number = Momento::of(store.data_mut()).clusters.insert(binding(&cluster));
                Ok((Resource::<Cluster>::new_own(number as u32),))
            })
        }),
    ],
};

async fn run(
    store: &mut Access<'_>,
    cluster: &Resource<Cluster>,
    command: Command,
) -> std::result::Result<Value, Fail<Error>> {
    let cluster = Momento::of(store.data_mut()).clusters[cluster.rep() as usize].clone();
    let mut arguments = Vec::with_capacity(command.arguments.len());
    for argument in command.arguments {
        let bytes = argument.source(store).await?.bytes(store, ARGUMENT_BYTES_MAX).await?;
        let too_much = || {
            Fail::Told(Error::Other(format!(
                "operation-argument-bytes-max={ARGUMENT_BYTES_MAX}"
            )))
        };
        arguments.push(bytes.ok_or_else(too_much)?);
    }
    let reply = perform(store, COMMAND, &(cluster, command.command, arguments)).await??;
    Ok(value(Momento::of(store.data_mut()), reply))
}

fn value(momento: &mut Momento, reply: Reply) -> Value {
    match reply {
        Reply::Nil => Value::Nil,
        Reply::Int(number) => Value::Int(number),
        Reply::Data(bytes) => Value::Data(Made::Value(bytes)),
        Reply::Bulk(replies) => {
            let number = momento.replies.insert(replies.into_iter());
            Value::Bulk(Resource::new_own(number as u32))
        }
        Reply::Ok => Value::Ok,
        Reply::Text(text) => Value::Text(text),
        Reply::Error(text) => Value::Error(text),
    }
}
