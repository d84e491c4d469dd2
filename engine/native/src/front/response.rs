//! A response that goes out before its function is done. Its head stands in the frame from the moment it begins, its body is a buffer that grows as
//! the function writes, and that the host empties as it sends.

use wasmtime::Result;

use super::web;
use crate::invocation::{Call, FramePtr};
use crate::layout::{RESPONSE_BEGUN, RESPONSE_BROKEN, RESPONSE_FINISHED, RESPONSE_LENGTH_UNKNOWN, RESPONSE_NONE};

/// `Operation.RESPONSE_WRITE`
const RESPONSE_WRITE: i32 = 6;

/// As much is kept here before the host is asked to send it.
const KEPT_BYTES: u64 = 64 << 10;

/// The head. Its `content-length` line is the host's to write.
pub fn begin(frame: FramePtr, status: u16, mut headers: Vec<(String, String)>, length: Option<u64>) -> Result<()> {
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
    web::write_response(frame, status, &headers, None)?;
    let told = frame.told();
    told.response_length = length.unwrap_or(RESPONSE_LENGTH_UNKNOWN);
    told.response_state = RESPONSE_BEGUN;
    Ok(())
}

pub fn has_begun(frame: FramePtr) -> bool {
    frame.told().response_state != RESPONSE_NONE
}

/// Whether more may be written.
pub fn is_open(frame: FramePtr) -> bool {
    frame.told().response_state == RESPONSE_BEGUN
}

/// Whether its client has all of it, or will.
pub fn is_finished(frame: FramePtr) -> bool {
    frame.told().response_state == RESPONSE_FINISHED
}

/// Puts bytes behind what there is of the body, and has the host send it once it is much. The inner error is a stream's, the outer one ends the
/// function.
pub async fn append(call: &Call, bytes: &[u8]) -> Result<std::result::Result<(), String>> {
    let told = call.frame.told();
    let body = (told.response_body >= 0).then_some(told.response_body as usize);
    let body = match web::append(call, body, bytes).await? {
        Ok(body) => body,
        Err(reason) => return Ok(Err(reason)),
    };
    told.response_body = body.map_or(-1, |body| body as i32);
    if body.is_some_and(|body| call.frame.buffer(body).length >= KEPT_BYTES) {
        call.operation(RESPONSE_WRITE, 0).await;
    }
    Ok(Ok(()))
}

/// Counts bytes that are about to be written; false when they are more than the function said there would be, and the body is broken.
pub fn count(frame: FramePtr, bytes: usize) -> bool {
    let told = frame.told();
    told.response_written += bytes as u64;
    let fits = told.response_length == RESPONSE_LENGTH_UNKNOWN || told.response_written <= told.response_length;
    if !fits {
        fail(frame);
    }
    fits
}

/// The body ends here; false when it is shorter than the function said it would be, and broken.
pub fn end(frame: FramePtr) -> bool {
    let told = frame.told();
    let is_whole = told.response_length == RESPONSE_LENGTH_UNKNOWN || told.response_written == told.response_length;
    if is_whole {
        finish(frame);
    } else {
        fail(frame);
    }
    is_whole
}

/// What there is of it is to reach the client: the host sends it when the function waits, or soon.
pub fn flush(frame: FramePtr) {
    frame.told().response_flush = 1;
}

/// Lines to send behind the body.
pub fn trailers(frame: FramePtr, lines: &[(String, String)]) -> Result<()> {
    web::write_lines(frame, lines)?;
    frame.told().response_trailers = lines.len() as u32;
    Ok(())
}

/// The body is whole. A function that goes on doesn't keep its client waiting.
pub fn finish(frame: FramePtr) {
    frame.told().response_state = RESPONSE_FINISHED;
    flush(frame);
}

/// The body never will be whole.
pub fn fail(frame: FramePtr) {
    frame.told().response_state = RESPONSE_BROKEN;
}
