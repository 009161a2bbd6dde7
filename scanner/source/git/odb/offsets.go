package odb

import (
	"cmp"
	"math/bits"
	"slices"
)

// offsetTable holds where the objects of a pack are, by offset.
type offsetTable struct {
	items []offsetItem
	// starts[p] is the first item whose offset >> shift is p or more.
	starts []int32
	shift  int
}

type offsetItem struct {
	offset int64
	object int32
}

// newOffsetTable makes a table of objects and their offsets.
func newOffsetTable(offsets []int64, objects []int32) *offsetTable {
	t := &offsetTable{items: make([]offsetItem, len(offsets))}
	for i, o := range offsets {
		t.items[i] = offsetItem{o, objects[i]}
	}
	t.items = sortByOffset(t.items)
	if len(t.items) == 0 {
		return t
	}
	last := t.items[len(t.items)-1].offset
	t.shift = max(bits.Len64(uint64(last))-bits.Len(uint(len(t.items))), 0) // about an item for each start
	t.starts = make([]int32, last>>t.shift+2)
	p := 0
	for i, it := range t.items {
		for ; p <= int(it.offset>>t.shift); p++ {
			t.starts[p] = int32(i)
		}
	}
	for ; p < len(t.starts); p++ {
		t.starts[p] = int32(len(t.items))
	}
	return t
}

// find gives the number of the first item with an offset.
func (t *offsetTable) find(offset int64) (int, bool) {
	p := offset >> t.shift
	if offset < 0 || p+1 >= int64(len(t.starts)) {
		return 0, false
	}
	first := t.starts[p]
	n, ok := slices.BinarySearchFunc(t.items[first:t.starts[p+1]], offset, func(it offsetItem, offset int64) int {
		return cmp.Compare(it.offset, offset)
	})
	return int(first) + n, ok
}

// sortByOffset sorts items, digit by digit from the lowest: large packs have millions,
// and comparing them is most of what opening one takes.
func sortByOffset(items []offsetItem) []offsetItem {
	const (
		few   = 1 << 12
		digit = 11 // bits
	)
	if len(items) < few {
		slices.SortFunc(items, func(a, b offsetItem) int { return cmp.Compare(a.offset, b.offset) })
		return items
	}
	var most int64
	for _, it := range items {
		most = max(most, it.offset)
	}
	other := make([]offsetItem, len(items))
	for shift := 0; most>>shift > 0; shift += digit {
		var ends [1 << digit]int
		for _, it := range items {
			ends[it.offset>>shift&(1<<digit-1)]++
		}
		at := 0
		for d, n := range ends {
			ends[d] = at
			at += n
		}
		for _, it := range items {
			d := it.offset >> shift & (1<<digit - 1)
			other[ends[d]] = it
			ends[d]++
		}
		items, other = other, items
	}
	return items
}
