//! A function for `wasi:http`, as one would write it for any host, and as badly as one can. The path says what:
//!
//! | | |
//! |---|---|
//! | `/`, `/head`, `/echo` | says hello; what came besides a body; the body as it comes |
//! | `/stream?count&ms`, `/flush-spin?ms`, `/after?ms` | a body in pieces; one that is flushed before much work; work after the response |
//! | `/sized?said&written`, `/drop`, `/never`, `/twice`, `/code`, `/trap?when`, `/exit`, `/status?code` | responses that go wrong |
//! | `/trailers?ms&empty` | lines behind a body |
//! | `/fields` | what may not be in header lines |
//! | `/get?url`, `/many?url&count`, `/timeout?url&ms`, `/held?url&count`, `/forget?url` | requests to upstreams |
//! | `/proxy?url` | the request's body to an upstream, its answer back |

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

mod bad;
mod upstream;

use wasip2::clocks::monotonic_clock::{now, subscribe_duration};
use wasip2::http::types::{Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};
use wasip2::io::streams::{OutputStream, StreamError};

struct Guest;

wasip2::http::proxy::export!(Guest);

impl wasip2::exports::http::incoming_handler::Guest for Guest {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let address = request.path_with_query().unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        let query = Query(query);
        match path {
            "/" => answer(out, b"hello\n"),
            "/head" => answer(out, head(&request).as_bytes()),
            "/echo" => echo(&request, out),
            "/stream" => stream(out, &query),
            "/flush-spin" => flush_spin(out, query.number("ms")),
            "/after" => {
                answer(out, b"done\n");
                sleep(query.number("ms"));
                println!("went on");
            }
            "/trailers" => trailers(out, &query),
            "/get" => answer(out, upstream::get(&query).as_bytes()),
            "/many" => answer(out, upstream::many(&query).as_bytes()),
            "/timeout" => answer(out, upstream::with_timeout(&query).as_bytes()),
            "/held" => answer(out, upstream::hold(&query).as_bytes()),
            "/forget" => {
                upstream::forget(&query);
                answer(out, b"forgotten\n");
            }
            "/proxy" => upstream::proxy(request, out, &query),
            other => bad::answer(other, out, &query),
        }
    }
}

/// What stands behind `?`, percent-encoded values decoded.
pub struct Query<'a>(&'a str);

impl Query<'_> {
    pub fn text(&self, name: &str) -> String {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.find(|(own, _)| *own == name).map_or("", |(_, value)| value);
        let mut parts = value.split('%');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            text.push(u8::from_str_radix(&part[..2], 16).expect("two digits") as char);
            text.push_str(&part[2..]);
        }
        text
    }

    pub fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }
}

pub fn sleep(ms: u64) {
    subscribe_duration(ms * 1_000_000).block();
}

/// A whole response.
pub fn answer(out: ResponseOutparam, bytes: &[u8]) {
    let (body, stream) = begin(out, 200, Fields::new());
    write(&stream, bytes).expect("the client takes it");
    drop(stream);
    OutgoingBody::finish(body, None).expect("it is whole");
}

/// The beginning of one.
pub fn begin(out: ResponseOutparam, status: u16, headers: Fields) -> (OutgoingBody, OutputStream) {
    let response = OutgoingResponse::new(headers);
    response.set_status_code(status).expect("a status");
    let body = response.body().expect("the first time");
    ResponseOutparam::set(out, Ok(response));
    let stream = body.write().expect("the first time");
    (body, stream)
}

pub fn write(stream: &OutputStream, bytes: &[u8]) -> Result<(), StreamError> {
    bytes
        .chunks(4096)
        .try_for_each(|piece| stream.blocking_write_and_flush(piece))
}

fn head(request: &IncomingRequest) -> String {
    let headers = request.headers();
    let mut lines: Vec<_> = headers
        .entries()
        .into_iter()
        .map(|(name, value)| format!("{name}: {}\n", value.escape_ascii()))
        .collect();
    lines.sort();
    format!(
        "{:?} {:?} {:?} {:?} {:?}\n{}",
        request.method(),
        request.scheme(),
        request.authority(),
        request.path_with_query(),
        headers.append("x", b"y"),
        lines.concat()
    )
}

fn echo(request: &IncomingRequest, out: ResponseOutparam) {
    let incoming = request.consume().expect("the first time");
    let input = incoming.stream().expect("the first time");
    let (body, stream) = begin(out, 200, Fields::new());
    while stream.blocking_splice(&input, 64 << 10).is_ok() {}
    drop(stream);
    OutgoingBody::finish(body, None).expect("it is whole");
}

fn stream(out: ResponseOutparam, query: &Query) {
    let headers = Fields::new();
    headers
        .append("content-type", b"text/event-stream")
        .expect("it may be set");
    let (body, stream) = begin(out, 200, headers);
    for nth in 0..query.number("count") {
        if let Err(error) = write(&stream, format!("data: {nth}\n\n").as_bytes()) {
            println!("stopped at {nth}: {error:?}");
            return;
        }
        sleep(query.number("ms"));
    }
    drop(stream);
    OutgoingBody::finish(body, None).expect("it is whole");
}

fn flush_spin(out: ResponseOutparam, ms: u64) {
    let (body, stream) = begin(out, 200, Fields::new());
    write(&stream, b"first\n").expect("the client takes it");
    let end = now() + ms * 1_000_000;
    let mut turns = 0u64;
    while now() < end {
        turns = std::hint::black_box(turns + 1);
    }
    write(&stream, b"last\n").expect("the client takes it");
    drop(stream);
    OutgoingBody::finish(body, None).expect("it is whole");
}

fn trailers(out: ResponseOutparam, query: &Query) {
    let (body, stream) = begin(out, 200, Fields::new());
    if query.text("empty").is_empty() {
        write(&stream, b"all\n").expect("the client takes it");
    }
    sleep(query.number("ms"));
    drop(stream);
    let lines = Fields::new();
    lines.append("x-checksum", b"42").expect("it may be set");
    println!("finish: {:?}", OutgoingBody::finish(body, Some(lines)));
}
