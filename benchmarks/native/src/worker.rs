//! Measures on command, so that whoever compares can interleave this with its rivals and machine noise hits all alike.
//!
//! One line each way. `run <case> <threads> <nanoseconds>` is answered by `done <elapsed nanoseconds> <calls> <latency>:<count>…`, or by
//! `failed <why>`; `ready` comes once at the start. The end of the input ends the process.

use std::fmt::Write as _;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Duration;

use wasmtime::Result;
use wasmtime::error::{Context, bail};

use crate::closed_loop::{self, Sample};
use crate::embedder::{Embedder, PoolSettings};

/// The guests, ready to be called.
struct Guests {
    echo: Embedder,
    echo_bytes: Embedder,
}

pub fn serve(folder: &str, settings: &[&str]) -> Result<()> {
    let settings = PoolSettings::parse(settings)?;
    let embed = |name: &str| {
        let file = Path::new(folder).join(format!("{name}.component.wasm"));
        let component = std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        Embedder::new(&component, &settings)
    };
    let guests = Guests {
        echo: embed("echo")?,
        echo_bytes: embed("echo-bytes")?,
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        match run(&guests, &line?) {
            Ok(sample) => writeln!(out, "{}", encode(&sample))?,
            Err(error) => writeln!(out, "failed {}", format!("{error:#}").replace('\n', " "))?,
        }
        out.flush()?;
    }
    Ok(())
}

fn run(guests: &Guests, line: &str) -> Result<Sample> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["run", case, threads, nanoseconds] = words.as_slice() else {
        bail!("expected run <case> <threads> <nanoseconds>, got {line:?}");
    };
    let threads = threads.parse()?;
    let time = Duration::from_nanos(nanoseconds.parse()?);
    match *case {
        "echo" => closed_loop::run(threads, time, &|| guests.echo.call()),
        "echo-on-fiber" => closed_loop::run(threads, time, &|| guests.echo.call_on_fiber()),
        "echo-bytes" => closed_loop::run(threads, time, &|| guests.echo_bytes.call()),
        other => bail!("there is no case {other:?}"),
    }
}

fn encode(sample: &Sample) -> String {
    let mut line = format!("done {} {}", sample.elapsed.as_nanos(), sample.latencies.len());
    for value in sample.latencies.iter_recorded() {
        let (latency, count) = (value.value_iterated_to(), value.count_at_value());
        write!(line, " {latency}:{count}").expect("writing to a string");
    }
    line
}
