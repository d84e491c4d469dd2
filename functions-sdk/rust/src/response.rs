use crate::Buffer;
use crate::bindings::mayfly::function::web_types;

/// The answer to a request: `Response::text("made").status(201).header("location", "/orders/7")`.
#[derive(Debug)]
pub struct Response {
    /// 200 to 599.
    pub status: u16,
    /// Names and values. `content-length` and the connection's own headers are the host's to write.
    pub headers: Vec<(String, String)>,
    /// What is sent after the headers.
    pub body: Body,
}

impl Response {
    /// Status 200, no headers. The body is whatever can be a [`Body`]: text, bytes, a [`Buffer`], or `()`.
    pub fn ok(body: impl Into<Body>) -> Response {
        Response {
            status: 200,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Status 200 with `content-type: text/plain; charset=utf-8`.
    pub fn text(text: impl Into<String>) -> Response {
        Response::ok(text.into()).header("content-type", "text/plain; charset=utf-8")
    }

    /// Status 200 with `content-type: text/html; charset=utf-8`. The text is sent as it is: escaping is the caller's.
    pub fn html(html: impl Into<String>) -> Response {
        Response::ok(html.into()).header("content-type", "text/html; charset=utf-8")
    }

    /// Status 200 with `content-type: application/json`, for JSON that is text already.
    pub fn json(json: impl Into<String>) -> Response {
        Response::ok(json.into()).header("content-type", "application/json")
    }

    /// An answer without headers or body, for instance `Response::empty(204)`.
    pub fn empty(status: u16) -> Response {
        Response::ok(()).status(status)
    }

    /// The same with another status, 200 to 599.
    pub fn status(mut self, status: u16) -> Response {
        self.status = status;
        self
    }

    /// The same with one more header line; earlier ones of that name stay.
    ///
    /// A character U+0080 to U+00FF in the value is sent as the octet of that number; others past ASCII can't be sent.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Response {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same with another body.
    pub fn body(mut self, body: impl Into<Body>) -> Response {
        self.body = body.into();
        self
    }
}

/// What a response sends.
#[derive(Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// Bytes of the function's memory, copied out once.
    Bytes(Vec<u8>),
    /// Bytes in host memory, sent as they are. The request's own body may be given back.
    Buffer(Buffer),
}

impl From<()> for Body {
    fn from(_: ()) -> Self {
        Body::Empty
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Body::Bytes(bytes)
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        Body::Bytes(bytes.to_vec())
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Body::Bytes(text.into_bytes())
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Body::Bytes(text.into())
    }
}

impl From<Buffer> for Body {
    fn from(buffer: Buffer) -> Self {
        Body::Buffer(buffer)
    }
}

impl From<Response> for web_types::Response {
    fn from(response: Response) -> Self {
        web_types::Response {
            status: response.status,
            headers: response.headers,
            body: match response.body {
                Body::Empty => web_types::Body::Empty,
                Body::Bytes(bytes) => web_types::Body::Bytes(bytes),
                Body::Buffer(buffer) => web_types::Body::Buffer(buffer.0),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_says_what_it_is() {
        let response = Response::text("made").status(201).header("location", "/orders/7");
        assert_eq!(response.status, 201);
        assert_eq!(
            response.headers,
            [
                ("content-type".to_owned(), "text/plain; charset=utf-8".to_owned()),
                ("location".to_owned(), "/orders/7".to_owned()),
            ]
        );
        assert!(matches!(response.body, Body::Bytes(bytes) if bytes == b"made"));
    }

    #[test]
    fn a_header_can_stand_more_than_once() {
        let response = Response::empty(204)
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2");
        assert_eq!(response.headers.len(), 2);
        assert!(matches!(response.body, Body::Empty));
    }

    #[test]
    fn every_part_reaches_the_contracts_record() {
        let sent: web_types::Response = Response::ok(vec![1, 2]).status(599).header("x", "y").into();
        assert_eq!(sent.status, 599);
        assert_eq!(sent.headers, [("x".to_owned(), "y".to_owned())]);
        assert!(matches!(sent.body, web_types::Body::Bytes(bytes) if bytes == [1, 2]));
    }
}
