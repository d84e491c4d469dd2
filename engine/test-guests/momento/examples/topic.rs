//! Publishes the request's body to `?topic`, as text with `?text`, and spawns `?function` with it.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use momento::query;
use momento_functions_bytes::Data;
use momento_functions_guest_web::{WebResult, invoke};
use momento_functions_host::spawn;
use momento_functions_topic::{publish, publish_bytes};

invoke!(answer);
fn answer(payload: Data) -> WebResult<String> {
    if let Some(topic) = query("topic") {
        let published = match query("text") {
            Some(_) => publish(topic, String::from_utf8(payload.into_bytes())?),
            None => publish_bytes(topic, payload),
        };
        return Ok(format!("{published:?}"));
    }
    let function = query("function").unwrap_or_default();
    Ok(format!("{:?}", spawn(function, payload.into_bytes())))
}
