//! `mayfly:function/streaming`: a web function's response that begins before the function is done.

use std::fmt::Write as _;

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Resource, ResourceType, WasmList};
use wasmtime::{Result, StoreContextMut};

use super::buffers::Buffer;
use super::errors::Error;
use super::{Interface, response, wire};
use crate::buffers;
use crate::invocation::Call;
use crate::layout::ENTRY_EVENT;

/// A response under way: there is one, so a handle's number says nothing.
pub struct ResponseStream;

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct Event {
    name: Option<String>,
    id: Option<String>,
    data: String,
    #[component(name = "retry-ms")]
    retry_ms: Option<u32>,
}

/// As much of a buffer is moved at once.
const PIECE_BYTES: usize = 64 << 10;

pub const STREAMING: Interface = Interface {
    name: "mayfly:function/streaming",
    version: "0.1.0",
    resources: &[("response-stream", |linker, name| {
        linker.resource(name, ResourceType::host::<ResponseStream>(), |_, _| Ok(()))
    })],
    functions: &[
        ("[static]response-stream.start", define_start),
        ("[method]response-stream.write", |linker, name| {
            linker.func_wrap_async(
                name,
                |store: StoreContextMut<'_, Call>, (_, bytes): (Stream, WasmList<u8>)| {
                    Box::new(async move { Ok((write(store.data(), bytes.as_le_slice(&store)).await?,)) })
                },
            )
        }),
        ("[method]response-stream.write-buffer", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: StoreContextMut<'_, Call>, (_, buffer): (Stream, Resource<Buffer>)| {
                    Box::new(async move { Ok((write_buffer(store.data_mut(), buffer.rep() as usize).await?,)) })
                },
            )
        }),
        ("[method]response-stream.send-event", |linker, name| {
            linker.func_wrap_async(name, |store: StoreContextMut<'_, Call>, (_, event): (Stream, Event)| {
                Box::new(async move {
                    Ok((match event.text() {
                        Ok(text) => write(store.data(), text.as_bytes()).await?,
                        Err(error) => Err(error),
                    },))
                })
            })
        }),
        ("[static]response-stream.finish", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Stream,)| {
                Ok((finish(store.data()),))
            })
        }),
    ],
};

type Stream = Resource<ResponseStream>;
type Done = std::result::Result<(), Error>;

fn define_start(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |store: StoreContextMut<'_, Call>, (status, headers): (u16, Vec<(String, String)>)| {
            let frame = store.data().frame;
            if frame.given().entry == ENTRY_EVENT {
                return Ok((Err(Error::Invalid("nobody waits for a response: this is an event")),));
            }
            if response::has_begun(frame) {
                return Ok((Err(Error::Conflict("the response was started before")),));
            }
            let said = headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length = said.map(|(_, value)| value.parse()).transpose();
            let Ok(length) = length else {
                return Ok((Err(Error::Invalid("content-length is no number")),));
            };
            response::begin(frame, status, headers, length)?;
            Ok((Ok(Stream::new_own(0)),))
        },
    )
}

pub(super) async fn write(call: &Call, bytes: &[u8]) -> Result<Done> {
    if !response::is_open(call.frame) {
        return Ok(Err(Error::Conflict(
            "the response is finished, or can't be whole any more",
        )));
    }
    if !response::count(call.frame, bytes.len()) {
        return Ok(Err(Error::Invalid("more was written than content-length says")));
    }
    if response::append(call, bytes).await?.is_err() {
        response::fail(call.frame);
        return Ok(Err(Error::Unavailable("the host has no buffer memory left")));
    }
    response::flush(call.frame);
    Ok(Ok(()))
}

pub(super) async fn write_buffer(call: &mut Call, buffer: usize) -> Result<Done> {
    let mut offset = 0;
    loop {
        let piece = if buffers::is_stream(call.frame, buffer) {
            match wire::read_stream(call, buffer, PIECE_BYTES).await? {
                Some(piece) => piece,
                None => {
                    response::fail(call.frame);
                    return Ok(Err(Error::Unavailable(
                        "the buffer's bytes broke off where they come from",
                    )));
                }
            }
        } else {
            let piece = buffers::read(call, buffer, offset, PIECE_BYTES);
            offset += piece.len() as u64;
            piece
        };
        if piece.is_empty() {
            return Ok(Ok(()));
        }
        if let Err(error) = write(call, piece).await? {
            return Ok(Err(error));
        }
    }
}

fn finish(call: &Call) -> Done {
    if !response::is_open(call.frame) {
        return Err(Error::Conflict("the response is finished, or can't be whole any more"));
    }
    match response::end(call.frame) {
        true => Ok(()),
        false => Err(Error::Invalid("less was written than content-length says")),
    }
}

impl Event {
    /// As it stands in the body.
    fn text(&self) -> std::result::Result<String, Error> {
        let mut text = String::with_capacity(self.data.len() + 64);
        for (field, value) in [("event", &self.name), ("id", &self.id)] {
            if let Some(value) = value {
                if value.contains(['\r', '\n', '\0']) {
                    return Err(Error::Invalid("an event's name or id has a line break or a NUL"));
                }
                let _ = writeln!(text, "{field}: {value}");
            }
        }
        if let Some(retry_ms) = self.retry_ms {
            let _ = writeln!(text, "retry: {retry_ms}");
        }
        for line in self.data.replace("\r\n", "\n").split(['\r', '\n']) {
            let _ = writeln!(text, "data: {line}");
        }
        text.push('\n');
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: Option<&str>, data: &str) -> Event {
        Event {
            name: name.map(Into::into),
            id: None,
            data: data.into(),
            retry_ms: None,
        }
    }

    #[test]
    fn each_line_of_an_events_data_is_a_line_of_its_own() {
        assert_eq!(
            event(Some("tick"), "a\nb\r\nc\rd").text().unwrap(),
            "event: tick\ndata: a\ndata: b\ndata: c\ndata: d\n\n"
        );
        assert_eq!(event(None, "").text().unwrap(), "data: \n\n");
    }

    #[test]
    fn a_name_cant_begin_another_field() {
        assert!(event(Some("a\ndata: b"), "").text().is_err());
    }
}
