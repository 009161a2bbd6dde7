package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// TestWithVault writes a table into configs of all kinds: what comes out says what is
// wanted, and every other line is there as it was, in the same order.
func TestWithVault(t *testing.T) {
	pieces := []string{
		"# a comment\n", "\n", "disable = [\"jwt\"]\n",
		"[scan]\nexclude = [\"env\"] # project = 'no'\n",
		"[[allow]]\npaths = ['x']\n",
	}
	tables := []string{
		"", "[vault]\n", "[vault]", "[ vault ] # ours\r\nproject = 'a'\r\n", "[vault]\nenv = \"b\" # here\n",
		"  [vault]\n\n# said so\n  env='b'\n\tproject = \"a\"\n",
	}
	other := func(text string) []string {
		lines := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
		return slices.DeleteFunc(lines, func(line string) bool {
			return regexp.MustCompile(`^\s*((project|env)\s*=|$)`).MatchString(line)
		})
	}
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SampledFrom([]string{"", "a", "b", "web", "x.y_z@1-2"})
		want := rules.Vault{Project: names.Draw(rt, "project"), Env: names.Draw(rt, "env")}
		table := rapid.SampledFrom(tables).Draw(rt, "table")
		before := strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(pieces[:3]), 0, 3, rapid.ID).Draw(rt, "before"), "")
		after := strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(pieces[3:]), 0, 2, rapid.ID).Draw(rt, "after"), "")
		if table != "" && !strings.HasSuffix(table, "\n") {
			after = ""
		}
		text := before + table + after
		old, err := rules.ReadConfig("c.toml", []byte(text))
		if err != nil {
			rt.Fatalf("the config isn't one: %v\n%s", err, text)
		}
		// As the command has it: what isn't said stays.
		if want.Project == "" {
			want.Project = old.Vault.Project
		}
		if want.Env == "" {
			want.Env = old.Vault.Env
		}
		written := withVault(text, want)
		got, err := rules.ReadConfig("c.toml", []byte(written))
		if err != nil || got.Vault != want {
			rt.Fatalf("got %+v, %v; want %+v, from\n%s\nto\n%s", got, err, want, text, written)
		}
		lines := other(text)
		if table == "" {
			lines = append(lines, "[vault]")
		}
		if diff := cmp.Diff(lines, other(written)); diff != "" {
			rt.Fatalf("other lines (-want +got):\n%s", diff)
		}
	})
}
