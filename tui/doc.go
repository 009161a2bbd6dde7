// Package tui is what a person sees at a terminal: the flow of migrate, and the dashboard.
//
// A program is one root model (app.go): it has the size, the theme, the help and the keys
// that work everywhere, and shows one screen at a time. A screen is a file of its own, and
// implements the interface that stands there: it takes messages, gives the lines of its
// body, and says which keys it listens to, from which the help is made. Lists of any length
// are a window (window.go), which draws what is visible.
//
// Update does no I/O and doesn't wait. What takes time is a tea.Cmd, whose answer comes as a
// message; all that a screen acts through are the interfaces of doors.go, and of board.go for
// the dashboard, which package main fulfils. So the package holds no vault, reads no file,
// and can't reveal a value: it is given texts that are masked, and the text of a value only
// where Places.Show was asked for one, or Values.Show.
//
// Everything is drawn in the terminal's alternate screen, which leaves nothing in what can
// be scrolled back to. No value is ever part of a window's title.
package tui
