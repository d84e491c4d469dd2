//! Functions that take turns in the memories of a real pool. Each must find its image and zeros, whatever the others wrote.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store};

use super::windows::{GUESSED_CALLS_MAX, MISSES_MAX, SAMPLE_COUNT, WINDOW_PAGES_FREE, Windows};
use super::wrapped::tally;
use super::{Memories, PoolLayout, WindowedStore};
use crate::engine::code_config;
use crate::pagemap::page_bytes;

const WASM_PAGE_BYTES: usize = 64 << 10;
const MEMORY_BYTES_MAX: usize = 4 << 20;
const GUARD_BYTES: usize = 2 << 20;

/// Hashes all of its memory if asked to look, then writes to a part of it, grows it by a page that it fills, and traps, each if asked to.
const MODULE: &str = r#"
    (func (export "call")
        (param $look i32) (param $at i32) (param $bytes i32) (param $grow i32) (param $trap i32) (result i64)
        (local $next i32) (local $hash i64)
        (if (local.get $look) (then
            (loop $on
                (local.set $hash (i64.mul
                    (i64.xor (local.get $hash) (i64.load (local.get $next))) (i64.const 1099511628211)))
                (local.set $next (i32.add (local.get $next) (i32.const 8)))
                (br_if $on (i32.lt_u (local.get $next) (i32.mul (memory.size) (i32.const 65536)))))))
        (memory.fill (local.get $at) (i32.const 0xa5) (local.get $bytes))
        (if (local.get $grow) (then
            (memory.fill (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)) (i32.const 0xa5) (i32.const 65536))))
        (if (local.get $trap) (then unreachable))
        (local.get $hash))"#;
const PARAMETERS: &str =
    r#"(param "look" u32) (param "at" u32) (param "bytes" u32) (param "grow" u32) (param "trap" u32)"#;

/// An engine whose pool has so many memories.
struct Host {
    engine: wasmtime::Engine,
    memories: Memories,
}

/// Bytes of an image, and where they are.
type Segment = (usize, Vec<u8>);

struct Function {
    instance: InstancePre<()>,
    windows: Windows,
    wasm_pages: usize,
    segments: Vec<Segment>,
}

/// What a call does.
#[derive(Clone, Copy, Default)]
struct Deed {
    at: usize,
    bytes: usize,
    grows: bool,
    traps: bool,
}

impl Host {
    fn new(memory_count: usize) -> Host {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_memories(memory_count as u32)
            .max_unused_warm_slots(memory_count as u32)
            .max_memory_size(MEMORY_BYTES_MAX)
            .linear_memory_keep_resident(0);
        let mut config = code_config(MEMORY_BYTES_MAX as u64);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let layout = PoolLayout {
            memory_count,
            memory_bytes_max: MEMORY_BYTES_MAX,
            guard_bytes: GUARD_BYTES,
        };
        let (engine, memories) = Memories::of_pool(layout, || wasmtime::Engine::new(&config));
        assert!(memories.are_known());
        Host {
            engine: engine.unwrap(),
            memories,
        }
    }

    /// A function with so large a memory; each module has one with the same image.
    fn deploy(&self, wasm_pages: usize, segments: &[Segment], modules: usize) -> Function {
        let data: String = segments
            .iter()
            .map(|(at, bytes)| {
                let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
                format!("(data (i32.const {at}) \"{bytes}\")")
            })
            .collect();
        let modules: String = (0..modules)
            .map(|module| {
                format!(
                    r#"(core module $m{module} (memory {wasm_pages}) {data} {MODULE})
                    (core instance $i{module} (instantiate $m{module}))
                    (func (export "call{module}") {PARAMETERS} (result u64) (canon lift (core func $i{module} "call")))"#
                )
            })
            .collect();
        let component = wat::parse_str(format!("(component {modules})")).unwrap();
        let component = Component::new(&self.engine, component).unwrap();
        static FILES: AtomicUsize = AtomicUsize::new(0);
        let number = FILES.fetch_add(1, Relaxed);
        let file = std::env::temp_dir().join(format!("mayfly-switch-{}-{number}", std::process::id()));
        std::fs::write(&file, component.serialize().unwrap()).unwrap();
        // As the engine loads functions, whose images are their artifact's pages.
        // SAFETY: just written.
        let component = unsafe { Component::deserialize_file(&self.engine, &file) }.unwrap();
        std::fs::remove_file(file).unwrap();
        let memory_count = component.resources_required().unwrap().num_memories;
        Function {
            windows: Windows::new(self.memories, memory_count),
            instance: Linker::new(&self.engine).instantiate_pre(&component).unwrap(),
            wasm_pages,
            segments: segments.to_vec(),
        }
    }

