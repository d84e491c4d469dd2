//! A function with hooks, which do what its configuration says under `before` and `after`.
//!
//! | path | answers with |
//! |---|---|
//! | `/` | how often it was called before a snapshot and after a restore, and in which order |
//! | `/number`, `/clock`, `/secret`, `/region` | what was drawn or read when the instance was restored, or in the warm-up |
//! | `/keys` | two numbers that follow from the keys of a hash map: of one that is seeded anew, and of one that isn't |
//!
//! | hook | does |
//! |---|---|
//! | `fail`, `trap`, `spin` | reports an error; traps; never ends |
//! | `random`, `clock`, `keep` | draws secure randomness; looks at the clock; keeps a handle |
//! | `fetch` | asks for an upstream |
//! | `expire` | reports an error when it is later than `until`, in nanoseconds |

// It is made of instructions that no other machine has.
#![cfg(target_family = "wasm")]

use std::cell::RefCell;
use std::hash::BuildHasher as _;

use mayfly::{Buffer, Error, HashMap, Request, Response, config, http, random, secrets, time};

mayfly::web!(handle);
mayfly::before_snapshot!(before);
mayfly::after_restore!(after);

#[derive(Default)]
struct State {
    order: String,
    number: u64,
    clock: u64,
    secret: String,
    region: String,
    reseeded: HashMap<u32, u32>,
    seeded: HashMap<u32, u32>,
    kept: Option<Buffer>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn handle(request: Request) -> Result<Response, Error> {
    STATE.with_borrow_mut(|state| {
        state.seeded.insert(1, 1);
        state.reseeded.insert(1, 1);
        state.order.push('h');
        Ok(Response::text(match request.path().as_str() {
            "/number" => state.number.to_string(),
            "/clock" => state.clock.to_string(),
            "/secret" => state.secret.clone(),
            "/region" => state.region.clone(),
            "/keys" => format!(
                "{} {}",
                state.reseeded.hasher().hash_one(1),
                state.seeded.hasher().hash_one(1)
            ),
            _ => state.order.clone(),
        }))
    })
}

fn before() -> Result<(), Error> {
    STATE.with_borrow_mut(|state| {
        state.order.push('b');
        act("before", state)
    })
}

fn after() -> Result<(), Error> {
    STATE.with_borrow_mut(|state| {
        state.order.push('a');
        state.number = random::u64();
        state.clock = time::unix_nanos();
        state.region = config::get("region").unwrap_or_default();
        if config::get("secret").is_some() {
            state.secret = secrets::get("pin")?;
        }
        mayfly::reseed_map(&mut state.reseeded);
        act("after", state)
    })
}

fn act(hook: &str, state: &mut State) -> Result<(), Error> {
    match config::get(hook).as_deref() {
        Some("fail") => return Err(Error::internal("as it was told")),
        Some("trap") => core::arch::wasm32::unreachable(),
        Some("spin") => loop {
            core::hint::spin_loop();
        },
        Some("clock") => state.clock = time::unix_nanos(),
        Some("expire") => {
            let until = config::get("until").and_then(|until| until.parse().ok());
            if until.is_some_and(|until: u64| time::unix_nanos() > until) {
                return Err(Error::internal("it has expired"));
            }
        }
        Some("random") => state.number = random::u64(),
        Some("keep") => state.kept = Buffer::from_bytes(b"kept").ok(),
        Some("fetch") => drop(http::upstream("x").get("/").send()),
        _ => {}
    }
    Ok(())
}
