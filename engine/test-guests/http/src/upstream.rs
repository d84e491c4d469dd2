//! Requests to upstreams.

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingRequest, IncomingResponse, Method, OutgoingBody,
    OutgoingRequest, RequestOptions, ResponseOutparam, Scheme,
};
use wasip2::io::poll::poll;
use wasip2::io::streams::StreamError;

use crate::{Query, begin};

fn request(method: Method, url: &str) -> OutgoingRequest {
    let request = OutgoingRequest::new(Fields::new());
    let (scheme, rest) = url.split_once("://").expect("an address");
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    request.set_method(&method).expect("a method");
    let scheme = if scheme == "http" { Scheme::Http } else { Scheme::Https };
    request.set_scheme(Some(&scheme)).expect("a scheme");
    request.set_authority(Some(authority)).expect("an authority");
    request.set_path_with_query(Some(&format!("/{path}"))).expect("a path");
    request
}

fn send(query: &Query, options: Option<RequestOptions>) -> Result<FutureIncomingResponse, ErrorCode> {
    handle(request(Method::Get, &query.text("url")), options)
}

fn wait(future: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    future.subscribe().block();
    future.get().expect("it is ready").expect("the first time")
}

/// All of a body, and how it ended.
fn read(response: &IncomingResponse) -> String {
    let body = response.consume().expect("the first time");
    let input = body.stream().expect("the first time");
    let mut bytes = Vec::new();
    loop {
        match input.blocking_read(64 << 10) {
            Ok(more) => bytes.extend(more),
            Err(StreamError::Closed) => return String::from_utf8_lossy(&bytes).into_owned(),
            Err(StreamError::LastOperationFailed(error)) => {
                let code = wasip2::http::types::http_error_code(&error);
                return format!("{} bytes, then {code:?}: {}", bytes.len(), error.to_debug_string());
            }
        }
    }
}

fn outcome(answered: Result<IncomingResponse, ErrorCode>) -> String {
    match answered {
        Ok(response) => format!("{} {}\n", response.status(), read(&response)),
        Err(code) => format!("{code:?}\n"),
    }
}

pub fn get(query: &Query) -> String {
    outcome(send(query, None).and_then(|future| wait(&future)))
}

pub fn with_timeout(query: &Query) -> String {
    let options = RequestOptions::new();
    let ns = query.number("ms") * 1_000_000;
    options.set_first_byte_timeout(Some(ns)).expect("it may be set");
    options.set_between_bytes_timeout(Some(ns)).expect("it may be set");
    outcome(send(query, Some(options)).and_then(|future| wait(&future)))
}

/// Several at once; which of them answered first.
pub fn many(query: &Query) -> String {
    let mut futures: Vec<_> = (0..query.number("count"))
        .map(|_| send(query, None).expect("it is granted"))
        .collect();
    let mut answers = String::new();
    while !futures.is_empty() {
        let pollables: Vec<_> = futures.iter().map(FutureIncomingResponse::subscribe).collect();
        let ready = poll(&pollables.iter().collect::<Vec<_>>());
        drop(pollables);
        for index in ready.into_iter().rev() {
            let future = futures.remove(index as usize);
            answers += &outcome(wait(&future));
        }
    }
    answers
}

/// As many as there may be; how the first that may not be was refused.
pub fn hold(query: &Query) -> String {
    let mut futures = Vec::new();
    for _ in 0..query.number("count") {
        match send(query, None) {
            Ok(future) => futures.push(future),
            Err(code) => return format!("{} {code:?}\n", futures.len()),
        }
    }
    format!("{}\n", futures.len())
}

pub fn forget(query: &Query) {
    std::mem::forget(send(query, None));
}

pub fn proxy(incoming: IncomingRequest, out: ResponseOutparam, query: &Query) {
    let outgoing = request(incoming.method(), &query.text("url"));
    let body = outgoing.body().expect("the first time");
    let future = match handle(outgoing, None) {
        Ok(future) => future,
        Err(code) => return ResponseOutparam::set(out, Err(code)),
    };
    {
        let from = incoming.consume().expect("the first time");
        let input = from.stream().expect("the first time");
        let output = body.write().expect("the first time");
        while output.blocking_splice(&input, 64 << 10).is_ok() {}
    }
    OutgoingBody::finish(body, None).expect("it is whole");
    let response = match wait(&future) {
        Ok(response) => response,
        Err(code) => return ResponseOutparam::set(out, Err(code)),
    };
    let from = response.consume().expect("the first time");
    let input = from.stream().expect("the first time");
    let headers = Fields::new();
    for length in response.headers().get("content-length") {
        headers.append("content-length", &length).expect("it may be set");
    }
    let (body, output) = begin(out, response.status(), headers);
    loop {
        match output.blocking_splice(&input, 64 << 10) {
            Ok(_) => {}
            Err(StreamError::Closed) => break,
            // What came of it is not all: the response is left unfinished.
            Err(StreamError::LastOperationFailed(_)) => return,
        }
    }
    drop(output);
    OutgoingBody::finish(body, None).expect("it is whole");
}
