//! `wasi:cli`: a function's configuration is its environment, what it writes is its log. For a command both hold the request and the response as
//! well, see `command`.

use wasmtime::component::{LinkerInstance, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut, bail};

use super::log::{self, Level};
use super::wasi_io::{Failure, Input, IoError, Output, Piece};
use super::wire::perform;
use super::{Interface, command, config, errors, momento};
use crate::buffers::{self, REQUEST_BODY};
use crate::invocation::Call;
use crate::outcome::{Exit, Refused};

/// A terminal, which there is none of.
struct Terminal<const INPUT: bool>;

const VERSION: &str = "0.2.0";

pub const ENVIRONMENT: Interface = Interface {
    name: "wasi:cli/environment",
    version: VERSION,
    resources: &[],
    functions: &[
        ("get-environment", |linker, name| {
            linker.func_wrap_async(name, |mut store: StoreContextMut<'_, Call>, (): ()| {
                Box::new(async move { Ok((environment(&mut store).await?,)) })
            })
        }),
        ("get-arguments", |linker, name| {
            linker.func_wrap(name, |store: StoreContextMut<'_, Call>, (): ()| {
                let call = store.data();
                let arguments = call.is_command.then(|| command::arguments(call.frame)).transpose()?;
                Ok((arguments.unwrap_or_default(),))
            })
        }),
        ("initial-cwd", |linker, name| {
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (): ()| Ok((None::<String>,)))
        }),
    ],
};

async fn environment(store: &mut StoreContextMut<'_, Call>) -> Result<Vec<(String, String)>> {
    let mut variables = Vec::new();
    if store.data().is_momento {
        variables = momento::variables(store).await?;
    }
    let configured: std::result::Result<Vec<(&str, &str)>, errors::Error> =
        perform(store, config::GET_ALL, &()).await?;
    let configured = match configured {
        Ok(configured) => configured,
        Err(error) => bail!(Refused(format!("the configuration can't be read: {}", error.text()))),
    };
    if store.data().is_command {
        variables = command::variables(store.data().frame)?;
    }
    for (name, value) in configured {
        if !variables.iter().any(|(taken, _)| taken == name) {
            variables.push((name.into(), value.into()));
        }
    }
    Ok(variables)
}

pub const EXIT: Interface = Interface {
    name: "wasi:cli/exit",
    version: VERSION,
    resources: &[],
    functions: &[
        ("exit", |linker, name| {
            linker.func_wrap(
                name,
                |_: StoreContextMut<'_, Call>, (status,): (std::result::Result<(), ()>,)| -> Result<()> {
                    bail!(Exit(status.map_or(1, |()| 0)))
                },
            )
        }),
        ("exit-with-code", |linker, name| {
            linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (status,): (u8,)| -> Result<()> {
                bail!(Exit(status))
            })
        }),
    ],
};

pub const STDIN: Interface = Interface {
    name: "wasi:cli/stdin",
    version: VERSION,
    resources: &[],
    functions: &[("get-stdin", |linker, name| {
        linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (): ()| {
            Ok((store.data_mut().wasi.input(Input::Stdin),))
        })
    })],
};

pub const STDOUT: Interface = Interface {
    name: "wasi:cli/stdout",
    version: VERSION,
    resources: &[],
    functions: &[("get-stdout", |linker, name| {
        linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (): ()| {
            Ok((store.data_mut().wasi.output(Output::Stdout),))
        })
    })],
};

pub const STDERR: Interface = Interface {
    name: "wasi:cli/stderr",
    version: VERSION,
    resources: &[],
    functions: &[("get-stderr", |linker, name| {
        linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (): ()| {
            Ok((store.data_mut().wasi.output(Output::Stderr),))
        })
    })],
};

pub const TERMINAL_INPUT: Interface = Interface {
    name: "wasi:cli/terminal-input",
    version: VERSION,
    resources: &[("terminal-input", terminal::<true>)],
    functions: &[],
};

pub const TERMINAL_OUTPUT: Interface = Interface {
    name: "wasi:cli/terminal-output",
    version: VERSION,
    resources: &[("terminal-output", terminal::<false>)],
    functions: &[],
};

pub const TERMINAL_STDIN: Interface = Interface {
    name: "wasi:cli/terminal-stdin",
    version: VERSION,
    resources: &[],
    functions: &[("get-terminal-stdin", no_terminal::<true>)],
};

pub const TERMINAL_STDOUT: Interface = Interface {
    name: "wasi:cli/terminal-stdout",
    version: VERSION,
    resources: &[],
    functions: &[("get-terminal-stdout", no_terminal::<false>)],
};

pub const TERMINAL_STDERR: Interface = Interface {
    name: "wasi:cli/terminal-stderr",
    version: VERSION,
    resources: &[],
    functions: &[("get-terminal-stderr", no_terminal::<false>)],
};

fn terminal<const INPUT: bool>(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<Terminal<INPUT>>(), |_, _| Ok(()))
}

fn no_terminal<const INPUT: bool>(linker: &mut LinkerInstance<'_, Call>, name: &str) -> Result<()> {
    linker.func_wrap(name, |_: StoreContextMut<'_, Call>, (): ()| {
        Ok((None::<Resource<Terminal<INPUT>>>,))
    })
}

/// The next bytes of standard input: a command's is the request's body, any other function's is empty.
pub async fn read(call: &mut Call, bytes_max: usize) -> Piece {
    if !call.is_command {
        return Piece::End;
    }
    if buffers::is_stream(call.frame, REQUEST_BODY)
        && let Err(error) = buffers::load(call, REQUEST_BODY).await
    {
        return Piece::Failed(IoError {
            text: error.to_string(),
            code: None,
        });
    }
    let bytes = buffers::read(call, REQUEST_BODY, call.wasi.stdin_read, bytes_max);
    call.wasi.stdin_read += bytes.len() as u64;
    match bytes {
        [] => Piece::End,
        bytes => Piece::Bytes(bytes),
    }
}

/// Writes to the log, or to a command's response. The inner error is the stream's, the outer one ends the function.
pub async fn write(call: &mut Call, output: Output, bytes: &[u8]) -> Result<std::result::Result<(), Failure>> {
    if call.is_command && matches!(output, Output::Stdout) {
        let written = command::write(call, bytes).await?;
        return Ok(written.map_err(|text| Failure::Failed(IoError { text, code: None })));
    }
    let mut rest = bytes;
    loop {
        let (line, level) = match output {
            Output::Stdout => (call.wasi.stdout.next(&mut rest), Level::Info),
            _ => (call.wasi.stderr.next(&mut rest), Level::Warn),
        };
        match line {
            Some(line) => log::write_line(call, level, &line).await,
            None if rest.is_empty() => return Ok(Ok(())),
            None => {}
        }
    }
}

/// Logs the lines that were begun and not ended.
pub fn end(call: &mut Call) {
    let Some(wasi) = call.wasi.made() else {
        return;
    };
    let (stdout, stderr) = (wasi.stdout.last(), wasi.stderr.last());
    for (last, level) in [(stdout, Level::Info), (stderr, Level::Warn)] {
        if let Some(line) = last {
            log::write_last_line(call, level, &line);
        }
    }
}
