use std::fmt;
use std::io;

use crate::bindings::mayfly::data::buffers;

/// The host gives at most this much in one read.
const READ_BYTES_MAX: u32 = 1 << 20;

/// Bytes in host memory, named by a handle.
///
/// A buffer can be handed on, for instance from a request's body to a response's, without one byte entering the
/// function's memory. It is freed when it is dropped, or with the call.
///
/// The bytes of a large body (a request's, a blob's, an upstream's) may still be on their way. Handing the buffer on
/// streams them from where they come to where they go; it is empty afterwards. Reading them, or asking for a length that
/// isn't known yet, waits for all of them first and **traps** where they don't come: call [`load`](Self::load) before.
pub struct Buffer(pub(crate) buffers::Buffer);

impl Buffer {
    /// An empty buffer. [`BufferError::LimitExceeded`] when the call holds as many as it may.
    pub fn create() -> Result<Buffer, BufferError> {
        Ok(Buffer(buffers::Buffer::create()?))
    }

    /// A new buffer that holds `bytes`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Buffer, BufferError> {
        let buffer = Buffer::create()?;
        buffer.append(bytes)?;
        Ok(buffer)
    }

    /// Waits until all bytes are here. [`BufferError::LimitExceeded`] when they are more than the call may hold,
    /// [`BufferError::Unavailable`] when where they come from broke off.
    pub fn load(&self) -> Result<(), BufferError> {
        Ok(self.0.load()?)
    }

    /// How many bytes it holds.
    pub fn len(&self) -> u64 {
        self.0.length()
    }

    /// Whether it holds no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes from `offset` on, at most `bytes_max` and at most 1 MiB of them; fewer only where the buffer ends,
    /// none at the end and past it.
    pub fn read_at(&self, offset: u64, bytes_max: u32) -> Vec<u8> {
        self.0.read(offset, bytes_max)
    }

    /// Everything, copied into the function's memory.
    pub fn read_to_vec(&self) -> Vec<u8> {
        let length = self.len();
        let mut bytes = self.read_at(0, READ_BYTES_MAX);
        if (bytes.len() as u64) < length {
            // One allocation of the final size: growing by doubling would touch twice the memory.
            bytes.reserve_exact((length - bytes.len() as u64) as usize);
            while (bytes.len() as u64) < length {
                bytes.extend_from_slice(&self.read_at(bytes.len() as u64, READ_BYTES_MAX));
            }
        }
        bytes
    }

    /// Puts `bytes` behind the last byte. On an error nothing was appended.
    pub fn append(&self, bytes: &[u8]) -> Result<(), BufferError> {
        Ok(self.0.append(bytes)?)
    }

    /// Replaces the bytes from `offset` on and grows the buffer where they reach past its end. An `offset` past the
    /// end is [`BufferError::Invalid`]. On an error nothing was written.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), BufferError> {
        Ok(self.0.write(offset, bytes)?)
    }

    /// Reads and writes through `std::io`, starting at the first byte.
    pub fn cursor(&self) -> BufferCursor<'_> {
        BufferCursor {
            buffer: self,
            position: 0,
        }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({} bytes)", self.len())
    }
}

/// A position in a [`Buffer`], for code that speaks `std::io`.
///
/// Each read or write is one call to the host: put a `BufReader` or `BufWriter` around it for small steps.
#[derive(Debug)]
pub struct BufferCursor<'a> {
    buffer: &'a Buffer,
    position: u64,
}

impl BufferCursor<'_> {
    /// Where the next read or write begins, in bytes from the start.
    pub fn position(&self) -> u64 {
        self.position
    }
}

impl io::Read for BufferCursor<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes_max = into.len().min(READ_BYTES_MAX as usize) as u32;
        let bytes = self.buffer.read_at(self.position, bytes_max);
        into[..bytes.len()].copy_from_slice(&bytes);
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }
}

impl io::Write for BufferCursor<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.write_at(self.position, bytes)?;
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl io::Seek for BufferCursor<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let position = match to {
            io::SeekFrom::Start(offset) => Some(offset),
            io::SeekFrom::End(offset) => self.buffer.len().checked_add_signed(offset),
            io::SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the first byte of a buffer"))?;
        Ok(self.position)
    }
}

/// Why a buffer was not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BufferError {
    /// The call would pass the limit that is named, for instance `buffer-count-max` or `buffer-bytes-max`.
    LimitExceeded(String),
    /// The host has no room at the moment; the same call may succeed later.
    Unavailable,
    /// The arguments are wrong, as the text says. A request's body, for one, can't be written to.
    Invalid(String),
}

impl fmt::Display for BufferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BufferError::LimitExceeded(limit) => write!(f, "buffer limit exceeded: {limit}"),
            BufferError::Unavailable => f.write_str("the host has no room for buffers right now"),
            BufferError::Invalid(why) => write!(f, "invalid use of a buffer: {why}"),
        }
    }
}

impl std::error::Error for BufferError {}

impl From<buffers::Error> for BufferError {
    fn from(error: buffers::Error) -> Self {
        match error {
            buffers::Error::LimitExceeded(limit) => BufferError::LimitExceeded(limit),
            buffers::Error::Unavailable => BufferError::Unavailable,
            buffers::Error::Invalid(why) => BufferError::Invalid(why),
        }
    }
}

impl From<BufferError> for io::Error {
    fn from(error: BufferError) -> Self {
        let kind = match error {
            BufferError::LimitExceeded(_) => io::ErrorKind::QuotaExceeded,
            BufferError::Unavailable => io::ErrorKind::ResourceBusy,
            BufferError::Invalid(_) => io::ErrorKind::InvalidInput,
        };
        io::Error::new(kind, error)
    }
}
