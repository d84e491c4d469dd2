//! Values by key, some of them only for a time.
//!
//! ```no_run
//! # fn handle() -> Result<(), mayfly::HostError> {
//! use std::time::Duration;
//! use mayfly::kv;
//!
//! let sessions = kv::store("sessions").time_to_live(Duration::from_secs(3600));
//! sessions.set("k", "ada")?;
//! assert_eq!(sessions.get_text("k")?.as_deref(), Some("ada"));
//! # Ok(())
//! # }
//! ```
//!
//! A key holds a value, a counter or a list; a call meant for another kind is [`HostError::Conflict`]. Every call is
//! atomic, those on many keys key by key. An expired key is absent in every respect.
//!
//! Limits: keys of 512 bytes, values of 1 MiB, lists of 10,000 values.

use std::time::Duration;

use crate::bindings::mayfly::kv::kv as host;
use crate::time::millis;
use crate::{Buffer, Content, HostError, pages};

/// How many keys [`Store::keys`] asks for at a time.
const KEYS_PER_PAGE: u32 = 256;

/// The store of a `kv` binding that the function was granted. Asks the host for nothing yet.
pub fn store(name: &str) -> Store<'_> {
    Store {
        name,
        time_to_live_ms: None,
    }
}

/// A store, and how long what is put there lives.
#[derive(Clone, Copy, Debug)]
pub struct Store<'a> {
    name: &'a str,
    time_to_live_ms: Option<u64>,
}

/// An end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where index 0 is.
    Front,
    /// Where index -1 is.
    Back,
}

/// Some keys of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPage {
    /// In no particular order.
    pub keys: Vec<String>,
    /// Where to go on; `None` at the end.
    pub cursor: Option<String>,
}

impl<'a> Store<'a> {
    /// The same store, where values that are set live for this long, as do counters and lists from when they are made.
    /// Rounded up to milliseconds. Without it they stay.
    pub fn time_to_live(self, time: Duration) -> Store<'a> {
        Store {
            time_to_live_ms: Some(millis(time)),
            ..self
        }
    }

    /// The value, or `None`.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        Ok(host::get(self.name, key)?)
    }

    /// The value as text, or `None`. [`HostError::Invalid`] where it isn't UTF-8.
    pub fn get_text(&self, key: &str) -> Result<Option<String>, HostError> {
        self.get(key)?
            .map(String::from_utf8)
            .transpose()
            .map_err(|error| HostError::Invalid(format!("the value of {key} is not UTF-8: {}", error.utf8_error())))
    }

    /// The value as a buffer, which can be handed on without entering the function's memory, or `None`.
    pub fn get_buffer(&self, key: &str) -> Result<Option<Buffer>, HostError> {
        Ok(host::get_buffer(self.name, key)?.map(Buffer))
    }

    /// The values of many keys, in their order; at most 1 MiB together.
    pub fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>, HostError> {
        Ok(host::get_many(self.name, keys)?)
    }

    /// Sets a value in place of whatever the key held.
    pub fn set<'c>(&self, key: &str, value: impl Into<Content<'c>>) -> Result<(), HostError> {
        let value = value.into();
        let value = match &value {
            Content::Bytes(bytes) => host::Value::Bytes(bytes),
            Content::Buffer(buffer) => host::Value::Buffer(&buffer.0),
        };
        Ok(host::set(self.name, key, value, self.time_to_live_ms)?)
    }

    /// Sets many values, key by key.
    pub fn set_many(&self, entries: &[(&str, &[u8])]) -> Result<(), HostError> {
        Ok(host::set_many(self.name, entries, self.time_to_live_ms)?)
    }

    /// Deletes a key of any kind; false when there was none.
    pub fn delete(&self, key: &str) -> Result<bool, HostError> {
        Ok(host::delete(self.name, key)?)
    }

    /// Deletes many keys and says how many of them were there.
    pub fn delete_many(&self, keys: &[&str]) -> Result<u32, HostError> {
        Ok(host::delete_many(self.name, keys)?)
    }

    /// Whether the key holds anything.
    pub fn exists(&self, key: &str) -> Result<bool, HostError> {
        Ok(host::exists(self.name, key)?)
    }

    /// Sets a value if the key's is `expected` at this moment, `None` where there must be none. Whether it did.
    pub fn compare_and_set(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<bool, HostError> {
        let value = value.as_ref();
        Ok(host::compare_and_set(
            self.name,
            key,
            expected,
            value,
            self.time_to_live_ms,
        )?)
    }

    /// Adds to a counter and gives its new value. One that isn't there starts at 0; one that is keeps its time to live.
    /// To [`get`](Self::get) it is text, a decimal number.
    pub fn increment(&self, key: &str, delta: i64) -> Result<i64, HostError> {
        Ok(host::increment(self.name, key, delta, self.time_to_live_ms)?)
    }

    /// Puts values on a list, one after the other, and gives its new length. A list that is there keeps its time to
    /// live.
    pub fn list_push(&self, key: &str, end: End, values: &[&[u8]]) -> Result<u64, HostError> {
        Ok(host::list_push(
            self.name,
            key,
            end.into(),
            values,
            self.time_to_live_ms,
        )?)
    }

    /// Takes a value off a list; `None` when it is empty.
    pub fn list_pop(&self, key: &str, end: End) -> Result<Option<Vec<u8>>, HostError> {
        Ok(host::list_pop(self.name, key, end.into())?)
    }

    /// A part of a list, from the first index to the last, inclusive; negative ones count from the end: `0, -1` is all.
    pub fn list_range(&self, key: &str, first: i64, last: i64) -> Result<Vec<Vec<u8>>, HostError> {
        Ok(host::list_range(self.name, key, first, last)?)
    }

    /// How many values a list has; 0 where there is none.
    pub fn list_length(&self, key: &str) -> Result<u64, HostError> {
        Ok(host::list_length(self.name, key)?)
    }

    /// All keys that start with `prefix`, in no particular order, fetched as the iterator goes on.
    pub fn keys(&self, prefix: &str) -> impl Iterator<Item = Result<String, HostError>> {
        pages::items(move |cursor| {
            let page = self.key_page(prefix, cursor, KEYS_PER_PAGE)?;
            Ok((page.keys, page.cursor))
        })
    }

    /// About `count` of the keys that start with `prefix`, going on at a page's cursor: for lists that a caller pages
    /// through.
    pub fn key_page(&self, prefix: &str, cursor: Option<&str>, count: u32) -> Result<KeyPage, HostError> {
        let page = host::keys(self.name, prefix, cursor, count)?;
        Ok(KeyPage {
            keys: page.keys,
            cursor: page.cursor,
        })
    }
}

impl From<End> for host::End {
    fn from(end: End) -> Self {
        match end {
            End::Front => host::End::Front,
            End::Back => host::End::Back,
        }
    }
}
