//! The error that the caches' interfaces and the topics' have each for themselves, and alike.

use wasmtime::component::{ComponentType, Lower};

use crate::front::errors::Error as HostError;

#[derive(ComponentType, Lower)]
#[component(variant)]
pub enum Error {
    #[component(name = "internal-error")]
    Internal,
    #[component(name = "request-cancelled")]
    #[expect(dead_code, reason = "a cancelled function is told nothing any more")]
    Cancelled,
    #[component(name = "invalid-argument")]
    Invalid(String),
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "permission-denied")]
    PermissionDenied(String),
    #[component(name = "limit-exceeded")]
    LimitExceeded(String),
    #[component(name = "failed-precondition")]
    FailedPrecondition(String),
    #[component(name = "not-found")]
    NotFound(String),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        let text = error.text().to_owned();
        match error {
            HostError::NotFound(_) => Error::NotFound(text),
            HostError::Conflict(_) => Error::FailedPrecondition(text),
            HostError::Invalid(_) => Error::Invalid(text),
            HostError::PermissionDenied(_) => Error::PermissionDenied(text),
            HostError::LimitExceeded(_) => Error::LimitExceeded(text),
            HostError::Timeout(_) => Error::Timeout,
            HostError::Unavailable(_) => Error::Internal,
        }
    }
}

/// Why a host function gives no result: what the guest is told, in its interface's own terms, or what ends the guest.
pub enum Fail<E> {
    Told(E),
    Ends(wasmtime::Error),
}

impl<E> From<wasmtime::Error> for Fail<E> {
    fn from(error: wasmtime::Error) -> Fail<E> {
        Fail::Ends(error)
    }
}

impl<E: From<HostError>> From<HostError> for Fail<E> {
    fn from(error: HostError) -> Fail<E> {
        Fail::Told(error.into())
    }
}

/// As a host function returns it.
pub fn settled<T, E>(result: Result<T, Fail<E>>) -> wasmtime::Result<(Result<T, E>,)> {
    match result {
        Ok(value) => Ok((Ok(value),)),
        Err(Fail::Told(error)) => Ok((Err(error),)),
        Err(Fail::Ends(error)) => Err(error),
    }
}
