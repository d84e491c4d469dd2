module mayfly.example/compat

go 1.25

require mayfly.dev/go v0.0.0

replace mayfly.dev/go => ../../functions-sdk/go
