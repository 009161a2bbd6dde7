package cleanup

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// leastReplaced is the length in bytes of the shortest value that is replaced: shorter
// ones stand in other words.
const leastReplaced = 8

// history prepares what git filter-repo needs to take values out of a repository's
// history: a file of replacements, and the commands.
func (w *work) history(context.Context) (Step, error) {
	s := Step{
		Kind:  History,
		Title: "Take secrets out of git's history",
		About: "A file of replacements for git filter-repo, and how to use it. It has the values: it lies outside of the repositories, for you alone, and is to be removed afterwards.",
	}
	if w.Replacements == "" {
		return s, nil
	}
	var all []replacement
	var n notes
	var tops []string
	for _, row := range w.leaks {
		if row.Choice != importers.Import && row.Choice != importers.Revoke {
			continue
		}
		for i := range row.Finding.Places {
			p := &row.Finding.Places[i]
			if top := w.pastOf(p); top != "" && !slices.Contains(tops, top) {
				tops = append(tops, top)
			}
		}
		r, why := w.replacementsOf(row)
		all = append(all, r...)
		for _, line := range why {
			n.add("  - %s", line)
		}
	}
	if len(tops) == 0 {
		return s, nil
	}
	slices.Sort(tops)
	f, err := w.replacementsFile()
	if err != nil {
		return s, err
	}
	if after := writeReplacements(all); len(after) > 0 && !bytes.Equal(after, f.text) {
		s.Edits = []Edit{{
			Path: f.path, Before: f.text, After: after, Mode: 0o600,
			shownBefore: maskReplacements(f.text), shownAfter: maskReplacements(after),
		}}
	}
	var text notes
	w.rewriting(&text, tops, f.path)
	if n.b.Len() > 0 {
		text.gap()
		text.add("Not taken out by this:")
		text.b.WriteString(n.String())
	}
	s.Text = text.String()
	return s, nil
}

// replacementsFile reads what is at the place of the file.
func (w *work) replacementsFile() (*file, error) {
	folder, err := resolved(filepath.Dir(w.Replacements))
	if err != nil {
		return nil, fmt.Errorf("replacements %s: %w", w.Replacements, err)
	}
	path := filepath.Join(folder, filepath.Base(w.Replacements))
	if top := repositoryOf(folder); top != "" && w.topOf(top) != "" {
		return nil, fmt.Errorf("replacements %s: it would lie in a repository that is cleaned up", w.Replacements)
	}
	f, err := readOrNew(path)
	if err != nil {
		return nil, fmt.Errorf("replacements %s: %w", w.Replacements, err)
	}
	return f, nil
}

// pastOf gives the repository whose history a place is in, as others have it; "" if it is
// in none that is cleaned up.
func (w *work) pastOf(p *place.Place) string {
	committed := p.Commit != nil || slices.Contains([]place.Kind{place.Object, place.Commit, place.Tag, place.Ref, place.Note}, p.Kind)
	if !committed || p.Local {
		return ""
	}
	if top := w.folder(p.Root); w.topOf(top) != "" {
		return top
	}
	return ""
}

// replacement is a line of the file. As git filter-repo reads it, a line has "literal:"
// and a text, or "regex:" and an expression that is held against the whole of a file,
// and behind the last "==>" what comes in its place.
type replacement struct {
	kind, pattern, name string
}

