//! `wasi:io`: waiting, and streams of bytes.
//!
//! Nothing here needs a runtime. A function that waits suspends once, in one operation that says for how long and for which of the host's things; a
//! function that writes hands on what it wrote before the call returns.

use slab::Slab;
use wasmtime::component::{ComponentType, Lower, Resource, ResourceType, WasmList};
use wasmtime::{Result, StoreContextMut, bail};

use super::clocks::monotonic_ns_of;
use super::wasi_http::codes::ErrorCode;
use super::wire::Answer;
use super::{Interface, buffer_streams, response, wasi_cli, wasi_http};
use crate::buffers;
use crate::front::lines::Lines;
use crate::invocation::Call;
use crate::outcome::{LimitPassed, Refused};

/// `Operation.WAIT`
const WAIT: i32 = 5;

/// What may be waited for at once: as many as a function may hold.
const POLLED_MAX: usize = 10_000;
/// At most this much is read or written for a guest at once.
pub const PIECE_BYTES_MAX: u64 = 1 << 20;

/// What can be waited for.
#[derive(Clone, Copy)]
pub enum Pollable {
    Ready,
    /// On the monotonic clock.
    At(u64),
    /// Something of a resource that lives at the host.
    Host {
        what: u8,
        number: u32,
    },
}

impl Pollable {
    /// How long until it is ready, where this side knows.
    fn left_ns(self, now_ns: u64) -> u64 {
        match self {
            Pollable::Ready => 0,
            Pollable::At(when) => when.saturating_sub(now_ns),
            Pollable::Host { .. } => u64::MAX,
        }
    }
}

/// What can be read.
#[derive(Clone, Copy)]
pub enum Input {
    Stdin,
    /// The request's body, of a function for `wasi:http`.
    Request,
    /// The body of an upstream's answer, by the request's number.
    Exchange(usize),
    /// A buffer, and how far it was read.
    Buffer {
        index: usize,
        read: u64,
    },
}

/// What can be written.
#[derive(Clone, Copy)]
pub enum Output {
    Stdout,
    Stderr,
    /// A message's body, by its number.
    Body(usize),
    /// A buffer.
    Buffer(usize),
}

/// Why a stream broke: a guest's handle to it.
pub struct IoError {
    pub text: String,
    /// What it is in the terms of `wasi:http`.
    pub code: Option<ErrorCode>,
}

/// What a read came to.
pub enum Piece {
    /// None of them: nothing is there yet.
    Bytes(&'static [u8]),
    End,
    Failed(IoError),
}

/// Why nothing was written.
pub enum Failure {
    Closed,
    Failed(IoError),
}

/// An invocation's handles, by their numbers, and what its standard streams have come to.
#[derive(Default)]
pub struct Wasi {
    pollables: Slab<Pollable>,
    inputs: Slab<Input>,
    outputs: Slab<Output>,
    errors: Slab<IoError>,
    pub stdin_read: u64,
    pub stdout: Lines,
    pub stderr: Lines,
    pub response: super::command::Written,
}

impl Wasi {
    pub fn subscribe(&mut self, pollable: Pollable) -> Resource<Pollable> {
        Resource::new_own(self.pollables.insert(pollable) as u32)
    }

    pub fn input(&mut self, input: Input) -> Resource<Input> {
        Resource::new_own(self.inputs.insert(input) as u32)
    }

    pub fn output(&mut self, output: Output) -> Resource<Output> {
        Resource::new_own(self.outputs.insert(output) as u32)
    }

    pub fn error(&self, error: &Resource<IoError>) -> &IoError {
        &self.errors[error.rep() as usize]
    }

    /// A handle that is still open.
    pub fn kept(&self) -> Option<&'static str> {
        let standard = self
            .outputs
            .iter()
            .find(|(_, output)| matches!(output, Output::Stdout | Output::Stderr));
        match () {
            () if standard.is_some() => Some("wasi:io/streams output-stream, the standard output or error"),
            () if !self.outputs.is_empty() => Some("wasi:io/streams output-stream"),
            () if !self.inputs.is_empty() => Some("wasi:io/streams input-stream"),
            () if !self.pollables.is_empty() => Some("wasi:io/poll pollable"),
            () if !self.errors.is_empty() => Some("wasi:io/error error"),
            () => None,
        }
    }

