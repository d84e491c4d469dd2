//! The host functions that guests see: one file an interface, each a table of functions, so that a component's imports can be compared with what
//! is offered name by name.

use semver::Version;
use wasmtime::Result;
use wasmtime::component::LinkerInstance;

use crate::invocation::Call;

mod blob;
mod buffers;
mod clocks;
mod config;
mod content;
pub mod custom;
mod errors;
pub mod event;
mod functions;
pub mod head;
mod http;
mod kv;
mod log;
pub mod random;
mod secrets;
mod sql;
mod wasi_config;
pub mod wasi_keyvalue;
pub mod wasi_messaging;
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
    &wasi_messaging::TYPES,
    &wasi_messaging::PRODUCER,
    &clocks::MONOTONIC,
    &clocks::WALL,
    &random::SECURE,
    &random::INSECURE,
    &random::SEED,
];
