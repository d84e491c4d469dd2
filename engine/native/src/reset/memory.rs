//! What is known of one linear memory: its seal, and the image that was copied into it instead of being mapped.
//!
//! A function's *image* is what its memory holds at first, in one range of whole pages; the rest is zeros. wasmtime maps it from the artifact, and maps
//! zeros over it once the memory serves another function: two system calls that change mappings, for which all threads wait, and a page fault for each
//! page. An image that lies in a window is copied instead, into pages that are there, and zeros are written over it: then a memory that serves one
//! function after the other keeps its pages and, if their windows are the same, its seal. What isn't in a window is sealed, so that writing it would
//! take as many system calls as mapping it.
//!
//! wasmtime knows nothing of that. Between calls it relies on one thing: what is accessible of a memory is the image of the function that it has in
//! there, if any, and zeros (`MemoryImageSlot` in its `cow.rs`). This is why that holds, request by request:
//!
//! - *Map an image* (`instantiate`): comes when all that is accessible is zeros, as the image before was taken away; and the image lies in what is
//!   accessible. So a copy leaves the image and zeros: the window holds what was in the same place of another memory before a call.
//! - *Map zeros over an image* (`remove_image`, before the above, and on any thread when a function is unloaded): over just the image's range. If that was
//!   copied, zeros are written over it. What was mapped is mapped over.
//! - *Throw pages away* (`clear_and_remain_ready`): what is thrown away of a copied image is read again, whether we or wasmtime asked for it. If that
//!   fails, wasmtime is told that throwing away failed, gives the memory up and has it erased before it uses it again.
//! - *Erase the memory* (`reset_with_anon_memory`: after whatever failed): maps over all of it, and the copied image is forgotten with its pages. A file
//!   that was closed by then was not read since: only a memory in use has pages thrown away, and that one has its image.
//! - *Change what is accessible* (growing; a function with a smaller memory): beside the image. What becomes accessible was reset when it last was,
//!   or never was.
//! - Whatever else is mapped over a part of a copied image only: the image is mapped first, so that all is as if it had not been copied.
//!
//! The image's file stays open for as long as the image is in the memory, as wasmtime keeps it for that time, so it can be read again; and it is an
//! artifact, which nobody writes to.
//!
//! A copy writes to pages that no seal keeps closed, or the seal gives way. So an intact seal says what it did: since it was closed, nothing was written
//! but its windows, neither by a call nor by a copy.

use std::ffi::c_int;
use std::ops::Range;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::pool::Pool;
use super::seal::Seal;
use super::windows::{WINDOW_PAGES_FREE, Windows};
use super::wrapped::Mapped;

/// It belongs to whoever uses the memory: one thread at a time, and for the seal what runs in its signal handler.
pub struct Memory {
    pool: &'static Pool,
    start: usize,
    seal: Seal,
    /// Pages of the pool's that it keeps.
    pages_kept: AtomicUsize,
    /// None where it was mapped, or there is none. Not for signal handlers.
    copied: Mutex<Option<Image>>,
}

/// Where an image is, in a memory and in its file.
pub struct Image {
    pub range: Range<usize>,
    pub file: c_int,
    pub file_offset: i64,
}

impl Memory {
    pub fn new(pool: &'static Pool, start: usize) -> Memory {
        Memory {
            pool,
            start,
            seal: Seal::of(pool, start),
            pages_kept: AtomicUsize::new(0),
            copied: Mutex::new(None),
        }
    }

    pub fn start(&self) -> usize {
        self.start
    }

    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    /// Before wasmtime changes what is accessible at some addresses, or a write there is tried again: opens the memory. Whether it is writable now and
    /// wasn't before.
    pub fn open_seal_over(&self, addresses: &Range<usize>) -> bool {
        self.seal.is_over(addresses) && self.open_seal()
    }

    fn open_seal(&self) -> bool {
        !self.seal.is_open() && self.seal.open(&Mapped(self)) == 0
    }

