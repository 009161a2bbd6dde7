package cleanup

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExample(t *testing.T) {
	const value = "first value"
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	tests := []struct {
		name  string
		files map[string]string // A in .env is a secret
		file  string            // that is the example then
		want  string
	}{
		{"none yet", map[string]string{".env": "# The web\nA=first value\nPORT=80 # as usual\n\n# Mail\nexport MAIL='x'\n#DEBUG=1\n"}, ".env.example",
			"# The web\nA=\nPORT=\n\n# Mail\nMAIL=\n# DEBUG=\n"},
		{"one that has some", map[string]string{".env": "A=first value\nPORT=80\n", ".env.example": "# Ours\nPORT=8080\n"}, ".env.example",
			"# Ours\nPORT=8080\nA=\n"},
		{"one that has all", map[string]string{".env": "A=first value\n", ".env.example": "A=change me"}, ".env.example", "A=change me"},
		{"one by another name", map[string]string{".env": "A=first value\nB=1\n", ".env.sample": "A=x"}, ".env.sample", "A=x\nB=\n"},
		{"one with a secret in it", map[string]string{".env": "A=first value\n", ".env.example": "A=\"first value\" # real\nB=2\n"}, ".env.example", "A=\"\" # real\nB=2\n"},
		{"one with a secret in an address", map[string]string{".env": "A=first value\n", ".env.example": "A=\nURL=postgres://app:first value@localhost/app\n"}, ".env.example", "A=\nURL=\n"},
		{"carriage returns", map[string]string{".env": "A=first value\r\nB=1\r\n", ".env.example": "A=\r\n"}, ".env.example", crlf("A=\nB=\n")},
		{"of a file with carriage returns", map[string]string{".env": "# The web\r\nA=first value\r\n"}, ".env.example", crlf("# The web\nA=\n")},
		{"line feeds of one, carriage returns of the other", map[string]string{".env": "# The web\r\nA=first value\r\n", ".env.example": "B=\n"}, ".env.example", "B=\n# The web\nA=\n"},
		{"several files", map[string]string{".env": "A=first value\n", ".env.production": "A=first value\nB=1\n", ".env.local": "C=1\n"}, ".env.example", "A=\nB=\n"},
		{"a value in a comment", map[string]string{".env": "# was first value before\n# Mail\nA=first value\n"}, ".env.example", "# Mail\nA=\n"},
		{"several lines", map[string]string{".env": "A='first value'\nKEY=\"x\ny=z\"\nB=1\n"}, ".env.example", "A=\nKEY=\nB=\n"},
		{"a byte order mark", map[string]string{".env": byteOrderMark + "# The web\nA=first value\n"}, ".env.example", "# The web\nA=\n"},
		{"names that no environment has", map[string]string{".env": "A=first value\nmy.key=1\n"}, ".env.example", "A=\n"},
		{"after its secrets left", map[string]string{".env": header("dev", aside) + "\n# Mine\nPORT=80\nA=first value\n"}, ".env.example", "# Mine\nPORT=\nA=\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProject(t, tt.files)
			for name, text := range tt.files {
				if strings.Contains(text, value) {
					p.keeps(name, "A", value, "dev")
				}
			}
			p.does(Example)
			if diff := cmp.Diff(tt.want, p.text(tt.file)); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

// TestExampleComment shows that a secret which stays in an example is told of.
func TestExampleComment(t *testing.T) {
	p := newProject(t, map[string]string{".env": "A=first value\n", ".env.example": "# it was first value once\nA=\n"})
	p.keeps(".env", "A", "first value", "dev")
	p.has(".env.example", "", "first value")
	if s := p.does(Example); s.Text != ".env.example, line 1: a secret that is no variable's value; take it out by hand\n" {
		t.Errorf("it says %q", s.Text)
	}
}

func TestIgnore(t *testing.T) {
	const pulled = "Whoever pulls the commit that does so loses the file: git removes it.\n"
	tests := []struct {
		name             string
		ignore           string // .gitignore; "" for none
		file             string
		tracked, ignored bool
		fails            error
		want, said       string
	}{
		{"none yet", "", ".env", false, false, nil, "/.env\n", ""},
		{"in a folder", "", "api/.env", false, false, nil, "/api/.env\n", ""},
		{"no line end", "dist", ".env", false, false, nil, "dist\n/.env\n", ""},
		{"carriage returns", "dist\r\n", ".env", false, false, nil, "dist\r\n/.env\r\n", ""},
		{"ignored", "*\n", ".env", false, true, nil, "*\n", ""},
		{"named already", ".env\n!.env\n", ".env", false, false, nil, ".env\n!.env\n", ""},
		{"its name alone is there", ".env\n", "api/.env", false, false, nil, ".env\n", ""},
		{"of another folder", "/web/.env\n", "api/.env", false, false, nil, "/web/.env\n/api/.env\n", ""},
		{"tracked", "", ".env", true, false, nil, "/.env\n", "Git tracks .env, so that ignoring it has no effect until it is taken out:\n    git -C $DIR rm --cached -- .env\n" + pulled},
		{"tracked and ignored", ".env\n", ".env", true, true, nil, ".env\n", "Git tracks .env, so that ignoring it has no effect until it is taken out:\n    git -C $DIR rm --cached -- .env\n" + pulled},
		{"git can't be asked", "", ".env", false, false, errors.New("no git"), "/.env\n", "Whether git ignores .env can't be told: no git\n"},
		{"what means something in a pattern", "", "a [b]/*.env", false, false, nil, "/a \\[b]/\\*.env\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Contains(tt.file, "*") && !nameable(t, tt.file) {
				t.Skip("no such name here")
			}
			p := newProject(t, map[string]string{tt.file: "A=first value\n", ".git/HEAD": "ref: refs/heads/main\n"})
			if tt.ignore != "" {
				p.write(".gitignore", tt.ignore)
			}
			p.keeps(tt.file, "A", "first value", "dev")
			p.Git = func(context.Context, string, string) (bool, bool, error) { return tt.tracked, tt.ignored, tt.fails }
			s := p.does(Ignore)
			if got := p.text(".gitignore"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := strings.ReplaceAll(s.Text, p.dir, "$DIR"); got != tt.said {
				t.Errorf("it says %q, want %q", got, tt.said)
			}
		})
	}
	t.Run("no repository", func(t *testing.T) {
		p := newProject(t, map[string]string{".env": "A=first value\n"})
		p.keeps(".env", "A", "first value", "dev")
		if s := p.does(Ignore); !s.Done() {
			t.Error("there is something to do")
		}
	})
}
