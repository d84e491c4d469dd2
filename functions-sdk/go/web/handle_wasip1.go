package web

import (
	"unsafe"

	"mayfly.dev/go/internal/canonical"
)

// outcome is result<response, error> of mayfly:function/web-types.
type outcome struct {
	isError uint32
	// The status, or the error's case.
	first uint32
	// Header lines, or the error's text.
	address, length uint32
	bodyKind        uint32
	body, bodyBytes uint32
}

// Cases of the WIT.
const (
	bodyBytes     = 1
	errorInvalid  = 0
	errorInternal = 5
)

// What the host reads when handle has returned.
var (
	last        outcome
	lastLines   [][4]uint32
	lastBody    []byte
	lastStrings any
)

//go:wasmexport mayfly:function/web-handler@0.1.0#handle
func handle(request uint32) unsafe.Pointer {
	head := headOf(request)
	body := &body{buffer: requestBody(request)}
	dropRequest(request)
	defer dropBuffer(body.buffer)
	asked, err := newRequest(head, body)
	if err != nil {
		return failed(errorInvalid, err.Error())
	}
	response := newResponse(head.method, begin)
	failure := answer(response, asked)
	response.end()
	if failure != "" {
		return failed(errorInternal, failure)
	}
	lastLines, lastBody, lastStrings = canonical.LowerPairs(response.settled), response.body, response.settled
	last = outcome{
		first:     uint32(response.status),
		address:   canonical.Address(unsafe.Pointer(unsafe.SliceData(lastLines))),
		length:    uint32(len(lastLines)),
		bodyKind:  bodyBytes,
		body:      canonical.Address(unsafe.Pointer(unsafe.SliceData(lastBody))),
		bodyBytes: uint32(len(lastBody)),
	}
	return unsafe.Pointer(&last)
}

func failed(kind uint32, text string) unsafe.Pointer {
	lastStrings = text
	last = outcome{isError: 1, first: kind}
	last.address, last.length = canonical.LowerText(text)
	return unsafe.Pointer(&last)
}
