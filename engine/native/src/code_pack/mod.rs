//! Compiled functions of an earlier compile, for the next one of nearly the same component: wasmtime's incremental compilation asks here, by a
//! SHA-256 over all that a function's code depends on.
//!
//! ```text
//!   "mayfly-code-pack 1\n"
//!   32 bytes   of the entry's key
//!    4 bytes   how long its code is, little-endian
//!   32 bytes   SHA-256 of fingerprint, key and code      ┐ once an entry,
//!    …         code, as cranelift serialises it          ┘ to the end of the file
//! ```
//!
//! One file, read at the beginning and written at the end: a component of 12 MB has 19,000 functions. Nothing in it is believed: an entry whose
//! digest doesn't fit, or of another engine, is a miss, and what can't be read ends the list.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufWriter, Write as _};
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use wasmtime::CacheStore;

const FIRST_LINE: &[u8] = b"mayfly-code-pack 1\n";
const DIGEST_BYTES: usize = 32;
const LENGTH_BYTES: usize = 4;
const HEAD_BYTES: usize = DIGEST_BYTES + LENGTH_BYTES + DIGEST_BYTES;

type Key = [u8; DIGEST_BYTES];

/// A place for compiled functions, of at most so many bytes.
#[derive(Debug)]
pub struct CodePack {
    fingerprint: String,
    bytes_max: u64,
    /// The file that was read.
    read: Vec<u8>,
    /// Where in it each entry's digest and code are.
    entries: HashMap<Key, Range<usize>>,
    compiled: Mutex<Compiled>,
    used: Mutex<Vec<Key>>,
    found: AtomicU64,
    missed: AtomicU64,
}

/// What was not in the file.
#[derive(Debug, Default)]
struct Compiled {
    code: HashMap<Key, Vec<u8>>,
    bytes: u64,
}

impl CodePack {
    /// The pack in a file; empty when there is none that can be read.
    ///
    /// `fingerprint` names what code depends on besides the function; `bytes_max` is how large the pack to be written may become.
    pub fn read(file: &Path, fingerprint: String, bytes_max: u64) -> CodePack {
        // Larger than what is written it never is.
        let small = std::fs::metadata(file).is_ok_and(|metadata| metadata.len() <= bytes_max);
        let read = if small {
            std::fs::read(file).unwrap_or_default()
        } else {
            Vec::new()
        };
        CodePack {
            entries: entries(&read),
            fingerprint,
            bytes_max,
            read,
            compiled: Mutex::default(),
            used: Mutex::default(),
            found: AtomicU64::new(0),
            missed: AtomicU64::new(0),
        }
    }

    /// How many functions came out of it.
    pub fn found(&self) -> u64 {
        self.found.load(Ordering::Relaxed)
    }

    /// How many were asked for that it doesn't have.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    /// Writes what this compile used and made; nothing when that is what was read. Returns whether it wrote.
    pub fn write(&self, file: &Path) -> std::io::Result<bool> {
        let compiled = self.compiled.lock().expect("nothing panics while it is held");
        if compiled.code.is_empty() {
            return Ok(false);
        }
        let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(file)?);
        out.write_all(FIRST_LINE)?;
        let mut left = self.bytes_max.saturating_sub(FIRST_LINE.len() as u64);
        for (key, code) in &compiled.code {
            left = left.saturating_sub(size(code.len()));
            out.write_all(key)?;
            out.write_all(&(code.len() as u32).to_le_bytes())?;
            out.write_all(&self.digest(key, code))?;
            out.write_all(code)?;
        }
        let mut used = self.used.lock().expect("nothing panics while it is held");
        used.sort_unstable();
        used.dedup();
        for key in used.iter() {
            let entry = &self.read[self.entries[key].clone()];
            let bytes = size(entry.len() - DIGEST_BYTES);
            if bytes > left {
                break;
            }
            left -= bytes;
            out.write_all(key)?;
            out.write_all(&((entry.len() - DIGEST_BYTES) as u32).to_le_bytes())?;
            out.write_all(entry)?;
        }
        out.flush()?;
        Ok(true)
    }

    fn digest(&self, key: &[u8], code: &[u8]) -> Key {
        Sha256::new()
            .chain_update((self.fingerprint.len() as u64).to_le_bytes())
            .chain_update(&self.fingerprint)
            .chain_update(key)
            .chain_update(code)
            .finalize()
            .into()
    }
}

impl CacheStore for CodePack {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let code = Key::try_from(key).ok().and_then(|key| {
            let (digest, code) = self.read[self.entries.get(&key)?.clone()].split_at(DIGEST_BYTES);
            if digest != self.digest(&key, code) {
                return None;
            }
            self.used.lock().expect("nothing panics while it is held").push(key);
            Some(code)
        });
        let counted = if code.is_some() { &self.found } else { &self.missed };
        counted.fetch_add(1, Ordering::Relaxed);
        code.map(Cow::Borrowed)
    }

    fn insert(&self, key: &[u8], code: Vec<u8>) -> bool {
        let Ok(key) = Key::try_from(key) else { return false };
        let mut compiled = self.compiled.lock().expect("nothing panics while it is held");
        let bytes = compiled.bytes + size(code.len());
        if bytes + FIRST_LINE.len() as u64 > self.bytes_max || u32::try_from(code.len()).is_err() {
            return false;
        }
        if compiled.code.insert(key, code).is_none() {
            compiled.bytes = bytes;
        }
        true
    }
}

fn size(code_len: usize) -> u64 {
    (HEAD_BYTES + code_len) as u64
}

/// Where each entry's digest and code are. Ends where there is no whole one.
fn entries(file: &[u8]) -> HashMap<Key, Range<usize>> {
    let mut entries = HashMap::new();
    if !file.starts_with(FIRST_LINE) {
        return entries;
    }
    let mut at = FIRST_LINE.len();
    while let Some(head) = file.get(at..at + HEAD_BYTES) {
        let key = Key::try_from(&head[..DIGEST_BYTES]).expect("as long as it is");
        let length = u32::from_le_bytes(
            head[DIGEST_BYTES..][..LENGTH_BYTES]
                .try_into()
                .expect("as long as it is"),
        );
        let from = at + DIGEST_BYTES + LENGTH_BYTES;
        at += HEAD_BYTES + length as usize;
        if at > file.len() {
            break;
        }
        entries.insert(key, from..at);
    }
    entries
}

#[cfg(test)]
mod tests;
