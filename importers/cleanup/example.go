package cleanup

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// example keeps a .env.example beside .env files: the names that they assign, without
// values.
func (w *work) example(context.Context) (Step, error) {
	s := Step{
		Kind:  Example,
		Title: "Write .env.example",
		About: "The names that programs want, without values, for whoever is new. One that is there keeps its order and texts, but for secrets that stand in it.",
	}
	var n notes
	folders := make(map[string][]string)
	for _, path := range w.files(isDotenv) {
		folders[filepath.Dir(path)] = append(folders[filepath.Dir(path)], path)
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		// .env comes first, and says most of what there is.
		paths := folders[folder]
		slices.SortStableFunc(paths, func(a, b string) int { return len(filepath.Base(a)) - len(filepath.Base(b)) })
		target, err := exampleIn(folder)
		if err != nil {
			n.add("%s stays as it is: %v", w.shown(folder), err)
			continue
		}
		after, left := w.blanked(target)
		for _, line := range left {
			n.add("%s, line %d: a secret that is no variable's value; take it out by hand", w.shown(target.path), line)
		}
		for _, path := range paths {
			from, err := read(path)
			if err != nil {
				n.add("%s isn't read: %v", w.shown(path), err)
			}
			if err == nil && from != nil {
				after = w.merged(after, from.text)
			}
		}
		if len(after) > 0 && !bytes.Equal(after, target.text) {
			s.Edits = append(s.Edits, w.edit(target, after, format.Dotenv))
		}
	}
	s.Text = n.String()
	return s, nil
}

// exampleIn gives the file that is an example in a folder, or is to be one.
func exampleIn(folder string) (*file, error) {
	for _, base := range []string{".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env"} {
		if f, err := read(filepath.Join(folder, base)); err != nil || f != nil {
			return f, err
		}
	}
	return readOrNew(filepath.Join(folder, ".env.example"))
}

// blanked gives an example without the values that are secrets, or that one was found in,
// such as an address with a password. left are lines where others were found.
func (w *work) blanked(f *file) (after []byte, left []int) {
	found := make(map[int]bool)
	for _, s := range w.left(f.path, nil) {
		found[s.item.At.Start.Line] = true
	}
	at, seen, line := 0, 0, 1
	for _, a := range assignments(f.text) {
		if a.start < max(at, seen) {
			continue // in a line with another
		}
		has := w.mask.holds(a.value)
		line += bytes.Count(f.text[seen:a.start], []byte("\n"))
		for last := line + bytes.Count(f.text[a.start:a.end], []byte("\n")); ; line++ {
			has = has || found[line]
			delete(found, line)
			if line == last {
				break
			}
		}
		seen = a.end
		if has {
			after = append(after, f.text[at:a.start]...)
			at = a.end
		}
	}
	return append(after, f.text[at:]...), slices.Sorted(maps.Keys(found))
}

// merged gives an example with the names of a .env file that it lacks, in the file's
// order and with the comments that stand above them.
func (w *work) merged(example, from []byte) []byte {
	has := make(map[string]bool)
	for _, a := range assignments(example) {
		has[a.name] = true
	}
	var b strings.Builder
	end := lineEnd(from)
	if len(example) > 0 {
		end = lineEnd(example)
	}
	at, gap := 0, false
	for _, a := range assignments(from) {
		if a.from < at {
			continue // in a line with another
		}
		above := w.comments(from[at:a.from])
		gap = gap || bytes.Contains(normal(from[at:a.from]), []byte("\n\n")) || bytes.HasPrefix(normal(from[at:a.from]), []byte("\n"))
		at = a.to
		if has[a.name] || !isVariable(a.name) {
			continue
		}
		has[a.name] = true
		if gap && b.Len() > 0 {
			b.WriteString(end)
		}
		gap = false
		for _, line := range above {
			b.WriteString(line + end)
		}
		if a.comment {
			b.WriteString("# ")
		}
		b.WriteString(a.name + "=" + end)
	}
	if b.Len() == 0 {
		return example
	}
	if len(example) > 0 && !bytes.HasSuffix(example, []byte("\n")) {
		example = append(slices.Clone(example), end...)
	}
	return append(slices.Clone(example), b.String()...)
}

// comments gives the comments that stand together at the end of a text, without those
// that hold a secret or are ours.
func (w *work) comments(text []byte) []string {
	var lines []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimPrefix(strings.TrimSpace(line), byteOrderMark)
		switch {
		case trimmed == "":
			lines = nil
		case strings.HasPrefix(trimmed, headerBegin), strings.Contains(trimmed, "secretsweep run "), strings.Contains(trimmed, "secretsweep pull "):
		case strings.HasPrefix(trimmed, "#") && w.mask.hide(trimmed) == trimmed:
			lines = append(lines, trimmed)
		}
	}
	return lines
}

// normal gives a text with plain line ends.
func normal(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// isVariable tells whether a name is one that an environment can have.
func isVariable(name string) bool {
	return name != "" && (name[0] < '0' || name[0] > '9') && !strings.ContainsFunc(name, func(c rune) bool { return !isNameRune(c) })
}

// isNameRune tells whether a character may be in the name of a variable.
func isNameRune(c rune) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
