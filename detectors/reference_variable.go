package detectors

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/ascii"
)

// variable is how files of one kind write what they take from their surroundings. It
// begins as much does that is none, so it is looked for in those files alone, and not
// with all that is looked for everywhere.
type variable struct {
	system string
	open   string
	after  string // what may follow the name; "": anything
	loud   bool   // it has capital letters alone: others are variables of the text itself
	file   func(path string) bool
}

var variables = []variable{
	{"env", "${", "}:?+-", false, func(p string) bool { return isYAML(p) || isEnvironment(p) || path.Ext(p) == ".properties" }},
	{"env", "${", "}:?+-=%#/,^@", true, isScriptFile},
	{"env", "$", "", true, func(p string) bool { return isYAML(p) || isEnvironment(p) || isScriptFile(p) }},
	{"env", "$(", ")", true, func(p string) bool { return isYAML(p) && !isOfAzure(p) || isMakefile(p) }}, // of Kubernetes, of make
	{"env", "$env:", "", false, isOfPowerShell},
	{"env", "$Env:", "", false, isOfPowerShell},
	{"terraform", "var.", "", false, isTerraform},
	{"helm", ".Values.", "", false, func(p string) bool { return isYAML(p) || path.Ext(p) == ".tpl" }},
	{"azure-pipelines", "$(", ")", false, func(p string) bool { return isYAML(p) && isOfAzure(p) }},
}

func isYAML(p string) bool { return strings.HasSuffix(p, ".yml") || strings.HasSuffix(p, ".yaml") }

func isEnvironment(p string) bool {
	base := path.Base(p)
	return strings.HasPrefix(base, ".env") || strings.HasSuffix(base, ".env")
}

func isOfAzure(p string) bool {
	p = strings.ToLower(p)
	return strings.Contains(p, "azure") || strings.Contains(p, ".vsts")
}

// isOfPowerShell tells whether a path is that of commands for PowerShell, or of jobs that may
// have some.
func isOfPowerShell(p string) bool {
	return isYAML(p) || path.Ext(p) == ".ps1" || path.Ext(p) == ".psm1"
}

func isTerraform(p string) bool { return path.Ext(p) == ".tf" }

// isScriptFile tells whether a path is that of commands for a shell.
func isScriptFile(p string) bool {
	base := path.Base(p)
	switch path.Ext(base) {
	case ".sh", ".bash", ".zsh", ".ksh":
		return true
	}
	return base == "Procfile" || base == "Jenkinsfile" || strings.HasPrefix(base, "Dockerfile") || isMakefile(p)
}

func isMakefile(p string) bool {
	base := path.Base(p)
	return base == "Makefile" || base == "GNUmakefile" || path.Ext(base) == ".mk"
}

// in gives the references that a chunk owns to variables that are secrets.
func (v *variable) in(c *Chunk) []Reference {
	var all []Reference
	secrets := map[string]bool{} // whether a name means one: few names, many times
	for at := 0; ; {
		i := bytes.Index(c.Data[at:], []byte(v.open))
		if i < 0 {
			return all
		}
		start := at + i
		at = start + len(v.open)
		end := at
		for end < len(c.Data) && (ascii.IsWord(c.Data[end]) || c.Data[end] == '.' && !v.loud) {
			end++
		}
		if end == at || !v.mayEnd(c.Data, end) || !c.owns(match.Found{Start: start}) {
			continue
		}
		name := c.Data[at:end]
		is, known := secrets[string(name)]
		if !known {
			is = (!v.loud || isLoud(name)) && judge.MayHold(string(name))
			secrets[string(name)] = is
		}
		if is {
			all = append(all, Reference{v.system, string(name), start, end})
		}
	}
}

// mayEnd tells whether what is in a text after a name may stand there.
func (v *variable) mayEnd(text []byte, end int) bool {
	return v.after == "" || end < len(text) && strings.IndexByte(v.after, text[end]) >= 0
}

func isLoud(name []byte) bool {
	return !bytes.ContainsFunc(name, func(r rune) bool { return 'a' <= r && r <= 'z' })
}

// unpacked gives the variables that JavaScript takes out of its environment by their names:
// const { API_KEY, DB_URL: url = "" } = process.env.
func unpacked(c *Chunk) []Reference {
	const from, longest = "process.env", 2_000
	var all []Reference
	for at := 0; ; {
		i := bytes.Index(c.Data[at:], []byte(from))
		if i < 0 {
			return all
		}
		start := at + i
		at = start + len(from)
		before, ok := bytes.CutSuffix(bytes.TrimRight(c.Data[max(0, start-longest):start], " \t\r\n"), []byte("="))
		before, closed := bytes.CutSuffix(bytes.TrimRight(before, " \t\r\n"), []byte("}"))
		open := bytes.LastIndexAny(before, "{}")
		if !ok || !closed || open < 0 || before[open] == '}' {
			continue
		}
		offset := max(0, start-longest) + open + 1
		for part := range bytes.SplitSeq(before[open+1:], []byte(",")) {
			first := offset + len(part) - len(bytes.TrimLeft(part, " \t\r\n"))
			end := first
			for end < offset+len(part) && ascii.IsWord(c.Data[end]) {
				end++
			}
			offset += len(part) + 1
			if name := string(c.Data[first:end]); judge.MayHold(name) && c.owns(match.Found{Start: first}) {
				all = append(all, Reference{"env", name, first, end})
			}
		}
	}
}

func isJavaScript(p string) bool {
	return slices.Contains([]string{".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx", ".vue", ".svelte"}, path.Ext(p))
}
