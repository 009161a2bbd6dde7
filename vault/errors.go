package vault

import (
	"errors"
	"fmt"
	"time"
)

// ErrNotMember is what opening a session answers an identity that the vault doesn't know,
// or not any more.
var ErrNotMember = errors.New("this identity has no access to the vault")

// DeniedError is what an act answers that the caller has no right to. It is in the log,
// unless what was refused is a look at the log itself, or at who there is.
type DeniedError struct {
	Verb string // what was to be done, such as "read"
	What string // to what
	Need Role   // what it takes
	Have Role

	Ended time.Time // when a token or a grant ended that would do; zero if there is none
}

func (e *DeniedError) Error() string {
	if !e.Ended.IsZero() {
		return fmt.Sprintf("%s %s: refused: your access ended at %s", e.Verb, e.What, e.Ended.UTC().Format(time.RFC3339))
	}
	article := "a"
	if e.Need == Owner {
		article = "an"
	}
	return fmt.Sprintf("%s %s: refused: that takes %s %s, and your role there is %s", e.Verb, e.What, article, e.Need, e.Have)
}

// NotFoundError names what isn't there, and what is there instead.
type NotFoundError struct {
	What   string // such as "secret", "environment"
	Name   string
	Others []string // of the same kind
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("there is no %s %s", e.What, e.Name) }

// ExistsError names what was to be made and is there already.
type ExistsError struct{ What, Name string }

func (e *ExistsError) Error() string { return fmt.Sprintf("there is a %s %s already", e.What, e.Name) }

// ConflictError is what a conditional write answers where another version is the current
// one than was expected; 0 stands for none.
type ConflictError struct {
	Ref        Ref
	Want, Have int
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s: nothing was written: version %s was expected, and %s is the current one", e.Ref, orNone(e.Want), orNone(e.Have))
}

func orNone(version int) string {
	if version == 0 {
		return "none"
	}
	return fmt.Sprint(version)
}

// ChangedError is what a conditional act answers where something has changed since it was
// read. Nothing was written.
type ChangedError struct {
	What string // such as "the leak"
}

func (e *ChangedError) Error() string { return e.What + " has changed since it was read" }

// IntegrityError is what reading answers where the store holds something that the log
// doesn't vouch for, or not what it vouches for: damage, or somebody's tampering.
type IntegrityError struct {
	What string
	Err  error
}

func (e *IntegrityError) Error() string { return e.What + ": " + e.Err.Error() }
func (e *IntegrityError) Unwrap() error { return e.Err }

// GoneError is what reading a version answers whose value was destroyed.
type GoneError struct {
	Ref     Ref
	Version int
}

func (e *GoneError) Error() string {
	return fmt.Sprintf("%s: version %d was destroyed", e.Ref, e.Version)
}
