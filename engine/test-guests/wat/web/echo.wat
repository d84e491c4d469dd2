;; Gives the request's body back: the least a web function can do, so the floor of every benchmark.
;;
;; Its answer stands ready in memory; only the body's handle is missing. The request is not dropped: it goes with the instance.
;;
;;   0   result   0 = ok
;;   4   status   u16
;;   8   headers  address, count
;;   16  body     2 = buffer
;;   20  handle
(module $echo
  (import "mayfly:function/web-types@0.1.0" "[method]request.body" (func $body (param $request i32) (result i32)))

  ;; As many pages as a Rust function has, which starts with a stack of 1 MiB.
  (memory (export "memory") 17)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\02\00\00\00")

  (func $handle (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (i32.store (i32.const 20) (call $body (local.get $request)))
    (i32.const 0)))
