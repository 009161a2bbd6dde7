package match

import "golang.org/x/sys/cpu"

// mark is markPlain, with vectors if the processor has them.
func (s *windowSet) mark(text []byte, marks []uint64) {
	if !cpu.X86.HasAVX2 || len(marks) == 0 {
		s.markPlain(text, marks)
		return
	}
	text = text[:len(marks)*block+beyond]
	markAVX2(s, &text[0], &marks[0], len(marks))
}

// markAVX2 is markPlain for one block or more. It checks no bounds.
//
//go:noescape
func markAVX2(set *windowSet, text *byte, marks *uint64, blocks int)
