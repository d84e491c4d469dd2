//! `wasi:http/types`: the request that is answered, and where its response goes.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};

use super::bodies::{self, IncomingBody, Source};
use super::codes::ErrorCode;
use super::fields::{self, Fields};
use super::messages::OutgoingResponse;
use crate::front::head::{Head, text};
use crate::front::{response, web};
use crate::invocation::Call;

/// The request of an invocation: there is one, so a handle's number says nothing.
pub struct IncomingRequest;
/// Likewise.
pub struct Outparam;

#[derive(ComponentType, Lift, Lower, Clone, Debug)]
#[component(variant)]
pub enum Method {
    #[component(name = "get")]
    Get,
    #[component(name = "head")]
    Head,
    #[component(name = "post")]
    Post,
    #[component(name = "put")]
    Put,
    #[component(name = "delete")]
    Delete,
    #[component(name = "connect")]
    Connect,
    #[component(name = "options")]
    Options,
    #[component(name = "trace")]
    Trace,
    #[component(name = "patch")]
    Patch,
    #[component(name = "other")]
    Other(String),
}

impl Method {
    fn of(name: &str) -> Method {
        match name {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "DELETE" => Method::Delete,
            "CONNECT" => Method::Connect,
            "OPTIONS" => Method::Options,
            "TRACE" => Method::Trace,
            "PATCH" => Method::Patch,
            other => Method::Other(other.into()),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Connect => "CONNECT",
            Method::Options => "OPTIONS",
            Method::Trace => "TRACE",
            Method::Patch => "PATCH",
            Method::Other(name) => name,
        }
    }
}

#[derive(ComponentType, Lift, Lower, Clone, Debug, PartialEq)]
#[component(variant)]
pub enum Scheme {
    #[component(name = "HTTP")]
    Http,
    #[component(name = "HTTPS")]
    Https,
    #[component(name = "other")]
    Other(String),
}

type Request = Resource<IncomingRequest>;
type Linker<'a> = LinkerInstance<'a, Call>;

pub fn request_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<IncomingRequest>(), |_, _| Ok(()))
}

pub fn outparam_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<Outparam>(), |_, _| Ok(()))
}

pub fn method(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Request,)| {
        Ok((Method::of(Head::of(store.data().frame).method()?),))
    })
}

pub fn path_with_query(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Request,)| {
        let head = Head::of(store.data().frame);
        let path = head.path()?;
        Ok((Some(match head.query()? {
            Some(query) => format!("{path}?{query}"),
            None => path.into(),
        }),))
    })
}

/// Whether the client's connection is encrypted is for whoever runs the host: what calls a function is HTTP.
pub fn scheme(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (_,): (Request,)| {
        Ok((Some(Scheme::Http),))
    })
}

/// A program that calls a function in its own process names no host, and guests make URLs of it: wstd fails without one.
const AUTHORITY_OF_NO_HOST: &str = "localhost";

pub fn authority(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Request,)| {
        let mut headers = Head::of(store.data().frame).headers();
        let host = headers.find(|(name, _)| name.eq_ignore_ascii_case(b"host"));
        let authority = host.map(|(_, value)| text(value)).transpose()?;
        Ok((Some(authority.unwrap_or(AUTHORITY_OF_NO_HOST)),))
    })
}

pub fn headers(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (_,): (Request,)| {
        let call = store.data_mut();
        let headers = Fields::of_request(call.frame);
        Ok((fields::insert(call, headers)?,))
    })
}

pub fn consume(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (_,): (Request,)| {
        let http = store.data_mut().http();
        if std::mem::replace(&mut http.is_request_consumed, true) {
            return Ok((Err(()),));
        }
        Ok((Ok(bodies::insert_incoming(http, IncomingBody::of(Source::Request))),))
    })
}

/// Nothing sends a 1xx response yet: neither does the web server below.
pub fn send_informational(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (_, _, headers): (Resource<Outparam>, u16, Resource<Fields>)| {
            fields::take(store.data_mut(), &headers);
            Ok((Err::<(), _>(ErrorCode::InternalError(Some(
                "this host sends no informational responses".into(),
            ))),))
        },
    )
}

type Answered = std::result::Result<Resource<OutgoingResponse>, ErrorCode>;

pub fn set(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (_, answer): (Resource<Outparam>, Answered)| {
            Box::new(async move {
                let call = store.data_mut();
                call.http().is_answered = true;
                match answer {
                    Ok(response) => begin(call, response.rep() as usize).await,
                    Err(code) => {
                        web::finish_with_error(call.frame, &code.into_answer());
                        Ok(())
                    }
                }
            })
        },
    )
}

/// Puts a response's head into the frame; what is written of its body follows there.
async fn begin(call: &mut Call, response: usize) -> Result<()> {
    let response = call.http().responses.remove(response);
    let frame = call.frame;
    response::begin(
        frame,
        response.status,
        response.headers.texts(),
        response.headers.content_length(),
    )?;
    // Where no body is sent, its length may be said all the same.
    let is_without_body = Head::of(frame).method()? == "HEAD" || response.status == 304;
    bodies::send_as_response(call, response.body, is_without_body).await
}
