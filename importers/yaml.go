package importers

import (
	"bytes"
	"regexp"

	"github.com/secretsweep/secretsweep/internal/format"
)

// readYAML reads YAML. What the reader passes over is an error here. So are, unless they are
// allowed, aliases, for what they stand for is given where it stands and not again, and
// tags, which may mean anything.
func readYAML(text []byte, allowed bool) ([]*node, error) {
	var entries []format.Entry
	rest := bytes.Clone(text) // what isn't values
	for e := range format.YAML(text) {
		if e.Comment {
			continue
		}
		e.Path = append([]string(nil), e.Path...)
		if len(entries) == maxScalars {
			return nil, faultAt(text, e.Start, "it has more than %d values", maxScalars)
		}
		if e.Tag != "" && e.Tag != "!!str" && !allowed {
			return nil, faultAt(text, e.Start, "the value of %s is marked %s: what that means isn't known", e.Name(), e.Tag)
		}
		entries = append(entries, e)
		start, end := e.Start, e.End
		if e.Style == format.Quoted || e.Style == format.Literal {
			start, end = start-1, end+1
			if end > len(text) || text[start] != text[end-1] || text[start] != '"' && text[start] != '\'' {
				return nil, faultAt(text, e.Start, "what is in quotes has no end")
			}
		}
		for i := start; i < end; i++ {
			if rest[i] != '\n' {
				rest[i] = ' '
			}
		}
	}
	if err := checkYAML(rest, allowed); err != nil {
		return nil, err
	}
	return documents(text, func(yield func(format.Entry) bool) {
		for _, e := range entries {
			if !yield(e) {
				return
			}
		}
	})
}

// yamlToken is what may stand around values.
var yamlToken = regexp.MustCompile(`^(?:` +
	`[\s\[\]{},]` + // and brackets
	`|-(?:\s|$)` +
	`|![^\s,\[\]{}]*|&[\w.-]+(?:\s|$)` + // tags and anchors
	`|[|>][-+0-9]*(?:\s|$)` + // before a block
	`|"(?:\\.|[^"\\])*"\s*:|'(?:''|[^'])*'\s*:` + // keys
	`|[^\s#&*!|>'"%@` + "`" + `\[\]{},](?:[^\[\]{},#"]*?[^\s\[\]{},#"])??\s*:(?:\s|$)` +
	`|#.*|%.*|\.\.\.\s*$)`)

var yamlAlias = regexp.MustCompile(`^(?:<<:\s+)?\*[^\s,\[\]{}]+`)

// checkYAML tells what is left of YAML without its values isn't all keys and signs.
func checkYAML(rest []byte, allowed bool) error {
	depth, at := 0, 0
	for line := range bytes.Lines(rest) {
		text := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("---")))
		if bytes.IndexByte(text, '\r') >= 0 {
			return faultAt(rest, at, "a line ends without a newline")
		}
		for left := text; len(left) > 0; {
			token := yamlToken.Find(left)
			if alias := yamlAlias.Find(left); token == nil && allowed {
				token = alias
			} else if token == nil && alias != nil {
				return faultAt(rest, at, "an alias stands for a value elsewhere: put it here")
			}
			switch {
			case len(token) == 0, bytes.IndexByte([]byte("|>!"), token[0]) >= 0 && len(left) == len(text):
				return faultAt(rest, at, "it is no YAML that can be read without guessing")
			case token[0] == '[' || token[0] == '{':
				depth++
			case token[0] == ']' || token[0] == '}':
				depth--
			}
			if depth < 0 {
				return faultAt(rest, at, "a bracket closes nothing")
			}
			left = left[len(token):]
		}
		at += len(line)
	}
	if depth > 0 {
		return faultAt(rest, len(rest), "a bracket isn't closed")
	}
	return nil
}
