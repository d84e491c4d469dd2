use std::time::Duration;

use crate::bindings::mayfly::function::streaming;
use crate::{Buffer, Content, HostError, Response};

/// A response that the client gets while the function still runs: a body in pieces, or server-sent events.
///
/// What is written goes out when it has become much, when the function waits for anything, and a few milliseconds later
/// at most. A client that reads slowly keeps the writer waiting; when it goes away, the function is cancelled.
///
/// ```no_run
/// # use mayfly::{Error, Request, Response, ResponseStream, ServerSentEvent, kv};
/// fn handle(_: Request) -> Result<Response, Error> {
///     let stream = ResponseStream::events()?;
///     for step in 1..=3 {
///         let state = kv::store("jobs").get("state")?.unwrap_or_default();
///         stream.send(ServerSentEvent::data(String::from_utf8_lossy(&state)).name("progress"))?;
///         mayfly::time::sleep(std::time::Duration::from_secs(step));
///     }
///     Ok(stream.finish()?)
/// }
/// ```
///
/// Returning without [`finish`](Self::finish) ends the body as well; an error or a panic cuts it off, so that nobody
/// takes a part for the whole.
#[derive(Debug)]
pub struct ResponseStream {
    stream: streaming::ResponseStream,
    status: u16,
}

impl ResponseStream {
    /// Starts a response; its body is what goes first. [`HostError::Conflict`] when one was started before.
    ///
    /// A `content-length` header may be given: then a body of another length is cut off.
    pub fn start(response: Response) -> Result<ResponseStream, HostError> {
        let headers: Vec<_> = response.headers.iter().collect();
        let stream = ResponseStream {
            stream: streaming::ResponseStream::start(response.status, &headers)?,
            status: response.status,
        };
        match response.body {
            crate::Body::Empty => {}
            crate::Body::Bytes(bytes) => stream.write(&bytes)?,
            crate::Body::Buffer(buffer) => stream.write(&buffer)?,
        }
        Ok(stream)
    }

    /// Starts a response of server-sent events.
    pub fn events() -> Result<ResponseStream, HostError> {
        ResponseStream::start(
            Response::ok(())
                .header("content-type", "text/event-stream")
                .header("cache-control", "no-cache"),
        )
    }

    /// Writes text, bytes or a [`Buffer`]; one whose bytes are still on their way is passed on as they come, and is
    /// empty afterwards.
    pub fn write<'a>(&self, content: impl Into<Content<'a>>) -> Result<(), HostError> {
        match content.into() {
            Content::Bytes(bytes) => self.stream.write(&bytes)?,
            Content::Buffer(Buffer(buffer)) => self.stream.write_buffer(buffer)?,
        }
        Ok(())
    }

    /// Sends an event. [`HostError::Invalid`] when its name or id has a line break.
    pub fn send(&self, event: ServerSentEvent) -> Result<(), HostError> {
        let retry_ms = event
            .retry
            .map(|retry| retry.as_millis().try_into().unwrap_or(u32::MAX));
        Ok(self.stream.send_event(streaming::Event {
            name: event.name.as_deref(),
            id: event.id.as_deref(),
            data: &event.data,
            retry_ms,
        })?)
    }

    /// Ends the body: the client has its response, and the function may go on. What this gives is for `handle` to return.
    pub fn finish(self) -> Result<Response, HostError> {
        streaming::ResponseStream::finish(self.stream)?;
        Ok(Response::empty(self.status))
    }
}

/// An event of a [`ResponseStream`]: `ServerSentEvent::data("42").name("progress").id("7")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSentEvent {
    /// Any text; line breaks arrive as they are.
    pub data: String,
    /// What listeners are registered by; none is `message`.
    pub name: Option<String>,
    /// What a client that reconnects says it had last.
    pub id: Option<String>,
    /// How long a client waits before it reconnects.
    pub retry: Option<Duration>,
}

impl ServerSentEvent {
    /// One with nothing but data.
    pub fn data(data: impl Into<String>) -> ServerSentEvent {
        ServerSentEvent {
            data: data.into(),
            name: None,
            id: None,
            retry: None,
        }
    }

    /// The same with a name.
    pub fn name(mut self, name: impl Into<String>) -> ServerSentEvent {
        self.name = Some(name.into());
        self
    }

    /// The same with an id.
    pub fn id(mut self, id: impl Into<String>) -> ServerSentEvent {
        self.id = Some(id.into());
        self
    }

    /// The same with a time to wait before reconnecting.
    pub fn retry(mut self, retry: Duration) -> ServerSentEvent {
        self.retry = Some(retry);
        self
    }
}
