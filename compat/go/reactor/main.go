// The same handler as a function that the host calls, built with -buildmode=c-shared, and what else Go's runtime has to get along with there.
package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"mayfly.dev/go/snapshot"
	"mayfly.dev/go/web"
	"mayfly.example/compat/handler"
)

var (
	calls    int
	restored int
)

func init() {
	mux := handler.New()
	mux.HandleFunc("/head", tellHead)
	mux.HandleFunc("/status", tellStatus)
	mux.HandleFunc("GET /log", writeLog)
	mux.HandleFunc("GET /setting", tellSetting)
	mux.HandleFunc("GET /time", tellTime)
	mux.HandleFunc("GET /random", tellRandom)
	mux.HandleFunc("GET /calls", tellCalls)
	mux.HandleFunc("GET /sleep", sleep)
	mux.HandleFunc("GET /stuck", func(http.ResponseWriter, *http.Request) { select {} })
	mux.HandleFunc("GET /stream", stream)
	mux.HandleFunc("GET /cut", func(response http.ResponseWriter, request *http.Request) {
		stream(response, request)
		panic("behind the stream")
	})
	mux.HandleFunc("POST /collect", collect)
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("no such luck") })
	mux.HandleFunc("GET /nil", func(_ http.ResponseWriter, request *http.Request) { fmt.Println(*(request.TLS)) })
	mux.HandleFunc("GET /exit", func(http.ResponseWriter, *http.Request) { os.Exit(3) })
	web.Handle(mux)
	snapshot.After(func() error {
		restored++
		return nil
	})
}

func main() {
	panic("main is not called")
}

func tellHead(response http.ResponseWriter, request *http.Request) {
	response.Header().Add("X-Many", "one")
	response.Header().Add("X-Many", "two")
	response.Header().Set("X-Octets", "f\xfcr")
	json.NewEncoder(response).Encode(map[string]any{
		"method": request.Method, "host": request.Host, "path": request.URL.Path, "uri": request.RequestURI,
		"query": request.URL.Query(), "many": request.Header.Values("X-Many"), "length": request.ContentLength,
	})
}

func tellStatus(response http.ResponseWriter, request *http.Request) {
	code, err := strconv.Atoi(request.URL.Query().Get("code"))
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	response.WriteHeader(code)
}

func writeLog(http.ResponseWriter, *http.Request) {
	log.SetFlags(0)
	log.Print("to the log")
	fmt.Println("to standard output")
}

func tellSetting(response http.ResponseWriter, request *http.Request) {
	fmt.Fprint(response, os.Getenv(request.URL.Query().Get("name")))
}

func tellTime(response http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(response, time.Now().UnixMilli())
}

func tellRandom(response http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(response, rand.Text())
}

func tellCalls(response http.ResponseWriter, _ *http.Request) {
	calls++
	fmt.Fprint(response, calls, " ", restored)
}

// sleep has goroutines that wait for clocks and for each other.
func sleep(response http.ResponseWriter, request *http.Request) {
	began := time.Now()
	results := make(chan int)
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			time.Sleep(time.Duration(i+1) * 20 * time.Millisecond)
			results <- i
		})
	}
	go func() {
		all.Wait()
		close(results)
	}()
	for i := range results {
		fmt.Fprint(response, i, " ")
	}
	fmt.Fprint(response, time.Since(began) >= 60*time.Millisecond)
}

func stream(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", "text/plain")
	response.WriteHeader(http.StatusAccepted)
	for i := range 3 {
		fmt.Fprintln(response, "piece", i)
		if err := http.NewResponseController(response).Flush(); err != nil {
			panic(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// collect makes garbage while it reads, so that the collector runs several times.
func collect(response http.ResponseWriter, request *http.Request) {
	sum := 0
	for round := range 200 {
		kept := make([][]byte, 0, 64)
		for range 64 {
			kept = append(kept, make([]byte, 8<<10))
		}
		sum += len(kept) * round
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(err)
	}
	response.Header().Set("X-Sum", strconv.Itoa(sum))
	response.Write(body)
}
