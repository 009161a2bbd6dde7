package rules_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/check"
)

// pages are the texts for users.
func pages(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range append(names, "../README.md") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// A checkout on Windows may have other ends of line.
		all[filepath.Base(name)] = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	return all
}

// blocks gives the code blocks of a language in a page.
func blocks(page []byte, language string) []string {
	var all []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllSubmatch(page, -1) {
		all = append(all, string(m[1]))
	}
	return all
}

// example reads a configuration in a page and adds it to the built-in rules. One
// that a repository may not have must be refused as one, or left out with a warning.
func example(t *testing.T, base *rules.Set, text string) *rules.Set {
	t.Helper()
	read := rules.ReadConfig
	if regexp.MustCompile(`(?m)^\[(?:extend|\[rules)`).MatchString(text) {
		read = rules.ReadGitleaks
	}
	c, err := read("example", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	trust := rules.Repository
	if strings.Contains(text, "[[provider]]") {
		trust = rules.User
		if _, _, err := base.With(c, rules.Repository); err == nil {
			t.Error("a repository may have it")
		}
	}
	if strings.Contains(text, "[[verify]]") {
		trust = rules.User
		if set, warnings, err := base.With(c, rules.Repository); err != nil || len(warnings) != 1 || len(set.Verifies) != len(base.Verifies) {
			t.Errorf("from a repository: warnings %q, error %v", warnings, err)
		}
	}
	set, warnings, err := base.With(c, trust)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warnings {
		t.Errorf("warning: %s", w)
	}
	return set
}

// TestPagesConfigs reads every configuration in the pages, and runs the samples of
// its rules.
func TestPagesConfigs(t *testing.T) {
	base := builtin(t)
	read, ran := map[string]int{}, 0
	for name, page := range pages(t) {
		for _, text := range blocks(page, "toml") {
			read[name]++
			first, _, _ := strings.Cut(text, "\n\n")
			t.Run(name+"/"+first, func(t *testing.T) {
				set := example(t, base, text)
				rng := rand.New(rand.NewPCG(1, 2))
				for _, rule := range set.Rules {
					if old, _ := base.Rule(rule.ID); old == rule {
						continue
					}
					match, noMatch, err := rule.Samples(rng)
					if err != nil {
						t.Fatal(err)
					}
					if len(match)*len(noMatch) == 0 && strings.Contains(text, "no_match") {
						t.Errorf("rule %q: no samples", rule.ID)
					}
					for i, sample := range match {
						ran++
						if why := refuses(set, rule, sample); why != "" {
							t.Errorf("match sample %d, %s: %s", i, rule.Match[i], why)
						}
					}
					for i, sample := range noMatch {
						ran++
						if refuses(set, rule, sample) == "" {
							t.Errorf("no_match sample %d matches: %s", i, rule.NoMatch[i])
						}
					}
				}
			})
		}
	}
	if read["rules.md"] < 8 || read["README.md"] == 0 || ran < 20 {
		t.Errorf("read %v and ran %d samples, want more", read, ran)
	}
}

// TestPagesRules wants that every rule that a page speaks of exists.
func TestPagesRules(t *testing.T) {
	base := builtin(t)
	named := regexp.MustCompile(`rules show ([a-z0-9-]+)|--enable-rule[ =]([a-z0-9-]+)|"rule": ?"([a-z0-9-]+)"|"id": "([a-z0-9]+(?:-[a-z0-9]+)+)"`)
	seen := map[string]int{}
	for name, page := range pages(t) {
		for _, m := range named.FindAllSubmatch(page, -1) {
			id := string(slices.Concat(m[1:]...))
			seen[name]++
			if _, there := base.Rule(id); !there {
				t.Errorf("%s: there is no rule %q", name, id)
			}
		}
	}
	if seen["README.md"] == 0 || seen["baseline.md"] < 2 {
		t.Errorf("saw rules in %v, want some in README.md and baseline.md", seen)
	}
}

// TestPagesChecks wants that the page on rules names every check.
func TestPagesChecks(t *testing.T) {
	page := pages(t)["rules.md"]
	for _, name := range check.Names() {
		if !bytes.Contains(page, []byte("`"+name+"`")) {
			t.Errorf("docs/rules.md does not name the check %q", name)
		}
	}
}

// TestPagesScript wants that what rules.md shows of a terminal is what a script of
// the command's tests runs.
func TestPagesScript(t *testing.T) {
	script, err := os.ReadFile("../testdata/script/rules-page.txtar")
	if err != nil {
		t.Fatal(err)
	}
	script = bytes.ReplaceAll(script, []byte("\r\n"), []byte("\n"))
	page := pages(t)["rules.md"]
	shown := slices.Concat(blocks(page, "toml")[:1], blocks(page, "text"), blocks(page, "console"))
	if len(shown) < 3 {
		t.Fatalf("found %d blocks, want a configuration, a text and a terminal", len(shown))
	}
	for _, block := range shown {
		for line := range strings.Lines(block) {
			line = strings.TrimPrefix(line, "$ ")
			if !bytes.Contains(script, []byte(line)) {
				t.Errorf("the script does not have the line %s", line)
			}
		}
	}
}
