//! What a body can be read and built with.

use mayfly::{Buffer, Error, Query, Request, Response};

use crate::{number, text};

pub fn echo(request: &Request) -> Result<Response, Error> {
    Ok(Response::ok(request.body()))
}

pub fn echo_bytes(request: &Request) -> Result<Response, Error> {
    Ok(Response::ok(request.body_bytes()))
}

pub fn reverse(request: &Request) -> Result<Response, Error> {
    let mut bytes = request.body_bytes();
    bytes.reverse();
    Ok(Response::ok(bytes))
}

pub fn read_at(request: &Request, query: &Query) -> Result<Response, Error> {
    let offset = number(query, "offset", 0)?;
    let bytes_max = number(query, "bytes", 16)?.min(u32::MAX.into()) as u32;
    Ok(Response::ok(request.body().read_at(offset, bytes_max)))
}

pub fn write_at(request: &Request, query: &Query) -> Result<Response, Error> {
    let buffer = Buffer::from_bytes(&request.body_bytes())?;
    buffer.write_at(number(query, "offset", 0)?, text(query, "text")?.as_bytes())?;
    Ok(Response::ok(buffer))
}

pub fn write_body(request: &Request) -> Result<Response, Error> {
    match request.body().append(b"more") {
        Ok(()) => Ok(Response::text("written")),
        Err(refusal) => Ok(Response::text(format!("{refusal:?}"))),
    }
}

pub fn append(query: &Query) -> Result<Response, Error> {
    let length = number(query, "bytes", 1024)?;
    let chunk_bytes = number(query, "chunk", 64)?.max(1);
    let buffer = Buffer::create()?;
    let mut offset = 0;
    while offset < length {
        let end = length.min(offset + chunk_bytes);
        let chunk: Vec<u8> = (offset..end).map(|i| (i % 251) as u8).collect();
        buffer.append(&chunk)?;
        offset = end;
    }
    Ok(Response::ok(buffer))
}
