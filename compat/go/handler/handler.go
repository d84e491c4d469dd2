// Package handler is what both functions in Go answer with: net/http as everybody writes it.
package handler

import (
	"fmt"
	"io"
	"net/http"
)

// New greets, and echoes a body.
func New() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", greet)
	mux.HandleFunc("POST /echo", echo)
	return mux
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
