package git

import (
	"slices"
	"testing"
)

func TestLists(t *testing.T) {
	var l lists
	want := map[uint32][]uint32{}
	// Short ones, one that just fits, some that take a block of their own.
	sizes := []int{0, 1, 5, 0, blockSize - 20, blockSize - 1, blockSize, 3, 3*blockSize + 7, 0, 2, blockSize - 2, 0}
	for n, size := range sizes {
		handle, list := l.add(size)
		if _, twice := want[handle]; twice || handle == 0 || len(list) != size {
			t.Fatalf("list %d: got handle %d and room for %d, want a new handle and room for %d", n, handle, len(list), size)
		}
		for i := range list {
			list[i] = uint32(n*1000 + i%1000)
		}
		want[handle] = slices.Clone(list)
	}
	for handle, list := range want {
		if !slices.Equal(l.get(handle), list) {
			t.Errorf("list of %d numbers: got another one back", len(list))
		}
	}
}
