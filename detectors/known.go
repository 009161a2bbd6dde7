package detectors

import (
	"hash/maphash"
	"sync"
)

// known remembers what was read in texts by their formats. The versions of a file have
// most of their documents in common, and reading one takes as long as searching twenty.
// It is safe for concurrent use.
type known struct {
	seed maphash.Seed

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

// textKey identifies a text, by its size and a hash that is seeded anew in each process,
// and the kind of its file.
type textKey struct {
	kind kind
	size int
	hash uint64
}

// mostKnown bounds the memory, to some dozens of MB. What is full begins anew.
const mostKnown = 1 << 18 // texts, and spans in them

func newKnown() *known {
	return &known{seed: maphash.MakeSeed(), read: map[textKey]settings{}}
}

func (k *known) keyOf(kind kind, text []byte) textKey {
	return textKey{kind, len(text), maphash.Bytes(k.seed, text)}
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
