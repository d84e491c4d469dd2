//! The function that the host's tests call. The first segment of the path says what it does; the query says how much.
//!
//! | path | does |
//! |---|---|
//! | `/echo` | gives the body's buffer back |
//! | `/echo-bytes`, `/reverse` | reads the whole body, answers with its bytes, or with them reversed |
//! | `/read-at?offset=0&bytes=16` | a part of the body |
//! | `/write-at?offset=0&text=x` | a new buffer with the body's bytes, then written to |
//! | `/write-body` | tries to append to the request's own body |
//! | `/append?bytes=1024&chunk=64` | a buffer made by appends; byte `i` is `i % 251` |
//! | `/buffers?count=10` | creates that many and keeps them |
//! | `/big-response?mib=1` | zeros out of the function's memory |
//! | `/request` | method, path and query as lines |
//! | `/headers`, `/header?name=x` | the request's header lines, or one value |
//! | `/invocation-id` | that |
//! | `/status?code=200` | an empty answer with that status |
//! | `/set-header?name=x&value=y` | an empty answer with that header |
//! | `/header-flood?count=10&bytes=16` | an empty answer with that many headers of that size |
//! | `/error?case=invalid&text=x` | one of the six errors |
//! | `/log?lines=1&bytes=16&level=info` | writes that |
//! | `/config?name=x` | the value, or 404 |
//! | `/random` | 16 bytes in hex, a number, and the hash of an empty key: all differ from call to call |
//! | `/clock` | nanoseconds since 1970, and monotonic ones |
//! | `/spin` | never ends |
//! | `/sleep-busy?ms=10` | ends after that time, busy all the while |
//! | `/recurse?depth=…` | calls itself that deep: without `depth` until the stack ends |
//! | `/unreachable`, `/oob`, `/panic` | traps |
//! | `/grow?step=16` | grows its memory by so many pages at a time until refused; answers the pages it got |
//! | `/alloc?mib=1` | allocates and touches that; traps when refused |
//! | `/dirty?pages=64` | `clean`, or what wasn't as new; then overwrites all it can reach |
//! | `/dirty-then-trap`, `/dirty-then-spin` | the same with another end |
//! | `/events?count=1&ms=0` | server-sent events, with so long between them |
//! | `/pass-stream` | the request's body as it comes, behind a few bytes |
//! | `/bad-stream?end=error&ms=0&length=…` | a response that goes wrong after it began |
//! | `/after-stream?ms=0` | waits so long after its response |

// It is made of instructions that no other machine has.
#![cfg(target_family = "wasm")]

mod bodies;
mod dirt;
mod faults;
mod limits;
mod reports;
mod streams;

use mayfly::{Error, Query, Request, Response};

mayfly::web!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    let path = request.path();
    let query = request.query();
    match path.split('/').nth(1).unwrap_or_default() {
        "echo" => bodies::echo(&request),
        "echo-bytes" => bodies::echo_bytes(&request),
        "reverse" => bodies::reverse(&request),
        "read-at" => bodies::read_at(&request, &query),
        "write-at" => bodies::write_at(&request, &query),
        "write-body" => bodies::write_body(&request),
        "append" => bodies::append(&query),

        "request" => reports::request(&request),
        "headers" => reports::headers(&request),
        "header" => reports::header(&request, &query),
        "invocation-id" => reports::invocation_id(&request),
        "status" => reports::status(&query),
        "set-header" => reports::set_header(&query),
        "error" => reports::error(&query),
        "config" => reports::config(&query),
        "random" => reports::random(),
        "clock" => reports::clock(),

        "buffers" => limits::buffers(&query),
        "big-response" => limits::big_response(&query),
        "header-flood" => limits::header_flood(&query),
        "log" => limits::log(&query),
        "sleep-busy" => limits::sleep_busy(&query),
        "grow" => limits::grow(&query),
        "alloc" => limits::alloc(&query),

        "events" => streams::events(&query),
        "pass-stream" => streams::pass(&request),
        "bad-stream" => streams::bad(&query),
        "after-stream" => streams::after(&query),

        "spin" => faults::spin(),
        "recurse" => faults::recurse(&query),
        "unreachable" => faults::unreachable(),
        "oob" => faults::out_of_bounds(),
        "panic" => panic!("the probe panics as asked"),

        "dirty" => dirt::check_then_spoil(&query),
        "dirty-then-trap" => {
            dirt::check_then_spoil(&query)?;
            faults::unreachable()
        }
        "dirty-then-spin" => {
            dirt::check_then_spoil(&query)?;
            faults::spin()
        }
        _ => Err(Error::not_found(format_args!("the probe has no {path}"))),
    }
}

/// A parameter as a number, or `default` where it isn't given.
fn number(query: &Query, name: &str, default: u64) -> Result<u64, Error> {
    match query.get(name) {
        None => Ok(default),
        Some(value) => value
            .parse()
            .map_err(|error| Error::invalid(format_args!("{name}={value}: {error}"))),
    }
}

/// A parameter that has to be there.
fn text(query: &Query, name: &str) -> Result<String, Error> {
    match query.get(name) {
        Some(value) => Ok(value.into_owned()),
        None => Err(Error::invalid(format_args!("?{name}= is missing"))),
    }
}
