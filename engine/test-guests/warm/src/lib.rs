//! A function that is slow to begin: 10 MB of tables, which take it some 50 ms or more. The first segment of the path says what it does.
//!
//! | path | does |
//! |---|---|
//! | `/look?at=7` | builds the tables unless they are there, and answers with one entry |
//! | `/plain?at=7` | computes that entry without them |
//! | `/counted` | how many requests this instance has answered |
//! | `/edge` | the value of the header `x-edge-instaboot`, or `none` |
//! | `/hash` | a number that follows from every byte of the tables, then overwrites them all |
//! | `/random` | keeps a secure random number and answers with it |
//! | `/draw` | a secure random number of this call's |
//! | `/clock` | nanoseconds since 1970 |
//! | `/keep` | keeps the handle of a buffer, and uses it |
//! | `/secret?name=x`, `/fetch?upstream=x` | asks for that, and answers with what it got or was refused |
//! | `/remember` | keeps what the body says |
//! | `/fail`, `/trap`, `/spin` | status 500; a trap; no end |
//! | `/grow` | grows its memory as far as it may |

// It is made of instructions that no other machine has.
#![cfg(target_family = "wasm")]

use std::cell::RefCell;

use mayfly::{Buffer, Error, Request, Response, http, random, secrets, time};

mayfly::web!(handle);

const ENTRY_COUNT: usize = 10 * 1024 * 1024 / size_of::<u64>();
/// Of computing one entry: so many that all of them take long, and one takes nothing.
const ROUNDS: usize = 32;

#[derive(Default)]
struct State {
    table: Vec<u64>,
    answered: u64,
    drawn: Option<u64>,
    kept: Option<Buffer>,
    remembered: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn entry(index: usize) -> u64 {
    let mut value = index as u64 + 1;
    for _ in 0..ROUNDS {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    value
}

fn handle(request: Request) -> Result<Response, Error> {
    STATE.with_borrow_mut(|state| {
        state.answered += 1;
        answer(&request, state)
    })
}

fn answer(request: &Request, state: &mut State) -> Result<Response, Error> {
    let path = request.path();
    let query = request.query();
    let at = || query.get("at").and_then(|at| at.parse().ok()).unwrap_or(7);
    let text = match path.split('/').nth(1).unwrap_or_default() {
        "look" => {
            if state.table.is_empty() {
                state.table = (0..ENTRY_COUNT).map(entry).collect();
            }
            state.table[at()].to_string()
        }
        "plain" => entry(at()).to_string(),
        "counted" => state.answered.to_string(),
        "edge" => request.header("x-edge-instaboot").unwrap_or("none".into()),
        "hash" => {
            let hash = state.table.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, entry| {
                (hash ^ entry).wrapping_mul(0x100_0000_01b3)
            });
            state.table.fill(u64::MAX);
            hash.to_string()
        }
        "random" => state.drawn.get_or_insert_with(random::u64).to_string(),
        "draw" => random::u64().to_string(),
        "clock" => time::unix_nanos().to_string(),
        "keep" => {
            let buffer = state
                .kept
                .get_or_insert(Buffer::from_bytes(b"kept").map_err(|_| Error::internal("no buffer"))?);
            buffer.len().to_string()
        }
        "secret" => match secrets::get(&query.get("name").unwrap_or_default()) {
            Ok(secret) => secret,
            Err(error) => error.to_string(),
        },
        "fetch" => match http::upstream(&query.get("upstream").unwrap_or_default())
            .get("/")
            .send()
        {
            Ok(response) => response.status.to_string(),
            Err(error) => error.to_string(),
        },
        "remember" => {
            state.remembered = request.body().read_to_vec();
            state.remembered.len().to_string()
        }
        "fail" => return Ok(Response::text("failed as it was told\n").status(500)),
        "trap" => core::arch::wasm32::unreachable(),
        "spin" => loop {
            core::hint::spin_loop();
        },
        "grow" => {
            while core::arch::wasm32::memory_grow(0, 1) != usize::MAX {}
            core::arch::wasm32::memory_size(0).to_string()
        }
        _ => return Err(Error::not_found("see the list in the source")),
    };
    Ok(Response::text(text))
}
