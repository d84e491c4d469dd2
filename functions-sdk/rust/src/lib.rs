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
//! has to be cleaned up. A cache in a `static` is never warm. What has to last goes to [`kv`], [`sql`] or [`blob`].
//!
//! # Warmed up
//!
//! A function whose deployment has a `[warmup]` starts each call where its warm-up requests ended, from a copy of that memory: tables that
//! they built are there, and so is everything else. Whatever was drawn or read then is the same in all calls: random numbers, times,
//! settings, and the keys of every hash map (which [`HashMap`] draws when it is made). Make it the call's own in [`after_restore!`], with
//! [`reseed_map`] and [`reseed_set`] for maps whose keys come from outside. [`random`] and [`time`] themselves are always the call's.
//!
//! # What a function reaches
//!
//! Stores, databases, upstreams, secrets and other functions are named as the deployment binds them, never by address,
//! and a name that isn't bound is [`HostError::PermissionDenied`]. What has options is a builder that ends in `send()`.
//! A component imports only what the function calls.
//!
//! # What differs from ordinary Rust
//!
//! `wasm32-unknown-unknown` has no operating system behind the standard library:
//!
//! - `SystemTime::now` and `Instant::now` panic: use [`time`].
//! - Threads, files, sockets and environment variables are not there; deploy-time settings are in [`config`], secrets in [`secrets`].
//! - `println!` writes nowhere: use [`log`].
//! - `std::collections::HashMap` works, but its keys are the same in every instance, so a caller can craft colliding
//!   keys: use [`HashMap`] for keys that come from outside.
//! - A panic ends the call as a trap, after its message and place went to the log at error level.

#![warn(missing_docs)]

#[cfg(all(target_os = "unknown", target_family = "wasm", feature = "allocator"))]
mod allocator;
#[allow(missing_docs)] // generated; the contract in wit/ has the texts
mod bindings;
pub mod blob;
mod buffer;
pub mod config;
mod content;
mod error;
mod event;
pub mod functions;
mod hash;
mod host_error;
pub mod http;
pub mod kv;
pub mod log;
mod pages;
pub mod pubsub;
mod query;
pub mod random;
mod request;
mod response;
pub mod secrets;
pub mod sql;
mod stream;
pub mod time;

pub use buffer::{Buffer, BufferCursor, BufferError};
pub use content::Content;
pub use error::Error;
pub use event::{Event, EventError};
pub use hash::{HashMap, HashSet, RandomState, reseed_map, reseed_set};
pub use host_error::HostError;
pub use query::Query;
pub use request::Request;
pub use response::{Body, Response};
pub use stream::{ResponseStream, ServerSentEvent};

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
            impl $crate::__abi::WebGuest for Function {
                fn handle(
                    request: $crate::__abi::Request,
                ) -> ::core::result::Result<$crate::__abi::Response, $crate::__abi::WebError> {
                    $crate::__abi::answer(request, $handle)
                }
            }
            #[cfg(target_family = "wasm")]
    $crate::__abi::web::export_web!(Function with_types_in $crate::__abi::web);
        };
    };
}

/// Makes a function the one that handles events: `mayfly::event!(handle);`, once in a crate, alone or beside [`web!`].
///
/// It takes the path of a `fn(Event) -> Result<(), EventError>`. An event is handled at least once: it comes again when
/// the host stopped meanwhile, so handling it twice must do no harm. [`Event::id`] tells that it is the same.
///
/// ```
/// use mayfly::{Event, EventError, kv, log};
///
/// fn handle(event: Event) -> Result<(), EventError> {
///     let order = event.payload_text()?;
///     if order.is_empty() {
///         return Err(EventError::reject("no order is named"));
///     }
///     kv::store("orders").set(&order, "seen")?;
///     log::info!("{order}, attempt {}", event.attempt());
///     Ok(())
/// }
///
/// mayfly::event!(handle);
/// ```
#[macro_export]
macro_rules! event {
    ($handle:path) => {
        const _: () = {
            // As in `web!`.
            const _: fn($crate::Event) -> ::core::result::Result<(), $crate::EventError> = $handle;

            struct Function;
            impl $crate::__abi::EventGuest for Function {
                fn handle(event: $crate::__abi::Event) -> ::core::result::Result<(), $crate::__abi::EventError> {
                    $crate::__abi::take(event, $handle)
                }
            }
            #[cfg(target_family = "wasm")]
    $crate::__abi::event::export_event!(Function with_types_in $crate::__abi::event);
        };
    };
}

