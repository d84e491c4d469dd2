//! `wasi:filesystem` without a file: there are no preopened folders, so that no function ever has a descriptor and every path is refused by the
//! guest's own library.

#![expect(
    dead_code,
    reason = "types of the interface that no value is ever made or looked at of"
)]

use wasmtime::component::{
    ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType, WasmList, WasmStr, flags,
};
use wasmtime::{Result, StoreContextMut};

use super::clocks::Datetime;
use super::wasi_io::{Input, IoError, Output};
use super::{Interface, never};
use crate::invocation::Call;

/// A file or folder, which there is none of.
struct Descriptor;
/// A folder's entries, likewise.
struct DirectoryEntryStream;

type File = Resource<Descriptor>;
type Entries = Resource<DirectoryEntryStream>;
type In = Resource<Input>;
type Out = Resource<Output>;
type Answer<T> = std::result::Result<T, ErrorCode>;

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum DescriptorType {
    #[component(name = "unknown")]
    Unknown,
    #[component(name = "block-device")]
    BlockDevice,
    #[component(name = "character-device")]
    CharacterDevice,
    #[component(name = "directory")]
    Directory,
    #[component(name = "fifo")]
    Fifo,
    #[component(name = "symbolic-link")]
    SymbolicLink,
    #[component(name = "regular-file")]
    RegularFile,
    #[component(name = "socket")]
    Socket,
}

flags! {
    DescriptorFlags {
        #[component(name = "read")]
        const READ;
        #[component(name = "write")]
        const WRITE;
        #[component(name = "file-integrity-sync")]
        const FILE_INTEGRITY_SYNC;
        #[component(name = "data-integrity-sync")]
        const DATA_INTEGRITY_SYNC;
        #[component(name = "requested-write-sync")]
        const REQUESTED_WRITE_SYNC;
        #[component(name = "mutate-directory")]
        const MUTATE_DIRECTORY;
    }
}

flags! {
    PathFlags {
        #[component(name = "symlink-follow")]
        const SYMLINK_FOLLOW;
    }
}

