//! `momento:aws-auth/aws-auth`: a key that a function has. Roles can't be taken on here.

use wasmtime::component::{ComponentType, Lift, Lower, Resource, ResourceType};

use super::{Access, Interface, Momento, VERSION};

/// A guest's handle: the number of its credentials.
pub struct Provider;

#[derive(Clone)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub region: String,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Key {
    #[component(name = "access-key-id")]
    id: String,
    #[component(name = "secret-access-key")]
    secret: String,
}

#[derive(ComponentType, Lift)]
#[component(record)]
#[expect(dead_code, reason = "guests' values are lifted into it")]
struct Role {
    #[component(name = "role-arn")]
    arn: String,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Authorization {
    #[component(name = "hardcoded")]
    Hardcoded(Key),
    #[component(name = "federated")]
    #[expect(dead_code, reason = "it is refused, whatever it says")]
    Federated(Role),
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "unauthorized")]
    Unauthorized(&'static str),
}

const FEDERATED: &str =
    "a federated role can't be taken on here: use a key; buckets and secrets are bindings that need none";

pub const AUTH: Interface = Interface {
    name: "momento:aws-auth/aws-auth",
    version: VERSION,
    resources: &[("credentials-provider", |linker, name| {
        linker.resource(name, ResourceType::host::<Provider>(), |mut store, number| {
            Momento::of(store.data_mut()).credentials.remove(number as usize);
            Ok(())
        })
    })],
    functions: &[("provider", |linker, name| {
        linker.func_wrap(
            name,
            |mut store: Access<'_>, (authorization, region): (Authorization, String)| {
                let Authorization::Hardcoded(key) = authorization else {
                    return Ok((Err(Error::Unauthorized(FEDERATED)),));
                };
                let credentials = Credentials {
                    access_key_id: key.id,
                    secret_access_key: key.secret,
                    region,
                };
                let number = Momento::of(store.data_mut()).credentials.insert(credentials);
                Ok((Ok(Resource::<Provider>::new_own(number as u32)),))
            },
        )
    })],
};

/// The same of the older interfaces.
pub const OLDER: Interface = Interface {
    name: "momento:host/aws-auth",
    ..AUTH
};
