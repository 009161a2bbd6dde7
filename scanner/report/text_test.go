package report

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"pgregory.net/rapid"
)

func TestVerdict(t *testing.T) {
	tests := map[string]struct {
		summary Summary
		want    []string
	}{
		"clean":          {Summary{Complete: true}, []string{"no leaks found"}},
		"only known":     {Summary{Complete: true, Known: 3}, []string{"no new leaks found"}},
		"only local":     {Summary{Complete: true, Local: 3}, []string{"no new leaks found"}},
		"not everything": {Summary{Problems: 1}, []string{"no leaks found", "NOT COMPLETE: 1 part not scanned, see above"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, got := verdict(&Report{Summary: test.summary})
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestState(t *testing.T) {
	tests := map[string]struct {
		places []place.Place
		want   string
	}{
		"head":                 {[]place.Place{{}, {Head: true, Index: true, WorkTree: true}}, "still at HEAD"},
		"staged":               {[]place.Place{{Index: true, WorkTree: true}}, "staged"},
		"file":                 {[]place.Place{{WorkTree: true}}, "in a file on disk"},
		"ignored file":         {[]place.Place{{WorkTree: true, Local: true}}, "on this machine only"},
		"ignored, and history": {[]place.Place{{WorkTree: true, Local: true}, {}}, "in a file on disk"},
		"stash":                {[]place.Place{{Local: true}}, "on this machine only"},
		"input":                {[]place.Place{{Kind: place.Stdin}}, "in the input"},
		"history":              {[]place.Place{{}, {Local: true}}, "history only"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := (&Finding{Places: test.places}).state(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	ann := &place.Version{ID: "0123456789abcdef", Name: "Ann", Date: time.Date(2021, 3, 4, 0, 0, 0, 0, time.UTC)}
	bob := &place.Version{ID: "fedcba9876543210", Email: "bob@example.com", Date: time.Date(2022, 5, 6, 0, 0, 0, 0, time.UTC)}
	tests := map[string]struct {
		objects int64
		finding Finding
		want    string
	}{
		"a folder":       {0, Finding{Places: []place.Place{{WorkTree: true}}}, ""},
		"not committed":  {9, Finding{Places: []place.Place{{WorkTree: true}}}, "not in any commit"},
		"still there":    {9, Finding{Live: true, Places: []place.Place{{Commit: ann, Last: bob}}}, "since 2021-03-04, by Ann in 0123456789ab"},
		"past":           {9, Finding{Places: []place.Place{{Commit: ann, Last: bob}}}, "since 2021-03-04, until 2022-05-06, by Ann in 0123456789ab"},
		"a day":          {9, Finding{Places: []place.Place{{Commit: ann, Last: ann}}}, "on 2021-03-04, by Ann in 0123456789ab"},
		"without a name": {9, Finding{Places: []place.Place{{Commit: bob}}}, "since 2022-05-06, by bob@example.com in fedcba987654"},
		"of many places": {9, Finding{Places: []place.Place{{Commit: bob, Last: bob}, {}, {Commit: ann, Last: ann}}}, "since 2021-03-04, until 2022-05-06, by Ann in 0123456789ab"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := &Report{Summary: Summary{Counts: map[scanner.Counter]int64{scanner.Objects: test.objects}}}
			if got := r.history(&test.finding); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestPath(t *testing.T) {
	commit := &place.Version{ID: "abcdef"}
	tests := map[string]struct {
		roots []string
		place place.Place
		want  string
	}{
		"here":                {[]string{"."}, place.Place{Root: ".", Path: "a/b"}, "a/b"},
		"nested repository":   {[]string{"."}, place.Place{Root: "sub", Path: "a/b"}, "sub/a/b"},
		"elsewhere":           {[]string{"/srv/x/"}, place.Place{Root: "/srv/x", Path: "a"}, "a"},
		"nested elsewhere":    {[]string{"/srv/x"}, place.Place{Root: "/srv/x/y", Path: "a"}, "y/a"},
		"only begins alike":   {[]string{"/srv/x"}, place.Place{Root: "/srv/xy", Path: "a"}, "/srv/xy/a"},
		"of many roots":       {[]string{"x", "y"}, place.Place{Root: "y", Path: "a"}, "y/a"},
		"one file":            {[]string{"x/a.txt"}, place.Place{Root: "x/a.txt"}, "x/a.txt"},
		"input":               {[]string{"-"}, place.Place{Kind: place.Stdin}, "stdin"},
		"object":              {[]string{"."}, place.Place{Kind: place.Object, Root: ".", Object: "012345"}, ".git/objects/01/2345"},
		"commit":              {[]string{"."}, place.Place{Kind: place.Commit, Root: ".", Commit: commit}, ".git/objects/ab/cdef"},
		"tag":                 {[]string{"."}, place.Place{Kind: place.Tag, Root: ".", Object: "012345", Ref: "refs/tags/v1"}, ".git/objects/01/2345"},
		"ref":                 {[]string{"."}, place.Place{Kind: place.Ref, Root: ".", Ref: "refs/heads/x"}, ".git/refs/heads/x"},
		"note":                {[]string{"."}, place.Place{Kind: place.Note, Root: ".", Ref: "refs/notes/commits", Object: "01"}, ".git/refs/notes/commits"},
		"object without id":   {[]string{"."}, place.Place{Kind: place.Object, Root: "."}, "."},
		"object, shortest id": {[]string{"."}, place.Place{Kind: place.Object, Root: ".", Object: "a"}, ".git/objects/a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := &Report{Summary: Summary{Roots: test.roots}}
			if got := r.path(&test.place); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestLines breaks texts of any words at any width: no word is lost or cut, and a
// line is longer than there is room only if it is one word.
func TestLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zé]{1,12}`), 1, 20).Draw(t, "words")
		indent := rapid.IntRange(0, 12).Draw(t, "indent")
		width := rapid.IntRange(0, 60).Draw(t, "width")
		var out bytes.Buffer
		w := &textWriter{Writer: bufio.NewWriter(&out), wrap: width}
		w.WriteString(strings.Repeat(" ", indent))
		w.lines(indent, plain, strings.Join(words, " "))
		w.Flush()
		if got := strings.Fields(out.String()); strings.Join(got, " ") != strings.Join(words, " ") {
			t.Fatalf("got words %q, want %q", got, words)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if width == 0 && len(lines) != 1 {
			t.Fatalf("got %d lines without a width", len(lines))
		}
		for i, line := range lines {
			if got := len(line) - len(strings.TrimLeft(line, " ")); got != indent {
				t.Errorf("line %d: indented by %d, want %d", i, got, indent)
			}
			if width > 0 && utf8.RuneCountInString(line) > max(width, indent+leastRoom) && len(strings.Fields(line)) > 1 {
				t.Errorf("line %d is longer than %d: %q", i, width, line)
			}
		}
	})
}

func TestNumbers(t *testing.T) {
	for want, got := range map[string]string{
		"0": Number(0), "999": Number(999), "1,000": Number(1000), "12,345,678": Number(12345678), "-100": Number(-100), "-1,000": Number(-1000),
		"0 bytes": size(0), "1 byte": size(1), "999 bytes": size(999), "1.0 kB": size(1000), "1.0 MB": size(999_960), "41.3 MB": size(41_300_000),
		"9223.4 PB": size(1<<63 - 1), "1 leak": Plural(1, "leak"), "0 leaks": Plural(0, "leak"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, test := range []struct{ in, want string }{{"", ""}, {"12345", "12345"}, {"123456", "12..."}, {"ééééé", "ééééé"}, {"éééééé", "éé..."}} {
		if got := clip(test.in, 5); got != test.want {
			t.Errorf("clip(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestMore(t *testing.T) {
	live, gone := place.Place{WorkTree: true}, place.Place{Commit: &place.Version{}}
	tests := []struct {
		places []place.Place
		want   string
	}{
		{[]place.Place{gone}, "1 more place"},
		{[]place.Place{live}, "1 more place, still there"},
		{[]place.Place{live, gone}, "2 more places, 1 of them still there"},
	}
	for _, test := range tests {
		if got := more(test.places); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
