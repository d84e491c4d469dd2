//! Messages for whichever functions subscribe to a topic: `pubsub::publish("orders", "o-7").send()?`.

use crate::HostError;
use crate::bindings::mayfly::pubsub::publisher as host;

/// A message for the `topic` binding that the function was granted. Each function that subscribes is called with it at
/// least once, as an event of kind `topic`: see [`event!`](crate::event!). At most 256 KiB of payload.
pub fn publish<'a, P: AsRef<[u8]> + ?Sized>(topic: &'a str, payload: &'a P) -> Message<'a> {
    Message {
        topic,
        payload: payload.as_ref(),
        attributes: Vec::new(),
    }
}

/// A message about to be published.
#[derive(Debug)]
#[must_use = "nothing is published until send()"]
pub struct Message<'a> {
    topic: &'a str,
    payload: &'a [u8],
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Message<'a> {
    /// A name and a value that go with the payload.
    pub fn attribute(mut self, name: &'a str, value: &'a str) -> Message<'a> {
        self.attributes.push((name, value));
        self
    }

    /// Publishes it. It is on disk when this returns.
    pub fn send(self) -> Result<(), HostError> {
        Ok(host::publish(self.topic, self.payload, &self.attributes)?)
    }
}
