use std::fmt;

use mayfly::{BufferError, Error, HostError, Response};

/// What wasn't done, so that a test can tell the kinds apart, and ours from those of an answer that is passed through.
pub struct Refusal {
    status: u16,
    kind: &'static str,
    text: String,
}

impl Refusal {
    pub fn invalid(text: impl fmt::Display) -> Refusal {
        HostError::Invalid(text.to_string()).into()
    }
}

impl From<HostError> for Refusal {
    fn from(error: HostError) -> Self {
        let (status, kind, text) = match error {
            HostError::Invalid(text) => (400, "invalid", text),
            HostError::PermissionDenied(text) => (403, "permission-denied", text),
            HostError::NotFound(text) => (404, "not-found", text),
            HostError::Conflict(text) => (409, "conflict", text),
            HostError::LimitExceeded(text) => (429, "limit-exceeded", text),
            HostError::Unavailable(text) => (503, "unavailable", text),
            HostError::Timeout(text) => (504, "timeout", text),
        };
        Refusal { status, kind, text }
    }
}

/// Of a buffer: the kind says so.
impl From<BufferError> for Refusal {
    fn from(error: BufferError) -> Self {
        let (status, kind) = match error {
            BufferError::Invalid(_) => (400, "buffer-invalid"),
            BufferError::LimitExceeded(_) => (429, "buffer-limit-exceeded"),
            BufferError::Unavailable => (503, "buffer-unavailable"),
        };
        Refusal {
            status,
            kind,
            text: error.to_string(),
        }
    }
}

/// What the SDK makes of a request that isn't right.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::invalid(error)
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        Response::text(refusal.to_string())
            .status(refusal.status)
            .header("refused", refusal.kind)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.text)
    }
}
