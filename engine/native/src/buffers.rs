//! Lists of slabs in host memory. The host owns every slab; the engine links the ones it is given into buffers and puts those of dropped buffers
//! on the frame's released list, from where it takes them again first and where the host finds what is left.

use std::ptr;

use wasmtime::Result;

use crate::invocation::{Call, FramePtr, LIMIT_EXCEEDED, OK};
use crate::layout::{BUFFER_FREE, BUFFER_READ_WRITE, BUFFER_STREAM, SLAB_PAYLOAD, Slab};

/// `Operation.BUFFER_GROW`
const BUFFER_GROW: i32 = 1;
/// `Operation.BUFFER_LOAD`
const BUFFER_LOAD: i32 = 3;

/// Index of the request's body.
pub const REQUEST_BODY: usize = 0;

/// Why a buffer could not grow.
pub enum GrowError {
    LimitExceeded,
    Unavailable,
}

/// Why a stream's bytes could not be brought here. Where a function can't be told, this is its trap.
#[derive(Debug)]
pub enum LoadError {
    LimitExceeded(&'static str),
    Failed(&'static str),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoadError::LimitExceeded(limit) => write!(f, "a buffer's bytes are too many to be read (limit {limit})"),
            LoadError::Failed(reason) => write!(f, "a buffer's bytes could not be read: {reason}"),
        }
    }
}

impl std::error::Error for LoadError {}

/// A slab that the host vouches for: valid, and used by this invocation alone until it ends.
#[derive(Clone, Copy, PartialEq)]
struct SlabPtr(u64);

impl SlabPtr {
    const NONE: SlabPtr = SlabPtr(0);

    fn header(self) -> *mut Slab {
        self.0 as *mut Slab
    }

    fn next(self) -> SlabPtr {
        // SAFETY: addresses come from the host or from another slab's link, and are never 0 here.
        SlabPtr(unsafe { (*self.header()).next })
    }

    fn set_next(self, next: SlabPtr) {
        // SAFETY: as above.
        unsafe { (*self.header()).next = next.0 }
    }

    fn used(self) -> usize {
        // SAFETY: as above.
        unsafe { (*self.header()).used_bytes as usize }
    }

    fn set_used(self, bytes: usize) {
        // SAFETY: as above.
        unsafe { (*self.header()).used_bytes = bytes as u32 }
    }

    fn room(self) -> usize {
        // SAFETY: as above.
        unsafe { (*self.header()).capacity_bytes as usize - self.used() }
    }

    fn payload(self) -> *mut u8 {
        (self.0 as usize + SLAB_PAYLOAD) as *mut u8
    }

    /// The bytes from `offset` on, for as long as the invocation runs.
    fn bytes(self, offset: usize) -> &'static [u8] {
        // SAFETY: `used` bytes are written; the host keeps the slab until the invocation ended, and the reference is given to the guest (copied
        // into its memory) before anything can change it.
        unsafe { std::slice::from_raw_parts(self.payload().add(offset), self.used() - offset) }
    }
}

/// A new empty buffer's index, or none when the invocation holds as many as it may.
pub fn create(frame: FramePtr) -> Option<usize> {
    let told = frame.told();
    let made = told.buffers_made as usize;
    let dropped = (1..=made).find(|&i| frame.buffer(i).state == BUFFER_FREE);
    let index = dropped.unwrap_or(made + 1);
    if index >= frame.given().buffer_count_max as usize {
        return None;
    }
    told.buffers_made = made.max(index) as u32;
    *frame.buffer(index) = crate::layout::Buffer {
        first_slab: 0,
        last_slab: 0,
        length: 0,
        state: BUFFER_READ_WRITE,
        handles: 1,
    };
    Some(index)
}

/// A guest let go of a handle; with the last one the buffer's slabs are free for other buffers. The request's body stays.
pub fn drop_handle(frame: FramePtr, index: usize) {
    let buffer = frame.buffer(index);
    buffer.handles -= 1;
    if buffer.handles > 0 || index == REQUEST_BODY {
        return;
    }
    buffer.state = BUFFER_FREE;
    let mut slab = SlabPtr(std::mem::take(&mut buffer.first_slab));
    buffer.last_slab = 0;
    buffer.length = 0;
    let told = frame.told();
    while slab != SlabPtr::NONE {
        let next = slab.next();
        slab.set_used(0);
        slab.set_next(SlabPtr(told.released_slab));
        told.released_slab = slab.0;
        slab = next;
    }
}

/// Whether the bytes are still where they come from.
pub fn is_stream(frame: FramePtr, index: usize) -> bool {
    frame.buffer(index).state == BUFFER_STREAM
}

/// Has the host bring all bytes of a stream into slabs: the buffer is a read-only one afterwards.
pub async fn load(call: &Call, index: usize) -> Result<(), LoadError> {
    match call.operation(BUFFER_LOAD, index as u64).await {
        OK => Ok(()),
        LIMIT_EXCEEDED => Err(LoadError::LimitExceeded("buffer-bytes-max")),
        _ => Err(LoadError::Failed("where they come from broke off")),
    }
}

