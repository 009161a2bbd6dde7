package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestByteSize(t *testing.T) {
	for _, test := range []struct {
		in   string
		want byteSize
	}{
		{"1", 1}, {"500", 500}, {"500K", 500 << 10}, {"10m", 10 << 20}, {"10MB", 10 << 20}, {"2GiB", 2 << 30}, {"1T", 1 << 40}, {"7b", 7},
	} {
		var got byteSize
		if err := got.Set(test.in); err != nil || got != test.want {
			t.Errorf("%q: got %d, %v; want %d", test.in, got, err, test.want)
		}
	}
	for _, in := range []string{"", "K", "-1", "0", "1.5M", "1P", "lots", "99999999999999T", "9223372036854775807K"} {
		if err := new(byteSize).Set(in); err == nil {
			t.Errorf("%q is taken for a size", in)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"scan", "baseline", "rules", "github-pat", "github-app-token"}
	for in, want := range map[string]string{
		"scna": "scan", "skan": "scan", "base": "baseline", "rule": "rules", "github-pta": "github-pat",
		"github-app": "github-app-token", "zebra": "", "": "",
	} {
		if got := nearest(in, words); got != want {
			t.Errorf("nearest(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	// The definition, step by step.
	var slow func(a, b string) int
	slow = func(a, b string) int {
		switch {
		case a == "":
			return len(b)
		case b == "":
			return len(a)
		case a[0] == b[0]:
			return slow(a[1:], b[1:])
		}
		return 1 + min(slow(a[1:], b), slow(a, b[1:]), slow(a[1:], b[1:]))
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[abc]{0,6}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := editDistance(a, b), slow(a, b); got != want {
			t.Fatalf("editDistance(%q, %q) = %d, want %d", a, b, got, want)
		}
	})
}

// The line is drawn now and then, and leaves nothing behind.
func TestProgress(t *testing.T) {
	var screen strings.Builder
	p := &progress{w: &screen, width: 40}
	p.clear()
	for range 1000 {
		p.show("a.txt", 1, 2)
	}
	p.clear()
	p.clear()
	const erase = "\r\x1b[K"
	got := screen.String()
	if !strings.HasPrefix(got, erase+" 50% a.txt") || !strings.HasSuffix(got, erase) || strings.HasSuffix(got, erase+erase) {
		t.Errorf("drawn: %q", got)
	}
	if n := strings.Count(got, "a.txt"); n > 100 {
		t.Errorf("drawn %d times", n)
	}

	var none *progress
	none.show("a.txt", 1, 2)
	none.clear()
	if p := newProgress(shell{stderr: &screen, getenv: noEnvironment}); p != nil {
		t.Error("there is a progress line where there is no terminal")
	}
}

func TestProgressLine(t *testing.T) {
	for _, test := range []struct {
		what        string
		done, total int64
		width       int
		want        string
	}{
		{"a.txt", 50, 200, 40, " 25% a.txt"},
		{"a.txt", 300, 200, 40, "100% a.txt"},
		{"a.txt", 7, 0, 40, "7 a.txt"},
		{"a.txt", 0, 0, 40, "a.txt"},
		{"a/very/long/path/to/a/file.txt", 1, 2, 25, " 50% a/very/lo…a/file.txt"},
		{"evil\x1b[2J\n", 0, 0, 40, `evil\x1b[2J\n`},
		{"a long name", 1, 2, 10, ""},
	} {
		if got := progressLine(test.what, test.done, test.total, test.width); got != test.want {
			t.Errorf("%q at %d: got %q, want %q", test.what, test.width, got, test.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(0, 120).Draw(t, "width")
		line := progressLine(rapid.String().Draw(t, "what"), rapid.Int64Range(0, 1e12).Draw(t, "done"), rapid.Int64Range(0, 1e12).Draw(t, "total"), width)
		if n := utf8.RuneCountInString(line); n > width {
			t.Fatalf("%q has %d characters, want at most %d", line, n, width)
		}
	})
}

// Only what would have reported something says that it didn't.
func TestInterruptedSays(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for want, args := range map[string][]string{
		"secretsweep: interrupted\n":                       {"secret", "list", "-e", "dev"},
		"secretsweep: interrupted; nothing was reported\n": {"scan", t.TempDir()},
	} {
		var stderr bytes.Buffer
		sh := shell{new(bytes.Buffer), io.Discard, &stderr, func(string) string { return "" }}
		if status := run(ctx, args, sh); status != statusInterrupted || stderr.String() != want {
			t.Errorf("%q: status %d, %q", args, status, stderr.String())
		}
	}
}
