//! `wasi:http/types`: bodies that come and bodies that go, as `wasi:io` streams.

use wasmtime::component::{LinkerInstance, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut, bail};

use super::Http;
use super::codes::ErrorCode;
use super::fields::{self, Fields};
use super::outgoing;
use crate::buffers::{self, REQUEST_BODY};
use crate::front::wasi_io::{Failure, Input, IoError, Output, PIECE_BYTES_MAX, Piece, Pollable, wait_for};
use crate::front::{response, wire};
use crate::invocation::Call;
use crate::outcome::Refused;

/// What may be written to a body whose message is not on its way yet.
const UNSENT_BYTES_MAX: usize = PIECE_BYTES_MAX as usize;

/// As much is offered to the host at once: it keeps no more of a request's body.
const UPLOAD_BYTES_MAX: usize = 64 << 10;

/// Where a body comes from.
#[derive(Clone, Copy)]
pub enum Source {
    Request,
    /// The answer of an upstream.
    Exchange(usize),
}

/// A body to read.
pub struct IncomingBody {
    source: Source,
    is_stream_given: bool,
}

impl IncomingBody {
    pub fn of(source: Source) -> IncomingBody {
        IncomingBody {
            source,
            is_stream_given: false,
        }
    }
}

/// Lines behind a body that came: neither the server nor the client below hands on any.
pub struct Trailers;

/// Where a body goes.
enum Target {
    /// Its message is not on its way yet.
    Nobody(Vec<u8>),
    Response,
    Exchange(usize),
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Finished,
    /// It will never be whole.
    Broken,
}

/// A body to write.
pub struct OutBody {
    target: Target,
    state: State,
    /// What `content-length` promises.
    length: Option<u64>,
    written: u64,
    trailers: Vec<(String, String)>,
    is_given: bool,
    is_stream_given: bool,
}

impl OutBody {
    pub fn of_length(length: Option<u64>) -> OutBody {
        OutBody {
            target: Target::Nobody(Vec::new()),
            state: State::Open,
            length,
            written: 0,
            trailers: Vec::new(),
            is_given: false,
            is_stream_given: false,
        }
    }

    /// Nobody will write to it any more: whether it is what was promised.
    fn end(&mut self) {
        let is_whole = self.length.is_none_or(|length| length == self.written);
        if self.state == State::Open {
            self.state = if is_whole { State::Finished } else { State::Broken };
        }
    }

    /// Why its trailers can't be sent.
    fn no_trailers(&self) -> Option<&'static str> {
        if self.trailers.is_empty() {
            None
        } else if self.written == 0 {
            // As the web server writes it, there are none behind an empty body.
            Some("this host sends no trailers behind an empty body")
        } else if matches!(self.target, Target::Exchange(_)) {
            Some("this host sends no trailers behind a request")
        } else {
            None
        }
    }

    /// A body that has another length than was said.
    fn size_error(&self) -> ErrorCode {
        match self.target {
            Target::Exchange(_) => ErrorCode::HttpRequestBodySize(Some(self.written)),
            _ => ErrorCode::HttpResponseBodySize(Some(self.written)),
        }
    }
}

/// What a request is sent with.
pub enum Pending {
    None,
    Bytes(Vec<u8>),
    /// It will be written while the request is under way.
    Stream {
        length: Option<u64>,
        unsent: Vec<u8>,
    },
}

type Linker<'a> = LinkerInstance<'a, Call>;
type Incoming = Resource<IncomingBody>;
type Outgoing = Resource<OutBody>;

pub fn insert_incoming(http: &mut Http, body: IncomingBody) -> Incoming {
    Resource::new_own(http.incoming.insert(body) as u32)
}

pub fn incoming_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource_async(name, ResourceType::host::<IncomingBody>(), |mut store, number| {
        Box::new(async move {
            drop_incoming(store.data_mut(), number as usize).await;
            Ok(())
        })
    })
}

async fn drop_incoming(call: &mut Call, number: usize) {
    if let Source::Exchange(exchange) = call.http().incoming.remove(number).source {
        release_exchange(call, exchange).await;
    }
}

/// One of those that hold a request under way let go; with the last of them it ends.
pub async fn release_exchange(call: &mut Call, exchange: usize) {
    if let Some(number) = call.http().exchanges.release(exchange) {
        call.operation(wire::RESOURCE_DROP, number.into()).await;
    }
}

pub fn stream(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (body,): (Incoming,)| {
        let call = store.data_mut();
        let http = call.http();
        let body = &mut http.incoming[body.rep() as usize];
        if std::mem::replace(&mut body.is_stream_given, true) {
            return Ok((Err(()),));
        }
        let input = match body.source {
            Source::Request => Input::Request,
            Source::Exchange(exchange) => {
                http.exchanges.hold(exchange);
                Input::Exchange(exchange)
            }
        };
        Ok((Ok(call.wasi.input(input)),))
    })
}

pub fn finish_incoming(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (body,): (Incoming,)| {
        Box::new(async move {
            drop_incoming(store.data_mut(), body.rep() as usize).await;
            let taken = store.data_mut().http().trailers.insert(false);
            Ok((Resource::<Trailers>::new_own(taken as u32),))
        })
    })
}

