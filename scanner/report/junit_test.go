package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/printable"
)

func TestJUnit(t *testing.T) {
	tests := map[string]struct {
		scan                             scan
		tests, failures, errors, skipped int
	}{
		"full":  {fullScan(), 13, 9, 2, 2},
		"clean": {cleanScan(), 1, 0, 0, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			data := test.scan.write(t, "junit", Options{})
			var got junitSuites
			if err := xml.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			var failures, errors, skipped int
			names := map[string]bool{}
			for _, c := range got.Suite.Cases {
				if names[c.Name] {
					t.Errorf("test %q is there twice", c.Name)
				}
				names[c.Name] = true
				if c.Failure != nil {
					failures++
				}
				if c.Error != nil {
					errors++
				}
				if c.Skipped != nil {
					skipped++
				}
			}
			if len(got.Suite.Cases) != test.tests || failures != test.failures || errors != test.errors || skipped != test.skipped {
				t.Errorf("got %d tests, %d failures, %d errors, %d skipped; want %d, %d, %d, %d",
					len(got.Suite.Cases), failures, errors, skipped, test.tests, test.failures, test.errors, test.skipped)
			}
			s := got.Suite
			if s.Tests != test.tests || s.Failures != failures || s.Errors != errors || s.Skipped != skipped || got.Tests != s.Tests || got.Failures != s.Failures || got.Errors != s.Errors {
				t.Errorf("the attributes say otherwise than the elements: %+v", s)
			}
		})
	}
}

// TestJUnitText checks that a hostile text comes back from the XML as it was
// written, escaped and whole.
func TestJUnitText(t *testing.T) {
	data := fullScan().write(t, "junit", Options{})
	var text strings.Builder // pieces of CDATA that follow each other are one text
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			for _, a := range token.Attr {
				text.WriteString(a.Value + "\n")
			}
		}
	}
	if got, want := strings.Count(text.String(), printable.Text(hostile)), 16; got != want {
		t.Errorf("found the text %d times, want %d", got, want)
	}
}
