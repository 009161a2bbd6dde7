package cleanup

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/baseline"
)

// leaked says that a sweep found a value in a commit, in a line of a file that is as long.
func (p *project) leaked(file, name, value string, choice importers.Choice) *importers.Row {
	row := p.has(file, name, value)
	at := &row.Items[0].At
	at.WorkTree, at.Commit = false, &place.Version{ID: "c0ffee"}
	at.Start = place.Position{Line: 3, Column: 1}
	at.End = at.Start.After([]byte(value[:len(value)-1]))
	v := row.Value
	row.Finding = &scanner.Finding{
		Rule:     &rules.Rule{ID: "a-rule", Description: "A | rule", Provider: &rules.Provider{ID: "one", Name: "One", Console: "https://one.example", Rotate: "1. Make another.\n2. Revoke this one.\n"}},
		Severity: rules.High, Value: v, Carrier: v, Fingerprint: v.Fingerprint(), Places: []place.Place{*at}, Namings: make([]scanner.Naming, 1),
	}
	row.Items[0].Finding, row.Choice = row.Finding, choice
	return row
}

// TestReplacementsOf shows what the file has for values that are written in several ways,
// and what is told of the others.
func TestReplacementsOf(t *testing.T) {
	const lines = "-- begin --\nof (more)\n-- end --\n"
	p := newProject(t, nil)
	p.leaked("a", "LONG", "a longer value ==> with an arrow", importers.Import)
	p.leaked("a", "LINES", lines, importers.Revoke)
	p.leaked("a", "LINE", "of (more)", importers.Revoke)
	p.leaked("a", "PIN", "1234", importers.Import)
	p.leaked("a", "RISK", "accepted value", importers.Accept)
	p.leaked("a", "OPEN", "undecided value", importers.Leave)
	escaped := p.leaked("b", "ESCAPED", "a%value", importers.Revoke)
	escaped.Value = secret.New("written otherwise")
	escaped.Finding.Value = escaped.Value
	ref := p.leaked("", "BRANCH", "value-of-a-branch", importers.Revoke)
	ref.Finding.Places[0].Kind, ref.Finding.Places[0].Ref = place.Ref, "refs/heads/value\x1b"
	packed := p.leaked("a b.zip", "PACKED", "a value in an archive", importers.Revoke)
	packed.Finding.Places[0].Member = "config"
	author := p.leaked("", "AUTHOR", "a value that has a name", importers.Revoke)
	at := &author.Finding.Places[0]
	at.Kind, at.Field, at.Object = place.Commit, "author", "0123456789abcdef"
	s := p.does(History)
	text, err := os.ReadFile(p.Replacements)
	if err != nil {
		t.Fatal(err)
	}
	want := `regex:-- begin --(?:\r?\n[ \t]*|\\r\\n|\\n)of \(more\)(?:\r?\n[ \t]*|\\r\\n|\\n)-- end --==>***REMOVED***-LINES
literal:a longer value ==> with an arrow==>***REMOVED***-LONG
literal:a value that has a name==>***REMOVED***-AUTHOR
literal:a value in an archive==>***REMOVED***-PACKED
literal:value-of-a-branch==>***REMOVED***-BRANCH
literal:written otherwise==>***REMOVED***-ESCAPED
regex:of \(more\)==>***REMOVED***-LINE
`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
	_, said, _ := strings.Cut(s.Text, "Not taken out by this:\n")
	if want := "  - PIN: it is so short that it stands in other words; replace it by hand\n" +
		"  - ESCAPED: written in another form in b, line 3\n" +
		"  - BRANCH: the name of refs/heads/value\\x1b; delete or rename it\n" +
		"  - PACKED: in a b.zip!/config, which is packed; git filter-repo --invert-paths --path 'a b.zip'\n" +
		"  - AUTHOR: in the author of 0123456789ab; git filter-repo --mailmap\n"; said != want {
		t.Errorf("it says:\n%s\nwant:\n%s", said, want)
	}
	for _, shown := range []string{s.Text, s.Edits[0].shownAfter} {
		for _, value := range []string{"longer value", "of (more)", `of \(more\)`, "otherwise", "value-of-a"} {
			if strings.Contains(shown, value) {
				t.Errorf("%q shows", value)
			}
		}
	}
	// In a file with other line ends, indented, and as escapes between quotes.
	expr := regexp.MustCompile(strings.TrimPrefix(strings.Split(want, "==>")[0], "regex:"))
	for _, form := range []string{lines, strings.ReplaceAll(lines, "\n", "\r\n"), strings.ReplaceAll(lines, "\n", "\n\t  "), strings.ReplaceAll(lines, "\n", `\n`)} {
		if got := expr.ReplaceAllString("key: "+form, "X"); !strings.HasPrefix(got, "key: X") || strings.Contains(got, "more") {
			t.Errorf("%q becomes %q", form, got)
		}
	}
}

