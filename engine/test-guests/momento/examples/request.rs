//! What a function sees of its request, and how it reads and answers:
//!
//! | | |
//! |---|---|
//! | `/head` | method, path, query, headers, token metadata and environment, a line each |
//! | `/twice` | how much there is to take when it is taken again |
//! | `/status?code` | that status with a header and the body's length |
//! | `/read?size` | a checksum and the length of the body, read in pieces |
//! | `/rest?skip` | the body without its first bytes, handed on by its buffer |
//! | `/fail` | an error |

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use std::io::Read as _;

use momento::query;
use momento_functions_bytes::Data;
use momento_functions_guest_web::wit::momento::web_function::web_function_support as support;
use momento_functions_guest_web::{WebEnvironment, WebError, WebResponse, WebResult, invoke};

invoke!(answer);
fn answer(payload: Data) -> WebResult<WebResponse> {
    let number = |name| query(name).and_then(|text| text.parse().ok()).unwrap_or(0);
    let response = WebResponse::new();
    Ok(match momento::path() {
        "head" => response.with_body(head())?,
        "twice" => response.with_body(twice())?,
        "status" => {
            let length = payload.into_bytes().len();
            response
                .with_status(number("code") as u16)
                .header("X-Length", length.to_string())
                .with_body(format!("{length} bytes"))?
        }
        "read" => response.with_body(read(payload, number("size"))?)?,
        "rest" => response.with_body(rest(payload, number("skip"))?)?,
        _ => return Err(WebError::message("there is no such thing")),
    })
}

fn head() -> String {
    let environment = WebEnvironment::load();
    let mut headers: Vec<_> = environment.headers().iter().collect();
    headers.sort();
    let mut query: Vec<_> = environment.query_parameters().iter().collect();
    query.sort();
    format!(
        "{} {}\nquery {query:?}\nheaders {headers:?}\ntoken {:?}\ncache {}\nfunction {}\nid {} {}\n",
        environment.http_method(),
        environment.http_path(),
        environment.token_metadata(),
        environment.cache_name(),
        environment.function_name(),
        environment.invocation_id(),
        support::invocation_id(),
    )
}

fn twice() -> String {
    let first = (support::headers().len(), support::query_parameters().len());
    // The path was taken when this function looked which one is wanted.
    let again = (support::headers().len(), support::query_parameters().len());
    format!(
        "{first:?} {again:?} {:?} {:?} {} {}",
        support::invocation_path(),
        support::token_metadata(),
        support::http_method(),
        support::http_method(),
    )
}

fn read(mut payload: Data, size: usize) -> std::io::Result<String> {
    let mut piece = vec![0; size.max(1)];
    let (mut length, mut sum) = (0, 0u32);
    loop {
        match payload.read(&mut piece)? {
            0 => return Ok(format!("{length} {sum}")),
            read => {
                length += read;
                sum = piece[..read]
                    .iter()
                    .fold(sum, |sum, &byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
            }
        }
    }
}

fn rest(mut payload: Data, mut skip: usize) -> std::io::Result<Data> {
    let mut piece = vec![0; 1000];
    while skip > 0 {
        let read = payload.read(&mut piece[..skip.min(1000)])?;
        if read == 0 {
            break;
        }
        skip -= read;
    }
    Ok(payload)
}
