//! `wasi:io`: waiting, and streams of bytes.
//!
//! Nothing here needs a runtime. A function that waits suspends once, in one operation that says for how long; a function that writes hands on what
//! it wrote before the call returns, so that every stream is ready at any time.

use slab::Slab;
use wasmtime::component::{ComponentType, Lower, Resource, ResourceType, WasmList};
use wasmtime::{Result, StoreContextMut, bail};

use super::clocks::monotonic_ns;
use super::{Interface, wasi_cli};
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
}

impl Pollable {
    fn left_ns(self, now_ns: u64) -> u64 {
        match self {
            Pollable::Ready => 0,
            Pollable::At(when) => when.saturating_sub(now_ns),
        }
    }
}

/// What can be read.
#[derive(Clone, Copy)]
pub enum Input {
    Stdin,
}

/// What can be written.
#[derive(Clone, Copy)]
pub enum Output {
    Stdout,
    Stderr,
}

/// Why a stream broke: a guest's handle to it.
pub struct IoError(pub String);

/// An invocation's handles, by their numbers, and what its standard streams have come to.
#[derive(Default)]
pub struct Wasi {
    pollables: Slab<Pollable>,
    inputs: Slab<Input>,
    outputs: Slab<Output>,
    errors: Slab<IoError>,
    /// The function is a command: a request is its standard input, and its standard output is the response.
    pub is_command: bool,
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

    fn failure(&mut self, reason: String) -> StreamError {
        StreamError::LastOperationFailed(Resource::new_own(self.errors.insert(IoError(reason)) as u32))
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
                Ok((store.data().wasi.errors[error.rep() as usize].0.clone(),))
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
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (polled,): (Polled,)| {
                let pollable = store.data().wasi.pollables[polled.rep() as usize];
                Ok((pollable.left_ns(monotonic_ns()) == 0,))
            })
        }),
        ("[method]pollable.block", |linker, name| {
            linker.func_wrap_async(name, |store: StoreContextMut<'_, Call>, (polled,): (Polled,)| {
                Box::new(async move {
                    let pollable = store.data().wasi.pollables[polled.rep() as usize];
                    wait_for(store.data(), &[pollable]).await;
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
    Ok((wait_for(store.data(), &pollables).await,))
}

/// Waits until one is ready; the indices of all that are.
async fn wait_for(call: &Call, pollables: &[Pollable]) -> Vec<u32> {
    loop {
        let now = monotonic_ns();
        let ready: Vec<u32> = (0u32..)
            .zip(pollables)
            .filter(|(_, pollable)| pollable.left_ns(now) == 0)
            .map(|(index, _)| index)
            .collect();
        if !ready.is_empty() {
            return ready;
        }
        let soonest = pollables.iter().map(|pollable| pollable.left_ns(now)).min();
        call.operation(WAIT, soonest.expect("there is one")).await;
    }
}

type In = Resource<Input>;
type Out = Resource<Output>;

pub const STREAMS: Interface = Interface {
    name: "wasi:io/streams",
    version: "0.2.0",
    resources: &[
        ("input-stream", |linker, name| {
            linker.resource(name, ResourceType::host::<Input>(), |mut store, number| {
                store.data_mut().wasi.inputs.remove(number as usize);
                Ok(())
            })
        }),
        ("output-stream", |linker, name| {
            linker.resource(name, ResourceType::host::<Output>(), |mut store, number| {
                store.data_mut().wasi.outputs.remove(number as usize);
                Ok(())
            })
        }),
    ],
    functions: &[
        ("[method]input-stream.read", define_read),
        ("[method]input-stream.blocking-read", define_read),
        ("[method]input-stream.skip", define_skip),
        ("[method]input-stream.blocking-skip", define_skip),
        ("[method]input-stream.subscribe", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (_,): (In,)| {
                Ok((store.data_mut().wasi.subscribe(Pollable::Ready),))
            })
        }),
        ("[method]output-stream.check-write", |linker, name| {
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (_,): (Out,)| {
                Ok((Ok::<_, StreamError>(PIECE_BYTES_MAX),))
            })
        }),
        ("[method]output-stream.write", define_write),
        ("[method]output-stream.blocking-write-and-flush", define_write),
        ("[method]output-stream.flush", define_flush),
        ("[method]output-stream.blocking-flush", define_flush),
        ("[method]output-stream.subscribe", |linker, name| {
            linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (_,): (Out,)| {
                Ok((store.data_mut().wasi.subscribe(Pollable::Ready),))
            })
        }),
        ("[method]output-stream.write-zeroes", define_write_zeroes),
        (
            "[method]output-stream.blocking-write-zeroes-and-flush",
            define_write_zeroes,
        ),
        ("[method]output-stream.splice", define_splice),
        ("[method]output-stream.blocking-splice", define_splice),
    ],
};

type Linker<'a> = wasmtime::component::LinkerInstance<'a, Call>;

fn define_read(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (input, bytes_max): (In, u64)| {
            Box::new(async move { Ok((read(store.data_mut(), &input, bytes_max).await?,)) })
        },
    )
}

fn define_skip(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (input, bytes_max): (In, u64)| {
            Box::new(async move {
                let skipped = read(store.data_mut(), &input, bytes_max).await?;
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

fn define_flush(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (_,): (Out,)| {
        Ok((Ok::<_, StreamError>(()),))
    })
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

fn define_splice(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap_async(
        name,
        |mut store: StoreContextMut<'_, Call>, (output, input, bytes_max): (Out, In, u64)| {
            Box::new(async move {
                let bytes = match read(store.data_mut(), &input, bytes_max).await? {
                    Ok(bytes) => bytes,
                    Err(error) => return Ok((Err(error),)),
                };
                let written = write(store.data_mut(), &output, bytes).await?;
                Ok((written.map(|()| bytes.len() as u64),))
            })
        },
    )
}

async fn read(call: &mut Call, input: &In, bytes_max: u64) -> Streamed<&'static [u8]> {
    let bytes_max = bytes_max.min(PIECE_BYTES_MAX) as usize;
    let read = match call.wasi.inputs[input.rep() as usize] {
        Input::Stdin => wasi_cli::read(call, bytes_max).await,
    };
    Ok(match read {
        Ok([]) if bytes_max > 0 => Err(StreamError::Closed),
        Ok(bytes) => Ok(bytes),
        Err(reason) => Err(call.wasi.failure(reason)),
    })
}

async fn write(call: &mut Call, output: &Out, bytes: &[u8]) -> Streamed<()> {
    let output = call.wasi.outputs[output.rep() as usize];
    let written = wasi_cli::write(call, output, bytes).await?;
    Ok(written.map_err(|reason| call.wasi.failure(reason)))
}