func TestReplacementsPlace(t *testing.T) {
	p := newProject(t, map[string]string{".git/HEAD": "ref: refs/heads/main\n"})
	p.leaked("a", "A", "first value", importers.Import)
	p.Replacements = p.path("inside.txt")
	if _, err := Steps(t.Context(), p.Options); err == nil || !strings.HasSuffix(err.Error(), "inside.txt: it would lie in a repository that is cleaned up") {
		t.Errorf("got error %v", err)
	}
	p.Replacements = ""
	if s := p.step(History); !s.Done() {
		t.Error("there is something to do without a file")
	}
	p.Replacements = filepath.Join(filepath.Dir(p.dir), "wide.txt")
	if err := os.WriteFile(p.Replacements, []byte("literal:older value==>x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := p.does(History)
	if before, _ := s.Edits[0].Masked(); before != "literal:****==>x\n" {
		t.Errorf("the file that was there shows as %q", before)
	}
	if info, err := os.Stat(p.Replacements); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
}

func TestBaseline(t *testing.T) {
	p := newProject(t, map[string]string{".git/HEAD": "ref: refs/heads/main\n"})
	decided := map[string]*importers.Row{
		"imported": p.leaked("a", "A", "first value", importers.Import),
		"revoked":  p.leaked("a", "B", "second value", importers.Revoke),
		"false":    p.leaked("a", "C", "third value", importers.False),
		"accepted": p.leaked("a", "D", "fourth value", importers.Accept),
	}
	decided["accepted"].Until, decided["accepted"].Reason = time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), "is like second value"
	open := p.leaked("a", "E", "fifth value", importers.Leave)
	local := p.leaked("a", "F", "sixth value", importers.Revoke)
	local.Finding.Places[0].Local = true
	elsewhere := p.leaked("a", "G", "seventh value", importers.Revoke)
	elsewhere.Finding.Places[0].Root = filepath.Dir(p.dir)
	old := secret.New("old value").Fingerprint()
	p.write(baseline.File, fmt.Sprintf("{\n%q: {\"rule\":\"b\",\"reason\":\"because\"},\n%q: {\"rule\":\"of old\",\"reason\":\"mine\"},\n\"version\": 1}\n", old, decided["revoked"].Key))
	if s := p.does(Baseline); !strings.HasPrefix(s.Text, "What is accepted until a day stays ") {
		t.Errorf("it says %q", s.Text)
	}
	b, err := baseline.Read(p.path(baseline.File))
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range decided {
		if !b.Has(row.Key) {
			t.Errorf("what is %s isn't known", name)
		}
	}
	if !b.Has(old) {
		t.Error("what was known isn't any more")
	}
	if b.Has(open.Key) || b.Has(local.Key) || b.Has(elsewhere.Key) {
		t.Error("it has what isn't decided, or isn't in git")
	}
	reasons := make(map[secret.Fingerprint]string)
	for _, e := range b.Entries() {
		reasons[e.Fingerprint] = e.Reason
	}
	if got, want := reasons[decided["accepted"].Key], "accepted until 2027-01-31: is like ****"; got != want {
		t.Errorf("accepted because %q, want %q", got, want)
	}
	if reasons[decided["revoked"].Key] != "mine" || reasons[old] != "because" {
		t.Error("a reason is gone")
	}
}

func TestBaselineRefused(t *testing.T) {
	for name, text := range map[string]string{"no baseline": "nothing", "another tool's": "[]"} {
		p := newProject(t, map[string]string{".git/HEAD": "ref: refs/heads/main\n", baseline.File: text})
		p.leaked("a", "A", "first value", importers.Import)
		s := p.does(Baseline)
		if got := p.text(baseline.File); got != text || !strings.HasPrefix(s.Text, baseline.File+" stays as it is: ") {
			t.Errorf("%s: it is %q, and it says %q", name, got, s.Text)
		}
	}
	p := newProject(t, nil)
	p.leaked("a", "A", "first value", importers.Import)
	if s := p.does(Baseline); !s.Done() {
		t.Error("there is something to do in a folder that is no repository")
	}
}

func TestChecklist(t *testing.T) {
	p := newProject(t, nil)
	p.leaked("a", "A", "a value of some length", importers.Revoke)
	critical := p.leaked("b\x1b[2J|", "B", "second value", importers.Import)
	critical.Finding.Severity = rules.Critical
	critical.Targets = []importers.Target{{Ref: importers.Ref{Project: "web", Env: "prod", Name: "B"}}}
	risk := p.leaked("c", "C", "third value", importers.Accept)
	risk.Until = time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	p.leaked("d", "D", "fourth value", importers.Leave)
	p.leaked("e", "E", "fifth value", importers.False)
	many := p.leaked("f", "F", "sixth value", importers.Revoke)
	for range 9 {
		many.Finding.Places = append(many.Finding.Places, many.Finding.Places[0])
	}
	_, got, _ := strings.Cut(p.does(Checklist).Text, "|---|---|---|---|---|---|---|\n")
	want := `| [ ] | critical | A \| rule | ` + "`****`" + ` | b\x1b[2J\|:3:1 (history) | web/prod B | |
| [ ] | high | A \| rule | ` + "`" + p.Plan.Rows[0].Value.Mask() + "`" + ` | a:3:1 (history) | revoke only | |
| [ ] | high | A \| rule | ` + "`****`" + ` | c:3:1 (history) | accepted until 2027-01-31 | |
| [ ] | high | A \| rule | ` + "`****`" + ` | d:3:1 (history) | undecided | |
| [ ] | high | A \| rule | ` + "`****`" + ` | f:3:1 (history); f:3:1 (history); f:3:1 (history); and 7 more | revoke only | |

## One

<https://one.example>

1. Make another.
2. Revoke this one.
`
	// Each row has a provider of its own here.
	got = strings.Join(strings.SplitAfter(got, "this one.\n")[:1], "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
	if !bytes.Contains([]byte(p.step(Checklist).Text), []byte("From the top.")) {
		t.Error("it doesn't say how to begin")
	}
}
