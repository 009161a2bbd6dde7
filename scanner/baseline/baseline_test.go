package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

var update = flag.Bool("update", false, "write the golden files")

// finding is one of a value, at places on this machine alone or not.
func finding(value string, places ...place.Place) scanner.Finding {
	v := secret.New(value)
	return scanner.Finding{Rule: &rules.Rule{ID: "rule-of-" + value}, Value: v, Fingerprint: v.Fingerprint(), Places: places}
}

func tracked(path string) place.Place {
	return place.Place{Kind: place.File, Path: path, Commit: &place.Version{ID: "c0ffee"}}
}

func local(path string) place.Place {
	return place.Place{Kind: place.File, Path: path, WorkTree: true, Local: true}
}

func text(t *testing.T, b *Baseline) string {
	t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWrite(t *testing.T) {
	old, err := parse([]byte(fmt.Sprintf(`{"version": 1, %q: {"reason": "revoked in March"}}`, secret.New("b").Fingerprint())))
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, From([]scanner.Finding{
		finding("a", tracked("src/<main>.go"), tracked("other")),
		finding("b", local(".env"), tracked("evil\n\x1b\u202e\"path\"")),
		finding("c", place.Place{Kind: place.Commit, Field: "message"}),
		finding("local", local(".env"), local("stash")),
	}, old))
	golden := filepath.Join("testdata", "baseline.json")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if !json.Valid([]byte(got)) {
		t.Error("is not valid JSON")
	}
	if got, want := text(t, From(nil, nil)), "{\n  \"version\": 1\n}\n"; got != want {
		t.Errorf("empty: got %q, want %q", got, want)
	}
}

var fingerprints = rapid.Map(rapid.StringN(0, 3, 3), func(s string) secret.Fingerprint { return secret.New(s).Fingerprint() })

// What is written is read again, in any order of lines, and repeated.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &Baseline{make(map[secret.Fingerprint]Entry)}
		for _, f := range rapid.SliceOf(fingerprints).Draw(t, "fingerprints") {
			s := rapid.String()
			want.entries[f] = Entry{f, s.Draw(t, "rule"), s.Draw(t, "path"), s.Draw(t, "reason")}
		}
		var out bytes.Buffer
		if err := want.Write(&out); err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(out.String(), "\n")
		if got, want := len(lines), len(want.entries)+4; got != want {
			t.Fatalf("got %d lines, want %d", got, want)
		}
		entries := lines[1 : len(lines)-3]
		entries = rapid.Permutation(slices.Concat(entries, entries)).Draw(t, "entries")
		got, err := parse([]byte(lines[0] + strings.Join(entries, "") + strings.Join(lines[len(lines)-3:], "")))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Entries(), got.Entries()); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
	})
}

