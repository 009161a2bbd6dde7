package match

import (
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
)

func TestAllowsOf(t *testing.T) {
	everyone := []rules.Allow{{Description: "all"}, {Description: "other", Rules: []string{"other"}}, {Description: "own", Rules: []string{"other", "tok"}}}
	r := &rules.Rule{ID: "tok", Allow: []rules.Allow{{Description: "mine"}}}
	var got []string
	for _, a := range AllowsOf(r, everyone) {
		got = append(got, a.Description)
	}
	if got, want := strings.Join(got, " "), "all own mine"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHold judges the value "one" of "# key=one two\n".
func TestHold(t *testing.T) {
	const text = "above\n# key=one two\nbelow\n"
	f := Found{Start: strings.Index(text, "one"), MatchStart: strings.Index(text, "key")}
	f.End, f.MatchEnd = f.Start+3, f.Start+3
	re := func(s string) []*rules.Pattern { return []*rules.Pattern{rules.MustPattern(s)} }
	tests := []struct {
		name    string
		allows  []rules.Allow
		holds   bool
		pending int
	}{
		{"none", nil, false, 0},
		{"value", []rules.Allow{{Values: re(`^one$`)}}, true, 0},
		{"another value", []rules.Allow{{Values: re(`^two$`)}}, false, 0},
		{"match", []rules.Allow{{Target: rules.TargetMatch, Values: re(`^key=one$`)}}, true, 0},
		{"line", []rules.Allow{{Target: rules.TargetLine, Values: re(`^# key=one two$`)}}, true, 0},
		{"stop word in any case", []rules.Allow{{StopWords: []string{"ON"}}}, true, 0},
		{"the second", []rules.Allow{{Values: re(`^two$`)}, {StopWords: []string{"one"}}}, true, 0},
		{"path", []rules.Allow{{Paths: re(`a`)}, {Commits: []string{"c"}}}, false, 2},
		{"path, then value", []rules.Allow{{Paths: re(`a`)}, {Values: re(`one`)}}, true, 1},
		{"path and another value", []rules.Allow{{All: true, Paths: re(`a`), Values: re(`two`)}}, false, 0},
		{"path and value", []rules.Allow{{All: true, Paths: re(`a`), Values: re(`one`)}}, false, 1},
		{"value and word", []rules.Allow{{All: true, StopWords: []string{"ne"}, Values: re(`one`)}}, true, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := f
			all := AllowsOf(&rules.Rule{ID: "tok", Allow: test.allows}, nil)
			if got := all.Hold([]byte(text), &f); got != test.holds {
				t.Errorf("holds: got %t, want %t", got, test.holds)
			}
			if len(f.Pending) != test.pending {
				t.Errorf("pending: got %d, want %d", len(f.Pending), test.pending)
			}
		})
	}
}

// TestLineAround wants the line of a match, and of a long one no more than its middle.
func TestLineAround(t *testing.T) {
	long := strings.Repeat("x", longestLine)
	for _, test := range []struct{ before, match, after, want string }{
		{"a\nb ", "m", " c\nd", "b m c"},
		{"", "m", "", "m"},
		{"a\n", "m\nn", "\nb", "m\nn"},
		{"y" + long, "m", long + "z", long + "m" + long},
	} {
		data := []byte(test.before + test.match + test.after)
		if got := string(lineAround(data, len(test.before), len(test.before)+len(test.match))); got != test.want {
			t.Errorf("%.20q: got %.20q, want %.20q", data, got, test.want)
		}
	}
}
