;; A valid core module that is no function: nothing in it says what it implements.
(module
  (import "env" "print" (func (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (i32.const 42)))
