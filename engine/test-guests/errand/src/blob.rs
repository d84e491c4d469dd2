use mayfly::blob::{self, BlobInfo, Container};
use mayfly::{Content, Query, Request, Response};

use crate::kv::count;
use crate::{Outcome, borrowed, number, pairs, text, unknown};

pub fn answer(what: &str, request: &Request, query: &Query) -> Outcome {
    let name = text(query, "container")?;
    let container = blob::container(&name);
    match what {
        "list" => list(container, query),
        "copy" => {
            let content = container.get(&text(query, "from")?)?;
            let info = container.put(&text(query, "to")?, &content).send()?;
            Ok(Response::text(facts(&info)))
        }
        _ => one(what, container, &text(query, "key")?, request, query),
    }
}

fn one(what: &str, container: Container, key: &str, request: &Request, query: &Query) -> Outcome {
    match what {
        "put" => put(container, key, (&request.body()).into(), query),
        "put-bytes" => put(container, key, request.body_bytes().into(), query),
        "get" => Ok(Response::ok(container.get(key)?)),
        "get-bytes" => {
            let content = container.get(key)?;
            content.load()?;
            Ok(Response::ok(content.read_to_vec()))
        }
        "get-range" => {
            let offset = number(query, "offset", 0)?.unsigned_abs();
            let length = number(query, "length", i64::MAX)?.unsigned_abs();
            Ok(Response::ok(container.get_range(key, offset, length)?))
        }
        "head" => Ok(Response::text(facts(&container.head(key)?))),
        "delete" => Ok(Response::text(container.delete(key)?.to_string())),
        _ => Err(unknown(what)),
    }
}

fn put(container: Container, key: &str, content: Content, query: &Query) -> Outcome {
    let content_type = query.get("type").unwrap_or("application/octet-stream".into());
    let metadata = pairs(query, "meta")?;
    let mut put = container.put(key, content).content_type(&content_type);
    for (name, value) in borrowed(&metadata) {
        put = put.metadata(name, value);
    }
    Ok(Response::text(facts(&put.send()?)))
}

fn list(container: Container, query: &Query) -> Outcome {
    let prefix = query.get("prefix").unwrap_or_default();
    let page = container.page(&prefix, query.get("after").as_deref(), count(query)?)?;
    let lines: String = page
        .blobs
        .iter()
        .map(|info| format!("{} {}\n", info.key, info.length))
        .collect();
    Ok(Response::text(lines).header("more", page.more.to_string()))
}

fn facts(info: &BlobInfo) -> String {
    let mut lines = format!(
        "key {}\nlength {}\ntype {}\netag {}\nmodified {}\n",
        info.key, info.length, info.content_type, info.etag, info.modified_unix_ms
    );
    for (name, value) in &info.metadata {
        lines += &format!("meta {name}:{value}\n");
    }
    lines
}
