package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestPagesCommands wants that every command line that a page shows is one that this program
// takes: the command is there, and so are the flags.
func TestPagesCommands(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^(?:\$ )?((?:[A-Z_]+=\S+ )?(?:[a-z]\S* .*\| )?secretsweep(?: .*)?)$`)
	var names []string
	for _, cmd := range newRoot(shell{}).Commands() {
		names = append(names, cmd.Name())
	}
	inline := regexp.MustCompile("`((?:[A-Z_]+=\\S+ )?secretsweep(?: [^`]*)?)`")
	short := regexp.MustCompile("`((?:" + strings.Join(names, "|") + ") [^`]*)`")
	// What only looks like a command line of ours.
	others := []string{"secretsweep fingerprint v1", "secretsweep vault kv", "secretsweep access key id"}
	seen := 0
	for _, name := range append(pages, "../../README.md") {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		page = bytes.ReplaceAll(page, []byte("\r\n"), []byte("\n"))
		var lines [][]byte
		for _, block := range regexp.MustCompile("(?ms)^```(?:console|sh)\n(.*?)^```$").FindAllSubmatch(page, -1) {
			for _, m := range shown.FindAllSubmatch(block[1], -1) {
				lines = append(lines, m[1])
			}
		}
		for _, m := range inline.FindAllSubmatch(page, -1) {
			lines = append(lines, m[1])
		}
		for _, m := range short.FindAllSubmatch(page, -1) {
			lines = append(lines, append([]byte("secretsweep "), m[1]...))
		}
		for _, line := range lines {
			if slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(string(line), o) }) {
				continue
			}
			seen++
			if why := refusedLine(string(line)); why != "" {
				t.Errorf("%s: %s: %s", filepath.Base(name), line, why)
			}
		}
	}
	if seen < 150 {
		t.Errorf("saw %d command lines, want more", seen)
	}
}

// refusedLine says why a command line of a page isn't one; "" if it is. Nothing is run.
func refusedLine(line string) string {
	line, _, _ = strings.Cut(line, "  #")
	line, _, _ = strings.Cut(line, " # ")
	_, line, _ = strings.Cut(" "+line, " secretsweep")
	words := pageWords(line)
	root := newRoot(shell{stdin: strings.NewReader(""), stdout: new(bytes.Buffer), stderr: new(bytes.Buffer)})
	cmd, rest, err := root.Find(words)
	if err != nil {
		return err.Error()
	}
	if len(rest) > 0 && cmd.HasSubCommands() && !strings.HasPrefix(rest[0], "-") && alternatives(cmd, rest[0]) {
		return ""
	}
	if len(rest) > 0 && cmd.HasSubCommands() && !strings.HasPrefix(rest[0], "-") && !cmd.Runnable() {
		return "there is no such command"
	}
	if err := cmd.ParseFlags(rest); err != nil && !strings.HasPrefix(err.Error(), "flag needs an argument: ") {
		return err.Error() // a flag that is only spoken of has none
	}
	if cmd.HasSubCommands() && cmd.Args != nil {
		if err := cmd.Args(cmd, cmd.Flags().Args()); err != nil {
			return err.Error()
		}
	}
	return ""
}

// alternatives tells whether a word of a page names several subcommands, "get|set".
func alternatives(cmd *cobra.Command, word string) bool {
	for _, one := range strings.Split(word, "|") {
		if found, _, err := cmd.Find([]string{one}); err != nil || found == cmd {
			return false
		}
	}
	return true
}

// pageWords splits a command line as a shell does, up to where another command begins.
func pageWords(line string) []string {
	var words []string
	for _, m := range regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s'"]+`).FindAllString(line, -1) {
		switch {
		case m == "|" || m == ">" || m == "&&" || m == "<" || m == ";":
			return words
		case m == "…":
			continue
		}
		words = append(words, strings.Trim(m, `'"`))
	}
	return words
}

// TestPagesRotation wants that what rotation.md shows of a terminal is what a script runs, but
// for what takes a database.
func TestPagesRotation(t *testing.T) {
	page, err := os.ReadFile("../../docs/rotation.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("../../testdata/script/rotation-page.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, m := range regexp.MustCompile(`(?m)^\$ (secretsweep .*?)(?: +#.*)?\r?$`).FindAllSubmatch(page, -1) {
		if bytes.HasPrefix(m[1], []byte("secretsweep rotate auto ")) {
			continue
		}
		seen++
		if !bytes.Contains(script, append([]byte(" "), m[1]...)) {
			t.Errorf("the script doesn't run %s", m[1])
		}
	}
	if seen < 15 {
		t.Errorf("saw %d command lines, want more", seen)
	}
}
