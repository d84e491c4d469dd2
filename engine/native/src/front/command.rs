//! Functions that are commands: `wasi:cli/run`, which a core module with `_start` becomes as well. One run answers one request as CGI (RFC 3875)
//! has it: the request's head is the environment, its body standard input, and standard output is header lines, an empty line, and the body.

use wasmtime::{Result, bail};

use super::head::{Head, text};
use super::web;
use crate::invocation::{Call, FramePtr};
use crate::outcome::LimitPassed;

/// What a command has written to its standard output.
#[derive(Default)]
pub struct Written {
    /// Up to the empty line.
    head: Vec<u8>,
    is_head_whole: bool,
    /// Index of the buffer with what follows.
    body: Option<usize>,
}

/// The name that the command was called by.
pub fn arguments(frame: FramePtr) -> Result<Vec<&'static str>> {
    Ok(vec![Head::of(frame).path()?])
}

/// The request's meta-variables.
pub fn variables(frame: FramePtr) -> Result<Vec<(String, String)>> {
    let head = Head::of(frame);
    let mut variables = Vec::new();
    let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
    set("GATEWAY_INTERFACE", "CGI/1.1");
    set("SERVER_PROTOCOL", "HTTP/1.1");
    set("SERVER_SOFTWARE", concat!("mayfly/", env!("CARGO_PKG_VERSION")));
    set("REQUEST_METHOD", head.method()?);
    set("SCRIPT_NAME", "");
    set("PATH_INFO", head.path()?);
    set("QUERY_STRING", head.query()?.unwrap_or_default());
    set("INVOCATION_ID", head.invocation_id()?);
    for (name, value) in head.headers() {
        let (name, value) = (text(name)?, text(value)?);
        if let Some(variable) = variable_of(name) {
            match variables.iter_mut().find(|(taken, _)| *taken == variable) {
                Some((_, before)) => *before = format!("{before}, {value}"),
                None => variables.push((variable, value.to_owned())),
            }
        }
    }
    Ok(variables)
}

/// What a header is called in the environment. `Proxy` has no name there: programs take `HTTP_PROXY` for their own setting (httpoxy).
fn variable_of(header: &str) -> Option<String> {
    let name = header.to_ascii_uppercase().replace('-', "_");
    match name.as_str() {
        "PROXY" => None,
        "CONTENT_TYPE" | "CONTENT_LENGTH" => Some(name),
        _ => Some(format!("HTTP_{name}")),
    }
}

/// Takes what the command wrote. The inner error is its stream's, the outer one ends it.
pub async fn write(call: &mut Call, bytes: &[u8]) -> Result<std::result::Result<(), String>> {
    let mut body = bytes;
    if !call.wasi.response.is_head_whole {
        let bytes_max = call.frame.given().response_head_max as usize;
        let written = &mut call.wasi.response;
        let before = written.head.len();
        written.head.extend_from_slice(bytes);
        let Some(end) = end_of_head(&written.head) else {
            if written.head.len() > bytes_max {
                bail!(LimitPassed(format!(
                    "the response's header lines don't end within {bytes_max} bytes (limit response-head-bytes-max)"
                )));
            }
            return Ok(Ok(()));
        };
        written.is_head_whole = true;
        written.head.truncate(end);
        body = &bytes[end - before..];
    }
    append(call, body).await
}

async fn append(call: &mut Call, bytes: &[u8]) -> Result<std::result::Result<(), String>> {
    let appended = web::append(call, call.wasi.response.body, bytes).await?;
    Ok(appended.map(|body| call.wasi.response.body = body))
}

/// Where the empty line ends that ends the head.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(length) = bytes[start..].iter().position(|&byte| byte == b'\n') {
        let end = start + length + 1;
        if matches!(&bytes[start..end], b"\n" | b"\r\n") {
            return Some(end);
        }
        start = end;
    }
    None
}

/// Makes what the command wrote the response, or its failure the function's.
pub fn finish(call: &mut Call, exit_status: u8) -> Result<()> {
    let written = std::mem::take(&mut call.wasi.response);
    if exit_status != 0 {
        fail(call.frame, format!("the command exited with status {exit_status}"));
        return Ok(());
    }
    match parse(&written.head) {
        Ok((status, headers)) => web::write_response(call.frame, status, &headers, written.body),
        Err(reason) => {
            fail(call.frame, reason);
            Ok(())
        }
    }
}

fn fail(frame: FramePtr, reason: String) {
    web::finish_with_error(frame, &web::Error::Internal(reason));
}

type Headers = Vec<(String, String)>;

fn parse(head: &[u8]) -> std::result::Result<(u16, Headers), String> {
    let mut status = None;
    let mut headers = Headers::new();
    for line in String::from_utf8_lossy(head).lines().filter(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return Err(format!(
                "the command's output begins with {:?}, which is no header line: write header lines first, such as Content-Type: text/plain, \
                 and an empty line",
                line.chars().take(80).collect::<String>()
            ));
        };
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().unwrap_or_default();
            status = Some(
                code.parse()
                    .map_err(|_| format!("the command's Status is no number: {value}"))?,
            );
        } else {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    if headers.is_empty() && status.is_none() {
        return Err("the command wrote no response: write header lines, such as Content-Type: text/plain, and an empty line to standard output".into());
    }
    let is_redirect = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("location"));
    Ok((status.unwrap_or(if is_redirect { 302 } else { 200 }), headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(head: &str) -> std::result::Result<(u16, Headers), String> {
        parse(head.as_bytes())
    }

    #[test]
    fn header_lines_are_the_responses() {
        let (status, headers) = parsed("Content-Type: text/plain\r\nX-A:b:c\r\n\r\n").unwrap();
        assert_eq!(status, 200);
        assert_eq!(
            headers,
            [
                ("Content-Type".into(), "text/plain".into()),
                ("X-A".into(), "b:c".into())
            ]
        );
    }

    #[test]
    fn the_status_is_a_line_of_its_own_or_follows_from_a_location() {
        assert_eq!(parsed("Status: 404 Not Found\n\n").unwrap(), (404, vec![]));
        assert_eq!(parsed("Location: https://example.org/\n\n").unwrap().0, 302);
        assert_eq!(parsed("status: 301\nlocation: /there\n\n").unwrap().0, 301);
        assert!(parsed("Status: fine\n\n").unwrap_err().contains("Status"));
    }

    #[test]
    fn what_is_no_response_says_how_one_begins() {
        assert!(parsed("Hello, world!\n").unwrap_err().contains("Hello, world!"));
        assert!(parsed("").unwrap_err().contains("wrote no response"));
    }

    #[test]
    fn a_head_ends_with_an_empty_line() {
        assert_eq!(end_of_head(b"a: b\n\nrest"), Some(6));
        assert_eq!(end_of_head(b"a: b\r\n\r\nrest"), Some(8));
        assert_eq!(end_of_head(b"\nrest"), Some(1));
        assert_eq!(end_of_head(b"a: b\nc"), None);
    }

    #[test]
    fn a_header_is_a_variable_and_proxy_is_none() {
        assert_eq!(variable_of("x-request-id").unwrap(), "HTTP_X_REQUEST_ID");
        assert_eq!(variable_of("Content-Type").unwrap(), "CONTENT_TYPE");
        assert_eq!(variable_of("Proxy"), None);
    }
}
