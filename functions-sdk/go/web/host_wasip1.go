package web

import (
	"unsafe"

	"mayfly.dev/go/internal/canonical"
)

//go:wasmimport mayfly:function/web-types@0.1.0 [method]request.method
func requestMethod(request uint32, area unsafe.Pointer)

//go:wasmimport mayfly:function/web-types@0.1.0 [method]request.path
func requestPath(request uint32, area unsafe.Pointer)

//go:wasmimport mayfly:function/web-types@0.1.0 [method]request.query
func requestQuery(request uint32, area unsafe.Pointer)

//go:wasmimport mayfly:function/web-types@0.1.0 [method]request.headers
func requestHeaders(request uint32, area unsafe.Pointer)

//go:wasmimport mayfly:function/web-types@0.1.0 [method]request.body
func requestBody(request uint32) uint32

//go:wasmimport mayfly:function/web-types@0.1.0 [resource-drop]request
func dropRequest(request uint32)

//go:wasmimport mayfly:data/buffers@0.1.0 [method]buffer.load
func bufferLoad(buffer uint32, area unsafe.Pointer)

//go:wasmimport mayfly:data/buffers@0.1.0 [method]buffer.read
func bufferRead(buffer uint32, offset uint64, bytesMax uint32, area unsafe.Pointer)

//go:wasmimport mayfly:data/buffers@0.1.0 [resource-drop]buffer
func dropBuffer(buffer uint32)

//go:wasmimport mayfly:function/streaming@0.1.0 [static]response-stream.start
func streamStart(status uint32, headers unsafe.Pointer, headerCount uint32, area unsafe.Pointer)

//go:wasmimport mayfly:function/streaming@0.1.0 [method]response-stream.write
func streamWrite(stream uint32, bytes unsafe.Pointer, length uint32, area unsafe.Pointer)

//go:wasmimport mayfly:function/streaming@0.1.0 [resource-drop]response-stream
func dropStream(stream uint32)

// The cases of mayfly:data/errors and of mayfly:data/buffers.
var (
	hostErrors   = []string{"not-found", "conflict", "invalid", "permission-denied", "limit-exceeded", "timeout", "unavailable"}
	bufferErrors = []string{"limit-exceeded", "unavailable", "invalid"}
)

func headOf(request uint32) head {
	of := func(get func(request uint32, area unsafe.Pointer), lift func(area *canonical.Area)) {
		canonical.Call(func(area unsafe.Pointer) { get(request, area) }, lift)
	}
	var head head
	of(requestMethod, func(area *canonical.Area) { head.method = canonical.Text(area[0], area[1]) })
	of(requestPath, func(area *canonical.Area) { head.path = canonical.Text(area[0], area[1]) })
	of(requestQuery, func(area *canonical.Area) {
		if byte(area[0]) != 0 {
			head.query = canonical.Text(area[1], area[2])
		}
	})
	of(requestHeaders, func(area *canonical.Area) { head.headers = canonical.Pairs(area[0], area[1]) })
	return head
}
