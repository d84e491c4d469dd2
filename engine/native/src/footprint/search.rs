//! Which of many cache lines a component's calls need: a part of them is looked at in each call.

use std::ops::Range;

use super::allocations::Blocks;
use super::lines::{LINE_BYTES, lines_of};
use crate::pagemap;

/// So many lines are looked at in one call: some 25 µs that its caller waits.
const WATCHED_LINES_MAX: usize = 128;
/// There are no fewer parts: lines that are looked at together should be no neighbours, since processors fetch a line's neighbours too.
const PARTS_MIN: usize = 8;
/// Of a component's image, so much is looked at from its start on: it begins with its code.
const IMAGE_BYTES_MAX: usize = 256 << 10;
/// More than this would push each other out of the nearest cache.
const FOUND_LINES_MAX: usize = 512;

/// What has been looked at, and what not.
pub struct Search {
    /// Lines of what was allocated, until the first look.
    allocated: Vec<usize>,
    image: Range<usize>,
    /// None before the first look.
    parts: Option<Vec<Vec<usize>>>,
    /// Of the part that is being looked at, what the first of two calls had in a cache.
    once: Option<Vec<usize>>,
    /// What two calls had there: one may have had a line by chance.
    twice: Vec<usize>,
}

impl Search {
    pub fn new(blocks: &Blocks, image: Range<usize>) -> Search {
        let allocated = blocks
            .iter()
            .flat_map(|(&start, &bytes)| lines_of(start..start + bytes))
            .collect();
        Search {
            allocated,
            image,
            parts: None,
            once: None,
            twice: Vec::new(),
        }
    }

    /// The lines to look at in this call, in no order.
    pub fn watched(&mut self) -> &[usize] {
        let parts = self.parts.get_or_insert_with(|| {
            let mut lines = std::mem::take(&mut self.allocated);
            lines.extend(mapped_lines(self.image.clone()));
            parts(lines)
        });
        parts.last().map_or(&[], Vec::as_slice)
    }

    /// Notes which of them were in a cache after the call; None if that can't be told. Returns what calls need, once it is known.
    pub fn note(&mut self, cached: Option<Vec<usize>>) -> Option<Box<[usize]>> {
        let Some(cached) = cached else {
            return Some(Box::default());
        };
        let Some(once) = self.once.take() else {
            self.once = Some(cached);
            return None;
        };
        self.twice.extend(cached.into_iter().filter(|line| once.contains(line)));
        let parts = self.parts.get_or_insert_default();
        parts.pop();
        if !parts.is_empty() {
            return None;
        }
        self.twice.truncate(FOUND_LINES_MAX);
        Some(std::mem::take(&mut self.twice).into())
    }
}

/// The lines of those pages of an image that are in memory: calls read some of them.
fn mapped_lines(image: Range<usize>) -> Vec<usize> {
    let page_bytes = pagemap::page_bytes();
    let pages = pagemap::entries(image.start, image.len().min(IMAGE_BYTES_MAX) / page_bytes).unwrap_or_default();
    let starts = (image.start..).step_by(page_bytes).zip(pages);
    starts
        .filter(|(_, page)| page.is_present())
        .flat_map(|(start, _)| lines_of(start..start + page_bytes))
        .collect()
}

/// Splits lines so that neighbours are in different parts.
fn parts(mut lines: Vec<usize>) -> Vec<Vec<usize>> {
    lines.sort_unstable();
    lines.dedup();
    let count = lines.len().div_ceil(WATCHED_LINES_MAX).max(PARTS_MIN);
    let part = |first: usize| {
        let mut part: Vec<usize> = lines.iter().copied().skip(first).step_by(count).collect();
        // Processors also fetch ahead of whoever reads in some order.
        part.sort_unstable_by_key(|line| (line / LINE_BYTES).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        part
    };
    (0..count).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(blocks: impl IntoIterator<Item = (usize, usize)>) -> Search {
        Search::new(&blocks.into_iter().collect(), 0..0)
    }

    /// Looks until it is done, at calls that have these lines in a cache.
    fn find(search: &mut Search, mut cached: impl FnMut(usize) -> bool) -> (Vec<usize>, usize) {
        for looks in 1.. {
            let watched = search.watched().to_vec();
            let read = watched.into_iter().filter(|&line| cached(line)).collect();
            if let Some(found) = search.note(Some(read)) {
                let mut found = found.into_vec();
                found.sort_unstable();
                return (found, looks);
            }
        }
        unreachable!()
    }

    #[test]
    fn each_line_that_a_block_reaches_into_is_looked_at_in_two_calls() {
        let mut seen = Vec::new();
        let mut search = search([(1000, 1), (1020, 10), (6400, 129)]);
        let (found, looks) = find(&mut search, |line| {
            seen.push(line);
            true
        });
        assert_eq!(found, [960, 1024, 6400, 6464, 6528]);
        seen.sort_unstable();
        assert_eq!(seen, [960, 960, 1024, 1024, 6400, 6400, 6464, 6464, 6528, 6528]);
        assert_eq!(looks, 2 * PARTS_MIN);
    }

    #[test]
    fn what_one_call_had_by_chance_is_not_needed() {
        let mut looks = 0;
        let mut search = search([(0, 64 * 40)]);
        let (found, _) = find(&mut search, |line| {
            looks += 1;
            line == 640 || looks <= 5
        });
        assert_eq!(found, [640]);
    }

    #[test]
    fn no_call_looks_at_more_than_so_many_lines_nor_at_neighbours() {
        let mut search = search([(0, 64 * 5000)]);
        let mut watched = search.watched().to_vec();
        watched.sort_unstable();
        assert!(watched.len() <= WATCHED_LINES_MAX);
        assert!(watched.windows(2).all(|pair| pair[1] - pair[0] >= 64 * PARTS_MIN));
        let (found, _) = find(&mut search, |_| true);
        assert_eq!(found.len(), FOUND_LINES_MAX);
    }

    #[test]
    fn where_nothing_can_be_told_nothing_is_found() {
        let mut search = search([(0, 64)]);
        assert!(!search.watched().is_empty() || search.parts.is_some());
        assert_eq!(search.note(None), Some(Box::default()));
    }

    #[test]
    fn a_component_without_blocks_is_looked_at_too() {
        assert!(find(&mut search([]), |_| true).0.is_empty());
    }
}
