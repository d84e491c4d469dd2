//! `momento:aws-s3/aws-s3` and `momento:host/aws-s3`: a bucket is a `blob` binding, whose own credentials count.

use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType, WasmList};

use super::aws_auth::Provider;
use super::bytes::{self, Data, Given, Source};
use super::errors::{Fail, settled};
use super::older::BODY_BYTES_MAX;
use super::{Access, Interface, VERSION, aws, binding};
use crate::front::Define;
use crate::front::blob::{self, BlobInfo};
use crate::front::buffers::Buffer;
use crate::front::errors::Error as HostError;
use crate::front::wire::perform;

/// Where objects are is the binding's to know.
struct Client;

const CONTENT_TYPE: &str = "application/octet-stream";

/// A blob has no encoding of its own: it is among its metadata, where the later interface finds it.
const CONTENT_ENCODING: &str = "content-encoding";

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "unauthorized")]
    Unauthorized(String),
    #[component(name = "malformed")]
    Malformed(String),
    #[component(name = "other")]
    Other(String),
    #[component(name = "throttled")]
    Throttled(String),
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Error {
        match error {
            HostError::LimitExceeded(limit) if limit.contains("concurrency") => Error::Throttled(limit.to_owned()),
            error => aws::told(error, Error::Unauthorized, Error::Malformed, Error::Other),
        }
    }
}

type Metadata = Vec<(String, String)>;

#[derive(ComponentType, Lift)]
#[component(record)]
struct Put {
    bucket: String,
    key: String,
    body: Data,
    metadata: Metadata,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Stored {
    expiration: Option<String>,
    etag: Option<String>,
    #[component(name = "version-id")]
    version: Option<String>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Get {
    bucket: String,
    key: String,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Found {
    body: Option<Given>,
    etag: Option<String>,
    #[component(name = "version-id")]
    version: Option<String>,
    expiration: Option<String>,
    metadata: Metadata,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct OlderPut {
    bucket: String,
    key: String,
    body: WasmList<u8>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Options {
    #[component(name = "content-type")]
    content_type: Option<String>,
    #[component(name = "content-encoding")]
    content_encoding: Option<String>,
}

impl Options {
    const NONE: Options = Options {
        content_type: None,
        content_encoding: None,
    };
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct OlderFound {
    body: Option<Vec<u8>>,
    etag: Option<String>,
    #[component(name = "version-id")]
    version: Option<String>,
    expiration: Option<String>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct FoundExtended {
    body: Option<Vec<u8>>,
    etag: Option<String>,
    #[component(name = "version-id")]
    version: Option<String>,
    expiration: Option<String>,
    #[component(name = "content-type")]
    content_type: Option<String>,
}

const CLIENT: (&str, Define) = ("client", |linker, name| {
    linker.resource(name, ResourceType::host::<Client>(), |_, _| Ok(()))
});

const NEW_CLIENT: (&str, Define) = ("[constructor]client", |linker, name| {
    linker.func_wrap(name, |_: Access<'_>, (_credentials,): (Resource<Provider>,)| {
        Ok((Resource::<Client>::new_own(0),))
    })
});

pub const S3: Interface = Interface {
    name: "momento:aws-s3/aws-s3",
    version: "1.1.0",
    resources: &[CLIENT],
    functions: &[
        NEW_CLIENT,
        ("[method]client.put", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (_client, request): (Resource<Client>, Put)| {
                    Box::new(async move { settled(put(&mut store, request).await) })
                },
            )
        }),
        ("[method]client.get", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (_client, request): (Resource<Client>, Get)| {
                    Box::new(async move { settled(get(&mut store, request).await) })
                },
            )
        }),
    ],
};

/// The same with lists of bytes, and without metadata.
pub const OLDER: Interface = Interface {
    name: "momento:host/aws-s3",
    version: VERSION,
    resources: &[CLIENT],
    functions: &[
        NEW_CLIENT,
        ("[method]client.put", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (_client, request): (Resource<Client>, OlderPut)| {
                    Box::new(async move { settled(older_put(&mut store, request, Options::NONE).await) })
                },
            )
        }),
        ("[method]client.get", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (_client, request): (Resource<Client>, Get)| {
                    Box::new(async move {
                        let found = older_get(&mut store, request, Options::NONE).await;
                        settled(found.map(OlderFound::from))
                    })
                },
            )
        }),
        ("[method]client.put-extended", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (_client, request, options): (Resource<Client>, OlderPut, Options)| {
                    Box::new(async move { settled(older_put(&mut store, request, options).await) })
                },
            )
        }),
        ("[method]client.get-extended", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (_client, request, options): (Resource<Client>, Get, Options)| {
                    Box::new(async move { settled(older_get(&mut store, request, options).await) })
                },
            )
        }),
    ],
};

