//! `momento:cache-list/cache-list`: lists of the function's cache. What has no operation of its own reads the list and replaces it if it is still
//! the same then.

use std::marker::PhantomData;

use wasmtime::component::{ComponentType, Lift, Lower, WasmList};

use super::bytes::{Data, Passed, kept};
use super::cache::{ATTEMPTS_MAX, Answer, changing, owned, place};
use super::errors::settled;
use super::{Access, Interface, VERSION};
use crate::front::Define;
use crate::front::kv;
use crate::front::wire::perform;

/// `mayfly:kv/kv.end`
const FRONT: u8 = 0;
const BACK: u8 = 1;

const ALL: (i64, i64) = (0, -1);

#[derive(ComponentType, Lower)]
#[component(record)]
struct Popped<G> {
    value: G,
    #[component(name = "list-length")]
    length: u32,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Pop<G> {
    #[component(name = "found")]
    Found(Popped<G>),
    #[component(name = "missing")]
    Missing,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Length {
    #[component(name = "found")]
    Found(u32),
    #[component(name = "missing")]
    Missing,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
enum Fetched<G> {
    #[component(name = "found")]
    Found(Vec<G>),
    #[component(name = "missing")]
    Missing,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Range {
    #[component(name = "begin-index")]
    begin: u32,
    count: u32,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Ranges {
    ranges: Vec<Range>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Erased {
    #[component(name = "all")]
    All,
    #[component(name = "ranges")]
    Ranges(Ranges),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Removed<D> {
    #[component(name = "all-elements-with-value")]
    AllWith(D),
}

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(variant)]
enum Start {
    #[component(name = "unbounded")]
    Unbounded,
    #[component(name = "inclusive")]
    Inclusive(i32),
}

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(variant)]
enum End {
    #[component(name = "unbounded")]
    Unbounded,
    #[component(name = "exclusive")]
    Exclusive(i32),
}

type Push<D> = (D, D, u64, bool, u32);
type Concatenate<D> = (D, Vec<D>, u64, bool, u32);

pub const LIST: Interface = Interface {
    name: "momento:cache-list/cache-list",
    version: VERSION,
    resources: &[],
    functions: Functions::<Data>::ALL,
};

/// The same with lists of bytes.
pub const OLDER: Interface = Interface {
    name: "momento:functions/cache-list",
    version: VERSION,
    resources: &[],
    functions: Functions::<WasmList<u8>>::ALL,
};

struct Functions<D>(PhantomData<D>);

impl<D: Passed> Functions<D> {
    const ALL: &'static [(&'static str, Define)] = &[
        ("list-push-front", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (list, value, ttl, refresh, max): Push<D>| {
                    Box::new(
                        async move { settled(push(&mut store, FRONT, list, vec![value], ttl, refresh, max).await) },
                    )
                },
            )
        }),
        ("list-push-back", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (list, value, ttl, refresh, max): Push<D>| {
                    Box::new(async move { settled(push(&mut store, BACK, list, vec![value], ttl, refresh, max).await) })
                },
            )
        }),
        ("list-concatenate-front", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (list, values, ttl, refresh, max): Concatenate<D>| {
                    Box::new(async move { settled(push(&mut store, FRONT, list, values, ttl, refresh, max).await) })
                },
            )
        }),
        ("list-concatenate-back", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (list, values, ttl, refresh, max): Concatenate<D>| {
                    Box::new(async move { settled(push(&mut store, BACK, list, values, ttl, refresh, max).await) })
                },
            )
        }),
        ("list-pop-front", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (list,): (D,)| {
                Box::new(async move { settled(pop::<D>(&mut store, list, FRONT).await) })
            })
        }),
        ("list-pop-back", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (list,): (D,)| {
                Box::new(async move { settled(pop::<D>(&mut store, list, BACK).await) })
            })
        }),
        ("list-erase", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (list, range): (D, Erased)| {
                Box::new(async move { settled(erase(&mut store, list.into(), range).await) })
            })
        }),
        ("list-remove", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (list, range): (D, Removed<D>)| {
                Box::new(async move { settled(remove(&mut store, list, range).await) })
            })
        }),
        ("list-fetch", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (list, start, end): (D, Start, End)| {
                Box::new(async move { settled(fetch::<D>(&mut store, list, start, end).await) })
            })
        }),
        ("list-length", |linker, name| {
            linker.func_wrap_async(name, |mut store: Access<'_>, (list,): (D,)| {
                Box::new(async move { settled(length(&mut store, list.into()).await) })
            })
        }),
        ("list-retain", |linker, name| {
            linker.func_wrap_async(
                name,
                |mut store: Access<'_>, (list, start, end, ttl, refresh): (D, Start, End, u64, bool)| {
                    Box::new(async move { settled(retain(&mut store, list.into(), start, end, ttl, refresh).await) })
                },
            )
        }),
    ];
}

