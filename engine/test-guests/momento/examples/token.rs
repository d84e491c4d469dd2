//! Makes a token for `?seconds` that may call `?function`, with the id `?id`; without a function one for a cache.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use momento::query;
use momento_functions_bytes::Data;
use momento_functions_guest_web::{WebResult, invoke};
use momento_functions_token::{
    CachePermissions, FunctionPermissions, FunctionRole, Permissions, generate_disposable_token,
};

invoke!(answer);
fn answer(_: Data) -> WebResult<String> {
    let seconds = query("seconds").unwrap_or("60").parse()?;
    let permissions = match query("function") {
        Some("*") => Permissions::new().with_function(FunctionPermissions::invoke()),
        Some(name) => Permissions::new().with_function(
            FunctionPermissions::new()
                .with_role(FunctionRole::FunctionInvoke)
                .with_function(name),
        ),
        None => Permissions::new().with_cache(CachePermissions::read_only()),
    };
    let token = generate_disposable_token(seconds, permissions, query("id").map(str::to_owned))?;
    Ok(format!("{} {} {}", token.api_key, token.endpoint, token.valid_until))
}
