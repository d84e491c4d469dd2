//! With real compiles: a pack is only worth what it gives those.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::compile::{CacheFiles, Compiled, compile};

const MEMORY_BYTES_MAX: u64 = 64 << 20;
const BYTES_MAX: u64 = 16 << 20;
const FUNCTION_COUNT: u64 = 50;

/// Of a few functions wasmtime 48 makes another key in each run, though they and their code are the same.
const MISSED_ANYWAY_MAX: u64 = 20;

/// A folder of this test's own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "mayfly-code-pack-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        Folder(folder)
    }

    fn pack(&self) -> PathBuf {
        self.0.join("pack")
    }

    /// Compiles with the pack, and replaces it as the host does.
    fn compile(&self, input: &str, bytes_max: u64) -> Compiled {
        let files = CacheFiles {
            input: self.pack(),
            output: self.0.join("draft"),
            bytes_max,
        };
        let compiled = compile(input.as_bytes(), MEMORY_BYTES_MAX, Some(&files)).unwrap();
        if files.output.exists() {
            std::fs::rename(&files.output, &files.input).unwrap();
        }
        compiled
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A component of that many functions, the last of which adds `last`, with these bytes in its memory.
fn component(last: i32, data: &str) -> String {
    let mut text = format!("(component (core module (memory (export \"m\") 1) (data (i32.const 8) \"{data}\")");
    for index in 1..FUNCTION_COUNT {
        let _ = write!(
            text,
            "(func (export \"f{index}\") (param i32) (result i32) (i32.mul (local.get 0) (i32.const {index})))"
        );
    }
    let _ = write!(
        text,
        "(func (export \"last\") (result i32) (i32.load (i32.const {last}))) ) (core instance (instantiate 0)))"
    );
    text
}

fn cold(input: &str) -> Vec<u8> {
    compile(input.as_bytes(), MEMORY_BYTES_MAX, None).unwrap().artifact
}

fn counts(compiled: &Compiled) -> (u64, u64) {
    let count = |name: &str| {
        let line = compiled.report.lines().find_map(|line| line.strip_prefix(name));
        line.expect("it says so").trim().parse().unwrap()
    };
    (count("functions-reused"), count("functions-compiled"))
}

fn assert_mostly_reused(compiled: &Compiled, all: u64) {
    let (reused, anew) = counts(compiled);
    assert_eq!(reused + anew, all);
    assert!(anew <= MISSED_ANYWAY_MAX, "{}", compiled.report);
}

#[test]
fn a_warm_compile_gives_the_bytes_of_a_cold_one() {
    let folder = Folder::new();
    let input = component(8, "one");
    let first = folder.compile(&input, BYTES_MAX);
    let (reused, compiled) = counts(&first);
    assert!(reused == 0 && compiled >= FUNCTION_COUNT, "{}", first.report);
    let again = folder.compile(&input, BYTES_MAX);
    assert_mostly_reused(&again, compiled);
    assert!(first.artifact == cold(&input));
    assert!(again.artifact == first.artifact);
}

#[test]
fn what_changed_is_compiled_and_the_rest_is_not() {
    let folder = Folder::new();
    let all = counts(&folder.compile(&component(8, "one"), BYTES_MAX)).1;
    // As a snapshot does.
    let other_data = component(8, "another, longer one");
    let image = folder.compile(&other_data, BYTES_MAX);
    assert_mostly_reused(&image, all);
    assert!(image.artifact == cold(&other_data));
    // As a redeployment does.
    let other_code = component(12, "one");
    let changed = folder.compile(&other_code, BYTES_MAX);
    assert_mostly_reused(&changed, all);
    assert!(counts(&changed).1 > 0);
    assert!(changed.artifact == cold(&other_code));
}

#[test]
fn what_no_compile_uses_any_more_goes() {
    let folder = Folder::new();
    folder.compile(&component(8, "one"), BYTES_MAX);
    let before = std::fs::metadata(folder.pack()).unwrap().len();
    for last in 9..29 {
        folder.compile(&component(last, "one"), BYTES_MAX);
    }
    let after = std::fs::metadata(folder.pack()).unwrap().len();
    // Twenty functions more would be a fifth.
    assert!(after < before + before / 20, "{before} bytes became {after}");
}

#[test]
fn every_damaged_byte_is_compiled_anew_and_never_run() {
    let folder = Folder::new();
    let input = component(8, "one");
    let first = folder.compile(&input, BYTES_MAX);
    let whole = std::fs::read(folder.pack()).unwrap();
    let (_, all) = counts(&first);
    for at in (0..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(folder.pack(), &damaged).unwrap();
        let again = folder.compile(&input, BYTES_MAX);
        assert!(again.artifact == first.artifact, "byte {at}");
        let (reused, compiled) = counts(&again);
        assert!(reused < all && reused + compiled == all, "byte {at}: {}", again.report);
        if at < FIRST_LINE.len() {
            assert_eq!(reused, 0, "byte {at}");
        }
    }
}

#[test]
fn every_beginning_of_a_pack_is_a_pack() {
    let folder = Folder::new();
    let input = component(8, "one");
    let first = folder.compile(&input, BYTES_MAX);
    let whole = std::fs::read(folder.pack()).unwrap();
    for length in (0..whole.len()).step_by(whole.len() / 40) {
        std::fs::write(folder.pack(), &whole[..length]).unwrap();
        let again = folder.compile(&input, BYTES_MAX);
        assert!(again.artifact == first.artifact, "{length} bytes");
        assert!(counts(&again).1 > 0, "{length} bytes");
    }
}

#[test]
fn a_damaged_entry_is_a_miss_and_its_neighbours_are_not() {
    let folder = Folder::new();
    let pack = CodePack::read(&folder.pack(), "engine".into(), BYTES_MAX);
    let keys = [[1; 32], [2; 32], [3; 32]];
    for key in &keys {
        assert!(pack.insert(key, vec![key[0]; 100]));
    }
    assert!(pack.write(&folder.pack()).unwrap());
    let whole = std::fs::read(folder.pack()).unwrap();
    for at in FIRST_LINE.len()..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(folder.pack(), &damaged).unwrap();
        let read = CodePack::read(&folder.pack(), "engine".into(), BYTES_MAX);
        let mut found = 0;
        for key in &keys {
            if let Some(code) = read.get(key) {
                assert_eq!(code, vec![key[0]; 100], "byte {at}");
                found += 1;
            }
        }
        assert!(found < keys.len(), "byte {at}");
    }
    // Where the damage is in the last entry's code, the others are still there.
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    std::fs::write(folder.pack(), &damaged).unwrap();
    let read = CodePack::read(&folder.pack(), "engine".into(), BYTES_MAX);
    assert_eq!(keys.iter().filter(|key| read.get(*key).is_some()).count(), 2);
}

