//! Buffers as `wasi:io`'s streams, each with a handle of its own.

use super::wasi_io::{Failure, IoError, Piece};
use crate::buffers::{self, GrowError};
use crate::invocation::Call;
use crate::layout::BUFFER_READ_WRITE;

/// At most `bytes_max` bytes from `offset` on.
pub async fn read(call: &mut Call, index: usize, offset: u64, bytes_max: usize) -> Piece {
    if buffers::is_stream(call.frame, index)
        && let Err(error) = buffers::load(call, index).await
    {
        return Piece::Failed(IoError {
            text: error.to_string(),
            code: None,
        });
    }
    match buffers::read(call, index, offset, bytes_max) {
        [] => Piece::End,
        bytes => Piece::Bytes(bytes),
    }
}

/// Whether what the buffer is to become is neither finished nor dropped.
pub fn is_open(call: &Call, index: usize) -> bool {
    call.frame.buffer(index).state == BUFFER_READ_WRITE
}

pub async fn write(call: &Call, index: usize, bytes: &[u8]) -> Result<(), Failure> {
    if !is_open(call, index) {
        return Err(Failure::Closed);
    }
    let reserved = buffers::reserve(call, index, bytes.len()).await;
    reserved.map_err(|error| {
        let text = match error {
            GrowError::LimitExceeded => "the value is too large (limit buffer-bytes-max)",
            GrowError::Unavailable => "the host has no buffer memory left",
        };
        Failure::Failed(IoError {
            text: text.into(),
            code: None,
        })
    })?;
    buffers::append_reserved(call.frame, index, bytes);
    Ok(())
}
