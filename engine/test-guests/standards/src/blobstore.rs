//! `/blobstore/<what>?container`: `values`, `objects`, `half-written`, `mistakes`, `large?bytes`.

use std::fmt::Write as _;

use crate::bindings::wasi::blobstore::blobstore::{self, ObjectId};
use crate::bindings::wasi::blobstore::container::Container;
use crate::bindings::wasi::blobstore::types::{IncomingValue, OutgoingValue};
use crate::bindings::wasi::io::streams::StreamError;

const PIECE_BYTES: usize = 64 << 10;

/// What was seen, a line a fact.
#[derive(Default)]
struct Seen(String);

impl Seen {
    fn fact(&mut self, what: &str, value: impl std::fmt::Debug) {
        writeln!(self.0, "{what} {value:?}").expect("to a string");
    }
}

pub fn answer(what: &str, container: &str, bytes: usize) -> Result<String, String> {
    let mut seen = Seen::default();
    match what {
        "values" => values(container, &mut seen)?,
        "objects" => objects(container, &mut seen)?,
        "half-written" => half_written(container, &mut seen)?,
        "trap" => trap(container)?,
        "mistakes" => mistakes(container, &mut seen)?,
        "large" => large(container, bytes, &mut seen)?,
        other => return Err(format!("nothing is called {other}")),
    }
    Ok(seen.0)
}

fn write(container: &Container, name: &str, bytes: &[u8]) -> Result<(), String> {
    let value = OutgoingValue::new_outgoing_value();
    let body = value.outgoing_value_write_body().map_err(|()| "no body")?;
    body.blocking_write_and_flush(bytes)
        .map_err(|error| format!("{error:?}"))?;
    drop(body);
    container.write_data(name, &value)?;
    OutgoingValue::finish(value)
}

