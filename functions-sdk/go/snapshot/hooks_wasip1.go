package snapshot

import (
	"fmt"
	"unsafe"

	"mayfly.dev/go/internal/canonical"
)

// outcome is result<_, string>.
type outcome struct {
	isError         uint32
	address, length uint32
}

// What the host reads when a hook has returned.
var (
	last     outcome
	lastText string
)

//go:wasmexport mayfly:snapshot/snapshot-hook@0.1.0#before-snapshot
func beforeSnapshot() unsafe.Pointer {
	return told(before)
}

//go:wasmexport mayfly:snapshot/restore-hook@0.1.0#after-restore
func afterRestore() unsafe.Pointer {
	return told(after)
}

func told(hooks []func() error) unsafe.Pointer {
	last, lastText = outcome{}, ""
	if err := caught(hooks); err != nil {
		lastText = err.Error()
		last.isError = 1
		last.address, last.length = canonical.LowerText(lastText)
	}
	return unsafe.Pointer(&last)
}

func caught(hooks []func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return run(hooks)
}
