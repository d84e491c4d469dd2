;; The start-up canary: looks whether its instance is as new, says what is not, then spoils all it can reach and ends in one of three ways.
;;
;; The request's body is never read; its length says what to do:
;;   length % 3        0 = write everywhere, 1 = one byte in every second page of 4 KiB, 2 = one byte in the last page
;;   length / 3 % 3    0 = return, 1 = trap, 2 = ask the host for something, so that it can cancel
;;
;; An instance as new answers 200 without a body. Any other answers 500 at once, with 16 bytes of body, little-endian:
;;   offset  bytes
;;        0      4  what:  1 memory's size, 2 memory, 3 a data segment, 4 a global, 5 a table
;;        4      4  where: an address, an index, or 0
;;        8      8  what was found there
(component
  (import "mayfly:data/buffers@0.1.0" (instance $buffers
    (export "buffer" (type $buffer (sub resource)))
    (export "[method]buffer.length" (func (param "self" (borrow $buffer)) (result u64)))))
  (alias export $buffers "buffer" (type $buffer))

  (import "mayfly:config/config@0.1.0" (instance $config
    (export "get" (func (param "name" string) (result (option string))))))

  (import "mayfly:function/web-types@0.1.0" (instance $web
    (alias outer 1 $buffer (type $buffer'))
    (export "buffer" (type $buffer (eq $buffer')))
    (export "request" (type $request (sub resource)))
    (type $header' (tuple string string))
    (export "header" (type $header (eq $header')))
    (type $body' (variant (case "empty") (case "bytes" (list u8)) (case "buffer" (own $buffer))))
    (export "body" (type $body (eq $body')))
    (type $response' (record (field "status" u16) (field "headers" (list $header)) (field "body" $body)))
    (export "response" (type $response (eq $response')))
    (type $error' (variant
      (case "invalid" string)
      (case "permission-denied" string)
      (case "not-found" string)
      (case "limit-exceeded" string)
      (case "unavailable" string)
      (case "internal" string)))
    (export "error" (type $error (eq $error')))
    (export "[method]request.body" (func (param "self" (borrow $request)) (result (own $buffer))))))
  (alias export $web "request" (type $request))
  (alias export $web "response" (type $response))
  (alias export $web "error" (type $error))

  ;; The memory stands in a module of its own, because the configuration's answer would be written there, and that import must exist before the
  ;; module that calls it. (The host cancels instead of answering.)
  ;; 18 pages of 64 KiB: on both sides of the mebibyte up to which the engine's pool resets memory by copying, and no more, because looking and
  ;; spoiling take time at every start. The data lies where Rust puts it, behind a stack's mebibyte: the image that memory starts from is that long.
  (core module $room
    (memory (export "memory") 18)
    (data (i32.const 0x100000) "as new: ")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $memory-instance (instantiate $room))
  (alias core export $memory-instance "memory" (core memory $memory))
  (alias core export $memory-instance "realloc" (core func $realloc))

  (core func $body (canon lower (func $web "[method]request.body")))
  (core func $length (canon lower (func $buffers "[method]buffer.length")))
  (core func $ask (canon lower (func $config "get") (memory $memory) (realloc $realloc)))
  (core func $drop-buffer (canon resource.drop $buffer))
  (core func $drop-request (canon resource.drop $request))

  (core module $canary
    (import "host" "body" (func $body (param i32) (result i32)))
    (import "host" "length" (func $length (param i32) (result i64)))
    (import "host" "ask" (func $ask (param i32 i32 i32)))
    (import "host" "drop-buffer" (func $drop-buffer (param i32)))
    (import "host" "drop-request" (func $drop-request (param i32)))

    (import "host" "memory" (memory 18))
    (global $initial-pages i32 (i32.const 18))
    (global $more-pages i32 (i32.const 6))
    (global $data i32 (i32.const 0x100000))
    (global $data-bytes i64 (i64.const 0x203a77656e207361))

    ;; The answer is written here, and nothing else before the check is done.
    (global $answer i32 (i32.const 0))
    (global $finding i32 (i32.const 32))

    (global $number (mut i64) (i64.const 4711))
    (table $table 8 1000 funcref)
    (elem (table $table) (i32.const 0) func $nothing)
    (elem declare func $spoil)

    (func $nothing)

    (func (export "handle") (param $request i32) (result i32)
      (local $how i64)
      (local $buffer i32)
      (local.set $buffer (call $body (local.get $request)))
      (local.set $how (call $length (local.get $buffer)))
      (call $drop-buffer (local.get $buffer))
      (call $drop-request (local.get $request))

      (if (call $as-new)
        (then
          (call $spoil (i64.rem_u (local.get $how) (i64.const 3)))
          (local.set $how (i64.rem_u (i64.div_u (local.get $how) (i64.const 3)) (i64.const 3)))
          (if (i64.eq (local.get $how) (i64.const 1))
            (then unreachable))
          (if (i64.eq (local.get $how) (i64.const 2))
            (then (call $ask (i32.const 0) (i32.const 0) (i32.const 0))))
          (memory.fill (global.get $answer) (i32.const 0) (i32.const 28))
          (i32.store16 offset=4 (global.get $answer) (i32.const 200)))
        (else
          (i32.store16 offset=4 (global.get $answer) (i32.const 500))
          (i32.store8 offset=16 (global.get $answer) (i32.const 1))
          (i32.store offset=20 (global.get $answer) (global.get $finding))
          (i32.store offset=24 (global.get $answer) (i32.const 16))))
      (global.get $answer))

    (func $as-new (result i32)
      (local $i i32)
      (if (i32.ne (memory.size) (global.get $initial-pages))
        (then (return (call $found (i32.const 1) (i32.const 0) (i64.extend_i32_u (memory.size))))))
      (if (i64.ne (global.get $number) (i64.const 4711))
        (then (return (call $found (i32.const 4) (i32.const 0) (global.get $number)))))
      (if (i32.ne (table.size $table) (i32.const 8))
        (then (return (call $found (i32.const 5) (i32.const 0) (i64.extend_i32_u (table.size $table))))))
      (if (ref.is_null (table.get $table (i32.const 0)))
        (then (return (call $found (i32.const 5) (i32.const 0) (i64.const 0)))))
      (local.set $i (i32.const 1))
      (loop $entries
        (if (i32.eqz (ref.is_null (table.get $table (local.get $i))))
          (then (return (call $found (i32.const 5) (local.get $i) (i64.const 1)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $entries (i32.lt_u (local.get $i) (table.size $table))))
      (if (i64.ne (i64.load (global.get $data)) (global.get $data-bytes))
        (then (return (call $found (i32.const 3) (global.get $data) (i64.load (global.get $data))))))
      (if (i32.eqz (call $zero (i32.const 0) (global.get $data)))
        (then (return (i32.const 0))))
      (if (i32.eqz (call $zero (i32.add (global.get $data) (i32.const 8)) (call $memory-bytes)))
        (then (return (i32.const 0))))
      ;; Memory that an earlier instance had grown into is as new as the rest.
      (if (i32.ne (memory.grow (global.get $more-pages)) (global.get $initial-pages))
        (then (return (call $found (i32.const 1) (i32.const 0) (i64.const -1)))))
      (call $zero
        (i32.mul (global.get $initial-pages) (i32.const 65536))
        (call $memory-bytes)))

    ;; Whether all bytes between two addresses, multiples of 8, are zero.
    (func $zero (param $at i32) (param $end i32) (result i32)
      (loop $words
        (if (i64.ne (i64.load (local.get $at)) (i64.const 0))
          (then (return (call $found (i32.const 2) (local.get $at) (i64.load (local.get $at))))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $words (i32.lt_u (local.get $at) (local.get $end))))
      (i32.const 1))

    (func $memory-bytes (result i32)
      (i32.mul (memory.size) (i32.const 65536)))

    ;; Notes a finding; returns 0.
    (func $found (param $what i32) (param $where i32) (param $value i64) (result i32)
      (i32.store (global.get $finding) (local.get $what))
      (i32.store offset=4 (global.get $finding) (local.get $where))
      (i64.store offset=8 (global.get $finding) (local.get $value))
      (i32.const 0))

    (func $spoil (param $how i64)
      (local $at i32)
      (global.set $number (i64.const -1))
      (drop (table.grow $table (ref.func $spoil) (i32.const 100)))
      (table.fill $table (i32.const 0) (ref.func $spoil) (table.size $table))
      (table.set $table (i32.const 0) (ref.null func))
      (if (i64.eqz (local.get $how))
        (then (memory.fill (i32.const 0) (i32.const 0xa5) (call $memory-bytes))))
      (if (i64.eq (local.get $how) (i64.const 1))
        (then
          (loop $pages
            (i32.store8 offset=4095 (local.get $at) (i32.const 0xa5))
            (local.set $at (i32.add (local.get $at) (i32.const 8192)))
            (br_if $pages (i32.lt_u (local.get $at) (call $memory-bytes))))))
      (if (i64.eq (local.get $how) (i64.const 2))
        (then (i32.store8 (i32.sub (call $memory-bytes) (i32.const 1)) (i32.const 0xa5))))))

  (core instance $instance (instantiate $canary (with "host" (instance
    (export "memory" (memory $memory))
    (export "body" (func $body))
    (export "length" (func $length))
    (export "ask" (func $ask))
    (export "drop-buffer" (func $drop-buffer))
    (export "drop-request" (func $drop-request))))))

  (func $handle (param "request" (own $request)) (result (result $response (error $error)))
    (canon lift (core func $instance "handle") (memory $memory)))
  (instance $handler (export "handle" (func $handle)))
  (export "mayfly:function/web-handler@0.1.0" (instance $handler)))
