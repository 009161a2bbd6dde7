package scanner

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
)

// positions gives the position of each offset in data, which begins at start.
// The order of the offsets doesn't matter. It takes one pass over data, so that
// ten thousand matches in a line of 100 MB cost no more than one. An offset
// within a character is that character's.
func positions(data []byte, start place.Position, offsets []int) map[int]place.Position {
	at := make(map[int]place.Position, len(offsets))
	done, pos := 0, start
	for _, offset := range slices.Sorted(slices.Values(offsets)) {
		next := characterStart(data, offset)
		pos = pos.After(data[done:next])
		done = next
		at[offset] = pos
	}
	return at
}

// characterStart gives the start of the character that the byte at i belongs to.
func characterStart(data []byte, i int) int {
	for start := i; start >= 0 && start > i-utf8.UTFMax; start-- {
		if start < len(data) && utf8.RuneStart(data[start]) {
			if _, size := utf8.DecodeRune(data[start:]); start+size > i {
				return start
			}
			break
		}
	}
	return i
}

// spot is a match and where in its text it stands.
type spot struct {
	*detectors.Match
	span    place.Span
	allowed string // the marker on one of its lines; "" if there is none
}

// startOf is the position of a chunk's first byte.
func startOf(c *detectors.Chunk) place.Position {
	if c.At.Start == (place.Position{}) {
		return place.Position{Line: 1, Column: 1}
	}
	return c.At.Start
}

// spots places the matches of a chunk.
func spots(c *detectors.Chunk, matches []detectors.Match) []spot {
	start := startOf(c)
	var offsets []int
	for i := range matches {
		offsets = append(offsets, matches[i].Start, lastByte(&matches[i]))
	}
	at := positions(c.Data, start, offsets)

	result := make([]spot, len(matches))
	allows := findMarkers(c.Data, start.Line)
	for i := range matches {
		m := &matches[i]
		s := spot{Match: m, span: place.Span{Start: at[m.Start], End: at[lastByte(m)]}}
		next, _ := slices.BinarySearchFunc(allows, s.span.Start.Line, func(a marker, line int) int {
			return cmp.Compare(a.line, line)
		})
		if next < len(allows) && allows[next].line <= s.span.End.Line {
			s.allowed = allows[next].text
		}
		result[i] = s
	}
	return result
}

// lastByte gives the offset of the last byte of the match; of an empty one,
// which is about the text as a whole, where it stands.
func lastByte(m *detectors.Match) int { return max(m.Start, m.End-1) }
