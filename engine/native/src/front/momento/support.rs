//! `momento:web-function/web-function-support`: the request's head. What is taken can be taken once.

use wasmtime::Result;
use wasmtime::component::{ComponentType, Lower};

use super::{Access, Interface, Momento, VERSION};
use crate::front::head::{Head, text};
use crate::front::wire::perform;
use crate::invocation::Call;
use crate::layout::ENTRY_EVENT;

/// `Operation.CALLER_TOKEN`
const CALLER_TOKEN: i32 = 260;

/// What was taken already.
#[derive(Default)]
pub struct Taken {
    headers: bool,
    query: bool,
    token: bool,
    path: bool,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Header {
    name: &'static str,
    value: &'static str,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct Parameter {
    name: String,
    value: String,
}

/// The request's head, if it is one and was not taken before.
fn taken(call: &mut Call, flag: fn(&mut Taken) -> &mut bool) -> Option<Head> {
    let before = std::mem::replace(flag(&mut Momento::of(call).taken), true);
    (!before).then(|| request(call)).flatten()
}

fn request(call: &Call) -> Option<Head> {
    (call.frame.given().entry != ENTRY_EVENT).then(|| Head::of(call.frame))
}

const FUNCTIONS: &[(&str, crate::front::Define)] = &[
    ("headers", |linker, name| {
        linker.func_wrap(name, |mut store: Access<'_>, (): ()| {
            let head = taken(store.data_mut(), |taken| &mut taken.headers);
            let lines = head.into_iter().flat_map(Head::headers);
            let lines = lines.map(|(name, value)| {
                Ok(Header {
                    name: text(name)?,
                    value: text(value)?,
                })
            });
            Ok((lines.collect::<Result<Vec<_>>>()?,))
        })
    }),
    ("query-parameters", |linker, name| {
        linker.func_wrap(name, |mut store: Access<'_>, (): ()| {
            let head = taken(store.data_mut(), |taken| &mut taken.query);
            let query = head.map(Head::query).transpose()?.flatten();
            Ok((parameters(query.unwrap_or_default()),))
        })
    }),
    ("token-metadata", |linker, name| {
        linker.func_wrap_async(name, |mut store: Access<'_>, (): ()| {
            Box::new(async move {
                if taken(store.data_mut(), |taken| &mut taken.token).is_none() {
                    return Ok((None,));
                }
                let token = perform::<Option<&'static str>>(&mut store, CALLER_TOKEN, &()).await?;
                Ok((token.ok().flatten(),))
            })
        })
    }),
    ("invocation-id", |linker, name| {
        linker.func_wrap(name, |store: Access<'_>, (): ()| {
            Ok((Head::of(store.data().frame).invocation_id()?,))
        })
    }),
    ("http-method", |linker, name| {
        linker.func_wrap(name, |store: Access<'_>, (): ()| {
            let method = request(store.data()).map(Head::method).transpose()?;
            Ok((method.unwrap_or_default(),))
        })
    }),
    ("invocation-path", |linker, name| {
        linker.func_wrap(name, |mut store: Access<'_>, (): ()| {
            let head = taken(store.data_mut(), |taken| &mut taken.path);
            let path = head.map(Head::path).transpose()?;
            Ok((path.map(|path| path.strip_prefix('/').unwrap_or(path)),))
        })
    }),
];

pub const SUPPORT: Interface = Interface {
    name: "momento:web-function/web-function-support",
    version: VERSION,
    resources: &[],
    functions: FUNCTIONS,
};

/// The same of the older interfaces.
pub const OLDER: Interface = Interface {
    name: "momento:functions/web-function-support",
    ..SUPPORT
};

/// As a form is encoded.
fn parameters(query: &str) -> Vec<Parameter> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Parameter {
                name: decoded(name),
                value: decoded(value),
            }
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let escaped = match (first, behind) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_as_a_form() {
        let pairs: Vec<_> = parameters("a=1&b=x+y%2Fz&a=&c&%zz=%C3%A9%")
            .into_iter()
            .map(|p| (p.name, p.value))
            .collect();
        let expected = [("a", "1"), ("b", "x y/z"), ("a", ""), ("c", ""), ("%zz", "é%")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.into(), value.into())));
    }
}
