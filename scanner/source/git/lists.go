package git

// lists keeps lists of numbers, each under a handle. They lie in blocks that never
// move: one slice for all of them would take twice its size each time it grew.
type lists struct{ blocks [][]uint32 }

// A handle is a block's number and an offset in it of so many bits.
const (
	blockBits = 20
	blockSize = 1 << blockBits
)

// add makes room for a list of n numbers, for the caller to fill. Its handle is
// not 0.
func (l *lists) add(n int) (handle uint32, list []uint32) {
	last := len(l.blocks) - 1
	if last < 0 || len(l.blocks[last])+1+n > blockSize {
		// A longer list has a block of its own. The first number of a block is not
		// used, so that no list has the handle 0.
		l.blocks = append(l.blocks, make([]uint32, 1, max(blockSize, n+2)))
		last++
		if last >= 1<<(32-blockBits) {
			panic("git: over four billion entries of trees")
		}
	}
	at := len(l.blocks[last])
	l.blocks[last] = l.blocks[last][:at+1+n]
	l.blocks[last][at] = uint32(n)
	return uint32(last)<<blockBits | uint32(at), l.blocks[last][at+1:]
}

// get gives the list with the handle.
func (l *lists) get(handle uint32) []uint32 {
	block := l.blocks[handle>>blockBits]
	at := handle & (blockSize - 1)
	return block[at+1 : at+1+block[at]]
}
