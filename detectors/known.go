package detectors

import (
	"hash/maphash"
	"sync"
)

// known remembers what was read in texts by their formats. The versions of a file have
// most of their documents in common, and reading one takes as long as searching twenty.
// It is safe for concurrent use.
type known struct {
	seeds [2]maphash.Seed

	mu   sync.RWMutex
	read map[textKey]settings
	size int // of all that was read
}

// settings are what a text assigns.
type settings struct {
	found   []setting
	denied  []span    // of what is no secret, ordered
	decoded []encoded // what stands in an encoded form
}

// textKey identifies a text and the kind of its file, by 128 bits of hashes that are seeded anew in
// each process.
type textKey [2]uint64

// mostKnown bounds the memory, to some dozens of MB. What is full begins anew.
const mostKnown = 1 << 18 // texts, and spans in them

func newKnown() *known {
	return &known{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, read: map[textKey]settings{}}
}

func (k *known) keyOf(kind string, text []byte) (key textKey) {
	for i, seed := range k.seeds {
		var h maphash.Hash
		h.SetSeed(seed)
		h.WriteString(kind)
		h.WriteByte(0)
		h.Write(text)
		key[i] = h.Sum64()
	}
	return key
}

func (k *known) get(key textKey) (s settings, ok bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	s, ok = k.read[key]
	return s, ok
}

func (k *known) add(key textKey, s settings) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.size > mostKnown {
		clear(k.read)
		k.size = 0
	}
	const each = 10 // times the memory of a span
	k.read[key] = s
	k.size += 1 + len(s.denied) + each*(len(s.found)+len(s.decoded))
	for _, e := range s.decoded {
		k.size += len(e.text) / each
	}
}