func TestParseErrors(t *testing.T) {
	a := secret.New("a").Fingerprint()
	tests := []struct{ name, text, want string }{
		{"empty", "", "1: unexpected end of JSON input"},
		{"no object", `"version"`, "1: want a JSON object"},
		{"no version", "{}", "1: version is 0, want 1"},
		{"another version", `{"version": 2}`, "1: version is 2, want 1"},
		{"no fingerprint", "{\n\"v1:xyz\": {},\n\"version\": 1}", `2: fingerprint "v1:xyz": want 32 lower-case hexadecimal digits after "v1:"`},
		{"unknown field", fmt.Sprintf("{\n%q: {\"path\": \"a\", \"line\": 3},\n\"version\": 1}", a), `2: json: unknown field "line"`},
		{"wrong type", fmt.Sprintf("{\n%q: 3,\n\"version\": 1}", a), "2: json: cannot unmarshal number into Go value of type baseline.Entry"},
		{"cut off", fmt.Sprintf("{\n%q: {},\n", a), "2: unexpected end of JSON input"},
		{"cut off in an entry", fmt.Sprintf("{\n%q: {\"path\": \"a", a), "2: unexpected end of JSON input"},
		{"an unresolved merge", fmt.Sprintf("{\n%q: {},\n<<<<<<< HEAD\n", a), "3: invalid character '<' looking for beginning of object key string"},
		{"broken entry", fmt.Sprintf("{\n%q: {},\n%q: {\n\"path\" \"a\"},\n", a, a), "4: invalid character '\"' after object key"},
		{"something after it", "{\"version\": 1}\n{}", "2: invalid character '{' after top-level value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse([]byte(tt.text))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got error  %v\nwant error %v", err, tt.want)
			}
		})
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	if _, err := Read(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got error %v", err)
	}
	file := filepath.Join(dir, File)
	if err := os.WriteFile(file, []byte(`[{"RuleID": "x"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(file); !errors.Is(err, ErrGitleaks) || !strings.Contains(err.Error(), file+":1: ") {
		t.Errorf("gitleaks: got error %v", err)
	}
	want := From([]scanner.Finding{finding("a", tracked("x"))}, nil)
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(text(t, want), "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Entries(), got.Entries()); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// What is read and written again is the same from then on, and whatever is
// written is read as what it was.
func FuzzParse(f *testing.F) {
	a := secret.New("a").Fingerprint()
	f.Add([]byte("{\n  \"version\": 1\n}\n"))
	f.Add([]byte(fmt.Sprintf("{%q: {\"rule\": \"r\", \"path\": \"p\\u0000\"},\n%q: {\"reason\": \"x\"}, \"version\": 1}", a, a)))
	f.Add([]byte(`[{"RuleID": "x"}]`))
	f.Add([]byte("{\n<<<<<<<"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := parse(data)
		if err != nil {
			return
		}
		first := text(t, b)
		again, err := parse([]byte(first))
		if err != nil {
			t.Fatalf("can't read what was written: %v\n%s", err, first)
		}
		if got := text(t, again); got != first {
			t.Errorf("got %s\nwant %s", got, first)
		}
	})
}

// Two branches that add and remove entries merge without a conflict, as long as
// there is an entry between those that they touch.
func TestMergesCleanly(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	var all []scanner.Finding
	for i := range 12 {
		all = append(all, finding(fmt.Sprint(i), tracked("file")))
	}
	slices.SortFunc(all, func(a, b scanner.Finding) int { return a.Fingerprint.Compare(b.Fingerprint) })
	without := func(gone ...int) string {
		var left []scanner.Finding
		for i, f := range all {
			if !slices.Contains(gone, i) {
				left = append(left, f)
			}
		}
		return text(t, From(left, nil))
	}
	tests := []struct{ name, base, ours, theirs, want string }{
		{"both add", without(0, 4, 8, 11), without(4, 11), without(0, 8), without()},
		{"first and last", without(0, 11), without(11), without(0), without()},
		{"both remove", without(), without(2), without(11), without(2, 11)},
		{"one adds, one removes", without(11), without(), without(0, 11), without(0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range map[string]string{"base": tt.base, "ours": tt.ours, "theirs": tt.theirs} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(t.Context(), git, "merge-file", "-p", "ours", "base", "theirs")
			cmd.Dir = dir
			got, err := cmd.Output()
			if err != nil {
				t.Fatalf("merge: %v\n%s", err, got)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("merged (-want +got):\n%s", diff)
			}
		})
	}
}

// recorder is a sink that remembers.
type recorder struct {
	findings []scanner.Finding
	summary  scanner.Summary
}

func (r *recorder) Problem(scanner.Problem) error     { return nil }
func (r *recorder) Finding(f scanner.Finding) error   { r.findings = append(r.findings, f); return nil }
func (r *recorder) Reference(scanner.Reference) error { return nil }
func (r *recorder) Done(s scanner.Summary) error      { r.summary = s; return nil }

func TestSink(t *testing.T) {
	b := From([]scanner.Finding{finding("known", tracked("a")), finding("gone", tracked("a")), finding("known but local", tracked("a"))}, nil)
	all := []scanner.Finding{
		finding("new", tracked("a")),
		finding("known", tracked("b"), local("c")),
		finding("local", local("a"), local("b")),
		finding("known but local", local("a")),
		finding("partly local", local("a"), tracked("b")),
	}
	gone := []secret.Fingerprint{secret.New("gone").Fingerprint()}
	tests := []struct {
		name  string
		scan  scanner.Summary
		stale []secret.Fingerprint
	}{
		{"thorough", scanner.Summary{}, gone},
		{"with things left out by policy", scanner.Summary{LeftOut: []scanner.LeftOut{{Reason: scanner.Dependency}}}, gone},
		{"with a problem", scanner.Summary{Problems: 1}, nil},
		{"shallow", scanner.Summary{LeftOut: []scanner.LeftOut{{Reason: scanner.LFS}, {Reason: scanner.Shallow}}}, nil},
		{"narrowed", scanner.Summary{LeftOut: []scanner.LeftOut{{Reason: scanner.Narrowed}}}, nil},
		{"without access", scanner.Summary{LeftOut: []scanner.LeftOut{{Reason: scanner.NoAccess}}}, nil},
		{"continued", scanner.Summary{LeftOut: []scanner.LeftOut{{Reason: scanner.Continued}}}, nil},
		{"without archives in history", scanner.Summary{LeftOut: []scanner.LeftOut{{Reason: scanner.Archived}}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got recorder
			sink := New(&got, b)
			for _, f := range all {
				if err := sink.Finding(f); err != nil {
					t.Fatal(err)
				}
			}
			sum := tt.scan
			sum.Findings, sum.New = len(all), len(all)
			if err := sink.Done(sum); err != nil {
				t.Fatal(err)
			}
			var marks []string
			for _, f := range got.findings {
				marks = append(marks, fmt.Sprintf("%s: new %t known %t local %t", f.Value.Mask(), f.New(), f.Known, f.Local))
			}
			wantMarks := []string{
				"****: new true known false local false",
				"****: new false known true local false",
				"****: new false known false local true",
				"****: new false known true local false",
				"****: new true known false local false",
			}
			if diff := cmp.Diff(wantMarks, marks); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			want := tt.scan
			want.Findings, want.New, want.Known, want.Local, want.Stale = 5, 2, 2, 1, tt.stale
			if diff := cmp.Diff(want, got.summary, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}