    fn failure(&mut self, failure: Failure) -> StreamError {
        match failure {
            Failure::Closed => StreamError::Closed,
            Failure::Failed(error) => {
                StreamError::LastOperationFailed(Resource::new_own(self.errors.insert(error) as u32))
            }
        }
    }
}

#[derive(ComponentType, Lower)]
#[component(variant)]
pub enum StreamError {
    #[component(name = "last-operation-failed")]
    LastOperationFailed(Resource<IoError>),
    #[component(name = "closed")]
    Closed,
}

/// What a read or a write came to. The outer error ends the function.
type Streamed<T> = Result<std::result::Result<T, StreamError>>;

pub const ERROR: Interface = Interface {
    name: "wasi:io/error",
    version: "0.2.0",
    resources: &[("error", |linker, name| {
        linker.resource(name, ResourceType::host::<IoError>(), |mut store, number| {
            store.data_mut().wasi.errors.remove(number as usize);
            Ok(())
        })
    })],
    functions: &[("[method]error.to-debug-string", |linker, name| {
        linker.func_wrap(
            name,
            |store: StoreContextMut<'_, Call>, (error,): (Resource<IoError>,)| {
                Ok((store.data().wasi.error(&error).text.clone(),))
            },
        )
    })],
};

type Polled = Resource<Pollable>;

pub const POLL: Interface = Interface {
    name: "wasi:io/poll",
    version: "0.2.0",
    resources: &[("pollable", |linker, name| {
        linker.resource(name, ResourceType::host::<Pollable>(), |mut store, number| {
            store.data_mut().wasi.pollables.remove(number as usize);
            Ok(())
        })
    })],
    functions: &[
        ("[method]pollable.ready", |linker, name| {
            linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (polled,): (Polled,)| {
                Box::new(async move {
                    let pollable = store.data().wasi.pollables[polled.rep() as usize];
                    Ok((!look(store.data_mut(), &[pollable], 0).await.is_empty(),))
                })
            })
        }),
        ("[method]pollable.block", |linker, name| {
            linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (polled,): (Polled,)| {
                Box::new(async move {
                    let pollable = store.data().wasi.pollables[polled.rep() as usize];
                    wait_for(store.data_mut(), &[pollable]).await;
                    Ok(())
                })
            })
        }),
        ("poll", |linker, name| {
            linker.func_wrap_async(
                name,
                |store: StoreContextMut<'_, Call>, (polled,): (WasmList<Polled>,)| Box::new(poll(store, polled)),
            )
        }),
    ],
};

async fn poll(mut store: StoreContextMut<'_, Call>, polled: WasmList<Polled>) -> Result<(Vec<u32>,)> {
    if polled.len() == 0 {
        bail!(Refused(
            "poll was called with nothing to wait for: it would never return".into()
        ));
    }
    if polled.len() > POLLED_MAX {
        bail!(LimitPassed(format!(
            "poll was called with {} things to wait for (limit polled-max={POLLED_MAX})",
            polled.len()
        )));
    }
    let mut pollables = Vec::with_capacity(polled.len());
    for index in 0..polled.len() {
        let polled = polled.get(&mut store, index).expect("within its length")?;
        pollables.push(store.data().wasi.pollables[polled.rep() as usize]);
    }
    Ok((wait_for(store.data_mut(), &pollables).await,))
}

/// Waits until one is ready; the indices of all that are.
pub async fn wait_for(call: &mut Call, pollables: &[Pollable]) -> Vec<u32> {
    loop {
        let ready = look(call, pollables, u64::MAX).await;
        if !ready.is_empty() {
            return ready;
        }
    }
}

/// The indices of all that are ready, after at most so long.
async fn look(call: &mut Call, pollables: &[Pollable], wait_ns: u64) -> Vec<u32> {
    let now = monotonic_ns_of(call);
    let soonest = pollables.iter().map(|pollable| pollable.left_ns(now)).min();
    let mut wait_ns = wait_ns.min(soonest.expect("there is one"));
    if let Some(rehearsal) = &mut call.rehearsal {
        rehearsal.pass(wait_ns);
        wait_ns = 0;
    }
    call.argument.clear();
    for pollable in pollables {
        if let Pollable::Host { what, number } = *pollable {
            call.argument.push(what);
            call.argument.extend_from_slice(&number.to_le_bytes());
        }
    }
    let mut flags: &[u8] = &[];
    if wait_ns > 0 || !call.argument.is_empty() {
        call.operation_about(WAIT, wait_ns).await;
        flags = Answer::of(call.frame).bytes();
    }
    let now = monotonic_ns_of(call);
    let mut flags = flags.iter();
    (0u32..)
        .zip(pollables)
        .filter(|(_, pollable)| match pollable {
            Pollable::Host { .. } => flags.next().is_some_and(|&flag| flag != 0),
            pollable => pollable.left_ns(now) == 0,
        })
        .map(|(index, _)| index)
        .collect()
}

