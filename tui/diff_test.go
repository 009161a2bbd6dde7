package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	tests := []struct{ name, before, after, want string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"empty", "", "", ""},
		{"a new file", "", "a\nb\n", "@@ -1 +1 @@\n+a\n+b\n"},
		{"a file that goes", "a\nb\n", "", "@@ -1 +1 @@\n-a\n-b\n"},
		{"a changed line", "a\nb\nc\n", "a\nB\nc\n", "@@ -1 +1 @@\n a\n-b\n+B\n c\n"},
		{"three lines around", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n", "@@ -2 +2 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
		{"two places", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n", "@@ -1 +1 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6 +6 @@\n 5\n 6\n 7\n-b\n+B\n"},
		{"a line end that comes", "a", "a\n", "@@ -1 +1 @@\n-a\n\\ no line end\n+a\n"},
		{"a line end that goes", "a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ no line end\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got strings.Builder
			for _, l := range diff(tt.before, tt.after) {
				if l.kind != '@' && l.kind != '\\' {
					got.WriteByte(l.kind)
				}
				got.WriteString(l.text + "\n")
			}
			if d := cmp.Diff(tt.want, got.String()); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// longest is how many lines two texts share in order at most, found out slowly.
func longest(a, b []string) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return 0
	case a[0] == b[0]:
		return max(1+longest(a[1:], b[1:]), longest(a[1:], b), longest(a, b[1:]))
	}
	return max(longest(a[1:], b), longest(a, b[1:]))
}

// TestCompareLines shows that both texts can be read off a comparison, and that it shares as
// many lines as can be.
func TestCompareLines(t *testing.T) {
	lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n"}), 0, 7)
	rapid.Check(t, func(t *rapid.T) {
		a, b := lines.Draw(t, "a"), lines.Draw(t, "b")
		var before, after []string
		shared := 0
		for _, l := range compareLines(a, b) {
			if l.kind != '+' {
				before = append(before, l.text)
			}
			if l.kind != '-' {
				after = append(after, l.text)
			}
			if l.kind == ' ' {
				shared++
			}
		}
		if !slices.Equal(before, a) || !slices.Equal(after, b) {
			t.Errorf("reads as %q and %q", before, after)
		}
		if want := longest(a, b); shared != want {
			t.Errorf("shares %d lines, could share %d", shared, want)
		}
	})
}

// TestCompareLong has texts that differ so much that no line in between is shared.
func TestCompareLong(t *testing.T) {
	var a, b []string
	for i := range 3000 {
		a = append(a, strings.Repeat("a", i%50)+"\n")
		b = append(b, strings.Repeat("b", i%50)+"\n")
	}
	a, b = append(a, "end\n"), append(b, "end\n")
	all := compareLines(a, b)
	if len(all) != 6000 || all[0].kind != ' ' || all[len(all)-1].kind != ' ' {
		t.Errorf("%d lines", len(all))
	}
}
