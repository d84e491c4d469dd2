package web

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// stream is a response that its client gets while the handler still runs.
type stream interface {
	io.Writer
	// close lets go of it; the body ends when the handler is done.
	close()
}

// response is an [http.ResponseWriter]. What is written stays here until the handler is done, or until it flushes: then the response becomes a stream.
type response struct {
	header http.Header
	// 0 until the head is settled.
	status int
	// As it was then.
	settled [][2]string
	body    []byte
	begin   func(status int, headers [][2]string) (stream, error)
	stream  stream
	method  string
}

func newResponse(method string, begin func(status int, headers [][2]string) (stream, error)) *response {
	return &response{header: make(http.Header), begin: begin, method: method}
}

func (r *response) Header() http.Header {
	return r.header
}

// WriteHeader settles status and header lines. Informational statuses aren't sent; a second call does nothing.
func (r *response) WriteHeader(status int) {
	if status < 100 || status > 599 {
		panic(fmt.Sprintf("web: WriteHeader(%d): a status is from 200 to 599", status))
	}
	if status < 200 || r.status != 0 {
		return
	}
	r.status = status
	for name, values := range r.header {
		for _, value := range values {
			r.settled = append(r.settled, [2]string{name, characters(oneLine.Replace(value))})
		}
	}
}

var oneLine = strings.NewReplacer("\r", " ", "\n", " ")

func (r *response) Write(bytes []byte) (int, error) {
	if r.status == 0 {
		if _, isSet := r.header["Content-Type"]; !isSet && r.header.Get("Content-Encoding") == "" && len(bytes) > 0 {
			r.header.Set("Content-Type", http.DetectContentType(bytes))
		}
		r.WriteHeader(http.StatusOK)
	}
	switch {
	case r.status == http.StatusNoContent || r.status == http.StatusNotModified:
		return 0, http.ErrBodyNotAllowed
	case r.method == http.MethodHead:
		return len(bytes), nil
	case r.stream != nil:
		return r.stream.Write(bytes)
	}
	r.body = append(r.body, bytes...)
	return len(bytes), nil
}

// Flush is for handlers that ask for an [http.Flusher]. That it fails is told by the next Write.
func (r *response) Flush() {
	_ = r.FlushError()
}

// FlushError has the client get what there is of the response: [http.ResponseController.Flush] calls it.
func (r *response) FlushError() error {
	if r.stream != nil {
		return nil
	}
	r.WriteHeader(http.StatusOK)
	begun, err := r.begin(r.status, r.settled)
	if err != nil {
		return err
	}
	r.stream = begun
	body := r.body
	r.body = nil
	if len(body) > 0 {
		_, err = begun.Write(body)
	}
	return err
}

// end settles what the handler left open.
func (r *response) end() {
	r.WriteHeader(http.StatusOK)
	if r.stream != nil {
		r.stream.close()
	}
}
