//! Opens something and ends without giving it back: by a trap, with `end=spin` by never ending, with `end=return` by an
//! answer, where nothing was dropped either. With `store`, the key `holding` is set there as soon as it is open.
//!
//! | what | is open |
//! |---|---|
//! | `transaction` (`database`) | a transaction in which the body was executed |
//! | `rows` (`database`) | the rows of the body's query, of which a batch was read |
//! | `http` (`upstream`, `path`) | a response whose body wasn't read |
//! | `blob` (`container`, `key`) | a blob of which no byte was read |

use std::hint::black_box;
use std::mem;

use mayfly::{Query, Request, Response, blob, http, kv, sql};

use crate::sql::parameters;
use crate::{Outcome, text, unknown};

pub fn answer(request: &Request, query: &Query) -> Outcome {
    match &*text(query, "what")? {
        "transaction" => {
            let transaction = sql::database(&text(query, "database")?).begin()?;
            transaction.execute(&request.body_text()?, parameters(query)?)?;
            end(transaction, query)
        }
        "rows" => {
            let mut rows = sql::database(&text(query, "database")?).query(&request.body_text()?, parameters(query)?)?;
            rows.next().transpose()?;
            end(rows, query)
        }
        "http" => {
            let response = http::upstream(&text(query, "upstream")?)
                .get(&text(query, "path")?)
                .send()?;
            end(response, query)
        }
        "blob" => end(
            blob::container(&text(query, "container")?).get(&text(query, "key")?)?,
            query,
        ),
        what => Err(unknown(what)),
    }
}

fn end<T>(held: T, query: &Query) -> Outcome {
    mem::forget(held);
    if let Some(store) = query.get("store") {
        kv::store(&store).set("holding", "")?;
    }
    match query.get("end").as_deref() {
        None => panic!("it traps as asked"),
        Some("spin") => spin(),
        Some("return") => Ok(Response::empty(204)),
        Some(other) => Err(unknown(other)),
    }
}

pub fn spin() -> ! {
    loop {
        black_box(());
    }
}
