package place

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// few draws one of few values, so that places often have most in common.
func few(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }

var spans = rapid.Custom(func(t *rapid.T) Span {
	n := rapid.IntRange(1, 2)
	return Span{
		Start: Position{n.Draw(t, "line"), n.Draw(t, "column")},
		End:   Position{n.Draw(t, "end line"), n.Draw(t, "end column")},
	}
})

var versions = rapid.Custom(func(t *rapid.T) *Version {
	if rapid.Bool().Draw(t, "nil") {
		return nil
	}
	return &Version{
		ID:    few("a", "b").Draw(t, "id"),
		Name:  few("", "x").Draw(t, "name"),
		Email: few("", "x").Draw(t, "email"),
		Date:  time.Unix(rapid.Int64Range(0, 1).Draw(t, "date"), 0).UTC(),
		Title: few("", "x").Draw(t, "title"),
	}
})

var layers = rapid.Custom(func(t *rapid.T) *Layer {
	if rapid.Bool().Draw(t, "nil") {
		return nil
	}
	return &Layer{
		Number:  rapid.IntRange(1, 2).Draw(t, "number"),
		Of:      rapid.IntRange(1, 2).Draw(t, "of"),
		Digest:  few("", "x").Draw(t, "digest"),
		Command: few("", "x").Draw(t, "command"),
		Gone:    rapid.IntRange(0, 1).Draw(t, "gone"),
	}
})

var messages = rapid.Custom(func(t *rapid.T) *Message {
	if rapid.Bool().Draw(t, "nil") {
		return nil
	}
	return &Message{
		Workspace: few("", "x").Draw(t, "workspace"),
		Channel:   few("", "x").Draw(t, "channel"),
		ChannelID: few("", "x").Draw(t, "channel id"),
		User:      few("", "x").Draw(t, "user"),
		UserID:    few("", "x").Draw(t, "user id"),
		Time:      time.Unix(rapid.Int64Range(0, 1).Draw(t, "time"), 0).UTC(),
		ID:        few("", "x").Draw(t, "id"),
		Thread:    few("", "x").Draw(t, "thread"),
		Link:      few("", "x").Draw(t, "link"),
	}
})

var places = rapid.Custom(func(t *rapid.T) Place {
	yes := rapid.Bool()
	return Place{
		Kind:      Kind(few(string(File), string(Stdin), string(Chat)).Draw(t, "kind")),
		Root:      few("", "a").Draw(t, "root"),
		Path:      few("", "a").Draw(t, "path"),
		Member:    few("", "a").Draw(t, "member"),
		Span:      spans.Draw(t, "span"),
		Also:      rapid.SliceOfN(spans, 0, 2).Draw(t, "also"),
		Commit:    versions.Draw(t, "commit"),
		Last:      versions.Draw(t, "last"),
		Object:    few("", "a").Draw(t, "object"),
		Ref:       few("", "a").Draw(t, "ref"),
		Annotated: few("", "a").Draw(t, "annotated"),
		Field:     few("", "a").Draw(t, "field"),
		Layer:     layers.Draw(t, "layer"),
		Message:   messages.Draw(t, "message"),
		Head:      yes.Draw(t, "head"),
		Index:     yes.Draw(t, "index"),
		WorkTree:  yes.Draw(t, "worktree"),
		Local:     yes.Draw(t, "local"),
	}
})

// change gives a place that differs from p in one field, if at all, or in any.
func change(t *rapid.T, p Place) Place {
	q := places.Draw(t, "other")
	fields := []func(){
		func() { p.Kind = q.Kind }, func() { p.Root = q.Root }, func() { p.Path = q.Path },
		func() { p.Span = q.Span }, func() { p.Also = q.Also }, func() { p.Commit = q.Commit },
		func() { p.Last = q.Last }, func() { p.Object = q.Object }, func() { p.Ref = q.Ref },
		func() { p.Annotated = q.Annotated }, func() { p.Field = q.Field }, func() { p.Head = q.Head },
		func() { p.Member = q.Member }, func() { p.Layer = q.Layer }, func() { p.Message = q.Message },
		func() { p.Index = q.Index }, func() { p.WorkTree = q.WorkTree }, func() { p.Local = q.Local },
		func() { p = q },
	}
	fields[rapid.IntRange(0, len(fields)-1).Draw(t, "field")]()
	return p
}

func TestCompareIsATotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := places.Draw(t, "a")
		b := change(t, a)
		c := change(t, b)
		if got, want := Compare(a, b), -Compare(b, a); got != want {
			t.Errorf("a to b is %d, b to a %d", got, -want)
		}
		if got, want := Compare(a, b) == 0, cmp.Equal(a, b, cmpopts.EquateEmpty()); got != want {
			t.Errorf("a and b compare as equal: got %t, want %t", got, want)
		}
		if Compare(a, b) <= 0 && Compare(b, c) <= 0 && Compare(a, c) > 0 {
			t.Errorf("a ≤ b and b ≤ c, but a > c")
		}
	})
}

func TestCompare(t *testing.T) {
	commit := func(year int) *Version { return &Version{ID: "x", Date: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)} }
	at := func(line, column int) Span { return Span{Start: Position{line, column}} }
	tests := []struct {
		name       string
		less, more Place
	}{
		{"the present first", Place{Path: "z", WorkTree: true}, Place{Path: "a"}},
		{"what others have first", Place{Path: "z", WorkTree: true}, Place{Path: "a", WorkTree: true, Local: true}},
		{"root before path", Place{Root: "a", Path: "z"}, Place{Root: "b", Path: "a"}},
		{"path", Place{Path: "a", Commit: commit(2020)}, Place{Path: "b", Commit: commit(2010)}},
		{"time before position", Place{Commit: commit(2010), Span: at(9, 9)}, Place{Commit: commit(2020), Span: at(1, 1)}},
		{"not committed first", Place{}, Place{Commit: commit(2010)}},
		{"line before column", Place{Span: at(1, 9)}, Place{Span: at(2, 1)}},
		{"lines are numbers", Place{Span: at(9, 1)}, Place{Span: at(10, 1)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Compare(tt.less, tt.more); got >= 0 {
				t.Errorf("got %d, want it to be less", got)
			}
			if got := Compare(tt.more, tt.less); got <= 0 {
				t.Errorf("the other way: got %d, want it to be more", got)
			}
		})
	}
}

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := places.Draw(t, "place")
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Place
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("unmarshal %s: %v", data, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", data, diff)
		}
	})
}

// The names in JSON are what reports promise.
func TestJSON(t *testing.T) {
	p := Place{
		Kind: File, Root: ".", Path: "a/b", Span: Span{Position{1, 2}, Position{3, 4}},
		Also:   []Span{{Position{5, 6}, Position{7, 8}}},
		Commit: &Version{ID: "c0ffee", Name: "N", Email: "e@example.com", Date: time.Unix(0, 0).UTC(), Title: "T"},
		Head:   true,
	}
	got, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"file","root":".","path":"a/b","start":{"line":1,"column":2},"end":{"line":3,"column":4},` +
		`"also":[{"start":{"line":5,"column":6},"end":{"line":7,"column":8}}],` +
		`"commit":{"id":"c0ffee","author":"N","email":"e@example.com","date":"1970-01-01T00:00:00Z","title":"T"},` +
		`"head":true,"index":false,"worktree":false,"local":false}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLive(t *testing.T) {
	tests := []struct {
		name string
		p    Place
		want bool
	}{
		{"history", Place{Kind: File, Commit: &Version{}}, false},
		{"checked out", Place{Kind: File, Commit: &Version{}, Head: true}, true},
		{"staged", Place{Kind: File, Index: true}, true},
		{"on disk", Place{Kind: File, WorkTree: true}, true},
		{"standard input", Place{Kind: Stdin}, true},
		{"dangling", Place{Kind: Object}, false},
		{"chat", Place{Kind: Chat}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.p.Live(); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	line := func(n int) Span { return Span{Start: Position{Line: n}} }
	tests := []struct {
		name string
		keep []int
		ok   bool
		want Place
	}{
		{"all", []int{1, 2, 3}, true, Place{Span: line(1), Also: []Span{line(2), line(3)}}},
		{"not the first", []int{2, 3}, true, Place{Span: line(2), Also: []Span{line(3)}}},
		{"one", []int{3}, true, Place{Span: line(3)}},
		{"none", nil, false, Place{Span: line(1), Also: []Span{line(2), line(3)}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shared := []Span{line(2), line(3)}
			got := Place{Span: line(1), Also: shared}
			ok := got.Keep(func(s Span) bool {
				for _, n := range tt.keep {
					if s == line(n) {
						return true
					}
				}
				return false
			})
			if ok != tt.ok {
				t.Errorf("got %t, want %t", ok, tt.ok)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("place (-want +got):\n%s", diff)
			}
			if shared[0] != line(2) || shared[1] != line(3) {
				t.Errorf("spans that another place may share were changed: %v", shared)
			}
		})
	}
}
