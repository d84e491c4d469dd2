module function

go 1.25

require mayfly.dev/go v0.0.0

// Wherever this repository is.
replace mayfly.dev/go => ../mayfly/functions-sdk/go
