package web

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestARequestIsAsServersHaveIt(t *testing.T) {
	request, err := newRequest(head{
		method: "POST", path: "/a%20b", query: "x=1&x=2",
		headers: [][2]string{{"host", "example.org"}, {"x-name", "fÃ¼r"}, {"content-length", "4"}, {"x-name", "two"}},
	}, io.NopCloser(strings.NewReader("body")))
	if err != nil {
		t.Fatal(err)
	}
	if request.URL.Path != "/a b" || request.RequestURI != "/a%20b?x=1&x=2" || request.Host != "example.org" || request.ContentLength != 4 {
		t.Errorf("%+v", request)
	}
	if got := request.Header.Values("X-Name"); !slices.Equal(got, []string{"für", "two"}) {
		t.Errorf("%q", got)
	}
	if got := request.URL.Query()["x"]; !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("%q", got)
	}
}

func TestALengthIsUnknownUnlessItIsSaidOrTheMethodHasNoBody(t *testing.T) {
	for method, length := range map[string]int64{"GET": 0, "HEAD": 0, "POST": -1, "PUT": -1} {
		request, err := newRequest(head{method: method, path: "/"}, http.NoBody)
		if err != nil || request.ContentLength != length {
			t.Errorf("%s: %d, %v", method, request.ContentLength, err)
		}
	}
}

func TestAPathThatIsNoneIsAnError(t *testing.T) {
	if _, err := newRequest(head{method: "GET", path: "/%zz"}, http.NoBody); err == nil {
		t.Error("it is taken")
	}
}

func TestEveryOctetOfAHeaderArrives(t *testing.T) {
	var all strings.Builder
	for octet := range 256 {
		all.WriteByte(byte(octet))
	}
	if octets(characters(all.String())) != all.String() {
		t.Error("they differ")
	}
}

// pieces is a stream that keeps what is written.
type pieces struct {
	status  int
	headers [][2]string
	written []string
	closed  bool
	failure error
}

func (p *pieces) begin(status int, headers [][2]string) (stream, error) {
	p.status, p.headers = status, headers
	return p, p.failure
}

func (p *pieces) Write(bytes []byte) (int, error) {
	p.written = append(p.written, string(bytes))
	return len(bytes), nil
}

func (p *pieces) close() { p.closed = true }

func TestAResponseIsSettledByItsFirstByte(t *testing.T) {
	response := newResponse("GET", (&pieces{}).begin)
	response.Header().Set("X-Lines", "a\r\nb: c")
	io.WriteString(response, "<html>")
	response.Header().Set("X-Late", "1")
	response.WriteHeader(404)
	response.end()
	slices.SortFunc(response.settled, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	expected := [][2]string{{"Content-Type", "text/html; charset=utf-8"}, {"X-Lines", "a  b: c"}}
	if response.status != 200 || !reflect.DeepEqual(response.settled, expected) || string(response.body) != "<html>" {
		t.Errorf("%+v", response)
	}
}

func TestAResponseWithoutABodyTakesNone(t *testing.T) {
	response := newResponse("GET", (&pieces{}).begin)
	response.WriteHeader(http.StatusEarlyHints)
	response.WriteHeader(http.StatusNoContent)
	if _, err := io.WriteString(response, "body"); !errors.Is(err, http.ErrBodyNotAllowed) {
		t.Error(err)
	}
	response = newResponse("HEAD", (&pieces{}).begin)
	if count, err := io.WriteString(response, "body"); count != 4 || err != nil || response.body != nil {
		t.Error(count, err, response.body)
	}
}

func TestFlushingMakesAStream(t *testing.T) {
	var pieces pieces
	response := newResponse("GET", pieces.begin)
	response.WriteHeader(202)
	io.WriteString(response, "one")
	if err := http.NewResponseController(response).Flush(); err != nil {
		t.Fatal(err)
	}
	io.WriteString(response, "two")
	response.Flush()
	response.end()
	if pieces.status != 202 || !slices.Equal(pieces.written, []string{"one", "two"}) || !pieces.closed || response.body != nil {
		t.Errorf("%+v", pieces)
	}
}

func TestAStreamThatCannotBeginIsAnError(t *testing.T) {
	pieces := pieces{failure: errors.New("no stream")}
	response := newResponse("GET", pieces.begin)
	if err := response.FlushError(); err == nil || response.stream != nil {
		t.Error(err)
	}
}

func TestAPanicIsAFailureAndAnAbortIsAQuietOne(t *testing.T) {
	defer func() { handler = nil }()
	request, _ := newRequest(head{method: "GET", path: "/"}, http.NoBody)
	if failure := answer(newResponse("GET", nil), request); !strings.Contains(failure, "web.Handle") {
		t.Error(failure)
	}
	for cause, expected := range map[any]string{
		"why": "panic: why", http.ErrAbortHandler: http.ErrAbortHandler.Error(),
	} {
		handler = nil
		Handle(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(cause) }))
		if failure := answer(newResponse("GET", nil), request); failure != expected {
			t.Errorf("%q", failure)
		}
	}
}

func TestThereIsOneHandler(t *testing.T) {
	defer func() {
		handler = nil
		if recover() == nil {
			t.Error("a second one is taken")
		}
	}()
	Handle(http.NotFoundHandler())
	Handle(http.NotFoundHandler())
}
