package rules

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
)

// Pattern is a regular expression (RE2 syntax). It is compiled at first use: most rules
// see no candidate in a scan, and a hook's time would go into compiling all of them. It
// is safe for concurrent use.
type Pattern struct {
	text    string
	tree    *syntax.Regexp
	groups  []string // their names, by number
	compile func() *regexp.Regexp
}

// ParsePattern reads an expression. Its errors are those of [regexp.Compile].
func ParsePattern(text string) (*Pattern, error) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	return &Pattern{
		text:    text,
		tree:    tree,
		groups:  tree.CapNames(),
		compile: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) }),
	}, nil
}

// MustPattern is [ParsePattern] for expressions that are part of the program.
func MustPattern(text string) *Pattern {
	p, err := ParsePattern(text)
	if err != nil {
		panic(err)
	}
	return p
}

// String gives the expression.
func (p *Pattern) String() string { return p.text }

// Tree gives the expression's syntax tree, which must not be changed.
func (p *Pattern) Tree() *syntax.Regexp { return p.tree }

// Group gives the number of the group with a name; -1 if there is none.
func (p *Pattern) Group(name string) int { return slices.Index(p.groups, name) }

// Regexp gives the expression, compiled.
func (p *Pattern) Regexp() *regexp.Regexp { return p.compile() }

// MatchString tells whether the expression matches in a text.
func (p *Pattern) MatchString(text string) bool { return p.Regexp().MatchString(text) }

// matchesEmpty tells whether the expression matches the empty text.
func (p *Pattern) matchesEmpty() bool { return mayBeEmpty(p.tree) && p.MatchString("") }

// mayBeEmpty tells whether an expression can match without a character, somewhere.
func mayBeEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return mayBeEmpty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || mayBeEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !mayBeEmpty(sub) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, mayBeEmpty)
	}
	return true
}