    /// See [`Pages::keep`](super::Pages::keep).
    pub fn keep(&self, page_count: usize) -> bool {
        let (kept, wanted) = (
            self.pages_kept.load(Relaxed),
            page_count.saturating_sub(WINDOW_PAGES_FREE),
        );
        let may = wanted <= kept || self.pool.take_pages(wanted - kept);
        let keeps = if may { wanted } else { 0 };
        self.pages_kept.store(keeps, Relaxed);
        self.pool.give_pages_back(kept.saturating_sub(keeps));
        may
    }

    /// Instead of mapping an image into zeros: whether it is there now. `windows` are those of the function that it is the image of.
    pub fn copy_image(&self, image: Image, windows: &Windows) -> bool {
        let mut copied = self.copied();
        // SAFETY: the memory is the function's, and nobody uses it; what is sealed gives way.
        let write = || unsafe { windows.write_image(self.at(0), &image.range) };
        // What a read that failed left goes when the image is mapped there.
        let read = || windows.guess_around(&image.range) && self.read(&image, image.range.clone());
        let is_done = copied.is_none() && (write() || read());
        if is_done {
            *copied = Some(image);
        }
        is_done
    }

    /// Instead of mapping zeros over a range: whether that is zeros now. It is left alone unless it is just that of the image that was copied.
    pub fn remove_copied_image(&self, range: &Range<usize>) -> bool {
        let mut copied = self.copied();
        if copied.as_ref().is_none_or(|image| image.range != *range) {
            return false;
        }
        // SAFETY: within the memory, which nobody uses; what is sealed gives way.
        unsafe { self.at(range.start).write_bytes(0, range.len()) };
        *copied = None;
        true
    }

    /// Before something is mapped over a range: the image that was copied there is gone with it, or no longer a copy. Whether that could be done.
    pub fn map_over(&self, range: &Range<usize>) -> bool {
        let mut copied = self.copied();
        let Some(image) = &*copied else {
            return true;
        };
        if overlap(&image.range, range).is_empty() {
            return true;
        }
        let is_covered = range.start <= image.range.start && image.range.end <= range.end;
        let is_gone = is_covered || Mapped(self).map(image);
        if is_gone {
            *copied = None;
        }
        is_gone
    }

    pub fn has_copied_image(&self) -> bool {
        self.copied().is_some()
    }

    /// Maps an image that was copied, so that the kernel can say which of its pages are written. Whether that could be done.
    pub fn map_copied_image(&self) -> bool {
        let mut copied = self.copied();
        let is_mapped = copied.as_ref().is_none_or(|image| Mapped(self).map(image));
        if is_mapped {
            *copied = None;
        }
        is_mapped
    }

    /// After pages were thrown away: puts back what was copied there. Whether that could be done.
    pub fn restore_copied_image(&self, range: &Range<usize>) -> bool {
        let copied = self.copied();
        let Some(image) = &*copied else {
            return true;
        };
        let part = overlap(&image.range, range);
        part.is_empty() || self.read(image, part)
    }

    /// Reads a part of an image. The kernel writes to nothing that is sealed: a seal that is in the way gives way.
    fn read(&self, image: &Image, part: Range<usize>) -> bool {
        let file_offset = image.file_offset + (part.start - image.range.start) as i64;
        // SAFETY: within the memory, which nobody uses.
        let read = || unsafe { libc::pread64(image.file, self.at(part.start).cast(), part.len(), file_offset) };
        let is_whole = |count: isize| count == part.len() as isize;
        is_whole(read()) || self.open_seal() && is_whole(read())
    }

    /// What is so many bytes behind the memory's start.
    pub fn at(&self, offset: usize) -> *mut u8 {
        std::ptr::with_exposed_provenance_mut(self.start + offset)
    }

    /// Where in the memory some addresses are; what is before it is left out.
    pub fn offsets(&self, addresses: Range<usize>) -> Range<usize> {
        addresses.start.saturating_sub(self.start)..addresses.end.saturating_sub(self.start)
    }

    fn copied(&self) -> MutexGuard<'_, Option<Image>> {
        self.copied.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    one.start.max(other.start)..one.end.min(other.end)
}
