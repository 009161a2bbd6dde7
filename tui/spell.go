package tui

import (
	"time"
)

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

// until says how long it is until something, or was since then.
func until(now, then time.Time) string {
	switch {
	case then.Before(now):
		return "overdue: " + age(then, now)
	case age(now, then) == "today":
		return "today"
	}
	return "in " + age(now, then)
}
