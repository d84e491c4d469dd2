//! The head of what a function is called with, as the host wrote it: a request's, or an event's.

use wasmtime::Result;

use crate::invocation::FramePtr;
use crate::layout::{HeaderEntry, RequestHead};
use crate::outcome::BadFrame;

/// A request's head where the host wrote it. What it gives out points there; the host leaves it alone until the invocation ended.
#[derive(Clone, Copy)]
pub struct Head {
    sizes: &'static RequestHead,
    bytes: &'static [u8],
}

impl Head {
    /// Only after [`check_request_head`] passed.
    pub fn of(frame: FramePtr) -> Head {
        let given = frame.given();
        // SAFETY: the host promises so many bytes there, aligned to 8, unchanged while the invocation lives.
        unsafe {
            Head {
                sizes: &*(given.request_head as *const RequestHead),
                bytes: std::slice::from_raw_parts(given.request_head as *const u8, given.request_head_bytes as usize),
            }
        }
    }

    fn entries(self) -> &'static [HeaderEntry] {
        let start = self.bytes[size_of::<RequestHead>()..].as_ptr().cast::<HeaderEntry>();
        // SAFETY: `check_request_head` saw that they are within the head; the head is 8-aligned and its start is a multiple of 4 long.
        unsafe { std::slice::from_raw_parts(start, self.sizes.header_count as usize) }
    }

    /// The first four texts' bounds, one behind the other.
    fn part(self, number: usize) -> &'static [u8] {
        let sizes = self.sizes;
        let lengths = [
            sizes.method_bytes as usize,
            sizes.path_bytes as usize,
            sizes.query_bytes.max(0) as usize,
            sizes.id_bytes as usize,
        ];
        let start = self.sizes.text_start as usize + lengths[..number].iter().sum::<usize>();
        &self.bytes[start..start + lengths[number]]
    }

    pub fn method(self) -> Result<&'static str> {
        text(self.part(0))
    }

    pub fn path(self) -> Result<&'static str> {
        text(self.part(1))
    }

    pub fn query(self) -> Result<Option<&'static str>> {
        if self.sizes.query_bytes < 0 {
            return Ok(None);
        }
        text(self.part(2)).map(Some)
    }

    pub fn invocation_id(self) -> Result<&'static str> {
        text(self.part(3))
    }

    pub fn headers(self) -> impl Iterator<Item = (&'static [u8], &'static [u8])> {
        let id = self.part(3).as_ptr_range();
        let mut rest = &self.bytes[id.end as usize - self.bytes.as_ptr() as usize..];
        self.entries().iter().map(move |entry| {
            let (name, behind) = rest.split_at(entry.name_bytes as usize);
            let (value, behind) = behind.split_at(entry.value_bytes as usize);
            rest = behind;
            (name, value)
        })
    }
}

/// Text of a head, which the host promised to be UTF-8.
pub fn text(bytes: &'static [u8]) -> Result<&'static str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) => Err(BadFrame("the request's head has text that isn't UTF-8").into()),
    }
}

/// Sees to it that all sizes in the head stay within it, so that reading it can't leave it.
pub fn check_request_head(frame: FramePtr) -> Result<()> {
    let given = frame.given();
    let total = given.request_head_bytes as usize;
    if given.request_head == 0 || !given.request_head.is_multiple_of(8) || total < size_of::<RequestHead>() {
        return Err(BadFrame("the request's head is missing, misaligned or too short").into());
    }
    // SAFETY: the host promises `request_head_bytes` bytes there, and they are enough for this.
    let sizes = unsafe { &*(given.request_head as *const RequestHead) };
    let entries = sizes.header_count as usize * size_of::<HeaderEntry>();
    let text_start = sizes.text_start as usize;
    if size_of::<RequestHead>() + entries > text_start || text_start > total {
        return Err(BadFrame("the request's head says it has more headers than it has room for").into());
    }
    let head = Head::of(frame);
    let texts = [
        sizes.method_bytes as usize,
        sizes.path_bytes as usize,
        sizes.query_bytes.max(0) as usize,
        sizes.id_bytes as usize,
    ];
    let header_bytes = head
        .entries()
        .iter()
        .map(|e| e.name_bytes as usize + e.value_bytes as usize);
    if text_start + texts.iter().sum::<usize>() + header_bytes.sum::<usize>() != total {
        return Err(BadFrame("the sizes in the request's head don't add up to its length").into());
    }
    Ok(())
}
