//! `wasi:http/types.fields`: header lines, and trailers.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut, bail};

use crate::front::head::Head;
use crate::invocation::{Call, FramePtr};
use crate::outcome::LimitPassed;

/// What an invocation may put into fields, all of them together, copies too: they are the host's memory.
pub const FIELDS_BYTES_MAX: usize = 16 << 20;
/// What a line takes besides its text.
const LINE_BYTES: usize = 64;

/// Between two neighbours on the way, or the host's to write. A function sees none of these and may set none.
const FORBIDDEN: [&str; 9] = [
    "connection",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];

/// Lines in order, names in lower case.
#[derive(Clone, Default)]
pub struct Fields {
    pub lines: Vec<(String, Vec<u8>)>,
    is_immutable: bool,
}

#[derive(ComponentType, Lift, Lower, Debug)]
#[component(variant)]
pub enum HeaderError {
    #[component(name = "invalid-syntax")]
    InvalidSyntax,
    #[component(name = "forbidden")]
    Forbidden,
    #[component(name = "immutable")]
    Immutable,
}

type Changed = std::result::Result<(), HeaderError>;
type Handle = Resource<Fields>;
type Linker<'a> = LinkerInstance<'a, Call>;

impl Fields {
    /// A request's, as the host wrote them.
    pub fn of_request(frame: FramePtr) -> Fields {
        let lines = Head::of(frame).headers().filter_map(|(name, value)| {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            (!FORBIDDEN.contains(&name.as_str())).then(|| (name, octets(&String::from_utf8_lossy(value))))
        });
        Fields {
            lines: lines.collect(),
            is_immutable: true,
        }
    }

    /// A response's that came back.
    pub fn answered(lines: Vec<(&str, &str)>) -> Fields {
        Fields {
            lines: lines
                .into_iter()
                .map(|(name, value)| (name.to_owned(), octets(value)))
                .collect(),
            is_immutable: true,
        }
    }

    /// The same, for looking at only.
    pub fn view(&self) -> Fields {
        Fields {
            lines: self.lines.clone(),
            is_immutable: true,
        }
    }

    /// The lines as text: octets from 0x80 on are U+0080 to U+00FF.
    pub fn texts(&self) -> Vec<(String, String)> {
        let text = |value: &[u8]| value.iter().map(|&octet| octet as char).collect();
        self.lines
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }

    /// What `content-length` says.
    pub fn content_length(&self) -> Option<u64> {
        let value = self.values("content-length").next()?;
        std::str::from_utf8(value).ok()?.parse().ok()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &Vec<u8>> {
        let name = name.to_ascii_lowercase();
        self.lines
            .iter()
            .filter(move |(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    fn bytes(&self) -> usize {
        self.lines.iter().map(|(name, value)| line_bytes(name, value)).sum()
    }

    fn remove(&mut self, name: &str) {
        self.lines.retain(|(own, _)| own != name);
    }
}

fn line_bytes(name: &str, value: &[u8]) -> usize {
    LINE_BYTES + name.len() + value.len()
}

fn octets(text: &str) -> Vec<u8> {
    text.chars().map(|character| character as u32 as u8).collect()
}

/// A name in lower case, if a function may set it.
fn checked_name(name: &str) -> std::result::Result<String, HeaderError> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(HeaderError::InvalidSyntax);
    }
    let name = name.to_ascii_lowercase();
    match FORBIDDEN.contains(&name.as_str()) {
        true => Err(HeaderError::Forbidden),
        false => Ok(name),
    }
}

fn check_value(value: &[u8]) -> Changed {
    let is_text = |&byte: &u8| byte == b'\t' || (byte >= b' ' && byte != 0x7f);
    match value.iter().all(is_text) {
        true => Ok(()),
        false => Err(HeaderError::InvalidSyntax),
    }
}

/// Gives a guest new fields.
pub fn insert(call: &mut Call, fields: Fields) -> Result<Handle> {
    charge(call, fields.bytes())?;
    Ok(Resource::new_own(call.http().fields.insert(fields) as u32))
}

fn charge(call: &mut Call, bytes: usize) -> Result<()> {
    let http = call.http();
    http.fields_bytes += bytes;
    if http.fields_bytes > FIELDS_BYTES_MAX {
        bail!(LimitPassed(format!(
            "header lines of more than {FIELDS_BYTES_MAX} bytes were made (limit fields-bytes-max)"
        )));
    }
    Ok(())
}

/// Takes them back from a guest.
pub fn take(call: &mut Call, fields: &Handle) -> Fields {
    call.http().fields.remove(fields.rep() as usize)
}

fn of<'a>(call: &'a mut Call, fields: &Handle) -> &'a mut Fields {
    &mut call.http().fields[fields.rep() as usize]
}

