;; What Rust can't reach of an instance's state: tables, mutable globals, dropped segments. Answers `clean`, or names the first thing that
;; isn't as new; then overwrites all of it.
(module $state
  (type $numbered (func (result i32)))

  (memory (export "memory") 1)
  ;; The answer: 200 and `body` as bytes, whose address and length are written at 20 and 24.
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\01\00\00\00")
  (data (i32.const 64) "clean")
  (data (i32.const 80) "dirty: filled table's size")
  (data (i32.const 112) "dirty: filled table's entry")
  (data (i32.const 144) "dirty: empty table's size")
  (data (i32.const 176) "dirty: empty table's entry")
  (data (i32.const 208) "dirty: number global")
  (data (i32.const 240) "dirty: vector global")
  (data (i32.const 272) "dirty: reference global")
  (data (i32.const 304) "dirty: memory size")
  (data (i32.const 336) "dirty: memory")
  (data (i32.const 368) "dirty: data segment")
  (data (i32.const 400) "dirty: element segment")
  (data $passive "\2a")

  (table $filled 8 100000 funcref)
  (table $empty 4 100000 funcref)
  (elem (table $filled) (i32.const 0) func $one $two $three)
  (elem $passive_elements func $three)

  (global $i32 (mut i32) (i32.const 1))
  (global $i64 (mut i64) (i64.const 2))
  (global $f64 (mut f64) (f64.const 3))
  (global $v128 (mut v128) (v128.const i64x2 4 5))
  (global $function (mut funcref) (ref.func $one))

  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (func $three (result i32) (i32.const 3))

  (func $handle (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $text i32) (local $length i32)
    (call $find)
    (local.set $length)
    (local.set $text)
    (i32.store (i32.const 20) (local.get $text))
    (i32.store (i32.const 24) (local.get $length))
    (call $spoil)
    (i32.const 0))

  ;; The address of what to answer, then its length on top.
  (func $find (result i32 i32)
    (local $i i32)

    (if (i32.ne (table.size $filled) (i32.const 8))
      (then (return (i32.const 80) (i32.const 26))))
    (if (i32.ne (call_indirect $filled (type $numbered) (i32.const 0)) (i32.const 1))
      (then (return (i32.const 112) (i32.const 27))))
    (if (i32.ne (call_indirect $filled (type $numbered) (i32.const 1)) (i32.const 2))
      (then (return (i32.const 112) (i32.const 27))))
    (if (i32.ne (call_indirect $filled (type $numbered) (i32.const 2)) (i32.const 3))
      (then (return (i32.const 112) (i32.const 27))))
    (local.set $i (i32.const 3))
    (loop $entries
      (if (i32.eqz (ref.is_null (table.get $filled (local.get $i))))
        (then (return (i32.const 112) (i32.const 27))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $entries (i32.lt_u (local.get $i) (i32.const 8))))

    (if (i32.ne (table.size $empty) (i32.const 4))
      (then (return (i32.const 144) (i32.const 25))))
    (local.set $i (i32.const 0))
    (loop $entries
      (if (i32.eqz (ref.is_null (table.get $empty (local.get $i))))
        (then (return (i32.const 176) (i32.const 26))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $entries (i32.lt_u (local.get $i) (i32.const 4))))

    (if (i32.or (i32.or
          (i32.ne (global.get $i32) (i32.const 1))
          (i64.ne (global.get $i64) (i64.const 2)))
          (f64.ne (global.get $f64) (f64.const 3)))
      (then (return (i32.const 208) (i32.const 20))))
    (if (i32.eqz (i8x16.all_true (i8x16.eq (global.get $v128) (v128.const i64x2 4 5))))
      (then (return (i32.const 240) (i32.const 20))))
    (if (ref.is_null (global.get $function))
      (then (return (i32.const 272) (i32.const 23))))

    (if (i32.ne (memory.size) (i32.const 1))
      (then (return (i32.const 304) (i32.const 18))))
    ;; Behind the texts, to the end of the page.
    (local.set $i (i32.const 512))
    (loop $bytes
      (if (i64.ne (i64.load (local.get $i)) (i64.const 0))
        (then (return (i32.const 336) (i32.const 13))))
      (local.set $i (i32.add (local.get $i) (i32.const 8)))
      (br_if $bytes (i32.lt_u (local.get $i) (i32.const 65536))))

    ;; A segment that another call had dropped would trap here; a fresh one gives its byte.
    (memory.init $passive (i32.const 512) (i32.const 0) (i32.const 1))
    (if (i32.ne (i32.load8_u (i32.const 512)) (i32.const 42))
      (then (return (i32.const 368) (i32.const 19))))
    (table.init $filled $passive_elements (i32.const 3) (i32.const 0) (i32.const 1))
    (if (i32.ne (call_indirect $filled (type $numbered) (i32.const 3)) (i32.const 3))
      (then (return (i32.const 400) (i32.const 22))))

    (i32.const 64) (i32.const 5))

  (func $spoil
    (drop (table.grow $filled (ref.func $three) (i32.const 500)))
    (table.fill $filled (i32.const 0) (ref.func $three) (table.size $filled))
    (drop (table.grow $empty (ref.func $three) (i32.const 500)))
    (table.fill $empty (i32.const 0) (ref.func $three) (table.size $empty))
    (global.set $i32 (i32.const -1))
    (global.set $i64 (i64.const -1))
    (global.set $f64 (f64.const -1))
    (global.set $v128 (v128.const i64x2 -1 -1))
    (global.set $function (ref.null func))
    (drop (memory.grow (i32.const 4)))
    (memory.fill (i32.const 512) (i32.const 0xa5) (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 512)))
    (data.drop $passive)
    (elem.drop $passive_elements)))
