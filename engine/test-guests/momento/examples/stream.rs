//! Responses that begin early:
//!
//! | | |
//! |---|---|
//! | `/events?count` | so many events, the last with id and lines |
//! | `/fail-late` | an event, then an error with lines |
//! | `/bytes?count` | so many pieces of 1,000 bytes, then the request's body |
//! | `/cut` | some bytes, then an error |
//! | `/headers` | events behind a head of its own |
//! | `/bad` | what is refused, a line each |

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use momento::query;
use momento_functions_bytes::Data;

use momento_functions_guest_web::wit::momento::web_function::web_function_stream::{self as stream, Data as Bytes};
use momento_functions_guest_web::{
    SseEvent, WebError, WebResponse, WebResult, invoke, raw_streaming_response, sse_streaming_response,
    sse_streaming_response_with_headers,
};

invoke!(answer);
fn answer(payload: Data) -> WebResult<WebResponse> {
    let count: usize = query("count").and_then(|text| text.parse().ok()).unwrap_or(0);
    let done = match momento::path() {
        "events" => events(count),
        "fail-late" => {
            let sent = sse_streaming_response().send(SseEvent::from_event("first"));
            return match sent {
                Ok(()) => Err(WebError::message("too\nlate")),
                Err(reason) => Err(WebError::message(reason)),
            };
        }
        "bytes" => bytes(count, payload),
        "cut" => {
            let sent = raw_streaming_response(200, vec![]).and_then(|mut body| body.send("some"));
            return Err(WebError::message(format!("{sent:?}")));
        }
        "headers" => sse_streaming_response_with_headers(201, vec![("x-a".into(), "1".into())])
            .and_then(|mut events| events.send(SseEvent::from_data("x"))),
        "bad" => return Ok(WebResponse::new().with_body(bad())?),
        _ => return Ok(WebResponse::new().with_status(404)),
    };
    done.map_err(WebError::message)?;
    Ok(WebResponse::new().with_status(202).header("x-late", "1"))
}

fn events(count: usize) -> Result<(), String> {
    let mut events = sse_streaming_response();
    for number in 1..count {
        events.send(SseEvent::from_event("tick").with_data(number.to_string()))?;
    }
    events.send(SseEvent::from_data("one\ntwo").with_event_id("last"))
}

fn bytes(count: usize, payload: Data) -> Result<(), String> {
    let mut body = raw_streaming_response(206, vec![("x-kind".into(), "raw".into())])?;
    for number in 0..count {
        body.send(vec![number as u8; 1000])?;
    }
    body.send(payload)
}

fn bad() -> String {
    let long = "x".repeat(513);
    let much = vec![b'x'; (1 << 20) + 1];
    let refused = [
        stream::send_sse(None, Some("id"), None),
        stream::send_sse(Some(&long), None, None),
        stream::send_sse(Some("a\nb"), None, None),
        stream::send_sse(Some("a"), Some("\0"), None),
        stream::send_sse(None, None, Some(Bytes::Value(much))),
        stream::send_sse(None, None, Some(Bytes::Value(vec![0xff]))),
        stream::send_data(Bytes::Value(vec![1])),
    ];
    let reasons = refused.map(|done| done.err().unwrap_or_else(|| "taken".into()));
    reasons.join("\n")
}
