//go:build wasip1

package canonical

import (
	"sync"
	"unsafe"
)

// Area is where an import leaves what doesn't fit into one WebAssembly value: no import that is used here leaves more.
type Area [4]uint32

// smallBytes is room for the head of a usual request: larger results get memory of their own.
const smallBytes = 16 << 10

// What the import that is under way leaves, see Call.
var (
	underway sync.Mutex
	area     Area
	small    [smallBytes]byte
	used     uintptr
	large    [][]uint64
	into     []byte
)

// Call calls an import and lifts its result before another import's takes its place. What lift needs for longer it copies.
func Call(imported func(area unsafe.Pointer), lift func(area *Area)) {
	CallInto(nil, imported, lift)
}

// CallInto is Call for an import that gives a list of bytes, which goes right into place if it fits.
func CallInto(place []byte, imported func(area unsafe.Pointer), lift func(area *Area)) {
	// Another goroutine may run whenever this one calls a Go function.
	underway.Lock()
	defer underway.Unlock()
	// A case without a text leaves the place of one as it is.
	used, large, into, area = 0, nil, place, Area{}
	imported(unsafe.Pointer(&area))
	lift(&area)
	into = nil
}

// While it is paused the adapter for WASI preview 1 answers with the time that it gave last. The Bytecode Alliance's adapter has it too.
//
//go:wasmimport wasi_snapshot_preview1 adapter_monotonic_clock_set_paused
func pauseClock(paused bool)

// realloc is where the host gets memory for results. The host must not be asked for anything meanwhile, so what is usual comes from memory that is
// there; the garbage collector, which what is large may start, looks at the clock.
//
//go:wasmexport cabi_realloc
func realloc(old unsafe.Pointer, oldSize, alignment, size uint32) unsafe.Pointer {
	if into != nil && alignment == 1 && old == nil && int(size) <= len(into) {
		place := unsafe.Pointer(unsafe.SliceData(into))
		into = nil
		return place
	}
	from := (used + uintptr(alignment) - 1) &^ (uintptr(alignment) - 1)
	var place unsafe.Pointer
	if from+uintptr(size) <= smallBytes {
		used = from + uintptr(size)
		place = unsafe.Add(unsafe.Pointer(&small), from)
	} else {
		pauseClock(true)
		// Words: no result is aligned to more.
		memory := make([]uint64, (size+7)/8)
		large = append(large, memory)
		pauseClock(false)
		place = unsafe.Pointer(unsafe.SliceData(memory))
	}
	copy(unsafe.Slice((*byte)(place), size), unsafe.Slice((*byte)(old), oldSize))
	return place
}
