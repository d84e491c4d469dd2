//! Components with and without merging must give the same results, with fewer core modules.

use std::collections::HashMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wasmparser::{Parser, Payload};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

use super::*;
use crate::snapshot::tests::module_count;

const LIFT: &str = r#"(func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run")))"#;

fn component(text: &str) -> Vec<u8> {
    let bytes = wat::parse_str(format!("(component {text})")).unwrap();
    wasmparser::validate(&bytes).unwrap();
    bytes
}

#[track_caller]
fn merged(text: &str) -> Vec<u8> {
    let merged = merge(&component(text)).unwrap().expect("something to merge");
    wasmparser::validate(&merged).unwrap();
    merged
}

#[track_caller]
fn assert_apart(text: &str, why: &str) {
    match merge(&component(text)) {
        Err(reencode::Error::UserError(Apart(reason))) => assert_eq!(reason, why),
        Err(other) => panic!("{other}"),
        Ok(merged) => panic!("merged: {}", merged.is_some()),
    }
}

fn engine() -> Engine {
    let mut config = Config::new();
    // As the host has it: only imported globals may be read in first values.
    config.wasm_features(wasmtime::WasmFeatures::GC, false);
    Engine::new(&config).unwrap()
}

/// What `run` gives in one instance for each of these.
fn run(engine: &Engine, component: &[u8], inputs: &[u32]) -> Vec<u32> {
    let component = Component::new(engine, component).unwrap();
    let mut linker = Linker::<()>::new(engine);
    linker
        .root()
        .func_wrap("length", |_, (text,): (String,)| Ok((text.len() as u32,)))
        .unwrap();
    linker.root().func_wrap("seven", |_, (): ()| Ok((7u32,))).unwrap();
    let mut store = Store::new(engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "run").unwrap();
    inputs.iter().map(|x| run.call(&mut store, (*x,)).unwrap().0).collect()
}

#[track_caller]
fn assert_same(text: &str, modules_left: usize, inputs: &[u32]) -> Vec<u32> {
    let engine = engine();
    let merged = merged(text);
    assert_eq!(module_count(&merged), modules_left);
    let expected = run(&engine, &component(text), inputs);
    assert_eq!(run(&engine, &merged, inputs), expected);
    expected
}

#[test]
fn modules_that_import_from_each_other_become_one() {
    let text = format!(
        r#"(core module $a (memory (export "m") 1) (global (export "g") (mut i32) (i32.const 5))
            (func (export "add") (param i32) (result i32) (i32.add (local.get 0) (i32.const 100))))
        (core instance $a (instantiate $a))
        (alias core export $a "g" (core global $g))
        (core instance $names (export "counter" (global $g)) (export "plus" (func $a "add")))
        (core module $b (import "a" "m" (memory 1)) (import "names" "counter" (global $g (mut i32))) (import "names" "plus" (func $add (param i32) (result i32)))
            (func (export "run") (param i32) (result i32)
                (global.set $g (i32.add (global.get $g) (i32.const 1)))
                (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get 0)))
                (call $add (i32.mul (i32.load (i32.const 8)) (global.get $g)))))
        (core instance $i (instantiate $b (with "a" (instance $a)) (with "names" (instance $names))))
        {LIFT}"#
    );
    assert_eq!(assert_same(&text, 1, &[1, 2, 3]), [106, 121, 148]);
}

