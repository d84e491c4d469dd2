//! | | |
//! |---|---|
//! | `--memory-bytes-max=N --address-space-bytes-max=N INPUT OUTPUT` | compiles |
//! | the same `--cache=OLD --cache-output=NEW --cache-bytes-max=N` | compiles, with functions of an earlier compile |
//! | the first `--instrument` | exports what an instance holds |
//! | the first `--rewrite=STATE` | puts in what an instance held |
//! | `--describe-wit FILE` | |
//!
//! The last says what a WIT file offers, see `describe`. The two before it make a component for a warm-up, and one that starts warmed, see
//! `snapshot`: neither is compiled. The first two compile one upload under limits of its own, write the artifact to OUTPUT and a report to standard
//! output. Ends when its standard input does: a host that was killed leaves no compiler behind. Exit codes: 0 done, 10 the input is wrong, 11 our
//! fault, 12 the input imports what no host of this version has, a line an import; out of memory aborts.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use mayfly_engine::compile::{CacheFiles, CompileError, compile};
use mayfly_engine::describe::describe;
use mayfly_engine::snapshot::rewrite::{instrument, rewrite};

const EXIT_INVALID: u8 = 10;
const EXIT_INTERNAL: u8 = 11;
const EXIT_MISSING_IMPORTS: u8 = 12;

/// Compiling is background work: serving goes first.
const NICE: i32 = 10;

struct Arguments {
    memory_bytes_max: u64,
    address_space_bytes_max: u64,
    input: String,
    output: String,
    work: Work,
}

enum Work {
    Compile(Option<CacheFiles>),
    Instrument,
    /// With the state in this file.
    Rewrite(String),
}

fn main() -> ExitCode {
    match run() {
        Ok(report) => match std::io::stdout().write_all(report.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(EXIT_INTERNAL),
        },
        Err(CompileError::Invalid(reason)) => {
            eprintln!("{reason}");
            ExitCode::from(EXIT_INVALID)
        }
        Err(CompileError::MissingImports(imports)) => {
            eprintln!("{}", imports.join("\n"));
            ExitCode::from(EXIT_MISSING_IMPORTS)
        }
        Err(CompileError::Internal(reason)) => {
            eprintln!("{reason}");
            ExitCode::from(EXIT_INTERNAL)
        }
    }
}

fn run() -> Result<String, CompileError> {
    if let Some(file) = wit_file() {
        let text = std::fs::read_to_string(&file)
            .map_err(|error| CompileError::Invalid(format!("{file} can't be read: {error}")))?;
        return describe(&file, &text).map_err(CompileError::Invalid);
    }
    let arguments = arguments()
        .map_err(|reason| CompileError::Internal(format!("{reason}; this program is run by Mayfly's host")))?;
    limit(arguments.address_space_bytes_max)?;
    std::thread::spawn(end_with_the_host);
    let input = std::fs::read(&arguments.input)
        .map_err(|error| CompileError::Internal(format!("{}: {error}", arguments.input)))?;
    let (output, report) = match arguments.work {
        Work::Compile(cache) => {
            let compiled = compile(&input, arguments.memory_bytes_max, cache.as_ref())?;
            (compiled.artifact, compiled.report)
        }
        Work::Instrument => (quietly(|| instrument(&input))?, String::new()),
        Work::Rewrite(state) => {
            let state = std::fs::read(&state).map_err(|error| CompileError::Internal(format!("{state}: {error}")))?;
            (quietly(|| rewrite(&input, &state))?, String::new())
        }
    };
    std::fs::write(&arguments.output, output)
        .map_err(|error| CompileError::Internal(format!("{}: {error}", arguments.output)))?;
    Ok(report)
}

/// A panic that is caught is an error like others: its place in a library says nothing to who reads it.
fn quietly(work: impl FnOnce() -> Result<Vec<u8>, CompileError>) -> Result<Vec<u8>, CompileError> {
    std::panic::set_hook(Box::new(|_| {}));
    work()
}

fn wit_file() -> Option<String> {
    let mut given = std::env::args().skip(1);
    (given.next()? == "--describe-wit").then(|| given.next())?
}

fn arguments() -> Result<Arguments, String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let (limits, rest) = given.split_at_checked(2).ok_or("limits are missing")?;
    let (files, options) = rest.split_at_checked(2).ok_or("INPUT or OUTPUT is missing")?;
    Ok(Arguments {
        memory_bytes_max: number(limits[0], "--memory-bytes-max")?,
        address_space_bytes_max: number(limits[1], "--address-space-bytes-max")?,
        input: files[0].into(),
        output: files[1].into(),
        work: work(options)?,
    })
}

fn work(options: &[&str]) -> Result<Work, String> {
    Ok(match options {
        [] => Work::Compile(None),
        ["--instrument"] => Work::Instrument,
        [state] => Work::Rewrite(text(state, "--rewrite")?.into()),
        [input, output, bytes_max] => Work::Compile(Some(CacheFiles {
            input: text(input, "--cache")?.into(),
            output: text(output, "--cache-output")?.into(),
            bytes_max: number(bytes_max, "--cache-bytes-max")?,
        })),
        _ => return Err(format!("unknown options {options:?}")),
    })
}

fn number(given: &str, name: &str) -> Result<u64, String> {
    text(given, name)?
        .parse()
        .map_err(|_| format!("expected {name}=N, got {given:?}"))
}

fn text<'a>(given: &'a str, name: &str) -> Result<&'a str, String> {
    given
        .strip_prefix(name)
        .and_then(|given| given.strip_prefix('='))
        .ok_or_else(|| format!("expected {name}=…, got {given:?}"))
}

fn limit(address_space_bytes_max: u64) -> Result<(), CompileError> {
    let bound = libc::rlimit {
        rlim_cur: address_space_bytes_max,
        rlim_max: address_space_bytes_max,
    };
    let no_core = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: plain system calls on values that live long enough.
    unsafe {
        if libc::setrlimit(libc::RLIMIT_AS, &bound) != 0 {
            return Err(CompileError::Internal(format!(
                "the address space can't be limited: {}",
                std::io::Error::last_os_error()
            )));
        }
        // Neither a missing core dump nor an unchanged priority keeps anything from working.
        libc::setrlimit(libc::RLIMIT_CORE, &no_core);
        libc::setpriority(libc::PRIO_PROCESS, 0, NICE);
    }
    Ok(())
}

/// The host holds the other end of standard input open for as long as it wants the result.
fn end_with_the_host() {
    let mut nothing = [0; 16];
    while !matches!(std::io::stdin().read(&mut nothing), Ok(0) | Err(_)) {}
    std::process::exit(EXIT_INTERNAL.into());
}
