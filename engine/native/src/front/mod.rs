//! The host functions that guests see: one file an interface, each a table of functions, so that a component's imports can be compared with what
//! is offered name by name.

use semver::Version;
use wasmtime::component::{ComponentNamedList, Lift, LinkerInstance, Lower};
use wasmtime::{Result, StoreContextMut, bail};

use crate::invocation::Call;
use crate::outcome::Refused;

mod blob;
mod buffer_streams;
mod buffers;
pub mod clocks;
pub mod command;
mod config;
mod content;
pub mod custom;
mod errors;
pub mod event;
mod functions;
pub mod head;
mod http;
mod kv;
mod lines;
pub mod log;
pub mod momento;
pub mod random;
pub mod response;
mod secrets;
mod sql;
mod streaming;
pub mod wasi_blobstore;
pub mod wasi_cli;
mod wasi_config;
mod wasi_filesystem;
pub mod wasi_http;
pub mod wasi_io;
pub mod wasi_keyvalue;
pub mod wasi_messaging;
mod wasi_sockets;
pub mod web;
mod wire;

#[cfg(test)]
pub use errors::SHAPE as ERROR_SHAPE;

/// Whether the linker serves one version for the other: same major version, below 1 the same minor one, and no pre-releases.
pub fn is_compatible(wanted: &Version, offered: &Version) -> bool {
    if !wanted.pre.is_empty() || !offered.pre.is_empty() {
        return wanted == offered;
    }
    match (wanted.major, wanted.minor) {
        (0, 0) => wanted == offered,
        (0, minor) => offered.major == 0 && offered.minor == minor,
        (major, _) => offered.major == major,
    }
}

/// Adds one function or resource to the linker under the name it is given.
pub type Define = fn(&mut LinkerInstance<'_, Call>, &str) -> Result<()>;

/// A function that can't be called: what it belongs to is never given out. Only its type is looked at, when a component is linked.
pub(super) fn never<P, R>(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()>
where
    P: ComponentNamedList + Lift + 'static,
    R: ComponentNamedList + Lower + 'static,
{
    linker.func_wrap(name, |_: StoreContextMut<'_, Call>, _: P| -> Result<R> {
        bail!(Refused("a handle was used that this host never gives out".into()))
    })
}

/// An interface this host offers.
pub struct Interface {
    /// Package and name: `mayfly:data/buffers`.
    pub name: &'static str,
    /// The version it is registered under; components that import a semver-compatible one get it.
    pub version: &'static str,
    pub resources: &'static [(&'static str, Define)],
    pub functions: &'static [(&'static str, Define)],
}

/// All of them.
pub const INTERFACES: &[&Interface] = &[
    &buffers::BUFFERS,
    &errors::ERRORS,
    &web::TYPES,
    &streaming::STREAMING,
    &event::TYPES,
    &log::LOG,
    &config::CONFIG,
    &secrets::SECRETS,
    &kv::KV,
    &sql::SQL,
    &blob::BLOB,
    &http::CLIENT,
    &functions::FUNCTIONS,
    &functions::PUBLISHER,
    &log::WASI,
    &wasi_config::STORE,
    &wasi_config::STORE_DRAFT,
    &wasi_config::RUNTIME_DRAFT,
    &wasi_keyvalue::STORE,
    &wasi_keyvalue::BATCH,
    &wasi_keyvalue::ATOMICS,
    &wasi_blobstore::TYPES,
    &wasi_blobstore::CONTAINER,
    &wasi_blobstore::BLOBSTORE,
    &wasi_messaging::TYPES,
    &wasi_messaging::PRODUCER,
    &clocks::MONOTONIC,
    &clocks::WALL,
    &random::SECURE,
    &random::INSECURE,
    &random::SEED,
    &clocks::TIMEZONE,
    &wasi_io::ERROR,
    &wasi_io::POLL,
    &wasi_io::STREAMS,
    &wasi_http::TYPES,
    &wasi_http::OUTGOING,
    &wasi_cli::ENVIRONMENT,
    &wasi_cli::EXIT,
    &wasi_cli::STDIN,
    &wasi_cli::STDOUT,
    &wasi_cli::STDERR,
    &wasi_cli::TERMINAL_INPUT,
    &wasi_cli::TERMINAL_OUTPUT,
    &wasi_cli::TERMINAL_STDIN,
    &wasi_cli::TERMINAL_STDOUT,
    &wasi_cli::TERMINAL_STDERR,
    &wasi_filesystem::TYPES,
    &wasi_filesystem::PREOPENS,
    &wasi_sockets::NETWORK,
    &wasi_sockets::INSTANCE_NETWORK,
    &wasi_sockets::IP_NAME_LOOKUP,
    &wasi_sockets::TCP,
    &wasi_sockets::TCP_CREATE_SOCKET,
    &wasi_sockets::UDP,
    &wasi_sockets::UDP_CREATE_SOCKET,
    &momento::BYTES,
    &momento::SUPPORT,
    &momento::STREAM,
    &momento::LOGGING,
    &momento::FUNCTIONS,
    &momento::SCALAR,
    &momento::LIST,
    &momento::TOPIC,
    &momento::HTTP,
    &momento::TOKEN,
    &momento::AUTH,
    &momento::SECRETS,
    &momento::S3,
    &momento::DYNAMO,
    &momento::VALKEY,
    &momento::OLDER_SUPPORT,
    &momento::OLDER_SCALAR,
    &momento::OLDER_LIST,
    &momento::OLDER_TOPIC,
    &momento::OLDER_TOKEN,
    &momento::OLDER_HTTP,
    &momento::OLDER_AUTH,
    &momento::OLDER_SECRETS,
    &momento::OLDER_S3,
    &momento::OLDER_DYNAMO,
    &momento::OLDER_LAMBDA,
    &momento::OLDER_REDIS,
];
