package format

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteJSON writes an object of strings. Names may be any printable text.
func WriteJSON(w io.Writer, vars []Var) ([]Warning, error) {
	return nil, layout{"{\n", ",\n", "\n}\n", "{}\n", func(v Var) (string, error) {
		return entryOf(v, "  ", QuoteJSON)
	}}.write(w, vars)
}

// QuoteJSON gives a value as a JSON string, in its quotes. A value with a NUL byte, or
// one that isn't UTF-8, is an error.
func QuoteJSON(value string) (string, error) {
	if err := checkText(value); err != nil {
		return "", err
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return "", fmt.Errorf("isn't to be written as JSON: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// entryOf gives a key and its value, both quoted.
func entryOf(v Var, indent string, quote func(string) (string, error)) (string, error) {
	if err := checkKey(v.Name); err != nil {
		return "", err
	}
	name, err := quote(v.Name)
	if err != nil {
		return "", err
	}
	value, err := quote(v.Value)
	return indent + name + ": " + value, err
}
