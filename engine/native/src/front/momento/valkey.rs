//! `momento:valkey/valkey` and `momento:host/redis`: commands for the server behind a `kv` binding that takes them.

use std::marker::PhantomData;

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType, WasmList};

use super::bytes::{Data, Passed};
use super::errors::{Fail, settled};
use super::{Access, Interface, Momento, VERSION, binding};
use crate::front::Define;
use crate::front::errors::Error as HostError;
use crate::front::wire::{ARGUMENT_BYTES_MAX, Answer, Decode, perform};
use crate::outcome::BadFrame;

/// `Operation.KV_COMMAND`
const COMMAND: i32 = 288;

/// Of a pipe's answers, which are kept here until the function has read them.
const REPLY_BYTES_MAX: usize = 64 << 20;

/// A guest's handle: the number of the server that its commands go to.
struct Cluster;

/// A guest's handle: likewise.
struct Client;

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
struct Command<D> {
    command: String,
    arguments: Vec<D>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Connection {
    #[component(name = "basic-connection")]
    Basic(String),
}

/// How an interface passes what a server answered.
trait Shown: Lower + Send + Sync + 'static {
    /// And what it is asked.
    type Passed: Passed;

    fn of(reply: Reply, momento: &mut Momento) -> Self;
}

/// The interfaces' types differ in how bytes are passed, and in a name.
macro_rules! value {
    ($name:ident of $passed:ty, $ok:literal) => {
        #[derive(ComponentType, Lower)]
        #[component(variant)]
        enum $name {
            #[component(name = "nil")]
            Nil,
            #[component(name = "int")]
            Int(i64),
            #[component(name = "data")]
            Data(<$passed as Passed>::Made),
            #[component(name = "bulk")]
            Bulk(Resource<Stream>),
            #[component(name = $ok)]
            Ok,
            #[component(name = "simple-string")]
            Text(String),
            #[component(name = "simple-error")]
            Error(String),
        }

        impl Shown for $name {
            type Passed = $passed;

            fn of(reply: Reply, momento: &mut Momento) -> $name {
                match reply {
                    Reply::Nil => $name::Nil,
                    Reply::Int(number) => $name::Int(number),
                    Reply::Data(bytes) => $name::Data(bytes.into()),
                    Reply::Bulk(replies) => $name::Bulk(stream(momento, replies)),
                    Reply::Ok => $name::Ok,
                    Reply::Text(text) => $name::Text(text),
                    Reply::Error(text) => $name::Error(text),
                }
            }
        }
    };
}
value!(Value of Data, "ok");
value!(OlderValue of WasmList<u8>, "okay");

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

impl Reply {
    /// What it takes here, and what is in it.
    fn bytes(&self) -> usize {
        let inside = match self {
            Reply::Nil | Reply::Int(_) | Reply::Ok => 0,
            Reply::Data(bytes) => bytes.len(),
            Reply::Bulk(replies) => replies.iter().map(Reply::bytes).sum(),
            Reply::Text(text) | Reply::Error(text) => text.len(),
        };
        size_of::<Reply>() + inside
    }
}

pub const VALKEY: Interface = Interface {
    name: "momento:valkey/valkey",
    version: VERSION,
    resources: &[STREAM, CLUSTER],
    functions: &[Functions::<Value>::NEXT, Functions::<Value>::COMMAND, MANAGED],
};

/// The same with lists of bytes, and with clients for other servers.
pub const OLDER: Interface = Interface {
    name: "momento:host/redis",
    version: VERSION,
    resources: &[
        STREAM,
        CLUSTER,
        ("client", |linker, name| {
            linker.resource(name, ResourceType::host::<Client>(), forget)
        }),
    ],
    functions: &[
        Functions::<OlderValue>::NEXT,
        Functions::<OlderValue>::COMMAND,
        MANAGED,
        ("[constructor]client", |linker, name| {
            linker.func_wrap(name, |mut store: Access<'_>, (connection,): (Connection,)| {
                let Connection::Basic(text) = connection;
                let number = Momento::of(store.data_mut()).servers.insert(server(text));
                Ok((Resource::<Client>::new_own(number as u32),))
            })
        }),
        ("[method]client.pipe", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (client, commands): (Resource<Client>, Vec<Command<WasmList<u8>>>)| {
                    Box::new(async move { settled(pipe(&mut store, client.rep(), commands).await) })
                },
            )
        }),
    ],
};

