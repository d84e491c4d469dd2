//! Components that export `run: func() -> u32`: twice called warm, then captured, then called twice more in instances of their own.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmparser::{Parser, Payload};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Store};

use super::kept::{Parked, Resting, write_state};
use super::rewrite::{instrument, rewrite};
use crate::compile::CompileError;
use crate::invocation::Call;

/// A counter that each call increments.
const COUNTER: &str = "(global $n (mut i32) (i32.const 0)) \
    (func $inc (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))";
const RUN: &str = r#"(func (export "run") (result i32) (call $inc))"#;
const LIFT: &str =
    r#"(core instance $i (instantiate $m)) (func (export "run") (result u32) (canon lift (core func $i "run")))"#;

fn of_module(module: &str) -> String {
    format!("(component (core module $m {COUNTER} {module}) {LIFT})")
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn engine() -> wasmtime::Engine {
    let mut config = Config::new();
    config.epoch_interruption(false).concurrency_support(false);
    wasmtime::Engine::new(&config).unwrap()
}

fn instance(engine: &wasmtime::Engine, component: &[u8], parked: &Parked) -> (Resting, Component) {
    let component = Component::new(engine, component).unwrap();
    let mut store = Store::new(engine, parked.call());
    let linker = Linker::<Call>::new(engine);
    let instance = finish(linker.instantiate_async(&mut store, &component)).unwrap();
    (
        Resting {
            store,
            instance,
            refused: Vec::new(),
            requests: 0,
            rehearsal: None,
        },
        component,
    )
}

fn run(resting: &mut Resting) -> u32 {
    let store = &mut resting.store;
    let run = resting
        .instance
        .get_typed_func::<(), (u32,)>(&mut *store, "run")
        .unwrap();
    finish(run.call_async(store, ())).unwrap().0
}

/// What four calls gave: two before the capture, two fresh ones after it.
fn warmed(text: &str) -> [u32; 4] {
    let engine = engine();
    let parked = Parked::new();
    let (warm, rewritten) = captured(text, &engine, &parked);
    let fresh = || run(&mut instance(&engine, &rewritten, &parked).0);
    [warm[0], warm[1], fresh(), fresh()]
}

/// The component that starts where two calls have left another one.
fn rewritten(text: &str) -> Vec<u8> {
    captured(text, &engine(), &Parked::new()).1
}

/// How many core modules a component has.
pub fn module_count(component: &[u8]) -> usize {
    let payloads = Parser::new(0).parse_all(component);
    payloads
        .filter(|payload| matches!(payload, Ok(Payload::ModuleSection { .. })))
        .count()
}

fn captured(text: &str, engine: &wasmtime::Engine, parked: &Parked) -> ([u32; 2], Vec<u8>) {
    let instrumented = instrument(text.as_bytes()).unwrap();
    let (mut resting, component) = instance(engine, &instrumented, parked);
    let warm = [run(&mut resting), run(&mut resting)];
    let file = std::env::temp_dir().join(format!(
        "mayfly-state-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    finish(write_state(&mut resting, &component, &file)).unwrap();
    let state = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    (warm, rewrite(text.as_bytes(), &state).unwrap())
}

fn refusal(text: &str) -> String {
    match instrument(text.as_bytes()) {
        Err(CompileError::Invalid(reason)) => reason,
        Err(other) => panic!("not the function's fault? {other:?}"),
        Ok(_) => panic!("accepted"),
    }
}

#[track_caller]
fn assert_refused(text: &str, cause: &str) {
    let reason = refusal(text);
    assert!(reason.contains(cause), "{reason}");
}

#[test]
fn memory_and_globals_are_kept() {
    let module = r#"(memory (export "memory") 1)
        (global $a (mut i64) (i64.const 0)) (global $b (mut f64) (f64.const 0)) (global $c (mut f32) (f32.const nan:0x200001))
        (func (export "run") (result i32)
            (global.set $a (i64.add (global.get $a) (i64.const 0x100000001)))
            (global.set $b (f64.add (global.get $b) (f64.const 0.5)))
            (i32.store (i32.const 100) (i32.add (i32.load (i32.const 100)) (i32.const 1)))
            (if (i32.ne (i32.load (i32.const 100)) (call $inc)) (then unreachable))
            (if (f64.ne (global.get $b) (f64.mul (f64.const 0.5) (f64.convert_i64_u (i64.shr_u (global.get $a) (i64.const 32))))) (then unreachable))
            (if (i32.ne (i32.reinterpret_f32 (global.get $c)) (i32.const 0x7fa00001)) (then unreachable))
            (i32.wrap_i64 (global.get $a)))"#;
    assert_eq!(warmed(&of_module(module)), [1, 2, 3, 3]);
}

#[test]
fn memory_that_grew_and_a_second_memory_are_kept() {
    let grown = r#"(memory 1) (func (export "run") (result i32)
        (drop (memory.grow (i32.const 1))) (i32.sub (memory.size) (i32.const 1)))"#;
    assert_eq!(warmed(&of_module(grown)), [1, 2, 3, 3]);
    let second = r#"(memory $a 1) (memory $b 1) (func (export "run") (result i32)
        (i32.store $b (i32.const 8) (i32.add (i32.load $b (i32.const 8)) (i32.const 1))) (i32.load $b (i32.const 8)))"#;
    assert_eq!(warmed(&of_module(second)), [1, 2, 3, 3]);
}

#[test]
fn a_start_function_has_run_and_runs_no_more() {
    let module = r#"(func $s (drop (call $inc)) (drop (call $inc))) (start $s)
        (func (export "run") (result i32) (i32.sub (call $inc) (i32.const 2)))"#;
    assert_eq!(warmed(&of_module(module)), [1, 2, 3, 3]);
}

#[test]
fn passive_data_and_elements_stay_usable() {
    let module = r#"(memory 1) (data $d "abc") (type $t (func (result i32))) (table 2 funcref) (elem (i32.const 1) func $inc)
        (func (export "run") (result i32) (memory.init $d (i32.const 8) (i32.const 0) (i32.const 3))
            (call_indirect (type $t) (i32.const 1)))"#;
    assert_eq!(warmed(&of_module(module)), [1, 2, 3, 3]);
}

#[test]
fn what_modules_share_is_kept_once() {
    let text = r#"(component
        (core module $a (memory (export "m") 1) (global (export "g") (mut i32) (i32.const 0)))
        (core instance $a (instantiate $a))
        (core module $m (import "a" "m" (memory 1)) (import "a" "g" (global $g (mut i32)))
            (func (export "run") (result i32)
                (global.set $g (i32.add (global.get $g) (i32.const 1)))
                (i32.store (i32.const 9) (i32.add (i32.load (i32.const 9)) (i32.const 1))) (i32.load (i32.const 9))))
        (core instance $i (instantiate $m (with "a" (instance $a))))
        (func (export "run") (result u32) (canon lift (core func $i "run"))))"#;
    assert_eq!(warmed(text), [1, 2, 3, 3]);
}

