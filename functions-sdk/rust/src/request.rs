use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::bindings::mayfly::function::web_types;
use crate::{Buffer, Error, Query};

/// The request being answered. Each part is fetched from the host when it is asked for, so keep it in a variable
/// rather than ask twice.
#[derive(Debug)]
pub struct Request(web_types::Request);

impl Request {
    pub(crate) fn new(request: web_types::Request) -> Request {
        Request(request)
    }

    /// `GET`, `POST`, … as sent: methods are case-sensitive.
    pub fn method(&self) -> String {
        self.0.method()
    }

    /// The path below the function's own, percent-encoded as sent: `/` or `/orders/7`. Always starts with `/`.
    pub fn path(&self) -> String {
        self.0.path()
    }

    /// The parts of [`path`](Self::path) between its slashes, percent-decoded, empty ones left out: `orders` and `7`.
    pub fn path_segments(&self) -> Vec<String> {
        segments(&self.path())
    }

    /// What stands behind `?`.
    pub fn query(&self) -> Query {
        Query::new(self.0.query())
    }

    /// The first value of a header; names are compared without case.
    ///
    /// A character U+0080 to U+00FF stands for the octet of that number (ISO 8859-1).
    pub fn header(&self, name: &str) -> Option<String> {
        self.0.header(name)
    }

    /// All header lines as name and value, names in lower case, in the order in which they came.
    pub fn headers(&self) -> Vec<(String, String)> {
        self.0.headers()
    }

    /// The body, still in host memory and read-only; empty where the request has none.
    pub fn body(&self) -> Buffer {
        Buffer(self.0.body())
    }

    /// The whole body, copied into the function's memory. Traps where it is larger than the call may hold or its sender
    /// breaks off: [`Buffer::load`] on [`body`](Self::body) tells before.
    pub fn body_bytes(&self) -> Vec<u8> {
        self.body().read_to_vec()
    }

    /// The whole body as text. [`Error::Invalid`] where it isn't UTF-8, and what [`Buffer::load`] reports.
    pub fn body_text(&self) -> Result<String, Error> {
        let body = self.body();
        body.load()?;
        String::from_utf8(body.read_to_vec())
            .map_err(|error| Error::invalid(format_args!("the body is not UTF-8: {}", error.utf8_error())))
    }

    /// Identifies this call in logs and receipts: 26 characters, unique on the host.
    pub fn invocation_id(&self) -> String {
        self.0.invocation_id()
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
        .map(Cow::into_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn path_segments_are_decoded_after_splitting() {
        assert_eq!(segments("/orders/7"), ["orders", "7"]);
        assert_eq!(segments("/a%2Fb/caf%C3%A9"), ["a/b", "café"]);
        assert_eq!(segments("//a+b//"), ["a+b"]);
        assert!(segments("/").is_empty());
    }
}
