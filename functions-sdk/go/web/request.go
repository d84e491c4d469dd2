package web

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// head is what comes before a request's body.
type head struct {
	method string
	// Below the function's own, percent-encoded as sent.
	path  string
	query string
	// Names in lower case, values with a character for each octet.
	headers [][2]string
}

// newRequest is the request as [http.Server] would have it. What isn't known here is left out: the protocol's version is always HTTP/1.1, and there is
// no remote address.
func newRequest(head head, body io.ReadCloser) (*http.Request, error) {
	uri := head.path
	if head.query != "" {
		uri += "?" + head.query
	}
	address, err := url.ParseRequestURI(uri)
	if err != nil {
		return nil, err
	}
	request := &http.Request{
		Method:        head.method,
		URL:           address,
		RequestURI:    uri,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        make(http.Header, len(head.headers)),
		Body:          body,
		ContentLength: -1,
	}
	for _, header := range head.headers {
		value := octets(header[1])
		if header[0] == "host" {
			request.Host = value
		} else {
			request.Header.Add(header[0], value)
		}
	}
	if length, err := strconv.ParseInt(request.Header.Get("Content-Length"), 10, 64); err == nil {
		request.ContentLength = length
	} else if head.method == http.MethodGet || head.method == http.MethodHead {
		request.ContentLength = 0
	}
	return request, nil
}

// octets turns characters into the octets of their numbers, ISO 8859-1.
func octets(text string) string {
	if isASCII(text) {
		return text
	}
	var value strings.Builder
	for _, character := range text {
		value.WriteByte(byte(character))
	}
	return value.String()
}

// characters is the other way round.
func characters(value string) string {
	if isASCII(value) {
		return value
	}
	var text strings.Builder
	for i := range len(value) {
		text.WriteRune(rune(value[i]))
	}
	return text.String()
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
