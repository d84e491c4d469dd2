use std::fmt;

use crate::bindings::mayfly::function::event_types;
use crate::{Buffer, BufferError, Error, HostError};

/// What happened: somebody [spawned](crate::functions::spawn) this function, or [published](crate::pubsub::publish) to
/// a topic it subscribes to. Each part is fetched from the host when it is asked for.
#[derive(Debug)]
pub struct Event(event_types::Event);

impl Event {
    pub(crate) fn new(event: event_types::Event) -> Event {
        Event(event)
    }

    /// `spawn` or `topic`.
    pub fn kind(&self) -> String {
        self.0.kind()
    }

    /// The function that spawned it, or the topic.
    pub fn source(&self) -> String {
        self.0.source()
    }

    /// Unique on the host and the same for every attempt: to see that it was handled before.
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// 1 for the first.
    pub fn attempt(&self) -> u32 {
        self.0.attempt()
    }

    /// The value of the first attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.attributes()
            .into_iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Names and values that came with it.
    pub fn attributes(&self) -> Vec<(String, String)> {
        self.0.attributes()
    }

    /// What it brings, still in host memory and read-only.
    pub fn payload(&self) -> Buffer {
        Buffer(self.0.payload())
    }

    /// The whole payload, copied into the function's memory.
    pub fn payload_bytes(&self) -> Vec<u8> {
        self.payload().read_to_vec()
    }

    /// The whole payload as text. [`EventError::Reject`] where it isn't UTF-8.
    pub fn payload_text(&self) -> Result<String, EventError> {
        String::from_utf8(self.payload_bytes())
            .map_err(|error| EventError::reject(format_args!("the payload is not UTF-8: {}", error.utf8_error())))
    }

    /// Identifies this attempt in logs and receipts: 26 characters, unique on the host.
    pub fn invocation_id(&self) -> String {
        self.0.invocation_id()
    }
}

/// Why an event was not handled.
///
/// `?` on what the host or this crate reports asks for another attempt, as attempts are bounded and an event that is
/// given up too early is lost work. Only what can't get better is rejected: an `Invalid` of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventError {
    /// Try again later.
    Retry(String),
    /// Never try again: it becomes a dead letter.
    Reject(String),
}

impl EventError {
    /// [`EventError::Retry`] with the text of `why`.
    pub fn retry(why: impl fmt::Display) -> EventError {
        EventError::Retry(why.to_string())
    }

    /// [`EventError::Reject`] with the text of `why`.
    pub fn reject(why: impl fmt::Display) -> EventError {
        EventError::Reject(why.to_string())
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventError::Retry(why) => write!(f, "to be tried again: {why}"),
            EventError::Reject(why) => write!(f, "rejected: {why}"),
        }
    }
}

impl std::error::Error for EventError {}

impl From<HostError> for EventError {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Invalid(_) => EventError::reject(error),
            _ => EventError::retry(error),
        }
    }
}

impl From<BufferError> for EventError {
    fn from(error: BufferError) -> Self {
        match error {
            BufferError::Invalid(_) => EventError::reject(error),
            _ => EventError::retry(error),
        }
    }
}

impl From<Error> for EventError {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(_) => EventError::reject(error),
            _ => EventError::retry(error),
        }
    }
}

impl From<EventError> for event_types::Error {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Retry(why) => event_types::Error::Retry(why),
            EventError::Reject(why) => event_types::Error::Reject(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_not_get_better_is_rejected() {
        for error in [
            HostError::NotFound("x".into()),
            HostError::Conflict("x".into()),
            HostError::PermissionDenied("x".into()),
            HostError::LimitExceeded("x".into()),
            HostError::Timeout("x".into()),
            HostError::Unavailable("x".into()),
        ] {
            assert!(matches!(EventError::from(error), EventError::Retry(_)));
        }
        assert_eq!(
            EventError::from(HostError::Invalid("no such table".into())),
            EventError::Reject("invalid: no such table".into())
        );
        assert!(matches!(Error::invalid("x").into(), EventError::Reject(_)));
        assert!(matches!(Error::unavailable("x").into(), EventError::Retry(_)));
        assert!(matches!(BufferError::Unavailable.into(), EventError::Retry(_)));
    }
}
