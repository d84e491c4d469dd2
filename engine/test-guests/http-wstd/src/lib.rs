//! A function for `wasi:http` written with a library that does everything asynchronously. The path says what:
//!
//! | | |
//! |---|---|
//! | `/`, `/echo`, `/late?ms` | says hello; the request's body as it comes; hello after a while |
//! | `/proxy?url` | the request to an upstream, its answer back |

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use wstd::http::body::Body;
use wstd::http::{Client, Error, Request, Response, Uri};
use wstd::time::Duration;

#[wstd::http_server]
async fn main(request: Request<Body>) -> Result<Response<Body>, Error> {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let number = || {
        query
            .split_once('=')
            .and_then(|(_, value)| value.parse().ok())
            .unwrap_or(0)
    };
    match path.as_str() {
        "/" => Ok(Response::new("hello\n".to_owned().into())),
        "/echo" => Ok(Response::new(request.into_body())),
        "/late" => {
            wstd::task::sleep(Duration::from_millis(number())).await;
            Ok(Response::new("hello at last\n".to_owned().into()))
        }
        "/proxy" => proxy(request, address(&query)?).await,
        _ => Ok(Response::builder().status(404).body(Body::empty())?),
    }
}

/// Behind the first `=`, not encoded.
fn address(query: &str) -> Result<Uri, Error> {
    Ok(query.split_once('=').map_or(query, |(_, value)| value).parse()?)
}

async fn proxy(request: Request<Body>, url: Uri) -> Result<Response<Body>, Error> {
    let mut outgoing = Request::builder().uri(url).method(request.method());
    for (name, value) in request.headers() {
        outgoing = outgoing.header(name, value);
    }
    let answer = Client::new().send(outgoing.body(request.into_body())?).await?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    Ok(response.body(answer.into_body())?)
}
