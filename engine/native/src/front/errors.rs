//! `mayfly:data/errors`: what a function gets instead of a result.

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lower};

use super::Interface;
use crate::outcome::BadFrame;

/// Types alone.
pub const ERRORS: Interface = Interface {
    name: "mayfly:data/errors",
    version: "0.1.0",
    resources: &[],
    functions: &[],
};

/// The type below, as `shape` writes it.
pub const SHAPE: &str = "variant{not-found(string),conflict(string),invalid(string),permission-denied(string),limit-exceeded(string),timeout(string),unavailable(string)}";

#[derive(ComponentType, Lower, Debug)]
#[component(variant)]
pub enum Error {
    #[component(name = "not-found")]
    NotFound(&'static str),
    #[component(name = "conflict")]
    Conflict(&'static str),
    #[component(name = "invalid")]
    Invalid(&'static str),
    #[component(name = "permission-denied")]
    PermissionDenied(&'static str),
    #[component(name = "limit-exceeded")]
    LimitExceeded(&'static str),
    #[component(name = "timeout")]
    Timeout(&'static str),
    #[component(name = "unavailable")]
    Unavailable(&'static str),
}

impl Error {
    /// By the number of `Operation`'s status.
    pub fn of(status: i32, text: &'static str) -> Result<Error> {
        Ok(match status {
            1 => Error::NotFound(text),
            2 => Error::LimitExceeded(text),
            3 => Error::Unavailable(text),
            4 => Error::Conflict(text),
            5 => Error::Invalid(text),
            6 => Error::PermissionDenied(text),
            7 => Error::Timeout(text),
            _ => return Err(BadFrame("the host answered with a status that doesn't exist").into()),
        })
    }

    /// The case's name in WIT.
    pub fn case(&self) -> &'static str {
        match self {
            Error::NotFound(_) => "not-found",
            Error::Conflict(_) => "conflict",
            Error::Invalid(_) => "invalid",
            Error::PermissionDenied(_) => "permission-denied",
            Error::LimitExceeded(_) => "limit-exceeded",
            Error::Timeout(_) => "timeout",
            Error::Unavailable(_) => "unavailable",
        }
    }

    pub fn text(&self) -> &'static str {
        match self {
            Error::NotFound(text)
            | Error::Conflict(text)
            | Error::Invalid(text)
            | Error::PermissionDenied(text)
            | Error::LimitExceeded(text)
            | Error::Timeout(text)
            | Error::Unavailable(text) => text,
        }
    }
}