fn read(container: &Container, name: &str, start: u64, end: u64) -> Result<String, String> {
    let bytes = IncomingValue::incoming_value_consume_sync(container.get_data(name, start, end)?)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Both orders of naming and writing, and both ways of reading.
fn values(container: &str, seen: &mut Seen) -> Result<(), String> {
    let container = blobstore::get_container(container)?;
    write(&container, "a", b"older")?;
    let value = OutgoingValue::new_outgoing_value();
    container.write_data("a", &value)?;
    let body = value.outgoing_value_write_body().map_err(|()| "no body")?;
    seen.fact("a second body", value.outgoing_value_write_body().is_ok());
    body.write(b"hello ").map_err(|error| format!("{error:?}"))?;
    body.write(b"world").map_err(|error| format!("{error:?}"))?;
    seen.fact("before finish", read(&container, "a", 0, u64::MAX)?);
    OutgoingValue::finish(value)?;
    seen.fact("finished", read(&container, "a", 0, u64::MAX)?);
    seen.fact("written later", matches!(body.write(b"!"), Err(StreamError::Closed)));

    seen.fact("range", read(&container, "a", 4, 6)?);
    seen.fact("range past the end", read(&container, "a", 6, 1_000)?);
    let incoming = container.get_data("a", 0, u64::MAX)?;
    container.delete_object("a")?;
    seen.fact("size", incoming.size());
    let stream = IncomingValue::incoming_value_consume_async(incoming)?;
    seen.fact("skipped", stream.blocking_skip(6).ok());
    let rest = stream.blocking_read(100).map_err(|error| format!("{error:?}"))?;
    seen.fact("deleted meanwhile", String::from_utf8_lossy(&rest));
    seen.fact("end", matches!(stream.blocking_read(100), Err(StreamError::Closed)));

    write(&container, "b", b"spliced")?;
    let from = IncomingValue::incoming_value_consume_async(container.get_data("b", 0, u64::MAX)?)?;
    let value = OutgoingValue::new_outgoing_value();
    let to = value.outgoing_value_write_body().map_err(|()| "no body")?;
    to.blocking_splice(&from, 100).map_err(|error| format!("{error:?}"))?;
    container.write_data("c", &value)?;
    OutgoingValue::finish(value)?;
    seen.fact("spliced", read(&container, "c", 0, u64::MAX)?);

    let nothing = OutgoingValue::new_outgoing_value();
    container.write_data("empty", &nothing)?;
    OutgoingValue::finish(nothing)?;
    seen.fact("empty", read(&container, "empty", 0, u64::MAX)?);
    Ok(())
}

fn objects(name: &str, seen: &mut Seen) -> Result<(), String> {
    let container = blobstore::get_container(name)?;
    seen.fact("exists", blobstore::container_exists(name)?);
    seen.fact("name", (container.name()?, container.info()?.name));
    for object in ["a", "b", "c", "d", "e"] {
        write(&container, object, object.as_bytes())?;
    }
    let names = container.list_objects()?;
    seen.fact("read", names.read_stream_object_names(2)?);
    seen.fact("skipped", names.skip_stream_object_names(1)?);
    seen.fact("rest", names.read_stream_object_names(u64::MAX)?);
    seen.fact("over", names.read_stream_object_names(1)?);
    seen.fact("has", (container.has_object("a")?, container.has_object("z")?));
    let info = container.object_info("a")?;
    // 2020 and 2100: it is in seconds.
    let is_recent = (1_577_836_800..4_102_444_800).contains(&info.created_at);
    seen.fact("info", (info.name, info.container, info.size, is_recent));

    let id = |object: &str| ObjectId {
        container: name.into(),
        object: object.into(),
    };
    blobstore::copy_object(&id("a"), &id("copied"))?;
    blobstore::move_object(&id("b"), &id("moved"))?;
    blobstore::move_object(&id("c"), &id("c"))?;
    seen.fact("copied", read(&container, "copied", 0, 9)?);
    seen.fact("moved", read(&container, "moved", 0, 9)?);
    container.delete_object("d")?;
    container.delete_object("d")?;
    container.delete_objects(&["e".into(), "z".into()])?;
    seen.fact("left", container.list_objects()?.read_stream_object_names(100)?.0);
    container.clear()?;
    seen.fact("cleared", container.list_objects()?.read_stream_object_names(100)?);
    Ok(())
}

fn half_written(container: &str, seen: &mut Seen) -> Result<(), String> {
    let container = blobstore::get_container(container)?;
    let value = OutgoingValue::new_outgoing_value();
    container.write_data("half", &value)?;
    let body = value.outgoing_value_write_body().map_err(|()| "no body")?;
    body.blocking_write_and_flush(b"hal")
        .map_err(|error| format!("{error:?}"))?;
    drop(value);
    seen.fact("written later", matches!(body.write(b"f"), Err(StreamError::Closed)));
    seen.fact("half", container.has_object("half")?);
    Ok(())
}

fn trap(container: &str) -> Result<(), String> {
    let container = blobstore::get_container(container)?;
    let value = OutgoingValue::new_outgoing_value();
    container.write_data("half", &value)?;
    let body = value.outgoing_value_write_body().map_err(|()| "no body")?;
    body.blocking_write_and_flush(b"hal")
        .map_err(|error| format!("{error:?}"))?;
    panic!("with a value half-written");
}

fn mistakes(name: &str, seen: &mut Seen) -> Result<(), String> {
    let container = blobstore::get_container(name)?;
    seen.fact("create", blobstore::create_container("new").err());
    seen.fact("delete", blobstore::delete_container(name).err());
    seen.fact("not granted", blobstore::get_container("other").err());
    seen.fact("not granted exists", blobstore::container_exists("other")?);
    seen.fact("absent", container.get_data("absent", 0, 9).err());
    seen.fact("absent info", container.object_info("absent").err());
    write(&container, "a", b"a")?;
    seen.fact("backwards", container.get_data("a", 1, 0).err());
    seen.fact("beyond", container.get_data("a", 5, 9).err());
    seen.fact("long name", write(&container, &"k".repeat(1_025), b"").err());
    seen.fact("bad name", write(&container, "../up", b"").err());
    let value = OutgoingValue::new_outgoing_value();
    container.write_data("b", &value)?;
    seen.fact("twice", container.write_data("c", &value).err());
    let value = OutgoingValue::new_outgoing_value();
    seen.fact("for no object", OutgoingValue::finish(value).err());
    let id = |container: &str, object: &str| ObjectId {
        container: container.into(),
        object: object.into(),
    };
    seen.fact(
        "copy of nothing",
        blobstore::copy_object(&id(name, "absent"), &id(name, "b")).err(),
    );
    seen.fact(
        "copy elsewhere",
        blobstore::copy_object(&id(name, "a"), &id("other", "a")).err(),
    );
    seen.fact(
        "moved elsewhere",
        blobstore::move_object(&id(name, "a"), &id("other", "a")).is_ok(),
    );
    seen.fact("still there", container.has_object("a")?);
    Ok(())
}

/// Writes as much in pieces and reads it back in pieces.
fn large(container: &str, bytes: usize, seen: &mut Seen) -> Result<(), String> {
    let container = blobstore::get_container(container)?;
    let value = OutgoingValue::new_outgoing_value();
    container.write_data("large", &value)?;
    let body = value.outgoing_value_write_body().map_err(|()| "no body")?;
    let mut written = 0;
    while written < bytes {
        let piece: Vec<u8> = (written..bytes.min(written + PIECE_BYTES))
            .map(|at| (at % 251) as u8)
            .collect();
        match body.write(&piece) {
            Ok(()) => written += piece.len(),
            Err(StreamError::LastOperationFailed(error)) => return Err(error.to_debug_string()),
            Err(StreamError::Closed) => return Err("closed".into()),
        }
    }
    OutgoingValue::finish(value)?;
    let incoming = container.get_data("large", 0, u64::MAX)?;
    seen.fact("size", incoming.size());
    seen.fact(
        "sync",
        IncomingValue::incoming_value_consume_sync(container.get_data("large", 0, u64::MAX)?).err(),
    );
    let stream = IncomingValue::incoming_value_consume_async(incoming)?;
    let (mut at, mut is_same) = (0, true);
    loop {
        match stream.blocking_read(PIECE_BYTES as u64) {
            Ok(piece) => {
                is_same &= piece
                    .iter()
                    .enumerate()
                    .all(|(i, &byte)| byte == ((at + i) % 251) as u8);
                at += piece.len();
            }
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => return Err(error.to_debug_string()),
        }
    }
    seen.fact("read", (at, is_same));
    Ok(())
}
