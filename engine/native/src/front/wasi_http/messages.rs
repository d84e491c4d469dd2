//! `wasi:http/types`: responses and requests on their way out, before they are sent.

use wasmtime::component::{LinkerInstance, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};

use super::bodies::{self, OutBody};
use super::fields::{self, Fields};
use super::incoming::{Method, Scheme};
use crate::invocation::Call;

/// A request that is not sent yet.
pub struct OutgoingRequest {
    pub method: Method,
    pub path_with_query: Option<String>,
    pub scheme: Option<Scheme>,
    pub authority: Option<String>,
    pub headers: Fields,
    pub body: usize,
}

/// A response that is not set yet.
pub struct OutgoingResponse {
    pub status: u16,
    pub headers: Fields,
    pub body: usize,
}

/// For a connection, for the first byte of the answer, and between any two of them: nanoseconds.
#[derive(Clone, Copy, Default)]
pub struct RequestOptions(pub [Option<u64>; 3]);

type Request = Resource<OutgoingRequest>;
type Response = Resource<OutgoingResponse>;
type Options = Resource<RequestOptions>;
type Linker<'a> = LinkerInstance<'a, Call>;
/// What WIT calls `result`.
type Done = std::result::Result<(), ()>;

fn request<'a>(store: &'a mut StoreContextMut<'_, Call>, request: &Request) -> &'a mut OutgoingRequest {
    &mut store.data_mut().http().requests[request.rep() as usize]
}

fn response<'a>(store: &'a mut StoreContextMut<'_, Call>, response: &Response) -> &'a mut OutgoingResponse {
    &mut store.data_mut().http().responses[response.rep() as usize]
}

pub fn request_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<OutgoingRequest>(), |mut store, number| {
        let http = store.data_mut().http();
        let body = http.requests.remove(number as usize).body;
        http.bodies.release(body);
        Ok(())
    })
}

pub fn response_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<OutgoingResponse>(), |mut store, number| {
        let http = store.data_mut().http();
        let body = http.responses.remove(number as usize).body;
        http.bodies.release(body);
        Ok(())
    })
}

pub fn options_resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<RequestOptions>(), |mut store, number| {
        store.data_mut().http().options.remove(number as usize);
        Ok(())
    })
}

pub fn new_request(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (headers,): (Resource<Fields>,)| {
            let headers = fields::take(store.data_mut(), &headers);
            let http = store.data_mut().http();
            let body = http.bodies.insert(OutBody::of_length(headers.content_length()));
            let number = http.requests.insert(OutgoingRequest {
                method: Method::Get,
                path_with_query: None,
                scheme: None,
                authority: None,
                headers,
                body,
            });
            Ok((Request::new_own(number as u32),))
        },
    )
}

pub fn new_response(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (headers,): (Resource<Fields>,)| {
            let headers = fields::take(store.data_mut(), &headers);
            let http = store.data_mut().http();
            let body = http.bodies.insert(OutBody::of_length(headers.content_length()));
            let number = http.responses.insert(OutgoingResponse {
                status: 200,
                headers,
                body,
            });
            Ok((Response::new_own(number as u32),))
        },
    )
}

pub fn request_body(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Request,)| {
        let body = request(&mut store, &own).body;
        Ok((bodies::give_outgoing(store.data_mut().http(), body),))
    })
}

pub fn response_body(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Response,)| {
        let body = response(&mut store, &own).body;
        Ok((bodies::give_outgoing(store.data_mut().http(), body),))
    })
}

pub fn method(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Request,)| {
        Ok((request(&mut store, &own).method.clone(),))
    })
}

pub fn set_method(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (own, method): (Request, Method)| {
            let is_token = !method.name().is_empty() && method.name().bytes().all(|byte| byte.is_ascii_graphic());
            if is_token {
                request(&mut store, &own).method = method;
            }
            Ok((is_token.then_some(()).ok_or(()),))
        },
    )
}

/// Puts text in its place if it has only what an address has.
fn set_text(place: &mut Option<String>, text: Option<String>) -> Done {
    let is_address = |text: &String| text.bytes().all(|byte| byte.is_ascii_graphic());
    if text.as_ref().is_some_and(|text| !is_address(text)) {
        return Err(());
    }
    *place = text;
    Ok(())
}

pub fn path_with_query(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Request,)| {
        Ok((request(&mut store, &own).path_with_query.clone(),))
    })
}

pub fn set_path_with_query(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (own, text): (Request, Option<String>)| {
            Ok((set_text(&mut request(&mut store, &own).path_with_query, text),))
        },
    )
}

pub fn scheme(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Request,)| {
        Ok((request(&mut store, &own).scheme.clone(),))
    })
}

pub fn set_scheme(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (own, scheme): (Request, Option<Scheme>)| {
            request(&mut store, &own).scheme = scheme;
            Ok((Done::Ok(()),))
        },
    )
}

pub fn authority(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Request,)| {
        Ok((request(&mut store, &own).authority.clone(),))
    })
}

pub fn set_authority(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (own, text): (Request, Option<String>)| {
            Ok((set_text(&mut request(&mut store, &own).authority, text),))
        },
    )
}

pub fn request_headers(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Request,)| {
        let headers = request(&mut store, &own).headers.view();
        Ok((fields::insert(store.data_mut(), headers)?,))
    })
}

pub fn response_headers(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Response,)| {
        let headers = response(&mut store, &own).headers.view();
        Ok((fields::insert(store.data_mut(), headers)?,))
    })
}

pub fn status_code(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Response,)| {
        Ok((response(&mut store, &own).status,))
    })
}

pub fn set_status_code(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (own, status): (Response, u16)| {
            let is_status = (100..=999).contains(&status);
            if is_status {
                response(&mut store, &own).status = status;
            }
            Ok((is_status.then_some(()).ok_or(()),))
        },
    )
}

pub fn new_options(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
        let number = store.data_mut().http().options.insert(RequestOptions::default());
        Ok((Options::new_own(number as u32),))
    })
}

pub fn timeout<const WHICH: usize>(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (own,): (Options,)| {
        Ok((store.data_mut().http().options[own.rep() as usize].0[WHICH],))
    })
}

pub fn set_timeout<const WHICH: usize>(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (own, duration): (Options, Option<u64>)| {
            store.data_mut().http().options[own.rep() as usize].0[WHICH] = duration;
            Ok((Done::Ok(()),))
        },
    )
}
