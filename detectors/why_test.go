package detectors_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
)

func TestWhy(t *testing.T) {
	d := builtin(t)
	tests := []struct{ path, text, want string }{
		{"app/.env", "DB_PASSWORD=Summer2024!x\n", `"DB_PASSWORD" means a password; the value looks like a password that a person chose`},
		{"app/.env", "# DB_PASSWORD=Summer2024!x\n", `"DB_PASSWORD" means a password; the value looks like a password that a person chose; it stands in a comment`},
		{"notes.txt", "Password: Marble417!x\n", "the value looks like a password that a person chose"},
		{"tests/notes.txt", "Password: Marble417!x\n", "the value looks like a password that a person chose; lowered, because the path is that of an example or a test"},
	}
	for _, tt := range tests {
		matches := d.Detect(&detectors.Chunk{Data: []byte(tt.text), At: place.Place{Path: tt.path}, Whole: true, To: len(tt.text)}).Matches
		if len(matches) != 1 || matches[0].Why != tt.want {
			t.Errorf("%s: %q: got %d matches, want one because %s", tt.path, tt.text, len(matches), tt.want)
			for _, m := range matches {
				t.Errorf("%s because %s", m.Rule.ID, m.Why)
			}
		}
	}
}

func TestPassed(t *testing.T) {
	d := builtin(t)
	text := "PORT=8080\nDB_PASSWORD=Summer2024!x\nSMTP_PASSWORD=$SMTP\nTOKEN_HASH=x\nAPI_KEY=your-key-here\n"
	want := map[string]string{
		"PORT":          `"PORT" does not mean a secret`,
		"SMTP_PASSWORD": `"SMTP_PASSWORD" means a password; the value says where the value is (env)`,
		"TOKEN_HASH":    `"TOKEN_HASH" means something that is no secret itself`,
		"API_KEY":       `"API_KEY" means a key or token; the value is a placeholder, or made up`,
	}
	chunk := func(path string) *detectors.Chunk {
		return &detectors.Chunk{Data: []byte(text), At: place.Place{Path: path}, Whole: true, To: len(text)}
	}
	got := map[string]string{}
	for _, p := range d.Passed(chunk("app/.env")) {
		got[p.Name] = p.Why
		if text[p.Start:p.End] != p.Value.Reveal() {
			t.Errorf("%s is said to be at %d", p.Name, p.Start)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("passed (-want +got):\n%s", diff)
	}
	for _, p := range d.Passed(chunk("tests/.env")) {
		if p.Name == "DB_PASSWORD" && p.Why != "the path is that of an example or a test" {
			t.Errorf("in a test: got %q", p.Why)
		}
	}
	if got := d.Passed(chunk("notes.txt")); len(got) > 0 {
		t.Errorf("a file without a format: got %d", len(got))
	}
}

func builtin(t *testing.T) *detectors.Rules {
	t.Helper()
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	d, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
