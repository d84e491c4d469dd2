//! What a Momento function exports, and how it is called.

use wasmtime::Result;
use wasmtime::Store;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, ComponentType, Instance, InstancePre, Lift, Lower, TypedFunc,
};

use super::bytes::{self, Answered, Given};
use super::older;
use super::stream::{self, Header};
use crate::buffers::REQUEST_BODY;
use crate::front::log::{self, Level};
use crate::front::{event, response, web};
use crate::invocation::Call;
use crate::layout::{ENTRY_EVENT, LOG_MESSAGE_BYTES_MAX};
use crate::prelink::{PrelinkError, handler};

/// The export that makes a component a web function of this kind.
pub const WEB: &str = "momento:web-function/guest-function-web@1.0.0";
/// Likewise for one that is spawned.
pub const SPAWNED: &str = "momento:spawn-function/guest-function-spawn@1.0.0";

#[derive(ComponentType, Lift)]
#[component(record)]
struct Response {
    status: u16,
    headers: Vec<Header>,
    body: Answered,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Success {
    #[component(name = "ok")]
    Ok,
    #[component(name = "ok-note")]
    Note(String),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Failure {
    #[component(name = "failed")]
    Failed,
    #[component(name = "failed-note")]
    Note(String),
    #[component(name = "host-error")]
    HostError(String),
}

type Ended = std::result::Result<Success, Failure>;

/// Where they are in a component.
pub struct Exports {
    web: Option<ComponentExportIndex>,
    spawned: Option<ComponentExportIndex>,
    older: older::Exports,
}

impl Exports {
    pub fn of(component: &Component, instance: &InstancePre<Call>) -> std::result::Result<Exports, PrelinkError> {
        Ok(Exports {
            web: handler::<(Given,), (Response,)>(component, instance, WEB, "invoke")?,
            spawned: handler::<(Given,), (Ended,)>(component, instance, SPAWNED, "spawned")?,
            older: older::Exports::of(component, instance)?,
        })
    }

    /// Whether there are any.
    pub fn is_some(&self) -> bool {
        self.web.is_some() || self.spawned.is_some() || self.older.is_some()
    }

    /// Calls the function as its invocation wants it.
    pub async fn call(&self, instance: &Instance, store: &mut Store<Call>) -> Result<()> {
        if store.data().frame.given().entry == ENTRY_EVENT {
            self.spawn(instance, store).await
        } else {
            self.invoke(instance, store).await
        }
    }

    async fn invoke(&self, instance: &Instance, store: &mut Store<Call>) -> Result<()> {
        let Some(invoke) = function::<(Given,), (Response,)>(self.web, instance, store) else {
            return self.older.invoke(instance, store).await;
        };
        let request = bytes::body(store.data_mut(), REQUEST_BODY);
        let (Response { status, headers, body },) = invoke.call_async(&mut *store, (request,)).await?;
        let call = store.data_mut();
        if response::has_begun(call.frame) {
            return stream::end(call, status, body).await;
        }
        let body = match body {
            Answered::Value(bytes) if bytes.is_empty() => None,
            Answered::Value(bytes) => Some(bytes::buffer_of(call, &bytes).await?),
            Answered::Buffer(buffer) => Some(bytes::taken(call, &buffer).await?),
        };
        web::write_response(call.frame, status, &stream::lines(headers), body)
    }

    async fn spawn(&self, instance: &Instance, store: &mut Store<Call>) -> Result<()> {
        let Some(spawned) = function::<(Given,), (Ended,)>(self.spawned, instance, store) else {
            return self.older.spawn(instance, store).await;
        };
        let payload = bytes::body(store.data_mut(), REQUEST_BODY);
        let (ended,) = spawned.call_async(&mut *store, (payload,)).await?;
        let ended = match ended {
            Ok(Success::Ok) => Ok(()),
            Ok(Success::Note(note)) => {
                let note = &note[..note.floor_char_boundary(LOG_MESSAGE_BYTES_MAX)];
                log::write_line(store.data_mut(), Level::Info, note).await;
                Ok(())
            }
            Err(Failure::Failed) => Err("the function failed".into()),
            Err(Failure::Note(text) | Failure::HostError(text)) => Err(text),
        };
        event::finish(store.data().frame, &ended.map_err(event::Error::Retry));
        Ok(())
    }
}

/// One of those that `handler` found with these types.
pub fn function<P, R>(
    index: Option<ComponentExportIndex>,
    instance: &Instance,
    store: &mut Store<Call>,
) -> Option<TypedFunc<P, R>>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    let function = instance
        .get_func(store, index?)
        .expect("the index is of this component");
    // SAFETY: `handler` compared the types when the component was linked.
    Some(unsafe { TypedFunc::new_unchecked(function) })
}
