// Package snapshot is for functions that are warmed up, by [warmup] in mayfly.toml: they start from what their warm-up left, all from the same. Which
// packages a function imports decides what it exports: one that doesn't import this has no such hooks, and pays nothing for them.
package snapshot

var before, after []func() error

// Before has a function called once, when the warm-up's requests are answered and before the memory is captured: to drop what no call needs. An error
// refuses the snapshot.
func Before(hook func() error) {
	before = append(before, hook)
}

// After has a function called in each call that starts from the snapshot, before the handler: to read what has to be today's, or to draw what must not
// be the same in all calls. It may take 10 milliseconds. An error fails the call.
func After(hook func() error) {
	after = append(after, hook)
}

func run(hooks []func() error) error {
	for _, hook := range hooks {
		if err := hook(); err != nil {
			return err
		}
	}
	return nil
}
