package odb

import "math/bits"

// buffers keeps buffers for reuse, by powers of two. It is for one goroutine.
type buffers struct {
	free [maxSpare + 1][][]byte
}

const (
	maxSpare     = 22 // larger buffers than 4 MiB are left to the garbage collector
	sparePerSize = 4
)

// take gives a buffer of a length, with any content.
func (b *buffers) take(n int) []byte {
	class := bits.Len(uint(max(n, 512) - 1))
	if class > maxSpare {
		return make([]byte, n)
	}
	if free := b.free[class]; len(free) > 0 {
		b.free[class] = free[:len(free)-1]
		return free[len(free)-1][:n]
	}
	return make([]byte, n, 1<<class)
}

// give takes back a buffer that is no longer used, or nil.
func (b *buffers) give(buf []byte) {
	class := bits.Len(uint(cap(buf))) - 1
	if class < 9 || class > maxSpare || len(b.free[class]) == sparePerSize {
		return
	}
	b.free[class] = append(b.free[class], buf)
}
