package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// sample is a text that nothing prints by chance.
const sample = "quokka-zephyr-0815"

// holder has values where fmt can't call their methods: it may not use an
// unexported field as an interface.
type holder struct {
	Exported   Value
	unexported Value
	pointer    *Value
	list       []Value
	keyed      map[string]Value
	any        any
	nested     struct{ deep struct{ v Value } }
}

func newHolder() holder {
	v := New(sample)
	h := holder{Exported: v, unexported: v, pointer: &v, list: []Value{v}, keyed: map[string]Value{"k": v}, any: v}
	h.nested.deep.v = v
	return h
}

// leaks tells whether a text has the sample in it, in any form that one of fmt's
// verbs gives.
func leaks(text string) bool {
	for _, form := range []string{
		sample,
		fmt.Sprintf("%x", sample), fmt.Sprintf("%X", sample), fmt.Sprintf("% x", sample), fmt.Sprintf("%v", []byte(sample)),
	} {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

func TestLeaksSeesALeak(t *testing.T) {
	for _, verb := range []string{"%v", "%s", "%q", "%x", "%X", "% x", "%#v"} {
		if text := fmt.Sprintf(verb, struct{ hidden string }{sample}); !leaks(text) {
			t.Errorf("%s of a plain string in a struct: %s is not seen as a leak", verb, text)
		}
	}
}

func TestValueDoesNotPrint(t *testing.T) {
	h := newHolder()
	holders := map[string]any{
		"value":             h.Exported,
		"pointer":           h.pointer,
		"struct":            h,
		"pointer to struct": &h,
		"list":              h.list,
		"map":               h.keyed,
		"key":               map[Value]int{h.Exported: 1},
		"any":               []any{h.Exported, h},
	}
	flags := []string{"", "+", "#", "-", " ", "0", "20", ".3", "+#"}
	verbs := "vTtbcdoOqxXUeEfFgGspw"
	for name, h := range holders {
		t.Run(name, func(t *testing.T) {
			for _, flag := range flags {
				for _, verb := range verbs {
					format := "%" + flag + string(verb)
					if text := fmt.Sprintf(format, h); leaks(text) {
						t.Errorf("%s shows %s", format, text)
					}
				}
			}
			if text := fmt.Sprint(h); leaks(text) {
				t.Errorf("Sprint shows %s", text)
			}
			if err := fmt.Errorf("read %v: %w", h, errors.New("no")); leaks(err.Error()) {
				t.Errorf("an error shows %s", err)
			}
		})
	}
}

// Where fmt reaches a Value, it prints the same with every verb.
func TestValuePrintsRedacted(t *testing.T) {
	for _, verb := range "vqxXdsp" {
		for _, flag := range []string{"", "+", "#"} {
			if got := fmt.Sprintf("%"+flag+string(verb), New(sample)); got != Redacted && verb != 'p' {
				t.Errorf("%%%s%c: got %q, want %q", flag, verb, got, Redacted)
			}
		}
	}
	v := New(sample)
	if v.String() != Redacted || v.GoString() != Redacted {
		t.Errorf("got String %q and GoString %q, want %q", v.String(), v.GoString(), Redacted)
	}
}

type element struct{ V Value }

func TestValueDoesNotMarshal(t *testing.T) {
	h := newHolder()
	encoders := map[string]func(any) ([]byte, error){
		"json":          json.Marshal,
		"json indented": func(v any) ([]byte, error) { return json.MarshalIndent(v, "", " ") },
		"xml":           xml.Marshal,
	}
	for name, encode := range encoders {
		for _, v := range []any{h.Exported, h.pointer, element{h.Exported}, []Value{h.Exported}} {
			got, err := encode(v)
			if err != nil {
				t.Errorf("%s of %T: %v", name, v, err)
			}
			if leaks(string(got)) || !bytes.Contains(got, []byte(Redacted)) {
				t.Errorf("%s of %T: got %s, want %s in it", name, v, got, Redacted)
			}
		}
	}
	if got, err := json.Marshal(map[string]any{"h": h, "k": h.keyed}); err != nil || leaks(string(got)) {
		t.Errorf("json of a struct: got %s, %v", got, err)
	}
}

func TestValueDoesNotLog(t *testing.T) {
	h := newHolder()
	handlers := map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log := slog.New(handler(&out)).With("with", h.Exported)
			log.Info("found", "value", h.Exported, "pointer", h.pointer, "struct", h, "list", h.list, "map", h.keyed,
				slog.Group("group", "value", h.Exported), "any", h.any, "error", fmt.Errorf("bad %v", h.Exported))
			if leaks(out.String()) {
				t.Errorf("the log shows %s", out.String())
			}
			if got := strings.Count(out.String(), Redacted); got < 4 {
				t.Errorf("got %d times %s, want at least 4: %s", got, Redacted, out.String())
			}
		})
	}
}

// A Value has no method but Reveal that gives its text.
func TestOnlyRevealReveals(t *testing.T) {
	v := reflect.ValueOf(New(sample))
	tried := 0
	for i := range v.NumMethod() {
		name := v.Type().Method(i).Name
		if name == "Reveal" || v.Method(i).Type().NumIn() > 0 {
			continue
		}
		tried++
		for _, out := range v.Method(i).Call(nil) {
			if leaks(fmt.Sprintf("%s %v", out, out)) {
				t.Errorf("%s gives %s", name, out)
			}
		}
	}
	if tried < 5 {
		t.Errorf("tried %d methods, want at least 5", tried)
	}
}

func TestValue(t *testing.T) {
	bytes := []byte(sample)
	v := New(bytes)
	clear(bytes)
	if got := v.Reveal(); got != sample {
		t.Errorf("got %q, want a copy of %q", got, sample)
	}
	var zero Value
	if zero.Reveal() != "" || !zero.IsEmpty() || !New("").IsEmpty() || v.IsEmpty() {
		t.Error("want the zero Value and no other one to be empty")
	}
	if !v.Equal(New(sample)) || v.Equal(New(sample+"x")) || v.Equal(zero) || !zero.Equal(New("")) {
		t.Error("want Equal to compare texts")
	}
}

func TestMask(t *testing.T) {
	const hidden = "****"
	tests := []struct{ name, text, want string }{
		{"empty", "", hidden},
		{"short", "abcdefghijklmno", hidden},
		{"long enough", "abcdefghijklmnop", "abcd****op"},
		{"very long", strings.Repeat("ab", 5000), "abab****ab"},
		{"space", "abcdefgh ijklmnop", hidden},
		{"several lines", "abcdefgh\nijklmnop", hidden},
		{"not ASCII", "abcdefghijklmnopé", hidden},
		{"invalid", "abcdefghijklmnop\xff", hidden},
		{"escape", "abcdefgh\x1b[31mijkl", hidden},
		{"delete", "abcdefghijklmnop\x7f", hidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := New(tt.text).Mask(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever the value, a mask shows at most its first four and last two
// characters, nothing of one with fewer than sixteen, and never its length.
func TestMaskBounds(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[!-~]{0,40}`))
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		got := New(s).Mask()
		if got == "****" {
			return
		}
		if utf8.RuneCountInString(s) < 16 || got != s[:4]+"****"+s[len(s)-2:] { // the value may have stars, too
			t.Errorf("Mask(%q): got %q", s, got)
		}
	})
}
