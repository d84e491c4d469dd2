//! `wasi:http/outgoing-handler`: requests to upstreams, any number at once. The host runs each on a thread of its own; what is asked here of one is
//! answered at once, and what is not there yet is waited for with `wasi:io/poll`.

use wasmtime::component::{LinkerInstance, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};

use super::bodies::{self, IncomingBody, Pending, Source};
use super::codes::ErrorCode;
use super::fields::{self, Fields};
use super::incoming::Scheme;
use super::messages::{OutgoingRequest, RequestOptions};
use crate::front::errors::Error;
use crate::front::wasi_io::{IoError, Pollable};
use crate::front::wire::{self, Answer, Decode, encode_length};
use crate::invocation::Call;

/// `Operation.HTTP_BEGIN`
const BEGIN: i32 = 369;
/// `Operation.HTTP_ANSWER`
const ANSWER: i32 = 370;
/// `Operation.HTTP_READ`
const READ: i32 = 371;
/// `Operation.HTTP_WRITE`
const WRITE: i32 = 372;
/// `Operation.HTTP_ROOM`
const ROOM: i32 = 373;
/// `Operation.HTTP_END`
const END: i32 = 374;

/// Between neighbours: dropped, where the standard lets a function set them.
const DROPPED: [&str; 4] = ["content-length", "expect", "te", "trailer"];

/// A request under way, until its answer was taken.
pub struct FutureResponse {
    exchange: usize,
    is_taken: bool,
}

/// The head of an answer.
pub struct IncomingResponse {
    status: u16,
    headers: Fields,
    exchange: usize,
    is_consumed: bool,
}

type Future = Resource<FutureResponse>;
type Response = Resource<IncomingResponse>;
type Linker<'a> = LinkerInstance<'a, Call>;

pub fn future_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource_async(name, ResourceType::host::<FutureResponse>(), |mut store, number| {
        Box::new(async move {
            let call = store.data_mut();
            let exchange = call.http().futures.remove(number as usize).exchange;
            bodies::release_exchange(call, exchange).await;
            Ok(())
        })
    })
}

pub fn response_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource_async(name, ResourceType::host::<IncomingResponse>(), |mut store, number| {
        Box::new(async move {
            let call = store.data_mut();
            let exchange = call.http().answers.remove(number as usize).exchange;
            bodies::release_exchange(call, exchange).await;
            Ok(())
        })
    })
}

pub fn handle(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>,
         (request, options): (Resource<OutgoingRequest>, Option<Resource<RequestOptions>>)| {
            Box::new(async move {
                let call = store.data_mut();
                let http = call.http();
                let request = http.requests.remove(request.rep() as usize);
                let options = options.map(|options| http.options.remove(options.rep() as usize));
                let begun = begin(call, &request, options.unwrap_or_default()).await?;
                bodies::release_output(call, request.body).await;
                Ok((begun,))
            })
        },
    )
}

async fn begin(
    call: &mut Call,
    request: &OutgoingRequest,
    options: RequestOptions,
) -> Result<std::result::Result<Future, ErrorCode>> {
    let scheme = match request.scheme {
        None | Some(Scheme::Https) => "https",
        Some(Scheme::Http) => "http",
        Some(Scheme::Other(_)) => return Ok(Err(ErrorCode::HttpProtocolError)),
    };
    let Some(authority) = &request.authority else {
        return Ok(Err(ErrorCode::HttpRequestUriInvalid));
    };
    let pending = match bodies::pending(call.http(), request.body) {
        Ok(pending) => pending,
        Err(code) => return Ok(Err(code)),
    };
    let argument = &mut call.argument;
    argument.clear();
    put(argument, format!("{scheme}://{authority}").as_bytes());
    put(argument, request.method.name().as_bytes());
    put(argument, request.path_with_query.as_deref().unwrap_or("/").as_bytes());
    let mut headers = request.headers.texts();
    headers.retain(|(name, _)| !DROPPED.contains(&name.as_str()));
    encode_length(headers.len(), argument);
    for (name, value) in &headers {
        put(argument, name.as_bytes());
        put(argument, value.as_bytes());
    }
    match &pending {
        Pending::None => argument.push(0),
        Pending::Bytes(bytes) => {
            argument.push(1);
            put(argument, bytes);
        }
        Pending::Stream { length, .. } => {
            argument.push(2);
            put_option(argument, *length);
        }
    }
    for timeout in options.0 {
        put_option(argument, timeout);
    }
    let number = match ask(call, BEGIN).await? {
        Ok(mut answer) => u32::decode(&mut answer)?,
        Err(error) => return Ok(Err(ErrorCode::of(&error))),
    };
    let exchange = call.http().exchanges.insert(number);
    if let Pending::Stream { unsent, .. } = pending {
        bodies::send_to(call, request.body, exchange, &unsent).await?;
    }
    let future = call.http().futures.insert(FutureResponse {
        exchange,
        is_taken: false,
    });
    Ok(Ok(Future::new_own(future as u32)))
}

fn put(argument: &mut Vec<u8>, bytes: &[u8]) {
    encode_length(bytes.len(), argument);
    argument.extend_from_slice(bytes);
}

fn put_option(argument: &mut Vec<u8>, number: Option<u64>) {
    argument.push(number.is_some().into());
    if let Some(number) = number {
        argument.extend_from_slice(&number.to_le_bytes());
    }
}

