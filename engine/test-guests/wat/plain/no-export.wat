;; A component that implements no world: valid, and nothing the host could call.
(component
  (core module $module (func (export "run")))
  (core instance $instance (instantiate $module))
  (func (export "run") (canon lift (core func $instance "run"))))
