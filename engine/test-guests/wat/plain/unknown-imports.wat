;; A component that asks for what no host has. An upload's refusal should name all of it, not the first.
(component
  (import "acme:billing/invoices@2.0.0" (instance
    (export "create" (func (param "customer" string) (result u64)))
    (export "cancel" (func (param "invoice" u64)))))
  (import "acme:billing/payments@2.0.0" (instance
    (export "collect" (func (param "invoice" u64) (result bool)))))
  ;; A known interface, one function of which isn't.
  (import "mayfly:log/log@0.1.0" (instance
    (export "rotate" (func))))
  ;; A known function, whose type is another: a name is a string and the value an option.
  (import "mayfly:config/config@0.1.0" (instance
    (export "get" (func (param "name" u32) (result string)))))
  (import "acme-print" (func (param "line" string))))
