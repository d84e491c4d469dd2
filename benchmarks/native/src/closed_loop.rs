//! Calls one after the other, each timed by itself, on one or more threads.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use wasmtime::Result;
use wasmtime::error::format_err;

/// What some seconds of calls came to.
pub struct Sample {
    /// Latencies in nanoseconds, over all threads.
    pub latencies: Histogram<u64>,
    /// From the moment all threads were ready to the end of the last call.
    pub elapsed: Duration,
}

/// As the Java side's histograms: up to a minute, three digits.
pub fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are valid")
}

/// Calls `call` for `time` on each of `threads` threads.
pub fn run(threads: usize, time: Duration, call: &(impl Fn() -> Result<()> + Sync)) -> Result<Sample> {
    let ready = Barrier::new(threads);
    let one_thread = || -> Result<(Histogram<u64>, Instant, Instant)> {
        let mut latencies = histogram();
        ready.wait();
        let start = Instant::now();
        loop {
            let before = Instant::now();
            call()?;
            let after = Instant::now();
            latencies.saturating_record((after - before).as_nanos() as u64);
            if after - start >= time {
                return Ok((latencies, start, after));
            }
        }
    };
    let parts = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(one_thread)).collect();
        let joined = handles.into_iter().map(|handle| handle.join());
        joined
            .map(|part| part.map_err(|_| format_err!("a measuring thread panicked"))?)
            .collect::<Result<Vec<_>>>()
    })?;

    let mut latencies = histogram();
    for (part, _, _) in &parts {
        latencies.add(part).expect("all have the same bounds");
    }
    let start = parts
        .iter()
        .map(|(_, start, _)| *start)
        .min()
        .expect("there is a thread");
    let end = parts.iter().map(|(_, _, end)| *end).max().expect("there is a thread");
    Ok(Sample {
        latencies,
        elapsed: end - start,
    })
}