const STREAM: (&str, Define) = ("response-stream", |linker, name| {
    linker.resource(name, ResourceType::host::<Stream>(), |mut store, number| {
        Momento::of(store.data_mut()).replies.remove(number as usize);
        Ok(())
    })
});

const CLUSTER: (&str, Define) = ("cluster-client", |linker, name| {
    linker.resource(name, ResourceType::host::<Cluster>(), forget)
});

fn forget(mut store: Access<'_>, number: u32) -> Result<()> {
    Momento::of(store.data_mut()).servers.remove(number as usize);
    Ok(())
}

const MANAGED: (&str, Define) = ("get-managed-cluster-client", |linker, name| {
    linker.func_wrap(name, |mut store: Access<'_>, (cluster,): (String,)| {
        let number = Momento::of(store.data_mut()).servers.insert(binding(&cluster));
        Ok((Resource::<Cluster>::new_own(number as u32),))
    })
});

struct Functions<V>(PhantomData<V>);

impl<V: Shown> Functions<V> {
    const NEXT: (&'static str, Define) = ("[method]response-stream.next", |linker, name| {
        linker.func_wrap(name, |mut store: Access<'_>, (stream,): (Resource<Stream>,)| {
            let momento = Momento::of(store.data_mut());
            let next = momento.replies[stream.rep() as usize].next();
            Ok((next.map(|reply| V::of(reply, momento)),))
        })
    });

    const COMMAND: (&'static str, Define) = ("[method]cluster-client.command", |linker, name| {
        linker.func_wrap_async(
            name,
            |mut store: Access<'_>, (cluster, command): (Resource<Cluster>, Command<V::Passed>)| {
                Box::new(async move {
                    let reply = run(&mut store, cluster.rep(), command).await;
                    settled(reply.map(|reply| V::of(reply, Momento::of(store.data_mut()))))
                })
            },
        )
    });
}

type Answered<T> = std::result::Result<T, Fail<Error>>;

/// What a connection is made to: an address as it stands, by which a binding is found, or else the name of one.
fn server(connection: String) -> String {
    match connection.contains("://") {
        true => connection,
        false => binding(&connection),
    }
}

async fn run<D: Passed>(store: &mut Access<'_>, server: u32, command: Command<D>) -> Answered<Reply> {
    let server = Momento::of(store.data_mut()).servers[server as usize].clone();
    let mut arguments = Vec::with_capacity(command.arguments.len());
    for argument in command.arguments {
        let source = argument.into().source(store).await?;
        let bytes = source.bytes(store, ARGUMENT_BYTES_MAX).await?;
        arguments.push(bytes.ok_or_else(|| too_much("operation-argument-bytes-max", ARGUMENT_BYTES_MAX))?);
    }
    Ok(perform(store, COMMAND, &(server, command.command, arguments)).await??)
}

/// One command behind the other. What the host refuses ends it, and what was done before is done, as with a connection that breaks; what the server
/// refuses is an answer among the others.
async fn pipe(store: &mut Access<'_>, client: u32, commands: Vec<Command<WasmList<u8>>>) -> Answered<Resource<Stream>> {
    let mut replies = Vec::with_capacity(commands.len());
    let mut left = REPLY_BYTES_MAX;
    for command in commands {
        let reply = run(store, client, command).await?;
        let rest = left.checked_sub(reply.bytes());
        left = rest.ok_or_else(|| too_much("pipe-reply-bytes-max", REPLY_BYTES_MAX))?;
        replies.push(reply);
    }
    Ok(stream(Momento::of(store.data_mut()), replies))
}

fn too_much(limit: &str, bytes_max: usize) -> Fail<Error> {
    Fail::Told(Error::Other(format!("{limit}={bytes_max}")))
}

fn stream(momento: &mut Momento, replies: Vec<Reply>) -> Resource<Stream> {
    let number = momento.replies.insert(replies.into_iter());
    Resource::new_own(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_to_an_address_or_a_binding() {
        assert_eq!(server("valkey://a:1/0".into()), "valkey://a:1/0");
        assert_eq!(server("prod/db".into()), "prod-db");
    }

    #[test]
    fn a_reply_counts_with_all_that_is_in_it() {
        let one = size_of::<Reply>();
        assert_eq!(Reply::Nil.bytes(), one);
        let list = Reply::Bulk(vec![
            Reply::Data(vec![0; 100]),
            Reply::Bulk(vec![Reply::Text("ab".into())]),
        ]);
        assert_eq!(list.bytes(), 4 * one + 102);
    }
}
