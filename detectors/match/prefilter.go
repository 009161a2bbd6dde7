package match

// prefilter finds all places where one of many texts stands, whatever the case
// of ASCII letters. It is an Aho-Corasick automaton, made into a table over
// classes of bytes.
type prefilter struct {
	class [256]uint8
	// next maps state+class to a state. A state is the index of its row, with
	// hasHits set if texts end there.
	next []uint32
	hits [][]int32 // by row number: the texts that end there
	size uint32    // length of a row
	text []string
}

const hasHits = 1 << 31

// newPrefilter makes a prefilter of texts, whose ASCII letters are in lower case.
func newPrefilter(texts []string) *prefilter {
	p := &prefilter{text: texts}
	p.classify()

	// The trie; 0 stands for "no child", since no edge leads to the root. It grows
	// level by level: shallow nodes, which texts visit most, lie side by side.
	trie := make([]uint32, p.size)
	p.hits = make([][]int32, 1)
	at := make([]uint32, len(texts))
	for depth, more := 0, true; more; depth++ {
		more = false
		for id, text := range texts {
			if depth >= len(text) {
				continue
			}
			edge := at[id]*p.size + uint32(p.class[text[depth]])
			if trie[edge] == 0 {
				trie[edge] = uint32(len(p.hits))
				trie = append(trie, make([]uint32, p.size)...)
				p.hits = append(p.hits, nil)
			}
			at[id] = trie[edge]
			if depth == len(text)-1 {
				p.hits[at[id]] = append(p.hits[at[id]], int32(id))
			}
			more = true
		}
	}

	// Breadth first, each node takes the edges it lacks from its longest proper
	// suffix, which is done already.
	suffix := make([]uint32, len(p.hits))
	queue := []uint32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		p.hits[at] = append(p.hits[at], p.hits[suffix[at]]...)
		for c := range p.size {
			edge, other := at*p.size+c, uint32(0)
			if at != 0 {
				other = trie[suffix[at]*p.size+c]
			}
			if child := trie[edge]; child != 0 {
				suffix[child] = other
				queue = append(queue, child)
			} else {
				trie[edge] = other
			}
		}
	}
	p.next = trie
	for i, node := range trie {
		p.next[i] = node * p.size
		if len(p.hits[node]) > 0 {
			p.next[i] |= hasHits
		}
	}
	return p
}

// classify gives each byte that texts use a class; all others share class 0.
func (p *prefilter) classify() {
	var used [256]bool
	for _, text := range p.text {
		for i := range len(text) {
			used[text[i]] = true
		}
	}
	p.size = 1
	for b := range used {
		if used[b] {
			p.class[b] = uint8(p.size)
			p.size++
		}
	}
	for b := 'A'; b <= 'Z'; b++ {
		p.class[b] = p.class[b+'a'-'A']
	}
}

// scan calls found for each place where a text stands, with the text's number
// and its start, ordered by end.
func (p *prefilter) scan(data []byte, found func(text int32, at int)) {
	state := uint32(0)
	for i, b := range data {
		state = p.next[state+uint32(p.class[b])]
		if state&hasHits != 0 {
			state &^= hasHits
			for _, id := range p.hits[state/p.size] {
				found(id, i+1-len(p.text[id]))
			}
		}
	}
}
