package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// plural says how many there are of something.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// nameOr gives a name, or what is said where there is none.
func nameOr(name, none string) string {
	if name == "" {
		return none
	}
	return name
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// since says how long ago something was, in few letters.
func since(now, then time.Time) string {
	if then.IsZero() {
		return ""
	}
	return lasting(now.Sub(then))
}

// until says when something is to be.
func until(now, then time.Time) string {
	if d := then.Sub(now); d >= 0 {
		return "in " + lasting(d)
	}
	return "overdue by " + lasting(now.Sub(then))
}

func lasting(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%dmin", max(0, int(d/time.Minute)))
	case d < 2*day:
		return fmt.Sprintf("%dh", int(d/time.Hour))
	case d < 730*day:
		return fmt.Sprintf("%dd", int(d/day))
	}
	return fmt.Sprintf("%dy", int(d/(365*day)))
}

// wrapHard breaks a text into lines of a width, between any two characters.
func wrapHard(text string, width int) []string {
	return strings.Split(ansi.Hardwrap(text, max(width, 1), true), "\n")
}