/// Performs the operation whose parameters are in [`Call::argument`].
async fn ask(call: &mut Call, operation: i32) -> Result<std::result::Result<Answer, Error>> {
    wire::ask(call, operation).await
}

/// The same for an operation on a request under way, with bytes behind its number.
async fn ask_of(
    call: &mut Call,
    operation: i32,
    number: u32,
    bytes: &[u8],
) -> Result<std::result::Result<Answer, IoError>> {
    call.argument.clear();
    call.argument.extend_from_slice(&number.to_le_bytes());
    call.argument.extend_from_slice(bytes);
    Ok(ask(call, operation).await?.map_err(|error| IoError {
        text: format!("{}: {}", error.case(), error.text()),
        code: Some(ErrorCode::of(&error)),
    }))
}

/// The next bytes of an answer, none of them if there are none yet; nothing behind its end.
pub async fn read(
    call: &mut Call,
    number: u32,
    bytes_max: u32,
) -> Result<std::result::Result<Option<&'static [u8]>, IoError>> {
    Ok(match ask_of(call, READ, number, &bytes_max.to_le_bytes()).await? {
        Ok(mut answer) => Ok(Option::decode(&mut answer)?),
        Err(error) => Err(error),
    })
}

/// Sends as much as there is room for; how much that was.
pub async fn write(call: &mut Call, number: u32, bytes: &[u8]) -> Result<std::result::Result<usize, IoError>> {
    Ok(match ask_of(call, WRITE, number, bytes).await? {
        Ok(mut answer) => Ok(u32::decode(&mut answer)? as usize),
        Err(error) => Err(error),
    })
}

pub async fn room(call: &mut Call, number: u32) -> Result<std::result::Result<u64, IoError>> {
    Ok(match ask_of(call, ROOM, number, &[]).await? {
        Ok(mut answer) => Ok(u32::decode(&mut answer)?.into()),
        Err(error) => Err(error),
    })
}

/// The request's body is whole, or never will be.
pub async fn end(call: &mut Call, number: u32, is_whole: bool) {
    // Where the request has failed, its answer says so.
    let _ = ask_of(call, END, number, &[is_whole.into()]).await;
}

const HEAD: u8 = 0;
const READABLE: u8 = 1;
const WRITABLE: u8 = 2;

fn awaited(what: u8, number: u32) -> Pollable {
    Pollable::Host { what, number }
}

pub fn readable(number: u32) -> Pollable {
    awaited(READABLE, number)
}

pub fn writable(number: u32) -> Pollable {
    awaited(WRITABLE, number)
}

pub fn subscribe(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Future,)| {
        let call = store.data_mut();
        let http = call.http();
        let exchange = http.futures[own.rep() as usize].exchange;
        let number = *http.exchanges.of(exchange);
        Ok((call.wasi.subscribe(awaited(HEAD, number)),))
    })
}

type Got = Option<std::result::Result<std::result::Result<Response, ErrorCode>, ()>>;

pub fn get(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (own,): (Future,)| {
        Box::new(async move { Ok((got(store.data_mut(), own.rep() as usize).await?,)) })
    })
}

async fn got(call: &mut Call, future: usize) -> Result<Got> {
    let http = call.http();
    let FutureResponse { exchange, is_taken } = http.futures[future];
    if is_taken {
        return Ok(Some(Err(())));
    }
    let number = *http.exchanges.of(exchange);
    let answered = match ask_of(call, ANSWER, number, &[]).await? {
        Ok(mut answer) => {
            let head: Option<(u16, Vec<(&str, &str)>)> = match bool::decode(&mut answer)? {
                true => Some((u16::decode(&mut answer)?, Vec::decode(&mut answer)?)),
                false => None,
            };
            match head {
                None => return Ok(None),
                Some((status, lines)) => Ok(IncomingResponse {
                    status,
                    headers: Fields::answered(lines),
                    exchange,
                    is_consumed: false,
                }),
            }
        }
        Err(error) => Err(error.code.unwrap_or(ErrorCode::InternalError(None))),
    };
    let http = call.http();
    http.futures[future].is_taken = true;
    Ok(Some(Ok(answered.map(|response| {
        http.exchanges.hold(exchange);
        Response::new_own(http.answers.insert(response) as u32)
    }))))
}

pub fn status(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Response,)| {
        Ok((store.data_mut().http().answers[own.rep() as usize].status,))
    })
}

pub fn headers(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Response,)| {
        let headers = store.data_mut().http().answers[own.rep() as usize].headers.view();
        Ok((fields::insert(store.data_mut(), headers)?,))
    })
}

pub fn consume(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Response,)| {
        let http = store.data_mut().http();
        let response = &mut http.answers[own.rep() as usize];
        if std::mem::replace(&mut response.is_consumed, true) {
            return Ok((Err(()),));
        }
        let exchange = response.exchange;
        http.exchanges.hold(exchange);
        Ok((Ok(bodies::insert_incoming(
            http,
            IncomingBody::of(Source::Exchange(exchange)),
        )),))
    })
}

pub fn http_error_code(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |store: StoreContextMut<'_, Call>, (error,): (Resource<IoError>,)| {
            Ok((store.data().wasi.error(&error).code.clone(),))
        },
    )
}