type In = Resource<Input>;
type Out = Resource<Output>;

pub const STREAMS: Interface = Interface {
    name: "wasi:io/streams",
    version: "0.2.0",
    resources: &[
        ("input-stream", |linker, name| {
            linker.resource_async(name, ResourceType::host::<Input>(), |mut store, number| {
                Box::new(async move {
                    let call = store.data_mut();
                    match call.wasi.inputs.remove(number as usize) {
                        Input::Exchange(exchange) => wasi_http::release_exchange(call, exchange).await,
                        Input::Buffer { index, .. } => buffers::drop_handle(call.frame, index),
                        Input::Stdin | Input::Request => {}
                    }
                    Ok(())
                })
            })
        }),
        ("output-stream", |linker, name| {
            linker.resource_async(name, ResourceType::host::<Output>(), |mut store, number| {
                Box::new(async move {
                    let call = store.data_mut();
                    match call.wasi.outputs.remove(number as usize) {
                        Output::Body(body) => wasi_http::release_output(call, body).await,
                        Output::Buffer(index) => buffers::drop_handle(call.frame, index),
                        Output::Stdout | Output::Stderr => {}
                    }
                    Ok(())
                })
            })
        }),
    ],
    functions: &[
        ("[method]input-stream.read", define_read::<false>),
        ("[method]input-stream.blocking-read", define_read::<true>),
        ("[method]input-stream.skip", define_skip::<false>),
        ("[method]input-stream.blocking-skip", define_skip::<true>),
        ("[method]input-stream.subscribe", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (input,): (In,)| {
                let pollable = readable(store.data_mut(), &input);
                Ok((store.data_mut().wasi.subscribe(pollable),))
            })
        }),
        ("[method]output-stream.check-write", |linker, name| {
            linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (output,): (Out,)| {
                Box::new(async move {
                    let room = room(store.data_mut(), &output).await?;
                    Ok((room.map(|(bytes, _)| bytes),))
                })
            })
        }),
        ("[method]output-stream.write", define_write),
        ("[method]output-stream.blocking-write-and-flush", define_write_and_flush),
        ("[method]output-stream.flush", define_flush),
        ("[method]output-stream.blocking-flush", define_flush),
        ("[method]output-stream.subscribe", |linker, name| {
            linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (output,): (Out,)| {
                Box::new(async move {
                    let call = store.data_mut();
                    let pollable = match room(call, &output).await? {
                        Ok((_, pollable)) => pollable,
                        // The next write says why.
                        Err(_) => Pollable::Ready,
                    };
                    Ok((call.wasi.subscribe(pollable),))
                })
            })
        }),
        ("[method]output-stream.write-zeroes", define_write_zeroes),
        (
            "[method]output-stream.blocking-write-zeroes-and-flush",
            define_write_zeroes,
        ),
        ("[method]output-stream.splice", define_splice::<false>),
        ("[method]output-stream.blocking-splice", define_splice::<true>),
    ],
};

type Linker<'a> = wasmtime::component::LinkerInstance<'a, Call>;

fn define_read<const BLOCKING: bool>(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (input, bytes_max): (In, u64)| {
            Box::new(async move { Ok((read(store.data_mut(), &input, bytes_max, BLOCKING).await?,)) })
        },
    )
}

fn define_skip<const BLOCKING: bool>(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (input, bytes_max): (In, u64)| {
            Box::new(async move {
                let skipped = read(store.data_mut(), &input, bytes_max, BLOCKING).await?;
                Ok((skipped.map(|bytes| bytes.len() as u64),))
            })
        },
    )
}

fn define_write(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (output, bytes): (Out, Vec<u8>)| {
            Box::new(async move { Ok((write(store.data_mut(), &output, &bytes).await?,)) })
        },
    )
}

