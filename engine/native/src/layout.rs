//! Byte layouts shared with Java: the mirror of `FrameLayout`, `SlabLayout`, `RequestHeadLayout`, `ResponseHeadLayout`, `LogLayout`,
//! `EngineConfig`, `EngineMetrics` and `NativeError`, where the meaning of every field is documented.
//!
//! Java asks for [`report`] and a test of its compares every offset.

use std::fmt::Write as _;
use std::mem::{offset_of, size_of};

/// How many buffers a frame has room for.
pub const BUFFERS: usize = 64;
/// Bytes of the frame's message area.
pub const MESSAGE_BYTES_MAX: usize = 1536;
/// Bytes of a slab's header: its payload starts here.
pub const SLAB_PAYLOAD: usize = 128;
/// A longer log message is cut.
pub const LOG_MESSAGE_BYTES_MAX: usize = 8192;
/// Fields of a log line that would pass this are left out.
pub const LOG_FIELDS_BYTES_MAX: usize = 4096;

/// What the engine tells: one cache line pair that only the engine writes.
#[repr(C, align(128))]
pub struct Told {
    pub status: i32,
    pub operation: i32,
    pub outcome: i32,
    pub trap_kind: i32,
    pub message_bytes: u32,
    pub response_status: u32,
    pub response_headers: u32,
    pub response_body: i32,
    pub argument_0: u64,
    pub argument_address: u64,
    pub argument_bytes: u64,
    pub memory_bytes: u64,
    pub log_used_bytes: u32,
    pub log_dropped: u32,
    pub released_slab: u64,
    pub buffers_made: u32,
    pub response_state: u32,
    pub response_flush: u32,
    pub response_trailers: u32,
    pub response_length: u64,
    pub response_written: u64,
    pub response_head_bytes: u32,
    pub instance_at_ns: u64,
}

/// What the host gives before it begins.
#[repr(C, align(128))]
pub struct Given {
    pub request_head: u64,
    pub request_head_bytes: u32,
    pub buffer_count_max: u32,
    pub response_head: u64,
    pub response_head_max: u32,
    pub log_region_bytes: u32,
    pub log_region: u64,
    pub log_bytes_max: u64,
    pub memory_bytes_max: u64,
    pub table_elements_max: u64,
    pub entry: u32,
    pub restored: u32,
}

/// What the host answers to an operation.
#[repr(C, align(128))]
pub struct Answer {
    pub address: u64,
    pub bytes: u64,
    pub status: i32,
}

/// A list of slabs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Buffer {
    pub first_slab: u64,
    pub last_slab: u64,
    pub length: u64,
    pub state: u32,
    pub handles: u32,
}

/// [`Buffer::state`]: not in use.
pub const BUFFER_FREE: u32 = 0;
/// [`Buffer::state`]: the guest may change it.
pub const BUFFER_READ_WRITE: u32 = 1;
/// [`Buffer::state`]: the guest may only read it.
pub const BUFFER_READ_ONLY: u32 = 2;

/// [`Buffer::state`]: the bytes are still where they come from; `length` says how many, or is [`LENGTH_UNKNOWN`].
pub const BUFFER_STREAM: u32 = 3;
/// [`Buffer::length`] of a stream whose end was not reached.
pub const LENGTH_UNKNOWN: u64 = u64::MAX;

/// [`Given::entry`]: the function answers a request.
pub const ENTRY_WEB: u32 = 0;
/// [`Given::entry`]: the function handles an event.
pub const ENTRY_EVENT: u32 = 1;
/// [`Given::entry`]: the function does what it has to before it is captured.
pub const ENTRY_BEFORE_SNAPSHOT: u32 = 2;
/// [`Told::outcome`]: the event is to be tried again.
pub const OUTCOME_RETRY: i32 = 16;
/// [`Told::outcome`]: the event is to be given up.
pub const OUTCOME_REJECT: i32 = 17;

/// [`Told::outcome`]: the function returned and set no response.
pub const OUTCOME_NO_RESPONSE: i32 = 18;
/// [`Told::response_state`]: the response is what the function returns.
pub const RESPONSE_NONE: u32 = 0;
/// [`Told::response_state`]: the head stands, the body is being written.
pub const RESPONSE_BEGUN: u32 = 1;
/// [`Told::response_state`]: the body is whole.
pub const RESPONSE_FINISHED: u32 = 2;
/// [`Told::response_state`]: the body never will be whole.
pub const RESPONSE_BROKEN: u32 = 3;
/// [`Told::response_length`]: the function said none.
pub const RESPONSE_LENGTH_UNKNOWN: u64 = u64::MAX;

