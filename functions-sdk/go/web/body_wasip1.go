package web

import (
	"io"
	"unsafe"

	"mayfly.dev/go/internal/canonical"
)

// readBytesMax is what a buffer gives at once.
const readBytesMax = 1 << 20

// body is a request's, read from the host as it is asked for.
type body struct {
	buffer uint32
	loaded bool
	offset uint64
}

func (b *body) Read(place []byte) (int, error) {
	if len(place) == 0 {
		return 0, nil
	}
	if !b.loaded {
		if err := b.load(); err != nil {
			return 0, err
		}
	}
	place = place[:min(len(place), readBytesMax)]
	count := 0
	canonical.CallInto(place, func(area unsafe.Pointer) {
		bufferRead(b.buffer, b.offset, uint32(len(place)), area)
	}, func(area *canonical.Area) {
		count = int(area[1])
	})
	b.offset += uint64(count)
	if count == 0 {
		return 0, io.EOF
	}
	return count, nil
}

// load waits for all of it, as only that can fail with an error.
func (b *body) load() (err error) {
	canonical.Call(func(area unsafe.Pointer) {
		bufferLoad(b.buffer, area)
	}, func(area *canonical.Area) {
		err = canonical.LiftError(area, bufferErrors)
	})
	b.loaded = err == nil
	return err
}

// Close does nothing: the buffer lives as long as its request.
func (b *body) Close() error {
	return nil
}

// responseStream is mayfly:function/streaming's.
type responseStream uint32

func begin(status int, headers [][2]string) (begun stream, err error) {
	lowered := canonical.LowerPairs(headers)
	canonical.Call(func(area unsafe.Pointer) {
		streamStart(uint32(status), unsafe.Pointer(unsafe.SliceData(lowered)), uint32(len(lowered)), area)
	}, func(area *canonical.Area) {
		if err = canonical.LiftError(area, hostErrors); err == nil {
			begun = responseStream(area[1])
		}
	})
	return begun, err
}

func (s responseStream) Write(bytes []byte) (count int, err error) {
	canonical.Call(func(area unsafe.Pointer) {
		streamWrite(uint32(s), unsafe.Pointer(unsafe.SliceData(bytes)), uint32(len(bytes)), area)
	}, func(area *canonical.Area) {
		err = canonical.LiftError(area, hostErrors)
	})
	if err != nil {
		return 0, err
	}
	return len(bytes), nil
}

func (s responseStream) close() {
	dropStream(uint32(s))
}
