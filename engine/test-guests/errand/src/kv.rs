use mayfly::kv::{self, End, Store};
use mayfly::{Query, Request, Response};

use crate::{Outcome, Refusal, borrowed, millis, number, pairs, text, texts, unknown};

pub fn answer(what: &str, request: &Request, query: &Query) -> Outcome {
    let name = text(query, "store")?;
    let mut store = kv::store(&name);
    if let Some(time) = millis(query, "ttl-ms")? {
        store = store.time_to_live(time);
    }
    match what {
        "get-many" => get_many(store, &texts(query, "key")),
        "set-many" => set_many(store, &pairs(query, "entry")?),
        "delete-many" => {
            let keys = texts(query, "key");
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            said(store.delete_many(&keys)?)
        }
        "keys" => keys(store, query),
        "all-keys" => {
            let prefix = query.get("prefix").unwrap_or_default();
            let keys = store.keys(&prefix).collect::<Result<Vec<_>, _>>()?;
            Ok(Response::text(keys.join("\n")))
        }
        _ => one(what, store, &text(query, "key")?, request, query),
    }
}

fn one(what: &str, store: Store, key: &str, request: &Request, query: &Query) -> Outcome {
    match what {
        "get" => Ok(found(store.get(key)?)),
        "get-buffer" => Ok(found(store.get_buffer(key)?)),
        "set" => {
            store.set(key, &request.body())?;
            Ok(Response::empty(204))
        }
        "set-bytes" => {
            store.set(key, request.body_bytes())?;
            Ok(Response::empty(204))
        }
        "delete" => said(store.delete(key)?),
        "exists" => said(store.exists(key)?),
        "compare-and-set" => {
            let expected = query.get("expected");
            let expected = expected.as_ref().map(|expected| expected.as_bytes());
            said(store.compare_and_set(key, expected, request.body_bytes())?)
        }
        "increment" => said(store.increment(key, number(query, "delta", 1)?)?),
        "list-push" => {
            let values = texts(query, "value");
            let values: Vec<&[u8]> = values.iter().map(String::as_bytes).collect();
            said(store.list_push(key, end(query), &values)?)
        }
        "list-pop" => Ok(found(store.list_pop(key, end(query))?)),
        "list-range" => {
            let values = store.list_range(key, number(query, "first", 0)?, number(query, "last", -1)?)?;
            Ok(Response::ok(values.join(&b'\n')))
        }
        "list-length" => said(store.list_length(key)?),
        _ => Err(unknown(what)),
    }
}

fn get_many(store: Store, keys: &[String]) -> Outcome {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut lines = Vec::new();
    for value in store.get_many(&keys)? {
        match value {
            None => lines.extend(b"none\n"),
            Some(value) => {
                lines.push(b'=');
                lines.extend(value);
                lines.push(b'\n');
            }
        }
    }
    Ok(Response::ok(lines))
}

fn set_many(store: Store, entries: &[(String, String)]) -> Outcome {
    let entries: Vec<(&str, &[u8])> = borrowed(entries)
        .into_iter()
        .map(|(key, value)| (key, value.as_bytes()))
        .collect();
    store.set_many(&entries)?;
    Ok(Response::empty(204))
}

fn keys(store: Store, query: &Query) -> Outcome {
    let prefix = query.get("prefix").unwrap_or_default();
    let count = count(query)?;
    let page = store.key_page(&prefix, query.get("cursor").as_deref(), count)?;
    let response = Response::text(page.keys.join("\n"));
    Ok(match page.cursor {
        None => response,
        Some(cursor) => response.header("next-cursor", cursor),
    })
}

/// How long a page may be.
pub fn count(query: &Query) -> Result<u32, Refusal> {
    u32::try_from(number(query, "count", 100)?).map_err(Refusal::invalid)
}

fn end(query: &Query) -> End {
    if query.get("end").as_deref() == Some("front") {
        End::Front
    } else {
        End::Back
    }
}

/// 204 where there is nothing, which isn't the same as nothing in it.
fn found(value: Option<impl Into<mayfly::Body>>) -> Response {
    value.map_or(Response::empty(204), Response::ok)
}

fn said(value: impl ToString) -> Outcome {
    Ok(Response::text(value.to_string()))
}