impl From<FoundExtended> for OlderFound {
    fn from(found: FoundExtended) -> OlderFound {
        OlderFound {
            body: found.body,
            etag: found.etag,
            version: found.version,
            expiration: found.expiration,
        }
    }
}

async fn put(store: &mut Access<'_>, request: Put) -> Result<Stored, Fail<Error>> {
    let body = request.body.source(store).await?;
    let place = (binding(&request.bucket), request.key);
    keep(store, place, body, CONTENT_TYPE.into(), request.metadata).await
}

async fn older_put(store: &mut Access<'_>, request: OlderPut, options: Options) -> Result<Stored, Fail<aws::Error>> {
    let place = (binding(&request.bucket), request.key);
    let ty = options.content_type.unwrap_or_else(|| CONTENT_TYPE.into());
    let encoding = options.content_encoding;
    let metadata = encoding.map(|encoding| (CONTENT_ENCODING.into(), encoding));
    keep(
        store,
        place,
        Source::Bytes(request.body),
        ty,
        metadata.into_iter().collect(),
    )
    .await
}

/// The name of a binding, and a key.
type Place = (String, String);

async fn keep<E: From<HostError>>(
    store: &mut Access<'_>,
    (binding, key): Place,
    body: Source,
    content_type: String,
    metadata: Metadata,
) -> Result<Stored, Fail<E>> {
    let parameters = (binding, key, body, content_type, metadata);
    let stored = perform::<BlobInfo>(store, blob::PUT, &parameters).await?;
    parameters.2.release(store.data().frame);
    Ok(Stored {
        expiration: None,
        etag: Some(stored?.etag.to_owned()),
        version: None,
    })
}

async fn get(store: &mut Access<'_>, request: Get) -> Result<Found, Fail<Error>> {
    let object = object(store, (binding(&request.bucket), request.key)).await?;
    let (described, body) = object.unzip();
    let (etag, metadata) = described.map(|described| (described.etag, described.metadata)).unzip();
    Ok(Found {
        body: body.map(|body| Given::Buffer(bytes::handle(store.data_mut(), body))),
        etag,
        version: None,
        expiration: None,
        metadata: metadata.unwrap_or_default(),
    })
}

/// The options are for the answer, as the service has them: a function that asks for a type gets it.
async fn older_get(store: &mut Access<'_>, request: Get, options: Options) -> Result<FoundExtended, Fail<aws::Error>> {
    let mut found = FoundExtended {
        body: None,
        etag: None,
        version: None,
        expiration: None,
        content_type: None,
    };
    let Some((described, body)) = object(store, (binding(&request.bucket), request.key)).await? else {
        return Ok(found);
    };
    let Some(bytes) = Source::Buffer(body).bytes(store, BODY_BYTES_MAX).await? else {
        return Err(Fail::Told(aws::Error::Other(format!(
            "the object broke off, or is longer than {BODY_BYTES_MAX} bytes"
        ))));
    };
    found.body = Some(bytes);
    found.etag = Some(described.etag);
    found.content_type = options.content_type.or(Some(described.content_type));
    Ok(found)
}

struct Described {
    etag: String,
    content_type: String,
    metadata: Metadata,
}

/// What is known of an object, and the buffer of the frame that it is in. Nothing where there is none.
async fn object<E: From<HostError>>(
    store: &mut Access<'_>,
    place: Place,
) -> Result<Option<(Described, usize)>, Fail<E>> {
    let described = match perform::<BlobInfo>(store, blob::HEAD, &place).await? {
        Ok(info) => Described {
            etag: info.etag.to_owned(),
            content_type: info.content_type.to_owned(),
            metadata: owned(info.metadata),
        },
        Err(HostError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let body: Resource<Buffer> = perform(store, blob::GET, &place).await??;
    Ok(Some((described, body.rep() as usize)))
}

fn owned(metadata: Vec<(&str, &str)>) -> Metadata {
    let entries = metadata.into_iter();
    entries
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
