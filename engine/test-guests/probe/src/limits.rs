//! Asks for as much as the query says of everything that the host bounds.

use core::arch::wasm32::memory_grow;
use std::hint::black_box;
use std::time::Duration;

use mayfly::log::{self, Level};
use mayfly::{Buffer, Error, Query, Response, time};

use crate::number;

pub fn buffers(query: &Query) -> Result<Response, Error> {
    let count = number(query, "count", 10)?;
    let mut kept = Vec::new();
    for _ in 0..count {
        kept.push(Buffer::create()?);
    }
    Ok(Response::text(kept.len().to_string()))
}

pub fn big_response(query: &Query) -> Result<Response, Error> {
    Ok(Response::ok(vec![0; mebibytes(query)?]))
}

pub fn header_flood(query: &Query) -> Result<Response, Error> {
    let value = "v".repeat(number(query, "bytes", 16)? as usize);
    let mut response = Response::ok(());
    for i in 0..number(query, "count", 10)? {
        response = response.header(format!("x-flood-{i}"), value.clone());
    }
    Ok(response)
}

pub fn log(query: &Query) -> Result<Response, Error> {
    let level = match query.get("level").as_deref() {
        Some("trace") => Level::Trace,
        Some("debug") => Level::Debug,
        None | Some("info") => Level::Info,
        Some("warn") => Level::Warn,
        Some("error") => Level::Error,
        Some(other) => {
            return Err(Error::invalid(format_args!("no level is called {other}")));
        }
    };
    let line = "l".repeat(number(query, "bytes", 16)? as usize);
    let lines = number(query, "lines", 1)?;
    for _ in 0..lines {
        log::write(level, &line);
    }
    Ok(Response::text(lines.to_string()))
}

pub fn sleep_busy(query: &Query) -> Result<Response, Error> {
    let length = Duration::from_millis(number(query, "ms", 10)?);
    let start = time::monotonic();
    while time::monotonic() - start < length {}
    Ok(Response::text("done"))
}

pub fn grow(query: &Query) -> Result<Response, Error> {
    let step = number(query, "step", 16)?.max(1) as usize;
    let mut pages = 0;
    while memory_grow(0, step) != usize::MAX {
        pages += step;
    }
    Ok(Response::text(pages.to_string()))
}

pub fn alloc(query: &Query) -> Result<Response, Error> {
    let mut bytes = vec![0u8; mebibytes(query)?];
    // Zeroed memory fresh from the host isn't touched by the allocator.
    bytes.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
    Ok(Response::text(black_box(bytes).len().to_string()))
}

fn mebibytes(query: &Query) -> Result<usize, Error> {
    Ok((number(query, "mib", 1)? as usize) << 20)
}
