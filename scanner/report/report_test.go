package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

var update = flag.Bool("update", false, "write the golden files")

func TestGolden(t *testing.T) {
	scans := map[string]scan{"full": fullScan(), "clean": cleanScan()}
	options := map[string]Options{
		"text":       {},
		"text-80":    {Width: 80},
		"text-160":   {Width: 160},
		"text-color": {Width: 100, Color: true},
	}
	names := []string{"text-80", "text-160", "text-color"}
	for name, scan := range scans {
		for _, file := range append(names, Formats()...) {
			t.Run(name+"/"+file, func(t *testing.T) {
				format, _, _ := strings.Cut(file, "-")
				o := options[file]
				o.Version = "1.2.3"
				golden(t, name+"."+file+".golden", scan.write(t, format, o))
			})
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("differs from %s (-want +got; -update writes it):\n%s", file, diff)
	}
}

// TestNoValues looks for every value in every format.
func TestNoValues(t *testing.T) {
	s := fullScan()
	if len(s.texts) < len(s.findings) {
		t.Fatalf("only %d texts to look for, of %d findings", len(s.texts), len(s.findings))
	}
	shown := 0
	for _, format := range Formats() {
		for name, o := range map[string]Options{
			"default": {},
			"masked":  {Show: secret.Value.Mask},
			"nothing": {Show: func(secret.Value) string { return "" }},
			"color":   {Color: true, Width: 40},
		} {
			t.Run(format+"/"+name, func(t *testing.T) {
				out := string(s.write(t, format, o))
				for i, text := range s.texts {
					if strings.Contains(out, text) {
						t.Errorf("holds value %d", i)
					}
				}
			})
		}
		// The same search finds them where they are shown.
		out := string(s.write(t, format, Options{Show: known(s.texts)}))
		for _, text := range s.texts {
			if strings.Contains(out, text) {
				shown++
			}
		}
	}
	if least := len(Formats()) * (len(s.findings) - 1); shown < least {
		t.Errorf("found %d values where they are shown, want %d or more", shown, least)
	}
}

// known shows values by telling which of the texts one is, as a test may do that
// made them.
func known(texts []string) func(secret.Value) string {
	return func(v secret.Value) string {
		for _, text := range texts {
			if v.Equal(secret.New(text)) {
				return text
			}
		}
		return "?"
	}
}

// TestHarmless looks at every character of every format: none may act on a
// terminal or mislead the eye.
func TestHarmless(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			out := fullScan().write(t, format, Options{Width: 80})
			if !utf8.Valid(out) {
				t.Errorf("is not valid UTF-8")
			}
			if format == "csv" {
				out = bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n"))
			}
			for i, r := range string(out) {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Fatalf("holds %U at byte %d: %q", r, i, out[max(0, i-40):i])
				}
			}
		})
	}
}

func TestColorOnlyWhereAsked(t *testing.T) {
	colored := string(fullScan().write(t, "text", Options{Color: true}))
	if !strings.Contains(colored, "\x1b[") {
		t.Errorf("no colour where it was asked for")
	}
	// Without its colours it is the same text.
	var b strings.Builder
	for rest := colored; ; {
		before, after, ok := strings.Cut(rest, "\x1b[")
		b.WriteString(before)
		if !ok {
			break
		}
		_, rest, _ = strings.Cut(after, "m")
	}
	if diff := cmp.Diff(string(fullScan().write(t, "text", Options{})), b.String()); diff != "" {
		t.Errorf("colour changes the text (-plain +coloured):\n%s", diff)
	}
}

// TestFromSaved makes every format from a saved report: the same bytes as from
// the scan itself.
func TestFromSaved(t *testing.T) {
	o := Options{Version: "1.2.3", Width: 80}
	s := fullScan()
	// Bytes that are no UTF-8 are the one thing that JSON can't hold.
	s.problems, s.findings[6] = s.problems[:1], s.findings[7]
	for i := range s.findings {
		s.findings[i].Places = slices.DeleteFunc(s.findings[i].Places, func(p place.Place) bool {
			return p.Member == hostile || p.Message != nil && p.Message.Channel == hostile
		})
	}
	s.references = s.references[:1]
	s.summary.LeftOut, s.summary.Unused = nil, nil
	saved, err := Read(bytes.NewReader(s.write(t, "json", o)))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			var got bytes.Buffer
			if err := saved.Write(format, &got, o); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(s.write(t, format, o)), got.String()); diff != "" {
				t.Errorf("(-from the scan +from its saved report):\n%s", diff)
			}
		})
	}
}

// TestInputKept checks that a sink leaves what it is given as it was: other
// sinks are given the same places.
func TestInputKept(t *testing.T) {
	s, want := fullScan(), fullScan()
	s.write(t, "json", Options{})
	for i := range want.findings {
		if diff := cmp.Diff(want.findings[i].Places, s.findings[i].Places); diff != "" {
			t.Errorf("finding %d changed (-before +after):\n%s", i, diff)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	_, err := New("yaml", new(bytes.Buffer), Options{})
	if err == nil || !strings.Contains(err.Error(), "gitleaks") {
		t.Errorf("New: got error %v, want one that lists the formats", err)
	}
	if err := new(Report).Write("", new(bytes.Buffer), Options{}); err == nil {
		t.Errorf("Write: got no error")
	}
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriterFails(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			sink, err := New(format, brokenWriter{}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range fullScan().findings {
				if err := sink.Finding(f); err != nil {
					t.Fatal(err)
				}
			}
			if err := sink.Done(scanner.Summary{}); !errors.Is(err, errBroken) {
				t.Errorf("got error %v, want %v", err, errBroken)
			}
		})
	}
}
