// Package hush keeps packages from asking the terminal questions while they are
// initialised, before main has begun.
//
// Bubble Tea asks for the background's colour as soon as it is imported: each command of
// the program would write escape sequences to standard output, and wait up to five seconds
// for a terminal that doesn't answer. It asks where standard output is a terminal, so
// there is no standard output until it has been initialised.
//
// Packages are initialised in the order of their paths, as far as their imports allow (see
// "Program initialization" in the language's specification). This one imports os alone, and
// so comes before text/template, which what asks is built on. That nothing is asked, a test
// of the program at a terminal shows.
package hush

import "os"

var stdout = begin()

func begin() *os.File {
	f := os.Stdout
	os.Stdout = nil // its methods are errors, and not a panic
	return f
}

// End gives standard output back. Who imports what asks calls it when their own package is
// initialised, which is after that.
func End() *os.File {
	os.Stdout = stdout
	return stdout
}
