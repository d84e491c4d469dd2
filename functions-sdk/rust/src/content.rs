use std::borrow::Cow;

use crate::Buffer;

/// Bytes to store or to send: of the function's memory, or in host memory. A buffer is handed on without one byte
/// entering the function's memory, and streamed where its bytes are still on their way.
///
/// Text, bytes and a reference to a [`Buffer`] turn into it by themselves.
#[derive(Debug)]
pub enum Content<'a> {
    /// Bytes of the function's memory, copied out once.
    Bytes(Cow<'a, [u8]>),
    /// Bytes in host memory.
    Buffer(&'a Buffer),
}

impl<'a> From<&'a Buffer> for Content<'a> {
    fn from(buffer: &'a Buffer) -> Self {
        Content::Buffer(buffer)
    }
}

impl<'a> From<&'a [u8]> for Content<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Content::Bytes(bytes.into())
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Content<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Content::Bytes(bytes.as_slice().into())
    }
}

impl<'a> From<&'a Vec<u8>> for Content<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Content::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for Content<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Content::Bytes(bytes.into())
    }
}

impl<'a> From<&'a str> for Content<'a> {
    fn from(text: &'a str) -> Self {
        Content::Bytes(text.as_bytes().into())
    }
}

impl<'a> From<&'a String> for Content<'a> {
    fn from(text: &'a String) -> Self {
        Content::Bytes(text.as_bytes().into())
    }
}

impl From<String> for Content<'_> {
    fn from(text: String) -> Self {
        Content::Bytes(text.into_bytes().into())
    }
}
