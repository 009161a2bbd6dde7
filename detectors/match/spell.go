package match

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// spell writes an expression out, so that package regexp can compile it. The String
// method of package syntax would do, but it looks up the folds of every character of
// every class, to set as few flags as it can: milliseconds for each class that only
// leaves some out.
func spell(re *syntax.Regexp) string {
	var b strings.Builder
	spellTo(&b, re)
	return b.String()
}

// spelled are the operators that have no operands.
var spelled = map[syntax.Op]string{
	syntax.OpNoMatch:        `[^\x00-\x{10FFFF}]`,
	syntax.OpEmptyMatch:     `(?:)`,
	syntax.OpAnyChar:        `(?s:.)`,
	syntax.OpAnyCharNotNL:   `(?-s:.)`,
	syntax.OpBeginLine:      `(?m:^)`,
	syntax.OpEndLine:        `(?m:$)`,
	syntax.OpBeginText:      `\A`,
	syntax.OpEndText:        `\z`,
	syntax.OpWordBoundary:   `\b`,
	syntax.OpNoWordBoundary: `\B`,
}

func spellTo(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		fold := "-i"
		if re.Flags&syntax.FoldCase != 0 {
			fold = "i"
		}
		fmt.Fprintf(b, `(?%s:%s)`, fold, regexp.QuoteMeta(string(re.Rune)))
	case syntax.OpCharClass:
		if len(re.Rune) == 0 {
			b.WriteString(spelled[syntax.OpNoMatch])
			return
		}
		b.WriteString(`(?-i:[`) // a class has all its folds already
		for i := 0; i < len(re.Rune); i += 2 {
			fmt.Fprintf(b, `\x{%x}-\x{%x}`, re.Rune[i], re.Rune[i+1])
		}
		b.WriteString(`])`)
	case syntax.OpCapture:
		b.WriteString(`(`)
		if re.Name != "" {
			fmt.Fprintf(b, `?P<%s>`, re.Name)
		}
		spellTo(b, re.Sub[0])
		b.WriteString(`)`)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		b.WriteString(`(?:`)
		spellTo(b, re.Sub[0])
		b.WriteString(`)`)
		b.WriteString(repetition(re))
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			spellTo(b, sub)
		}
	case syntax.OpAlternate:
		for i, sub := range re.Sub {
			b.WriteString([]string{`(?:`, `|`}[min(i, 1)])
			spellTo(b, sub)
		}
		b.WriteString(`)`)
	default:
		b.WriteString(spelled[re.Op])
	}
}

// repetition is the operator after what is repeated.
func repetition(re *syntax.Regexp) string {
	lazy := ""
	if re.Flags&syntax.NonGreedy != 0 {
		lazy = "?"
	}
	switch re.Op {
	case syntax.OpStar:
		return "*" + lazy
	case syntax.OpPlus:
		return "+" + lazy
	case syntax.OpQuest:
		return "?" + lazy
	}
	switch {
	case re.Max == re.Min:
		return fmt.Sprintf("{%d}%s", re.Min, lazy)
	case re.Max < 0:
		return fmt.Sprintf("{%d,}%s", re.Min, lazy)
	}
	return fmt.Sprintf("{%d,%d}%s", re.Min, re.Max, lazy)
}
