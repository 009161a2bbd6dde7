package dir

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// coreConfig is what git's configuration says about ignoring.
type coreConfig struct {
	excludesFile string
	ignoreCase   bool
}

// readCoreConfig reads the configuration files that git reads for a repository,
// whose common folder is given. One that can't be read says nothing.
func readCoreConfig(common string) coreConfig {
	home, _ := os.UserHomeDir()
	c := coreConfig{excludesFile: filepath.Join(configHome(), "git", "ignore")}
	files := []string{systemConfig(), filepath.Join(configHome(), "git", "config"), filepath.Join(home, ".gitconfig")}
	if global, ok := os.LookupEnv("GIT_CONFIG_GLOBAL"); ok {
		files = append(files[:1], global)
	}
	for _, file := range append(files, filepath.Join(common, "config")) {
		c.read(file, 0)
	}
	return c
}

func systemConfig() string {
	switch none, file := os.Getenv("GIT_CONFIG_NOSYSTEM"), os.Getenv("GIT_CONFIG_SYSTEM"); {
	case IsTrue(none):
		return ""
	case file != "":
		return file
	}
	return "/etc/gitconfig"
}

// configHome is the folder of the user's configuration, as in the XDG base
// directory specification.
func configHome() string {
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return dir
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".config")
}

// read takes what a file says. It follows include.path, but no conditional
// include.
func (c *coreConfig) read(file string, depth int) {
	const deepest = 10 // as in git
	if file == "" || depth > deepest {
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return
	}
	ParseConfig(text, func(section, key, value string) {
		switch section + "." + key {
		case "core.excludesfile":
			c.excludesFile = expand(value, "")
		case "core.ignorecase":
			c.ignoreCase = IsTrue(value)
		case "include.path":
			c.read(expand(value, filepath.Dir(file)), depth+1)
		}
	})
}

// expand makes a configured path one for the system; if it is relative, to base.
func expand(p, base string) string {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		home, _ := os.UserHomeDir()
		return filepath.Join(home, filepath.FromSlash(rest))
	}
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(base, filepath.FromSlash(p))
}

// IsTrue tells what git takes for true (git-config(1), "Values").
func IsTrue(value string) bool {
	switch strings.ToLower(value) {
	case "", "false", "no", "off", "0":
		return false
	}
	return true
}

// ParseConfig parses a file of git's configuration (git-config(1), "Syntax"),
// and calls found for each variable. Sections and keys are in lower case; a
// section with a subsection is passed over. A key without a value is "true".
// Lines that make no sense are passed over, too.
func ParseConfig(text []byte, found func(section, key, value string)) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	section := ""
	for len(text) > 0 {
		switch c := text[0]; {
		case c == '[':
			header, rest, ok := bytes.Cut(text[1:], []byte("]"))
			if !ok {
				return
			}
			section, text = strings.ToLower(string(header)), rest
		case isAlpha(c):
			n := bytes.IndexFunc(text, func(r rune) bool { return r > 0x7f || !isAlnum(byte(r)) && r != '-' })
			if n < 0 {
				n = len(text)
			}
			key := strings.ToLower(string(text[:n]))
			text = bytes.TrimLeft(text[n:], " \t")
			value := "true"
			if len(text) > 0 && text[0] == '=' {
				value, text = configValue(text[1:])
			} else {
				_, text, _ = bytes.Cut(text, []byte("\n"))
			}
			found(section, key, value)
		case c == '#' || c == ';':
			_, text, _ = bytes.Cut(text, []byte("\n"))
		default:
			text = text[1:]
		}
	}
}

// configValue parses a value up to its line's end, and gives what comes after it.
func configValue(text []byte) (string, []byte) {
	var value []byte
	end := 0 // of the value, without the spaces that follow it
	quoted, comment := false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			return string(value[:end]), text[i+1:]
		case comment:
		case c == '"':
			quoted = !quoted
			end = len(value)
		case c == '\\' && i+1 < len(text):
			i++
			switch text[i] {
			case '\n':
				continue // the value goes on
			case 'n':
				value = append(value, '\n')
			case 't':
				value = append(value, '\t')
			case 'b':
				value = append(value, '\b')
			default:
				value = append(value, text[i])
			}
			end = len(value)
		case !quoted && (c == '#' || c == ';'):
			comment = true
		case !quoted && (c == ' ' || c == '\t' || c == '\r'):
			if len(value) > 0 {
				value = append(value, c)
			}
		default:
			value = append(value, c)
			end = len(value)
		}
	}
	return string(value[:end]), nil
}
