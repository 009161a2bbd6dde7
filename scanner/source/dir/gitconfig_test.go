package dir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseConfigLikeGit(t *testing.T) {
	tests := []struct{ name, text string }{
		{"plain", "[core]\n\texcludesFile = /a/b\n\tignoreCase = true\n"},
		{"one line", "[core] excludesfile=x"},
		{"no value", "[core]\nignorecase\nexcludesFile = x\n"},
		{"case", "[CORE]\nEXCLUDESFILE = X\n"},
		{"comments", "# a\n; b\n[core] # c\nexcludesFile = a b ; c\n"},
		{"quotes", "[core]\nexcludesFile = \" a # \" b \"c\"  \n"},
		{"escapes", "[core]\nexcludesFile = a\\\"b\\\\c\\td\n"},
		{"continued", "[core]\nexcludesFile = a \\\n  b\n[x]\ny = z\n"},
		{"the last one counts", "[core]\nexcludesFile = a\n[x]\nexcludesFile = b\n[core]\nexcludesFile = c\n"},
		{"subsection", "[core \"x\"]\nexcludesFile = a\n[core]\nignoreCase = false\n"},
		{"carriage returns", "[core]\r\nexcludesFile = a\r\n"},
		{"no end of line", "[core]\nexcludesFile = a\\\\"},
		{"byte order mark", "\ufeff[core]\nexcludesFile = a\n"},
	}
	w := newWorkTree(t, false, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "config")
			if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			want, got := map[string]string{}, map[string]string{}
			for _, entry := range strings.Split(strings.TrimSuffix(w.git(t, nil, "config", "-z", "--list", "-f", file), "\x00"), "\x00") {
				key, value, ok := strings.Cut(entry, "\n")
				if !ok {
					value = "true"
				}
				want[key] = value
			}
			ParseConfig([]byte(tt.text), func(section, key, value string) {
				if !strings.Contains(section, `"`) {
					got[section+"."+key] = value
				}
			})
			delete(want, "core.x.excludesfile")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("git's (-), ours (+):\n%s", diff)
			}
		})
	}
}

func TestCoreConfigFiles(t *testing.T) {
	home := t.TempDir()
	common := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	check := func(want coreConfig) {
		t.Helper()
		if got := readCoreConfig(common); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	check(coreConfig{excludesFile: filepath.Join(home, ".config", "git", "ignore")})
	write(filepath.Join(home, ".config", "git", "config"), "[core]\nexcludesFile = ~/one\nignoreCase = yes\n")
	check(coreConfig{excludesFile: filepath.Join(home, "one"), ignoreCase: true})
	write(filepath.Join(home, ".gitconfig"), "[include]\npath = more/config\n")
	write(filepath.Join(home, "more", "config"), "[core]\nexcludesFile = ~/two\n[include]\npath = config\n")
	check(coreConfig{excludesFile: filepath.Join(home, "two"), ignoreCase: true})
	write(filepath.Join(common, "config"), "[core]\nignoreCase = false\nexcludesFile =\n")
	check(coreConfig{})
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("[core]\n\texcludesFile = \"a\\tb\" # c\n"))
	f.Add([]byte("[a \"b\"] c = d \\\n e"))
	f.Fuzz(func(t *testing.T, text []byte) {
		ParseConfig(text, func(section, key, value string) {
			if key == "" || key != strings.ToLower(key) || section != strings.ToLower(section) {
				t.Errorf("section %q, key %q", section, key)
			}
			if len(value) > len(text) && value != "true" {
				t.Errorf("value of %d bytes in a text of %d", len(value), len(text))
			}
		})
	})
}
