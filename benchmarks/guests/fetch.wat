;; Asks the upstream `upstream` for the request's path and hands the answer's status and body on, without a byte entering its memory but the heads.
;;
;;    0  response, as in engine/test-guests/wat/web/echo.wat
;;   32  names
;;   64  path: address, length
;;   72  answer: 0 = ok, status, headers, body's handle
;;   1,024  heap
(module
  (import "mayfly:function/web-types@0.1.0" "[method]request.path" (func $path (param $request i32) (param $into i32)))
  (import "mayfly:http/client@0.1.0" "send"
    (func $send
      (param $upstream i32) (param $upstream-bytes i32)
      (param $method i32) (param $method-bytes i32)
      (param $path i32) (param $path-bytes i32)
      (param $headers i32) (param $header-count i32)
      (param $body i32) (param $body-bytes i32) (param $body-length i32)
      (param $has-timeout i32) (param $timeout-ms i32)
      (param $into i32)))

  (memory (export "memory") 17)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\02\00\00\00")
  (data (i32.const 32) "upstream" "GET")
  (global $heap (mut i32) (i32.const 1024))

  (func (export "cabi_realloc") (param $old i32) (param $old-bytes i32) (param $alignment i32) (param $bytes i32) (result i32)
    (local $address i32)
    (local.set $address (global.get $heap))
    (global.set $heap (i32.add (local.get $address) (i32.and (i32.add (local.get $bytes) (i32.const 15)) (i32.const -16))))
    (local.get $address))

  (func (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (call $path (local.get $request) (i32.const 64))
    (call $send
      (i32.const 32) (i32.const 8)
      (i32.const 40) (i32.const 3)
      (i32.load (i32.const 64)) (i32.load (i32.const 68))
      (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0)
      (i32.const 72))
    (if (i32.load8_u (i32.const 72)) (then (unreachable)))
    (i32.store16 (i32.const 4) (i32.load16_u (i32.const 76)))
    (i32.store (i32.const 20) (i32.load (i32.const 88)))
    (i32.const 0)))
