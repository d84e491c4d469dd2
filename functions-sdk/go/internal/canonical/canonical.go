// Package canonical takes values across the border of a component, by the Canonical ABI of the Component Model.
package canonical

// Error is what the host says when it did not do what it was asked.
type Error struct {
	// Case is the WIT's name, as not-found.
	Case string
	Text string
}

func (e *Error) Error() string {
	if e.Text == "" {
		return e.Case
	}
	return e.Case + ": " + e.Text
}
