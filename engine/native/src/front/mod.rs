//! The host functions that guests see: one file an interface, each a table of functions, so that a component's imports can be compared with what
//! is offered name by name.

use wasmtime::Result;
use wasmtime::component::LinkerInstance;

use crate::invocation::Call;

mod blob;
mod buffers;
mod clocks;
mod config;
mod content;
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
pub mod web;
mod wire;

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
    &clocks::MONOTONIC,
    &clocks::WALL,
    &random::SECURE,
    &random::INSECURE,
    &random::SEED,
];
