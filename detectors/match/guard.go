package match

import "regexp/syntax"

// guard rejects hits before a window is searched for them. It is the rest of a pattern,
// in which the literals stand at known distances from its start, though not from that of
// the pattern: the password\s*=\s*\w+ of create\s.{1,200}password\s*=\s*\w+.
type guard struct {
	reject func() *automaton
	before int // bytes that a match has before the rest, at least
}

// rejects tells whether no match has a literal where it stands.
func (g *guard) rejects(text []byte, h *hit) bool {
	if g == nil || h.literal.foreign {
		return false
	}
	start := h.start() + g.before
	if start < 0 {
		return true
	}
	if h.rejected.empty() {
		read, rejected := g.reject().rejects(text, start, mostRead)
		if !rejected {
			return false
		}
		h.reject(text, start-1, read)
	}
	return true
}

// cut is a pattern in two parts, one after the other. They are without its groups.
type cut struct{ head, rest *syntax.Regexp }

// cuts gives all ways to cut a pattern right after something that has no fixed length.
func cuts(re *syntax.Regexp) []cut {
	var all []cut
	switch re.Op {
	case syntax.OpCapture:
		return cuts(re.Sub[0])
	case syntax.OpConcat:
		for i, sub := range re.Sub {
			before, after := re.Sub[:i], re.Sub[i+1:]
			if i > 0 && !hasLength(re.Sub[i-1]) {
				all = append(all, cut{concat(before), concat(re.Sub[i:])})
			}
			for _, c := range cuts(sub) {
				all = append(all, cut{concat(before, c.head), concat([]*syntax.Regexp{c.rest}, after...)})
			}
		}
	}
	return all
}

// hasLength tells whether an expression is one or more characters, and always as many.
func hasLength(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	}
	return false
}

func concat(subs []*syntax.Regexp, more ...*syntax.Regexp) *syntax.Regexp {
	return &syntax.Regexp{Op: syntax.OpConcat, Sub: append(subs[:len(subs):len(subs)], more...)}
}

// A guarded set is one of a cut's rest, and what it then lets through.
type guarded struct {
	set   required
	guard *guard
}

// guards gives the sets that stand at known distances from where the rest begins.
func (c cut) guards(shapes analyser) []guarded {
	var all []guarded
	head := shapes.shape(c.head).extent
	for _, set := range shapes.shape(c.rest).required() {
		if set.fixed() {
			all = append(all, guarded{
				set:   set.shift(head, extent{}, false),
				guard: &guard{reject: lazyAutomaton(c.rest, false), before: head.min},
			})
		}
	}
	return all
}