/// At most `max` bytes from `offset` on, in place where one slab holds them, otherwise put together in `scratch`.
pub fn read(call: &mut Call, index: usize, offset: u64, max: usize) -> &'static [u8] {
    let buffer = *call.frame.buffer(index);
    if offset >= buffer.length || max == 0 {
        return &[];
    }
    let mut skip = offset as usize;
    let mut slab = SlabPtr(buffer.first_slab);
    while skip >= slab.used() {
        skip -= slab.used();
        slab = slab.next();
    }
    let wanted = max.min((buffer.length - offset) as usize);
    let here = slab.bytes(skip);
    if here.len() >= wanted {
        return &here[..wanted];
    }
    call.scratch.clear();
    call.scratch.extend_from_slice(here);
    while call.scratch.len() < wanted {
        slab = slab.next();
        let bytes = slab.bytes(0);
        let take = bytes.len().min(wanted - call.scratch.len());
        call.scratch.extend_from_slice(&bytes[..take]);
    }
    // SAFETY: the scratch is the invocation's own and changes with the next read only; this one's bytes are in the guest by then.
    unsafe { std::slice::from_raw_parts(call.scratch.as_ptr(), wanted) }
}

/// Sees to it that `bytes` more can be appended without asking anyone: links slabs behind the last one.
pub async fn reserve(call: &Call, index: usize, bytes: usize) -> Result<(), GrowError> {
    let frame = call.frame;
    let (mut tail, mut room) = (SlabPtr(frame.buffer(index).last_slab), 0);
    if tail != SlabPtr::NONE {
        room = tail.room();
        while tail.next() != SlabPtr::NONE {
            tail = tail.next();
            room += tail.room();
        }
    }
    while room < bytes {
        let slab = take_slab(call, bytes - room).await?;
        room += slab.room();
        if tail == SlabPtr::NONE {
            let buffer = frame.buffer(index);
            buffer.first_slab = slab.0;
            buffer.last_slab = slab.0;
        } else {
            tail.set_next(slab);
        }
        tail = slab;
    }
    Ok(())
}

/// One slab, from a dropped buffer or from the host; it may be smaller than wanted.
async fn take_slab(call: &Call, bytes_wanted: usize) -> Result<SlabPtr, GrowError> {
    let told = call.frame.told();
    let released = SlabPtr(told.released_slab);
    if released != SlabPtr::NONE {
        told.released_slab = released.next().0;
        released.set_next(SlabPtr::NONE);
        return Ok(released);
    }
    match call.operation(BUFFER_GROW, bytes_wanted as u64).await {
        // A host that says yes and gives nothing has nothing.
        OK if call.frame.answer().address != 0 => Ok(SlabPtr(call.frame.answer().address)),
        LIMIT_EXCEEDED => Err(GrowError::LimitExceeded),
        _ => Err(GrowError::Unavailable),
    }
}

/// Appends bytes for which [`reserve`] made room.
pub fn append_reserved(frame: FramePtr, index: usize, mut bytes: &[u8]) {
    let buffer = frame.buffer(index);
    buffer.length += bytes.len() as u64;
    while !bytes.is_empty() {
        let slab = SlabPtr(buffer.last_slab);
        let take = slab.room().min(bytes.len());
        // SAFETY: `take` fits the slab's room; guest memory and slabs never overlap.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), slab.payload().add(slab.used()), take) };
        slab.set_used(slab.used() + take);
        bytes = &bytes[take..];
        if !bytes.is_empty() {
            buffer.last_slab = slab.next().0;
        }
    }
}

