module mayfly.dev/go

go 1.24
