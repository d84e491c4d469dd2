//! Measures on command, so that whoever compares can interleave this with its rivals and machine noise hits all alike.
//!
//! One line each way. `run <case> <threads> <nanoseconds>` is answered by `done <elapsed nanoseconds> <calls> <latency>:<count>…`, or by
//! `failed <why>`; `ready` comes once at the start. The end of the input ends the process.

use std::fmt::Write as _;
use std::io::{BufRead, Write};
use std::time::Duration;

use wasmtime::Result;
use wasmtime::error::{Context, bail};

use crate::closed_loop::{self, Sample};
use crate::embedder::{Embedder, PoolSettings};

pub fn serve(component: &str, settings: &[&str]) -> Result<()> {
    let component = std::fs::read(component).with_context(|| format!("reading {component}"))?;
    let embedder = Embedder::new(&component, &PoolSettings::parse(settings)?)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        match run(&embedder, &line?) {
            Ok(sample) => writeln!(out, "{}", encode(&sample))?,
            Err(error) => writeln!(out, "failed {}", format!("{error:#}").replace('\n', " "))?,
        }
        out.flush()?;
    }
    Ok(())
}

fn run(embedder: &Embedder, line: &str) -> Result<Sample> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["run", case, threads, nanoseconds] = words.as_slice() else {
        bail!("expected run <case> <threads> <nanoseconds>, got {line:?}");
    };
    let threads = threads.parse()?;
    let time = Duration::from_nanos(nanoseconds.parse()?);
    match *case {
        "echo" => closed_loop::run(threads, time, &|| embedder.call()),
        "echo-on-fiber" => closed_loop::run(threads, time, &|| embedder.call_on_fiber()),
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
