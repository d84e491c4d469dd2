use std::fmt;

use crate::bindings::mayfly::data::errors;

/// Why the host did not do what a function asked. The text says more and is fit for a log; none of it is secret.
///
/// `?` makes an answer of it, as [`Error::from`](crate::Error#impl-From<HostError>-for-Error) says. To answer
/// otherwise, match on the case first:
///
/// ```no_run
/// # use mayfly::{Error, HostError, Response, sql};
/// # fn add() -> Result<Response, Error> {
/// match sql::database("shop").execute("insert into orders (id) values (?)", ("o-7",)) {
///     Err(HostError::Conflict(_)) => Ok(Response::text("There is such an order.\n").status(409)),
///     done => {
///         done?;
///         Ok(Response::empty(201))
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostError {
    /// What was named does not exist.
    NotFound(String),
    /// It is there already, changed meanwhile, or a constraint forbids it.
    Conflict(String),
    /// The arguments are wrong; the text says how.
    Invalid(String),
    /// The function has no grant for it.
    PermissionDenied(String),
    /// The limit that is named would be passed.
    LimitExceeded(String),
    /// It took longer than it may. Whether it was done is not known.
    Timeout(String),
    /// What is behind the binding can't be reached or has no room. The same call may succeed later.
    Unavailable(String),
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (case, detail) = match self {
            HostError::NotFound(detail) => ("not found", detail),
            HostError::Conflict(detail) => ("conflict", detail),
            HostError::Invalid(detail) => ("invalid", detail),
            HostError::PermissionDenied(detail) => ("permission denied", detail),
            HostError::LimitExceeded(detail) => ("limit exceeded", detail),
            HostError::Timeout(detail) => ("timeout", detail),
            HostError::Unavailable(detail) => ("unavailable", detail),
        };
        write!(f, "{case}: {detail}")
    }
}

impl std::error::Error for HostError {}

impl From<errors::Error> for HostError {
    fn from(error: errors::Error) -> Self {
        match error {
            errors::Error::NotFound(detail) => HostError::NotFound(detail),
            errors::Error::Conflict(detail) => HostError::Conflict(detail),
            errors::Error::Invalid(detail) => HostError::Invalid(detail),
            errors::Error::PermissionDenied(detail) => HostError::PermissionDenied(detail),
            errors::Error::LimitExceeded(detail) => HostError::LimitExceeded(detail),
            errors::Error::Timeout(detail) => HostError::Timeout(detail),
            errors::Error::Unavailable(detail) => HostError::Unavailable(detail),
        }
    }
}
