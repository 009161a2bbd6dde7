package secret

import (
	"fmt"
	"testing"
)

func TestHider(t *testing.T) {
	long := New("correct-horse-battery")
	longer := New("correct-horse-battery-staple")
	short := New("abc12")
	hide := Hider([]Value{long, short, longer, New(""), {}}, func(v Value) string { return fmt.Sprintf("<%d>", len(v.Reveal())) })

	tests := map[string]struct{ text, want string }{
		"nothing to hide":     {"an ordinary text", "an ordinary text"},
		"empty":               {"", ""},
		"in the middle":       {"set " + long.Reveal() + " as it", "set <21> as it"},
		"twice":               {long.Reveal() + long.Reveal(), "<21><21>"},
		"the longer one wins": {"x" + longer.Reveal(), "x<28>"},
		"too short to hide":   {"in abc12 a word", "in abc12 a word"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := hide(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
