//! `momento:web-function/web-function-stream`: a response that begins before its function returns, as events or as bytes.

use std::fmt::Write as _;

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lift, LinkerInstance};

use super::bytes::{self, Answered, Data, Source};
use super::{Access, Interface, Momento, VERSION};
use crate::buffers;
use crate::front::{response, streaming};
use crate::invocation::Call;
use crate::layout::ENTRY_EVENT;

/// Of an event's name, and of its id.
const NAME_BYTES_MAX: usize = 512;
/// Of an event's data, and of the error that an event tells.
const DATA_BYTES_MAX: usize = 1 << 20;

/// What the client gets of a failure when it can't get a status any more.
const ERROR_EVENT: &str = "http-error";

/// The interface has texts for errors.
type Done = std::result::Result<(), String>;

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct Header {
    name: String,
    value: String,
}

/// As the response's head takes them.
pub fn lines(headers: Vec<Header>) -> Vec<(String, String)> {
    headers.into_iter().map(|header| (header.name, header.value)).collect()
}

pub const STREAM: Interface = Interface {
    name: "momento:web-function/web-function-stream",
    version: VERSION,
    resources: &[],
    functions: &[
        ("send-sse", define_send_sse),
        ("send-response-start", |linker, name| {
            linker.func_wrap(name, |store: Access<'_>, (status, headers): (u16, Vec<Header>)| {
                let call = store.data();
                if response::has_begun(call.frame) {
                    return Ok((Done::Err("the response was started before".into()),));
                }
                Ok((begin(call, status, lines(headers))?,))
            })
        }),
        ("send-data", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (data,): (Data,)| {
                Box::new(async move { Ok((send_data(&mut store, data).await?,)) })
            })
        }),
    ],
};

fn define_send_sse(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: Access<'_>, (event, id, data): (Option<String>, Option<String>, Option<Data>)| {
            Box::new(async move { Ok((send_sse(&mut store, event, id, data).await?,)) })
        },
    )
}

fn begin(call: &Call, status: u16, headers: Vec<(String, String)>) -> Result<Done> {
    if call.frame.given().entry == ENTRY_EVENT {
        return Ok(Err("nobody waits for a response: this is an event".into()));
    }
    let said = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let Ok(length) = said.map(|(_, value)| value.parse()).transpose() else {
        return Ok(Err("content-length is no number".into()));
    };
    response::begin(call.frame, status, headers, length)?;
    Ok(Ok(()))
}

async fn send_sse(
    store: &mut Access<'_>,
    event: Option<String>,
    id: Option<String>,
    data: Option<Data>,
) -> Result<Done> {
    let data = match data {
        None => None,
        Some(data) => match data.source(store).await?.bytes(store, DATA_BYTES_MAX).await? {
            Some(bytes) => Some(bytes),
            None => {
                return Ok(Err(format!(
                    "bad data: more than {DATA_BYTES_MAX} bytes, or broken off"
                )));
            }
        },
    };
    let text = match text(event.as_deref(), id.as_deref(), data.as_deref()) {
        Ok(text) => text,
        Err(reason) => return Ok(Err(reason)),
    };
    let call = store.data_mut();
    if !response::has_begun(call.frame) {
        // That the connection stays is the server's to say.
        let headers = [("content-type", "text/event-stream"), ("cache-control", "no-cache")];
        let headers = headers.map(|(name, value)| (name.into(), value.into())).to_vec();
        if let Err(reason) = begin(call, 200, headers)? {
            return Ok(Err(reason));
        }
    }
    Momento::of(call).sends_events = true;
    Ok(told(streaming::write(call, text.as_bytes()).await?))
}

fn told(done: std::result::Result<(), crate::front::errors::Error>) -> Done {
    done.map_err(|error| error.text().to_owned())
}

async fn send_data(store: &mut Access<'_>, data: Data) -> Result<Done> {
    if !response::has_begun(store.data().frame) {
        return Ok(Err(
            "the response was not started: call send-response-start before".into()
        ));
    }
    Ok(told(match data.source(store).await? {
        Source::Bytes(bytes) => streaming::write(store.data(), bytes.as_le_slice(&*store)).await?,
        Source::Buffer(index) => {
            let written = streaming::write_buffer(store.data_mut(), index).await?;
            buffers::drop_handle(store.data().frame, index);
            written
        }
    }))
}

