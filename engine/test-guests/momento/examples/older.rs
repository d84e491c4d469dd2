//! The crate `momento-functions`, from before it was split: `/echo`, `/head`, `/cache?key`, `/list?name`, `/publish?topic`, `/get?url`, `/token`,
//! `/spawn?name`. The body is the value.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use std::time::Duration;

use momento_functions::{WebError, WebResponse, WebResult};
use momento_functions_host::cache::{self, CollectionTtl, EndIndex, SetIfCondition, StartIndex};
use momento_functions_host::token::{CachePermissions, Permissions, generate_disposable_token};
use momento_functions_host::web_extensions::FunctionEnvironment;
use momento_functions_host::{http, spawn, topics};

const HOUR: Duration = Duration::from_secs(3600);

momento_functions::post!(answer);
fn answer(payload: Vec<u8>) -> WebResult<WebResponse> {
    let environment = FunctionEnvironment::get_function_environment();
    let query = |name: &str| environment.query_parameters().get(name).cloned().unwrap_or_default();
    let told = |error: &dyn std::fmt::Debug| WebError::message(format!("{error:?}"));
    let response = WebResponse::new();
    Ok(match environment.http_path() {
        "echo" => response.with_status(201).header("x-kind", "older").with_body(payload)?,
        "head" => response.with_body(format!(
            "{} {:?} {} {}",
            environment.http_method(),
            environment.headers().get("x-a"),
            query("a"),
            environment.function_name()
        ))?,
        "cache" => {
            let key = query("key");
            let first = cache::set_if(&key, payload, HOUR, SetIfCondition::Absent).map_err(|error| told(&error))?;
            let again = cache::set_if(&key, b"no".to_vec(), HOUR, SetIfCondition::Equal(b"other".to_vec()));
            let again = again.map_err(|error| told(&error))?;
            let got = cache::get::<Vec<u8>>(&key).map_err(|error| told(&error))?;
            let hash = cache::get_with_hash::<Vec<u8>>(&key).map_err(|error| told(&error))?;
            cache::delete(&key).map_err(|error| told(&error))?;
            let gone = cache::get::<Vec<u8>>(&key).map_err(|error| told(&error))?;
            response.with_body(format!(
                "{first:?} {again:?} {} {} {gone:?}",
                String::from_utf8_lossy(&got.unwrap_or_default()),
                hash.is_some()
            ))?
        }
        "list" => {
            let list = query("name");
            let mut length = 0;
            for value in payload.split(|byte| *byte == b' ') {
                let pushed = cache::list_push_back(&list, value.to_vec(), CollectionTtl::of(HOUR), Some(2));
                length = pushed.map_err(|error| told(&error))?;
            }
            let fetched = cache::list_fetch::<Vec<u8>>(&list, StartIndex::Unbounded, EndIndex::Unbounded);
            let values = fetched.map_err(|error| told(&error))?.into_iter().flatten().flatten();
            let values: Vec<_> = values
                .map(|value| String::from_utf8_lossy(&value).into_owned())
                .collect();
            response.with_body(format!("{length} {values:?}"))?
        }
        "publish" => {
            topics::publish(query("topic"), &payload[..]).map_err(|error| told(&error))?;
            response
        }
        "get" => {
            let got = http::get(query("url"), [("x-b".to_owned(), "2".to_owned())]).map_err(|error| told(&error))?;
            response.with_status(got.status).with_body(got.body)?
        }
        "token" => {
            let permissions = Permissions::new().with_cache(CachePermissions::read_only().with_all_caches());
            let refused = generate_disposable_token(60, permissions, None).map(|token| token.valid_until);
            response.with_body(format!("{refused:?}"))?
        }
        "spawn" => {
            spawn(query("name"), payload).map_err(|error| told(&error))?;
            response
        }
        _ => response.with_status(404),
    })
}
