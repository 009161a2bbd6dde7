package odb

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// idTable holds ids in ascending order.
type idTable struct {
	width int
	ids   []byte
	// starts[p] is the first id whose leading bits are p or more; shift takes
	// the other bits of an id's first 32 away.
	starts []int32
	shift  uint
}

func (t *idTable) len() int { return len(t.ids) / t.width }

func (t *idTable) at(i int) []byte { return t.ids[i*t.width : (i+1)*t.width : (i+1)*t.width] }

func (t *idTable) find(id []byte) (int, bool) {
	if len(id) != t.width || len(t.starts) == 0 {
		return 0, false
	}
	p := prefix32(id) >> t.shift
	low, high := int(t.starts[p]), int(t.starts[p+1])
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch bytes.Compare(t.at(mid), id) {
		case 0:
			return mid, true
		case -1:
			low = mid + 1
		default:
			high = mid
		}
	}
	return 0, false
}

func prefix32(id []byte) uint32 {
	return uint32(id[0])<<24 | uint32(id[1])<<16 | uint32(id[2])<<8 | uint32(id[3])
}

// index prepares find.
func (t *idTable) index() {
	n := t.len()
	width := min(max(bits.Len(uint(n)), 3)-2, 24) // about four ids for each start
	t.shift = uint(32 - width)
	t.starts = make([]int32, 1<<width+1)
	p := 0
	for i := range n {
		for lead := int(prefix32(t.at(i)) >> t.shift); p < lead; {
			p++
			t.starts[p] = int32(i)
		}
	}
	for p++; p < len(t.starts); p++ {
		t.starts[p] = int32(n)
	}
}

// merge fills the table with the ids of all lists, which are in order, and gives
// the place in the table of each id of each list.
func (t *idTable) merge(width int, lists []list) [][]int32 {
	t.width = width
	defer t.index()
	places := make([][]int32, len(lists))
	total := 0
	for k, l := range lists {
		n := len(l.ids) / width
		places[k] = make([]int32, n)
		total += n
	}
	if len(lists) == 1 && !repeats(lists[0].ids, width) {
		t.ids = lists[0].ids
		for i := range places[0] {
			places[0][i] = int32(i)
		}
		return places
	}

	// Take from all lists what begins with the same two bytes, sort that, go on.
	type ref struct {
		id         []byte
		list, item int
	}
	t.ids = make([]byte, 0, total*width)
	from, to := make([]int, len(lists)), make([]int, len(lists))
	var group []ref
	for lead := range 1 << 16 {
		having, last := 0, 0
		for k, l := range lists {
			from[k] = to[k]
			for to[k] < len(places[k]) && int(binary.BigEndian.Uint16(l.ids[to[k]*width:])) == lead {
				to[k]++
			}
			if to[k] > from[k] {
				having, last = having+1, k
			}
		}
		if having == 1 && !repeats(lists[last].ids[from[last]*width:to[last]*width], width) {
			n := t.len()
			t.ids = append(t.ids, lists[last].ids[from[last]*width:to[last]*width]...)
			for i := range places[last][from[last]:to[last]] {
				places[last][from[last]+i] = int32(n + i)
			}
			continue
		}
		group = group[:0]
		for k, l := range lists {
			for i := from[k]; i < to[k]; i++ {
				group = append(group, ref{l.ids[i*width : (i+1)*width], k, i})
			}
		}
		slices.SortFunc(group, func(a, b ref) int { return bytes.Compare(a.id, b.id) })
		for i, r := range group {
			if i == 0 || !bytes.Equal(r.id, group[i-1].id) {
				t.ids = append(t.ids, r.id...)
			}
			places[r.list][r.item] = int32(t.len() - 1)
		}
	}
	t.ids = slices.Clip(t.ids)
	return places
}

// repeats tells whether an id stands twice in a list that is in order.
func repeats(ids []byte, width int) bool {
	for at := width; at < len(ids); at += width {
		same := binary.BigEndian.Uint64(ids[at-width:]) == binary.BigEndian.Uint64(ids[at:])
		if same && bytes.Equal(ids[at-width:at], ids[at:at+width]) {
			return true
		}
	}
	return false
}