/// An event as it stands in the body.
fn text(event: Option<&str>, id: Option<&str>, data: Option<&[u8]>) -> std::result::Result<String, String> {
    if event.is_none() && data.is_none() {
        return Err("event or data must be provided".into());
    }
    let mut text = String::with_capacity(data.map_or(0, <[u8]>::len) + 64);
    for (field, what, value) in [("event", "event name", event), ("id", "event id", id)] {
        let Some(value) = value else { continue };
        if value.len() > NAME_BYTES_MAX {
            return Err(format!("bad {what}: more than {NAME_BYTES_MAX} bytes"));
        }
        if value.contains(['\r', '\n', '\0']) {
            return Err(format!("bad {what}: it has a line break or a NUL"));
        }
        let _ = writeln!(text, "{field}: {value}");
    }
    if let Some(data) = data {
        if data.len() > DATA_BYTES_MAX {
            return Err(format!("bad data: more than {DATA_BYTES_MAX} bytes"));
        }
        let Ok(data) = std::str::from_utf8(data) else {
            return Err("bad data: not UTF-8".into());
        };
        for line in data.replace("\r\n", "\n").split(['\r', '\n']) {
            let _ = writeln!(text, "data: {line}");
        }
    }
    text.push('\n');
    Ok(text)
}

/// The function returned after its response began: its headers come too late, and so does its status.
pub async fn end(call: &mut Call, status: u16, body: Answered) -> Result<()> {
    if !response::is_open(call.frame) {
        return Ok(());
    }
    if (200..300).contains(&status) {
        response::end(call.frame);
        return Ok(());
    }
    if !Momento::of(call).sends_events {
        // A client that gets bytes can be told in no other way.
        response::fail(call.frame);
        return Ok(());
    }
    let body = match body {
        Answered::Value(mut bytes) => {
            bytes.truncate(DATA_BYTES_MAX);
            bytes
        }
        Answered::Buffer(buffer) => {
            let index = bytes::taken(call, &buffer).await?;
            bytes::first(call, index, DATA_BYTES_MAX).await?.unwrap_or_default()
        }
    };
    let event = error_text(status, &body);
    if streaming::write(call, event.as_bytes()).await?.is_ok() {
        response::end(call.frame);
    }
    Ok(())
}

fn error_text(status: u16, body: &[u8]) -> String {
    let mut data = format!("HTTP {status}: {}", String::from_utf8_lossy(body));
    data.truncate(data.floor_char_boundary(DATA_BYTES_MAX));
    text(Some(ERROR_EVENT), None, Some(data.as_bytes())).expect("its name and its length are right")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_a_line_for_each_of_its_data() {
        assert_eq!(
            text(Some("tick"), Some("7"), Some(b"a\nb\r\nc\rd")).unwrap(),
            "event: tick\nid: 7\ndata: a\ndata: b\ndata: c\ndata: d\n\n"
        );
        assert_eq!(text(Some("beat"), None, None).unwrap(), "event: beat\n\n");
        assert_eq!(text(None, None, Some(b"")).unwrap(), "data: \n\n");
    }

    #[test]
    fn what_is_no_event_is_refused() {
        let long = "x".repeat(NAME_BYTES_MAX + 1);
        let much = vec![b'x'; DATA_BYTES_MAX + 1];
        let reason = |event, id, data| text(event, id, data).unwrap_err();
        assert_eq!(reason(None, Some("1"), None), "event or data must be provided");
        assert!(reason(Some(&long), None, None).starts_with("bad event name: "));
        assert!(reason(Some("a\ndata: b"), None, None).starts_with("bad event name: "));
        assert!(reason(Some("a"), Some("1\0"), None).starts_with("bad event id: "));
        assert!(reason(None, None, Some(&much)).starts_with("bad data: "));
        assert!(reason(None, None, Some(b"\xff")).starts_with("bad data: "));
        assert!(text(Some(&long[1..]), None, Some(&much[1..])).is_ok());
    }

    #[test]
    fn an_error_is_cut_at_a_character() {
        let event = error_text(500, "é".repeat(DATA_BYTES_MAX).as_bytes());
        assert!(event.starts_with("event: http-error\ndata: HTTP 500: éé"));
        assert!(event.len() <= DATA_BYTES_MAX + 64 && event.ends_with("é\n\n"));
        assert!(error_text(400, b"\xff").contains("HTTP 400: \u{fffd}\n"));
    }
}