#[test]
fn modules_become_one_when_their_start_functions_have_run() {
    let text = r#"(component
        (core module $a (memory (export "m") 1) (table (export "t") 2 funcref) (global (export "slot") (mut i32) (i32.const 0))
            (func (export "next") (result i32) (i32.store (i32.const 9) (i32.add (i32.load (i32.const 9)) (i32.const 1))) (i32.load (i32.const 9))))
        (core instance $a (instantiate $a))
        (core module $link (import "a" "t" (table 2 funcref)) (import "a" "slot" (global $slot (mut i32))) (import "a" "next" (func $next (result i32)))
            (func $s (global.set $slot (i32.const 1))) (start $s) (elem (i32.const 1) func $next))
        (core instance $link (instantiate $link (with "a" (instance $a))))
        (core module $m (import "a" "t" (table 2 funcref)) (import "a" "slot" (global $slot (mut i32)))
            (func (export "run") (result i32) (call_indirect (result i32) (global.get $slot))))
        (core instance $i (instantiate $m (with "a" (instance $a))))
        (func (export "run") (result u32) (canon lift (core func $i "run"))))"#;
    assert_eq!(warmed(text), [1, 2, 3, 3]);
    assert_eq!(module_count(&rewritten(text)), 1);
}

#[test]
fn what_runs_after_a_return_is_kept() {
    let text = r#"(component (core module $m (global $p (mut i32) (i32.const 0))
            (func (export "after") (param i32) (global.set $p (i32.add (global.get $p) (i32.const 1))))
            (func (export "run") (result i32) (i32.add (global.get $p) (i32.const 1))))
        (core instance $i (instantiate $m))
        (func (export "run") (result u32) (canon lift (core func $i "run") (post-return (core func $i "after")))))"#;
    assert_eq!(warmed(text), [1, 2, 3, 3]);
}

/// Slots of a task belong to asynchronous components, which the engine does not run.
#[test]
fn a_component_that_keeps_something_in_its_task_is_refused_before_that() {
    let slot = "(component (core func $get (canon context.get i32 0)))";
    let refused = Component::new(&engine(), wat::parse_str(slot).unwrap())
        .err()
        .map(|error| format!("{error:#}"));
    assert!(refused.is_some_and(|text| text.contains("`context.get`")));
}

