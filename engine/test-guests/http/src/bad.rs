//! Responses that go wrong.

use wasip2::http::types::{ErrorCode, Fields, OutgoingBody, OutgoingResponse, ResponseOutparam};

use wasip2::io::streams::{OutputStream, StreamError};

use crate::{Query, begin, sleep};

pub fn answer(path: &str, out: ResponseOutparam, query: &Query) {
    match path {
        "/never" => drop(out),
        "/twice" => {
            let handle = out.handle();
            ResponseOutparam::set(out, Ok(OutgoingResponse::new(Fields::new())));
            // SAFETY: none. That is what is tested.
            let again = unsafe { ResponseOutparam::from_handle(handle) };
            ResponseOutparam::set(again, Ok(OutgoingResponse::new(Fields::new())));
        }
        "/code" => ResponseOutparam::set(out, Err(ErrorCode::ConnectionRefused)),
        "/drop" => {
            let (body, stream) = begin(out, 200, Fields::new());
            write(&stream, b"not all", query.number("ms")).expect("the client takes it");
            drop(stream);
            drop(body);
        }
        "/sized" => sized(out, query),
        "/trap" => {
            if query.text("when") == "before" {
                panic!("before the response");
            }
            let (body, stream) = begin(out, 200, Fields::new());
            write(&stream, b"begun\n", query.number("ms")).expect("the client takes it");
            if query.text("when") == "after" {
                drop(stream);
                OutgoingBody::finish(body, None).expect("it is whole");
                sleep(query.number("ms"));
            }
            panic!("after the head");
        }
        "/exit" => {
            crate::answer(out, b"left\n");
            std::process::exit(0);
        }
        "/status" => {
            let response = OutgoingResponse::new(Fields::new());
            println!("{:?}", response.set_status_code(query.number("code") as u16));
            ResponseOutparam::set(out, Ok(response));
        }
        "/fields" => crate::answer(out, fields().as_bytes()),
        _ => {
            let (body, stream) = begin(out, 404, Fields::new());
            drop(stream);
            OutgoingBody::finish(body, None).expect("it is whole");
        }
    }
}

/// Writes, and waits so long for the host to send it: no time and it is kept.
fn write(stream: &OutputStream, bytes: &[u8], ms: u64) -> Result<(), StreamError> {
    stream.check_write()?;
    stream.write(bytes)?;
    if ms > 0 {
        stream.blocking_flush()?;
        sleep(ms);
    }
    Ok(())
}

/// A body of another length than `content-length` says.
fn sized(out: ResponseOutparam, query: &Query) {
    let headers = Fields::new();
    headers
        .append("content-length", query.text("said").as_bytes())
        .expect("it may be set");
    let (body, stream) = begin(out, 200, headers);
    for _ in 0..query.number("written") {
        if let Err(error) = write(&stream, b"x", query.number("ms")) {
            println!("write: {error:?}");
            break;
        }
    }
    drop(stream);
    println!("finish: {:?}", OutgoingBody::finish(body, None));
}

fn fields() -> String {
    let fields = Fields::new();
    let entries = |list: &[(&str, &[u8])]| {
        let list: Vec<_> = list
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
            .collect();
        Fields::from_list(&list).map(|fields| fields.entries().len())
    };
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n",
        fields.append("connection", b"close"),
        fields.append("transfer-encoding", b"chunked"),
        fields.append("host", b"example.org"),
        fields.append("x y", b"z"),
        fields.append("x", b"a\r\nset-cookie: b"),
        fields.append("X-Fine", b"z"),
        fields.get("x-FINE").len(),
        entries(&[("a", b"b"), ("keep-alive", b"1")]),
    )
}
