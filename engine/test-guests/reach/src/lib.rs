//! The function that the host's tests of bindings call: it reaches for what the path and the query name, and answers with what came of it.
//!
//! | path | does |
//! |---|---|
//! | `/kv-set?store=s&key=k&value=v` | `done` |
//! | `/kv-get?store=s&key=k` | the value, or `none` |
//! | `/secret?name=s` | its value; `&staleness-ms=0` to have it read again |
//! | `/secret-length?name=s` | of its value, in bytes |
//! | `/sql?database=d&statement=…` | how many rows it changed |
//! | `/hold?database=d&statement=…` | the same outside of a transaction that is left open |
//! | `/http?upstream=u&path=/` | the status |
//! | `/publish?topic=t&payload=p` | `done` |
//! | `/spawn?function=f&payload=p` | the event's id |
//!
//! What the host refuses is an answer too: `permission-denied: ` and the host's text.

// It is made of what only a host has.
#![cfg(target_family = "wasm")]

use mayfly::{Error, Query, Request, Response};

use bindings::mayfly::data::errors::Error as HostError;
use bindings::mayfly::functions::functions;
use bindings::mayfly::http::client;
use bindings::mayfly::kv::kv;
use bindings::mayfly::pubsub::publisher;
use bindings::mayfly::secrets::secrets;
use bindings::mayfly::sql::sql;

mod bindings {
    wit_bindgen::generate!({
        inline: "
            package mayfly:reach;
            world reach {
                import mayfly:kv/kv@0.1.0;
                import mayfly:sql/sql@0.1.0;
                import mayfly:http/client@0.1.0;
                import mayfly:secrets/secrets@0.1.0;
                import mayfly:pubsub/publisher@0.1.0;
                import mayfly:functions/functions@0.1.0;
            }
        ",
        path: [
            "../../../wit/data",
            "../../../wit/kv",
            "../../../wit/sql",
            "../../../wit/http",
            "../../../wit/secrets",
            "../../../wit/pubsub",
            "../../../wit/functions",
        ],
        generate_all,
    });
}

mayfly::web!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    let path = request.path();
    let query = request.query();
    let outcome = match path.split('/').nth(1).unwrap_or_default() {
        "kv-set" => {
            let value = kv::Value::Bytes(text(&query, "value")?.into_bytes());
            kv::set(&text(&query, "store")?, &text(&query, "key")?, &value, None).map(done)
        }
        "kv-get" => kv::get(&text(&query, "store")?, &text(&query, "key")?)
            .map(|value| value.map_or("none".into(), |bytes| String::from_utf8_lossy(&bytes).into_owned())),
        "secret" => {
            let staleness = query.get("staleness-ms").and_then(|ms| ms.parse().ok());
            secrets::get(&text(&query, "name")?, staleness)
        }
        "secret-length" => secrets::get(&text(&query, "name")?, None).map(|value| value.len().to_string()),
        "sql" => {
            sql::execute(&text(&query, "database")?, &text(&query, "statement")?, &[]).map(|rows| rows.to_string())
        }
        "hold" => {
            let transaction = sql::Transaction::begin(&text(&query, "database")?);
            let changed = sql::execute(&text(&query, "database")?, &text(&query, "statement")?, &[]);
            std::mem::forget(transaction);
            changed.map(|rows| rows.to_string())
        }
        "http" => {
            let request = client::Request {
                method: "GET".into(),
                path_and_query: text(&query, "path")?,
                headers: vec![],
                body: client::Body::Empty,
                timeout_ms: None,
            };
            client::send(&text(&query, "upstream")?, &request).map(|response| response.status.to_string())
        }
        "publish" => publisher::publish(&text(&query, "topic")?, text(&query, "payload")?.as_bytes(), &[]).map(done),
        "spawn" => functions::spawn(
            &text(&query, "function")?,
            text(&query, "payload")?.as_bytes(),
            &[],
            None,
        ),
        other => return Err(Error::not_found(format_args!("there is nothing at {other}"))),
    };
    Ok(Response::text(outcome.unwrap_or_else(refusal)))
}

fn done(_: ()) -> String {
    "done".into()
}

fn refusal(error: HostError) -> String {
    match error {
        HostError::NotFound(text) => format!("not-found: {text}"),
        HostError::Conflict(text) => format!("conflict: {text}"),
        HostError::Invalid(text) => format!("invalid: {text}"),
        HostError::PermissionDenied(text) => format!("permission-denied: {text}"),
        HostError::LimitExceeded(text) => format!("limit-exceeded: {text}"),
        HostError::Timeout(text) => format!("timeout: {text}"),
        HostError::Unavailable(text) => format!("unavailable: {text}"),
    }
}

fn text(query: &Query, name: &str) -> Result<String, Error> {
    match query.get(name) {
        Some(value) => Ok(value.into_owned()),
        None => Err(Error::invalid(format_args!("?{name}= is missing"))),
    }
}