type Place = (String, String);

/// Puts values at an end, in the order that they have, and takes from the other end what is more than `max`; 0 is no limit.
async fn push<D: Passed>(
    store: &mut Access<'_>,
    end: u8,
    list: D,
    values: Vec<D>,
    ttl_ms: u64,
    refresh: bool,
    max: u32,
) -> Answer<u32> {
    let place = place(store, list.into()).await?;
    let mut pushed = Vec::with_capacity(values.len());
    for value in values {
        pushed.push(owned(store, value.into()).await?);
    }
    let ttl_ms = Some(ttl_ms);
    if !refresh && max == 0 {
        // One after the other, so that at the front the last comes to stand first.
        if end == FRONT {
            pushed.reverse();
        }
        let length: u64 = perform(store, kv::LIST_PUSH, &(place, end, pushed, ttl_ms)).await??;
        return Ok(length as u32);
    }
    let max = if max == 0 { usize::MAX } else { max as usize };
    let changed = change(store, &place, |before| {
        let pushed = pushed.iter().map(Vec::as_slice);
        let mut after: Vec<&[u8]> = match end {
            FRONT => pushed.chain(before.iter().copied()).collect(),
            _ => before.iter().copied().chain(pushed).collect(),
        };
        let surplus = after.len().saturating_sub(max);
        match end {
            FRONT => after.truncate(max),
            _ => drop(after.drain(..surplus)),
        }
        let ttl_ms = if refresh || before.is_empty() { ttl_ms } else { None };
        (after, ttl_ms)
    });
    Ok(changed.await?.1)
}

async fn pop<D: Passed>(store: &mut Access<'_>, list: D, end: u8) -> Answer<Pop<D::Given>> {
    let place = place(store, list.into()).await?;
    let value: Option<&[u8]> = perform(store, kv::LIST_POP, &(place.clone(), end)).await??;
    let Some(value) = value else {
        return Ok(Pop::Missing);
    };
    let value = kept(store.data_mut(), value);
    let length: u64 = perform(store, kv::LIST_LENGTH, &place).await??;
    Ok(Pop::Found(Popped {
        value: value.into(),
        length: length as u32,
    }))
}

async fn erase(store: &mut Access<'_>, list: Data, range: Erased) -> Answer<Length> {
    let place = place(store, list).await?;
    let Erased::Ranges(Ranges { ranges }) = range else {
        let deleted = perform(store, kv::DELETE, &place).await??;
        return Ok(if deleted { Length::Found(0) } else { Length::Missing });
    };
    let stays = |index: usize| {
        let mut ranges = ranges.iter();
        !ranges.any(|range| index >= range.begin as usize && index - (range.begin as usize) < range.count as usize)
    };
    let changed = change(store, &place, |before| {
        let kept = before.iter().enumerate().filter(|(index, _)| stays(*index));
        (kept.map(|(_, value)| *value).collect(), None)
    });
    Ok(Length::of(changed.await?))
}

async fn remove<D: Passed>(store: &mut Access<'_>, list: D, range: Removed<D>) -> Answer<Length> {
    let place = place(store, list.into()).await?;
    let Removed::AllWith(value) = range;
    let value = owned(store, value.into()).await?;
    let changed = change(store, &place, |before| {
        (before.iter().copied().filter(|kept| *kept != value).collect(), None)
    });
    Ok(Length::of(changed.await?))
}