// replacementsOf gives the lines that replace a value wherever history has it, and says
// where it is written in a form that they don't reach.
func (w *work) replacementsOf(row *importers.Row) (all []replacement, why []string) {
	name, text := replacedName(row), w.Show(row.Finding.Value)
	var past []*place.Place
	for i := range row.Finding.Places {
		p := &row.Finding.Places[i]
		if w.pastOf(p) == "" {
			continue
		}
		past = append(past, p)
		if how := beyond(p); how != "" {
			why = append(why, row.Name()+": "+how)
		}
	}
	lines := strings.Split(strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	switch {
	case len(past) == 0:
		return nil, nil
	case len(text) < leastReplaced:
		return nil, append(why, fmt.Sprintf("%s: it is so short that it stands in other words; replace it by hand", row.Name()))
	case len(lines) > 1:
		for i := range lines {
			lines[i] = regexp.QuoteMeta(strings.TrimLeft(lines[i], " \t"))
		}
		// As lines with or without indentation, or with escapes in quotes.
		return []replacement{{"regex:", strings.Join(lines, `(?:\r?\n[ \t]*|\\r\\n|\\n)`), name}}, why
	}
	all = []replacement{{"literal:", text, name}}
	for _, form := range w.encoded(row) {
		all = append(all, replacement{"literal:", form, name})
	}
	for _, p := range past {
		if beyond(p) == "" && !slices.ContainsFunc(all, func(r replacement) bool { return mayBe(p, r.pattern) }) {
			why = append(why, fmt.Sprintf("%s: written in another form in %s, line %d", row.Name(), p.Name(), p.Start.Line))
		}
	}
	return all, why
}

// beyond says what replacements don't reach at a place, and what does; "" if they do.
func beyond(p *place.Place) string {
	switch {
	case p.Kind == place.Ref:
		return fmt.Sprintf("the name of %s; delete or rename it", p.Ref)
	case p.Member != "":
		return fmt.Sprintf("in %s, which is packed; git filter-repo --invert-paths --path %s", p.Name(), word(p.Path))
	case (p.Kind == place.Commit || p.Kind == place.Tag) && p.Field != "" && p.Field != "message":
		return fmt.Sprintf("in the %s of %.12s; git filter-repo --mailmap", p.Field, p.Object)
	}
	return ""
}

// encoded gives the value, and what it is a part of, in base64, where history has a text
// of that length in its place.
func (w *work) encoded(row *importers.Row) []string {
	var forms []string
	for i := range row.Items {
		item := &row.Items[i]
		if w.pastOf(&item.At) == "" {
			continue
		}
		for _, v := range []secret.Value{row.Finding.Value, item.Value} {
			text := []byte(w.Show(v))
			for _, form := range []string{base64.StdEncoding.EncodeToString(text), base64.StdEncoding.EncodeToString(append(text, '\n'))} {
				if mayBe(&item.At, form) && !mayBe(&item.At, w.Show(row.Finding.Value)) && !slices.Contains(forms, form) {
					forms = append(forms, form)
				}
			}
		}
	}
	return forms
}

// mayBe tells whether a text is as long as what is at a place.
func mayBe(p *place.Place, text string) bool {
	return p.Start.Line != p.End.Line || p.End.Column-p.Start.Column+1 == utf8.RuneCountInString(text)
}

// replacedName is what a value is called where it was.
func replacedName(row *importers.Row) string {
	return strings.Map(func(c rune) rune {
		if c == '-' || isNameRune(c) {
			return c
		}
		return '_'
	}, row.Name())
}

// writeReplacements writes the file. A value that another one is a part of goes first: git
// filter-repo takes all literals before all expressions.
func writeReplacements(all []replacement) []byte {
	expressions := slices.DeleteFunc(slices.Clone(all), func(r replacement) bool { return r.kind != "regex:" })
	for i, r := range all {
		quoted := regexp.QuoteMeta(r.pattern)
		within := func(e replacement) bool { return strings.Contains(e.pattern, quoted) }
		if r.kind == "literal:" && slices.ContainsFunc(expressions, within) {
			all[i].kind, all[i].pattern = "regex:", quoted
		}
	}
	slices.SortStableFunc(all, func(a, b replacement) int {
		return cmp.Or(cmp.Compare(len(b.pattern), len(a.pattern)), cmp.Compare(a.pattern, b.pattern))
	})
	var b bytes.Buffer
	for _, r := range all {
		fmt.Fprintf(&b, "%s%s==>***REMOVED***-%s\n", r.kind, r.pattern, r.name)
	}
	return b.Bytes()
}

// maskReplacements gives such a file with its values masked.
func maskReplacements(text []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		kind, name := "", "\n"
		if i := strings.LastIndex(line, "==>"); i >= 0 {
			line, name = line[:i], line[i:]
		}
		if i := strings.IndexByte(line, ':'); i >= 0 {
			kind, line = line[:i+1], line[i+1:]
		}
		b.WriteString(kind + secret.New(line).Mask() + name)
	}
	return b.String()
}

// rewriting says how to rewrite history, and what that does and doesn't do.
func (w *work) rewriting(n *notes, tops []string, file string) {
	n.add("This doesn't undo a leak. Clones, forks, caches and pull requests keep what they have:")
	n.add("revoke the values first, by the checklist. Then, when nobody has work that isn't pushed:")
	for _, top := range tops {
		// None of them depends on the folder that one is in: where one fails, the next
		// doesn't act on another repository. Beside the repository an origin's path from
		// there leads to it, too.
		at, clean := word(top), word(top+"-clean.git")
		n.add("")
		n.add("    url=$(git -C %s remote get-url origin)", at)
		n.add(`    git -C %s clone --mirror "$url" %s    # a backup, which has the secrets`, at, word(top+"-backup.git"))
		n.add(`    git -C %s clone --mirror "$url" %s`, at, clean)
		n.add("    git -C %s filter-repo --replace-text %s --replace-message %s", clean, word(file), word(file))
		n.add(`    git -C %s push --force --mirror "$url"`, clean)
	}
	n.add("")
	n.add("Then:")
	n.add("  - Remove %s and what ends in -clean.git, and the backup once all is well.", file)
	n.add("  - All others clone anew. Who pulls into an old clone brings the secrets back; work that")
	n.add("    isn't pushed is moved with: git rebase --onto NEW OLD BRANCH")
	n.add("  - A push of refs/pull/* is refused, as they are the host's: ask its support to remove")
	n.add("    cached pull requests and to collect garbage. Forks are for their owners to rewrite.")
	n.add("  - What is checked in now is rewritten too: take values out of files at HEAD before.")
	n.add("  - Binary files aren't rewritten. One that has a value is removed with:")
	n.add("    git filter-repo --invert-paths --path FILE")
}
