;; Asks the standard's clocks and random numbers for everything they have, at another 0.2.x than the SDK does. Answers 200, or 500 + the number of
;; the first check that failed.
(module $wasi
  (import "wasi:clocks/monotonic-clock@0.2.9" "now" (func $monotonic_now (result i64)))
  (import "wasi:clocks/monotonic-clock@0.2.9" "resolution" (func $monotonic_resolution (result i64)))
  (import "wasi:clocks/wall-clock@0.2.9" "now" (func $wall_now (param $into i32)))
  (import "wasi:clocks/wall-clock@0.2.9" "resolution" (func $wall_resolution (param $into i32)))
  (import "wasi:random/random@0.2.9" "get-random-bytes" (func $bytes (param $length i64) (param $into i32)))
  (import "wasi:random/random@0.2.9" "get-random-u64" (func $number (result i64)))
  (import "wasi:random/insecure@0.2.9" "get-insecure-random-bytes"
    (func $insecure_bytes (param $length i64) (param $into i32)))
  (import "wasi:random/insecure@0.2.9" "get-insecure-random-u64" (func $insecure_number (result i64)))
  (import "wasi:random/insecure-seed@0.2.9" "insecure-seed" (func $seed (param $into i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00")

  ;; Every list gets 4 KiB of its own.
  (global $free (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $free)
    (global.set $free (i32.add (global.get $free) (i32.const 4096))))

  (func $handle (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $failed i32)
    (if (local.tee $failed (call $first_failure))
      (then (i32.store (i32.const 4) (i32.add (i32.const 500) (local.get $failed)))))
    (i32.const 0))

  (func $first_failure (result i32)
    (local $then i64)

    (local.set $then (call $monotonic_now))
    (if (i64.lt_u (call $monotonic_now) (local.get $then)) (then (return (i32.const 1))))
    (if (i64.eqz (call $monotonic_resolution)) (then (return (i32.const 2))))

    ;; After 2024 began, and before 2100.
    (call $wall_now (i32.const 64))
    (if (i64.lt_u (i64.load (i32.const 64)) (i64.const 1704067200)) (then (return (i32.const 3))))
    (if (i64.gt_u (i64.load (i32.const 64)) (i64.const 4102444800)) (then (return (i32.const 4))))
    (if (i32.ge_u (i32.load (i32.const 72)) (i32.const 1000000000)) (then (return (i32.const 5))))
    (call $wall_resolution (i32.const 64))
    (if (i64.ne (i64.load (i32.const 64)) (i64.const 0)) (then (return (i32.const 6))))
    (if (i32.eqz (i32.load (i32.const 72))) (then (return (i32.const 7))))

    (call $bytes (i64.const 32) (i32.const 64))
    (call $bytes (i64.const 32) (i32.const 72))
    (if (call $equal_lists) (then (return (i32.const 8))))
    (call $insecure_bytes (i64.const 32) (i32.const 64))
    (call $insecure_bytes (i64.const 32) (i32.const 72))
    (if (call $equal_lists) (then (return (i32.const 9))))
    (call $bytes (i64.const 0) (i32.const 64))
    (if (i32.load (i32.const 68)) (then (return (i32.const 10))))

    (if (i64.eq (call $number) (call $number)) (then (return (i32.const 11))))
    (if (i64.eq (call $insecure_number) (call $insecure_number)) (then (return (i32.const 12))))

    (call $seed (i32.const 64))
    (if (i64.eqz (i64.or (i64.load (i32.const 64)) (i64.load (i32.const 72)))) (then (return (i32.const 13))))
    (i32.const 0))

  ;; Whether the lists at 64 and 72 aren't both 32 bytes long, or begin alike.
  (func $equal_lists (result i32)
    (i32.or
      (i32.or
        (i32.ne (i32.load (i32.const 68)) (i32.const 32))
        (i32.ne (i32.load (i32.const 76)) (i32.const 32)))
      (i64.eq (i64.load (i32.load (i32.const 64))) (i64.load (i32.load (i32.const 72)))))))
