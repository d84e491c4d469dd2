//! Large values by key, which come and go as buffers: a body is stored, or a blob sent, without entering the function's
//! memory.
//!
//! ```no_run
//! # use mayfly::{Error, Request, Response};
//! use mayfly::blob;
//!
//! fn store(request: Request) -> Result<Response, Error> {
//!     let info = blob::container("images")
//!         .put("cat.png", &request.body())
//!         .content_type("image/png")
//!         .send()?;
//!     Ok(Response::empty(201).header("etag", info.etag))
//! }
//!
//! fn fetch() -> Result<Response, Error> {
//!     Ok(Response::ok(blob::container("images").get("cat.png")?).header("content-type", "image/png"))
//! }
//! ```
//!
//! Limits: keys of 1,024 bytes, blobs of 5 GiB, metadata of 2 KiB.

use crate::bindings::mayfly::blob::blob as host;
use crate::{Buffer, Content, HostError, pages};

/// How many blobs [`Container::list`] asks for at a time.
const BLOBS_PER_PAGE: u32 = 256;

/// The container of a `blob` binding that the function was granted. Asks the host for nothing yet.
pub fn container(name: &str) -> Container<'_> {
    Container { name }
}

/// Where blobs are.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    name: &'a str,
}

/// What is known of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobInfo {
    /// What it is found by.
    pub key: String,
    /// In bytes.
    pub length: u64,
    /// As it was stored.
    pub content_type: String,
    /// Changes whenever the bytes do.
    pub etag: String,
    /// When it was stored, in milliseconds since 1970-01-01T00:00:00Z.
    pub modified_unix_ms: u64,
    /// Names in lower case, and values. Left out in lists.
    pub metadata: Vec<(String, String)>,
}

/// Blobs in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobPage {
    /// Without their metadata.
    pub blobs: Vec<BlobInfo>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

impl<'a> Container<'a> {
    /// A blob's bytes, which come as they are read or sent on. [`HostError::NotFound`] where there is no such blob.
    pub fn get(&self, key: &str) -> Result<Buffer, HostError> {
        Ok(Buffer(host::get(self.name, key)?))
    }

    /// At most `length` bytes from `offset` on; fewer where the blob ends.
    pub fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Buffer, HostError> {
        Ok(Buffer(host::get_range(self.name, key, offset, length)?))
    }

    /// What is known of a blob. [`HostError::NotFound`] where there is no such blob.
    pub fn head(&self, key: &str) -> Result<BlobInfo, HostError> {
        Ok(host::head(self.name, key)?.into())
    }

    /// Stores a blob in place of an older one, which others see until all of the new one is stored:
    /// `.put("cat.png", &request.body()).content_type("image/png").send()?`.
    pub fn put<'p>(&self, key: &'p str, content: impl Into<Content<'p>>) -> Put<'p>
    where
        'a: 'p,
    {
        Put {
            container: self.name,
            key,
            content: content.into(),
            content_type: "application/octet-stream",
            metadata: Vec::new(),
        }
    }

    /// Deletes a blob; false when there was none.
    pub fn delete(&self, key: &str) -> Result<bool, HostError> {
        Ok(host::delete(self.name, key)?)
    }

    /// All blobs whose key starts with `prefix`, in the order of their keys, fetched as the iterator goes on.
    pub fn list(&self, prefix: &str) -> impl Iterator<Item = Result<BlobInfo, HostError>> {
        pages::items(move |after| {
            let page = self.page(prefix, after, BLOBS_PER_PAGE)?;
            let last = page.blobs.last().map(|blob| blob.key.clone());
            Ok((page.blobs, last.filter(|_| page.more)))
        })
    }

    /// At most `count` of the blobs whose key starts with `prefix`, those behind `after` only: for lists that a caller
    /// pages through.
    pub fn page(&self, prefix: &str, after: Option<&str>, count: u32) -> Result<BlobPage, HostError> {
        let page = host::list(self.name, prefix, after, count)?;
        Ok(BlobPage {
            blobs: page.blobs.into_iter().map(BlobInfo::from).collect(),
            more: page.more,
        })
    }
}

/// A blob about to be stored.
#[derive(Debug)]
#[must_use = "nothing is stored until send()"]
pub struct Put<'a> {
    container: &'a str,
    key: &'a str,
    content: Content<'a>,
    content_type: &'a str,
    metadata: Vec<(&'a str, &'a str)>,
}

impl<'a> Put<'a> {
    /// What it is; `application/octet-stream` unless said.
    pub fn content_type(mut self, content_type: &'a str) -> Put<'a> {
        self.content_type = content_type;
        self
    }

    /// A name and a value to keep with it.
    pub fn metadata(mut self, name: &'a str, value: &'a str) -> Put<'a> {
        self.metadata.push((name, value));
        self
    }

    /// Stores it.
    pub fn send(self) -> Result<BlobInfo, HostError> {
        let content = match &self.content {
            Content::Bytes(bytes) => host::Content::Bytes(bytes),
            Content::Buffer(buffer) => host::Content::Buffer(&buffer.0),
        };
        Ok(host::put(self.container, self.key, content, self.content_type, &self.metadata)?.into())
    }
}

impl From<host::BlobInfo> for BlobInfo {
    fn from(info: host::BlobInfo) -> Self {
        BlobInfo {
            key: info.key,
            length: info.length,
            content_type: info.content_type,
            etag: info.etag,
            modified_unix_ms: info.modified_unix_ms,
            metadata: info.metadata,
        }
    }
}
