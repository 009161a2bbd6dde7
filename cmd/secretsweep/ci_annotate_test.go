package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner/report"
)

func TestCommands(t *testing.T) {
	hostile := annotation{
		Path: "a,b:c;d]e%\n::add-mask::x", Line: 3, Column: 7,
		Title: "title, with: all;of]it%", Message: "100% of it\r\n##vso[task.complete]::error::x",
	}
	nowhere := annotation{Title: "Leaked", Message: "in a message"}
	for _, test := range []struct {
		name    string
		command func(annotation) string
		in      annotation
		want    string
	}{
		{"github", githubCommand, hostile, `::error file=a%2Cb%3Ac;d]e%25\n%3A%3Aadd-mask%3A%3Ax,line=3,col=7,title=title%2C with%3A all;of]it%25::100%25 of it\r\n##vso[task.complete]::error::x`},
		{"github without a file", githubCommand, nowhere, `::error title=Leaked::in a message`},
		{"azure", azureCommand, hostile, `##vso[task.logissue type=error;sourcepath=a,b:c%3Bd%5De%AZP25\n::add-mask::x;linenumber=3;columnnumber=7;]title, with: all;of]it%AZP25: 100%AZP25 of it\r\n## vso[task.complete]::error::x`},
		{"azure without a file", azureCommand, nowhere, `##vso[task.logissue type=error;]Leaked: in a message`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.command(test.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzCommands: whatever the text, it is one line and one command.
func FuzzCommands(f *testing.F) {
	f.Add("a.txt", "title", "message")
	f.Add("::error::\n", "a::b", "###vso[x]##[y]\r::z")
	f.Fuzz(func(t *testing.T, path, title, message string) {
		a := annotation{Path: path, Line: 1, Column: 1, Title: title, Message: message}
		github, azure := githubCommand(a), azureCommand(a)
		if strings.ContainsAny(github+azure, "\r\n") {
			t.Fatalf("more than a line: %q, %q", github, azure)
		}
		properties, _, ok := strings.Cut(strings.TrimPrefix(github, "::error "), "::")
		if !ok || strings.Count(properties, ",") > 3 || !strings.Contains(properties, "title=") {
			t.Fatalf("properties %q of %q", properties, github)
		}
		if rest := strings.TrimPrefix(azure, "##vso["); strings.Contains(rest, "##vso[") || strings.Contains(rest, "##[") {
			t.Fatalf("a second command in %q", azure)
		}
	})
}

// FuzzHarmless: no line of what comes out is a command, however it is written.
func FuzzHarmless(f *testing.F) {
	f.Add("  ::error::x\n##vso[y]\n###[z]", 3)
	f.Add("a\r::b\n\u00a0::c", 1)
	f.Fuzz(func(t *testing.T, text string, size int) {
		write := func(size int) string {
			var out bytes.Buffer
			h := &harmless{w: &out}
			for rest := text; rest != ""; {
				n := min(max(size, 1), len(rest))
				if _, err := h.Write([]byte(rest[:n])); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if err := h.Flush(); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		got := write(size)
		if whole := write(len(text)); got != whole {
			t.Fatalf("in pieces of %d: %q, at once: %q", size, got, whole)
		}
		for line := range strings.Lines(got) {
			if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") ||
				strings.Contains(strings.ToLower(line), "##vso[") || strings.Contains(line, "##[") {
				t.Fatalf("a command: %q", line)
			}
		}
		if strings.Count(got, "\n") != strings.Count(text, "\n") {
			t.Fatalf("%q has other lines than %q", got, text)
		}
	})
}

func TestAnnotations(t *testing.T) {
	at := func(path string, line int, live bool) place.Place {
		p := place.Place{Kind: place.File, Path: path, Head: live}
		p.Start = place.Position{Line: line, Column: 5}
		return p
	}
	finding := func(status report.Status, places ...place.Place) report.Finding {
		return report.Finding{Status: status, Secret: "abcd****yz", Severity: "high", Rule: report.Rule{ID: "rule", Description: "A rule"}, Places: places}
	}
	got := annotations(&report.Report{Findings: []report.Finding{
		finding(report.StatusNew, at("gone.txt", 1, false), at("here.txt", 2, true)),
		finding(report.StatusKnown, at("known.txt", 3, true)),
		finding(report.StatusNew, at("history.txt", 4, false)),
	}})
	var where []string
	for _, a := range got {
		where = append(where, a.Path)
		if !strings.Contains(a.Message, "abcd****yz") || !strings.Contains(a.Title, "rule") {
			t.Errorf("%+v tells neither value nor rule", a)
		}
	}
	if diff := cmp.Diff([]string{"here.txt", ""}, where); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	r := &report.Report{
		Problems: []report.Problem{{What: "pack", Why: "it is <b>cut</b> off"}},
		Findings: []report.Finding{{
			Status: report.StatusNew, Secret: "ab|cd****yz", Severity: "high", Rule: report.Rule{Description: "A | rule @someone"},
			Places: []place.Place{{Kind: place.File, Path: "a`|\n<img src=x>.txt"}, {Kind: place.File, Path: "b"}},
		}},
		Summary: report.Summary{New: 1, Problems: 1},
	}
	got := summary(r, []silencer{{Path: "x.toml", Text: "[click](https://evil.example)"}})
	want := strings.ReplaceAll(`## secretsweep

**1 new leaked secret.** Revoke each: taking it out of the branch does not undo the leak.

| Severity | Secret | Value | Where |
| --- | --- | --- | --- |
| high | A \| rule \@someone | <code>ab\|cd\*\*\*\*yz</code> | a\'\|\\n\<img src=x\>.txt and 1 more place |

**Not everything could be scanned** (1 problem):

- pack: it is \<b\>cut\</b\> off

This change itself adds what makes secretsweep pass over something:

- x.toml\: \[click\]\(https\://evil.example\)

`, "'", "`")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	clean := summary(&report.Report{Summary: report.Summary{Complete: true}}, nil)
	if !strings.Contains(clean, "No new leaked secret.") {
		t.Errorf("a clean one says %q", clean)
	}
}