/// The host knows no handle of a guest's own resources: calling a restored instance does.
#[test]
#[should_panic(expected = "unknown handle index")]
fn a_handle_of_the_guests_own_shows_in_the_first_restored_call() {
    warmed(
        r#"(component (type $r (resource (rep i32))) (core func $new (canon resource.new $r)) (core func $rep (canon resource.rep $r))
        (core module $m (import "h" "new" (func $new (param i32) (result i32))) (import "h" "rep" (func $rep (param i32) (result i32)))
            (global $h (mut i32) (i32.const 0)) (global $n (mut i32) (i32.const 0))
            (func (export "run") (result i32)
                (if (i32.eqz (global.get $h)) (then (global.set $h (call $new (i32.const 41)))))
                (if (i32.ne (call $rep (global.get $h)) (i32.const 41)) (then unreachable))
                (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
        (core instance $i (instantiate $m (with "h" (instance (export "new" (func $new)) (export "rep" (func $rep))))))
        (func (export "run") (result u32) (canon lift (core func $i "run"))))"#,
    );
}

#[test]
fn instructions_that_are_never_reached_are_refused_as_well() {
    let module = format!("(table 2 funcref) (func $dead (table.set (i32.const 0) (ref.null func))) {RUN}");
    assert_refused(
        &of_module(&module),
        "function dead in core module 0: the instruction table.set",
    );
}

#[test]
fn a_state_that_is_cut_off_or_lacks_something_is_refused() {
    let text = of_module(RUN);
    assert!(matches!(rewrite(text.as_bytes(), &[1]), Err(CompileError::Internal(_))));
    assert!(matches!(rewrite(text.as_bytes(), &[]), Err(CompileError::Internal(_))));
}

#[test]
fn a_refusal_names_the_function() {
    let module = format!(r#"(table 2 funcref) (func $dead (table.set (i32.const 0) (ref.null func))) {RUN}"#);
    assert_eq!(
        refusal(&of_module(&module)),
        "function dead in core module 0: the instruction table.set changes a table"
    );
}

#[test]
fn instructions_that_change_tables_are_refused() {
    for (instruction, operands) in [
        ("table.set", "(table.set (i32.const 0) (ref.null func))"),
        ("table.grow", "(drop (table.grow (ref.null func) (i32.const 1)))"),
        ("table.fill", "(table.fill (i32.const 0) (ref.null func) (i32.const 1))"),
        ("table.copy", "(table.copy (i32.const 0) (i32.const 1) (i32.const 1))"),
        (
            "table.init",
            "(table.init $e (i32.const 0) (i32.const 0) (i32.const 1))",
        ),
        ("elem.drop", "(elem.drop $e)"),
    ] {
        let module = format!("(table 2 funcref) (elem $e func $inc) (func {operands}) {RUN}");
        assert_refused(&of_module(&module), instruction);
    }
}

#[test]
fn dropping_data_is_refused() {
    let module = format!(r#"(memory 1) (data $d "abc") (func (data.drop $d)) {RUN}"#);
    assert_refused(&of_module(&module), "data.drop");
}

#[test]
fn mutable_globals_that_are_no_numbers_are_refused() {
    let references = format!("(global $g (mut externref) (ref.null extern)) {RUN}");
    assert_refused(&of_module(&references), "a mutable global that holds a reference");
    let vectors = format!("(global $g (mut v128) (v128.const i32x4 0 0 0 0)) {RUN}");
    assert_refused(&of_module(&vectors), "a mutable global that holds a vector");
}

#[test]
fn memories_that_cannot_be_read_are_refused() {
    assert_refused(&of_module(&format!("(memory 1 1) {RUN}")), "declared maximum");
    assert_refused(
        &of_module(&format!("(memory 1 2 shared) {RUN}")),
        "shared between threads",
    );
    assert_refused(&of_module(&format!("(memory i64 1) {RUN}")), "64-bit memory");
    let hidden = format!(
        "(component (core module $x (memory 1) (func $s) (start $s)) (core instance (instantiate $x)) (core module $m {COUNTER} {RUN}) {LIFT})"
    );
    assert_refused(&hidden, "core module 0 has a memory and exports nothing");
    // Merged with another one that has exports it can be read.
    assert_eq!(warmed(&hidden.replace("(func $s) (start $s)", "")), [1, 2, 3, 3]);
}

#[test]
fn garbage_collected_objects_that_change_are_refused() {
    let module = format!(
        "(type $s (struct (field (mut i32)))) (func (struct.set $s 0 (struct.new $s (i32.const 1)) (i32.const 2))) {RUN}"
    );
    assert_refused(&of_module(&module), "struct.set");
    for (instruction, operands) in [
        ("array.set", "(local.get 0) (i32.const 0) (i32.const 1)"),
        ("array.fill", "(local.get 0) (i32.const 0) (i32.const 1) (i32.const 1)"),
        (
            "array.init_data $d",
            "(local.get 0) (i32.const 0) (i32.const 0) (i32.const 1)",
        ),
    ] {
        let (name, segment) = instruction.split_once(' ').unwrap_or((instruction, ""));
        let module = format!(
            r#"(memory 1) (data $d "abcd") (type $a (array (mut i32))) (func (param (ref $a)) ({name} $a {segment} {operands})) {RUN}"#
        );
        assert_refused(&of_module(&module), &format!("the instruction {name} changes"));
    }
    let copied = format!(
        "(type $a (array (mut i32))) (func (param $p (ref $a)) \
            (array.copy $a $a (local.get 0) (i32.const 0) (local.get 0) (i32.const 1) (i32.const 1))) {RUN}"
    );
    assert_refused(&of_module(&copied), "the instruction array.copy changes");
    let functions = format!(
        "(type $a (array (mut funcref))) (elem $e func $inc) (func (param (ref $a)) \
            (array.init_elem $a $e (local.get 0) (i32.const 0) (i32.const 0) (i32.const 1))) {RUN}"
    );
    assert_refused(&of_module(&functions), "the instruction array.init_elem changes");
}

/// Objects of the garbage collector that nobody changes are made anew.
#[test]
fn garbage_collected_objects_that_do_not_change_are_no_reason() {
    let module = format!(
        "(type $s (struct (field i32))) (func $dead (drop (struct.get $s 0 (struct.new $s (i32.const 1))))) {RUN}"
    );
    assert!(instrument(of_module(&module).as_bytes()).is_ok());
}

/// Atomic instructions belong to threads, which the engine does not run, even on a memory that is not shared.
#[test]
fn a_component_with_atomic_instructions_is_refused_before_that() {
    let module = format!("(memory 1) (func (result i32) (i32.atomic.rmw.add (i32.const 8) (i32.const 1))) {RUN}");
    let refused = Component::new(&engine(), wat::parse_str(of_module(&module)).unwrap())
        .err()
        .map(|error| format!("{error:#}"));
    assert!(
        refused
            .as_ref()
            .is_some_and(|text| text.contains("threads support is not enabled")),
        "{refused:?}"
    );
}

/// Sets of waitables belong to asynchronous components, which the engine does not run.
#[test]
fn a_component_that_waits_for_sets_is_refused_before_that() {
    let set = "(component (core func $new (canon waitable-set.new)))";
    let refused = Component::new(&engine(), wat::parse_str(set).unwrap())
        .err()
        .map(|error| format!("{error:#}"));
    assert!(
        refused.as_ref().is_some_and(|text| text.contains("waitable-set.new")),
        "{refused:?}"
    );
}

#[test]
fn a_start_function_of_the_component_is_refused() {
    let text =
        format!(r#"(component (import "begin" (func $begin)) (start $begin) (core module $m {COUNTER} {RUN}) {LIFT})"#);
    assert_refused(&text, "the component has a start function of its own");
}

#[test]
fn exceptions_are_refused() {
    let text = format!(
        r#"(component (core module $a (tag (export "t"))) (core instance $a (instantiate $a))
        (core module $m (import "a" "t" (tag)) {COUNTER} {RUN})
        (core instance $i (instantiate $m (with "a" (instance $a))))
        (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    let reason = refusal(&text);
    assert!(
        reason.contains("core module 0 uses exceptions") && reason.contains("core module 1"),
        "{reason}"
    );
}

#[test]
fn modules_within_or_from_elsewhere_or_twice_are_refused() {
    let twice = |module: &str| {
        format!("(component (core module $m {COUNTER} {RUN} {module}) (core instance (instantiate $m)) {LIFT})")
    };
    assert_refused(
        &twice("(func $s) (start $s)"),
        "core module 0 is instantiated more than once",
    );
    // Merged there is one that has everything twice.
    assert_eq!(warmed(&twice("")), [1, 2, 3, 3]);
    let within = format!("(component (component (core module $m {COUNTER} {RUN})))");
    assert_refused(&within, "a component inside this component has a core module");
    let imported = format!(r#"(component (import "mod" (core module $x)) (core module $m {COUNTER} {RUN}) {LIFT})"#);
    assert_refused(&imported, "the core module mod is imported");
}

#[test]
fn what_the_library_refuses_by_itself_is_said_too() {
    let module = format!(r#"(func (export "__wizer_x")) {RUN}"#);
    assert_refused(&of_module(&module), "__wizer_");
}
