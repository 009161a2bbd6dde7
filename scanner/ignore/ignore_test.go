package ignore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// Commits, of either of git's hashes.
var (
	commitA = strings.Repeat("a1", 20)
	commitB = strings.Repeat("b2", 32)
)

func fingerprint(value string) string { return secret.New(value).Fingerprint().String() }

// write gives a file with that name and content.
func write(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// finding is one of a value at places.
func finding(value string, places ...place.Place) scanner.Finding {
	v := secret.New(value)
	return scanner.Finding{Value: v, Fingerprint: v.Fingerprint(), Places: places, Namings: make([]scanner.Naming, len(places))}
}

// at is a place in a file, at lines.
func at(path string, lines ...int) place.Place {
	p := place.Place{Kind: place.File, Root: "top", Path: path}
	for i, n := range lines {
		span := place.Span{Start: place.Position{Line: n, Column: 1}, End: place.Position{Line: n, Column: 9}}
		if i == 0 {
			p.Span = span
		} else {
			p.Also = append(p.Also, span)
		}
	}
	return p
}

func in(commit string, p place.Place) place.Place {
	p.Commit = &place.Version{ID: commit}
	return p
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

// run gives what is left of findings.
func run(t *testing.T, sum scanner.Summary, findings []scanner.Finding, lists ...*List) recorder {
	t.Helper()
	var got recorder
	sink := New(&got, lists...)
	for _, f := range findings {
		if err := sink.Finding(f); err != nil {
			t.Fatal(err)
		}
	}
	sum.Findings, sum.New = len(findings), len(findings)
	if err := sink.Done(sum); err != nil {
		t.Fatal(err)
	}
	return got
}

// left says what is left, as path:line and so on.
func left(findings []scanner.Finding) []string {
	var all []string
	for _, f := range findings {
		for _, p := range f.Places {
			text := fmt.Sprintf("%s:%d", p.Path, p.Start.Line)
			for _, s := range p.Also {
				text += fmt.Sprintf(",%d", s.Start.Line)
			}
			if p.Commit != nil {
				text += " in " + p.Commit.ID[:2]
			}
			all = append(all, text)
		}
	}
	return all
}

func TestIgnore(t *testing.T) {
	key := finding("key", at("a.go", 1, 5), at("docs/b.md", 2), in(commitA, at("old", 7)))
	multi := at("pem", 3)
	multi.End.Line = 6
	tests := []struct {
		name  string
		read  func(string) (*List, error)
		lines string
		scan  scanner.Finding
		want  []string
	}{
		{"nothing", Read, "", key, []string{"a.go:1,5", "docs/b.md:2", "old:7 in a1"}},
		{"a fingerprint", Read, fingerprint("key"), key, nil},
		{"a fingerprint and a comment", Read, fingerprint("key") + "  # revoked", key, nil},
		{"another fingerprint", Read, fingerprint("other"), key, []string{"a.go:1,5", "docs/b.md:2", "old:7 in a1"}},
		{"a commented fingerprint", Read, "# " + fingerprint("key"), key, []string{"a.go:1,5", "docs/b.md:2", "old:7 in a1"}},
		{"a folder", Read, "path: docs", key, []string{"a.go:1,5", "old:7 in a1"}},
		{"a glob", Read, "path:**/*.go", key, []string{"docs/b.md:2", "old:7 in a1"}},
		{"a glob with a #", Read, "path: a#b", finding("key", at("a#b", 1), at("a", 1)), []string{"a:1"}},
		{"several", Read, "path: *.go\r\n\r\n  path: docs/\n", key, []string{"docs/b.md:2", "old:7 in a1"}},
		{"everything with a path", Read, "path: **", finding("key", at("a", 1), place.Place{Kind: place.Ref, Ref: "refs/x"}), []string{":0"}},

		{"gitleaks: a line", ReadGitleaks, "a.go:some-rule:1", key, []string{"a.go:5", "docs/b.md:2", "old:7 in a1"}},
		{"gitleaks: a further line", ReadGitleaks, "a.go:some-rule:5", key, []string{"a.go:1", "docs/b.md:2", "old:7 in a1"}},
		{"gitleaks: all lines", ReadGitleaks, "a.go:some-rule:5\n# more\na.go:other-rule:1\n", key, []string{"docs/b.md:2", "old:7 in a1"}},
		{"gitleaks: another line", ReadGitleaks, "a.go:some-rule:2", key, []string{"a.go:1,5", "docs/b.md:2", "old:7 in a1"}},
		{"gitleaks: a commit", ReadGitleaks, commitA + ":old:r:7", key, []string{"a.go:1,5", "docs/b.md:2"}},
		{"gitleaks: another commit", ReadGitleaks, commitB + ":old:r:7\n" + commitB + ":a.go:r:1", key, []string{"a.go:1,5", "docs/b.md:2", "old:7 in a1"}},
		{"gitleaks: any commit", ReadGitleaks, "old:r:7", key, []string{"a.go:1,5", "docs/b.md:2"}},
		{"gitleaks: within a value", ReadGitleaks, "pem:private-key:5", finding("key", multi), nil},
		{"gitleaks: after a value", ReadGitleaks, "pem:private-key:7", finding("key", multi), []string{"pem:3"}},
		{"gitleaks: from above the top", ReadGitleaks, "./top/docs/b.md:r:2", key, []string{"a.go:1,5", "old:7 in a1"}},
		{"gitleaks: on Windows", ReadGitleaks, `docs\b.md:r:2`, key, []string{"a.go:1,5", "old:7 in a1"}},
		{"gitleaks: a file with a colon", ReadGitleaks, "c:d:r:2\n" + commitB + ":c:d:r:3", finding("key", at("c:d", 2, 4), in(commitB, at("c:d", 3))), []string{"c:d:4"}},

		{"report: a line", ReadGitleaksReport, `[{"File": "a.go", "StartLine": 1, "EndLine": 1, "Secret": "REDACTED"}]`, key, []string{"a.go:5", "docs/b.md:2", "old:7 in a1"}},
		{"report: lines", ReadGitleaksReport, `[{"File": "a.go", "StartLine": 1, "EndLine": 5}]`, key, []string{"docs/b.md:2", "old:7 in a1"}},
		{"report: a commit", ReadGitleaksReport, `[{"File": "old", "StartLine": 7, "Commit": "` + commitA + `"}]`, key, []string{"a.go:1,5", "docs/b.md:2"}},
		{"report: empty", ReadGitleaksReport, `[]`, key, []string{"a.go:1,5", "docs/b.md:2", "old:7 in a1"}},
		{"report: null", ReadGitleaksReport, `null`, key, []string{"a.go:1,5", "docs/b.md:2", "old:7 in a1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := tt.read(write(t, "list", tt.lines))
			if err != nil {
				t.Fatal(err)
			}
			got := run(t, scanner.Summary{}, []scanner.Finding{tt.scan}, list)
			if diff := cmp.Diff(tt.want, left(got.findings)); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
			if n := len(got.findings); got.summary.Findings != n || got.summary.New != n {
				t.Errorf("summary has %d findings, %d new, want %d", got.summary.Findings, got.summary.New, n)
			}
			silenced := len(tt.want) != len(tt.scan.Places) || strings.Join(tt.want, " ") != strings.Join(left([]scanner.Finding{tt.scan}), " ")
			want := []scanner.Silenced{{By: "list", Count: 1}}
			if !silenced {
				want = nil
			}
			if diff := cmp.Diff(want, got.summary.Silenced); diff != "" {
				t.Errorf("silenced (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	ours, err := Read(write(t, File, strings.Join([]string{
		"# why",
		fingerprint("a"),
		fingerprint("gone") + " # gone",
		"path: docs",
		"path: none",
		fingerprint("a"),
	}, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := ReadGitleaks(write(t, GitleaksFile, "x:r:1\ny:r:1\nnone:r:1\n"))
	if err != nil {
		t.Fatal(err)
	}
	findings := []scanner.Finding{
		finding("a", at("docs/a", 1), at("x", 1)),
		finding("b", at("x", 1), at("y", 1), at("z", 1)),
		finding("c", at("docs/c", 1)),
		finding("d", at("d", 1)),
	}
	before := scanner.Summary{Silenced: []scanner.Silenced{{By: "gitleaks:allow", Count: 7}}}
	got := run(t, before, findings, ours, theirs).summary
	want := scanner.Summary{
		Findings: 2, New: 2,
		Silenced: []scanner.Silenced{{By: GitleaksFile, Count: 2}, {By: File, Count: 2}, {By: "gitleaks:allow", Count: 7}},
		Unused: []scanner.Unused{
			{File: File, Line: 3, Text: fingerprint("gone") + " # gone"},
			{File: File, Line: 5, Text: "path: none"},
			{File: File, Line: 6, Text: fingerprint("a")},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	narrowed := scanner.Summary{LeftOut: []scanner.LeftOut{{Reason: scanner.Narrowed}}}
	if got := run(t, narrowed, findings, ours, theirs).summary.Unused; len(got) > 0 {
		t.Errorf("a narrowed scan can't tell what is unused: got %v", got)
	}
}

// A finding's places may be shared with whoever gave it.
func TestLeavesFindingsAlone(t *testing.T) {
	list, err := ReadGitleaks(write(t, GitleaksFile, "a:r:1"))
	if err != nil {
		t.Fatal(err)
	}
	f := finding("key", at("a", 1, 2, 3))
	if got := left(run(t, scanner.Summary{}, []scanner.Finding{f}, list).findings); len(got) != 1 || got[0] != "a:2,3" {
		t.Fatalf("got %v, want a:2,3", got)
	}
	if got := left([]scanner.Finding{f}); got[0] != "a:1,2,3" {
		t.Errorf("the finding was changed to %v", got)
	}
}

func TestReason(t *testing.T) {
	read := func(read func(string) (*List, error), name, text string) *List {
		l, err := read(write(t, name, text))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	ours := read(Read, File, "# x\npath: docs/**\n"+fingerprint("key")+" # old\n")
	theirs := read(ReadGitleaks, GitleaksFile, "a:r:2")
	tests := []struct {
		name  string
		list  *List
		value string
		at    place.Place
		want  string
	}{
		{"by path", ours, "other", at("docs/a", 1), File + ":2: path: docs/**"},
		{"by value", ours, "key", at("a", 1), File + ":3: " + fingerprint("key") + " # old"},
		{"the first of two", ours, "key", at("docs/a", 1), File + ":2: path: docs/**"},
		{"none", ours, "other", at("a", 1), ""},
		{"by line", theirs, "key", at("a", 2), GitleaksFile},
		{"another line", theirs, "key", at("a", 3), ""},
	}
	for _, tt := range tests {
		f := finding(tt.value, tt.at)
		if got := tt.list.Reason(f.Fingerprint, &tt.at, tt.at.Span); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	tests := []struct {
		name string
		read func(string) (*List, error)
		text string
		want string
	}{
		{"no fingerprint", Read, "# x\n\nsrc/a.go", `3: fingerprint "src/a.go": does not begin with "v1:"; want a fingerprint, or path: and a glob`},
		{"a short fingerprint", Read, "v1:00", `1: fingerprint "v1:00": want 32 lower-case hexadecimal digits after "v1:"; want a fingerprint, or path: and a glob`},
		{"no glob", Read, "path:  ", `1: "path:": no glob`},
		{"a broken glob", Read, "path: [a", `1: glob "[a": not valid`},
		{"gitleaks: no colon", ReadGitleaks, "# x\na.go", `2: "a.go": want a line's number after the last colon`},
		{"gitleaks: no number", ReadGitleaks, "a.go:rule:x", `1: "a.go:rule:x": want a line's number after the last colon`},
		{"gitleaks: a negative number", ReadGitleaks, "a.go:rule:-1", `1: "a.go:rule:-1": want a line's number after the last colon`},
		{"gitleaks: no rule", ReadGitleaks, "a.go:1", `1: "a.go:1": want commit:file:rule:line or file:rule:line`},
		{"gitleaks: no file", ReadGitleaks, commitA + "::rule:1", `1: "` + commitA + `::rule:1": no file`},
		{"report: no JSON", ReadGitleaksReport, "[\n{\n]", `3: invalid character ']' looking for beginning of object key string`},
		{"report: no array", ReadGitleaksReport, `{}`, `1: want the JSON array of a gitleaks report`},
		{"report: cut off", ReadGitleaksReport, "[\n{\"File\": \"a\"},\n", `2: unexpected end of JSON input`},
		{"report: empty", ReadGitleaksReport, "", `1: unexpected end of JSON input`},
		{"report: a wrong type", ReadGitleaksReport, "[\n{\"File\": 3}]", `2: json: cannot unmarshal number into Go struct field reported.File of type string`},
		{"report: no file", ReadGitleaksReport, `[{"StartLine": 3}]`, `1: want a finding of gitleaks, with File and StartLine`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, "list", tt.text)
			_, err := tt.read(file)
			if want := "read ignore file: " + file + ":" + tt.want; err == nil || err.Error() != want {
				t.Errorf("got error  %v\nwant error %s", err, want)
			}
		})
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got error %v", err)
	}
}

// Every line that isn't blank or a comment is a rule, which silences what it says.
func FuzzParse(f *testing.F) {
	f.Add(fingerprint("key") + " # x\npath: docs/**\n\n# y")
	f.Add("\ufeffpath: *.{go,md}\r\n")
	f.Add("path: [a\n")
	f.Fuzz(func(t *testing.T, text string) {
		l := newList("list")
		if err := parse(l, []byte(text)); err != nil {
			return
		}
		want := 0
		for i, line := range strings.Split(text, "\n") {
			line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), map[bool]string{true: "\ufeff"}[i == 0]))
			if line != "" && line[0] != '#' {
				want++
			}
		}
		if len(l.rules) != want {
			t.Errorf("got %d rules of %d lines", len(l.rules), want)
		}
		for value, i := range l.values {
			if !strings.Contains(l.rules[i].text, value.String()) {
				t.Errorf("rule %q is of %s", l.rules[i].text, value)
			}
			if by := l.silences(value, &place.Place{}); len(by) != 1 || by[0] != i {
				t.Errorf("%s is silenced by %v, want %d", value, by, i)
			}
		}
	})
}

// What an entry of gitleaks names is what is silenced, whatever the file is called.
func FuzzGitleaks(f *testing.F) {
	f.Add(commitA+":dir/a b.go:generic-api-key:12", 12)
	f.Add("a:b:c:d:7", 7)
	f.Add(":::0", 0)
	f.Add(`a\b:r:1`, 2)
	f.Fuzz(func(t *testing.T, text string, line int) {
		l := newList("list")
		if err := parseGitleaks(l, []byte(text)); err != nil {
			return
		}
		for version, ranges := range l.named {
			if version.path == "" || strings.ContainsAny(version.path, "\\\n") {
				t.Errorf("%q names the path %q", text, version.path)
			}
			p := in(version.commit, at(version.path, line))
			want := false
			for _, r := range ranges {
				want = want || r.first <= line && line <= r.last
			}
			if got := l.names(&p, p.Span); want && !got {
				t.Errorf("%q names %v %v and not line %d there", text, version, ranges, line)
			}
		}
	})
}

// Whatever a report says, it names lines that there can be.
func FuzzGitleaksReport(f *testing.F) {
	f.Add([]byte(`[{"File": "a", "StartLine": 1, "EndLine": 2, "Commit": "` + commitA + `"}, {"File": "a", "StartLine": 9}]`))
	f.Add([]byte(`[{"File": "a", "StartLine": -1}]`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := newList("list")
		if err := parseGitleaksReport(l, data); err != nil {
			return
		}
		for version, ranges := range l.named {
			for _, r := range ranges {
				if r.first > r.last || r.first < 0 || version.path == "" {
					t.Errorf("%q: lines %d to %d of %q", data, r.first, r.last, version.path)
				}
			}
		}
	})
}
