//! What the interfaces for AWS's services have in common: how the host's errors are told, and requests that are signed with the function's key.

use wasmtime::component::{ComponentType, Lower, Resource, ResourceType};

use super::aws_auth::{Credentials, Provider};
use super::bytes::Source;
use super::http::{Fetch, Signing, fetch};
use super::{Access, Momento};
use crate::front::Define;
use crate::front::errors::Error as HostError;
use crate::front::http::Response;

/// A guest's handle: the number of its credentials.
pub struct Client;

/// The error of those that have no case of their own.
#[derive(ComponentType, Lower)]
#[component(variant)]
pub enum Error {
    #[component(name = "unauthorized")]
    Unauthorized(String),
    #[component(name = "malformed")]
    Malformed(String),
    #[component(name = "other")]
    Other(String),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        told(error, Error::Unauthorized, Error::Malformed, Error::Other)
    }
}

/// The host's error as one of the three cases that all of them have.
pub fn told<E>(
    error: HostError,
    unauthorized: fn(String) -> E,
    malformed: fn(String) -> E,
    other: fn(String) -> E,
) -> E {
    let text = error.text();
    match error {
        HostError::PermissionDenied(_) => unauthorized(text.to_owned()),
        HostError::Invalid(_) => malformed(text.to_owned()),
        error => other(format!("{}: {text}", error.case())),
    }
}

/// The resource `client` of an interface whose requests are signed.
pub const CLIENT: (&str, Define) = ("client", |linker, name| {
    linker.resource(name, ResourceType::host::<Client>(), |mut store, number| {
        Momento::of(store.data_mut()).credentials.remove(number as usize);
        Ok(())
    })
});

/// Its constructor.
pub const NEW_CLIENT: (&str, Define) = ("[constructor]client", |linker, name| {
    linker.func_wrap(name, |mut store: Access<'_>, (provider,): (Resource<Provider>,)| {
        let credentials = &mut Momento::of(store.data_mut()).credentials;
        let own = credentials[provider.rep() as usize].clone();
        Ok((Resource::<Client>::new_own(credentials.insert(own) as u32),))
    })
});

/// Sends a request to a service and waits for the head of its answer. The service is behind the `http` binding of the name by which requests to it
/// are signed.
pub async fn post(
    store: &mut Access<'_>,
    client: &Resource<Client>,
    service: &str,
    path: String,
    headers: Vec<(String, String)>,
    body: Source,
) -> wasmtime::Result<Result<Response, HostError>> {
    let Credentials {
        access_key_id,
        secret_access_key,
        region,
    } = Momento::of(store.data_mut()).credentials[client.rep() as usize].clone();
    let request = Fetch {
        to: service.into(),
        verb: "POST".into(),
        path,
        headers,
        body,
        timeout_ms: None,
        signing: Some(Signing {
            access_key_id,
            secret_access_key,
            region,
            service: service.into(),
        }),
    };
    fetch(store, request).await
}

/// What a service has against a request. Its type may have a namespace before it and an address behind.
pub fn refusal(ty: &str, message: &str) -> Error {
    let ty = ty.rsplit('#').next().unwrap_or_default();
    let ty = ty.split(':').next().unwrap_or_default();
    let text = format!("{ty}: {message}");
    match ty {
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "IncompleteSignatureException"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "UnrecognizedClientException" => Error::Unauthorized(text),
        "InvalidParameterValueException"
        | "InvalidRequestContentException"
        | "SerializationException"
        | "ValidationException" => Error::Malformed(text),
        _ => Error::Other(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_its_type() {
        let told = |ty: &str| refusal(ty, "so it is");
        assert!(matches!(
            told("com.amazon.coral.service#UnrecognizedClientException"),
            Error::Unauthorized(_)
        ));
        assert!(matches!(
            told("com.amazon.coral.validate#ValidationException"),
            Error::Malformed(_)
        ));
        assert!(matches!(
            told("InvalidRequestContentException:http://internal.amazon.com/coral/com.amazon.coral.validate/"),
            Error::Malformed(_)
        ));
        let Error::Other(text) = told("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException") else {
            panic!("it is another");
        };
        assert_eq!(text, "ConditionalCheckFailedException: so it is");
    }

    #[test]
    fn the_hosts_errors_have_their_cases() {
        let told = |error: HostError| Error::from(error);
        assert!(matches!(told(HostError::PermissionDenied("no")), Error::Unauthorized(text) if text == "no"));
        assert!(matches!(told(HostError::Invalid("no")), Error::Malformed(text) if text == "no"));
        assert!(matches!(told(HostError::Timeout("late")), Error::Other(text) if text == "timeout: late"));
    }
}