flags! {
    OpenFlags {
        #[component(name = "create")]
        const CREATE;
        #[component(name = "directory")]
        const DIRECTORY;
        #[component(name = "exclusive")]
        const EXCLUSIVE;
        #[component(name = "truncate")]
        const TRUNCATE;
    }
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct DescriptorStat {
    #[component(name = "type")]
    ty: DescriptorType,
    #[component(name = "link-count")]
    link_count: u64,
    size: u64,
    #[component(name = "data-access-timestamp")]
    data_access_timestamp: Option<Datetime>,
    #[component(name = "data-modification-timestamp")]
    data_modification_timestamp: Option<Datetime>,
    #[component(name = "status-change-timestamp")]
    status_change_timestamp: Option<Datetime>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum NewTimestamp {
    #[component(name = "no-change")]
    NoChange,
    #[component(name = "now")]
    Now,
    #[component(name = "timestamp")]
    Timestamp(Datetime),
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct DirectoryEntry {
    #[component(name = "type")]
    ty: DescriptorType,
    name: &'static str,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct MetadataHashValue {
    lower: u64,
    upper: u64,
}

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum ErrorCode {
    #[component(name = "access")]
    Access,
    #[component(name = "would-block")]
    WouldBlock,
    #[component(name = "already")]
    Already,
    #[component(name = "bad-descriptor")]
    BadDescriptor,
    #[component(name = "busy")]
    Busy,
    #[component(name = "deadlock")]
    Deadlock,
    #[component(name = "quota")]
    Quota,
    #[component(name = "exist")]
    Exist,
    #[component(name = "file-too-large")]
    FileTooLarge,
    #[component(name = "illegal-byte-sequence")]
    IllegalByteSequence,
    #[component(name = "in-progress")]
    InProgress,
    #[component(name = "interrupted")]
    Interrupted,
    #[component(name = "invalid")]
    Invalid,
    #[component(name = "io")]
    Io,
    #[component(name = "is-directory")]
    IsDirectory,
    #[component(name = "loop")]
    Loop,
    #[component(name = "too-many-links")]
    TooManyLinks,
    #[component(name = "message-size")]
    MessageSize,
    #[component(name = "name-too-long")]
    NameTooLong,
    #[component(name = "no-device")]
    NoDevice,
    #[component(name = "no-entry")]
    NoEntry,
    #[component(name = "no-lock")]
    NoLock,
    #[component(name = "insufficient-memory")]
    InsufficientMemory,
    #[component(name = "insufficient-space")]
    InsufficientSpace,
    #[component(name = "not-directory")]
    NotDirectory,
    #[component(name = "not-empty")]
    NotEmpty,
    #[component(name = "not-recoverable")]
    NotRecoverable,
    #[component(name = "unsupported")]
    Unsupported,
    #[component(name = "no-tty")]
    NoTty,
    #[component(name = "no-such-device")]
    NoSuchDevice,
    #[component(name = "overflow")]
    Overflow,
    #[component(name = "not-permitted")]
    NotPermitted,
    #[component(name = "pipe")]
    Pipe,
    #[component(name = "read-only")]
    ReadOnly,
    #[component(name = "invalid-seek")]
    InvalidSeek,
    #[component(name = "text-file-busy")]
    TextFileBusy,
    #[component(name = "cross-device")]
    CrossDevice,
}

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum Advice {
    #[component(name = "normal")]
    Normal,
    #[component(name = "sequential")]
    Sequential,
    #[component(name = "random")]
    Random,
    #[component(name = "will-need")]
    WillNeed,
    #[component(name = "dont-need")]
    DontNeed,
    #[component(name = "no-reuse")]
    NoReuse,
}

pub const TYPES: Interface = Interface {
    name: "wasi:filesystem/types",
    version: "0.2.0",
    resources: &[
        ("descriptor", resource::<Descriptor>),
        ("directory-entry-stream", resource::<DirectoryEntryStream>),
    ],
    functions: &[
        ("[method]descriptor.read-via-stream", |l, n| {
            never::<(File, u64), (Answer<In>,)>(l, n)
        }),
        ("[method]descriptor.write-via-stream", |l, n| {
            never::<(File, u64), (Answer<Out>,)>(l, n)
        }),
        ("[method]descriptor.append-via-stream", |l, n| {
            never::<(File,), (Answer<Out>,)>(l, n)
        }),
        ("[method]descriptor.advise", |l, n| {
            never::<(File, u64, u64, Advice), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.sync-data", |l, n| {
            never::<(File,), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.get-flags", |l, n| {
            never::<(File,), (Answer<DescriptorFlags>,)>(l, n)
        }),
        ("[method]descriptor.get-type", |l, n| {
            never::<(File,), (Answer<DescriptorType>,)>(l, n)
        }),
        ("[method]descriptor.set-size", |l, n| {
            never::<(File, u64), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.set-times", |l, n| {
            never::<(File, NewTimestamp, NewTimestamp), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.read", |l, n| {
            never::<(File, u64, u64), (Answer<(Vec<u8>, bool)>,)>(l, n)
        }),
        ("[method]descriptor.write", |l, n| {
            never::<(File, WasmList<u8>, u64), (Answer<u64>,)>(l, n)
        }),
        ("[method]descriptor.read-directory", |l, n| {
            never::<(File,), (Answer<Entries>,)>(l, n)
        }),
        ("[method]descriptor.sync", |l, n| never::<(File,), (Answer<()>,)>(l, n)),
        ("[method]descriptor.create-directory-at", |l, n| {
            never::<(File, WasmStr), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.stat", |l, n| {
            never::<(File,), (Answer<DescriptorStat>,)>(l, n)
        }),
        ("[method]descriptor.stat-at", |l, n| {
            never::<(File, PathFlags, WasmStr), (Answer<DescriptorStat>,)>(l, n)
        }),
        ("[method]descriptor.set-times-at", |l, n| {
            never::<(File, PathFlags, WasmStr, NewTimestamp, NewTimestamp), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.link-at", |l, n| {
            never::<(File, PathFlags, WasmStr, File, WasmStr), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.open-at", |l, n| {
            never::<(File, PathFlags, WasmStr, OpenFlags, DescriptorFlags), (Answer<File>,)>(l, n)
        }),
        ("[method]descriptor.readlink-at", |l, n| {
            never::<(File, WasmStr), (Answer<&'static str>,)>(l, n)
        }),
        ("[method]descriptor.remove-directory-at", |l, n| {
            never::<(File, WasmStr), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.rename-at", |l, n| {
            never::<(File, WasmStr, File, WasmStr), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.symlink-at", |l, n| {
            never::<(File, WasmStr, WasmStr), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.unlink-file-at", |l, n| {
            never::<(File, WasmStr), (Answer<()>,)>(l, n)
        }),
        ("[method]descriptor.is-same-object", |l, n| {
            never::<(File, File), (bool,)>(l, n)
        }),
        ("[method]descriptor.metadata-hash", |l, n| {
            never::<(File,), (Answer<MetadataHashValue>,)>(l, n)
        }),
        ("[method]descriptor.metadata-hash-at", |l, n| {
            never::<(File, PathFlags, WasmStr), (Answer<MetadataHashValue>,)>(l, n)
        }),
        ("[method]directory-entry-stream.read-directory-entry", |l, n| {
            never::<(Entries,), (Answer<Option<DirectoryEntry>>,)>(l, n)
        }),
        ("filesystem-error-code", |linker, name| {
            // No stream is a file's, so no stream's failure is one of a file.
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (_,): (Resource<IoError>,)| {
                Ok((None::<ErrorCode>,))
            })
        }),
    ],
};

pub const PREOPENS: Interface = Interface {
    name: "wasi:filesystem/preopens",
    version: "0.2.0",
    resources: &[],
    functions: &[("get-directories", |linker, name| {
        linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (): ()| {
            Ok((Vec::<(File, &'static str)>::new(),))
        })
    })],
};

fn resource<T: 'static>(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<T>(), |_, _| Ok(()))
}
