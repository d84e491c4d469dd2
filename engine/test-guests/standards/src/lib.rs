//! Uses the standard's interfaces beside Mayfly's own: `/keyvalue?bucket`, `/blobstore/…?container`, `/messaging?topic`, `/config`, `/log`.
//! Each path goes through its interface's functions and answers with what it saw, a line a fact.

// It is made of instructions that no other machine has.
#![cfg(target_family = "wasm")]

use std::fmt::Write as _;

use mayfly::{Error, Request, Response};

mod blobstore;

mod bindings {
    wit_bindgen::generate!({
        path: [
            "wit/io.wit",
            "wit/blobstore.wit",
            "wit/keyvalue.wit",
            "wit/config.wit",
            "wit/logging.wit",
            "wit/messaging.wit",
            "wit/world.wit",
        ],
        world: "test:standards/standards",
        generate_all,
    });
}

use bindings::wasi::config::store as config;
use bindings::wasi::keyvalue::atomics::{self, Cas, CasError};
use bindings::wasi::keyvalue::{batch, store};
use bindings::wasi::logging::logging::{self, Level};
use bindings::wasi::messaging::types::{Client, Message};
use bindings::wasi::messaging::{producer, types};

mayfly::web!(answer);

fn answer(request: Request) -> Result<Response, Error> {
    let bucket = request.query().get("bucket").unwrap_or_default().into_owned();
    let path = request.path();
    if let Some(what) = path.strip_prefix("/blobstore/") {
        let query = request.query();
        let container = query.get("container").unwrap_or_default();
        let bytes = query.get("bytes").and_then(|bytes| bytes.parse().ok()).unwrap_or(0);
        let seen = blobstore::answer(what, &container, bytes);
        return Ok(Response::text(
            seen.unwrap_or_else(|error| format!("refused: {error}\n")),
        ));
    }
    let seen = match path.as_ref() {
        "/keyvalue" => keyvalue(&bucket).unwrap_or_else(|error| format!("refused: {error:?}\n")),
        "/config" => format!(
            "{:?}\n{:?}\n{:?}\n",
            config::get("greeting"),
            config::get("nothing"),
            config::get_all()
        ),
        "/messaging" => messaging(&request.query().get("topic").unwrap_or_default())
            .unwrap_or_else(|error| format!("refused: {error:?}\n")),
        "/hoard" => {
            let hoard: Vec<Message> = (0..100).map(|_| Message::new(&[1; 1 << 20])).collect();
            format!("{}\n", hoard.len())
        }
        "/log" => {
            logging::log(Level::Critical, "billing", "all is lost");
            logging::log(Level::Info, "", "all is well");
            "logged\n".into()
        }
        other => return Err(Error::not_found(format!("there is nothing at {other}"))),
    };
    Ok(Response::text(seen))
}

fn keyvalue(name: &str) -> Result<String, store::Error> {
    let bucket = store::open(name)?;
    let mut seen = String::new();
    let mut fact = |what: &str, value: &dyn std::fmt::Debug| writeln!(seen, "{what} {value:?}").expect("to a string");
    fact("absent", &bucket.get("a")?);
    bucket.set("a", b"1")?;
    bucket.set("a", b"2")?;
    fact("get", &bucket.get("a")?);
    fact("exists", &(bucket.exists("a")?, bucket.exists("b")?));
    batch::set_many(&bucket, &[("b".into(), b"3".to_vec()), ("c".into(), Vec::new())])?;
    fact(
        "get-many",
        &batch::get_many(&bucket, &["b".into(), "none".into(), "c".into()])?,
    );
    let mut keys = bucket.list_keys(None)?.keys;
    keys.sort();
    fact("keys", &keys);
    fact(
        "increment",
        &(
            atomics::increment(&bucket, "n", 5)?,
            atomics::increment(&bucket, "n", -7)?,
        ),
    );
    let (first, second) = (Cas::new(&bucket, "a")?, Cas::new(&bucket, "a")?);
    fact("current", &first.current()?);
    fact("swapped", &atomics::swap(first, b"4").is_ok());
    match atomics::swap(second, b"5") {
        Err(CasError::CasFailed(again)) => {
            fact("changed meanwhile", &again.current()?);
            fact("swapped then", &atomics::swap(again, b"5").is_ok());
        }
        other => fact("not noticed", &other.is_ok()),
    }
    bucket.delete("a")?;
    batch::delete_many(&bucket, &["b".into(), "c".into(), "n".into(), "none".into()])?;
    fact("left", &bucket.list_keys(None)?.keys);
    Ok(seen)
}

fn messaging(topic: &str) -> Result<String, types::Error> {
    let client = Client::connect("any")?;
    let message = Message::new(b"old");
    message.set_data(b"new");
    message.set_content_type("text/plain");
    let mut seen = format!("{:?} {:?}\n", message.topic(), message.metadata());
    message.set_metadata(&[("a".into(), "1".into()), ("b".into(), "2".into())]);
    message.add_metadata("a", "3");
    message.add_metadata("c", "4");
    message.remove_metadata("b");
    writeln!(
        seen,
        "{:?} {:?} {:?}",
        message.data(),
        message.content_type(),
        message.metadata()
    )
    .expect("to a string");
    producer::send(&client, topic, message)?;
    client.disconnect()?;
    seen.push_str("sent\n");
    Ok(seen)
}
