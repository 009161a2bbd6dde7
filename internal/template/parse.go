package template

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	open    = "{{"
	shut    = "}}"
	keyword = "secret"
)

// maxName is how long a name can be, in bytes.
const maxName = 256

// SyntaxError is a place that begins as one for a secret does, and isn't.
type SyntaxError struct {
	File         string
	Line, Column int // as a [Reference] has them
	Reason       string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
}

// Parse reads a template. The file's name is for errors, which are a [*SyntaxError] unless
// the text is larger than [MaxSize].
func Parse(file string, text []byte) (*Template, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("%s: %d bytes, and a template has %d at most", file, len(text), MaxSize)
	}
	t := &Template{file: file}
	p := parser{text: string(text), line: 1, column: 1}
	for {
		start := p.find()
		if start > p.counted {
			t.parts = append(t.parts, part{text: p.text[p.counted:start]})
		}
		p.count(start)
		if start == len(p.text) {
			return t, nil
		}
		part, reason := p.place()
		if reason != "" {
			return nil, &SyntaxError{file, p.line, p.column, reason}
		}
		t.parts = append(t.parts, part)
		p.count(p.at)
	}
}

// parser is somewhere in a text.
type parser struct {
	text string
	at   int
	// counted is where a line and a column are known.
	counted, line, column int
}

// count gets to know the line and the column of a place further on.
func (p *parser) count(to int) {
	passed := p.text[p.counted:to]
	if i := strings.LastIndexByte(passed, '\n'); i >= 0 {
		p.line += strings.Count(passed, "\n")
		p.column = 1
		passed = passed[i+1:]
	}
	p.column += utf8.RuneCountInString(passed)
	p.counted = to
}

// find gives where the next place begins, or the text's end, and goes past the keyword.
func (p *parser) find() int {
	for {
		i := strings.Index(p.text[p.at:], open)
		if i < 0 {
			return len(p.text)
		}
		start := p.at + i
		p.at = start + len(open)
		p.blanks()
		if p.word() == keyword && (p.at == len(p.text) || p.text[p.at] < utf8.RuneSelf) {
			return start
		}
		p.at = start + 1
	}
}

// place reads what follows the keyword, and gives a reason if it can't.
func (p *parser) place() (found part, reason string) {
	p.blanks()
	if p.skip(`"{{"`) {
		found.text = open
	} else if found, reason = p.reference(); reason != "" {
		return found, reason
	}
	p.blanks()
	if !p.skip(shut) {
		return found, "{{secret isn't closed: it is {{secret NAME}} or {{secret PROJECT/ENVIRONMENT NAME | FILTER}}, and {{secret \"{{\"}} stands for {{"
	}
	return found, ""
}

func (p *parser) reference() (found part, reason string) {
	found.ref = Reference{Name: p.word(), Line: p.line, Column: p.column}
	p.blanks()
	if name := p.word(); name != "" {
		project, environment, ok := strings.Cut(found.ref.Name, "/")
		if !ok || project == "" || environment == "" || strings.Contains(environment, "/") {
			return found, "what stands before the secret's name isn't PROJECT/ENVIRONMENT"
		}
		found.ref.Project, found.ref.Environment, found.ref.Name = project, environment, name
	}
	switch n := len(found.ref.Name); {
	case n == 0:
		return found, "{{secret has no name after it; {{secret \"{{\"}} stands for {{"
	case n > maxName:
		return found, fmt.Sprintf("a secret's name has %d bytes at most", maxName)
	}
	p.blanks()
	if !p.skip("|") {
		return found, ""
	}
	p.blanks()
	found.filter = p.word()
	if _, ok := filters[found.filter]; !ok || found.filter == "" {
		return found, "the filter isn't json, yaml, sh, dotenv, base64 or url"
	}
	return found, ""
}

func (p *parser) blanks() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
}

func (p *parser) skip(s string) bool {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}

// word reads a name, a filter or the keyword.
func (p *parser) word() string {
	start := p.at
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

// isWord tells what names of secrets, projects and environments are made of.
func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("_./-", c) >= 0
}
