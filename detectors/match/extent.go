package match

import (
	"math"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// extent is what an expression can match: how many bytes, and which ones first and
// last.
type extent struct {
	min, max    int  // max is unbounded if there is no end to it
	newline     bool // whether a line feed can be in it
	first, last border
}

const unbounded = math.MaxInt

// add is the extent of one expression and then the other.
func (e extent) add(f extent) extent {
	return extent{saturate(e.min + f.min), addMax(e.max, f.max), e.newline || f.newline, e.first.then(f.first), f.last.then(e.last)}
}

// or is the extent of one expression or the other.
func (e extent) or(f extent) extent {
	return extent{min(e.min, f.min), max(e.max, f.max), e.newline || f.newline, e.first.or(f.first), e.last.or(f.last)}
}

// times is the extent of least to most repetitions; most is negative if there is
// no end to them.
func (e extent) times(least, most int) extent {
	r := extent{saturate(e.min * least), 0, e.newline && most != 0, e.first, e.last}
	if least == 0 {
		r.first.closed, r.last.closed = false, false
	}
	switch {
	case e.max == 0 || most == 0:
	case e.max == unbounded || most < 0:
		r.max = unbounded
	default:
		r.max = e.max * most
	}
	if r.max >= maxExtent {
		r.max = unbounded
	}
	return r
}

// maxExtent is the length past which an extent counts as unbounded. Nested
// repeats would overflow otherwise.
const maxExtent = 1 << 20

func saturate(n int) int { return min(n, maxExtent) }

func addMax(a, b int) int {
	if a == unbounded || b == unbounded || a+b >= maxExtent {
		return unbounded
	}
	return a + b
}

// border is which bytes can stand at one end of what an expression matches, and so
// beside a literal. It is open unless one of them has to: beyond what can be empty
// stands whatever stands there. The zero border is that of nothing.
type border struct {
	bytes  [4]uint64 // a bit for each
	closed bool
	brink  bool // if closed: it may be where the text begins or ends
}

// then is the border of one expression before another, seen from outside.
func (e border) then(beyond border) border {
	if e.closed {
		return e
	}
	e = e.or(beyond)
	e.closed = beyond.closed
	return e
}

func (e border) or(f border) border {
	for i := range e.bytes {
		e.bytes[i] |= f.bytes[i]
	}
	e.closed, e.brink = e.closed && f.closed, e.brink || f.brink
	return e
}

// add adds the bytes from one to another.
func (e *border) add(from, to byte) {
	for b := int(from); b <= int(to); b++ {
		e.bytes[b>>6] |= 1 << (b & 63)
	}
}

// has tells whether a byte can stand there.
func (e *border) has(b byte) bool { return !e.closed || e.bytes[b>>6]>>(b&63)&1 != 0 }

// fits tells whether what stands before and after a literal at a place in a text can
// stand there in a match.
func (l *literal) fits(text []byte, at int) bool {
	before, after := &l.before.last, &l.after.first
	if at == 0 {
		if before.closed && !before.brink {
			return false
		}
	} else if !before.has(text[at-1]) {
		return false
	}
	if end := at + len(l.text); end < len(text) {
		return after.has(text[end])
	}
	return !after.closed
}

// offWord is a border beside which a word begins or ends.
func (e border) offWord() border {
	off := border{closed: true, brink: !e.closed || e.brink}
	for b := range 256 {
		if b := byte(b); !ascii.IsWord(b) && e.has(b) {
			off.add(b, b)
		}
	}
	return off
}
