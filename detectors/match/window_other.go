//go:build !amd64

package match

// mark is markPlain: there are no vector instructions here that load from many places.
func (s *windowSet) mark(text []byte, marks []uint64) { s.markPlain(text, marks) }
