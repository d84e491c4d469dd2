//! Markdown in, HTML out: `POST /`, or `POST /?gfm` for GitHub's tables, strikethrough, task lists and footnotes.
//!
//! The input may come from anyone: raw HTML in it is shown as text, and links go to the web and to mail only.

use mayfly::{Error, Request, Response};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

mayfly::web!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    if request.method() != "POST" {
        return Ok(Response::text("POST Markdown here.\n")
            .status(405)
            .header("allow", "POST"));
    }
    let markdown = request.body_text()?;
    Ok(Response::html(to_html(&markdown, request.query().has("gfm"))))
}

fn to_html(markdown: &str, gfm: bool) -> String {
    let mut options = Options::empty();
    if gfm {
        options |= Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_GFM;
    }
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut html, Parser::new_ext(markdown, options).map(harmless));
    html
}

/// Leaves nothing in the output that a browser would run.
fn harmless(event: Event) -> Event {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: harmless_url(dest_url),
            title,
            id,
        }),
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Image {
            link_type,
            dest_url: harmless_url(dest_url),
            title,
            id,
        }),
        other => other,
    }
}

/// `javascript:` and its likes become `#`. What has no scheme is relative to the page and may stay.
fn harmless_url(url: CowStr) -> CowStr {
    // Browsers drop control characters and leading blanks before they look for the scheme.
    let visible: String = url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    match visible.split_once(':') {
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => {
            let known = ["http", "https", "mailto"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known));
            if known { url } else { "#".into() }
        }
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn common_markdown() {
        assert_eq!(
            to_html(include_str!("../samples/common.md"), false),
            include_str!("../samples/common.html")
        );
    }

    #[test]
    fn tables_and_the_like_only_when_asked_for() {
        let markdown = include_str!("../samples/gfm.md");
        assert_eq!(to_html(markdown, true), include_str!("../samples/gfm.html"));
        assert!(!to_html(markdown, false).contains("<table>"));
    }

    #[test]
    fn hostile_input_is_shown_not_run() {
        assert_eq!(
            to_html(include_str!("../samples/hostile.md"), true),
            include_str!("../samples/hostile.html")
        );
    }

    #[test]
    fn disguised_schemes_are_seen_through() {
        for url in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "&#1;javascript:alert(1)",
            "java&#9;script:alert(1)",
        ] {
            let html = to_html(&format!("[x]({url})"), false);
            assert_eq!(html, "<p><a href=\"#\">x</a></p>\n", "{url}");
        }
        for url in [
            "https://example.org/a:b",
            "/a:b",
            "?a:b",
            "#a:b",
            "a/b:c",
            "mailto:ada@example.org",
        ] {
            let html = to_html(&format!("[x]({url})"), false);
            assert_eq!(html, format!("<p><a href=\"{url}\">x</a></p>\n"));
        }
    }
}
