module mayfly.example/compat

go 1.24
