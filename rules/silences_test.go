package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSilences(t *testing.T) {
	const config = `
use_default = false
disable = ["jwt"]

[scan]
exclude = ["*.min.js"]
max_file_size = "1K"
confidence = "high"

[[allow]]
description = "samples"
all = true
rules = ["generic"]
paths = ["^docs/"]
stop_words = ["example", "dummy"]

[[rule]]
id = "ours"
description = "Our token"
severity = "high"
pattern = "ours_[a-z]{20}"
allow = [{values = ["x{20}"], target = "line"}]
`
	c, err := ReadConfig(".secretsweep.toml", []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"built-in rules are not used",
		`rule "jwt" is disabled`,
		`allow "samples": of generic: path ^docs/ and stop words example, dummy`,
		`allow in rule "ours" line text x{20}`,
		`"*.min.js" is not scanned`,
		"files over 1024 bytes are not scanned",
		"only what is of high confidence is reported",
	}
	if diff := cmp.Diff(want, c.Silences()); diff != "" {
		t.Errorf("Silences (-want +got):\n%s", diff)
	}

	for _, config := range []string{"", "scan.confidence = 'low'", "scan.confidence = 'medium'"} {
		c, err := ReadConfig(".secretsweep.toml", []byte(config))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Silences(); len(got) != 0 {
			t.Errorf("%q: got %q, want none", config, got)
		}
	}
}
