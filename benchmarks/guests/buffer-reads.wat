;; `echo` and reads of the body's first 4 KiB: as many as it has bytes more than that.
;;
;; The response stands ready in memory as in engine/test-guests/wat/web/echo.wat.
(module
  (import "mayfly:function/web-types@0.1.0" "[method]request.body" (func $body (param $request i32) (result i32)))
  (import "mayfly:data/buffers@0.1.0" "[method]buffer.length" (func $length (param $buffer i32) (result i64)))
  (import "mayfly:data/buffers@0.1.0" "[method]buffer.read"
    (func $read (param $buffer i32) (param $offset i64) (param $max-bytes i32) (param $into i32)))

  (memory (export "memory") 17)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\02\00\00\00")

  ;; Each piece goes where the last one was: nobody reads it.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))

  (func (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $buffer i32)
    (local $left i64)
    (local.set $buffer (call $body (local.get $request)))
    (local.set $left (i64.sub (call $length (local.get $buffer)) (i64.const 4096)))
    (block $done
      (loop $again
        (br_if $done (i64.eqz (local.get $left)))
        (call $read (local.get $buffer) (i64.const 0) (i32.const 4096) (i32.const 64))
        ;; Fewer bytes would be faster, and measured in vain.
        (if (i32.ne (i32.load (i32.const 68)) (i32.const 4096)) (then (unreachable)))
        (local.set $left (i64.sub (local.get $left) (i64.const 1)))
        (br $again)))
    (i32.store (i32.const 20) (local.get $buffer))
    (i32.const 0)))
