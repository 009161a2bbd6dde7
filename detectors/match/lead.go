package match

import (
	"regexp/syntax"
	"unicode/utf8"
)

// A lead is an optional run of characters that a pattern begins with, as the
// \w{0,30} of \w{0,30}secret. It makes the place where a match may begin vague,
// so it is cut off, and walked by hand once the rest is known to match.
type lead struct {
	ranges []rune
	most   int // characters; negative if there is no end
	greedy bool
	groups []int // groups that begin with it
}

// cutLead takes the lead off an expression; it is nil if there is none. The
// expression itself is left as it was.
func cutLead(re *syntax.Regexp) (*lead, *syntax.Regexp) {
	none := &syntax.Regexp{Op: syntax.OpEmptyMatch}
	switch re.Op {
	case syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		if re.Sub[0].Op != syntax.OpCharClass || re.Op == syntax.OpRepeat && re.Min > 0 {
			return nil, re
		}
		most := map[syntax.Op]int{syntax.OpStar: -1, syntax.OpQuest: 1, syntax.OpRepeat: re.Max}[re.Op]
		return &lead{re.Sub[0].Rune, most, re.Flags&syntax.NonGreedy == 0, nil}, none
	case syntax.OpCapture, syntax.OpConcat:
		l, rest := cutLead(re.Sub[0])
		if l == nil {
			return nil, re
		}
		if re.Op == syntax.OpCapture {
			l.groups = append(l.groups, re.Cap)
		}
		c := *re
		c.Sub = append([]*syntax.Regexp{rest}, re.Sub[1:]...)
		return l, &c
	}
	return nil, re
}

// from gives where a lead that ends at a place begins: as far before it as the
// characters and their number allow, not before least.
func (l *lead) from(text []byte, at, least int) int {
	for n := 0; n != l.most && at > least; n++ {
		r, size := utf8.DecodeLastRune(text[least:at])
		if !l.contains(r) {
			break
		}
		at -= size
	}
	return at
}

// to gives how far a lead that begins at a place can go.
func (l *lead) to(text []byte, at int) int {
	for n := 0; n != l.most && at < len(text); n++ {
		r, size := utf8.DecodeRune(text[at:])
		if !l.contains(r) {
			break
		}
		at += size
	}
	return at
}

func (l *lead) contains(r rune) bool {
	for i := 0; i < len(l.ranges); i += 2 {
		if l.ranges[i] <= r && r <= l.ranges[i+1] {
			return true
		}
	}
	return false
}

// extent is that of the lead; nothing if there is none.
func (l *lead) extent() extent {
	if l == nil {
		return extent{}
	}
	return runes(l.ranges).extent.times(0, l.most)
}

// extend makes a match of the rest one of the whole, which begins at a place.
func (l *lead) extend(indices []int, from int) {
	indices[0] = from
	for _, g := range l.groups {
		indices[2*g] = from
	}
}
