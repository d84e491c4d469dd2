//! Momento Functions: the worlds of the published `momento-functions-guest-*` crates, on the operations that all other front ends use.
//!
//! A cache, a topic, a bucket is a binding's name here. What the function isn't granted, or this host doesn't have, is the interface's own error.

use slab::Slab;
use wasmtime::{Result, StoreContextMut};

use super::Interface;
use super::errors::Error;
use super::head::Head;
use super::wire::{Decode, Encode, perform};
use crate::invocation::Call;

mod aws;
mod aws_auth;
mod aws_ddb;
mod aws_lambda;
mod aws_s3;
mod aws_secrets;
mod bytes;
mod cache;
mod errors;
mod exports;
mod http;
mod list;
mod log;
mod older;
mod spawn;
mod stream;
mod support;
mod token;
mod topic;
mod valkey;

pub use exports::{Exports, SPAWNED, WEB};

/// Those that are registered, in the order of `front::INTERFACES`.
pub use aws_auth::AUTH;
pub use aws_ddb::DYNAMO;
pub use aws_s3::S3;
pub use aws_secrets::SECRETS;
pub use bytes::BYTES;
pub use cache::SCALAR;
pub use http::HTTP;
pub use list::LIST;
pub use log::LOGGING;
pub use spawn::FUNCTIONS;
pub use stream::STREAM;
pub use support::SUPPORT;
pub use token::TOKEN;
pub use topic::TOPIC;
pub use valkey::VALKEY;

/// The older ones. Logging and spawning are what they were.
pub use aws_auth::OLDER as OLDER_AUTH;
pub use aws_ddb::OLDER as OLDER_DYNAMO;
pub use aws_lambda::LAMBDA as OLDER_LAMBDA;
pub use aws_s3::OLDER as OLDER_S3;
pub use aws_secrets::OLDER as OLDER_SECRETS;
pub use cache::OLDER as OLDER_SCALAR;
pub use list::OLDER as OLDER_LIST;
pub use older::HTTP as OLDER_HTTP;
pub use support::OLDER as OLDER_SUPPORT;
pub use token::OLDER as OLDER_TOKEN;
pub use topic::OLDER as OLDER_TOPIC;
pub use valkey::OLDER as OLDER_REDIS;

const VERSION: &str = "1.0.0";

/// `Operation.FUNCTION_NAMES`
const FUNCTION_NAMES: i32 = 259;

/// What an invocation of such a function has on this side of the seam.
#[derive(Default)]
pub struct Momento {
    cursors: Slab<bytes::Cursor>,
    taken: support::Taken,
    destinations: Vec<log::Destination>,
    /// At least one event was sent: the response is a stream of events.
    sends_events: bool,
    names: Option<Names>,
    credentials: Slab<aws_auth::Credentials>,
    servers: Slab<String>,
    replies: Slab<valkey::Replies>,
}

/// What the function and its cache are called.
#[derive(Clone)]
struct Names {
    function: String,
    cache: String,
}

impl Momento {
    /// Made when it is first needed.
    fn of(call: &mut Call) -> &mut Momento {
        &mut call.momento
    }
}

type Access<'a> = StoreContextMut<'a, Call>;

/// Asked for once an invocation.
async fn names(store: &mut Access<'_>) -> Result<Names> {
    if let Some(names) = &Momento::of(store.data_mut()).names {
        return Ok(names.clone());
    }
    let answer: std::result::Result<(&str, &str), _> = perform(store, FUNCTION_NAMES, &()).await?;
    let (function, cache) = answer.unwrap_or_default();
    let names = Names {
        function: function.to_owned(),
        cache: cache.to_owned(),
    };
    Ok(Momento::of(store.data_mut()).names.insert(names).clone())
}

/// The environment that these functions read beside their configuration.
pub async fn variables(store: &mut Access<'_>) -> Result<Vec<(String, String)>> {
    let names = names(store).await?;
    let id = Head::of(store.data().frame).invocation_id()?;
    Ok(vec![
        ("__CACHE_NAME".into(), names.cache),
        ("__FUNCTION_NAME".into(), names.function),
        ("__INVOCATION_ID".into(), id.to_owned()),
    ])
}

/// What an operation on a binding takes.
struct On<P> {
    binding: String,
    rest: P,
}

impl<P: Encode> Encode for On<P> {
    fn encode(&self, store: &Access<'_>, out: &mut Vec<u8>) -> Result<()> {
        self.binding.encode(store, out)?;
        self.rest.encode(store, out)
    }
}

/// Performs an operation on a binding that is called as the function says, or by that behind `kind:`, as the host's own are called where they are
/// granted under no other name.
async fn perform_on<R: Decode>(
    store: &mut Access<'_>,
    number: i32,
    kind: &str,
    name: &str,
    rest: impl Encode + Sync,
) -> Result<std::result::Result<R, Error>> {
    let name = binding(name);
    let mut on = On { binding: name, rest };
    let answer = perform(store, number, &on).await?;
    if !matches!(answer, Err(Error::PermissionDenied(_))) {
        return Ok(answer);
    }
    on.binding = format!("{kind}:{}", on.binding);
    perform(store, number, &on).await
}

/// The name of the binding that a function means by a name that no binding can have.
fn binding(name: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '_');
    name.chars().map(|c| if is_allowed(c) { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_binding_can_have_becomes_one() {
        assert_eq!(binding("orders_1.v-2"), "orders_1.v-2");
        assert_eq!(binding("prod/db é"), "prod-db--");
    }
}