/// One invocation's control frame.
#[repr(C, align(128))]
pub struct Frame {
    pub told: Told,
    pub given: Given,
    pub answer: Answer,
    reserved: [u8; 128],
    pub message: [u8; MESSAGE_BYTES_MAX],
    pub buffers: [Buffer; BUFFERS],
}

/// One piece of a buffer; its payload follows at [`SLAB_PAYLOAD`].
#[repr(C)]
pub struct Slab {
    pub next: u64,
    pub capacity_bytes: u32,
    pub used_bytes: u32,
    pub size_class: i32,
    pub index: u32,
}

/// The start of a request's head; the header entries follow.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RequestHead {
    pub method_bytes: u32,
    pub path_bytes: u32,
    pub query_bytes: i32,
    pub id_bytes: u32,
    pub header_count: u32,
    pub text_start: u32,
}

/// Sizes of one header line's text.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HeaderEntry {
    pub name_bytes: u32,
    pub value_bytes: u32,
}

/// The start of a record in the log region; its message follows.
#[repr(C)]
pub struct LogRecord {
    pub unix_ns: u64,
    pub level: u32,
    pub message_bytes: u32,
    pub fields_bytes: u32,
    pub reserved: u32,
}

/// The engine's settings.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Settings {
    pub instance_count_max: u64,
    pub memory_bytes_max: u64,
    pub table_elements_max: u64,
    pub tick_us: u64,
}

/// Counters of the engine's pools.
#[derive(Default)]
#[repr(C)]
pub struct Metrics {
    pub component_instances: u64,
    pub memories: u64,
    pub tables: u64,
    pub stacks: u64,
    pub unused_warm_memories: u64,
    pub unused_memory_bytes_resident: u64,
    pub prelinked_components: u64,
    pub panics: u64,
}

/// Room for an error off the path of calls. The message is UTF-8 and its reader's, to be given back by `mf_message_free`.
#[repr(C)]
pub struct ErrorRoom {
    pub kind: i32,
    pub message_bytes: u32,
    pub message: *mut u8,
}

const _: () = {
    assert!(offset_of!(Frame, given) == 128);
    assert!(offset_of!(Frame, answer) == 256);
    assert!(offset_of!(Frame, message) == 512);
    assert!(offset_of!(Frame, buffers) == 2048);
    assert!(size_of::<Frame>() == 4096);
    assert!(size_of::<Slab>() <= SLAB_PAYLOAD);
};

