//! From what a function writes to its standard output, in pieces of any size, to lines of its log.

use std::borrow::Cow;

use crate::layout::LOG_MESSAGE_BYTES_MAX;

/// A longer line becomes several.
const LINE_BYTES_MAX: usize = LOG_MESSAGE_BYTES_MAX;

/// The line that was begun.
#[derive(Default)]
pub struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// The next whole line, with what it takes removed from the front of `written`; none when the rest of `written` is the beginning of one.
    pub fn next(&mut self, written: &mut &[u8]) -> Option<String> {
        let room = LINE_BYTES_MAX - self.begun.len();
        let within = &written[..written.len().min(room)];
        if let Some(end) = within.iter().position(|&byte| byte == b'\n') {
            self.begun.extend_from_slice(&within[..end]);
            *written = &written[end + 1..];
            return Some(self.take(self.begun.len()));
        }
        self.begun.extend_from_slice(within);
        *written = &written[within.len()..];
        (self.begun.len() == LINE_BYTES_MAX).then(|| self.take(whole_characters(&self.begun)))
    }

    /// What was begun and not ended.
    pub fn last(&mut self) -> Option<String> {
        (!self.begun.is_empty()).then(|| self.take(self.begun.len()))
    }

    /// The first bytes as text, each that isn't UTF-8 replaced; never longer than a log message.
    fn take(&mut self, bytes: usize) -> String {
        let line = self.begun[..bytes].strip_suffix(b"\r").unwrap_or(&self.begun[..bytes]);
        let mut text = match String::from_utf8_lossy(line) {
            Cow::Borrowed(text) => text.to_owned(),
            Cow::Owned(text) => text,
        };
        text.truncate(text.floor_char_boundary(LINE_BYTES_MAX));
        self.begun.drain(..bytes);
        text
    }
}

/// How many of the bytes to take so that no character is cut: a character begun in the last three stays.
fn whole_characters(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let at = bytes.len() - back;
        let length = match bytes[at] {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
            0x80..=0xBF => continue,
            _ => 1,
        };
        return if length > back { at } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(pieces: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut all = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            while let Some(line) = lines.next(&mut rest) {
                all.push(line);
            }
            assert!(rest.is_empty());
        }
        all.extend(lines.last());
        all
    }

    #[test]
    fn a_line_is_what_ends_with_a_line_feed_however_it_was_written() {
        assert_eq!(
            lines_of(&[b"one\ntwo\r\n", b"th", b"ree", b"\n\nlast"]),
            ["one", "two", "three", "", "last"]
        );
        assert!(lines_of(&[b""]).is_empty());
    }

    #[test]
    fn a_character_written_in_two_pieces_is_one() {
        assert_eq!(lines_of(&[b"\xe2\x82", b"\xac\n"]), ["€"]);
    }

    #[test]
    fn what_is_not_utf8_is_replaced() {
        assert_eq!(lines_of(&[b"a\xffb\n"]), ["a\u{fffd}b"]);
    }

    #[test]
    fn a_long_line_is_cut_between_characters_and_nothing_is_lost() {
        for offset in 0..4 {
            let text = "x".repeat(offset) + &"😀€é".repeat(3_000);
            let lines = lines_of(&[text.as_bytes()]);
            assert_eq!(lines.concat(), text);
            assert!(lines.iter().all(|line| line.len() <= LINE_BYTES_MAX));
            assert_eq!(lines.len(), text.len().div_ceil(LINE_BYTES_MAX - 3));
        }
    }

    #[test]
    fn a_long_line_of_anything_is_within_the_bound() {
        let lines = lines_of(&[&[0x80; 20_000]]);
        assert!(lines.iter().all(|line| line.len() <= LINE_BYTES_MAX));
    }
}