#[test]
fn what_is_linked_at_run_time_is_linked_once() {
    // As wit-component writes it for shared libraries: a base in the table, addresses by globals that nobody writes any more.
    let text = format!(
        r#"(core module $main (memory (export "memory") 1) (table (export "table") 4 funcref)
            (global (export "base") i32 (i32.const 1)) (global (export "address") (mut i32) (i32.const 64)))
        (core instance $main (instantiate $main))
        (core module $lib (type $t (func (param i32) (result i32)))
            (import "env" "memory" (memory 1)) (import "env" "table" (table 4 funcref)) (import "env" "base" (global $base i32))
            (import "env" "address" (global $address (mut i32)))
            (global $copy i32 (global.get $base))
            (func $double (type $t) (i32.mul (local.get 0) (i32.const 2)))
            (func $square (type $t) (i32.mul (local.get 0) (local.get 0)))
            (func (export "call") (param i32) (result i32)
                (i32.store (global.get $address) (call_indirect (type $t) (local.get 0) (i32.add (global.get $copy) (i32.and (local.get 0) (i32.const 1)))))
                (i32.load (i32.const 64)))
            (elem (global.get $base) func $double $square))
        (core instance $lib (instantiate $lib (with "env" (instance $main))))
        (core module $init (import "env" "table" (table 4 funcref)) (import "lib" "call" (func $call (param i32) (result i32)))
            (func (export "run") (param i32) (result i32) (call_indirect (param i32) (result i32) (local.get 0) (i32.const 3)))
            (elem (i32.const 3) func $call))
        (core instance $i (instantiate $init (with "env" (instance $main)) (with "lib" (instance $lib))))
        {LIFT}"#
    );
    assert_eq!(assert_same(&text, 1, &[3, 4]), [9, 8]);
    // Every global held one number forever.
    let merged = merged(&text);
    assert_eq!(first_module(&merged).globals.len(), 0);
}

#[test]
fn what_is_lowered_with_a_memory_keeps_its_shim() {
    let text = r#"(import "length" (func $length (param "text" string) (result u32))) (import "seven" (func $seven (result u32)))
        (core module $shim (table (export "table") 1 funcref)
            (func (export "0") (param i32 i32) (result i32) (call_indirect (param i32 i32) (result i32) (local.get 0) (local.get 1) (i32.const 0))))
        (core instance $shim (instantiate $shim))
        (core func $seven (canon lower (func $seven)))
        (core instance $host (export "seven" (func $seven)) (export "length" (func $shim "0")))
        (core module $main (import "host" "length" (func $length (param i32 i32) (result i32))) (import "host" "seven" (func $seven (result i32)))
            (memory (export "memory") 1) (data (i32.const 16) "Gr\c3\bc\c3\9fe")
            (func (export "run") (param i32) (result i32) (i32.mul (call $seven) (call $length (i32.const 16) (local.get 0)))))
        (core instance $i (instantiate $main (with "host" (instance $host))))
        (core func $lowered (canon lower (func $length) (memory $i "memory")))
        (core module $fixups (import "" "table" (table 1 funcref)) (import "" "0" (func $f (param i32 i32) (result i32))) (elem (i32.const 0) func $f))
        (core instance (instantiate $fixups (with "" (instance (export "table" (table $shim "table")) (export "0" (func $lowered))))))
        (core module $last (import "main" "run" (func $run (param i32) (result i32)))
            (func (export "run") (param i32) (result i32) (i32.add (i32.const 1) (call $run (local.get 0)))))
        (core instance $last (instantiate $last (with "main" (instance $i))))
        (func (export "run") (param "x" u32) (result u32) (canon lift (core func $last "run")))"#;
    // The fixups came before the last module, and come behind all now.
    assert_eq!(assert_same(text, 2, &[0, 4, 7]), [1, 29, 50]);
}

