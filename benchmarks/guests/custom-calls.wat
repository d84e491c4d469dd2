;; `echo` and as many calls of an interface that the benchmark offers as the request's body has bytes after the first: each passes a record and gets one.
;;
;; The response stands ready in memory as in engine/test-guests/wat/web/echo.wat.
(module
  (import "mayfly:function/web-types@0.1.0" "[method]request.body" (func $body (param $request i32) (result i32)))
  (import "mayfly:data/buffers@0.1.0" "[method]buffer.length" (func $length (param $buffer i32) (result i64)))
  (import "bench:custom/numbers@0.1.0" "next" (func $next (param i32 i32 i32 i32 i64 i64 i64 i64) (param $into i32)))

  (memory (export "memory") 17)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\02\00\00\00")

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))

  (func (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $buffer i32)
    (local $left i64)
    (local.set $buffer (call $body (local.get $request)))
    (local.set $left (i64.sub (call $length (local.get $buffer)) (i64.const 1)))
    (block $done
      (loop $again
        (br_if $done (i64.eqz (local.get $left)))
        (call $next
          (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)
          (i64.const 5) (i64.const 6) (i64.const 7) (local.get $left)
          (i32.const 64))
        ;; Into 64: the record; each number is the next one.
        (if (i64.ne (i64.load (i32.const 104)) (i64.add (local.get $left) (i64.const 1))) (then (unreachable)))
        (local.set $left (i64.sub (local.get $left) (i64.const 1)))
        (br $again)))
    (i32.store (i32.const 20) (local.get $buffer))
    (i32.const 0)))
