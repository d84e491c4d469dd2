//! Requests to upstreams.
//!
//! ```no_run
//! # use mayfly::{Error, Response};
//! use std::time::Duration;
//! use mayfly::http;
//!
//! # fn handle() -> Result<Response, Error> {
//! let charge = http::upstream("payments")
//!     .post("/charges")
//!     .header("idempotency-key", "o-7")
//!     .json(r#"{"cents":1200}"#)
//!     .timeout(Duration::from_secs(2))
//!     .send()?;
//! if charge.status == 402 {
//!     return Err(Error::invalid("the card was refused"));
//! }
//! let receipt = charge.text()?;
//! # Ok(Response::text(receipt))
//! # }
//! ```
//!
//! A function names a binding, never an address: the host knows the origin, keeps connections to it open and adds its
//! credentials. Any status is an answer; [`HostError`] says that there was none.

use std::time::Duration;

use crate::bindings::mayfly::http::client as host;
use crate::time::millis;
use crate::{Body, Buffer, BufferError, Content, Error, HostError};

/// The upstream of an `http` binding that the function was granted. Asks the host for nothing yet.
pub fn upstream(name: &str) -> Target<Upstream<'_>> {
    Target(Upstream { name, timeout: None })
}

/// What answers web requests: an [`upstream`], or [another function](crate::functions::call). It makes the requests.
#[derive(Clone, Copy, Debug)]
pub struct Target<T>(pub(crate) T);

impl<T> Target<T> {
    /// A request with any method. The path starts with `/`, is percent-encoded and may have a query.
    pub fn request<'a>(self, method: &'a str, path_and_query: &'a str) -> RequestBuilder<'a, T> {
        RequestBuilder {
            target: self.0,
            method,
            path_and_query,
            headers: Vec::new(),
            content: None,
        }
    }

    /// A `GET` request.
    pub fn get(self, path_and_query: &str) -> RequestBuilder<'_, T> {
        self.request("GET", path_and_query)
    }

    /// A `POST` request.
    pub fn post(self, path_and_query: &str) -> RequestBuilder<'_, T> {
        self.request("POST", path_and_query)
    }

    /// A `PUT` request.
    pub fn put(self, path_and_query: &str) -> RequestBuilder<'_, T> {
        self.request("PUT", path_and_query)
    }

    /// A `DELETE` request.
    pub fn delete(self, path_and_query: &str) -> RequestBuilder<'_, T> {
        self.request("DELETE", path_and_query)
    }
}

/// A request about to be sent.
#[derive(Debug)]
#[must_use = "nothing is sent until send()"]
pub struct RequestBuilder<'a, T> {
    pub(crate) target: T,
    pub(crate) method: &'a str,
    pub(crate) path_and_query: &'a str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content: Option<Content<'a>>,
}

impl<'a, T> RequestBuilder<'a, T> {
    /// One more header line; earlier ones of that name stay. `host`, `content-length` and the connection's own headers
    /// are the host's to write and [`HostError::Invalid`] here.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// What is sent after the headers: text, bytes, or a [`Buffer`], which doesn't enter the function's memory.
    pub fn body(mut self, body: impl Into<Content<'a>>) -> Self {
        self.content = Some(body.into());
        self
    }

    /// JSON that is text already, with `content-type: application/json`.
    pub fn json(self, json: impl Into<Content<'a>>) -> Self {
        self.header("content-type", "application/json").body(json)
    }
}

/// An upstream, which can be given a time.
#[derive(Clone, Copy, Debug)]
pub struct Upstream<'a> {
    name: &'a str,
    timeout: Option<Duration>,
}

impl RequestBuilder<'_, Upstream<'_>> {
    /// How long it may take until the response's head is there; never longer than the call may. Rounded up to
    /// milliseconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.target.timeout = Some(timeout);
        self
    }

    /// Sends it and waits for the response's head.
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
            timeout_ms: self
                .target
                .timeout
                .map(|timeout| millis(timeout).min(u32::MAX.into()) as u32),
        };
        let response = host::send(self.target.name, request)?;
        Ok(Response {
            status: response.status,
            headers: response.headers,
            body: Buffer(response.body),
        })
    }
}

/// What came back.
///
/// It can be answered with as it is: `Ok(http::upstream("shop").get("/").send()?.into())` sends the body on without one
/// byte entering the function's memory.
#[derive(Debug)]
pub struct Response {
    /// Of any class: 404 and 500 are answers like 200.
    pub status: u16,
    /// Names in lower case, and values, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// Comes from the connection as it is read or sent on.
    pub body: Buffer,
}

impl Response {
    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first value of a header; names are compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The whole body, copied into the function's memory once all of it is here.
    pub fn bytes(&self) -> Result<Vec<u8>, BufferError> {
        self.body.load()?;
        Ok(self.body.read_to_vec())
    }

    /// The whole body as text. [`Error::Unavailable`] where it isn't UTF-8: the upstream is not what it should be.
    pub fn text(&self) -> Result<String, Error> {
        String::from_utf8(self.bytes()?)
            .map_err(|error| Error::unavailable(format_args!("the response is not UTF-8: {}", error.utf8_error())))
    }
}

impl From<Response> for crate::Response {
    fn from(response: Response) -> Self {
        crate::Response {
            status: response.status,
            headers: response.headers,
            body: Body::Buffer(response.body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_what_it_was_given() {
        let request = upstream("payments")
            .post("/charges")
            .header("x-tag", "a")
            .header("x-tag", "b")
            .json("{}")
            .timeout(Duration::from_secs(2));
        assert_eq!((request.method, request.path_and_query), ("POST", "/charges"));
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(
            headers,
            [("x-tag", "a"), ("x-tag", "b"), ("content-type", "application/json")]
        );
        assert!(matches!(request.content, Some(Content::Bytes(bytes)) if *bytes == *b"{}"));
        assert_eq!(request.target.timeout, Some(Duration::from_secs(2)));
    }
}
