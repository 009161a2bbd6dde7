// Package secret holds the text of a secret so that it cannot show itself.
//
// A [Value] is what a secret is from the moment that it is cut out of the text
// it was found in. It prints, logs and marshals as "[redacted]", whatever verb
// or encoder is used and however deep it lies in another struct. Only [Value.Reveal]
// gives the text, and internal/arch lists the packages that may call it.
//
// A [Fingerprint] stands for a value where the value may not appear: in
// baselines, ignore files and reports.
package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
	"unicode/utf8"
)

// Redacted is what a Value shows of itself.
const Redacted = "[redacted]"

// Value is the text of a secret. The zero Value is the empty text.
//
// The text lies behind a pointer: fmt prints a pointer that it meets inside
// another struct's unexported field as an address, where a string type's own
// String method would not even be asked.
//
// A Value is immutable and safe for concurrent use. Values are compared with
// [Value.Equal], not with ==.
type Value struct{ text *string }

// New makes a Value of text. The text is copied if it is a byte slice.
func New[T string | []byte](text T) Value {
	s := string(text)
	return Value{&s}
}

// Reveal gives the text. internal/arch lists the packages that may call it.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// IsEmpty tells whether the text is empty.
func (v Value) IsEmpty() bool { return v.text == nil || *v.text == "" }

// Equal compares two texts in time that depends on their lengths only.
func (v Value) Equal(w Value) bool {
	return subtle.ConstantTimeCompare([]byte(v.Reveal()), []byte(w.Reveal())) == 1
}

// Mask gives what may be shown of a value that nobody asked to see: its first
// four and last two characters if it has sixteen or more and is one line of
// printable ASCII, else nothing of it, not even the length.
func (v Value) Mask() string {
	const shown, least = 4, 16
	s := v.Reveal()
	if utf8.RuneCountInString(s) < least {
		return "****"
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return "****"
		}
	}
	return s[:shown] + "****" + s[len(s)-2:]
}

// String hides the text.
func (v Value) String() string { return Redacted }

// GoString hides the text from %#v.
func (v Value) GoString() string { return Redacted }

// Format hides the text from every verb of fmt.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Redacted)) }

// MarshalText hides the text from encoders (JSON, TOML, XML, YAML …).
func (v Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue hides the text from log/slog.
func (v Value) LogValue() slog.Value { return slog.StringValue(Redacted) }
