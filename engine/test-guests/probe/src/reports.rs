//! What the host tells a function, and what a function can answer.

use std::fmt::Write;
use std::hash::BuildHasher;

use mayfly::{Error, Query, RandomState, Request, Response, time};

use crate::{number, text};

pub fn request(request: &Request) -> Result<Response, Error> {
    Ok(Response::text(format!(
        "{}\n{}\n{}\n",
        request.method(),
        request.path(),
        request.query().raw().unwrap_or("none")
    )))
}

pub fn headers(request: &Request) -> Result<Response, Error> {
    let mut lines = String::new();
    for (name, value) in request.headers() {
        lines += &format!("{name}: {value}\n");
    }
    Ok(Response::text(lines))
}

pub fn header(request: &Request, query: &Query) -> Result<Response, Error> {
    let name = text(query, "name")?;
    match request.header(&name) {
        Some(value) => Ok(Response::text(value)),
        None => Err(Error::not_found(format_args!("no header {name}"))),
    }
}

pub fn invocation_id(request: &Request) -> Result<Response, Error> {
    Ok(Response::text(request.invocation_id()))
}

pub fn status(query: &Query) -> Result<Response, Error> {
    // Codes that the contract doesn't allow are sent too: the host has to cope.
    Ok(Response::empty(number(query, "code", 200)? as u16))
}

pub fn set_header(query: &Query) -> Result<Response, Error> {
    Ok(Response::ok(()).header(text(query, "name")?, text(query, "value")?))
}

pub fn error(query: &Query) -> Result<Response, Error> {
    let detail = query.get("text").unwrap_or("as asked".into());
    Err(match &*text(query, "case")? {
        "invalid" => Error::invalid(detail),
        "permission-denied" => Error::permission_denied(detail),
        "not-found" => Error::not_found(detail),
        "limit-exceeded" => Error::limit_exceeded(detail),
        "unavailable" => Error::unavailable(detail),
        "internal" => Error::internal(detail),
        other => Error::invalid(format_args!("no error is called {other}")),
    })
}

pub fn config(query: &Query) -> Result<Response, Error> {
    let name = text(query, "name")?;
    match mayfly::config::get(&name) {
        Some(value) => Ok(Response::text(value)),
        None => Err(Error::not_found(format_args!("{name} is not configured"))),
    }
}

pub fn random() -> Result<Response, Error> {
    let mut bytes = [0; 16];
    mayfly::random::fill(&mut bytes);
    let mut lines = String::new();
    for byte in bytes {
        write!(lines, "{byte:02x}").map_err(Error::internal)?;
    }
    let number = mayfly::random::u64();
    let hash = RandomState::new().hash_one("");
    Ok(Response::text(format!("{lines}\n{number}\n{hash}\n")))
}

pub fn clock() -> Result<Response, Error> {
    let wall = time::unix_nanos();
    let monotonic = time::monotonic().as_nanos();
    Ok(Response::text(format!("{wall}\n{monotonic}\n")))
}
