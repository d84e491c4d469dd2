//! Goes through all that lists can do with the list that the request names, and says what came of it, a line each.

// It is made for WebAssembly.
#![cfg(target_family = "wasm")]

use std::time::Duration;

use momento_functions_cache_list::{
    self as list, CollectionTtl, EndIndex, EraseRange, EraseResult, LengthResult, ListRange, PopResult, RemoveResult,
    RetainResult, StartIndex,
};
use momento_functions_guest_web::{WebResult, invoke};

const HOUR: CollectionTtl = CollectionTtl::new(Duration::from_secs(3600), false);
const REFRESHED: CollectionTtl = CollectionTtl::new(Duration::from_secs(7200), true);

fn fetched(name: &str, start: StartIndex, end: EndIndex) -> WebResult<String> {
    Ok(match list::list_fetch::<String>(name, start, end)? {
        Some(values) => values.collect::<Result<Vec<_>, _>>()?.join(" "),
        None => "missing".into(),
    })
}

fn popped(result: PopResult<String>) -> String {
    match result {
        PopResult::Found { value, list_length } => format!("{value} of {}", list_length + 1),
        PopResult::Missing => "missing".into(),
    }
}

invoke!(answer);
fn answer(name: String) -> WebResult<String> {
    let name = name.as_str();
    let all = || fetched(name, StartIndex::Unbounded, EndIndex::Unbounded);
    let mut lines = vec![all()?];
    lines.push(list::list_push_back(name, "b", HOUR, None)?.to_string());
    lines.push(list::list_push_front(name, "a", HOUR, None)?.to_string());
    lines.push(list::list_concatenate_back(name, ["c", "d", "e"], HOUR, None)?.to_string());
    lines.push(list::list_concatenate_front(name, ["x", "y"], HOUR, None)?.to_string());
    lines.push(all()?);
    lines.push(list::list_push_back(name, "f", HOUR, Some(6))?.to_string());
    lines.push(list::list_concatenate_front(name, ["v", "w"], REFRESHED, Some(7))?.to_string());
    lines.push(all()?);
    lines.push(fetched(name, StartIndex::Inclusive(-3), EndIndex::Exclusive(-1))?);
    lines.push(fetched(name, StartIndex::Inclusive(1), EndIndex::Exclusive(1))?);
    lines.push(popped(list::list_pop_front(name)?));
    lines.push(popped(list::list_pop_back(name)?));
    let range = |begin_index, count| ListRange { begin_index, count };
    let ranges = EraseRange::Ranges(vec![range(0, 1), range(3, 9)]);
    lines.push(match list::list_erase(name, ranges)? {
        EraseResult::Found(length) => length.to_string(),
        EraseResult::Missing => "missing".into(),
    });
    list::list_concatenate_back(name, ["b", "b", "z"], HOUR, None)?;
    lines.push(all()?);
    lines.push(match list::list_remove(name, "b")? {
        RemoveResult::Found(length) => length.to_string(),
        RemoveResult::Missing => "missing".into(),
    });
    lines.push(
        match list::list_retain(name, StartIndex::Inclusive(-2), EndIndex::Unbounded, REFRESHED)? {
            RetainResult::Found(length) => length.to_string(),
            RetainResult::Missing => "missing".into(),
        },
    );
    lines.push(all()?);
    lines.push(match list::list_length(name)? {
        LengthResult::Found(length) => length.to_string(),
        LengthResult::Missing => "missing".into(),
    });
    list::list_erase(name, EraseRange::All)?;
    lines.push(popped(list::list_pop_back(name)?));
    Ok(lines.join("\n"))
}
