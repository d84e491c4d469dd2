//! Short addresses for long ones, some of them only for a time.
//!
//! ```text
//! POST /?ttl=3600     a URL as the body; answers with its code, which lives so many seconds, or for ever without ttl
//! GET /{code}         leads to the URL and counts
//! GET /?cursor=…      code, visits and URL of each, a line each, a page at a time
//! ```

use std::time::Duration;

use mayfly::{Error, Query, Request, Response, kv, log, random};

mayfly::web!(handle);

const URL_BYTES_MAX: usize = 2048;
/// 62^8: with a billion links there, one code in 200,000 is taken already.
const CODE_LENGTH: usize = 8;
const ATTEMPTS_MAX: usize = 4;
const LINKS_PER_PAGE: u32 = 100;
/// So much longer than its link lives a counter: none is made anew, for ever, by a visit in a link's last moment.
const COUNTER_GRACE: Duration = Duration::from_secs(60);

fn handle(request: Request) -> Result<Response, Error> {
    let links = kv::store("links");
    match (&*request.method(), &*request.path_segments()) {
        ("POST", []) => shorten(links, &request),
        ("GET", []) => list(links, &request.query()),
        ("GET", [code]) => follow(links, code),
        (_, [] | [_]) => Ok(Response::text("POST a URL to /, or GET /{code}.\n").status(405)),
        _ => Err(Error::not_found("links are at /{code}")),
    }
}

fn shorten(links: kv::Store, request: &Request) -> Result<Response, Error> {
    let url = request.body_text()?;
    let url = checked_url(url.trim())?;
    let (links, counters) = match ttl(&request.query())? {
        None => (links, links),
        Some(ttl) => (links.time_to_live(ttl), links.time_to_live(ttl + COUNTER_GRACE)),
    };
    for _ in 0..ATTEMPTS_MAX {
        let code = code(random::u64());
        if links.compare_and_set(&link_key(&code), None, url)? {
            counters.increment(&visits_key(&code), 0)?;
            log::info!("{code} leads to {url}");
            return Ok(Response::text(format!("{code}\n")).status(201).header("location", code));
        }
    }
    Err(Error::unavailable("no free code was found"))
}

fn follow(links: kv::Store, code: &str) -> Result<Response, Error> {
    let url = is_code(code)
        .then(|| links.get_text(&link_key(code)))
        .transpose()?
        .flatten();
    let Some(url) = url else {
        return Err(Error::not_found(format_args!("no link {code}")));
    };
    links.increment(&visits_key(code), 1)?;
    // Browsers ask again each time, so that each visit is counted.
    Ok(Response::empty(302)
        .header("location", url)
        .header("cache-control", "no-store"))
}

fn list(links: kv::Store, query: &Query) -> Result<Response, Error> {
    let page = links.key_page("link/", query.get("cursor").as_deref(), LINKS_PER_PAGE)?;
    let codes: Vec<&str> = page.keys.iter().map(|key| key.trim_start_matches("link/")).collect();
    let mut lines = String::new();
    for code in codes {
        // A link may have expired since its key was read.
        if let Some(url) = links.get_text(&link_key(code))? {
            let visits = links.get_text(&visits_key(code))?.unwrap_or("0".into());
            lines += &format!("{code} {visits} {url}\n");
        }
    }
    let response = Response::text(lines);
    Ok(match page.cursor {
        None => response,
        Some(cursor) => response.header("next-cursor", cursor),
    })
}

fn link_key(code: &str) -> String {
    format!("link/{code}")
}

fn visits_key(code: &str) -> String {
    format!("visits/{code}")
}

fn ttl(query: &Query) -> Result<Option<Duration>, Error> {
    match query.get("ttl").map(|seconds| seconds.parse()) {
        None => Ok(None),
        Some(Ok(seconds @ 1..=315_360_000)) => Ok(Some(Duration::from_secs(seconds))),
        Some(_) => Err(Error::invalid(
            "ttl is a number of seconds, at least 1 and at most ten years",
        )),
    }
}

/// What may stand in a `location` header and leads to the web, not to a script.
fn checked_url(url: &str) -> Result<&str, Error> {
    let on_the_web = ["http://", "https://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    if !on_the_web || url.len() > URL_BYTES_MAX || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::invalid(format_args!(
            "the body is a URL: http or https, percent-encoded, at most {URL_BYTES_MAX} bytes"
        )));
    }
    Ok(url)
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn code(mut number: u64) -> String {
    let mut code = String::with_capacity(CODE_LENGTH);
    for _ in 0..CODE_LENGTH {
        code.push(DIGITS[(number % 62) as usize].into());
        number /= 62;
    }
    code
}

fn is_code(code: &str) -> bool {
    code.len() == CODE_LENGTH && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_short_and_differ_with_their_number() {
        assert_eq!(code(0), "00000000");
        assert_eq!(code(61), "z0000000");
        assert_ne!(code(u64::MAX), code(u64::MAX - 1));
        assert!(is_code(&code(u64::MAX)));
        for wrong in ["", "0000000", "000000000", "../../..", "0000000é"] {
            assert!(!is_code(wrong), "{wrong}");
        }
    }

    #[test]
    fn urls_lead_to_the_web_and_fit_a_header() {
        for url in ["https://example.org/?q=a%20b#c", "HTTP://example.org"] {
            assert_eq!(checked_url(url), Ok(url));
        }
        let long = format!("https://example.org/{}", "x".repeat(URL_BYTES_MAX));
        for url in [
            "",
            "example.org",
            "javascript:alert(1)",
            "https://example.org/\r\nset-cookie: a=b",
            "https://example.org/a b",
            "https://exämple.org",
            &long,
        ] {
            assert!(matches!(checked_url(url), Err(Error::Invalid(_))), "{url}");
        }
    }

    #[test]
    fn a_time_to_live_has_bounds_and_may_be_left_out() {
        let ttl_of = |query: &str| ttl(&Query::new(Some(query.into())));
        assert_eq!(ttl_of(""), Ok(None));
        assert_eq!(ttl_of("ttl=60"), Ok(Some(Duration::from_secs(60))));
        for wrong in ["ttl=0", "ttl=", "ttl=-1", "ttl=soon", "ttl=315360001"] {
            assert!(matches!(ttl_of(wrong), Err(Error::Invalid(_))), "{wrong}");
        }
    }
}
