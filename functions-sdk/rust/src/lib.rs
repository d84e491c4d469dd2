//! Write functions for Mayfly, the in-process WebAssembly function host.
//!
//! ```
//! use mayfly::{Error, Request, Response};
//!
//! fn handle(request: Request) -> Result<Response, Error> {
//!     let query = request.query();
//!     let name = query.get("name").ok_or_else(|| Error::invalid("?name= is missing"))?;
//!     Ok(Response::text(format!("Hello, {name}!\n")))
//! }
//!
//! mayfly::web!(handle);
//! ```
//!
//! Build it as a `cdylib` for `wasm32-unknown-unknown`; the file that cargo writes is what is uploaded.
//!
//! # One call, one instance
//!
//! The host calls `handle` **once** in the life of an instance. Memory, statics and thread-locals are as the compiler
//! laid them out, whatever an earlier call did, and gone afterwards: nothing can be kept between calls, and nothing
//! has to be cleaned up. A cache in a `static` is never warm.
//!
//! # What differs from ordinary Rust
//!
//! `wasm32-unknown-unknown` has no operating system behind the standard library:
//!
//! - `SystemTime::now` and `Instant::now` panic: use [`time`].
//! - Threads, files, sockets and environment variables are not there; deploy-time settings are in [`config`].
//! - `println!` writes nowhere: use [`log`].
//! - `std::collections::HashMap` works, but its keys are the same in every instance, so a caller can craft colliding
//!   keys: use [`HashMap`] for keys that come from outside.
//! - A panic ends the call as a trap, after its message and place went to the log at error level.

#![warn(missing_docs)]

#[allow(missing_docs)] // generated; the contract in wit/ has the texts
mod bindings;
mod buffer;
pub mod config;
mod error;
mod hash;
pub mod log;
mod query;
pub mod random;
mod request;
mod response;
pub mod time;

pub use buffer::{Buffer, BufferCursor, BufferError};
pub use error::Error;
pub use hash::{HashMap, HashSet, RandomState};
pub use query::Query;
pub use request::Request;
pub use response::{Body, Response};

/// Makes a function the one that answers requests: `mayfly::web!(handle);`, once in a crate.
///
/// It takes the path of a `fn(Request) -> Result<Response, Error>`. Built for anything but WebAssembly it exports
/// nothing, so that `cargo test` works as in any crate.
#[macro_export]
macro_rules! web {
    ($handle:path) => {
        const _: () = {
            // A function of another type is reported here, in the user's terms, and not inside what follows.
            const _: fn($crate::Request) -> ::core::result::Result<$crate::Response, $crate::Error> = $handle;

            struct Function;
            impl $crate::__abi::Guest for Function {
                fn handle(
                    request: $crate::__abi::Request,
                ) -> ::core::result::Result<$crate::__abi::Response, $crate::__abi::Error> {
                    $crate::__abi::answer(request, $handle)
                }
            }
            #[cfg(target_family = "wasm")]
    $crate::__abi::export_web!(Function with_types_in $crate::__abi);
        };
    };
}

/// What `web!` expands to needs these; not for use by hand.
#[doc(hidden)]
pub mod __abi {
    pub use crate::bindings::*;

    pub use crate::bindings::exports::mayfly::function::web_handler::Guest;
    pub use crate::bindings::mayfly::function::web_types::{Error, Request, Response};

    /// Runs a function on a request, with panics going to the log.
    pub fn answer(
        request: Request,
        handle: fn(crate::Request) -> Result<crate::Response, crate::Error>,
    ) -> Result<Response, Error> {
        crate::log::log_panics();
        match handle(crate::Request::new(request)) {
            Ok(response) => Ok(response.into()),
            Err(error) => Err(error.into()),
        }
    }
}
