// A net/http handler as a program that a CGI server runs, with Go's own toolchain and nothing else: GOOS=wasip1 GOARCH=wasm.
package main

import (
	"fmt"
	"net/http/cgi"
	"os"

	"mayfly.example/compat/handler"
)

func main() {
	if err := cgi.Serve(handler.New()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
