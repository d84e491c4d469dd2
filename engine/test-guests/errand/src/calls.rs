//! Upstreams, other functions and topics.

use mayfly::http::{self, RequestBuilder};
use mayfly::{Buffer, Query, Request, Response, blob, functions, pubsub};

use crate::{Outcome, Refusal, borrowed, millis, pairs, text, unknown};

pub fn http(what: &str, request: &Request, query: &Query) -> Outcome {
    let upstream = text(query, "upstream")?;
    let (method, path, body) = line(request, query)?;
    let mut outgoing = filled(http::upstream(&upstream).request(&method, &path), body.as_ref(), query)?;
    if let Some(timeout) = millis(query, "timeout-ms")? {
        outgoing = outgoing.timeout(timeout);
    }
    let response = outgoing.send()?;
    match what {
        "send" => Ok(response.into()),
        "read" => read(&response),
        "drop" => Ok(Response::text(response.status.to_string())),
        "store" => {
            let container = text(query, "container")?;
            let info = blob::container(&container)
                .put(&text(query, "key")?, &response.body)
                .send()?;
            Ok(Response::text(info.length.to_string()))
        }
        _ => Err(unknown(what)),
    }
}

pub fn call(request: &Request, query: &Query) -> Outcome {
    Ok(called(request, query)?.into())
}

pub fn call_read(request: &Request, query: &Query) -> Outcome {
    read(&called(request, query)?)
}

fn called(request: &Request, query: &Query) -> Result<http::Response, Refusal> {
    let function = text(query, "function")?;
    let (method, path, body) = line(request, query)?;
    let outgoing = filled(functions::call(&function).request(&method, &path), body.as_ref(), query)?;
    Ok(outgoing.send()?)
}

fn read(response: &http::Response) -> Outcome {
    Ok(Response::ok(response.bytes()?).status(response.status))
}

/// Method, path, and the body unless it is a GET.
fn line(request: &Request, query: &Query) -> Result<(String, String, Option<Buffer>), Refusal> {
    let method = query.get("method").unwrap_or("GET".into()).into_owned();
    let body = (method != "GET").then(|| request.body());
    Ok((method, text(query, "path")?, body))
}

fn filled<'a, T>(
    mut outgoing: RequestBuilder<'a, T>,
    body: Option<&'a Buffer>,
    query: &Query,
) -> Result<RequestBuilder<'a, T>, Refusal> {
    for (name, value) in pairs(query, "header")? {
        outgoing = outgoing.header(name, value);
    }
    Ok(match body {
        None => outgoing,
        Some(body) => outgoing.body(body),
    })
}

pub fn spawn(request: &Request, query: &Query) -> Outcome {
    let function = text(query, "function")?;
    let payload = request.body_bytes();
    let attributes = pairs(query, "attribute")?;
    let mut spawn = functions::spawn(&function, &payload);
    for (name, value) in borrowed(&attributes) {
        spawn = spawn.attribute(name, value);
    }
    if let Some(delay) = millis(query, "delay-ms")? {
        spawn = spawn.delay(delay);
    }
    Ok(Response::text(spawn.send()?))
}

pub fn publish(request: &Request, query: &Query) -> Outcome {
    let topic = text(query, "topic")?;
    let payload = request.body_bytes();
    let attributes = pairs(query, "attribute")?;
    let mut message = pubsub::publish(&topic, &payload);
    for (name, value) in borrowed(&attributes) {
        message = message.attribute(name, value);
    }
    message.send()?;
    Ok(Response::empty(204))
}
