;; Grows a table by 1,000 entries at a time until refused, and answers with 200 + thousands of entries (at most 599 can be said).
(module $tables
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00" "\c8\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00")
  (table $functions 0 funcref)

  (func $handle (export "mayfly:function/web-handler@0.1.0#handle") (param $request i32) (result i32)
    (local $thousands i32)
    (block $refused
      (loop $grow
        (br_if $refused (i32.eq (table.grow $functions (ref.null func) (i32.const 1000)) (i32.const -1)))
        (br_if $refused (i32.eq (local.get $thousands) (i32.const 399)))
        (local.set $thousands (i32.add (local.get $thousands) (i32.const 1)))
        (br $grow)))
    (i32.store (i32.const 4) (i32.add (i32.const 200) (local.get $thousands)))
    (i32.const 0)))
