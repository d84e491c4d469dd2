//! Runs errands for the host's tests: each function of each host interface, and events, under a path. The query says with
//! what; the body is the value, the statement, the payload or what is sent. What may be given more than once is marked
//! with `…`, pairs are written `name:value`.
//!
//! | path | does |
//! |---|---|
//! | `/kv/{get,get-buffer}?store&key` | the value; 204 where there is none |
//! | `/kv/get-many?store&key…` | a line each: `=value` or `none` |
//! | `/kv/{set,set-bytes}?store&key[&ttl-ms]` | sets the body as a buffer, or as bytes that were read |
//! | `/kv/set-many?store&entry…[&ttl-ms]` | sets pairs |
//! | `/kv/{delete,exists}?store&key`, `/kv/delete-many?store&key…` | `true` or `false`; a count |
//! | `/kv/compare-and-set?store&key[&expected][&ttl-ms]` | `true` or `false` |
//! | `/kv/increment?store&key[&delta][&ttl-ms]` | the new value |
//! | `/kv/list-push?store&key&value…[&end=front][&ttl-ms]` | the new length |
//! | `/kv/list-pop?store&key[&end=front]` | the value; 204 where there is none |
//! | `/kv/list-range?store&key[&first][&last]`, `/kv/list-length?store&key` | a line each; a count |
//! | `/kv/keys?store[&prefix][&cursor][&count]` | a page, a line each, with its `next-cursor` header |
//! | `/kv/all-keys?store[&prefix]` | all of them |
//! | `/sql/query?database[&p…]` | a line a row, values apart by tabs, `columns` in a header. Values as in [`sql`] |
//! | `/sql/count?database[&p…]` | reads all rows and says how many |
//! | `/sql/execute?database[&p…]` | rows changed |
//! | `/sql/transaction?database[&read][&end=rollback]` | each line of the body by itself, then `read`, then commits; the rows each changed, and those read |
//! | `/blob/{put,put-bytes}?container&key[&type][&meta…]` | stores the body as a buffer, or as bytes that were read |
//! | `/blob/{get,get-bytes}?container&key` | the blob's buffer, or its bytes, read |
//! | `/blob/get-range?container&key&offset&length` | a part |
//! | `/blob/head?container&key`, `/blob/list?container[&prefix][&after][&count]` | a line a fact; a line a blob |
//! | `/blob/delete?container&key`, `/blob/copy?container&from&to` | `true` or `false`; puts what it gets |
//! | `/http/send?upstream&path[&method][&header…][&timeout-ms]` | gives the response back; the body is sent unless it is a GET |
//! | `/http/read?…`, `/http/drop?…` | answers with the bytes it read, or drops the body unread |
//! | `/http/store?…&container&key` | puts the response's body |
//! | `/call?function&path[&method][&header…]`, `/call-read?…` | the same with another function |
//! | `/spawn?function[&delay-ms][&attribute…]` | the event's id |
//! | `/publish?topic[&attribute…]` | nothing |
//! | `/secret?name[&staleness-ms]` | the secret |
//! | `/log-fields?message[&field…]` | a line at level info |
//! | `/load` | loads the request's body and says how long it is |
//! | `/flood?what=kv\|spawn\|publish\|log&count=10&…` | does it so often; how often it went well, and the first refusal |
//! | `/hold?what=transaction\|rows\|http\|blob&…[&end=spin\|return]` | keeps it open, then traps, spins or answers: see [`hold`] |
//!
//! Refusals come as a status of their own each, with the kind in the header `refused` and the kind and text as the body:
//! an answer passed through has no such header.
//!
//! As a handler of events it notes them in the store `events`, see [`events`].

mod blob;
mod calls;
mod events;
mod flood;
mod hold;
mod kv;
mod refusal;
mod sql;

use std::time::Duration;

use mayfly::log::{self, Level};
use mayfly::{Error, Query, Request, Response, secrets};
use refusal::Refusal;

mayfly::web!(answer);
mayfly::event!(events::handle);

type Outcome = Result<Response, Refusal>;

fn answer(request: Request) -> Result<Response, Error> {
    let path = request.path_segments();
    let query = request.query();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let outcome = match path.as_slice() {
        ["kv", what] => kv::answer(what, &request, &query),
        ["sql", what] => sql::answer(what, &request, &query),
        ["blob", what] => blob::answer(what, &request, &query),
        ["http", what] => calls::http(what, &request, &query),
        ["call"] => calls::call(&request, &query),
        ["call-read"] => calls::call_read(&request, &query),
        ["spawn"] => calls::spawn(&request, &query),
        ["publish"] => calls::publish(&request, &query),
        ["secret"] => secret(&query),
        ["log-fields"] => log_fields(&query),
        ["load"] => load(&request),
        ["flood"] => flood::answer(&query),
        ["hold"] => hold::answer(&request, &query),
        _ => Err(unknown(&request.path())),
    };
    Ok(outcome.unwrap_or_else(Refusal::into))
}

fn secret(query: &Query) -> Outcome {
    let name = text(query, "name")?;
    Ok(Response::text(match millis(query, "staleness-ms")? {
        None => secrets::get(&name)?,
        Some(staleness) => secrets::get_within(&name, staleness)?,
    }))
}

fn log_fields(query: &Query) -> Outcome {
    let fields = pairs(query, "field")?;
    log::write_fields(Level::Info, &text(query, "message")?, &borrowed(&fields));
    Ok(Response::empty(204))
}

fn load(request: &Request) -> Outcome {
    let body = request.body();
    body.load()?;
    Ok(Response::text(body.len().to_string()))
}

fn unknown(what: &str) -> Refusal {
    Refusal::invalid(format_args!("there is no errand {what}"))
}

/// A parameter that has to be there.
fn text(query: &Query, name: &str) -> Result<String, Refusal> {
    match query.get(name) {
        Some(value) => Ok(value.into_owned()),
        None => Err(Refusal::invalid(format_args!("?{name}= is missing"))),
    }
}

/// All values of a parameter.
fn texts(query: &Query, name: &str) -> Vec<String> {
    query
        .iter()
        .filter_map(|(key, value)| (key == name).then_some(value.into_owned()))
        .collect()
}

/// All values of a parameter, each `name:value`.
fn pairs(query: &Query, name: &str) -> Result<Vec<(String, String)>, Refusal> {
    texts(query, name)
        .iter()
        .map(|pair| match pair.split_once(':') {
            Some((key, value)) => Ok((key.into(), value.into())),
            None => Err(Refusal::invalid(format_args!("{name}={pair} has no colon"))),
        })
        .collect()
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// A parameter as a number, or `default` where it isn't given.
fn number(query: &Query, name: &str, default: i64) -> Result<i64, Refusal> {
    match query.get(name) {
        None => Ok(default),
        Some(value) => value
            .parse()
            .map_err(|error| Refusal::invalid(format_args!("{name}={value}: {error}"))),
    }
}

fn millis(query: &Query, name: &str) -> Result<Option<Duration>, Refusal> {
    if !query.has(name) {
        return Ok(None);
    }
    Ok(Some(Duration::from_millis(number(query, name, 0)?.unsigned_abs())))
}
