//! Does one thing very often: `kv` (`store`) sets keys, `spawn` (`function`) and `publish` (`topic`) send events, `log`
//! writes lines.

use mayfly::{HostError, Query, Response, functions, kv, log, pubsub};

use crate::{Outcome, Refusal, number, text, unknown};

pub fn answer(query: &Query) -> Outcome {
    let count = number(query, "count", 10)?;
    match &*text(query, "what")? {
        "kv" => {
            let store = text(query, "store")?;
            flood(count, |i| kv::store(&store).set(&format!("flood/{i}"), "x"))
        }
        "spawn" => {
            let function = text(query, "function")?;
            flood(count, |i| functions::spawn(&function, &i.to_string()).send().map(drop))
        }
        "publish" => {
            let topic = text(query, "topic")?;
            flood(count, |i| pubsub::publish(&topic, &i.to_string()).send())
        }
        "log" => flood(count, |i| {
            log::info!("flood {i}");
            Ok(())
        }),
        what => Err(unknown(what)),
    }
}

/// How often it went well until it was refused, and the refusal.
fn flood(count: i64, step: impl Fn(i64) -> Result<(), HostError>) -> Outcome {
    for done in 0..count {
        if let Err(error) = step(done) {
            return Ok(Response::text(format!("{done}\n{}\n", Refusal::from(error))));
        }
    }
    Ok(Response::text(format!("{count}\n")))
}
