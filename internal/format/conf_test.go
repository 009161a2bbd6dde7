package format

import (
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// confTest is a text whose values stand between ‹ and ›, and what is read from it.
type confTest struct {
	name string
	text string
	want []string // as confShow has it
}

// confShow gives an entry as # if it is commented out, the path, = and the value, in
// quotes or after > as its style has it.
func confShow(e Entry) string {
	s := strings.Join(e.Path, "|") + "="
	if e.Comment {
		s = "#" + s
	}
	switch e.Style {
	case Quoted:
		return s + `"` + e.Value + `"`
	case Literal:
		return s + "'" + e.Value + "'"
	case Block:
		return s + ">" + e.Value
	}
	return s + e.Value
}

// confMarked removes the marks from a text, and gives what they enclose.
func confMarked(t *testing.T, marked string) (text string, spans []confSpan) {
	t.Helper()
	var b strings.Builder
	var open []int
	for _, c := range marked {
		switch c {
		case '‹':
			open = append(open, len(spans))
			spans = append(spans, confSpan{start: b.Len()})
		case '›':
			spans[open[len(open)-1]].end = b.Len()
			open = open[:len(open)-1]
		default:
			b.WriteRune(c)
		}
	}
	if len(open) > 0 {
		t.Fatalf("%d marks are not closed", len(open))
	}
	return b.String(), spans
}

func confRun(t *testing.T, read Reader, tests []confTest) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, want := confMarked(t, tt.text)
			var shown []string
			var spans []confSpan
			for e := range read([]byte(text)) {
				shown = append(shown, confShow(e))
				spans = append(spans, confSpan{e.Start, e.End})
			}
			if diff := cmp.Diff(tt.want, shown); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, spans, cmp.AllowUnexported(confSpan{})); diff != "" {
				t.Errorf("positions (-want +got):\n%s", diff)
			}
			for range read([]byte(text)) {
				break // a reader has to stop when it is told to
			}
		})
	}
}

// confFuzz holds readers to what they promise about any text.
func confFuzz(f *testing.F, tests []confTest, readers ...Reader) {
	for _, tt := range tests {
		f.Add([]byte(strings.NewReplacer("‹", "", "›", "").Replace(tt.text)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, read := range readers {
			last := 0
			for e := range read(text) {
				if e.Start < 0 || e.End < e.Start || len(text) < e.End {
					t.Fatalf("%q: position %d to %d of %d", e.Path, e.Start, e.End, len(text))
				}
				if len(e.Path) == 0 || len(e.Path) > maxDepth+1 {
					t.Fatalf("a path of %d names", len(e.Path))
				}
				if e.Start < last {
					t.Fatalf("%q: position %d comes after %d", e.Path, e.Start, last)
				}
				last = e.Start
			}
		}
	})
}

// confEntry is what of an entry tests with drawn texts compare.
type confEntry struct {
	Path  []string
	Value string
}

func confEntries(entries iter.Seq[Entry]) []confEntry {
	var got []confEntry
	for e := range entries {
		got = append(got, confEntry{slices.Clone(e.Path), e.Value})
	}
	return got
}

// confCheckFast has a reader read texts that repeat a part, which would take minutes if its
// time grew with the square of their length.
func confCheckFast(t *testing.T, read Reader, parts ...string) {
	t.Helper()
	for _, part := range parts {
		start := time.Now()
		for range read([]byte(strings.Repeat(part, 2<<20/len(part)))) {
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q again and again: took %v", part, took)
		}
	}
}
