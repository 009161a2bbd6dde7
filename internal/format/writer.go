package format

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Var is a variable and its value.
type Var struct{ Name, Value string }

// Writer is a format that variables can be written in.
type Writer struct {
	Name string // what a flag calls it

	// Write writes variables in their order, so that a reader of the format gets each
	// value byte for byte. If there is one that the format can't carry, nothing is
	// written, and the error has every such name and the reason; it never has a value.
	// Warnings are for what was written and isn't read alike by all readers.
	Write func(w io.Writer, vars []Var) ([]Warning, error)
}

// Writers gives the formats that variables can be written in.
func Writers() []Writer {
	return []Writer{
		{"dotenv", WriteDotenv},
		{"shell", WriteShell},
		{"docker", WriteDocker},
		{"json", WriteJSON},
		{"yaml", WriteYAML},
	}
}

// WriterOf gives the name of the format that a file's name calls for, or "".
func WriterOf(file string) string {
	base := strings.ToLower(filepath.Base(file))
	switch ext := filepath.Ext(base); {
	case ext == ".json":
		return "json"
	case ext == ".yaml", ext == ".yml":
		return "yaml"
	case ext == ".sh", ext == ".bash", ext == ".zsh", base == ".envrc":
		return "shell"
	case ext == ".env", base == "env", strings.HasPrefix(base, ".env."):
		return "dotenv"
	}
	return ""
}

// Warning is a variable that not all programs read as it was written. Such a program may
// also misread what follows in the file, or refuse the file.
type Warning struct {
	Name    string
	Readers []string // the programs
}

// String says what the warning says.
func (w Warning) String() string {
	return w.Name + " is misread by " + strings.Join(w.Readers, ", ")
}

// layout is how a format puts variables together.
type layout struct {
	begin, between, end string
	empty               string // the file without any
	entry               func(Var) (string, error)
}

func (l layout) write(w io.Writer, vars []Var) error {
	entries, err := l.entries(vars)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	before, end := l.begin, l.end
	if len(entries) == 0 {
		end = l.empty
	}
	for _, e := range entries {
		b.WriteString(before)
		b.WriteString(e)
		before = l.between
	}
	b.WriteString(end)
	return b.Flush() // a bufio.Writer keeps its first error
}

func (l layout) entries(vars []Var) ([]string, error) {
	var faults []error
	entries := make([]string, len(vars))
	seen := make(map[string]bool, len(vars))
	for i, v := range vars {
		var err error
		entries[i], err = l.entry(v)
		if seen[v.Name] {
			err = errors.New("is there twice")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("variable %q %w", v.Name, err))
		}
		seen[v.Name] = true
	}
	return entries, errors.Join(faults...)
}

// checkVariable tells whether an environment can hold a variable and a shell name it.
func checkVariable(v Var) error {
	other := func(r rune) bool { return r >= utf8.RuneSelf || !dotenvIsWord(byte(r)) }
	if v.Name == "" || v.Name[0] >= '0' && v.Name[0] <= '9' || strings.ContainsFunc(v.Name, other) {
		return errors.New("can't be an environment variable: only letters, digits and _ can, and no digit first")
	}
	return checkNUL(v.Value)
}

func checkNUL(value string) error {
	if strings.IndexByte(value, 0) >= 0 {
		return errors.New("has a NUL byte, which no program could be given")
	}
	return nil
}

// checkText tells whether a value is text.
func checkText(value string) error {
	if !utf8.ValidString(value) {
		return errors.New("isn't valid UTF-8")
	}
	return checkNUL(value)
}

// maxKey is how long a key of a document can be. YAML's may have 1,024 characters at
// most, with what it takes to quote them (yaml.org/spec/1.2.2, 7.4.2).
const maxKey = 256 // bytes

// checkKey tells whether a name can be a key of a document.
func checkKey(name string) error {
	other := func(r rune) bool { return !unicode.IsPrint(r) }
	if name == "" || len(name) > maxKey || !utf8.ValidString(name) || strings.ContainsFunc(name, other) {
		return fmt.Errorf("can't be a key: only 1 to %d bytes of printable text can", maxKey)
	}
	return nil
}