/// `Class.CONSTANT=value` lines, by the names of the Java constants.
pub fn report() -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: usize| writeln!(out, "{name}={value}").expect("writing to a string");
    macro_rules! offsets {
        ($java:literal, $base:expr, $ty:ty, { $($field:ident => $name:literal),* $(,)? }) => {
            $( line(concat!($java, ".", $name), $base + offset_of!($ty, $field)); )*
        };
    }
    offsets!("FrameLayout", offset_of!(Frame, told), Told, {
        status => "STATUS", operation => "OPERATION", outcome => "OUTCOME", trap_kind => "TRAP_KIND",
        message_bytes => "MESSAGE_BYTES", response_status => "RESPONSE_STATUS", response_headers => "RESPONSE_HEADERS",
        response_body => "RESPONSE_BODY", argument_0 => "ARGUMENT_0", argument_address => "ARGUMENT_ADDRESS",
        argument_bytes => "ARGUMENT_BYTES", memory_bytes => "MEMORY_BYTES", log_used_bytes => "LOG_USED_BYTES",
        log_dropped => "LOG_DROPPED", released_slab => "RELEASED_SLAB", buffers_made => "BUFFERS_MADE",
        response_state => "RESPONSE_STATE", response_flush => "RESPONSE_FLUSH",
        response_trailers => "RESPONSE_TRAILERS", response_length => "RESPONSE_LENGTH",
        response_written => "RESPONSE_WRITTEN", response_head_bytes => "RESPONSE_HEAD_BYTES",
        instance_at_ns => "INSTANCE_AT_NS",
    });
    offsets!("FrameLayout", offset_of!(Frame, given), Given, {
        request_head => "REQUEST_HEAD", request_head_bytes => "REQUEST_HEAD_BYTES", buffer_count_max => "BUFFER_COUNT_MAX",
        response_head => "RESPONSE_HEAD", response_head_max => "RESPONSE_HEAD_MAX", log_region_bytes => "LOG_REGION_BYTES",
        log_region => "LOG_REGION", log_bytes_max => "LOG_BYTES_MAX", memory_bytes_max => "MEMORY_BYTES_MAX",
        table_elements_max => "TABLE_ELEMENTS_MAX", entry => "ENTRY", restored => "RESTORED",
    });
    offsets!("FrameLayout", offset_of!(Frame, answer), Answer, {
        address => "ANSWER_ADDRESS", bytes => "ANSWER_BYTES", status => "ANSWER_STATUS",
    });
    offsets!("FrameLayout", 0, Frame, { message => "MESSAGE", buffers => "BUFFERS_OFFSET" });
    offsets!("FrameLayout", 0, Buffer, {
        first_slab => "BUFFER_FIRST_SLAB", last_slab => "BUFFER_LAST_SLAB", length => "BUFFER_LENGTH",
        state => "BUFFER_STATE", handles => "BUFFER_HANDLES",
    });
    line("FrameLayout.MESSAGE_BYTES_MAX", MESSAGE_BYTES_MAX);
    line("FrameLayout.BUFFERS", BUFFERS);
    line("FrameLayout.BUFFER_BYTES", size_of::<Buffer>());
    line("FrameLayout.BUFFER_FREE", BUFFER_FREE as usize);
    line("FrameLayout.BUFFER_READ_WRITE", BUFFER_READ_WRITE as usize);
    line("FrameLayout.BUFFER_READ_ONLY", BUFFER_READ_ONLY as usize);
    line("FrameLayout.BUFFER_STREAM", BUFFER_STREAM as usize);
    line("FrameLayout.ENTRY_WEB", ENTRY_WEB as usize);
    line("FrameLayout.ENTRY_EVENT", ENTRY_EVENT as usize);
    line("FrameLayout.ENTRY_BEFORE_SNAPSHOT", ENTRY_BEFORE_SNAPSHOT as usize);
    line("FrameLayout.OUTCOME_RETRY", OUTCOME_RETRY as usize);
    line("FrameLayout.OUTCOME_REJECT", OUTCOME_REJECT as usize);
    line("FrameLayout.OUTCOME_NO_RESPONSE", OUTCOME_NO_RESPONSE as usize);
    line("FrameLayout.RESPONSE_NONE", RESPONSE_NONE as usize);
    line("FrameLayout.RESPONSE_BEGUN", RESPONSE_BEGUN as usize);
    line("FrameLayout.RESPONSE_FINISHED", RESPONSE_FINISHED as usize);
    line("FrameLayout.RESPONSE_BROKEN", RESPONSE_BROKEN as usize);
    line("FrameLayout.BYTES", size_of::<Frame>());
    line("FrameLayout.ALIGNMENT", align_of::<Frame>());
    offsets!("SlabLayout", 0, Slab, {
        next => "NEXT", capacity_bytes => "CAPACITY_BYTES", used_bytes => "USED_BYTES", size_class => "SIZE_CLASS", index => "INDEX",
    });
    line("SlabLayout.PAYLOAD", SLAB_PAYLOAD);
    offsets!("RequestHeadLayout", 0, RequestHead, {
        method_bytes => "METHOD_BYTES", path_bytes => "PATH_BYTES", query_bytes => "QUERY_BYTES", id_bytes => "ID_BYTES",
        header_count => "HEADER_COUNT", text_start => "TEXT_START",
    });
    line("RequestHeadLayout.HEADERS", size_of::<RequestHead>());
    line("RequestHeadLayout.HEADER_ENTRY_BYTES", size_of::<HeaderEntry>());
    offsets!("ResponseHeadLayout", 0, HeaderEntry, { name_bytes => "NAME_BYTES", value_bytes => "VALUE_BYTES" });
    line("ResponseHeadLayout.TEXT", size_of::<HeaderEntry>());
    offsets!("LogLayout", 0, LogRecord, {
        unix_ns => "UNIX_NS", level => "LEVEL", message_bytes => "MESSAGE_BYTES", fields_bytes => "FIELDS_BYTES",
    });
    line("LogLayout.MESSAGE", size_of::<LogRecord>());
    line("LogLayout.MESSAGE_BYTES_MAX", LOG_MESSAGE_BYTES_MAX);
    line("LogLayout.FIELDS_BYTES_MAX", LOG_FIELDS_BYTES_MAX);
    offsets!("EngineConfig", 0, Settings, {
        instance_count_max => "INSTANCE_COUNT_MAX", memory_bytes_max => "MEMORY_BYTES_MAX",
        table_elements_max => "TABLE_ELEMENTS_MAX", tick_us => "TICK_US",
    });
    line("EngineConfig.BYTES", size_of::<Settings>());
    line("EngineMetrics.BYTES", size_of::<Metrics>());
    offsets!("NativeError", 0, ErrorRoom, { kind => "KIND", message_bytes => "MESSAGE_BYTES", message => "MESSAGE" });
    line("NativeError.BYTES", size_of::<ErrorRoom>());
    out
}
