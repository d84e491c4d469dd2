;; `echo` and one host call that the engine answers: it asks how long the body is.
;;
;; The response stands ready in memory as in engine/test-guests/wat/web/echo.wat.
(module
  (import "mayfly:function/web-types@0.1.0" "[method]request.body" (func $body (param $request i32) (result i32)))
  (import "mayfly:data/buffers@0.1.0" "[method]buffer.length" (func $length (param $buffer i32) (result i64)))

  (memory (export "memory") 17)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\02\00\00\00")

  (func (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $buffer i32)
    (local.set $buffer (call $body (local.get $request)))
    (drop (call $length (local.get $buffer)))
    (i32.store (i32.const 20) (local.get $buffer))
    (i32.const 0)))