pub fn trailers_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<Trailers>(), |mut store, number| {
        store.data_mut().http().trailers.remove(number as usize);
        Ok(())
    })
}

pub fn subscribe_trailers(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (_,): (Resource<Trailers>,)| {
            Ok((store.data_mut().wasi.subscribe(Pollable::Ready),))
        },
    )
}

type Lines = std::result::Result<std::result::Result<Option<Resource<Fields>>, ErrorCode>, ()>;

pub fn get_trailers(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (own,): (Resource<Trailers>,)| {
            let taken = &mut store.data_mut().http().trailers[own.rep() as usize];
            let lines: Lines = match std::mem::replace(taken, true) {
                true => Err(()),
                false => Ok(Ok(None)),
            };
            Ok((Some(lines),))
        },
    )
}

/// The next bytes of the request's body: what is not here yet is waited for.
pub async fn read_request(call: &mut Call, bytes_max: usize) -> Result<Piece> {
    if buffers::is_stream(call.frame, REQUEST_BODY) {
        return Ok(match wire::read_stream(call, REQUEST_BODY, bytes_max).await? {
            Some([]) => Piece::End,
            Some(bytes) => Piece::Bytes(bytes),
            None => Piece::Failed(IoError {
                text: "the request's body broke off".into(),
                code: Some(ErrorCode::ConnectionTerminated),
            }),
        });
    }
    let bytes = buffers::read(call, REQUEST_BODY, call.wasi.stdin_read, bytes_max);
    call.wasi.stdin_read += bytes.len() as u64;
    Ok(match bytes {
        [] => Piece::End,
        bytes => Piece::Bytes(bytes),
    })
}

/// The next bytes of an upstream's answer, if there are any yet.
pub async fn read_exchange(call: &mut Call, exchange: usize, bytes_max: usize) -> Result<Piece> {
    let number = *call.http().exchanges.of(exchange);
    Ok(match outgoing::read(call, number, bytes_max as u32).await? {
        Ok(Some(bytes)) => Piece::Bytes(bytes),
        Ok(None) => Piece::End,
        Err(error) => Piece::Failed(error),
    })
}

/// A handle to a body that is written, the first time that one is asked for.
pub fn give_outgoing(http: &mut Http, body: usize) -> std::result::Result<Outgoing, ()> {
    if std::mem::replace(&mut http.bodies.of(body).is_given, true) {
        return Err(());
    }
    http.bodies.hold(body);
    Ok(Outgoing::new_own(body as u32))
}

/// A body dropped is one that will never be whole.
pub fn outgoing_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource_async(name, ResourceType::host::<OutBody>(), |mut store, number| {
        Box::new(async move {
            let call = store.data_mut();
            let body = call.http().bodies.of(number as usize);
            if body.state == State::Open {
                body.state = State::Broken;
                tell(call, number as usize).await?;
            }
            release_output(call, number as usize).await;
            Ok(())
        })
    })
}

/// One of those that hold a body let go.
pub async fn release_output(call: &mut Call, body: usize) {
    if let Some(OutBody {
        target: Target::Exchange(exchange),
        ..
    }) = call.http().bodies.release(body)
    {
        release_exchange(call, exchange).await;
    }
}

pub fn write_stream(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Outgoing,)| {
        let call = store.data_mut();
        let number = own.rep() as usize;
        let bodies = &mut call.http().bodies;
        if std::mem::replace(&mut bodies.of(number).is_stream_given, true) {
            return Ok((Err(()),));
        }
        bodies.hold(number);
        Ok((Ok(call.wasi.output(Output::Body(number))),))
    })
}

pub fn finish_outgoing(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (own, trailers): (Outgoing, Option<Resource<Fields>>)| {
            Box::new(async move {
                let call = store.data_mut();
                let number = own.rep() as usize;
                let trailers = trailers.map(|trailers| fields::take(call, &trailers).texts());
                let body = call.http().bodies.of(number);
                body.end();
                body.trailers = trailers.unwrap_or_default();
                let mut result = match body.state {
                    State::Broken => Err(body.size_error()),
                    _ => Ok(()),
                };
                if let Some(reason) = body.no_trailers()
                    && result.is_ok()
                {
                    body.state = State::Broken;
                    result = Err(ErrorCode::InternalError(Some(reason.into())));
                }
                tell(call, number).await?;
                release_output(call, number).await;
                Ok((result,))
            })
        },
    )
}

/// Says how a body ended to whom it goes.
async fn tell(call: &mut Call, body: usize) -> Result<()> {
    let body = call.http().bodies.of(body);
    let state = body.state;
    match body.target {
        Target::Nobody(_) => {}
        Target::Response => {
            let trailers = std::mem::take(&mut body.trailers);
            match state {
                State::Open => {}
                State::Finished => {
                    response::trailers(call.frame, &trailers)?;
                    response::finish(call.frame);
                }
                State::Broken => response::fail(call.frame),
            }
        }
        Target::Exchange(exchange) => {
            let number = *call.http().exchanges.of(exchange);
            if state != State::Open {
                outgoing::end(call, number, state == State::Finished).await;
            }
        }
    }
    Ok(())
}

