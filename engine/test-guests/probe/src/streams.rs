//! Responses that begin before the probe is done.

use std::time::Duration;

use mayfly::{Error, Query, Request, Response, ResponseStream, ServerSentEvent};

use crate::{number, text};

fn wait(query: &Query) -> Result<(), Error> {
    mayfly::time::sleep(Duration::from_millis(number(query, "ms", 0)?));
    Ok(())
}

/// Events, with so long between them.
pub fn events(query: &Query) -> Result<Response, Error> {
    let stream = ResponseStream::events()?;
    for nth in 0..number(query, "count", 1)? {
        let event = ServerSentEvent::data(format!("{nth}\nof many"));
        stream.send(event.name("step").id(nth.to_string()))?;
        wait(query)?;
    }
    Ok(stream.finish()?)
}

/// The request's body, handed on as it comes.
pub fn pass(request: &Request) -> Result<Response, Error> {
    let stream = ResponseStream::start(Response::ok("first: ").header("x-streamed", "yes"))?;
    stream.write(&request.body())?;
    Ok(stream.finish()?)
}

/// A response that goes wrong after it began.
pub fn bad(query: &Query) -> Result<Response, Error> {
    let mut head = Response::ok("begun\n");
    if let Some(length) = query.get("length") {
        head = head.header("content-length", length.into_owned());
    }
    let stream = ResponseStream::start(head)?;
    wait(query)?;
    match text(query, "end")?.as_str() {
        "error" => Err(Error::unavailable("not today")),
        "panic" => panic!("as was asked for"),
        "again" => Ok(Response::text(format!(
            "{:?}\n",
            ResponseStream::start(Response::ok(())).err()
        ))),
        "event" => {
            let told = stream.send(ServerSentEvent::data("").name("a\nb"));
            stream.write(format!("{told:?}\n").into_bytes())?;
            Ok(Response::empty(200))
        }
        _ => {
            let told = stream.write(b"more\n");
            mayfly::log::info!("write: {told:?}");
            Ok(Response::empty(200))
        }
    }
}

/// Works on after its response.
pub fn after(query: &Query) -> Result<Response, Error> {
    let response = ResponseStream::start(Response::ok("done\n"))?.finish()?;
    wait(query)?;
    mayfly::log::info!("went on");
    Ok(response)
}
