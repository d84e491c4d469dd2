//! `wasi:http`: functions that answer requests as the standard has it, and requests of theirs to upstreams.
//!
//! A response is the frame's from the moment it is set: its head in the response head's room, its body in a buffer that grows as the function
//! writes. The host sends what is there when the function waits, when a tick passes, or when it has become much. A function that is done before
//! any of that pays for none of it: its response goes out in one piece, as one of `mayfly:function/web` does.

mod bodies;
pub mod codes;
mod fields;
mod incoming;
mod messages;
mod outgoing;
mod shared;

use slab::Slab;
use wasmtime::Result;

pub use bodies::{read_exchange, read_request, release_exchange, release_output, room, write};
pub use incoming::{IncomingRequest, Outparam};

use self::bodies::{IncomingBody, OutBody};
use self::fields::Fields;
use self::messages::{OutgoingRequest, OutgoingResponse, RequestOptions};
use self::outgoing::{FutureResponse, IncomingResponse};
use self::shared::Shared;
use super::wasi_io::Pollable;
use super::{Interface, response};
use crate::invocation::Call;
use crate::layout::OUTCOME_NO_RESPONSE;

/// What an invocation has open of all this.
#[derive(Default)]
pub struct Http {
    fields: Slab<Fields>,
    fields_bytes: usize,
    requests: Slab<OutgoingRequest>,
    responses: Slab<OutgoingResponse>,
    options: Slab<RequestOptions>,
    /// Bodies that are written, by the numbers that their handles and their streams' have.
    bodies: Shared<OutBody>,
    /// Requests under way: their numbers at the host, by the numbers that everything that belongs to them has here.
    exchanges: Shared<u32>,
    futures: Slab<FutureResponse>,
    answers: Slab<IncomingResponse>,
    incoming: Slab<IncomingBody>,
    /// Whether the lines behind a body were asked for.
    trailers: Slab<bool>,
    is_request_consumed: bool,
    is_answered: bool,
}

impl Http {
    /// A handle that is still open.
    pub fn kept(&self) -> Option<&'static str> {
        match () {
            () if !self.fields.is_empty() => Some("wasi:http/types fields"),
            () if !self.requests.is_empty() => Some("wasi:http/types outgoing-request"),
            () if !self.responses.is_empty() => Some("wasi:http/types outgoing-response"),
            () if !self.options.is_empty() => Some("wasi:http/types request-options"),
            () if !self.futures.is_empty() => Some("wasi:http/types future-incoming-response"),
            () if !self.answers.is_empty() => Some("wasi:http/types incoming-response"),
            () if !self.incoming.is_empty() => Some("wasi:http/types incoming-body"),
            () if !self.trailers.is_empty() => Some("wasi:http/types future-trailers"),
            () => None,
        }
    }
}

const VERSION: &str = "0.2.0";

pub const TYPES: Interface = Interface {
    name: "wasi:http/types",
    version: VERSION,
    resources: &[
        ("fields", fields::resource),
        ("incoming-request", incoming::request_resource),
        ("outgoing-request", messages::request_resource),
        ("request-options", messages::options_resource),
        ("response-outparam", incoming::outparam_resource),
        ("incoming-response", outgoing::response_resource),
        ("incoming-body", bodies::incoming_resource),
        ("future-trailers", bodies::trailers_resource),
        ("outgoing-response", messages::response_resource),
        ("outgoing-body", bodies::outgoing_resource),
        ("future-incoming-response", outgoing::future_resource),
    ],
    functions: &[
        ("[constructor]fields", fields::constructor),
        ("[static]fields.from-list", fields::from_list),
        ("[method]fields.get", fields::get),
        ("[method]fields.has", fields::has),
        ("[method]fields.set", fields::set),
        ("[method]fields.delete", fields::delete),
        ("[method]fields.append", fields::append),
        ("[method]fields.entries", fields::entries),
        ("[method]fields.clone", fields::clone),
        ("[method]incoming-request.method", incoming::method),
        ("[method]incoming-request.path-with-query", incoming::path_with_query),
        ("[method]incoming-request.scheme", incoming::scheme),
        ("[method]incoming-request.authority", incoming::authority),
        ("[method]incoming-request.headers", incoming::headers),
        ("[method]incoming-request.consume", incoming::consume),
        (
            "[method]response-outparam.send-informational",
            incoming::send_informational,
        ),
        ("[static]response-outparam.set", incoming::set),
        ("[constructor]outgoing-request", messages::new_request),
        ("[method]outgoing-request.body", messages::request_body),
        ("[method]outgoing-request.method", messages::method),
        ("[method]outgoing-request.set-method", messages::set_method),
        ("[method]outgoing-request.path-with-query", messages::path_with_query),
        (
            "[method]outgoing-request.set-path-with-query",
            messages::set_path_with_query,
        ),
        ("[method]outgoing-request.scheme", messages::scheme),
        ("[method]outgoing-request.set-scheme", messages::set_scheme),
        ("[method]outgoing-request.authority", messages::authority),
        ("[method]outgoing-request.set-authority", messages::set_authority),
        ("[method]outgoing-request.headers", messages::request_headers),
        ("[constructor]request-options", messages::new_options),
        ("[method]request-options.connect-timeout", messages::timeout::<0>),
        (
            "[method]request-options.set-connect-timeout",
            messages::set_timeout::<0>,
        ),
        ("[method]request-options.first-byte-timeout", messages::timeout::<1>),
        (
            "[method]request-options.set-first-byte-timeout",
            messages::set_timeout::<1>,
        ),
        ("[method]request-options.between-bytes-timeout", messages::timeout::<2>),
        (
            "[method]request-options.set-between-bytes-timeout",
            messages::set_timeout::<2>,
        ),
        ("[constructor]outgoing-response", messages::new_response),
        ("[method]outgoing-response.status-code", messages::status_code),
        ("[method]outgoing-response.set-status-code", messages::set_status_code),
        ("[method]outgoing-response.headers", messages::response_headers),
        ("[method]outgoing-response.body", messages::response_body),
        ("[method]incoming-response.status", outgoing::status),
        ("[method]incoming-response.headers", outgoing::headers),
        ("[method]incoming-response.consume", outgoing::consume),
        ("[method]incoming-body.stream", bodies::stream),
        ("[static]incoming-body.finish", bodies::finish_incoming),
        ("[method]future-trailers.subscribe", bodies::subscribe_trailers),
        ("[method]future-trailers.get", bodies::get_trailers),
        ("[method]outgoing-body.write", bodies::write_stream),
        ("[static]outgoing-body.finish", bodies::finish_outgoing),
        ("[method]future-incoming-response.subscribe", outgoing::subscribe),
        ("[method]future-incoming-response.get", outgoing::get),
        ("http-error-code", outgoing::http_error_code),
    ],
};

pub const OUTGOING: Interface = Interface {
    name: "wasi:http/outgoing-handler",
    version: VERSION,
    resources: &[],
    functions: &[("handle", outgoing::handle)],
};

/// What says that there is something to read of an upstream's answer.
pub fn readable(call: &mut Call, exchange: usize) -> Pollable {
    outgoing::readable(*call.http().exchanges.of(exchange))
}

/// The function returned: what it left undone is said in the frame.
pub fn finish(call: &mut Call) -> Result<()> {
    let is_answered = call.http().is_answered;
    let frame = call.frame;
    if !is_answered {
        frame.told().outcome = OUTCOME_NO_RESPONSE;
        frame.set_message("it returned without setting its response: call response-outparam.set");
    }
    if response::is_open(frame) {
        // Its body was not finished, and never will be.
        response::fail(frame);
    }
    Ok(())
}
