package cleanup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// dotenv takes what the vault has out of .env files.
func (w *work) dotenv(context.Context) (Step, error) {
	s := Step{
		Kind:  Dotenv,
		Title: "Take secrets out of .env files",
		About: "What the vault has leaves the files; settings and comments stay. Programs get the secrets from \"secretsweep run\", or read a file that \"secretsweep pull\" writes.",
	}
	var n notes
	for _, path := range w.files(isDotenv) {
		f, err := read(path)
		switch {
		case err != nil:
			n.add("%s stays as it is: %v", w.shown(path), err)
			continue
		case f == nil:
			continue
		}
		after, kept, err := w.emptied(f)
		if err != nil {
			n.add("%s stays as it is: %v", w.shown(path), err)
			continue
		}
		for _, why := range kept {
			n.add("%s: %s", w.shown(path), why)
		}
		if !bytes.Equal(after, f.text) {
			s.Edits = append(s.Edits, w.edit(f, after, format.Dotenv))
			w.composed(&n, path, namesGone(f.text, after))
		}
	}
	s.Text = n.String()
	return s, nil
}

// namesGone gives the variables that a file no longer assigns.
func namesGone(before, after []byte) []string {
	var names []string
	left := assignments(after)
	for _, a := range assignments(before) {
		same := func(b assignment) bool { return b.name == a.name && !b.comment }
		if !a.comment && !slices.ContainsFunc(left, same) {
			names = append(names, a.name)
		}
	}
	return names
}

// emptied gives a .env file without the assignments that one environment of the vault
// has, and says what stays though the vault has it.
func (w *work) emptied(f *file) (after []byte, kept []string, err error) {
	said := make(map[string]bool)
	keep := func(name, why string, args ...any) { // says so once
		if !said[name] {
			said[name] = true
			kept = append(kept, name+" stays: "+fmt.Sprintf(why, args...))
		}
	}
	all := assignments(f.text)
	refs := make([][]importers.Ref, len(all))
	for i, a := range all {
		refs[i] = w.vault.refs(a.name, a.value)
	}
	for i, a := range all {
		if len(refs[i]) > 0 || a.comment || a.value == "" {
			continue
		}
		if ref, ok := w.vault.called(secret.New(a.value)); ok {
			keep(a.name, "the vault calls it %s, and programs would get it by that name", ref.Name)
		}
	}
	to, ok := scopeFor(refs, w.shown(f.path))
	if !ok {
		return f.text, kept, nil
	}
	if of, ok := headed(f.text); ok {
		to = of
	}
	stays := staying(all, refs, to)
	var left []assignment
	var gone []string // what the vault calls them
	clash := false
	at := 0
	for i, a := range all {
		why := stays[a.name]
		if why != "" && !a.comment && len(refs[i]) > 0 {
			keep(a.name, "%s", why)
		}
		if to.in(refs[i]) == "" || why != "" && !a.comment {
			left = append(left, a)
			if w.vault.replaces(to, a) {
				clash = true
				keep(a.name, "in the vault's %s/%s it has another value", to.project, to.env)
			}
			continue
		}
		if !a.comment {
			gone = append(gone, to.in(refs[i]))
		}
		if a.from < at {
			return nil, nil, errUnsure
		}
		after = append(after, f.text[at:a.from]...)
		at = a.to
	}
	if at == 0 {
		return f.text, kept, nil
	}
	after = append(after, f.text[at:]...)
	if len(gone) > 0 { // what is commented out is for no program
		slices.Sort(gone)
		pull := pulledFile
		if len(left) == 0 {
			pull = filepath.Base(f.path)
		}
		if after, err = to.withHeader(after, slices.Compact(gone), clash, lineEnd(f.text), pull); err != nil {
			return nil, nil, err
		}
	}
	if !sameAssignments(left, assignments(after)) {
		return nil, nil, errUnsure
	}
	return after, kept, nil
}

// staying gives the names that stay in a file, and why. Of several assignments of a name all
// go or none does: what is left would count.
func staying(all []assignment, refs [][]importers.Ref, to scope) map[string]string {
	count := make(map[string]int)
	for _, a := range all {
		if !a.comment {
			count[a.name]++
		}
	}
	stays := make(map[string]string)
	for _, a := range all {
		for _, name := range a.others {
			if !a.comment {
				stays[name] = "the value of " + a.name + " refers to it"
			}
		}
	}
	for i, a := range all {
		switch {
		case a.comment:
		case to.in(refs[i]) == "" && count[a.name] > 1:
			stays[a.name] = "it is assigned more than once, and the vault doesn't have all of the values"
		case to.in(refs[i]) == "" && len(refs[i]) > 0:
			stays[a.name] = fmt.Sprintf("the vault has it in %s, and not in %s", refs[i][0].Env, to.env)
		case len(refs[i]) > 0 && a.refers():
			stays[a.name] = "it refers to other variables, which nothing looks up in a value from the vault"
		}
	}
	return stays
}

// errHeader refuses to take more out than the header of a file gives programs.
var errHeader = errors.New("the commands at its top choose what programs get with --only, or would have to; change them, or take the secrets out by hand")

// errUnsure refuses an edit after which a file would be read in another way than planned.
var errUnsure = errors.New("how it is written leaves open what would be left in it; take the secrets out by hand")

// sameAssignments tells whether two files assign the same.
func sameAssignments(a, b []assignment) bool {
	return slices.EqualFunc(a, b, func(x, y assignment) bool {
		return x.name == y.name && x.value == y.value && x.comment == y.comment
	})
}

// headerBegin is how the header of a file begins that secrets were taken out of.
const headerBegin = "# Its secrets are in the vault, in "

// headerLine is the first line of the header.
func (s scope) headerLine() string { return headerBegin + printable.Text(s.project+"/"+s.env) + "." }

// headed gives the environment that a file's header says.
func headed(text []byte) (scope, bool) {
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte(byteOrderMark))) {
		if name, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r\n"), []byte(headerBegin)); ok {
			project, env, ok := strings.Cut(strings.TrimSuffix(string(name), "."), "/")
			return scope{project, env}, ok
		}
	}
	return scope{}, false
}

// withHeader says at the top of a .env file where its secrets are, unless it does so
// already. gone are those that left; its commands give programs them alone if others clash
// with what stays. pull is the file that they can be written to.
func (s scope) withHeader(text []byte, gone []string, clash bool, end, pull string) ([]byte, error) {
	if i := bytes.Index(text, []byte(s.headerLine())); i >= 0 {
		if clash || bytes.Contains(text[i:], []byte(" --only ")) {
			return nil, errHeader
		}
		return text, nil
	}
	where := "-p " + word(s.project) + " -e " + word(s.env)
	if clash {
		where += flags("--only", gone)
	}
	how := " --gitignore"
	if format.WriterOf(pull) != "dotenv" {
		how += " --format dotenv"
	}
	var b strings.Builder
	body, mark := bytes.CutPrefix(text, []byte(byteOrderMark))
	if mark {
		b.WriteString(byteOrderMark)
	}
	b.WriteString(s.headerLine() + end)
	b.WriteString("#   to run a program with them:  secretsweep run " + where + " -- COMMAND" + end)
	b.WriteString("#   to write them to a file:     secretsweep pull " + where + how + " " + word(printable.Text(pull)) + end)
	if len(bytes.TrimSpace(body)) == 0 {
		return []byte(b.String()), nil
	}
	if !bytes.HasPrefix(body, []byte(end)) {
		b.WriteString(end)
	}
	return append([]byte(b.String()), body...), nil
}
