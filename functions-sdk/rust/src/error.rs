use std::fmt;
use std::io;

use crate::bindings::mayfly::function::web_types;
use crate::{BufferError, HostError};

/// A failure that a function reports to its caller: an answer like any other, where a panic is a trap.
///
/// The host sends it as a problem document (RFC 9457) with the status of the case and the text as its detail.
/// Each case has a constructor that takes anything printable, so `.map_err(Error::invalid)?` turns any error into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// 400: the caller's mistake.
    Invalid(String),
    /// 403
    PermissionDenied(String),
    /// 404
    NotFound(String),
    /// 429
    LimitExceeded(String),
    /// 503: something the function needs isn't there right now.
    Unavailable(String),
    /// 500: the function's own mistake. The text goes to the log, not to the caller.
    Internal(String),
}

impl Error {
    /// [`Error::Invalid`] with the text of `detail`.
    pub fn invalid(detail: impl fmt::Display) -> Error {
        Error::Invalid(detail.to_string())
    }

    /// [`Error::PermissionDenied`] with the text of `detail`.
    pub fn permission_denied(detail: impl fmt::Display) -> Error {
        Error::PermissionDenied(detail.to_string())
    }

    /// [`Error::NotFound`] with the text of `detail`.
    pub fn not_found(detail: impl fmt::Display) -> Error {
        Error::NotFound(detail.to_string())
    }

    /// [`Error::LimitExceeded`] with the text of `detail`.
    pub fn limit_exceeded(detail: impl fmt::Display) -> Error {
        Error::LimitExceeded(detail.to_string())
    }

    /// [`Error::Unavailable`] with the text of `detail`.
    pub fn unavailable(detail: impl fmt::Display) -> Error {
        Error::Unavailable(detail.to_string())
    }

    /// [`Error::Internal`] with the text of `detail`.
    pub fn internal(detail: impl fmt::Display) -> Error {
        Error::Internal(detail.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (case, detail) = match self {
            Error::Invalid(detail) => ("invalid", detail),
            Error::PermissionDenied(detail) => ("permission denied", detail),
            Error::NotFound(detail) => ("not found", detail),
            Error::LimitExceeded(detail) => ("limit exceeded", detail),
            Error::Unavailable(detail) => ("unavailable", detail),
            Error::Internal(detail) => ("internal", detail),
        };
        write!(f, "{case}: {detail}")
    }
}

impl std::error::Error for Error {}

impl From<BufferError> for Error {
    fn from(error: BufferError) -> Self {
        match error {
            BufferError::LimitExceeded(_) => Error::limit_exceeded(error),
            BufferError::Unavailable => Error::unavailable(error),
            // The caller has no part in how a function uses its buffers.
            BufferError::Invalid(_) => Error::internal(error),
        }
    }
}

/// A caller gets to know what a caller can act on:
///
/// | `HostError` | `Error` | because |
/// |---|---|---|
/// | `NotFound` | `NotFound`, 404 | it is mostly a key that the caller named |
/// | `LimitExceeded` | `LimitExceeded`, 429 | less, or later, may do |
/// | `Timeout`, `Unavailable` | `Unavailable`, 503 | later may do |
/// | `Conflict` | `Internal`, 500 | only the function knows whether it is the caller's: match on it and answer 409 |
/// | `Invalid`, `PermissionDenied` | `Internal`, 500 | the function's arguments and the deployment's grants are not the caller's |
impl From<HostError> for Error {
    fn from(error: HostError) -> Self {
        match error {
            HostError::NotFound(detail) => Error::NotFound(detail),
            HostError::LimitExceeded(detail) => Error::LimitExceeded(detail),
            HostError::Timeout(_) | HostError::Unavailable(_) => Error::unavailable(error),
            HostError::Conflict(_) | HostError::Invalid(_) | HostError::PermissionDenied(_) => Error::internal(error),
        }
    }
}

/// A buffer's error inside keeps its case; any other is internal, as the caller may not be the one to blame.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.downcast::<BufferError>() {
            Ok(buffer_error) => buffer_error.into(),
            Err(error) => Error::internal(error),
        }
    }
}

impl From<Error> for web_types::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(detail) => web_types::Error::Invalid(detail),
            Error::PermissionDenied(detail) => web_types::Error::PermissionDenied(detail),
            Error::NotFound(detail) => web_types::Error::NotFound(detail),
            Error::LimitExceeded(detail) => web_types::Error::LimitExceeded(detail),
            Error::Unavailable(detail) => web_types::Error::Unavailable(detail),
            Error::Internal(detail) => web_types::Error::Internal(detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_error_becomes_a_case_by_its_constructor() {
        let parsed = "seven".parse::<u8>().map_err(Error::invalid);
        assert_eq!(parsed, Err(Error::Invalid("invalid digit found in string".into())));
    }

    #[test]
    fn a_buffer_error_keeps_its_case_on_the_way_through_io() {
        let limit = BufferError::LimitExceeded("buffer-bytes-max".into());
        assert_eq!(
            Error::from(io::Error::from(limit)),
            Error::LimitExceeded("buffer limit exceeded: buffer-bytes-max".into())
        );
        assert!(matches!(
            Error::from(io::Error::from(BufferError::Unavailable)),
            Error::Unavailable(_)
        ));
    }

    #[test]
    fn a_caller_is_not_blamed_for_what_a_function_and_its_deployment_did() {
        assert_eq!(
            Error::from(HostError::NotFound("no blob cat.png".into())),
            Error::NotFound("no blob cat.png".into())
        );
        assert_eq!(
            Error::from(HostError::Timeout("orders".into())),
            Error::Unavailable("timeout: orders".into())
        );
        for error in [
            HostError::Conflict("x".into()),
            HostError::Invalid("x".into()),
            HostError::PermissionDenied("x".into()),
        ] {
            assert!(matches!(Error::from(error), Error::Internal(_)));
        }
    }

    #[test]
    fn other_io_errors_are_the_functions_own() {
        let error = io::Error::new(io::ErrorKind::InvalidData, "bad magic");
        assert_eq!(Error::from(error), Error::Internal("bad magic".into()));
    }

    #[test]
    fn wrong_use_of_a_buffer_is_not_the_callers_mistake() {
        assert!(matches!(
            Error::from(BufferError::Invalid("read-only".into())),
            Error::Internal(_)
        ));
    }
}
