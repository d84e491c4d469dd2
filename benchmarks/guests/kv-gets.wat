;; `echo` and as many gets of a key-value store as the request's body has bytes after the first: each of the key `k` of the store `store`.
;;
;; The response stands ready in memory as in engine/test-guests/wat/web/echo.wat.
(module
  (import "mayfly:function/web-types@0.1.0" "[method]request.body" (func $body (param $request i32) (result i32)))
  (import "mayfly:data/buffers@0.1.0" "[method]buffer.length" (func $length (param $buffer i32) (result i64)))
  (import "mayfly:kv/kv@0.1.0" "get"
    (func $get (param $store i32) (param $store-bytes i32) (param $key i32) (param $key-bytes i32) (param $into i32)))

  (memory (export "memory") 17)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\02\00\00\00")
  (data (i32.const 32) "store" "k")

  ;; Each value goes where the last one was: nobody reads it.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))

  (func (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $buffer i32)
    (local $left i64)
    (local.set $buffer (call $body (local.get $request)))
    (local.set $left (i64.sub (call $length (local.get $buffer)) (i64.const 1)))
    (block $done
      (loop $again
        (br_if $done (i64.eqz (local.get $left)))
        ;; Into 64: result: 0 = ok, option: 1 = some, address, length
        (call $get (i32.const 32) (i32.const 5) (i32.const 37) (i32.const 1) (i32.const 64))
        ;; An error or no value would be faster, and measured in vain.
        (if (i32.load8_u (i32.const 64)) (then (unreachable)))
        (if (i32.ne (i32.load (i32.const 76)) (i32.const 64)) (then (unreachable)))
        (local.set $left (i64.sub (local.get $left) (i64.const 1)))
        (br $again)))
    (i32.store (i32.const 20) (local.get $buffer))
    (i32.const 0)))