/// A response's body goes to its client from here on.
pub async fn send_as_response(call: &mut Call, number: usize, is_without_body: bool) -> Result<()> {
    let body = call.http().bodies.of(number);
    if is_without_body {
        body.length = None;
    }
    if !body.is_given {
        body.end();
    }
    if let Target::Nobody(unsent) = std::mem::replace(&mut body.target, Target::Response) {
        // A failure is the stream's when it is written next, or the response's that is not whole.
        let _ = append(call, &unsent).await?;
    }
    tell(call, number).await?;
    release_output(call, number).await;
    Ok(())
}

/// What of a request's body is there when it is sent.
pub fn pending(http: &mut Http, number: usize) -> std::result::Result<Pending, ErrorCode> {
    let body = http.bodies.of(number);
    if !body.is_given {
        body.end();
    }
    let Target::Nobody(unsent) = &mut body.target else {
        return Ok(Pending::None);
    };
    let unsent = std::mem::take(unsent);
    match body.state {
        State::Finished if !body.trailers.is_empty() => Err(ErrorCode::InternalError(Some(
            "this host sends no trailers behind a request".into(),
        ))),
        State::Open => Ok(Pending::Stream {
            length: body.length,
            unsent,
        }),
        State::Finished if body.is_given => Ok(Pending::Bytes(unsent)),
        State::Finished => Ok(Pending::None),
        State::Broken => Err(ErrorCode::HttpRequestBodySize(Some(body.written))),
    }
}

/// A request's body goes to its upstream from here on.
pub async fn send_to(call: &mut Call, number: usize, exchange: usize, unsent: &[u8]) -> Result<()> {
    let http = call.http();
    http.exchanges.hold(exchange);
    http.bodies.of(number).target = Target::Exchange(exchange);
    // A failure is the stream's when it is written next.
    let _ = upload(call, exchange, unsent).await?;
    Ok(())
}

type Written = Result<std::result::Result<(), Failure>>;

/// Writes to a body; what there is no room for is waited for.
pub async fn write(call: &mut Call, number: usize, bytes: &[u8]) -> Written {
    let body = call.http().bodies.of(number);
    if body.state != State::Open {
        return Ok(Err(Failure::Closed));
    }
    body.written += bytes.len() as u64;
    if body.length.is_some_and(|length| body.written > length) {
        body.state = State::Broken;
        let code = body.size_error();
        tell(call, number).await?;
        return Ok(Err(Failure::Failed(IoError {
            text: "more was written than content-length says".into(),
            code: Some(code),
        })));
    }
    match &mut body.target {
        Target::Nobody(unsent) => {
            if unsent.len() + bytes.len() > UNSENT_BYTES_MAX {
                bail!(Refused(format!(
                    "{} bytes were written to a body that is not on its way, where {UNSENT_BYTES_MAX} are permitted",
                    unsent.len() + bytes.len()
                )));
            }
            unsent.extend_from_slice(bytes);
            Ok(Ok(()))
        }
        Target::Response => append(call, bytes).await,
        Target::Exchange(exchange) => {
            let exchange = *exchange;
            upload(call, exchange, bytes).await
        }
    }
}

async fn append(call: &mut Call, bytes: &[u8]) -> Written {
    let appended = response::append(call, bytes).await?;
    Ok(appended.map_err(|text| Failure::Failed(IoError { text, code: None })))
}

async fn upload(call: &mut Call, exchange: usize, bytes: &[u8]) -> Written {
    let number = *call.http().exchanges.of(exchange);
    let mut rest = bytes;
    while !rest.is_empty() {
        let offered = &rest[..rest.len().min(UPLOAD_BYTES_MAX)];
        match outgoing::write(call, number, offered).await? {
            Ok(0) => {
                wait_for(call, &[outgoing::writable(number)]).await;
            }
            Ok(taken) => rest = &rest[taken..],
            Err(error) => return Ok(Err(Failure::Failed(error))),
        }
    }
    Ok(Ok(()))
}

/// How much may be written, and what to wait for where that is nothing.
pub async fn room(call: &mut Call, number: usize) -> Result<std::result::Result<(u64, Pollable), Failure>> {
    let body = call.http().bodies.of(number);
    if body.state != State::Open {
        return Ok(Err(Failure::Closed));
    }
    match &body.target {
        Target::Nobody(unsent) if unsent.len() == UNSENT_BYTES_MAX => Ok(Ok((0, Pollable::At(u64::MAX)))),
        Target::Nobody(unsent) => Ok(Ok(((UNSENT_BYTES_MAX - unsent.len()) as u64, Pollable::Ready))),
        Target::Response => Ok(Ok((PIECE_BYTES_MAX, Pollable::Ready))),
        Target::Exchange(exchange) => {
            let exchange = *exchange;
            let number = *call.http().exchanges.of(exchange);
            Ok(match outgoing::room(call, number).await? {
                Ok(room) => Ok((room, outgoing::writable(number))),
                Err(error) => Err(Failure::Failed(error)),
            })
        }
    }
}