    /// One whose windows are the pages that calls write at a place.
    fn deploy_sampled(&self, wasm_pages: usize, segments: &[Segment], written: Deed) -> Function {
        let function = self.deploy(wasm_pages, segments, 1);
        self.call_until_found(&function, written);
        for _ in 0..2 {
            self.call(&function, written, false).unwrap();
        }
        function
    }

    /// Returns how many calls that took.
    fn call_until_found(&self, function: &Function, written: Deed) -> u32 {
        let mut calls = 0;
        while !function.windows.are_found() {
            calls += 1;
            assert!(calls < 100);
            self.call(function, written, false).unwrap();
        }
        calls
    }

    fn call(&self, function: &Function, deed: Deed, looks: bool) -> Result<u64> {
        let mut store = WindowedStore::new(self.store(), &function.windows);
        let instance = finish(store.instantiate(&function.instance))?;
        run(&mut store, &instance, "call0", deed, looks)
    }

    fn store(&self) -> Store<()> {
        let mut store = Store::new(&self.engine, ());
        store.set_epoch_deadline(1);
        store
    }

    /// What a call finds is what its function starts with; then it does something.
    fn check(&self, function: &Function, deed: Deed) {
        let found = self.call(function, Deed { traps: false, ..deed }, true).unwrap();
        assert_eq!(found, function.hash());
        if deed.traps {
            self.call(function, deed, false).unwrap_err();
        }
    }
}

