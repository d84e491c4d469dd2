//! Answers a request with its own body, as WASI 0.3 has it: the body is a stream, and goes from the one to the other as it is.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::wit_future;

wasip3::http::service::export!(Echo);

struct Echo;

impl wasip3::exports::http::handler::Guest for Echo {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let (_, received) = wit_future::new(|| Ok(()));
        let (body, trailers) = Request::consume_body(request, received);
        let (response, _) = Response::new(Fields::new(), Some(body), trailers);
        Ok(response)
    }
}
