//! What a cache does, as the path says: `/get?key`, `/set?key&ttl`, `/delete?key`, `/set-if?key&when&value`, `/hash?key`, `/set-if-hash?key&when`.
//! The body is the value; keys that begin with `0x` are bytes.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use std::time::Duration;

use momento::query;
use momento_functions_bytes::Data;
use momento_functions_cache::{self as cache, SetIfCondition, SetIfHashCondition};
use momento_functions_guest_web::{WebResponse, WebResult, invoke};

const HOUR: Duration = Duration::from_secs(3600);

fn key() -> Vec<u8> {
    let key = query("key").unwrap_or_default();
    match key.strip_prefix("0x") {
        Some(digits) => (0..digits.len() / 2)
            .filter_map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok())
            .collect(),
        None => key.into(),
    }
}

invoke!(answer);
fn answer(payload: Data) -> WebResult<WebResponse> {
    let response = WebResponse::new();
    let value = || Data::from(query("value").unwrap_or_default());
    let when = query("when").unwrap_or_default();
    Ok(match momento::path() {
        "get" => match cache::get::<Data>(key())? {
            Some(value) => response.with_body(value)?,
            None => response.with_status(404),
        },
        "set" => {
            let ttl = query("ttl").and_then(|ms| ms.parse().ok()).map(Duration::from_millis);
            cache::set(key(), payload, ttl.unwrap_or(HOUR))?;
            response
        }
        "delete" => {
            cache::delete(key())?;
            response
        }
        "set-if" => {
            let condition = match when {
                "present" => SetIfCondition::Present,
                "absent" => SetIfCondition::Absent,
                "equal" => SetIfCondition::Equal(value()),
                "not-equal" => SetIfCondition::NotEqual(value()),
                "absent-or-equal" => SetIfCondition::AbsentOrEqual(value()),
                _ => SetIfCondition::PresentAndNotEqual(value()),
            };
            response.with_body(match cache::set_if(key(), payload, HOUR, condition)? {
                cache::ConditionalSetResult::Stored(()) => "stored",
                cache::ConditionalSetResult::NotStored => "not stored",
            })?
        }
        "set-if-hash" => {
            // The hash of what is there when this begins.
            let hash = cache::get_with_hash::<Vec<u8>>(key())?.map(|found| found.hash);
            let hash = || Data::from(hash.clone().unwrap_or_default());
            let condition = match when {
                "equal" => SetIfHashCondition::PresentAndHashEqual(hash()),
                "not-equal" => SetIfHashCondition::PresentAndNotHashEqual(hash()),
                "absent-or-equal" => SetIfHashCondition::AbsentOrHashEqual(hash()),
                _ => SetIfHashCondition::AbsentOrNotHashEqual(hash()),
            };
            response.with_body(match cache::set_if_hash(key(), payload, HOUR, condition)? {
                cache::SetIfHashResult::Stored { .. } => "stored",
                cache::SetIfHashResult::NotStored => "not stored",
            })?
        }
        _ => response.with_status(404),
    })
}