/// Replaces bytes that the buffer holds: `offset + bytes.len()` is at most its length.
pub fn overwrite(frame: FramePtr, index: usize, offset: u64, mut bytes: &[u8]) {
    let mut skip = offset as usize;
    let mut slab = SlabPtr(frame.buffer(index).first_slab);
    while !bytes.is_empty() {
        let used = slab.used();
        if skip >= used {
            skip -= used;
        } else {
            let take = (used - skip).min(bytes.len());
            // SAFETY: within the used bytes of a slab of this invocation.
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), slab.payload().add(skip), take) };
            bytes = &bytes[take..];
            skip = 0;
        }
        slab = slab.next();
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::layout::{Answer, BUFFERS, Frame};

    /// A host that gives slabs of so many bytes each, so many times.
    struct Host {
        frame: Box<Frame>,
        slab_bytes: usize,
        slabs_left: usize,
        given: Vec<Box<[u64]>>,
    }

    impl Host {
        fn new(slab_bytes: usize, slabs_left: usize) -> Host {
            // SAFETY: a frame is numbers only.
            let mut frame: Box<Frame> = unsafe { Box::new_zeroed().assume_init() };
            frame.given.buffer_count_max = BUFFERS as u32;
            Host {
                frame,
                slab_bytes,
                slabs_left,
                given: Vec::new(),
            }
        }

        fn call(&mut self) -> Call {
            // SAFETY: the frame is boxed and outlives the call in each test.
            Call::new(unsafe { FramePtr::new(&mut *self.frame) })
        }

        fn reserve(&mut self, call: &Call, index: usize, bytes: usize) -> Result<(), GrowError> {
            let mut future = std::pin::pin!(reserve(call, index, bytes));
            loop {
                match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(result) => return result,
                    Poll::Pending => self.frame.answer = self.answer(),
                }
            }
        }

        fn answer(&mut self) -> Answer {
            if self.slabs_left == 0 {
                return Answer {
                    address: 0,
                    bytes: 0,
                    status: LIMIT_EXCEEDED,
                };
            }
            self.slabs_left -= 1;
            let mut slab = vec![0u64; (SLAB_PAYLOAD + self.slab_bytes).div_ceil(8)].into_boxed_slice();
            let address = slab.as_mut_ptr() as u64;
            // SAFETY: zeroed, large enough and aligned for a slab's header.
            unsafe { (*(address as *mut Slab)).capacity_bytes = self.slab_bytes as u32 };
            self.given.push(slab);
            Answer {
                address,
                bytes: 0,
                status: OK,
            }
        }

        fn append(&mut self, call: &Call, index: usize, bytes: &[u8]) -> bool {
            let reserved = self.reserve(call, index, bytes.len()).is_ok();
            if reserved {
                append_reserved(call.frame, index, bytes);
            }
            reserved
        }
    }

    fn numbers(count: usize) -> Vec<u8> {
        (0..count).map(|i| (i % 251) as u8).collect()
    }

    #[test]
    fn what_was_appended_is_read_at_any_offset() {
        let mut host = Host::new(16, 100);
        let mut call = host.call();
        let index = create(call.frame).unwrap();
        let all = numbers(200);
        for chunk in all.chunks(7) {
            assert!(host.append(&call, index, chunk));
        }
        for offset in 0..=200 {
            for max in [0, 1, 15, 16, 17, 100, 300] {
                let end = (offset + max).min(200);
                assert_eq!(read(&mut call, index, offset as u64, max), &all[offset..end]);
            }
        }
        assert!(read(&mut call, index, 1 << 40, 10).is_empty());
    }

    #[test]
    fn overwriting_changes_nothing_else() {
        let mut host = Host::new(16, 100);
        let mut call = host.call();
        let index = create(call.frame).unwrap();
        let mut all = numbers(100);
        assert!(host.append(&call, index, &all));
        overwrite(call.frame, index, 10, &[255; 50]);
        all[10..60].fill(255);
        assert_eq!(read(&mut call, index, 0, 100), all);
    }

    #[test]
    fn a_refused_append_changes_nothing_and_a_smaller_one_still_fits() {
        let mut host = Host::new(16, 3);
        let mut call = host.call();
        let index = create(call.frame).unwrap();
        assert!(host.append(&call, index, &numbers(20)));
        assert!(!host.append(&call, index, &numbers(40)));
        assert_eq!(read(&mut call, index, 0, 100), numbers(20));
        assert!(host.append(&call, index, &[9; 28]));
        assert_eq!(call.frame.buffer(index).length, 48);
    }

    #[test]
    fn a_yes_without_a_slab_is_a_no() {
        let mut host = Host::new(16, 1);
        let call = host.call();
        let index = create(call.frame).unwrap();
        let mut future = std::pin::pin!(reserve(&call, index, 1));
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        host.frame.answer.status = OK;
        assert!(matches!(
            future.as_mut().poll(&mut context),
            Poll::Ready(Err(GrowError::Unavailable))
        ));
    }

    #[test]
    fn a_dropped_buffers_slabs_serve_the_next_one() {
        let mut host = Host::new(16, 4);
        let mut call = host.call();
        for round in 0..10 {
            let index = create(call.frame).unwrap();
            assert!(host.append(&call, index, &numbers(64)), "round {round}");
            assert_eq!(read(&mut call, index, 0, 100), numbers(64));
            drop_handle(call.frame, index);
        }
    }

    #[test]
    fn there_are_as_many_buffers_as_the_host_allows() {
        let mut host = Host::new(16, 0);
        host.frame.given.buffer_count_max = 4;
        let call = host.call();
        let made: Vec<_> = std::iter::from_fn(|| create(call.frame)).collect();
        assert_eq!(made, [1, 2, 3]);
        drop_handle(call.frame, 2);
        assert_eq!(create(call.frame), Some(2));
    }

    #[test]
    fn the_requests_body_outlives_its_handles() {
        let mut host = Host::new(16, 0);
        let call = host.call();
        call.frame.buffer(REQUEST_BODY).state = crate::layout::BUFFER_READ_ONLY;
        call.frame.buffer(REQUEST_BODY).handles = 1;
        drop_handle(call.frame, REQUEST_BODY);
        assert_eq!(call.frame.buffer(REQUEST_BODY).state, crate::layout::BUFFER_READ_ONLY);
    }
}
