//! Few data segments instead of many. Instantiating walks every segment of a module, some 2 ns each; wizer writes up to 10,000 and leaves the
//! original ones behind, empty.

use wasm_encoder::{ConstExpr, DataSection, RawSection};
use wasmparser::{BinaryReaderError, DataKind, DataSectionReader, Operator, Parser, Payload};

/// Segments with fewer zeros between them become one: a page of WebAssembly's. Longer stretches of zeros are left out.
const GAP_BYTES: u64 = 64 << 10;

const COMPONENT_MODULE: u8 = wasm_encoder::ComponentSectionId::CoreModule as u8;
const COMPONENT_COMPONENT: u8 = wasm_encoder::ComponentSectionId::Component as u8;
const MODULE_DATA: u8 = wasm_encoder::SectionId::Data as u8;
const MODULE_DATA_COUNT: u8 = wasm_encoder::SectionId::DataCount as u8;

/// An active segment with a constant offset into a 32-bit memory.
struct Segment<'a> {
    memory: u32,
    offset: u64,
    bytes: &'a [u8],
}

impl Segment<'_> {
    fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }
}

/// What several segments become.
struct Span {
    memory: u32,
    start: u64,
    end: u64,
}

/// The same component with the segments of each of its core modules merged.
pub fn merge(component: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut out = wasm_encoder::Component::new();
    let mut end = 0;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        // The sections of what is nested come by too.
        if range.start < end {
            continue;
        }
        end = range.end;
        let bytes = &component[range];
        let merged = match id {
            COMPONENT_MODULE => merge_module(bytes)?,
            COMPONENT_COMPONENT => Some(merge(bytes)?),
            _ => None,
        };
        out.section(&RawSection {
            id,
            data: merged.as_deref().unwrap_or(bytes),
        });
    }
    Ok(out.finish())
}

/// None when the module has nothing to merge, or refers to its segments.
fn merge_module(module: &[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let mut data = None;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CodeSectionEntry(body) => {
                let mut operators = body.get_operators_reader()?;
                while !operators.eof() {
                    if refers_to_segments(&operators.read()?) {
                        return Ok(None);
                    }
                }
            }
            Payload::DataSection(section) => data = Some(section),
            _ => {}
        }
    }
    let Some(segments) = data.map(active).transpose()?.flatten() else {
        return Ok(None);
    };
    let mut out = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let Some((id, range)) = payload?.as_section() else {
            continue;
        };
        match id {
            MODULE_DATA => _ = out.section(&section(&segments)),
            MODULE_DATA_COUNT => {}
            _ => {
                _ = out.section(&RawSection {
                    id,
                    data: &module[range],
                })
            }
        }
    }
    Ok(Some(out.finish()))
}

fn refers_to_segments(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::MemoryInit { .. }
            | Operator::DataDrop { .. }
            | Operator::ArrayNewData { .. }
            | Operator::ArrayInitData { .. }
    )
}

/// The active segments, without the passive ones, to which nothing refers. None when there is one that is placed otherwise than by a number.
fn active(section: DataSectionReader<'_>) -> Result<Option<Vec<Segment<'_>>>, BinaryReaderError> {
    let mut segments = Vec::new();
    for data in section {
        let data = data?;
        let DataKind::Active {
            memory_index,
            offset_expr,
        } = data.kind
        else {
            continue;
        };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            return Ok(None);
        };
        segments.push(Segment {
            memory: memory_index,
            offset: u64::from(value.cast_unsigned()),
            bytes: data.data,
        });
    }
    Ok(Some(segments))
}

fn section(segments: &[Segment<'_>]) -> DataSection {
    let spans = spans(segments);
    let mut contents: Vec<Vec<u8>> = spans
        .iter()
        .map(|span| vec![0; (span.end - span.start) as usize])
        .collect();
    // In their own order: of two that overlap the later one wins.
    for segment in segments {
        let number = spans.partition_point(|span| (span.memory, span.start) <= (segment.memory, segment.offset)) - 1;
        let start = (segment.offset - spans[number].start) as usize;
        contents[number][start..start + segment.bytes.len()].copy_from_slice(segment.bytes);
    }
    let mut section = DataSection::new();
    for (span, bytes) in spans.iter().zip(contents) {
        section.active(
            span.memory,
            &ConstExpr::i32_const((span.start as u32).cast_signed()),
            bytes,
        );
    }
    section
}

/// Sorted by memory and start.
fn spans(segments: &[Segment<'_>]) -> Vec<Span> {
    let mut sorted: Vec<_> = segments.iter().collect();
    sorted.sort_by_key(|segment| (segment.memory, segment.offset));
    let mut spans: Vec<Span> = Vec::new();
    for segment in sorted {
        match spans.last_mut() {
            Some(last) if last.memory == segment.memory && segment.offset <= last.end + GAP_BYTES => {
                last.end = last.end.max(segment.end());
            }
            _ => spans.push(Span {
                memory: segment.memory,
                start: segment.offset,
                end: segment.end(),
            }),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(text: &str) -> Vec<(u64, Vec<u8>)> {
        let module = wat::parse_str(text).unwrap();
        let merged = merge_module(&module).unwrap().unwrap();
        wasmparser::validate(&merged).unwrap();
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(&merged) {
            if let Payload::DataSection(section) = payload.unwrap() {
                for segment in active(section).unwrap().unwrap() {
                    found.push((segment.offset, segment.bytes.to_vec()));
                }
            }
        }
        found
    }

    #[test]
    fn near_segments_become_one_and_long_zeros_are_left_out() {
        let found = merged(
            r#"(module (memory 4) (data (i32.const 0) "ab") (data (i32.const 4) "c") (data "passive")
                (data (i32.const 200000) "far"))"#,
        );
        assert_eq!(found, [(0, b"ab\0\0c".to_vec()), (200_000, b"far".to_vec())]);
    }

    #[test]
    fn of_two_that_overlap_the_later_one_wins() {
        let found = merged(r#"(module (memory 1) (data (i32.const 2) "xyz") (data (i32.const 0) "abc"))"#);
        assert_eq!(found, [(0, b"abcyz".to_vec())]);
    }

    #[test]
    fn a_module_that_refers_to_its_segments_stays_as_it_is() {
        let module = wat::parse_str(
            r#"(module (memory 1) (data $d "x") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))))"#,
        );
        assert!(merge_module(&module.unwrap()).unwrap().is_none());
    }
}
