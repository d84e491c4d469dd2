//! What an instance held, as a file: the engine writes it, the compiler process reads it.
//!
//! Record by record: bytes of the name and of the value as u64, then both. Globals are little-endian. `StateFile` in Java reads it too.

use std::collections::HashMap;
use std::io::{Result, Write};

/// Who asked for randomness or the time, a line each: for the report only.
pub const ASKED: &str = "asked";

/// Appends one memory or global.
pub fn write(out: &mut impl Write, name: &str, value: &[u8]) -> Result<()> {
    out.write_all(&(name.len() as u64).to_le_bytes())?;
    out.write_all(&(value.len() as u64).to_le_bytes())?;
    out.write_all(name.as_bytes())?;
    out.write_all(value)
}

/// Memories and globals by the names that the instrumentation gave them.
pub struct State<'a>(HashMap<&'a str, &'a [u8]>);

impl<'a> State<'a> {
    /// None when the file is cut off, or is another.
    pub fn read(mut bytes: &'a [u8]) -> Option<State<'a>> {
        let mut values = HashMap::new();
        while !bytes.is_empty() {
            let (name_bytes, rest) = bytes.split_first_chunk()?;
            let (value_bytes, rest) = rest.split_first_chunk()?;
            let (name, rest) = rest.split_at_checked(u64::from_le_bytes(*name_bytes).try_into().ok()?)?;
            let (value, rest) = rest.split_at_checked(u64::from_le_bytes(*value_bytes).try_into().ok()?)?;
            values.insert(std::str::from_utf8(name).ok()?, value);
            bytes = rest;
        }
        Some(State(values))
    }

    pub fn value(&self, name: &str) -> Option<&'a [u8]> {
        self.0.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_that_is_cut_off() {
        let mut file = Vec::new();
        write(&mut file, "memory0", &[1, 2, 3]).unwrap();
        write(&mut file, "global1", &[]).unwrap();
        let state = State::read(&file).unwrap();
        assert_eq!(state.value("memory0"), Some(&[1, 2, 3][..]));
        assert_eq!(state.value("global1"), Some(&[][..]));
        assert_eq!(state.value("global2"), None);
        for cut in [1, 17, file.len() - 1] {
            assert!(State::read(&file[..cut]).is_none(), "cut at {cut}");
        }
    }
}
