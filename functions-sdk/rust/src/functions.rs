//! Other functions of the same host: called now for their answer, or later for what they do.
//!
//! ```no_run
//! # use mayfly::HostError;
//! use mayfly::functions;
//!
//! # fn handle() -> Result<(), HostError> {
//! let prices = functions::call("prices").get("/eur").send()?;
//! functions::spawn("thumbnailer", "cat.png").attribute("width", "320").send()?;
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use crate::bindings::mayfly::functions::functions as host;
use crate::http::{RequestBuilder, Response, Target};
use crate::time::millis;
use crate::{Buffer, Content, HostError};

/// The web function of a `function` binding that was granted, to be called for its answer.
///
/// It is a fresh instance like any, has as long as is left to its caller, and calls nest 8 deep.
pub fn call(name: &str) -> Target<Function<'_>> {
    Target(Function { name })
}

/// Another web function.
#[derive(Clone, Copy, Debug)]
pub struct Function<'a> {
    name: &'a str,
}

impl RequestBuilder<'_, Function<'_>> {
    /// Calls the function and waits for its answer.
    pub fn send(self) -> Result<Response, HostError> {
        let headers: Vec<&host::Header> = self.headers.iter().collect();
        let request = host::Request {
            method: self.method,
            path_and_query: self.path_and_query,
            headers: &headers,
            body: match &self.content {
                None => host::Body::Empty,
                Some(Content::Bytes(bytes)) => host::Body::Bytes(bytes),
                Some(Content::Buffer(buffer)) => host::Body::Buffer(&buffer.0),
            },
        };
        let response = host::call(self.target.name, request)?;
        Ok(Response {
            status: response.status,
            headers: response.headers,
            body: Buffer(response.body),
        })
    }
}

/// Has the function of a `function` binding that was granted called later, with an event of kind `spawn`: see
/// [`event!`](crate::event!). At most 256 KiB of payload.
///
/// It is called at least once, again with backoff when it fails, and the event set aside as a dead letter in the end.
pub fn spawn<'a, P: AsRef<[u8]> + ?Sized>(name: &'a str, payload: &'a P) -> Spawn<'a> {
    Spawn {
        name,
        payload: payload.as_ref(),
        attributes: Vec::new(),
        delay: None,
    }
}

/// A call for later, about to be handed to the host.
#[derive(Debug)]
#[must_use = "nothing is spawned until send()"]
pub struct Spawn<'a> {
    name: &'a str,
    payload: &'a [u8],
    attributes: Vec<(&'a str, &'a str)>,
    delay: Option<Duration>,
}

impl<'a> Spawn<'a> {
    /// A name and a value that go with the payload.
    pub fn attribute(mut self, name: &'a str, value: &'a str) -> Spawn<'a> {
        self.attributes.push((name, value));
        self
    }

    /// Not before this has passed, rounded up to milliseconds.
    pub fn delay(mut self, delay: Duration) -> Spawn<'a> {
        self.delay = Some(delay);
        self
    }

    /// Hands it to the host. It is on disk when this returns the event's id.
    pub fn send(self) -> Result<String, HostError> {
        let delay_ms = self.delay.map(millis);
        Ok(host::spawn(self.name, self.payload, &self.attributes, delay_ms)?)
    }
}
