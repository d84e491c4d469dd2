//! `mayfly:log/log`

use wasmtime::component::{ComponentType, Lift, WasmStr};
use wasmtime::{Result, StoreContextMut};

use super::Interface;
use super::clocks;
use super::wire::Encode;
use crate::invocation::{Call, FramePtr};
use crate::layout::{LOG_FIELDS_BYTES_MAX, LOG_MESSAGE_BYTES_MAX, LogRecord};

/// `Operation.LOG_FLUSH`
const LOG_FLUSH: i32 = 2;

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub enum Level {
    #[component(name = "trace")]
    Trace,
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
}

/// `wasi:logging` has one more.
#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[expect(dead_code, reason = "guests' values are lifted into it")]
#[repr(u8)]
enum WasiLevel {
    #[component(name = "trace")]
    Trace,
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
    #[component(name = "critical")]
    Critical,
}

impl From<WasiLevel> for Level {
    fn from(level: WasiLevel) -> Level {
        match level {
            WasiLevel::Trace => Level::Trace,
            WasiLevel::Debug => Level::Debug,
            WasiLevel::Info => Level::Info,
            WasiLevel::Warn => Level::Warn,
            WasiLevel::Error | WasiLevel::Critical => Level::Error,
        }
    }
}

/// `wasi:logging/logging`: the context becomes a field.
pub const WASI: Interface = Interface {
    name: "wasi:logging/logging",
    version: "0.1.0-draft",
    resources: &[],
    functions: &[("log", |linker, name| {
        linker.func_wrap_async(
            name,
            |mut store: StoreContextMut<'_, Call>, (level, context, message): (WasiLevel, WasmStr, WasmStr)| {
                Box::new(async move {
                    let mut fields = Vec::new();
                    if !context.to_str(&store)?.is_empty() {
                        (String::from("context"), context).encode(&store, &mut fields)?;
                    }
                    write_encoded(&mut store, level.into(), message, fields).await
                })
            },
        )
    })],
};

type Fields = Vec<(WasmStr, WasmStr)>;

pub const LOG: Interface = Interface {
    name: "mayfly:log/log",
    version: "0.1.0",
    resources: &[],
    functions: &[
        ("write", |linker, name| {
            linker.func_wrap_async(
                name,
                |store: StoreContextMut<'_, Call>, (level, message): (Level, WasmStr)| {
                    Box::new(write(store, level, message, Vec::new()))
                },
            )
        }),
        ("write-fields", |linker, name| {
            linker.func_wrap_async(
                name,
                |store: StoreContextMut<'_, Call>, (level, message, fields): (Level, WasmStr, Fields)| {
                    Box::new(write(store, level, message, fields))
                },
            )
        }),
    ],
};

async fn write(mut store: StoreContextMut<'_, Call>, level: Level, message: WasmStr, fields: Fields) -> Result<()> {
    let fields = encode(&store, &fields)?;
    write_encoded(&mut store, level, message, fields).await
}

async fn write_encoded(
    store: &mut StoreContextMut<'_, Call>,
    level: Level,
    message: WasmStr,
    mut fields: Vec<u8>,
) -> Result<()> {
    if fields.len() > LOG_FIELDS_BYTES_MAX {
        fields.clear();
    }
    let length = {
        let message = message.to_str(&*store)?;
        message.floor_char_boundary(LOG_MESSAGE_BYTES_MAX)
    };
    if make_room(store.data_mut(), length + fields.len()).await {
        let message = message.to_str(&*store)?;
        append(store.data().frame, level, &message.as_bytes()[..length], &fields);
    }
    Ok(())
}

/// Writes a line that is no longer than [`LOG_MESSAGE_BYTES_MAX`].
pub async fn write_line(call: &mut Call, level: Level, line: &str) {
    if make_room(call, line.len()).await {
        append(call.frame, level, line.as_bytes(), &[]);
    }
}

/// The same where nobody can wait for the host any more: a line that finds no room is dropped.
pub fn write_last_line(call: &Call, level: Level, line: &str) {
    let frame = call.frame;
    if is_within_bounds(call, line.len()) && fits(frame, line.len()) {
        append(frame, level, line.as_bytes(), &[]);
    } else {
        frame.told().log_dropped += 1;
    }
}

/// Has the host take the records in the region if there is too little room; false when the line is too much for the invocation and counts as dropped.
async fn make_room(call: &mut Call, payload_bytes: usize) -> bool {
    let frame = call.frame;
    if !is_within_bounds(call, payload_bytes) {
        frame.told().log_dropped += 1;
        return false;
    }
    if !fits(frame, payload_bytes) {
        call.operation(LOG_FLUSH, 0).await;
        frame.told().log_used_bytes = 0;
    }
    call.log_bytes += payload_bytes as u64;
    true
}

fn is_within_bounds(call: &Call, payload_bytes: usize) -> bool {
    let given = call.frame.given();
    record_bytes(payload_bytes) <= given.log_region_bytes as usize
        && call.log_bytes + payload_bytes as u64 <= given.log_bytes_max
}

fn fits(frame: FramePtr, payload_bytes: usize) -> bool {
    frame.told().log_used_bytes as usize + record_bytes(payload_bytes) <= frame.given().log_region_bytes as usize
}

/// Names and values one behind the other, as many as fit; `LogLayout` has the form.
fn encode(store: &StoreContextMut<'_, Call>, fields: &Fields) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for field in fields {
        let before = bytes.len();
        field.encode(store, &mut bytes)?;
        if bytes.len() > LOG_FIELDS_BYTES_MAX {
            bytes.truncate(before);
            break;
        }
    }
    Ok(bytes)
}

/// Bytes from one record's start to the next one's.
fn record_bytes(payload_bytes: usize) -> usize {
    size_of::<LogRecord>() + payload_bytes.next_multiple_of(8)
}

fn append(frame: FramePtr, level: Level, message: &[u8], fields: &[u8]) {
    let used = &mut frame.told().log_used_bytes;
    let start = (frame.given().log_region + u64::from(*used)) as *mut u8;
    let record = LogRecord {
        unix_ns: clocks::unix_ns(),
        level: level as u32,
        message_bytes: message.len() as u32,
        fields_bytes: fields.len() as u32,
        reserved: 0,
    };
    // SAFETY: the caller saw that the record fits the region, which the host keeps for this invocation and which starts 8-aligned.
    unsafe {
        start.cast::<LogRecord>().write(record);
        let payload = start.add(size_of::<LogRecord>());
        std::ptr::copy_nonoverlapping(message.as_ptr(), payload, message.len());
        std::ptr::copy_nonoverlapping(fields.as_ptr(), payload.add(message.len()), fields.len());
    }
    *used += record_bytes(message.len() + fields.len()) as u32;
}
