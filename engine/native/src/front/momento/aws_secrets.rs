//! `momento:aws-secrets/aws-secrets`: a secret is one of this host's that the function was granted. Its credentials play no part.

use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType};

use super::aws_auth::Provider;
use super::errors::{Fail, settled};
use super::{Access, Interface, VERSION, aws, perform_on};
use crate::front::errors::Error as HostError;
use crate::front::secrets::GET;

/// There is one service to ask.
struct Client;

/// The only version that is kept.
const CURRENT: &str = "AWSCURRENT";

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "not-found")]
    NotFound,
    #[component(name = "unauthorized")]
    Unauthorized(String),
    #[component(name = "malformed")]
    Malformed(String),
    #[component(name = "other")]
    Other(String),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        match error {
            HostError::NotFound(_) => Error::NotFound,
            error => aws::told(error, Error::Unauthorized, Error::Malformed, Error::Other),
        }
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Request {
    #[component(name = "secret-id")]
    id: String,
    #[component(name = "version-id")]
    version: Option<String>,
    #[component(name = "version-stage")]
    stage: Option<String>,
    #[component(name = "allowed-staleness-seconds")]
    staleness_seconds: u64,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Value {
    #[component(name = "secret-bytes")]
    #[expect(dead_code, reason = "secrets are text here")]
    Bytes(Vec<u8>),
    #[component(name = "secret-string")]
    Text(&'static str),
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Response {
    arn: String,
    #[component(name = "created-date-epoch-seconds")]
    created_seconds: u64,
    name: String,
    secret: Value,
    #[component(name = "version-id")]
    version: String,
    #[component(name = "version-stages")]
    stages: Vec<&'static str>,
}

pub const SECRETS: Interface = Interface {
    name: "momento:aws-secrets/aws-secrets",
    version: VERSION,
    resources: &[("client", |linker, name| {
        linker.resource(name, ResourceType::host::<Client>(), |_, _| Ok(()))
    })],
    functions: &[
        ("[constructor]client", |linker, name| {
            linker.func_wrap(name, |_: Access<'_>, (_credentials,): (Resource<Provider>,)| {
                Ok((Resource::<Client>::new_own(0),))
            })
        }),
        ("[method]client.get-secret-value", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (_client, request): (Resource<Client>, Request)| {
                    Box::new(async move { settled(get(&mut store, request).await) })
                },
            )
        }),
    ],
};

/// The same of the older interfaces.
pub const OLDER: Interface = Interface {
    name: "momento:host/aws-secrets",
    ..SECRETS
};

async fn get(store: &mut Access<'_>, request: Request) -> Result<Response, Fail<Error>> {
    if request.version.is_some() || request.stage.as_deref().is_some_and(|stage| stage != CURRENT) {
        let reason =
            format!("this host keeps a secret's current version alone: ask for none, or for the stage {CURRENT}");
        return Err(Fail::Told(Error::Malformed(reason)));
    }
    let name = name(&request.id);
    let staleness_ms = Some(request.staleness_seconds.saturating_mul(1000));
    let value = perform_on(store, GET, "secret", name, (staleness_ms,)).await??;
    Ok(Response {
        arn: request.id.clone(),
        created_seconds: 0,
        name: name.to_owned(),
        secret: Value::Text(value),
        version: String::new(),
        stages: vec![CURRENT],
    })
}

/// A secret's name, also where it is asked for by its ARN, which has six letters or digits behind it.
fn name(id: &str) -> &str {
    let Some((_, name)) = id.strip_prefix("arn:").and_then(|arn| arn.split_once(":secret:")) else {
        return id;
    };
    match name.rsplit_once('-') {
        Some((name, suffix)) if suffix.len() == 6 => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_a_name_in_its_arn() {
        assert_eq!(name("orders-key"), "orders-key");
        assert_eq!(
            name("arn:aws:secretsmanager:us-east-1:1:secret:orders-key-aB3dE6"),
            "orders-key"
        );
        assert_eq!(name("arn:aws:secretsmanager:us-east-1:1:secret:orders"), "orders");
    }
}
