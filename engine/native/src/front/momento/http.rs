//! `momento:http/http`: requests to origins that the function has an `http` binding for.

use wasmtime::component::{ComponentType, Lift, Lower};

use super::bytes::{self, Data, Given, Source};
use super::errors::{Fail, settled};
use super::{Access, Interface};
use crate::front::errors::Error as HostError;
use crate::front::http::Response as Received;
use crate::front::wire::{Encode, perform};

/// `Operation.HTTP_FETCH`
const FETCH: i32 = 375;

/// What is between two neighbours on the way, or the host's to say: it is left out, as functions for Momento may set it.
const NOT_THEIRS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

#[derive(ComponentType, Lift)]
#[component(record)]
struct Request {
    url: String,
    verb: String,
    headers: Vec<(String, String)>,
    body: Data,
    authorization: Authorization,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum Authorization {
    #[component(name = "none")]
    None,
    #[component(name = "aws-sigv4-secret")]
    Signed(Signing),
    #[component(name = "federated")]
    #[expect(dead_code, reason = "it is refused, whatever it says")]
    Federated(Role),
}

/// How a request is signed, by version 4 of AWS's rules.
#[derive(ComponentType, Lift, Clone)]
#[component(record)]
pub struct Signing {
    #[component(name = "access-key-id")]
    pub access_key_id: String,
    #[component(name = "secret-access-key")]
    pub secret_access_key: String,
    pub region: String,
    pub service: String,
}

impl Encode for Signing {
    fn encode(&self, store: &Access<'_>, out: &mut Vec<u8>) -> wasmtime::Result<()> {
        for text in [
            &self.access_key_id,
            &self.secret_access_key,
            &self.region,
            &self.service,
        ] {
            text.encode(store, out)?;
        }
        Ok(())
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
#[expect(dead_code, reason = "guests' values are lifted into it")]
pub struct Role {
    #[component(name = "role-arn")]
    arn: String,
    service: String,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Response {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Given,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct InvalidUrl {
    url: String,
    error: String,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct InvalidName {
    header: String,
    error: String,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct InvalidValue {
    value: String,
    error: String,
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
    #[component(name = "timeout")]
    Timeout(String),
    #[component(name = "connect-timeout")]
    #[expect(dead_code, reason = "the host doesn't tell it from a connection that failed")]
    ConnectTimeout(String),
    #[component(name = "connection-failed")]
    ConnectionFailed(String),
    #[component(name = "connection-interrupted")]
    ConnectionInterrupted(String),
    #[component(name = "tls-error")]
    Tls(String),
    #[component(name = "too-many-redirects")]
    TooManyRedirects(String),
    #[component(name = "malformed-response")]
    MalformedResponse(String),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        let text = error.text().to_owned();
        let says = |words: &str| text.contains(words);
        match error {
            HostError::Timeout(_) => Error::Timeout(text),
            HostError::Unavailable(_) if says("can't be reached") || says("can't be resolved") => {
                Error::ConnectionFailed(text)
            }
            HostError::Unavailable(_) if says("TLS") => Error::Tls(text),
            HostError::Unavailable(_) if says("isn't HTTP") => Error::MalformedResponse(text),
            HostError::Unavailable(_) => Error::ConnectionInterrupted(text),
            HostError::LimitExceeded(_) if says("redirect") => Error::TooManyRedirects(text),
            error => Error::Request(format!("{}: {text}", error.case())),
        }
    }
}

pub const HTTP: Interface = Interface {
    name: "momento:http/http",
    version: "1.1.0",
    resources: &[],
    functions: &[
        ("invoke", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (request,): (Request,)| {
                Box::new(async move { settled(invoke(&mut store, request, None).await) })
            })
        }),
        ("invoke-with-timeout", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (request, timeout_ms): (Request, u64)| {
                Box::new(async move { settled(invoke(&mut store, request, Some(timeout_ms)).await) })
            })
        }),
    ],
};

type Answer<T> = std::result::Result<T, Fail<Error>>;

async fn invoke(store: &mut Access<'_>, request: Request, timeout_ms: Option<u64>) -> Answer<Response> {
    let Request {
        url,
        verb,
        headers,
        body,
        authorization,
    } = request;
    let body = body.source(store).await?;
    let fetch = prepared(url, verb, headers, body, authorization).map_err(|unsent| Fail::Told(unsent.into()))?;
    Ok(fetched(store, Fetch { timeout_ms, ..fetch }).await??)
}

/// Why a request is not sent.
pub enum Unsent {
    Url(InvalidUrl),
    Name(InvalidName),
    Value(InvalidValue),
    Federated,
}

pub const FEDERATED: &str = "a federated role can't be taken on here: use a key, or a binding that has one";

impl From<Unsent> for Error {
    fn from(unsent: Unsent) -> Error {
        match unsent {
            Unsent::Url(error) => Error::InvalidUrl(error),
            Unsent::Name(error) => Error::InvalidName(error),
            Unsent::Value(error) => Error::InvalidValue(error),
            Unsent::Federated => Error::Request(FEDERATED.into()),
        }
    }
}

/// A function's request as the host takes it.
pub fn prepared(
    url: String,
    verb: String,
    headers: Vec<(String, String)>,
    body: Source,
    authorization: Authorization,
) -> std::result::Result<Fetch, Unsent> {
    let signing = match authorization {
        Authorization::None => None,
        Authorization::Signed(signing) => Some(signing),
        Authorization::Federated(_) => return Err(Unsent::Federated),
    };
    let (to, path) = parts(&url).map_err(|error| Unsent::Url(InvalidUrl { url, error }))?;
    Ok(Fetch {
        to,
        verb,
        path,
        headers: checked(headers)?,
        body,
        timeout_ms: None,
        signing,
    })
}

/// A request to an origin, or to what a binding leads to.
pub struct Fetch {
    pub to: String,
    pub verb: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Source,
    pub timeout_ms: Option<u64>,
    pub signing: Option<Signing>,
}

impl Encode for Fetch {
    fn encode(&self, store: &Access<'_>, out: &mut Vec<u8>) -> wasmtime::Result<()> {
        self.to.encode(store, out)?;
        self.verb.encode(store, out)?;
        self.path.encode(store, out)?;
        self.headers.encode(store, out)?;
        self.body.encode(store, out)?;
        self.timeout_ms.encode(store, out)?;
        self.signing.encode(store, out)
    }
}

/// Sends a request and waits for the head of its answer.
pub async fn fetch(store: &mut Access<'_>, fetch: Fetch) -> wasmtime::Result<std::result::Result<Received, HostError>> {
    let received = perform::<Received>(store, FETCH, &fetch).await?;
    fetch.body.release(store.data().frame);
    Ok(received)
}

async fn fetched(store: &mut Access<'_>, request: Fetch) -> wasmtime::Result<std::result::Result<Response, HostError>> {
    Ok(fetch(store, request).await?.map(|received| Response {
        status: received.status,
        headers: received.headers,
        body: Given::Buffer(bytes::handle(store.data_mut(), received.body.rep() as usize)),
    }))
}

/// The origin of an address, and what is behind it.
fn parts(url: &str) -> std::result::Result<(String, String), String> {
    let is_http = |scheme: &str| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| is_http(scheme)) else {
        return Err("an address begins with http:// or https://".into());
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    if authority.is_empty() || authority.contains('@') {
        return Err("an address has a host, and no user name".into());
    }
    let path = behind.split('#').next().unwrap_or_default();
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok((format!("{scheme}://{authority}"), format!("{slash}{path}")))
}

/// What of the headers is the function's to say.
fn checked(headers: Vec<(String, String)>) -> std::result::Result<Vec<(String, String)>, Unsent> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let is_field = |c: char| c == '\t' || ((' '..='\u{ff}').contains(&c) && c != '\u{7f}');
    for (name, value) in &headers {
        if name.is_empty() || !name.chars().all(is_token) {
            return Err(Unsent::Name(InvalidName {
                header: name.clone(),
                error: "it has characters that can't be sent".into(),
            }));
        }
        if !value.chars().all(is_field) {
            return Err(Unsent::Value(InvalidValue {
                value: value.clone(),
                error: "it has characters that can't be sent".into(),
            }));
        }
    }
    let is_theirs = |name: &str| !NOT_THEIRS.contains(&name.to_ascii_lowercase().as_str());
    Ok(headers.into_iter().filter(|(name, _)| is_theirs(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_origin_and_a_path() {
        let parts = |url| parts(url).ok();
        let pair = |origin: &str, path: &str| Some((origin.to_owned(), path.to_owned()));
        assert_eq!(parts("https://a.b:8/c?d=e#f"), pair("https://a.b:8", "/c?d=e"));
        assert_eq!(parts("http://a?b"), pair("http://a", "/?b"));
        assert_eq!(parts("HTTP://a"), pair("HTTP://a", "/"));
        assert_eq!(parts("ftp://a/"), None);
        assert_eq!(parts("http:///a"), None);
        assert_eq!(parts("http://me@a/"), None);
    }

    #[test]
    fn headers_that_are_the_hosts_are_left_out_and_wrong_ones_refused() {
        let of = |name: &str, value: &str| checked(vec![(name.into(), value.into())]);
        assert_eq!(of("X-A", "1").ok().unwrap().len(), 1);
        assert_eq!(of("Content-Length", "1").ok().unwrap().len(), 0);
        assert!(matches!(of("a b", ""), Err(Unsent::Name(_))));
        assert!(matches!(of("a", "b\r\nc: d"), Err(Unsent::Value(_))));
    }
}