#[test]
fn memories_tables_and_segments_stay_those_of_their_modules() {
    let module = |name: &str, text: &str, step: u32| {
        format!(
            r#"(core module ${name} (type $t (func (param i32) (result i32))) (memory 1) (table $t 2 funcref) (table $own 1 funcref)
                (global $n (mut i64) (i64.const {step}))
                (data $passive "{text}") (data (i32.const 32) "{text}") (elem $e func $inc) (elem declare func $get)
                (func $inc (type $t) (global.set $n (i64.add (global.get $n) (i64.const {step})))
                    (i32.add (local.get 0) (i32.wrap_i64 (global.get $n))))
                (func $get (type $t) (i32.load8_u (local.get 0)))
                (func (export "go") (param i32) (result i32)
                    (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 3))
                    (table.init $own $e (i32.const 0) (i32.const 0) (i32.const 1))
                    (table.set $t (i32.const 1) (ref.func $get))
                    (i32.add (i32.add (call_indirect $own (type $t) (local.get 0) (i32.const 0))
                        (call_indirect $t (type $t) (i32.const 1) (i32.const 1))) (i32.load (i32.const 32)))))
            (core instance ${name} (instantiate ${name}))"#
        )
    };
    let text = format!(
        r#"{} {}
        (core module $m (import "a" "go" (func $a (param i32) (result i32))) (import "b" "go" (func $b (param i32) (result i32)))
            (func (export "run") (param i32) (result i32) (i32.sub (i32.mul (call $a (local.get 0)) (i32.const 31)) (call $b (local.get 0)))))
        (core instance $i (instantiate $m (with "a" (instance $a)) (with "b" (instance $b)))) {LIFT}"#,
        module("a", "abcd", 3),
        module("b", "wxyz", 1000)
    );
    assert_same(&text, 1, &[1, 1, 50_000]);
}

/// The first core module of a component.
fn first_module(component: &[u8]) -> module::Module<'_> {
    let mut payloads = Parser::new(0).parse_all(component);
    let range = payloads.find_map(|payload| match payload {
        Ok(Payload::ModuleSection { unchecked_range, .. }) => Some(unchecked_range),
        _ => None,
    });
    module::Module::read(&component[range.unwrap()]).unwrap()
}

#[test]
fn what_nothing_reaches_is_left_out_and_names_stay() {
    let text = format!(
        r#"(core module $a (global $g (mut i32) (i32.const 5))
            (func $unused (export "unused") (result i32) (global.set $g (i32.const 1)) (call $deeper))
            (func $deeper (result i32) (global.get $g))
            (func $used (export "used") (param i32) (result i32) (i32.add (local.get 0) (global.get $g))))
        (core instance $a (instantiate $a))
        (core module $b (import "a" "unused" (func $unused (result i32))) (import "a" "used" (func $used (param i32) (result i32)))
            (func $run (export "run") (param i32) (result i32) (call $used (local.get 0))))
        (core instance $i (instantiate $b (with "a" (instance $a)))) {LIFT}"#
    );
    assert_eq!(assert_same(&text, 1, &[2]), [7]);
    let merged = merged(&text);
    let module = first_module(&merged);
    assert_eq!((module.functions.len(), module.globals.len()), (2, 0));
    assert_eq!(module.names, HashMap::from([(0, "used"), (1, "run")]));
}

