package snapshot

import (
	"errors"
	"testing"
)

func TestHooksRunInOrderUpToTheFirstThatFails(t *testing.T) {
	defer func() { after = nil }()
	failure := errors.New("second")
	ran := 0
	After(func() error { ran++; return nil })
	After(func() error { ran++; return failure })
	After(func() error { ran++; return nil })
	if err := run(after); err != failure || ran != 2 {
		t.Error(err, ran)
	}
	if err := run(before); err != nil {
		t.Error(err)
	}
}
