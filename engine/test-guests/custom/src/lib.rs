//! Calls the functions of `wit/everything.wit`, which the test's Java class answers. The first segment of the path says which.

// It is made of instructions that no other machine has.
#![cfg(target_family = "wasm")]

use mayfly::{Error, Query, Request, Response};

mod bindings {
    wit_bindgen::generate!({
        path: ["../../../wit/data", "wit/everything.wit"],
        world: "test:custom/custom",
        generate_all,
    });
}

use bindings::mayfly::data::buffers::Buffer;
use bindings::test::custom::everything::{self, Counter, Integers};

mayfly::web!(handle);

fn handle(request: Request) -> Result<Response, Error> {
    let path = request.path();
    let query = request.query();
    Ok(Response::text(match path.split('/').nth(1).unwrap_or_default() {
        "round-trip" => everything::take(&everything::give()).to_string(),
        "small" => small(number(&query, "times")),
        "fail" => format!("{:?}", everything::fail(&query.get("kind").unwrap_or_default())),
        "fail-own" => format!("{:?}", everything::fail_own()),
        "throw" => {
            everything::throw();
            "survived".into()
        }
        "block" => {
            everything::block(number(&query, "ms"));
            "survived".into()
        }
        "later" => everything::later("some text"),
        "never" => format!("{:?}", everything::never()),
        "caller" => everything::caller(),
        "buffers" => buffers(),
        "counters" => counters(),
        "keep" => {
            std::mem::forget(Counter::open_many(number(&query, "count")));
            "kept".into()
        }
        "keep-then-trap" => {
            std::mem::forget(Counter::open_many(number(&query, "count")));
            core::arch::wasm32::unreachable()
        }
        "keep-then-spin" => {
            std::mem::forget(Counter::open_many(number(&query, "count")));
            #[expect(clippy::empty_loop, reason = "that is what it is for")]
            loop {}
        }
        _ => return Err(Error::not_found("no such call")),
    }))
}

fn number(query: &Query, name: &str) -> u32 {
    query.get(name).and_then(|value| value.parse().ok()).unwrap_or(1)
}

fn small(times: u32) -> String {
    let mut value = Integers {
        a: -1,
        b: 2,
        c: -3,
        d: 4,
        e: -5,
        f: 6,
        g: -7,
        h: 8,
    };
    for _ in 0..times {
        value = everything::small(value);
    }
    value.g.to_string()
}

fn buffers() -> String {
    let bytes = everything::produce(1000);
    let measured = everything::measure(&bytes);
    let own = Buffer::create().unwrap();
    own.append(b"twelve bytes").unwrap();
    format!("{} {measured} {}", bytes.length(), everything::swallow(own))
}

fn counters() -> String {
    let one = Counter::new(5);
    let more = Counter::open_many(3);
    let added: Vec<_> = more.iter().map(|counter| counter.add(2)).collect();
    let sum = one.add(1);
    format!("{sum} {added:?} {}", everything::merge(one, &more[2]))
}
