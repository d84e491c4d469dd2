;; Copies the request's body into its own memory and answers with these bytes, with stack, results and heap where a Rust function has them: so it
;; touches the pages that a compiled function touches, where `echo` touches none but the first.
;;
;;   1,048,576  the stack ends here and grows down
;;   1,048,592  result: 0 = ok, status, headers, 1 = bytes, address, length
;;   1,049,600  heap
(module
  (import "mayfly:function/web-types@0.1.0" "[method]request.body" (func $body (param $request i32) (result i32)))
  (import "mayfly:function/web-types@0.1.0" "[resource-drop]request" (func $drop-request (param $request i32)))
  (import "mayfly:data/buffers@0.1.0" "[method]buffer.read"
    (func $read (param $buffer i32) (param $offset i64) (param $max-bytes i32) (param $into i32)))
  (import "mayfly:data/buffers@0.1.0" "[resource-drop]buffer" (func $drop-buffer (param $buffer i32)))

  (memory (export "memory") 17)
  (data (i32.const 1048592) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\01\00\00\00")
  (global $stack (mut i32) (i32.const 1048576))
  (global $heap (mut i32) (i32.const 1049600))

  (func (export "cabi_realloc") (param $old i32) (param $old-bytes i32) (param $alignment i32) (param $bytes i32) (result i32)
    (local $address i32)
    (local.set $address (global.get $heap))
    (global.set $heap (i32.add (local.get $address) (i32.and (i32.add (local.get $bytes) (i32.const 15)) (i32.const -16))))
    (local.get $address))

  (func (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $buffer i32)
    (local $frame i32)
    (global.set $stack (local.tee $frame (i32.sub (global.get $stack) (i32.const 64))))
    (local.set $buffer (call $body (local.get $request)))
    (call $read (local.get $buffer) (i64.const 0) (i32.const 65536) (local.get $frame))
    (call $drop-buffer (local.get $buffer))
    (call $drop-request (local.get $request))
    (i32.store (i32.const 1048612) (i32.load (local.get $frame)))
    (i32.store (i32.const 1048616) (i32.load offset=4 (local.get $frame)))
    (global.set $stack (i32.add (local.get $frame) (i32.const 64)))
    (i32.const 1048592)))