#[test]
fn a_reference_to_a_function_that_was_exported_is_declared() {
    let text = format!(
        r#"(core module $a (table $t 1 funcref)
            (func $twice (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
            (func (export "go") (param i32) (result i32)
                (table.set $t (i32.const 0) (ref.func $twice))
                (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))
        (core instance $a (instantiate $a))
        (core module $m (import "a" "go" (func $go (param i32) (result i32)))
            (func (export "run") (param i32) (result i32) (call $go (local.get 0))))
        (core instance $i (instantiate $m (with "a" (instance $a)))) {LIFT}"#
    );
    assert_eq!(assert_same(&text, 1, &[21]), [42]);
}

#[test]
fn one_module_alone_has_nothing_to_merge() {
    let text = format!(
        r#"(core module $m (func (export "run") (param i32) (result i32) (local.get 0))) (core instance $i (instantiate $m)) {LIFT}"#
    );
    assert!(merge(&component(&text)).unwrap().is_none());
}

#[test]
fn a_module_instantiated_twice_has_its_state_twice() {
    let text = format!(
        r#"(core module $a (global $n (mut i32) (i32.const 0))
            (func (export "next") (param i32) (result i32) (global.set $n (i32.add (global.get $n) (local.get 0))) (global.get $n)))
        (core instance $a (instantiate $a)) (core instance $b (instantiate $a))
        (core module $m (import "a" "next" (func $a (param i32) (result i32))) (import "b" "next" (func $b (param i32) (result i32)))
            (func (export "run") (param i32) (result i32) (i32.sub (call $a (i32.mul (local.get 0) (i32.const 10))) (call $b (local.get 0)))))
        (core instance $i (instantiate $m (with "a" (instance $a)) (with "b" (instance $b)))) {LIFT}"#
    );
    assert_eq!(assert_same(&text, 1, &[1, 2]), [9, 27]);
}

const IDENTITY: &str = r#"(core module $m (func (export "run") (param i32) (result i32) (local.get 0))) (core instance $i (instantiate $m))"#;

#[test]
fn what_cannot_be_merged_says_why() {
    let also = |text: &str| format!("{IDENTITY} {text} {LIFT}");
    assert_apart(
        &also("(core module $s (func $f) (start $f)) (core instance (instantiate $s))"),
        "a module with a start function",
    );
    assert_apart(
        &also("(core module $s (tag)) (core instance (instantiate $s))"),
        "exceptions",
    );
    assert_apart(
        &also(r#"(core module $s) (core instance (instantiate $s)) (export "s" (core module $s))"#),
        "a core module that is passed on",
    );
    assert_apart(
        &format!("{IDENTITY} {LIFT} (core module $s) (core instance (instantiate $s))"),
        "a function of the component's that is needed before the last module",
    );
    assert_apart(
        &also(
            r#"(core module $s (global (export "g") i32 (i32.add (i32.const 1) (i32.const 2)))) (core instance $s (instantiate $s))
            (core module $u (import "s" "g" (global i32)) (memory 1) (data (global.get 0) "x")) (core instance (instantiate $u (with "s" (instance $s))))"#,
        ),
        "a first value that is calculated from another module's",
    );
    assert_apart(
        &format!(
            r#"(import "length" (func $length (param "text" string) (result u32)))
            (core module $a (memory (export "m") 1) (table (export "t") 1 funcref)) (core instance $a (instantiate $a))
            (core func $lowered (canon lower (func $length) (memory $a "m")))
            (core module $b (import "a" "t" (table 1 funcref)) (import "h" "f" (func $f (param i32 i32) (result i32))) (elem (i32.const 0) func $f))
            (core instance (instantiate $b (with "a" (instance $a)) (with "h" (instance (export "f" (func $lowered))))))
            (core module $c (import "a" "t" (table 1 funcref)) (func $g) (elem (i32.const 0) func $g))
            (core instance (instantiate $c (with "a" (instance $a)))) {IDENTITY} {LIFT}"#
        ),
        "two modules that write to the same table or memory and would change places",
    );
    let many = "$f ".repeat(20_000);
    assert_apart(
        &also(&format!(
            "(core module $s (table 20000 funcref) (func $f) (elem (i32.const 0) func {many})) (core instance (instantiate $s))"
        )),
        "more functions and globals than one module should have",
    );
}

#[test]
fn damaged_bytes_stay_as_they_are_or_become_something_valid() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let text = Program {
        random: ChaCha8Rng::seed_from_u64(2),
    }
    .text();
    let whole = component(&text);
    let mut merged_count = 0;
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        let at = random.next_u32() as usize % bytes.len();
        bytes[at] = random.next_u32() as u8;
        if random.next_u32() % 8 == 0 {
            bytes.truncate(at);
        }
        let merged = super::merged(bytes.as_slice().into());
        if *merged != *bytes {
            merged_count += 1;
            Validator::new_with_features(WasmFeatures::all())
                .validate_all(&merged)
                .unwrap();
        }
    }
    // Of many only a number is another one.
    assert!(merged_count > 100, "{merged_count}");
}

/// Modules that call each other directly and by a shared table, and write globals and a memory of their own and of others.
struct Program {
    random: ChaCha8Rng,
}

impl Program {
    const FUNCTIONS: u32 = 3;

    fn below(&mut self, bound: u32) -> u32 {
        self.random.next_u32() % bound
    }

