//! `momento:token/token`: keys of this host that end by themselves.

use wasmtime::component::{ComponentType, Lift, Lower};

use super::errors::{Fail, settled};
use super::{Access, Interface, VERSION};
use crate::front::errors::Error as HostError;
use crate::front::wire::perform;

/// `Operation.TOKEN_CREATE`
const CREATE: i32 = 262;

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "internal-error")]
    Internal,
    #[component(name = "invalid-argument")]
    Invalid(&'static str),
    #[component(name = "permission-denied")]
    PermissionDenied(&'static str),
    #[component(name = "limit-exceeded")]
    LimitExceeded(&'static str),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        match error {
            HostError::Invalid(text) => Error::Invalid(text),
            HostError::PermissionDenied(text) => Error::PermissionDenied(text),
            HostError::LimitExceeded(text) => Error::LimitExceeded(text),
            _ => Error::Internal,
        }
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Expires {
    #[component(name = "valid-for-seconds")]
    seconds: u32,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Token {
    #[component(name = "api-key")]
    key: &'static str,
    endpoint: &'static str,
    #[component(name = "valid-until")]
    valid_until: u64,
}

pub const TOKEN: Interface = Interface {
    name: "momento:token/token",
    version: VERSION,
    resources: &[],
    functions: &[("generate-disposable-token", |linker, name| {
        linker.func_wrap_async(
            name,
            |mut store: Access<'_>, (expires, permissions, id): (Expires, String, Option<String>)| {
                Box::new(async move { settled(generate(&mut store, expires, permissions, id).await) })
            },
        )
    })],
};

/// The same of the older interfaces.
pub const OLDER: Interface = Interface {
    name: "momento:functions/token",
    ..TOKEN
};

async fn generate(
    store: &mut Access<'_>,
    expires: Expires,
    permissions: String,
    id: Option<String>,
) -> Result<Token, Fail<Error>> {
    let parameters = (expires.seconds, permissions, id);
    let (key, endpoint, valid_until) = perform(store, CREATE, &parameters).await??;
    Ok(Token {
        key,
        endpoint,
        valid_until,
    })
}
