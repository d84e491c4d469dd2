//! Pictures and their thumbnails. No byte of a picture enters this function's memory.
//!
//! ```text
//! PUT /{name}              stores a PNG or JPEG and has its thumbnail made later
//! GET /{name}              the picture; ?thumbnail for the small one, 404 until it is made
//! DELETE /{name}           both
//! GET /?after={name}       names and lengths, a line each, a page at a time
//! ```

use mayfly::blob::{self, Container};
use mayfly::{Error, Event, EventError, HostError, Query, Request, Response, functions, log};

mayfly::web!(answer);
mayfly::event!(make_thumbnail);

const PICTURES_PER_PAGE: u32 = 100;

fn answer(request: Request) -> Result<Response, Error> {
    let images = blob::container("images");
    match (&*request.method(), &*request.path_segments()) {
        ("GET", []) => list(images, &request.query()),
        ("PUT", [name]) => put(images, checked_name(name)?, &request),
        ("GET", [name]) => get(images, checked_name(name)?, request.query().has("thumbnail")),
        ("DELETE", [name]) => delete(images, checked_name(name)?),
        (_, [] | [_]) => Ok(Response::text("PUT, GET or DELETE /{name}.\n").status(405)),
        _ => Err(Error::not_found("pictures are at /{name}")),
    }
}

fn put(images: Container, name: &str, request: &Request) -> Result<Response, Error> {
    let content_type = match request.header("content-type").as_deref() {
        Some("image/png") => "image/png",
        Some("image/jpeg") => "image/jpeg",
        _ => return Ok(Response::text("image/png and image/jpeg are stored here.\n").status(415)),
    };
    let info = images
        .put(&picture_key(name), &request.body())
        .content_type(content_type)
        .send()?;
    functions::spawn("thumbnailer", name).send()?;
    Ok(Response::empty(201).header("etag", info.etag))
}

fn get(images: Container, name: &str, thumbnail: bool) -> Result<Response, Error> {
    let key = if thumbnail {
        thumbnail_key(name)
    } else {
        picture_key(name)
    };
    let info = images.head(&key)?;
    Ok(Response::ok(images.get(&key)?)
        .header("content-type", info.content_type)
        .header("etag", info.etag))
}

fn delete(images: Container, name: &str) -> Result<Response, Error> {
    // The picture first: a thumbnail without one is made for nobody.
    let there = images.delete(&picture_key(name))?;
    images.delete(&thumbnail_key(name))?;
    if !there {
        return Err(Error::not_found(format_args!("no picture {name}")));
    }
    Ok(Response::empty(204))
}

fn list(images: Container, query: &Query) -> Result<Response, Error> {
    let after = match query.get("after") {
        None => None,
        Some(name) => Some(picture_key(checked_name(&name)?)),
    };
    let page = images.page(PICTURES, after.as_deref(), PICTURES_PER_PAGE)?;
    let lines: String = page
        .blobs
        .iter()
        .map(|blob| format!("{} {}\n", blob.key.trim_start_matches(PICTURES), blob.length))
        .collect();
    Ok(Response::text(lines))
}

/// The thumbnail is made by another function: the example beside this one.
fn make_thumbnail(event: Event) -> Result<(), EventError> {
    let name = event.payload_text()?;
    let images = blob::container("images");
    let picture = match images.get(&picture_key(&name)) {
        Err(HostError::NotFound(_)) => {
            log::info!("{name} was deleted before its thumbnail was made");
            return Ok(());
        }
        picture => picture?,
    };
    let thumbnail = functions::call("thumbnail")
        .post("/?width=320&height=240")
        .body(&picture)
        .send()?;
    match thumbnail.status {
        200 => {
            images
                .put(&thumbnail_key(&name), &thumbnail.body)
                .content_type("image/png")
                .send()?;
            Ok(())
        }
        // It is no picture, or too large a one: so it will be the next time.
        400 | 413 => Err(EventError::reject(format_args!("{name} has no thumbnail"))),
        status => Err(EventError::retry(format_args!("thumbnail answered {status}"))),
    }
}

const PICTURES: &str = "pictures/";

fn picture_key(name: &str) -> String {
    format!("{PICTURES}{name}")
}

fn thumbnail_key(name: &str) -> String {
    format!("thumbnails/{name}")
}

fn checked_name(name: &str) -> Result<&str, Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.len() > 128 || name.is_empty() || name.starts_with('.') || !name.bytes().all(allowed) {
        return Err(Error::invalid(
            "a name has 1 to 128 letters, digits and ._- and doesn't begin with a dot",
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_not_lead_out_of_their_folder() {
        assert_eq!(checked_name("cat-2.png"), Ok("cat-2.png"));
        let long = "x".repeat(129);
        for wrong in ["", ".", "..", ".hidden", "a/b", "a\\b", "a b", "ä", "a\0", &long] {
            assert!(matches!(checked_name(wrong), Err(Error::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn a_picture_and_its_thumbnail_are_kept_apart() {
        assert_ne!(picture_key("cat.png"), thumbnail_key("cat.png"));
    }
}
