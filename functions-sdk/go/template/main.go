package main

import (
	"fmt"
	"net/http"

	"mayfly.dev/go/web"
)

func init() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", greet)
	web.Handle(mux)
}

func greet(response http.ResponseWriter, request *http.Request) {
	name := request.URL.Query().Get("name")
	if name == "" {
		http.Error(response, "?name= is missing", http.StatusBadRequest)
		return
	}
	fmt.Fprintf(response, "Hello, %s!\n", name)
}

// The host calls the handler, not main.
func main() {}