/// Has a function called before the instance is captured that all warmed calls start from: `mayfly::before_snapshot!(tidy);`, once in a crate.
///
/// It takes the path of a `fn() -> Result<(), Error>`, which is called once, after the last warm-up request: to compute what
/// all calls need, or to drop what none does. An error refuses the snapshot, and calls start cold.
#[macro_export]
macro_rules! before_snapshot {
    ($hook:path) => {
        const _: () = {
            // As in `web!`.
            const _: fn() -> ::core::result::Result<(), $crate::Error> = $hook;

            struct Function;
            impl $crate::__abi::SnapshotGuest for Function {
                fn before_snapshot() -> ::core::result::Result<(), $crate::__abi::Text> {
                    $crate::__abi::run($hook)
                }
            }
            #[cfg(target_family = "wasm")]
    $crate::__abi::captured::export_captured!(Function with_types_in $crate::__abi::captured);
        };
    };
}

/// Has a function called in each call that starts from a snapshot, before the handler: `mayfly::after_restore!(renew);`,
/// once in a crate.
///
/// It takes the path of a `fn() -> Result<(), Error>`. This is where what was seeded or read in the warm-up becomes the
/// call's own. It may run for 10 ms, in every call; an error fails the call. Instances that start cold are not told.
///
/// ```
/// use std::cell::RefCell;
///
/// use mayfly::{Error, HashMap, config};
///
/// thread_local! {
///     static PRICES: RefCell<HashMap<String, u32>> = RefCell::default();
///     static REGION: RefCell<String> = RefCell::default();
/// }
///
/// fn renew() -> Result<(), Error> {
///     // All calls would share the map's keys otherwise.
///     PRICES.with_borrow_mut(mayfly::reseed_map);
///     REGION.set(config::get("region").unwrap_or_default());
///     Ok(())
/// }
///
/// mayfly::after_restore!(renew);
/// ```
#[macro_export]
macro_rules! after_restore {
    ($hook:path) => {
        const _: () = {
            // As in `web!`.
            const _: fn() -> ::core::result::Result<(), $crate::Error> = $hook;

            struct Function;
            impl $crate::__abi::RestoreGuest for Function {
                fn after_restore() -> ::core::result::Result<(), $crate::__abi::Text> {
                    $crate::__abi::run($hook)
                }
            }
            #[cfg(target_family = "wasm")]
    $crate::__abi::restored::export_restored!(Function with_types_in $crate::__abi::restored);
        };
    };
}

/// What the macros above expand to needs these; not for use by hand.
#[doc(hidden)]
pub mod __abi {
    pub use crate::bindings::{captured, event, restored, web};
    pub use std::string::String as Text;

    pub use crate::bindings::captured::exports::mayfly::snapshot::snapshot_hook::Guest as SnapshotGuest;
    pub use crate::bindings::event::exports::mayfly::function::event_handler::Guest as EventGuest;
    pub use crate::bindings::mayfly::function::event_types::{Error as EventError, Event};
    pub use crate::bindings::mayfly::function::web_types::{Error as WebError, Request, Response};
    pub use crate::bindings::restored::exports::mayfly::snapshot::restore_hook::Guest as RestoreGuest;
    pub use crate::bindings::web::exports::mayfly::function::web_handler::Guest as WebGuest;

    /// Runs a function on a request, with panics going to the log.
    pub fn answer(
        request: Request,
        handle: fn(crate::Request) -> Result<crate::Response, crate::Error>,
    ) -> Result<Response, WebError> {
        crate::log::log_panics();
        match handle(crate::Request::new(request)) {
            Ok(response) => Ok(response.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Runs a hook, with panics going to the log.
    pub fn run(hook: fn() -> Result<(), crate::Error>) -> Result<(), Text> {
        crate::log::log_panics();
        hook().map_err(|error| error.to_string())
    }

    /// Runs a function on an event, with panics going to the log.
    pub fn take(event: Event, handle: fn(crate::Event) -> Result<(), crate::EventError>) -> Result<(), EventError> {
        crate::log::log_panics();
        Ok(handle(crate::Event::new(event))?)
    }
}
