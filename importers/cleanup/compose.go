package cleanup

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// isCompose tells whether the name of a file is one that Docker Compose reads.
func isCompose(base string) bool {
	ext := filepath.Ext(base)
	return (ext == ".yml" || ext == ".yaml") && (strings.HasPrefix(base, "compose.") || strings.HasPrefix(base, "docker-compose."))
}

// composed says what becomes of Docker Compose files, in the folder of a .env file and above
// it, now that the file lacks some variables. Compose looks variables up in its own
// environment before .env, but gives containers no more than env_file has.
func (w *work) composed(n *notes, path string, gone []string) {
	for folder := filepath.Dir(path); w.topOf(folder) != ""; folder = filepath.Dir(folder) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return // there is nothing to say of what can't be read
		}
		for _, entry := range entries {
			if !isCompose(entry.Name()) {
				continue
			}
			f, err := read(filepath.Join(folder, entry.Name()))
			if err != nil || f == nil {
				continue
			}
			named := filepath.Join(folder, ".env") == path && mentions(f.text, gone)
			given := false
			for e := range format.YAML(f.text) {
				inService := len(e.Path) > 2 && e.Path[0] == "services" && e.Path[2] == "env_file"
				given = given || !e.Comment && inService && filepath.Join(folder, filepath.FromSlash(e.Value)) == path
			}
			if named {
				n.add("%s reads %s: run it by the first command at the top of that, such as: secretsweep run … -- docker compose up", w.shown(f.path), w.shown(path))
			}
			if given {
				n.add("%s gives containers %s by env_file: have it name the file, too, that the second command at the top of that writes", w.shown(f.path), w.shown(path))
			}
		}
	}
}

// mentions tells whether a text has one of some names in it.
func mentions(text []byte, names []string) bool {
	words := strings.FieldsFunc(string(text), func(c rune) bool { return !isNameRune(c) })
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(words, name) })
}