impl Function {
    fn hash(&self) -> u64 {
        let mut memory = vec![0; self.bytes()];
        for (at, bytes) in &self.segments {
            memory[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        let (words, _) = memory.as_chunks::<8>();
        let mix = |hash: u64, word: &[u8; 8]| (hash ^ u64::from_le_bytes(*word)).wrapping_mul(1_099_511_628_211);
        words.iter().fold(0, mix)
    }

    fn bytes(&self) -> usize {
        self.wasm_pages * WASM_PAGE_BYTES
    }

    fn everywhere(&self) -> Deed {
        writing(0, self.bytes())
    }
}

fn run(
    store: &mut Store<()>,
    instance: &wasmtime::component::Instance,
    name: &str,
    deed: Deed,
    looks: bool,
) -> Result<u64> {
    let call = instance.get_typed_func::<(u32, u32, u32, u32, u32), (u64,)>(&mut *store, name)?;
    let parameters = (
        looks.into(),
        deed.at as u32,
        deed.bytes as u32,
        deed.grows.into(),
        deed.traps.into(),
    );
    Ok(finish(call.call_async(&mut *store, parameters))?.0)
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn writing(at: usize, bytes: usize) -> Deed {
    Deed {
        at,
        bytes,
        ..Deed::default()
    }
}

fn page(index: usize) -> usize {
    index * page_bytes()
}

/// Some bytes in each page of a range of pages.
fn image(pages: std::ops::Range<usize>, seed: u8) -> Vec<Segment> {
    pages
        .map(|index| (page(index) + 8 * usize::from(seed), vec![seed; 40]))
        .collect()
}

#[test]
fn two_functions_find_their_images_and_zeros_whatever_the_other_wrote() {
    for memory_count in [1, 2] {
        let host = Host::new(memory_count);
        let written = writing(page(3), 100);
        let one = host.deploy_sampled(2, &image(3..4, 1), written);
        let other = host.deploy_sampled(2, &image(3..4, 2), written);
        for deed in [
            written,
            one.everywhere(),
            writing(page(20), 1),
            Deed { grows: true, ..written },
            Deed {
                traps: true,
                ..one.everywhere()
            },
            Deed {
                grows: true,
                traps: true,
                ..one.everywhere()
            },
        ] {
            for _ in 0..3 {
                host.check(&one, deed);
                host.check(&other, written);
                host.check(&other, deed);
            }
        }
    }
}

#[test]
fn functions_whose_images_are_partly_sealed_take_turns() {
    let host = Host::new(1);
    let windows = writing(page(6), 100);
    let functions: Vec<_> = [image(3..8, 1), image(3..8, 2), image(5..7, 3), image(0..16, 4), vec![]]
        .iter()
        .map(|segments| host.deploy_sampled(2, segments, windows))
        .collect();
    for deed in [windows, writing(page(4), 5000), functions[0].everywhere(), windows] {
        for function in &functions {
            host.check(function, deed);
            host.check(function, windows);
        }
    }
}

#[test]
fn a_seal_around_one_functions_windows_says_nothing_of_another_with_others() {
    let host = Host::new(1);
    let windows = [writing(page(3), 100), writing(page(9), 100)];
    let [one, other] = windows.map(|written| host.deploy_sampled(2, &[], written));
    for _ in 0..3 {
        for _ in 0..3 {
            host.check(&one, windows[0]);
        }
        // To where the seal is open.
        host.check(&other, windows[0]);
        host.check(&one, windows[1]);
        host.check(&other, windows[1]);
    }
}

#[test]
fn copied_and_mapped_images_and_none_take_turns() {
    let host = Host::new(1);
    let written = writing(page(40), 9000);
    let large = WINDOW_PAGES_FREE + 1;
    let functions: Vec<_> = [
        image(40..42, 1),
        image(38..38 + large, 2),
        vec![],
        image(40..41, 3),
        image(30..30 + large, 4),
    ]
    .iter()
    .map(|segments| host.deploy_sampled(5, segments, written))
    .collect();
    for deed in [written, functions[0].everywhere(), written] {
        for first in &functions {
            for second in &functions {
                host.check(first, deed);
                host.check(second, deed);
            }
        }
    }
}

#[test]
fn functions_with_memories_of_different_sizes_take_turns() {
    let host = Host::new(1);
    let written = writing(page(1), 100);
    let functions: Vec<_> = [(1, 1..2), (20, 1..2), (3, 17..18), (20, 300..303)]
        .into_iter()
        .zip(1..)
        .map(|((wasm_pages, pages), seed)| host.deploy_sampled(wasm_pages, &image(pages, seed), written))
        .collect();
    for _ in 0..3 {
        for function in &functions {
            host.check(
                function,
                Deed {
                    grows: true,
                    ..function.everywhere()
                },
            );
            host.check(function, written);
        }
    }
}

#[test]
fn functions_that_write_much_take_turns() {
    // Room for the windows of a few of them and their memories.
    let host = Host::new(3);
    let written = writing(page(10), page(WINDOW_PAGES_FREE + 8));
    let functions: Vec<_> = (1..8)
        .map(|seed| host.deploy_sampled(4, &image(9..60, seed), written))
        .collect();
    for deed in [written, functions[0].everywhere(), writing(page(2), 1), written] {
        for function in &functions {
            host.check(function, deed);
            host.check(function, written);
        }
    }
}

#[test]
fn functions_with_several_memories_find_what_others_left_as_new() {
    let host = Host::new(2);
    let written = writing(page(3), page(2));
    let small = host.deploy_sampled(2, &image(3..5, 1), written);
    let several = host.deploy(2, &image(3..6, 2), 2);
    for _ in 0..3 {
        for _ in 0..2 {
            host.check(&small, small.everywhere());
        }
        let mut store = WindowedStore::new(host.store(), &several.windows);
        let instance = finish(store.instantiate(&several.instance)).unwrap();
        for name in ["call0", "call1"] {
            let found = run(&mut store, &instance, name, several.everywhere(), true).unwrap();
            assert_eq!(found, several.hash());
        }
    }
}

#[test]
fn a_store_without_windows_leaves_a_copied_image_as_it_was() {
    let host = Host::new(1);
    let written = writing(page(3), page(3));
    let one = host.deploy_sampled(2, &image(3..6, 1), written);
    let other = host.deploy_sampled(2, &image(3..6, 2), written);
    for _ in 0..3 {
        host.check(&other, written);
        host.check(&one, written);
        for _ in 0..2 {
            let mut store = host.store();
            let instance = finish(one.instance.instantiate_async(&mut store)).unwrap();
            let found = run(&mut store, &instance, "call0", one.everywhere(), true).unwrap();
            assert_eq!(found, one.hash());
        }
        host.check(&one, written);
    }
}

#[test]
fn a_function_that_is_unloaded_leaves_nothing_behind() {
    let host = Host::new(1);
    let written = writing(page(2), page(5));
    let stays = host.deploy_sampled(2, &image(3..6, 1), written);
    for seed in 2..6 {
        let goes = host.deploy_sampled(2, &image(2..7, seed), written);
        host.check(&stays, written);
        host.check(&goes, written);
        std::thread::scope(|scope| {
            scope.spawn(|| drop(goes));
        });
        host.check(&stays, written);
    }
}

#[test]
fn a_memory_goes_from_function_to_function_without_a_change_of_mappings() {
    let host = Host::new(1);
    let written = writing(page(3), 100);
    let functions: Vec<_> = (1..5)
        .map(|seed| host.deploy_sampled(2, &image(3..4, seed), written))
        .collect();
    functions.iter().for_each(|function| host.check(function, written));
    tally::take();
    for function in functions.iter().cycle().take(20) {
        host.check(function, written);
        assert_eq!(tally::take(), 0);
    }
}

#[test]
fn the_first_calls_of_a_function_that_is_as_others_are_change_no_mappings() {
    let host = Host::new(1);
    let written = writing(page(3), 100);
    let others = [1, 2].map(|seed| host.deploy_sampled(2, &image(3..4, seed), written));
    // The images that they were watched with are mapped.
    others.iter().for_each(|other| host.check(other, written));
    host.check(&others[0], written);
    for seed in 3..6 {
        let new = host.deploy(2, &image(3..4, seed), 1);
        for _ in 0..3 {
            tally::take();
            host.check(&new, written);
            assert_eq!(tally::take(), 0);
            host.check(&others[0], written);
        }
    }
}

#[test]
fn a_function_that_is_as_others_are_is_watched_after_its_first_calls() {
    let host = Host::new(1);
    let written = writing(page(3), 100);
    let other = host.deploy_sampled(2, &image(3..4, 1), written);
    host.check(&other, written);
    let new = host.deploy(2, &image(3..4, 2), 1);
    // One call has its image mapped again.
    let calls = host.call_until_found(&new, written);
    assert_eq!(calls, GUESSED_CALLS_MAX + 1 + SAMPLE_COUNT);
}

#[test]
fn a_function_that_is_not_as_others_are_is_watched_soon() {
    let host = Host::new(1);
    let other = host.deploy_sampled(2, &image(3..4, 1), writing(page(3), 100));
    let written = writing(page(20), 5000);
    let new = host.deploy(2, &image(3..4, 2), 1);
    let calls = host.call_until_found(&new, written);
    assert_eq!(calls, MISSES_MAX + 1 + SAMPLE_COUNT);
    for _ in 0..3 {
        host.check(&other, writing(page(3), 100));
        host.check(&new, written);
    }
    tally::take();
    host.check(&new, written);
    assert_eq!(tally::take(), 0, "its own windows");
}

#[test]
fn an_image_that_no_window_is_around_is_mapped() {
    let host = Host::new(1);
    host.deploy_sampled(2, &image(3..4, 1), writing(page(3), 100));
    let written = writing(page(3), 100);
    for pages in [3..5, 7..8, 2..4] {
        let new = host.deploy(2, &image(pages, 2), 1);
        assert_eq!(host.call_until_found(&new, written), SAMPLE_COUNT);
    }
}

#[test]
fn images_of_functions_that_break_each_seal_are_mapped_again() {
    let host = Host::new(1);
    let everywhere = writing(0, 2 * WASM_PAGE_BYTES);
    let breaks = host.deploy_sampled(2, &image(3..4, 1), writing(page(3), 100));
    assert!(breaks.windows.copy_images());
    for _ in 0..20 {
        host.check(&breaks, everywhere);
    }
    assert!(!breaks.windows.copy_images());
    let other = host.deploy_sampled(2, &image(3..4, 2), writing(page(3), 100));
    for _ in 0..3 {
        host.check(&breaks, everywhere);
        host.check(&other, everywhere);
    }
}

#[test]
fn whatever_functions_do_in_whichever_order_each_finds_what_it_starts_with() {
    for seed in 1..=4 {
        let mut random = Random(seed);
        let host = Host::new(3);
        let functions: Vec<_> = (0..12).map(|_| random.function(&host)).collect();
        for call in 0..600 {
            let function = &functions[random.below(functions.len())];
            let deed = random.deed(function);
            let found = host.call(function, Deed { traps: false, ..deed }, true).unwrap();
            assert_eq!(found, function.hash(), "seed {seed} call {call}");
            if deed.traps {
                host.call(function, deed, false).unwrap_err();
            }
        }
    }
}

/// xorshift64
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % bound
    }

    fn below_one_of(&mut self, bounds: [usize; 3]) -> usize {
        let bound = bounds[self.below(3)];
        self.below(bound)
    }

    fn function(&mut self, host: &Host) -> Function {
        let wasm_pages = 1 + self.below(4);
        let bytes = wasm_pages * WASM_PAGE_BYTES;
        let mut segments: Vec<Segment> = (0..self.below(4))
            .map(|_| {
                let length = 1 + self.below_one_of([10, 5000, 40_000]);
                let at = self.below(bytes - length);
                (at, (0..length).map(|_| self.below(256) as u8).collect())
            })
            .collect();
        let mut written = writing(self.below(bytes - 9000), 1 + self.below(9000));
        // Half of them write where their image is, which is then copied.
        if self.below(2) == 0 {
            written = writing(page(1), page(2));
            segments.iter_mut().for_each(|(at, bytes)| {
                bytes.truncate(4000);
                *at = page(1) + *at % 4000;
            });
        }
        // A third begins when others' windows are known.
        if self.below(3) == 0 {
            return host.deploy(wasm_pages, &segments, 1);
        }
        host.deploy_sampled(wasm_pages, &segments, written)
    }

    fn deed(&mut self, function: &Function) -> Deed {
        let at = self.below(function.bytes() - 1);
        let bytes = 1 + self
            .below_one_of([1, 8000, function.bytes()])
            .min(function.bytes() - at - 1);
        Deed {
            at,
            bytes,
            grows: self.below(8) == 0,
            traps: self.below(8) == 0,
        }
    }
}
