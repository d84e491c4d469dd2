//! `mayfly:function/web-types`, and a web function's answer on its way into the frame.

use wasmtime::component::{ComponentType, Lift, Resource, ResourceType, WasmStr};
use wasmtime::{Result, StoreContextMut, bail};

use super::Interface;
use super::buffers::Buffer;
use super::head::{Head, text};
use crate::buffers::{self, GrowError, REQUEST_BODY};
use crate::invocation::{Call, FramePtr};
use crate::layout::HeaderEntry;
use crate::outcome::{HostExhausted, LimitPassed};

/// The request of an invocation: there is one, so a handle's number says nothing.
pub struct Request;

#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum Body {
    #[component(name = "empty")]
    Empty,
    #[component(name = "bytes")]
    Bytes(Vec<u8>),
    #[component(name = "buffer")]
    Buffer(Resource<Buffer>),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum Error {
    #[component(name = "invalid")]
    Invalid(String),
    #[component(name = "permission-denied")]
    PermissionDenied(String),
    #[component(name = "not-found")]
    NotFound(String),
    #[component(name = "limit-exceeded")]
    LimitExceeded(String),
    #[component(name = "unavailable")]
    Unavailable(String),
    #[component(name = "internal")]
    Internal(String),
}

pub const TYPES: Interface = Interface {
    name: "mayfly:function/web-types",
    version: "0.1.0",
    resources: &[("request", |linker, name| {
        linker.resource(name, ResourceType::host::<Request>(), |_, _| Ok(()))
    })],
    functions: &[
        ("[method]request.method", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Request>,)| {
                Ok((Head::of(store.data().frame).method()?,))
            })
        }),
        ("[method]request.path", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Request>,)| {
                Ok((Head::of(store.data().frame).path()?,))
            })
        }),
        ("[method]request.query", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Request>,)| {
                Ok((Head::of(store.data().frame).query()?,))
            })
        }),
        ("[method]request.header", |linker, name| {
            linker.func_wrap(
                name,
                |store: StoreContextMut<'_, Call>, (_, wanted): (Resource<Request>, WasmStr)| {
                    let wanted = wanted.to_str(&store)?;
                    let mut headers = Head::of(store.data().frame).headers();
                    let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted.as_bytes()));
                    Ok((found.map(|(_, value)| text(value)).transpose()?,))
                },
            )
        }),
        ("[method]request.headers", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Request>,)| {
                let headers = Head::of(store.data().frame).headers();
                let all = headers.map(|(name, value)| Ok((text(name)?, text(value)?)));
                Ok((all.collect::<Result<Vec<_>>>()?,))
            })
        }),
        ("[method]request.body", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Request>,)| {
                store.data().frame.buffer(REQUEST_BODY).handles += 1;
                Ok((Resource::<Buffer>::new_own(REQUEST_BODY as u32),))
            })
        }),
        ("[method]request.invocation-id", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Request>,)| {
                Ok((Head::of(store.data().frame).invocation_id()?,))
            })
        }),
    ],
};

/// Writes a response into the frame: header lines into their room, the body into a buffer.
pub async fn finish(call: &Call, response: Response) -> Result<()> {
    let body = match response.body {
        Body::Empty => None,
        Body::Buffer(buffer) => Some(buffer.rep() as usize),
        Body::Bytes(bytes) if bytes.is_empty() => None,
        Body::Bytes(bytes) => Some(buffer_of(call, &bytes).await?),
    };
    write_response(call.frame, response.status, &response.headers, body)
}

/// The same for a body that is a buffer's index already.
pub fn write_response(frame: FramePtr, status: u16, headers: &[(String, String)], body: Option<usize>) -> Result<()> {
    let told = frame.told();
    told.response_head_bytes = 0;
    write_lines(frame, headers)?;
    told.outcome = 0;
    told.response_status = status.into();
    told.response_headers = headers.len() as u32;
    told.response_body = body.map_or(-1, |index| index as i32);
    Ok(())
}

/// Puts bytes behind those in a response's body, which is made with the first of them. The inner error is a stream's, the outer one ends the function.
pub async fn append(
    call: &Call,
    body: Option<usize>,
    bytes: &[u8],
) -> Result<std::result::Result<Option<usize>, String>> {
    if bytes.is_empty() {
        return Ok(Ok(body));
    }
    let Some(index) = body.or_else(|| buffers::create(call.frame)) else {
        bail!(LimitPassed(
            "the response's body needs a buffer and all are in use (limit buffer-count-max)".into()
        ));
    };
    match buffers::reserve(call, index, bytes.len()).await {
        Ok(()) => {}
        Err(GrowError::LimitExceeded) => {
            bail!(LimitPassed(
                "the response's body is too large (limit buffer-bytes-max)".into()
            ))
        }
        Err(GrowError::Unavailable) => return Ok(Err("the host has no buffer memory left".into())),
    }
    buffers::append_reserved(call.frame, index, bytes);
    Ok(Ok(Some(index)))
}

async fn buffer_of(call: &Call, bytes: &[u8]) -> Result<usize> {
    let Some(index) = buffers::create(call.frame) else {
        bail!(LimitPassed(
            "the response's body needs a buffer and all are in use (limit buffer-count-max)".into()
        ));
    };
    match buffers::reserve(call, index, bytes.len()).await {
        Ok(()) => {}
        Err(GrowError::LimitExceeded) => bail!(LimitPassed(format!(
            "the response's body of {} bytes is too large (limit buffer-bytes-max)",
            bytes.len()
        ))),
        Err(GrowError::Unavailable) => bail!(HostExhausted(
            "the host has no buffer memory left for the response's body"
        )),
    }
    buffers::append_reserved(call.frame, index, bytes);
    Ok(index)
}

/// Puts lines behind those in the response head's room.
pub fn write_lines(frame: FramePtr, lines: &[(String, String)]) -> Result<()> {
    let given = frame.given();
    let before = frame.told().response_head_bytes as usize;
    let bytes: usize = lines
        .iter()
        .map(|(n, v)| size_of::<HeaderEntry>() + n.len() + v.len())
        .sum();
    if before + bytes > given.response_head_max as usize {
        bail!(LimitPassed(format!(
            "the response's headers take {} bytes (limit response-head-bytes-max={})",
            before + bytes,
            given.response_head_max
        )));
    }
    // SAFETY: the host promises so many bytes there, for this invocation alone.
    let mut room = unsafe { std::slice::from_raw_parts_mut((given.response_head as *mut u8).add(before), bytes) };
    for (name, value) in lines {
        for part in [
            &(name.len() as u32).to_ne_bytes()[..],
            &(value.len() as u32).to_ne_bytes()[..],
            name.as_bytes(),
            value.as_bytes(),
        ] {
            let (here, behind) = room.split_at_mut(part.len());
            here.copy_from_slice(part);
            room = behind;
        }
    }
    frame.told().response_head_bytes = (before + bytes) as u32;
    Ok(())
}

/// Writes the error that a function reported into the frame.
pub fn finish_with_error(frame: FramePtr, error: &Error) {
    let (case, text) = match error {
        Error::Invalid(text) => (0, text),
        Error::PermissionDenied(text) => (1, text),
        Error::NotFound(text) => (2, text),
        Error::LimitExceeded(text) => (3, text),
        Error::Unavailable(text) => (4, text),
        Error::Internal(text) => (5, text),
    };
    frame.told().outcome = 1 + case;
    frame.told().response_body = -1;
    frame.set_message(text);
}
