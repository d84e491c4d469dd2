;; Every trap that Rust has checks against. The first letter of the path chooses; any other path answers 200.
;;
;;   /d  integer division by zero         /n  call of a null table entry
;;   /o  integer overflow                 /s  call with another signature
;;   /c  conversion of NaN to an integer  /t  table access out of bounds
;;   /m  memory.fill out of bounds        /u  unreachable
(module $traps
  (import "mayfly:function/web-types@0.1.0" "[method]request.path" (func $path (param $request i32) (param $into i32)))

  (type $none (func))
  (type $number (func (result i32)))
  (func $nothing)

  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00")
  (table $functions 2 funcref)
  (elem (table $functions) (i32.const 0) func $nothing)

  ;; The path is all that ever asks for memory.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))

  (func $handle (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $letter i32)
    (call $path (local.get $request) (i32.const 64))
    (local.set $letter (i32.load8_u offset=1 (i32.load (i32.const 64))))

    (if (i32.eq (local.get $letter) (i32.const 0x64))
      (then (drop (i32.div_u (i32.const 1) (i32.load (i32.const 512))))))
    (if (i32.eq (local.get $letter) (i32.const 0x6f))
      (then (drop (i32.div_s (i32.const 0x80000000) (i32.sub (i32.load (i32.const 512)) (i32.const 1))))))
    (if (i32.eq (local.get $letter) (i32.const 0x63))
      (then (drop (i32.trunc_f64_s (f64.const nan)))))
    (if (i32.eq (local.get $letter) (i32.const 0x6d))
      (then (memory.fill (i32.const 65536) (i32.const 0) (i32.const 1))))
    (if (i32.eq (local.get $letter) (i32.const 0x6e))
      (then (call_indirect $functions (type $none) (i32.const 1))))
    (if (i32.eq (local.get $letter) (i32.const 0x73))
      (then (drop (call_indirect $functions (type $number) (i32.const 0)))))
    (if (i32.eq (local.get $letter) (i32.const 0x74))
      (then (drop (table.get $functions (i32.const 2)))))
    (if (i32.eq (local.get $letter) (i32.const 0x75))
      (then (unreachable)))
    (i32.const 0)))
