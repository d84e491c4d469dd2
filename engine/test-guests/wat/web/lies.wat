;; Answers that break the canonical ABI. The first letter of the path chooses; any other path answers 200.
;;
;;   /a  an answer at an address past the memory     /h  headers past the memory
;;   /d  a result that is neither ok nor error       /l  a header list of 4 G entries
;;   /b  a body of no known kind                     /u  a header that isn't UTF-8
;;   /n  a buffer handle that was never given        /r  the request's handle as the body
;;   /x  the body's handle dropped, then answered    /m  a misaligned answer
(module $lies
  (import "mayfly:function/web-types@0.1.0" "[method]request.path" (func $path (param $request i32) (param $into i32)))
  (import "mayfly:function/web-types@0.1.0" "[method]request.body" (func $body (param $request i32) (result i32)))
  (import "mayfly:data/buffers@0.1.0" "[resource-drop]buffer" (func $drop_buffer (param i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00")
  ;; One header, `x: \ff\fe`.
  (data (i32.const 128) "\90\00\00\00\01\00\00\00\91\00\00\00\02\00\00\00" "x\ff\fe")

  ;; The path is all that ever asks for memory.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))

  (func $handle (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $letter i32)
    (call $path (local.get $request) (i32.const 64))
    (local.set $letter (i32.load8_u offset=1 (i32.load (i32.const 64))))

    (if (i32.eq (local.get $letter) (i32.const 0x61)) (then (return (i32.const 0xfffffff0))))
    (if (i32.eq (local.get $letter) (i32.const 0x6d)) (then (return (i32.const 2))))
    (if (i32.eq (local.get $letter) (i32.const 0x64)) (then (i32.store8 (i32.const 0) (i32.const 7))))
    (if (i32.eq (local.get $letter) (i32.const 0x62)) (then (i32.store8 (i32.const 16) (i32.const 9))))
    (if (i32.eq (local.get $letter) (i32.const 0x68))
      (then (i32.store (i32.const 8) (i32.const 65532)) (i32.store (i32.const 12) (i32.const 1))))
    (if (i32.eq (local.get $letter) (i32.const 0x6c))
      (then (i32.store (i32.const 8) (i32.const 128)) (i32.store (i32.const 12) (i32.const -1))))
    (if (i32.eq (local.get $letter) (i32.const 0x75))
      (then (i32.store (i32.const 8) (i32.const 128)) (i32.store (i32.const 12) (i32.const 1))))
    (if (i32.eq (local.get $letter) (i32.const 0x6e))
      (then (i32.store8 (i32.const 16) (i32.const 2)) (i32.store (i32.const 20) (i32.const 4711))))
    (if (i32.eq (local.get $letter) (i32.const 0x72))
      (then (i32.store8 (i32.const 16) (i32.const 2)) (i32.store (i32.const 20) (local.get $request))))
    (if (i32.eq (local.get $letter) (i32.const 0x78))
      (then
        (i32.store8 (i32.const 16) (i32.const 2))
        (i32.store (i32.const 20) (call $body (local.get $request)))
        (call $drop_buffer (i32.load (i32.const 20)))))
    (i32.const 0)))
