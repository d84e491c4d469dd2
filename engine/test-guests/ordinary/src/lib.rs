//! Uses Rust's standard library as any program does, on a host that has no files, no network and no terminal. The path says what:
//!
//! | | |
//! |---|---|
//! | `/environment`, `/input` | the variables and arguments; how many bytes standard input has |
//! | `/print` | writes to standard output and error, whole lines and pieces |
//! | `/time`, `/hash` | both clocks; a hash with a random key |
//! | `/sleep?ms` | sleeps, and says for how long it did |
//! | `/files`, `/sockets` | tries to use some, and says how each was refused |
//! | `/exit?status`, `/panic` | ends itself |
//! | `/poll-nothing`, `/forget?count`, `/hold?count`, `/timers?count&ms` | what a badly written library does with `wasi:io` |

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use std::hash::{BuildHasher as _, RandomState};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use mayfly::{Error, Request, Response};
use wasip2::cli::stdout::get_stdout;
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::io::poll::poll;

mayfly::web!(answer);

fn answer(request: Request) -> Result<Response, Error> {
    let number = |name: &str| {
        let query = request.query();
        query.get(name).and_then(|value| value.parse::<u64>().ok()).unwrap_or(0)
    };
    Ok(Response::text(match request.path().as_ref() {
        "/environment" => {
            let mut variables: Vec<_> = std::env::vars()
                .map(|(name, value)| format!("{name}={value}\n"))
                .collect();
            variables.sort();
            format!("{}{:?}\n", variables.concat(), std::env::args().collect::<Vec<_>>())
        }
        "/input" => {
            let mut all = Vec::new();
            format!("{:?}\n", std::io::stdin().read_to_end(&mut all))
        }
        "/print" => print_all(),
        "/time" => {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            format!(
                "{}\n{}\n",
                now.unwrap_or_default().as_millis(),
                Instant::now() <= Instant::now()
            )
        }
        "/hash" => format!("{:x}\n", RandomState::new().hash_one("one and the same")),
        "/sleep" => {
            let before = Instant::now();
            std::thread::sleep(Duration::from_millis(number("ms")));
            format!("{}\n", before.elapsed().as_micros())
        }
        "/files" => files(),
        "/sockets" => sockets(),
        "/exit" => std::process::exit(number("status") as i32),
        "/panic" => panic!("as was asked for"),
        "/poll-nothing" => format!("{:?}\n", poll(&[])),
        "/forget" => {
            (0..number("count")).for_each(|_| std::mem::forget(subscribe_duration(1_000_000_000_000)));
            "forgotten\n".into()
        }
        "/hold" => {
            let held: Vec<_> = (0..number("count")).map(|_| get_stdout()).collect();
            format!("{}\n", held.len())
        }
        "/timers" => {
            let ns = number("ms") * 1_000_000;
            let timers: Vec<_> = (1..=number("count")).map(|nth| subscribe_duration(nth * ns)).collect();
            let all: Vec<_> = timers.iter().collect();
            format!("{:?}\n", poll(&all))
        }
        _ => return Err(Error::NotFound("no such path".into())),
    }))
}

fn print_all() -> String {
    println!("one\ntwo");
    print!("thr");
    std::io::stdout().flush().expect("standard output can be written");
    println!("ee, 1 € each");
    eprintln!("to standard error");
    println!("{}", "é".repeat(5_000));
    eprint!("and no line feed");
    "printed\n".into()
}

fn files() -> String {
    let kind = |error: std::io::Error| format!("{:?}: {error}", error.kind());
    format!(
        "read {}\nwrite {}\nlist {}\nmetadata {}\n",
        std::fs::read("/etc/passwd").map_or_else(kind, |_| "done".into()),
        std::fs::write("/tmp/file", b"bytes").map_or_else(kind, |_| "done".into()),
        std::fs::read_dir("/").map_or_else(kind, |_| "done".into()),
        std::fs::metadata(".").map_or_else(kind, |_| "done".into()),
    )
}

fn sockets() -> String {
    let kind = |error: std::io::Error| format!("{:?}: {error}", error.kind());
    format!(
        "connect {}\nlisten {}\ndatagrams {}\nlook up {}\n",
        TcpStream::connect("127.0.0.1:80").map_or_else(kind, |_| "done".into()),
        TcpListener::bind("127.0.0.1:0").map_or_else(kind, |_| "done".into()),
        UdpSocket::bind("127.0.0.1:0").map_or_else(kind, |_| "done".into()),
        "example.org:80".to_socket_addrs().map_or_else(kind, |_| "done".into()),
    )
}
