package cleanup

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// ignore keeps .env files out of git.
func (w *work) ignore(ctx context.Context) (Step, error) {
	s := Step{
		Kind:  Ignore,
		Title: "Let git ignore .env files",
		About: "A line in .gitignore for each .env file that holds secrets and isn't ignored yet.",
	}
	var n notes
	wanted := make(map[string][]string) // by repository: the paths that are to be ignored
	for _, path := range w.files(isDotenv) {
		top := repositoryOf(filepath.Dir(path))
		if f, err := read(path); top == "" || w.topOf(top) == "" || err == nil && f == nil {
			continue
		}
		tracked, ignored, err := w.git(ctx, path)
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if err != nil {
			n.add("Whether git ignores %s can't be told: %v", w.shown(path), err)
		}
		rel, _ := filepath.Rel(top, path) // it lies there
		if tracked {
			n.add("Git tracks %s, so that ignoring it has no effect until it is taken out:", w.shown(path))
			n.add("    git -C %s rm --cached -- %s", word(top), word(filepath.ToSlash(rel)))
			n.add("Whoever pulls the commit that does so loses the file: git removes it.")
		}
		if !ignored {
			wanted[top] = append(wanted[top], filepath.ToSlash(rel))
		}
	}
	for _, top := range slices.Sorted(maps.Keys(wanted)) {
		f, err := readOrNew(filepath.Join(top, ".gitignore"))
		if err != nil {
			n.add("%s stays as it is: %v", w.shown(filepath.Join(top, ".gitignore")), err)
			continue
		}
		if after := ignoring(f.text, wanted[top]); !bytes.Equal(after, f.text) {
			s.Edits = append(s.Edits, w.edit(f, after, nothing))
		}
	}
	s.Text = n.String()
	return s, nil
}

// git asks about a file, if there is somebody to ask.
func (w *work) git(ctx context.Context, path string) (tracked, ignored bool, err error) {
	if w.Git == nil {
		return false, false, nil
	}
	return w.Git(ctx, filepath.Dir(path), filepath.Base(path))
}

// ignoring gives a .gitignore with lines for files, unless it has lines that name them.
func ignoring(text []byte, paths []string) []byte {
	lines := strings.Split(string(normal(bytes.TrimPrefix(text, []byte(byteOrderMark)))), "\n")
	has := func(pattern string) bool { return slices.Contains(lines, pattern) }
	end := lineEnd(text)
	after := slices.Clone(text)
	for _, p := range paths {
		if strings.ContainsAny(p, "\r\n") {
			continue // which a .gitignore has no way to name
		}
		pattern := ignorePattern(p)
		if base := pattern[strings.LastIndexByte(pattern, '/')+1:]; has("/"+pattern) || has(pattern) || has(base) {
			continue
		}
		if len(after) > 0 && after[len(after)-1] != '\n' {
			after = append(after, end...)
		}
		after = append(after, "/"+pattern+end...)
	}
	return after
}

// ignorePattern writes a path so that it stands for itself in a .gitignore (gitignore(5)).
func ignorePattern(path string) string {
	path = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
	if trimmed := strings.TrimRight(path, " "); trimmed != path {
		path = trimmed + strings.Repeat(`\ `, len(path)-len(trimmed))
	}
	return path
}
