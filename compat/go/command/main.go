// A net/http handler as a program that a CGI server runs, with Go's own toolchain and nothing else: GOOS=wasip1 GOARCH=wasm.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"os"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", greet)
	mux.HandleFunc("POST /echo", echo)
	if err := cgi.Serve(mux); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func greet(response http.ResponseWriter, request *http.Request) {
	name := request.URL.Query().Get("name")
	if name == "" {
		name = "nobody"
	}
	response.Header().Set("Content-Type", "text/plain; charset=utf-8")
	response.Header().Set("X-Name", name)
	fmt.Fprintln(response, "Grüße aus Go")
}

func echo(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", request.Header.Get("Content-Type"))
	io.Copy(response, request.Body)
}