    /// What a function of the module may call: earlier ones of its own, and all of earlier modules, which ends any recursion.
    fn value(&mut self, module: u32, function: u32, depth: u32) -> String {
        let callable = module * Program::FUNCTIONS + function;
        match self.below(if depth == 0 { 3 } else { 9 }) {
            0 => format!("(i32.const {})", self.random.next_u32().cast_signed()),
            1 => "(local.get 0)".into(),
            2 => format!("(global.get $g{})", self.below(module + 1)),
            3 => format!(
                "(i32.load $m{} (i32.and {} (i32.const 0xfffc)))",
                self.below(module + 1),
                self.value(module, function, depth - 1)
            ),
            4 if callable > 0 => {
                let called = self.below(callable);
                format!("(call $f{called} {})", self.value(module, function, depth - 1))
            }
            5 if callable > 0 => {
                let called = self.below(callable);
                format!(
                    "(call_indirect $t (type $t) {} (i32.const {called}))",
                    self.value(module, function, depth - 1)
                )
            }
            _ => {
                let operator = ["add", "sub", "mul", "xor", "rotl"][self.below(5) as usize];
                let (one, other) = (
                    self.value(module, function, depth - 1),
                    self.value(module, function, depth - 1),
                );
                format!("(i32.{operator} {one} {other})")
            }
        }
    }

    fn module(&mut self, number: u32, count: u32) -> String {
        let mut text = format!("(core module $module{number} (type $t (func (param i32) (result i32)))");
        for other in 0..number {
            text += &format!(
                r#"(import "{other}" "m" (memory $m{other} 1)) (import "{other}" "g" (global $g{other} (mut i32)))"#
            );
            for function in other * Program::FUNCTIONS..(other + 1) * Program::FUNCTIONS {
                text += &format!(r#"(import "{other}" "f{function}" (func $f{function} (type $t)))"#);
            }
        }
        let slots = count * Program::FUNCTIONS;
        text += &if number == 0 {
            format!(r#"(table $t (export "t") {slots} funcref)"#)
        } else {
            format!(r#"(import "0" "t" (table $t {slots} funcref))"#)
        };
        text += &format!(
            r#"(memory $m{number} (export "m") 1) (global $g{number} (export "g") (mut i32) (i32.const {number}))
            (data $m{number} (i32.const {}) "{number:032}")"#,
            self.below(60_000)
        );
        let first = number * Program::FUNCTIONS;
        let mut elements = String::new();
        for function in 0..Program::FUNCTIONS {
            let name = first + function;
            let (written, address) = (self.value(number, function, 2), self.value(number, function, 1));
            let (memory, global) = (self.below(number + 1), self.below(number + 1));
            let (stored, result) = (self.value(number, function, 2), self.value(number, function, 3));
            text += &format!(
                r#"(func $f{name} (export "f{name}") (type $t) (global.set $g{global} {written})
                    (i32.store $m{memory} (i32.and {address} (i32.const 0xfffc)) {stored}) {result})"#
            );
            elements += &format!("$f{name} ");
        }
        format!("{text} (elem (table $t) (i32.const {first}) func {elements}))")
    }

    fn text(&mut self) -> String {
        let count = 2 + self.below(4);
        let mut text = String::new();
        for number in 0..count {
            let arguments: Vec<_> = (0..number)
                .map(|other| format!(r#"(with "{other}" (instance $i{other}))"#))
                .collect();
            text += &self.module(number, count);
            text += &format!(
                "(core instance $i{number} (instantiate $module{number} {}))",
                arguments.join(" ")
            );
        }
        let last = count - 1;
        let function = count * Program::FUNCTIONS - 1;
        format!(
            r#"{text} (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i{last} "f{function}")))"#
        )
    }
}

#[test]
fn generated_programs_compute_the_same() {
    let engine = engine();
    for seed in 0..60 {
        let text = Program {
            random: ChaCha8Rng::seed_from_u64(seed),
        }
        .text();
        let merged = merged(&text);
        assert_eq!(module_count(&merged), 1, "seed {seed}");
        let inputs = [0, 1, 2, 3, 77, u32::MAX, 1];
        let expected = run(&engine, &component(&text), &inputs);
        assert_eq!(run(&engine, &merged, &inputs), expected, "seed {seed}");
    }
}
