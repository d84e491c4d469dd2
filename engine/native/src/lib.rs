//! Mayfly's native seam over wasmtime.
//!
//! An invocation is one future (a store, an instance, a call) that is polled on whichever thread asks and never spawned. It ends or it
//! *returns* to the host: because the function wants something only the host can do, or because an epoch tick passed. So there are no
//! callbacks into Java, and no native frame is left on a thread that waits.
//!
//! | file | holds |
//! |---|---|
//! | `abi` | the exported C functions; panics end here |
//! | `layout` | structures shared with Java |
//! | `engine` | wasmtime's configuration, the pools, the epoch ticker |
//! | `cores` | which core a call runs on |
//! | `shard` | equal parts of the engine: one a core |
//! | `prelink` | loading an artifact and resolving its imports |
//! | `linkers` | what components are linked with |
//! | `replicas` | a component in the shards that it is called on |
//! | `invocation` | begin, resume, cancel |
//! | `lazily` | state that most calls never need |
//! | `buffers` | lists of slabs in host memory |
//! | `snapshot` | warmed functions: from an instance that answered requests to a component that starts there |
//! | `reset` | how a memory is put back to what it was before a call |
//! | `footprint` | what a call needs of wasmtime's own memory, fetched before it is needed |
//! | `pagemap` | what the kernel says of this process's pages |
//! | `faults` | the handler of faults that `reset` and `footprint` expect |
//! | `outcome` | how an invocation ended, told apart by whose fault it was |
//! | `front` | the host functions that guests see, one file an interface |
//! | `shape` | the types of an embedding program's own interfaces |
//! | `describe` | from a WIT file to such types: runs in the `mayfly-compiler` process only |
//! | `componentize`, `contract`, `lean` | from a core module to a component, a type for it and an adapter: runs in the `mayfly-compiler` process only |
//! | `merge` | from a component of several core modules to one of few: runs in the `mayfly-compiler` process only |
//! | `names` | what a core module calls its functions: runs in the `mayfly-compiler` process only |
//! | `code_pack` | functions that an earlier compile compiled: runs in the `mayfly-compiler` process only |
//! | `compile` | from an upload to an artifact: runs in the `mayfly-compiler` process only |
//! | `asynchronous` | what components for WASI 0.3 are refused with |

pub mod abi;
mod asynchronous;
mod buffers;
pub mod code_pack;
pub mod compile;
mod componentize;
mod contract;
mod cores;
pub mod describe;
mod engine;
mod faults;
mod footprint;
mod front;
mod invocation;
mod layout;
mod lazily;
mod lean;
mod linkers;
mod merge;
mod names;
mod outcome;
mod pagemap;
mod prelink;
mod replicas;
mod reset;
mod shape;
mod shard;
pub mod snapshot;
