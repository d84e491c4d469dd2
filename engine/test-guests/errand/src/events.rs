//! Notes each attempt in the store `events`: a counter `attempts/{id}`, and under `event/{id}` a line a fact of the latest.
//! What the payload says is done afterwards:
//!
//! | payload | ends in |
//! |---|---|
//! | `retry` | another attempt, always |
//! | `retry-until:3` | another attempt before the third |
//! | `reject` | a dead letter |
//! | `trap`, `spin` | that |
//! | `again:errand` | success, after the same event for that function: the counter `again`, and under `refused` why no more may follow |
//! | anything else | success |

use mayfly::{Event, EventError, functions, kv};

use crate::hold::spin;

pub fn handle(event: Event) -> Result<(), EventError> {
    let payload = String::from_utf8_lossy(&event.payload_bytes()).into_owned();
    let store = kv::store("events");
    let id = event.id();
    store.set(&format!("event/{id}"), facts(&event, &payload))?;
    store.increment(&format!("attempts/{id}"), 1)?;
    match payload.split_once(':').unwrap_or((&payload, "")) {
        ("retry", _) => Err(EventError::retry("as asked")),
        ("retry-until", last) if u64::from(event.attempt()) < last.parse().unwrap_or(0) => {
            Err(EventError::retry("as asked, until then"))
        }
        ("reject", _) => Err(EventError::reject("as asked")),
        ("trap", _) => panic!("it traps as asked"),
        ("spin", _) => spin(),
        ("again", function) => {
            store.increment("again", 1)?;
            match functions::spawn(function, payload.as_bytes()).send() {
                Ok(_) => Ok(()),
                Err(refused) => Ok(store.set("refused", refused.to_string())?),
            }
        }
        _ => Ok(()),
    }
}

fn facts(event: &Event, payload: &str) -> String {
    let mut lines = format!(
        "kind {}\nsource {}\nattempt {}\ninvocation {}\n",
        event.kind(),
        event.source(),
        event.attempt(),
        event.invocation_id()
    );
    for (name, value) in event.attributes() {
        lines += &format!("attribute {name}:{value}\n");
    }
    lines + "payload " + payload
}
