package scanner

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

func TestScanGroupsByValue(t *testing.T) {
	worse := rule("worse", `worse (\w+)`)
	worse.Severity = rules.Critical
	d := patterns{rule("key", `key (\w+)`), worse}
	got := scan(t, texts{content: map[string]string{
		"b":     "key alpha\nkey alpha key beta",
		"a":     "key alpha",
		"clean": "nothing",
		"c":     "worse beta",
		"d":     "key delta # gitleaks:allow",
		"e":     "key delta // gitleaks:allow\nkey eta // secretsweep:allow",
	}}, d)
	want := []string{
		"worse critical medium beta also [key] name \"\"\n\tb {{2 15} {2 18}} []\n\tc {{1 7} {1 10}} []",
		"key high medium alpha also [] name \"\"\n\ta {{1 5} {1 9}} []\n\tb {{1 5} {1 9}} [{{2 5} {2 9}}]",
		"done {Roots:[.] Findings:2 New:2 Known:0 Local:0 References:0 Counts:map[] Problems:0 LeftOut:[]" +
			" Silenced:[{By:gitleaks:allow Count:1} {By:secretsweep:allow Count:1}] Unsure:map[] Stale:[] Unused:[]}",
	}
	if diff := cmp.Diff(want, got.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// The same input gives the same calls, in whatever order and from however many
// goroutines it comes.
func TestScanIsDeterministic(t *testing.T) {
	d := patterns{rule("key", `key (\w+)`), rule("other", `(?:key|other) (\w+)`), rule("any", `\b(v\d+)\b`)}
	content := make(map[string]string)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		var text strings.Builder
		for range random.IntN(300) {
			text.WriteString([]string{"key ", "other ", "none ", "\n", "gitleaks:allow", "é"}[random.IntN(6)])
			fmt.Fprintf(&text, "v%d ", random.IntN(40))
		}
		content[fmt.Sprint("file", i)] = text.String()
	}
	tell := func(v Visitor) {
		for i := range 20 {
			v.Problem(Problem{fmt.Sprint("part ", i), errors.New("cannot")})
			v.LeftOut(LeftOut{Reason: TooLarge, What: fmt.Sprint("file ", i%7)})
			v.LeftOut(LeftOut{Reason: LFS, What: fmt.Sprint("file ", i%3)})
		}
	}
	want := scan(t, texts{content: content, workers: 8, tell: tell}, d)
	if len(want.findings) < 30 {
		t.Fatalf("got %d findings, too few to tell an order", len(want.findings))
	}
	for range 10 {
		got := scan(t, texts{content: content, workers: 8, tell: tell}, d)
		if diff := cmp.Diff(want.calls, got.calls); diff != "" {
			t.Fatalf("calls (-first +later):\n%s", diff)
		}
	}
}

// What a scan gives is what its definition says: of each value every span that is
// on no line with a marker, by path.
func TestScanAgainstDefinition(t *testing.T) {
	d := patterns{rule("key", `key (\w+)`)}
	piece := rapid.SampledFrom([]string{"key alpha", "key beta", "key gamma", " ", "\n", "é", "gitleaks:allow", "secretsweep:allow", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		content := make(map[string]string)
		want := make(map[string]map[string][]place.Span) // by value and path
		for _, path := range []string{"a", "b", "c"} {
			text := strings.Join(rapid.SliceOf(piece).Draw(t, path), " ")
			content[path] = text
			for _, at := range d[0].Pattern.Regexp().FindAllStringSubmatchIndex(text, -1) {
				line := text[strings.LastIndex(text[:at[2]], "\n")+1:]
				line, _, _ = strings.Cut(line, "\n")
				if strings.Contains(line, "gitleaks:allow") || strings.Contains(line, "secretsweep:allow") {
					continue
				}
				value := text[at[2]:at[3]]
				if want[value] == nil {
					want[value] = make(map[string][]place.Span)
				}
				start := place.Position{Line: 1, Column: 1}
				want[value][path] = append(want[value][path], place.Span{
					Start: slowPosition([]byte(text), start, at[2]),
					End:   slowPosition([]byte(text), start, at[3]-1),
				})
			}
		}
		var r recorder
		if err := Scan(context.Background(), []Source{texts{content: content, workers: 2}}, d, Options{}, &r); err != nil {
			t.Fatal(err)
		}
		got := make(map[string]map[string][]place.Span)
		for _, f := range r.findings {
			places := make(map[string][]place.Span)
			for _, p := range f.Places {
				places[p.Path] = append([]place.Span{p.Span}, p.Also...)
			}
			got[f.Value.Reveal()] = places
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
	})
}

// What a marker allows is told to whoever asks, and to nobody else.
func TestAllowed(t *testing.T) {
	d := patterns{rule("key", `key (\w+)`)}
	source := texts{content: map[string]string{"a": "key alpha\nkey beta # gitleaks:allow\n", "b": "x\n  key alpha // secretsweep:allow"}, workers: 2}
	var got, matched []string
	var r recorder
	o := Options{
		Allowed: func(m *detectors.Match, at place.Place, marker string) {
			got = append(got, fmt.Sprintf("%s at %s:%d:%d by %s", m.Value.Reveal(), at.Path, at.Start.Line, at.Start.Column, marker))
		},
		Matched: func(m *detectors.Match, at place.Place) {
			matched = append(matched, fmt.Sprintf("%s at %s:%d:%d", m.Value.Reveal(), at.Path, at.Start.Line, at.Start.Column))
		},
	}
	if err := Scan(t.Context(), []Source{source}, d, o, &r); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := []string{"alpha at b:2:7 by secretsweep:allow", "beta at a:2:5 by gitleaks:allow"}
	if diff := cmp.Diff([]string{"alpha at a:1:5"}, matched); diff != "" {
		t.Errorf("matched (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("allowed (-want +got):\n%s", diff)
	}
	if len(r.findings) != 1 || len(r.findings[0].Places) != 1 || r.findings[0].Places[0].Start != (place.Position{Line: 1, Column: 5}) {
		t.Errorf("got findings %v", r.findings)
	}
}

// A text in parts gives what it gives as a whole.
func TestScanPartsAsWhole(t *testing.T) {
	text := []byte(strings.Repeat("key alpha, ü\nkey beta; key gamma\n", 40))
	d := patterns{rule("key", `key (\w+)`)}
	want := scan(t, chunks{{Data: text, Whole: true}}, d)

	var parts chunks
	const size, common = 200, 60
	start := place.Position{Line: 1, Column: 1}
	for from := 0; ; from += size - common {
		to := min(from+size, len(text))
		part := &detectors.Chunk{Data: text[from:to], At: place.Place{Span: place.Span{Start: start}}, From: common / 2, To: size - common/2}
		if from == 0 {
			part.From = 0
		}
		if to == len(text) {
			part.To = len(part.Data)
		}
		parts = append(parts, part)
		if to == len(text) {
			break
		}
		start = start.After(text[from : from+size-common])
	}
	slices.Reverse(parts)
	if diff := cmp.Diff(want.calls, scan(t, parts, d).calls); diff != "" {
		t.Errorf("calls (-whole +parts):\n%s", diff)
	}
}

func TestScanBoundsSpans(t *testing.T) {
	got := scan(t, texts{content: map[string]string{"a": strings.Repeat("key alpha\n", 3*MaxSpans)}}, patterns{rule("key", `key (\w+)`)})
	if len(got.findings) != 1 || len(got.findings[0].Places) != 1 {
		t.Fatalf("got %v, want one finding at one place", got.calls)
	}
	p := got.findings[0].Places[0]
	if len(p.Also) != MaxSpans-1 || p.Start.Line != 1 || p.Also[len(p.Also)-1].Start.Line != MaxSpans {
		t.Errorf("got %d further spans from line %d to %v, want the first %d", len(p.Also), p.Start.Line, p.Also[len(p.Also)-1], MaxSpans)
	}
}

// What a rule and its allows say of paths and commits is settled for each place.
func TestScanSettlesPlaces(t *testing.T) {
	inYAML := rule("yaml", `yaml (\w+)`)
	inYAML.Path = rules.MustPattern(`\.yml$`)
	notInTests := rule("key", `key (\w+)`)
	notInTests.Allow = []rules.Allow{{Paths: []*rules.Pattern{rules.MustPattern(`^test/`)}, Commits: []string{"c0ffee"}}}
	file := func(path string) place.Place { return place.Place{Kind: place.File, Path: path} }
	commit := func(path, id string) place.Place {
		return place.Place{Kind: place.File, Path: path, Commit: &place.Version{ID: id, Date: time.Unix(1e9, 0)}}
	}
	tests := []struct {
		name, text string
		at         []place.Place
		want       []string
	}{
		{"a rule's path", "yaml alpha", []place.Place{file("a.yml"), file("a.txt")},
			[]string{"yaml high medium alpha also [] name \"\"\n\ta.yml {{1 6} {1 10}} []"}},
		{"no path", "yaml alpha", []place.Place{{Kind: place.Object}},
			[]string{"yaml high medium alpha also [] name \"\"\n\t {{1 6} {1 10}} []"}},
		{"an allowed path", "key alpha", []place.Place{file("test/a"), file("a")},
			[]string{"key high medium alpha also [] name \"\"\n\ta {{1 5} {1 9}} []"}},
		{"an allowed commit", "key alpha", []place.Place{commit("a", "c0ffee"), commit("b", "beef")},
			[]string{"key high medium alpha also [] name \"\"\n\tb {{1 5} {1 9}} []"}},
		{"nowhere", "key alpha", []place.Place{file("test/a")}, nil},
		{"only the spans of what holds", "key alpha\nyaml alpha", []place.Place{file("test/a.yml"), file("b.txt"), file("c.yml")}, []string{
			"key high medium alpha also [yaml] name \"\"\n\tb.txt {{1 5} {1 9}} []" +
				"\n\tc.yml {{1 5} {1 9}} [{{2 6} {2 10}}]\n\ttest/a.yml {{2 6} {2 10}} []"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := placed{texts{content: map[string]string{"text": tt.text}}, map[string][]place.Place{"text": tt.at}}
			// The fake detector asks no path, as one does that knows several.
			got := scan(t, source, patterns{inYAML, notInTests}).calls
			if diff := cmp.Diff(tt.want, got[:len(got)-1], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A run of versions begins in one blob and goes on in others. If the rule that
// matches in the first one does not hold there, those that follow still count.
func TestScanCountsWhatContinues(t *testing.T) {
	inYAML := rule("yaml", `yaml (\w+)`)
	inYAML.Path = rules.MustPattern(`\.yml$`)
	source := placed{
		texts{content: map[string]string{"old": "yaml alpha", "new": "key alpha"}},
		map[string][]place.Place{"old": {{Kind: place.File, Path: "a.txt"}}},
	}
	got := scan(t, source, patterns{inYAML, rule("key", `key (\w+)`)})
	if len(got.findings) != 1 || got.findings[0].Rule.ID != "key" || got.findings[0].Places[0].Path != "a.txt" {
		t.Errorf("got %q, want alpha by rule key at a.txt", got.calls)
	}
}

func TestScanPicksTheMostSpecificRule(t *testing.T) {
	provider := func(r *rules.Rule, id string) *rules.Rule {
		r.Provider = &rules.Provider{ID: id}
		return r
	}
	critical := func(r *rules.Rule) *rules.Rule {
		r.Severity = rules.Critical
		return r
	}
	tests := []struct {
		name string
		d    detectors.Detector
		want string
	}{
		{"a provider's before none", patterns{critical(rule("a", "k(.)")), provider(rule("b", "k(.)"), "x")}, "b"},
		{"a provider's before a generic one", patterns{critical(provider(rule("a", "k(.)"), "generic")), provider(rule("b", "k(.)"), "x")}, "b"},
		{"the more severe", patterns{rule("a", "k(.)"), critical(rule("b", "k(.)"))}, "b"},
		{"the first by id", patterns{rule("b", "k(.)"), rule("a", "k(.)")}, "a"},
		{"not one that another covers", covering{patterns{critical(rule("a", "k(.)"))}, patterns{rule("b", "j(.)")}}, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := scan(t, texts{content: map[string]string{"a": "k1", "b": "j1"}}, tt.d)
			if len(got.findings) != 1 {
				t.Fatalf("got %q, want one finding", got.calls)
			}
			f := got.findings[0]
			other := map[string]string{"a": "b", "b": "a"}[tt.want]
			if f.Rule.ID != tt.want || !slices.Equal(f.Also, []string{other}) {
				t.Errorf("got rule %s, also %v; want %s, also %s", f.Rule.ID, f.Also, tt.want, other)
			}
		})
	}
}

// The id of a key is no row of its own, unless it lies somewhere alone, or beside
// what may be no key.
func TestScanLeavesOutParts(t *testing.T) {
	content := map[string]string{"a": "id=A key=1", "b": "id=A key=1", "c": "id=B key=2", "d": "id=B", "e": "id=C"}
	for confidence, want := range map[rules.Confidence][]string{
		rules.Unlikely: {"1", "2", "A", "B", "C"},
		rules.Likely:   {"1", "2", "B", "C"},
	} {
		key := rule("key", "key=(.)")
		key.Confidence = confidence
		got := scan(t, texts{content: content}, paired{patterns{key}})
		var values []string
		for _, f := range got.findings {
			values = append(values, f.Value.Reveal())
		}
		if !slices.Equal(values, want) {
			t.Errorf("a key of %s confidence: got values %q, want %q", confidence, values, want)
		}
	}
}

// No text beside a value holds it.
func TestScanHidesValues(t *testing.T) {
	value := "hush" + strings.Repeat("0123456789", 3)
	version := &place.Version{ID: "c0ffee", Name: "By " + value, Email: value + "@example.com", Title: "use " + value}
	source := placed{
		texts{content: map[string]string{"text": "key " + value}, tell: func(v Visitor) {
			v.Problem(Problem{"dir/" + value, fmt.Errorf("open dir/%s: %w", value, context.DeadlineExceeded)})
			v.LeftOut(LeftOut{Reason: TooLarge, What: value + ".bin"})
		}},
		map[string][]place.Place{"text": {{
			Kind: place.Ref, Root: value, Path: "a/" + value + "/b", Ref: "refs/heads/" + value, Commit: version, Last: version,
			Message: &place.Message{Workspace: value, Channel: value, ChannelID: value, User: value, UserID: value, ID: value, Thread: value, Link: "https://example.com/" + value},
			Member:  value, Layer: &place.Layer{Digest: value, Command: "RUN " + value},
		}}},
	}
	d := named{patterns{rule("key", `key (\w+)`)}, "name of " + value}
	var r recorder
	show := func(secret.Value) string { return "<hidden>" }
	if err := Scan(t.Context(), []Source{source}, d, Options{Roots: []string{value}, Show: show}, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.findings) != 1 {
		t.Fatalf("got %d findings, want 1", len(r.findings))
	}
	f := r.findings[0]
	shown := fmt.Sprintf("%+v %+v %+v %+v %+v %s %+v %v", f.Places, f.Places[0].Commit, f.Places[0].Last, f.Places[0].Message, f.Places[0].Layer, f.Name, *r.summary, r.calls[0])
	if strings.Contains(shown, value) {
		t.Errorf("the value shows: %s", shown)
	}
	if got, want := strings.Count(shown, "<hidden>"), 25; got != want {
		t.Errorf("got %d masks, want %d: %s", got, want, shown)
	}
	if !strings.Contains(version.Title, value) {
		t.Error("the source's own version was changed")
	}
}

func TestScanAddsUp(t *testing.T) {
	got := scan(t, texts{workers: 3, tell: func(v Visitor) {
		v.Count(Files, 2)
		v.Count(Bytes, 100)
		v.Problem(Problem{"z", errors.New("no")})
		v.Problem(Problem{"a", errors.New("why")})
		v.Problem(Problem{"a", errors.New("no")})
		v.LeftOut(LeftOut{Reason: Submodule, What: "lib"})
		v.LeftOut(LeftOut{Reason: Ignored, Count: 4})
		for i := range maxListed + 1 {
			v.LeftOut(LeftOut{Reason: Packed, What: fmt.Sprint(i)})
		}
	}}, patterns{})
	want := []string{
		"problem a: no", "problem a: why", "problem z: no",
		"done {Roots:[.] Findings:0 New:0 Known:0 Local:0 References:0 Counts:map[bytes:300 files:6] Problems:3" +
			" LeftOut:[{Reason:ignored by git What: Count:12} {Reason:images, archives and other packed data What: Count:18}" +
			" {Reason:submodules that are not checked out What:lib Count:3}] Silenced:[] Unsure:map[] Stale:[] Unused:[]}",
	}
	if diff := cmp.Diff(want, got.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestScanReportsTruncation(t *testing.T) {
	d := truncated{patterns{rule("key", `key (\w+)`)}}
	tests := []struct {
		name string
		at   place.Place
		want string
	}{
		{"file", place.Place{Kind: place.File, Root: "top", Path: "a/b", Object: "c0ffee"}, "top/a/b"},
		{"object", place.Place{Kind: place.Object, Root: "top", Object: "c0ffee"}, "c0ffee"},
		{"message", place.Place{Kind: place.Commit, Object: "c0ffee", Field: "message"}, "c0ffee message"},
		{"ref", place.Place{Kind: place.Ref, Ref: "refs/x"}, "refs/x"},
		{"standard input", place.Place{Kind: place.Stdin}, "stdin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := scan(t, chunks{{Data: []byte("key alpha\nkey beta"), At: tt.at, Whole: true}}, d)
			want := "problem " + tt.want + ": rule key matches too often: only its first matches are looked at"
			if got.calls[0] != want || got.summary.Problems != 1 {
				t.Errorf("got %q, want one problem, %q", got.calls, want)
			}
		})
	}
}

// A source that another one comes upon is swept and located by itself, and what
// goes wrong with it is a problem of its path.
func TestScanInnerSources(t *testing.T) {
	innermost := placed{texts{content: map[string]string{"a": "key alpha"}}, map[string][]place.Place{
		"a": {{Kind: place.File, Path: "moved"}},
	}}
	middle := texts{content: map[string]string{"b": "key beta"}, tell: func(v Visitor) { v.Source("in/deep", innermost) }}
	outer := texts{content: map[string]string{"c": "key alpha"}, tell: func(v Visitor) {
		v.Source("in", middle)
		v.Source("bad", failing{sweep: errors.New("broken")})
	}}
	got := scan(t, outer, patterns{rule("key", `key (\w+)`)})
	places := map[string][]string{}
	for _, f := range got.findings {
		for _, p := range f.Places {
			places[f.Value.Reveal()] = append(places[f.Value.Reveal()], p.Path)
		}
	}
	// The one that broke had given a text without a path.
	want := map[string][]string{"alpha": {"", "c", "moved"}, "beta": {"b"}}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if !slices.Contains(got.calls, "problem bad: broken") {
		t.Errorf("got %q, want a problem of bad's", got.calls)
	}
}

func TestScanErrors(t *testing.T) {
	broken := errors.New("broken")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name   string
		ctx    context.Context
		source Source
		want   error
	}{
		{"sweep", t.Context(), failing{sweep: broken}, broken},
		{"locate", t.Context(), failing{locate: broken}, broken},
		{"cancelled", cancelled, failing{}, context.Canceled},
		{"cancelled, with problems", cancelled, texts{tell: func(v Visitor) { v.Problem(Problem{"a", broken}) }}, context.Canceled},
		{"cancelled, with findings", cancelled, texts{content: map[string]string{"a": "key alpha"}}, context.Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r recorder
			err := Scan(tt.ctx, []Source{tt.source}, patterns{rule("key", `key (\w+)`)}, Options{}, &r)
			if !errors.Is(err, tt.want) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
			if len(r.calls) > 0 {
				t.Errorf("the sink got %q", r.calls)
			}
		})
	}
}

// An error of the sink ends the scan, and is given as it is.
func TestScanSinkErrors(t *testing.T) {
	broken := errors.New("broken")
	source := texts{content: map[string]string{"a": "key alpha"}, tell: func(v Visitor) { v.Problem(Problem{"a", errors.New("no")}) }}
	for calls := range 3 {
		sink := &breaking{after: calls, err: broken}
		err := Scan(t.Context(), []Source{source}, patterns{rule("key", `key (\w+)`)}, Options{}, sink)
		if !errors.Is(err, broken) || sink.calls != calls+1 {
			t.Errorf("broken after %d calls: got error %v after %d", calls, err, sink.calls)
		}
	}
}

// Nothing of a chunk's data is kept: a source may use it again at once.
func TestScanKeepsNoData(t *testing.T) {
	source := reusing("key alpha")
	got := scan(t, source, patterns{rule("key", `key (\w+)`)})
	if len(got.findings) != 1 || got.findings[0].Value.Reveal() != "alpha" {
		t.Errorf("got %q, want alpha", got.calls)
	}
}

// TestScanNamesByPlace asks what a value is called at each of its places.
func TestScanNamesByPlace(t *testing.T) {
	got := scan(t, texts{content: map[string]string{"a": "DB=k1", "b": "DATABASE=k1", "c": "k1"}}, naming{patterns{rule("key", "k(.)")}})
	if len(got.findings) != 1 {
		t.Fatalf("got %q, want one finding", got.calls)
	}
	f := got.findings[0]
	var names []string
	for i, n := range f.Namings {
		names = append(names, f.Places[i].Path+" "+n.Name+" "+n.Env+" "+n.Carrier.Reveal())
	}
	want := []string{"a DB in-a DB=k1", "b DATABASE in-b DATABASE=k1", "c  in-c k1"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// TestScanNamesInOneText asks what else a value is called in a text, and whether the path
// says more of the environment than the text.
func TestScanNamesInOneText(t *testing.T) {
	lines := "B k1 B=k1 A=k1 B=k1 C="
	got := scan(t, texts{content: map[string]string{"prod/a": "k1 " + lines, "b": lines + "k1"}}, assigning{patterns{rule("key", "k(.)")}})
	if len(got.findings) != 1 {
		t.Fatalf("got %q, want one finding", got.calls)
	}
	var names []string
	for i, n := range got.findings[0].Namings {
		text := got.findings[0].Places[i].Path + " " + n.Name + " " + n.Env
		for _, other := range n.Also {
			text += ", " + other.Name + " " + other.Env
		}
		names = append(names, text)
	}
	want := []string{"b  in-b, A in-b, B in-b, C in-b", "prod/a  prod, A prod, B prod"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if got.findings[0].Env != "in-b" {
		t.Errorf("the finding is of %q, want that of its first place", got.findings[0].Env)
	}
}

// assigning is a detector that says which name stands before each match.
type assigning struct{ patterns }

func (d assigning) Detect(c *detectors.Chunk) detectors.Found {
	found := d.patterns.Detect(c)
	for i := range found.Matches {
		m := &found.Matches[i]
		if before := string(c.Data[:m.Start-len("k")]); strings.HasSuffix(before, "=") {
			m.Name = before[len(before)-2 : len(before)-1]
		}
		m.Env = "in-" + c.At.Path
	}
	return found
}

// naming is a detector that says what a value is assigned to.
type naming struct{ patterns }

func (d naming) Detect(c *detectors.Chunk) detectors.Found {
	found := d.patterns.Detect(c)
	for i := range found.Matches {
		m := &found.Matches[i]
		m.Name, _, _ = strings.Cut(string(c.Data), "=")
		if m.Name == string(c.Data) {
			m.Name = ""
		}
		m.Env, m.Carrier = "in-"+c.At.Path, secret.New(c.Data)
	}
	return found
}
