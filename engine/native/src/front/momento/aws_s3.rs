//! `momento:aws-s3/aws-s3`: a bucket is a `blob` binding, whose own credentials count.

use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType};

use super::aws_auth::Provider;
use super::bytes::{self, Data, Given};
use super::errors::{Fail, settled};
use super::{Access, Interface, binding};
use crate::front::blob::{self, BlobInfo};
use crate::front::buffers::Buffer;
use crate::front::errors::Error as HostError;
use crate::front::wire::perform;

/// Where objects are is the binding's to know.
struct Client;

const CONTENT_TYPE: &str = "application/octet-stream";

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
        let text = error.text().to_owned();
        match error {
            HostError::PermissionDenied(_) => Error::Unauthorized(text),
            HostError::Invalid(_) => Error::Malformed(text),
            HostError::LimitExceeded(limit) if limit.contains("concurrency") => Error::Throttled(text),
            error => Error::Other(format!("{}: {text}", error.case())),
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

pub const S3: Interface = Interface {
    name: "momento:aws-s3/aws-s3",
    version: "1.1.0",
    resources: &[("client", |linker, name| {
        linker.resource(name, ResourceType::host::<Client>(), |_, _| Ok(()))
    })],
    functions: &[
        ("[constructor]client", |linker, name| {
            linker.func_wrap(name, |_: Access<'_>, (_credentials,): (Resource<Provider>,)| {
                Ok((Resource::<Client>::new_own(0),))
            })
        }),
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

type Answer<T> = Result<T, Fail<Error>>;

async fn put(store: &mut Access<'_>, request: Put) -> Answer<Stored> {
    let body = request.body.source(store).await?;
    let parameters = (
        binding(&request.bucket),
        request.key,
        body,
        String::from(CONTENT_TYPE),
        request.metadata,
    );
    let stored = perform::<BlobInfo>(store, blob::PUT, &parameters).await?;
    parameters.2.release(store.data().frame);
    Ok(Stored {
        expiration: None,
        etag: Some(stored?.etag.to_owned()),
        version: None,
    })
}

async fn get(store: &mut Access<'_>, request: Get) -> Answer<Found> {
    let place = (binding(&request.bucket), request.key);
    let mut found = Found {
        body: None,
        etag: None,
        version: None,
        expiration: None,
        metadata: vec![],
    };
    match perform::<BlobInfo>(store, blob::HEAD, &place).await? {
        Ok(info) => {
            let metadata = info.metadata.iter();
            found.metadata = metadata
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect();
            found.etag = Some(info.etag.to_owned());
        }
        Err(HostError::NotFound(_)) => return Ok(found),
        Err(error) => return Err(error.into()),
    }
    let body: Resource<Buffer> = perform(store, blob::GET, &place).await??;
    found.body = Some(Given::Buffer(bytes::handle(store.data_mut(), body.rep() as usize)));
    Ok(found)
}