fn define_write_and_flush(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (output, bytes): (Out, Vec<u8>)| {
            Box::new(async move {
                let written = write(store.data_mut(), &output, &bytes).await?;
                flush(store.data_mut(), &output);
                Ok((written,))
            })
        },
    )
}

fn define_flush(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (output,): (Out,)| {
        flush(store.data_mut(), &output);
        Ok((Ok::<_, StreamError>(()),))
    })
}

/// What was written of a response is to reach its client: the host sends it when the function waits, or at the next tick.
fn flush(call: &mut Call, output: &Out) {
    if let Output::Body(_) = call.wasi.outputs[output.rep() as usize] {
        response::flush(call.frame);
    }
}

fn define_write_zeroes(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (output, count): (Out, u64)| {
            Box::new(async move {
                if count > PIECE_BYTES_MAX {
                    bail!(Refused(format!(
                        "{count} zeroes were written where {PIECE_BYTES_MAX} bytes were permitted"
                    )));
                }
                let zeroes = vec![0; count as usize];
                Ok((write(store.data_mut(), &output, &zeroes).await?,))
            })
        },
    )
}

fn define_splice<const BLOCKING: bool>(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (output, input, bytes_max): (Out, In, u64)| {
            Box::new(async move {
                let bytes = match read(store.data_mut(), &input, bytes_max, BLOCKING).await? {
                    Ok(bytes) => bytes,
                    Err(error) => return Ok((Err(error),)),
                };
                let written = write(store.data_mut(), &output, bytes).await?;
                Ok((written.map(|()| bytes.len() as u64),))
            })
        },
    )
}

/// What says that there is something to read.
fn readable(call: &mut Call, input: &In) -> Pollable {
    match call.wasi.inputs[input.rep() as usize] {
        // The host waits for the client where a read has to.
        Input::Stdin | Input::Request | Input::Buffer { .. } => Pollable::Ready,
        Input::Exchange(exchange) => wasi_http::readable(call, exchange),
    }
}

async fn read(call: &mut Call, input: &In, bytes_max: u64, blocking: bool) -> Streamed<&'static [u8]> {
    let bytes_max = bytes_max.min(PIECE_BYTES_MAX) as usize;
    let source = call.wasi.inputs[input.rep() as usize];
    loop {
        let piece = match source {
            Input::Stdin => wasi_cli::read(call, bytes_max).await,
            Input::Request => wasi_http::read_request(call, bytes_max).await?,
            Input::Exchange(exchange) => wasi_http::read_exchange(call, exchange, bytes_max).await?,
            Input::Buffer { index, read } => {
                let piece = buffer_streams::read(call, index, read, bytes_max).await;
                if let Piece::Bytes(bytes) = piece {
                    let read = read + bytes.len() as u64;
                    call.wasi.inputs[input.rep() as usize] = Input::Buffer { index, read };
                }
                piece
            }
        };
        return Ok(match piece {
            Piece::Bytes([]) if blocking && bytes_max > 0 => {
                let pollable = readable(call, input);
                wait_for(call, &[pollable]).await;
                continue;
            }
            Piece::Bytes(bytes) => Ok(bytes),
            Piece::End if bytes_max == 0 => Ok(&[]),
            Piece::End => Err(StreamError::Closed),
            Piece::Failed(error) => Err(call.wasi.failure(Failure::Failed(error))),
        });
    }
}

async fn write(call: &mut Call, output: &Out, bytes: &[u8]) -> Streamed<()> {
    let written = match call.wasi.outputs[output.rep() as usize] {
        Output::Body(body) => wasi_http::write(call, body, bytes).await?,
        Output::Buffer(index) => buffer_streams::write(call, index, bytes).await,
        output => wasi_cli::write(call, output, bytes).await?,
    };
    Ok(written.map_err(|failure| call.wasi.failure(failure)))
}

/// How much may be written, and what says that there is room.
async fn room(call: &mut Call, output: &Out) -> Streamed<(u64, Pollable)> {
    let room = match call.wasi.outputs[output.rep() as usize] {
        Output::Stdout | Output::Stderr => Ok((PIECE_BYTES_MAX, Pollable::Ready)),
        Output::Body(body) => wasi_http::room(call, body).await?,
        Output::Buffer(index) if !buffer_streams::is_open(call, index) => Err(Failure::Closed),
        Output::Buffer(_) => Ok((PIECE_BYTES_MAX, Pollable::Ready)),
    };
    Ok(room.map_err(|failure| call.wasi.failure(failure)))
}
