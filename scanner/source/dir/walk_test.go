package dir

import (
	"fmt"
	"sync"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
)

// noted keeps what a walk or a sweep gives.
type noted struct {
	mu       sync.Mutex
	texts    map[string]string // by path
	problems []string
	leftOut  []string
	counts   map[scanner.Counter]int64
}

func (n *noted) Chunk(c *detectors.Chunk) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.texts == nil {
		n.texts = make(map[string]string)
	}
	n.texts[c.At.Path] += string(c.Data[c.From:c.To])
}

func (n *noted) Problem(p scanner.Problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.problems = append(n.problems, fmt.Sprintf("%s: %v", p.What, p.Err))
}

func (n *noted) LeftOut(l scanner.LeftOut) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leftOut = append(n.leftOut, fmt.Sprintf("%s: %d %s", l.Reason, max(l.Count, 1), l.What))
}

func (n *noted) Count(what scanner.Counter, count int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.counts == nil {
		n.counts = make(map[scanner.Counter]int64)
	}
	n.counts[what] += count
}

func (n *noted) Progress(string, int64, int64) {}
