//! The crates' older interfaces: `momento:functions` and `momento:host`, which pass bytes as lists. What they share with the later ones stands there.

use wasmtime::component::{
    Component, ComponentExportIndex, ComponentType, Instance, InstancePre, Lift, LinkerInstance, Lower, WasmList,
};
use wasmtime::{Result, Store, bail};

use super::bytes::{self, Source};
use super::errors::{Fail, settled};
use super::exports::function;
use super::http::{self, Authorization, InvalidName, InvalidUrl, InvalidValue, Unsent};
use super::stream::{self, Header};
use super::{Access, Interface, VERSION};
use crate::buffers::REQUEST_BODY;
use crate::front::errors::Error as HostError;
use crate::front::{event, web};
use crate::invocation::Call;
use crate::outcome::{BadFrame, Refused};
use crate::prelink::{PrelinkError, handler};

/// The export that makes a component a web function of this kind.
pub const WEB: &str = "momento:functions/guest-function-web@1.0.0";
/// Likewise for one that is spawned.
pub const SPAWNED: &str = "momento:functions/guest-function-spawn@1.0.0";

/// A body is passed as a whole. What a request may have is the host's limit; this one bounds an upstream's answer as well.
pub const BODY_BYTES_MAX: usize = 64 << 20;

#[derive(ComponentType, Lift)]
#[component(record)]
struct Response {
    status: u16,
    headers: Vec<Header>,
    body: Vec<u8>,
}

/// Where they are in a component.
pub struct Exports {
    web: Option<ComponentExportIndex>,
    spawned: Option<ComponentExportIndex>,
}

impl Exports {
    pub fn of(component: &Component, instance: &InstancePre<Call>) -> std::result::Result<Exports, PrelinkError> {
        Ok(Exports {
            web: handler::<(Vec<u8>,), (Response,)>(component, instance, WEB, "post")?,
            spawned: handler::<(Vec<u8>,), ()>(component, instance, SPAWNED, "spawned")?,
        })
    }

    /// Whether there are any.
    pub fn is_some(&self) -> bool {
        self.web.is_some() || self.spawned.is_some()
    }

    pub async fn invoke(&self, instance: &Instance, store: &mut Store<Call>) -> Result<()> {
        let Some(post) = function::<(Vec<u8>,), (Response,)>(self.web, instance, store) else {
            bail!(BadFrame("the component answers no requests"));
        };
        let payload = payload(store.data_mut()).await?;
        let (Response { status, headers, body },) = post.call_async(&mut *store, (payload,)).await?;
        let call = store.data_mut();
        let body = match &body[..] {
            [] => None,
            bytes => Some(bytes::buffer_of(call, bytes).await?),
        };
        web::write_response(call.frame, status, &stream::lines(headers), body)
    }

    /// Such a function has no way to say that it failed but to trap.
    pub async fn spawn(&self, instance: &Instance, store: &mut Store<Call>) -> Result<()> {
        let Some(spawned) = function::<(Vec<u8>,), ()>(self.spawned, instance, store) else {
            bail!(BadFrame("the component handles no events"));
        };
        let payload = payload(store.data_mut()).await?;
        spawned.call_async(&mut *store, (payload,)).await?;
        event::finish(store.data().frame, &Ok(()));
        Ok(())
    }
}

async fn payload(call: &mut Call) -> Result<Vec<u8>> {
    match bytes::all(call, REQUEST_BODY, BODY_BYTES_MAX).await? {
        Some(bytes) => Ok(bytes),
        None => bail!(Refused(format!(
            "the request's body broke off, or is longer than {BODY_BYTES_MAX} bytes"
        ))),
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Request {
    url: String,
    headers: Vec<(String, String)>,
    body: WasmList<u8>,
    authorization: Authorization,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Received {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "internal-error")]
    #[expect(dead_code, reason = "there is always more to tell")]
    Internal,
    #[component(name = "request-error")]
    Request(String),
    #[component(name = "invalid-url")]
    InvalidUrl(InvalidUrl),
    #[component(name = "invalid-header-name")]
    InvalidName(InvalidName),
    #[component(name = "invalid-header-value")]
    InvalidValue(InvalidValue),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        Error::Request(format!("{}: {}", error.case(), error.text()))
    }
}

impl From<Unsent> for Error {
    fn from(unsent: Unsent) -> Error {
        match unsent {
            Unsent::Url(error) => Error::InvalidUrl(error),
            Unsent::Name(error) => Error::InvalidName(error),
            Unsent::Value(error) => Error::InvalidValue(error),
            Unsent::Federated => Error::Request(http::FEDERATED.into()),
        }
    }
}

/// `momento:host/http`: a function for each method.
pub const HTTP: Interface = Interface {
    name: "momento:host/http",
    version: VERSION,
    resources: &[],
    functions: &[
        ("get", |linker, name| define(linker, name, "GET")),
        ("put", |linker, name| define(linker, name, "PUT")),
        ("post", |linker, name| define(linker, name, "POST")),
        ("delete", |linker, name| define(linker, name, "DELETE")),
    ],
};

fn define(linker: &mut LinkerInstance<'_, Call>, name: &str, method: &'static str) -> Result<()> {
    linker.func_wrap_async(name, move |mut store: Access<'_>, (request,): (Request,)| {
        Box::new(async move { settled(send(&mut store, method, request).await) })
    })
}

async fn send(store: &mut Access<'_>, method: &str, request: Request) -> std::result::Result<Received, Fail<Error>> {
    let Request {
        url,
        headers,
        body,
        authorization,
    } = request;
    let fetch = http::prepared(url, method.into(), headers, Source::Bytes(body), authorization);
    let fetch = fetch.map_err(|unsent| Fail::Told(unsent.into()))?;
    let received = http::fetch(store, fetch).await??;
    let headers = received.headers.iter();
    let headers = headers
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let index = received.body.rep() as usize;
    let body = bytes::all(store.data_mut(), index, BODY_BYTES_MAX).await?;
    crate::buffers::drop_handle(store.data().frame, index);
    match body {
        Some(body) => Ok(Received {
            status: received.status,
            headers,
            body,
        }),
        None => Err(Fail::Told(Error::Request(format!(
            "the answer's body broke off, or is longer than {BODY_BYTES_MAX} bytes"
        )))),
    }
}