async fn fetch<D: Passed>(store: &mut Access<'_>, list: D, start: Start, end: End) -> Answer<Fetched<D::Given>> {
    let place = place(store, list.into()).await?;
    let values: Vec<&[u8]> = match span(start, end) {
        Some((from, to)) => perform(store, kv::LIST_RANGE, &(place.clone(), from, to)).await??,
        None => vec![],
    };
    if values.is_empty() && perform::<u64>(store, kv::LIST_LENGTH, &place).await?? == 0 {
        return Ok(Fetched::Missing);
    }
    Ok(Fetched::Found(values.into_iter().map(D::Given::from).collect()))
}

async fn length(store: &mut Access<'_>, list: Data) -> Answer<Length> {
    let place = place(store, list).await?;
    let length: u64 = perform(store, kv::LIST_LENGTH, &place).await??;
    Ok(match length {
        0 => Length::Missing,
        length => Length::Found(length as u32),
    })
}

async fn retain(
    store: &mut Access<'_>,
    list: Data,
    start: Start,
    end: End,
    ttl_ms: u64,
    refresh: bool,
) -> Answer<Length> {
    let place = place(store, list).await?;
    let changed = change(store, &place, |before| {
        let (from, until) = bounds(start, end, before.len());
        (before[from..until].to_vec(), refresh.then_some(ttl_ms))
    });
    Ok(Length::of(changed.await?))
}

impl Length {
    fn of((before, after): (u32, u32)) -> Length {
        if before == 0 {
            Length::Missing
        } else {
            Length::Found(after)
        }
    }
}

/// Replaces a list by what `changed` makes of it, with a time to live or with the one it has. Answers with its length before and after.
async fn change<'a>(
    store: &mut Access<'_>,
    place: &Place,
    changed: impl Fn(&[&'a [u8]]) -> (Vec<&'a [u8]>, Option<u64>),
) -> Answer<(u32, u32)> {
    for _ in 0..ATTEMPTS_MAX {
        let before: Vec<&'static [u8]> = perform(store, kv::LIST_RANGE, &(place.clone(), ALL)).await??;
        let (after, ttl_ms) = changed(&before);
        let lengths = (before.len() as u32, after.len() as u32);
        if before.is_empty() && after.is_empty() {
            return Ok(lengths);
        }
        let change = (place.clone(), before, after, ttl_ms);
        if perform(store, kv::LIST_REPLACE, &change).await?? {
            return Ok(lengths);
        }
    }
    Err(changing())
}

/// The first and the last index, as the operation has them; nothing where there can't be any.
fn span(start: Start, end: End) -> Option<(i64, i64)> {
    let from = match start {
        Start::Unbounded => 0,
        Start::Inclusive(index) => index.into(),
    };
    match end {
        End::Unbounded => Some((from, -1)),
        End::Exclusive(0) => None,
        End::Exclusive(index) => Some((from, i64::from(index) - 1)),
    }
}

/// The same for a list of a known length: the first, and the one behind the last.
fn bounds(start: Start, end: End, length: usize) -> (usize, usize) {
    let place = |index: i32| {
        let from_start = if index < 0 {
            length as i64 + i64::from(index)
        } else {
            index.into()
        };
        from_start.clamp(0, length as i64) as usize
    };
    let from = match start {
        Start::Unbounded => 0,
        Start::Inclusive(index) => place(index),
    };
    let until = match end {
        End::Unbounded => length,
        End::Exclusive(index) => place(index),
    };
    (from, until.max(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_index_counts_from_the_end() {
        assert_eq!(bounds(Start::Inclusive(-3), End::Exclusive(-1), 5), (2, 4));
        assert_eq!(bounds(Start::Unbounded, End::Unbounded, 5), (0, 5));
        assert_eq!(bounds(Start::Inclusive(4), End::Exclusive(2), 5), (4, 4));
        assert_eq!(bounds(Start::Inclusive(-9), End::Exclusive(9), 5), (0, 5));
    }

    #[test]
    fn an_end_is_behind_the_last() {
        assert_eq!(span(Start::Unbounded, End::Exclusive(3)), Some((0, 2)));
        assert_eq!(span(Start::Inclusive(1), End::Unbounded), Some((1, -1)));
        assert_eq!(span(Start::Unbounded, End::Exclusive(-1)), Some((0, -2)));
        assert_eq!(span(Start::Unbounded, End::Exclusive(0)), None);
    }
}
