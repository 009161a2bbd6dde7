package rotation_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// TestPage wants that the page for users names all states, verdicts, drivers and subjects of a
// policy, with what holds by default, and that its picture has all states.
func TestPage(t *testing.T) {
	data, err := os.ReadFile("../../docs/rotation.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	var words []string
	for _, s := range rotation.States() {
		if s == rotation.FalsePositive || s == rotation.Accepted {
			words = append(words, "**"+string(s)+"**")
			continue
		}
		words = append(words, "\n| "+string(s)+" |")
	}
	for _, v := range []provider.Verdict{provider.Live, provider.Restricted, provider.Dead, provider.Unknown} {
		words = append(words, "\n| "+string(v)+" |")
	}
	for _, d := range rotation.Drivers(rotation.DriverOptions{}) {
		words = append(words, "`"+d.Name()+"`")
	}
	var leaked []string
	for _, l := range new(rotation.Policy).Lines() {
		text, days := strings.CutSuffix(l.Text, "d")
		if kind, of, is := strings.Cut(l.Subject, "."); is {
			words = append(words, kind+".critical`", "."+of)
			leaked = append(leaked, text)
			continue
		}
		if days {
			text += " days"
		}
		row := regexp.MustCompile("(?m)^\\| `" + l.Subject + "` \\|.*\\b" + text)
		if !row.MatchString(page) {
			t.Errorf("the page doesn't say of %s that it is %s by default", l.Subject, text)
		}
	}
	words = append(words, strings.Join(leaked, ", ")+" days")
	for _, word := range words {
		if !strings.Contains(page, word) {
			t.Errorf("the page doesn't have %q", word)
		}
	}
	if len(words) < 20 {
		t.Errorf("looked for %d words, want more", len(words))
	}
	picture := pictureTexts(t, "../../docs/life.svg")
	for _, s := range append(rotation.States(), "blocked", "reopened") {
		if !strings.Contains(picture, "\n"+string(s)+"\n") {
			t.Errorf("the picture doesn't have the state %q", string(s))
		}
	}
}

// pictureTexts gives the texts of a picture, each on a line of its own.
func pictureTexts(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	b.WriteString("\n")
	d := xml.NewDecoder(f)
	for within := false; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			within = within || token.Name.Local == "text"
		case xml.EndElement:
			if token.Name.Local == "text" {
				within = false
				b.WriteString("\n")
			}
		case xml.CharData:
			if within {
				b.Write(token)
			}
		}
	}
}
