package main

import "golang.org/x/sys/windows"

// discardTyped throws away what was typed and not read yet. It doesn't tell whether there
// was any: keys that are let go and windows that are moved wait there, too.
func discardTyped(terminal int) (some bool) {
	_ = windows.FlushConsoleInputBuffer(windows.Handle(terminal))
	return false
}
