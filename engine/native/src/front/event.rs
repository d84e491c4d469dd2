//! `mayfly:function/event-types`, and what became of an event.

use wasmtime::component::{ComponentType, Lift, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};

use super::Interface;
use super::buffers::Buffer;
use super::head::{Head, text};
use crate::buffers::REQUEST_BODY;
use crate::invocation::{Call, FramePtr};
use crate::layout::{OUTCOME_REJECT, OUTCOME_RETRY};
use crate::outcome::BadFrame;

/// The event of an invocation. Its head is laid out as a request's: kind, source and id stand where method, path and query would, the attempt in
/// the first header line, the attributes in the others.
pub struct Event;

#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum Error {
    #[component(name = "retry")]
    Retry(String),
    #[component(name = "reject")]
    Reject(String),
}

pub const TYPES: Interface = Interface {
    name: "mayfly:function/event-types",
    version: "0.1.0",
    resources: &[("event", |linker, name| {
        linker.resource(name, ResourceType::host::<Event>(), |_, _| Ok(()))
    })],
    functions: &[
        ("[method]event.kind", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Event>,)| {
                Ok((Head::of(store.data().frame).method()?,))
            })
        }),
        ("[method]event.source", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Event>,)| {
                Ok((Head::of(store.data().frame).path()?,))
            })
        }),
        ("[method]event.id", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Event>,)| {
                Ok((Head::of(store.data().frame).query()?.unwrap_or_default(),))
            })
        }),
        ("[method]event.attempt", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Event>,)| {
                let attempt = Head::of(store.data().frame).headers().next();
                let attempt = attempt.and_then(|(_, value)| text(value).ok()?.parse::<u32>().ok());
                Ok((attempt.ok_or(BadFrame("the event's head doesn't say which attempt it is"))?,))
            })
        }),
        ("[method]event.attributes", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Event>,)| {
                let attributes = Head::of(store.data().frame).headers().skip(1);
                let attributes = attributes.map(|(name, value)| Ok((text(name)?, text(value)?)));
                Ok((attributes.collect::<Result<Vec<_>>>()?,))
            })
        }),
        ("[method]event.payload", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Event>,)| {
                store.data().frame.buffer(REQUEST_BODY).handles += 1;
                Ok((Resource::<Buffer>::new_own(REQUEST_BODY as u32),))
            })
        }),
        ("[method]event.invocation-id", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (_,): (Resource<Event>,)| {
                Ok((Head::of(store.data().frame).invocation_id()?,))
            })
        }),
    ],
};

/// Writes what became of the event into the frame.
pub fn finish(frame: FramePtr, answer: &std::result::Result<(), Error>) {
    let told = frame.told();
    told.response_body = -1;
    told.outcome = match answer {
        Ok(()) => 0,
        Err(Error::Retry(_)) => OUTCOME_RETRY,
        Err(Error::Reject(_)) => OUTCOME_REJECT,
    };
    if let Err(Error::Retry(text) | Error::Reject(text)) = answer {
        frame.set_message(text);
    }
}