#[test]
fn another_engines_functions_are_misses() {
    let folder = Folder::new();
    let pack = CodePack::read(&folder.pack(), "engine 1".into(), BYTES_MAX);
    assert!(pack.insert(&[7; 32], vec![1, 2, 3]));
    assert!(pack.write(&folder.pack()).unwrap());
    let same = CodePack::read(&folder.pack(), "engine 1".into(), BYTES_MAX);
    assert_eq!(same.get(&[7; 32]).as_deref(), Some(&[1, 2, 3][..]));
    assert_eq!(same.get(&[8; 32]), None);
    assert_eq!((same.found(), same.missed()), (1, 1));
    assert!(!same.write(&folder.pack()).unwrap(), "nothing is new");
    let other = CodePack::read(&folder.pack(), "engine 2".into(), BYTES_MAX);
    assert_eq!(other.get(&[7; 32]), None);
}

#[test]
fn a_pack_is_never_larger_than_it_may_be() {
    let folder = Folder::new();
    let first = folder.compile(&component(8, "one"), BYTES_MAX);
    let whole = std::fs::metadata(folder.pack()).unwrap().len();
    for bytes_max in [0, 30, whole / 2, whole - 1] {
        let folder = Folder::new();
        for last in [8, 9, 8] {
            let compiled = folder.compile(&component(last, "one"), bytes_max);
            assert!(compiled.artifact == cold(&component(last, "one")));
            let written = std::fs::metadata(folder.pack()).map_or(0, |pack| pack.len());
            assert!(
                written <= bytes_max.max(FIRST_LINE.len() as u64),
                "{written} of {bytes_max}"
            );
        }
    }
    let larger = folder.compile(&component(8, "one"), whole - 1);
    assert_eq!(counts(&larger).0, 0, "what is too large is not even read");
    assert!(larger.artifact == first.artifact);
}

#[test]
fn a_pack_that_cannot_be_written_fails_no_compile() {
    let folder = Folder::new();
    let files = CacheFiles {
        input: folder.pack(),
        output: folder.0.join("no such folder").join("draft"),
        bytes_max: BYTES_MAX,
    };
    let input = component(8, "one");
    let compiled = compile(input.as_bytes(), MEMORY_BYTES_MAX, Some(&files)).unwrap();
    assert!(compiled.artifact == cold(&input));
}
