package report

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// shape says what a JSON value must be, as far as a format's specification does.
// It calls fail for every part that isn't.
type shape func(at string, v any, fail func(at, why string))

// object has the keys that are named and no others; those that end in "!" it
// must have.
func object(keys map[string]shape) shape {
	return func(at string, v any, fail func(at, why string)) {
		m, ok := v.(map[string]any)
		if !ok {
			fail(at, fmt.Sprintf("is no object but %T", v))
			return
		}
		allowed := map[string]shape{}
		for key, s := range keys {
			name, required := strings.CutSuffix(key, "!")
			allowed[name] = s
			if _, ok := m[name]; required && !ok {
				fail(at, "lacks "+name)
			}
		}
		for name, v := range m {
			if s, ok := allowed[name]; ok {
				s(at+"."+name, v, fail)
			} else {
				fail(at, "has "+name)
			}
		}
	}
}

// list has that many elements or more.
func list(least int, of shape) shape {
	return func(at string, v any, fail func(at, why string)) {
		l, ok := v.([]any)
		if !ok {
			fail(at, fmt.Sprintf("is no array but %T", v))
			return
		}
		if len(l) < least {
			fail(at, fmt.Sprintf("has %d elements, want %d or more", len(l), least))
		}
		for i, v := range l {
			of(fmt.Sprintf("%s[%d]", at, i), v, fail)
		}
	}
}

// text is a string that matches the expression.
func text(expr string) shape {
	re := regexp.MustCompile("(?s)^(?:" + expr + ")$")
	return func(at string, v any, fail func(at, why string)) {
		if s, ok := v.(string); !ok || !re.MatchString(s) {
			fail(at, fmt.Sprintf("is %q, want what matches %s", v, re))
		}
	}
}

// whole is a whole number, that one or more.
func whole(least float64) shape {
	return func(at string, v any, fail func(at, why string)) {
		if n, ok := v.(float64); !ok || n != float64(int64(n)) || n < least {
			fail(at, fmt.Sprintf("is %v, want a whole number from %v", v, least))
		}
	}
}

func boolean(at string, v any, fail func(at, why string)) {
	if _, ok := v.(bool); !ok {
		fail(at, fmt.Sprintf("is no truth value but %v", v))
	}
}

// bag is an object with any keys.
func bag(at string, v any, fail func(at, why string)) {
	if _, ok := v.(map[string]any); !ok {
		fail(at, fmt.Sprintf("is no object but %T", v))
	}
}

// check parses the JSON and compares it with the shape.
func (s shape) check(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	s("$", v, func(at, why string) { t.Errorf("%s %s", at, why) })
	return v
}

// TestShape checks that a shape finds what is wrong.
func TestShape(t *testing.T) {
	s := object(map[string]shape{"a!": whole(1), "b": list(1, text("x+")), "c": boolean, "d": bag})
	for in, want := range map[string]int{
		`{"a": 1}`: 0,
		`{"a": 1, "b": ["x", "xx"], "c": true, "d": {}}`: 0,
		`[]`:                                     1,
		`{}`:                                     1,
		`{"a": 0}`:                               1,
		`{"a": 1.5}`:                             1,
		`{"a": 1, "e": 1}`:                       1,
		`{"a": 1, "b": []}`:                      1,
		`{"a": 1, "b": ["x", "y", 1]}`:           2,
		`{"a": 1, "b": {}, "c": 1, "d": "text"}`: 3,
	} {
		var v any
		if err := json.Unmarshal([]byte(in), &v); err != nil {
			t.Fatal(err)
		}
		got := 0
		s("$", v, func(string, string) { got++ })
		if got != want {
			t.Errorf("%s: got %d faults, want %d", in, got, want)
		}
	}
}
