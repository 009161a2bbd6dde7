package detectors

import (
	"hash/maphash"
	"sync"
)

// known remembers of texts that were read by their formats, and assign no secret, where
// they assign what is none. The versions of a file have most of their documents in
// common, and reading one takes as long as searching twenty. It is safe for concurrent
// use.
type known struct {
	seeds [2]maphash.Seed

	mu     sync.RWMutex
	denied map[textKey][]span
	size   int // texts and spans
}

// textKey identifies a text and its path, by 128 bits of hashes that are seeded anew in
// each process.
type textKey [2]uint64

// mostKnown bounds the memory, to some 16 MB. What is full begins anew.
const mostKnown = 1 << 18

func newKnown() *known {
	return &known{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, denied: map[textKey][]span{}}
}

func (k *known) keyOf(path string, text []byte) (key textKey) {
	for i, seed := range k.seeds {
		var h maphash.Hash
		h.SetSeed(seed)
		h.WriteString(path)
		h.WriteByte(0)
		h.Write(text)
		key[i] = h.Sum64()
	}
	return key
}

func (k *known) get(key textKey) (denied []span, ok bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	denied, ok = k.denied[key]
	return denied, ok
}

func (k *known) add(key textKey, denied []span) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.size > mostKnown {
		clear(k.denied)
		k.size = 0
	}
	k.denied[key] = denied
	k.size += 1 + len(denied)
}
