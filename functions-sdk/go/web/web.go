// Package web makes an [http.Handler] a function: one that the host calls by mayfly:function/web-handler, without a program that starts for each
// request.
//
//	package main
//
//	import (
//		"fmt"
//		"net/http"
//
//		"mayfly.dev/go/web"
//	)
//
//	func init() {
//		web.Handle(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
//			fmt.Fprintln(response, "Hello")
//		}))
//	}
//
//	func main() {}
//
// It is built by Go alone:
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -ldflags=-s -o function.wasm .
//
// main isn't called. What init functions and package variables make is there when a request comes, and with a [warmup] in mayfly.toml it was made
// before any call began.
package web

import (
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
)

var handler http.Handler

// Handle has all requests answered by it. To be called by an init function, once.
func Handle(all http.Handler) {
	if handler != nil {
		panic("web: Handle was called before")
	}
	handler = all
}

// answer has the handler answer. The failure is for the log; it is empty if there was none.
func answer(response *response, request *http.Request) (failure string) {
	if handler == nil {
		return "no handler: call web.Handle in an init function (main isn't called)"
	}
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			failure = http.ErrAbortHandler.Error()
		default:
			failure = fmt.Sprintf("panic: %v", cause)
			fmt.Fprintf(os.Stderr, "%s %s: %s\n%s", request.Method, request.URL.Path, failure, debug.Stack())
		}
	}()
	handler.ServeHTTP(response, request)
	return ""
}
