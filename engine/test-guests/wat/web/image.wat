;; Fills its memory in its first request. In each further one it answers with a number that follows from every byte of its memory, from its size and
;; from a global, then overwrites all of them: calls that start from one image give the same number.
(module $image
  (memory (export "memory") 17)
  (global $filled (mut i32) (i32.const 0))
  (global $calls (mut i64) (i64.const 0))

  (func $handle (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $hash i64)
    (if (global.get $filled)
      (then
        (local.set $hash (call $hash))
        (call $spoil))
      (else
        (call $fill)
        (global.set $filled (i32.const 1))))
    (call $answer (local.get $hash))
    (i32.const 0))

  (func $end (result i32) (i32.mul (memory.size) (i32.const 65536)))

  ;; Numbers of a linear generator (Knuth's), so that no two pages are alike.
  (func $fill
    (local $at i32) (local $value i64)
    (loop $words
      (local.set $value (i64.add
        (i64.mul (local.get $value) (i64.const 6364136223846793005))
        (i64.const 1442695040888963407)))
      (i64.store (local.get $at) (local.get $value))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $words (i32.lt_u (local.get $at) (call $end)))))

  ;; FNV's steps by words: each is reversible, so one that differs shows in the end.
  (func $hash (result i64)
    (local $at i32) (local $hash i64)
    (local.set $hash (i64.xor (global.get $calls) (i64.extend_i32_u (memory.size))))
    (loop $words
      (local.set $hash (i64.mul
        (i64.xor (local.get $hash) (i64.load (local.get $at)))
        (i64.const 0x100000001b3)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $words (i32.lt_u (local.get $at) (call $end))))
    (local.get $hash))

  (func $spoil
    (global.set $calls (i64.const -1))
    (drop (memory.grow (i32.const 1)))
    (memory.fill (i32.const 0) (i32.const 0xa5) (call $end)))

  ;; Writes the answer to address 0: ok, 200, no headers, the number in hexadecimal as bytes.
  (func $answer (param $hash i64)
    (local $at i32) (local $digit i32)
    (i32.store (i32.const 0) (i32.const 0))
    (i32.store (i32.const 4) (i32.const 200))
    (i64.store (i32.const 8) (i64.const 0))
    (i32.store (i32.const 16) (i32.const 1))
    (i32.store (i32.const 20) (i32.const 64))
    (i32.store (i32.const 24) (i32.const 16))
    (local.set $at (i32.const 80))
    (loop $digits
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (local.set $digit (i32.and (i32.wrap_i64 (local.get $hash)) (i32.const 15)))
      (i32.store8 (local.get $at) (i32.add
        (local.get $digit)
        (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $digit) (i32.const 10)))))
      (local.set $hash (i64.shr_u (local.get $hash) (i64.const 4)))
      (br_if $digits (i32.gt_u (local.get $at) (i32.const 64))))))