pub fn resource(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<Fields>(), |mut store, number| {
        store.data_mut().http().fields.remove(number as usize);
        Ok(())
    })
}

pub fn constructor(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, ()| {
        Ok((insert(store.data_mut(), Fields::default())?,))
    })
}

pub fn from_list(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (lines,): (Vec<(String, Vec<u8>)>,)| {
            let checked = lines
                .into_iter()
                .map(|(name, value)| check_value(&value).and_then(|()| Ok((checked_name(&name)?, value))))
                .collect::<std::result::Result<Vec<_>, _>>();
            let made = checked.map(|lines| Fields {
                lines,
                is_immutable: false,
            });
            Ok((match made {
                Ok(fields) => Ok(insert(store.data_mut(), fields)?),
                Err(error) => Err(error),
            },))
        },
    )
}

pub fn get(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (fields, name): (Handle, String)| {
            let values: Vec<Vec<u8>> = of(store.data_mut(), &fields).values(&name).cloned().collect();
            Ok((values,))
        },
    )
}

pub fn has(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (fields, name): (Handle, String)| {
            Ok((of(store.data_mut(), &fields).values(&name).next().is_some(),))
        },
    )
}

/// Changes fields, if they and the name may be.
fn change(
    call: &mut Call,
    fields: &Handle,
    name: &str,
    values: &[Vec<u8>],
    change: impl FnOnce(&mut Fields, &str),
) -> Result<Changed> {
    if of(call, fields).is_immutable {
        return Ok(Err(HeaderError::Immutable));
    }
    let name = match checked_name(name).and_then(|name| values.iter().try_for_each(|v| check_value(v)).map(|()| name)) {
        Ok(name) => name,
        Err(error) => return Ok(Err(error)),
    };
    charge(call, values.iter().map(|value| line_bytes(&name, value)).sum())?;
    let fields = of(call, fields);
    change(fields, &name);
    fields
        .lines
        .extend(values.iter().map(|value| (name.clone(), value.clone())));
    Ok(Ok(()))
}

pub fn set(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (fields, name, values): (Handle, String, Vec<Vec<u8>>)| {
            Ok((change(store.data_mut(), &fields, &name, &values, Fields::remove)?,))
        },
    )
}

pub fn delete(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (fields, name): (Handle, String)| {
            Ok((change(store.data_mut(), &fields, &name, &[], Fields::remove)?,))
        },
    )
}

pub fn append(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(
        name,
        |mut store: StoreContextMut<'_, Call>, (fields, name, value): (Handle, String, Vec<u8>)| {
            Ok((change(store.data_mut(), &fields, &name, &[value], |_, _| ())?,))
        },
    )
}

pub fn entries(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (fields,): (Handle,)| {
        Ok((of(store.data_mut(), &fields).lines.clone(),))
    })
}

pub fn clone(linker: &mut Linker<'_>, name: &str) -> Result<()> {
    linker.func_wrap(name, |mut store: StoreContextMut<'_, Call>, (fields,): (Handle,)| {
        let call = store.data_mut();
        let copy = Fields {
            lines: of(call, &fields).lines.clone(),
            is_immutable: false,
        };
        Ok((insert(call, copy)?,))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_token_and_none_of_the_connections() {
        assert_eq!(checked_name("X-A").unwrap(), "x-a");
        assert!(matches!(checked_name("x a"), Err(HeaderError::InvalidSyntax)));
        assert!(matches!(checked_name(""), Err(HeaderError::InvalidSyntax)));
        assert!(matches!(checked_name("Transfer-Encoding"), Err(HeaderError::Forbidden)));
    }

    #[test]
    fn a_value_has_no_line_break() {
        assert!(check_value(b"a b\tc\xff").is_ok());
        assert!(check_value(b"a\r\nb: c").is_err());
        assert!(check_value(b"\0").is_err());
    }

    #[test]
    fn octets_come_through_as_text_and_back() {
        let fields = Fields {
            lines: vec![("x".into(), vec![b'a', 0xe9])],
            is_immutable: false,
        };
        assert_eq!(fields.texts(), [("x".to_owned(), "aé".to_owned())]);
        assert_eq!(octets("aé"), [b'a', 0xe9]);
    }
}
