;; A component that uses resources of one standard interface in another, and asks the other for a function of a wrong type and for one that isn't
;; there. A refusal should name these two and nothing else.
(component
  (import "wasi:io/error@0.2.6" (instance $error
    (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-resource))
  (import "wasi:filesystem/types@0.2.6" (instance
    (alias outer 1 $error-resource (type $outer))
    (export "error" (type $e (eq $outer)))
    (export "descriptor" (type $descriptor (sub resource)))
    (export "[method]descriptor.sync" (func (param "self" (borrow $descriptor)) (result u32)))
    (export "format-disk" (func (param "err" (borrow $e))))))
  (import "wasi:http/types@0.3.0" (instance
    (export "now" (func (result u64))))))
