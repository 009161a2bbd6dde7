package detectors

import (
	"cmp"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/format"
)

// naming is what the structure of a file says of a value: what it is called, and which
// environment it is for.
type naming struct{ name, parent, env string }

// parentOf gives the name that leads to that of an entry; "" for none. In Kubernetes a
// Secret's own name leads to what it holds.
func (r *reading) parentOf(e *format.Entry, name string) string {
	for i, part := range slices.Backward(e.Path[:len(e.Path)-1]) {
		if isIndex(part) || part == name {
			continue
		}
		if len(r.secrets) > 0 && (part == "data" || part == "stringData") && r.secrets[placeOf(e, i)] {
			return strings.Clone(r.labels[placeOf(e, i)])
		}
		return strings.Clone(part)
	}
	return ""
}

// envOf tells the environment that an entry is for, as far as a name says which leads to
// it, or the environment of the job that it is in. Of several the innermost counts.
func (r *reading) envOf(e *format.Entry) string {
	env := ""
	for i, part := range e.Path {
		if env = cmp.Or(Environment(part), env); len(r.jobs) > 0 {
			env = cmp.Or(r.jobs[placeOf(e, i+1)], env)
		}
	}
	return env
}

// noteJob keeps what an entry says of a job of a CI system: GitHub and GitLab have
// "environment: production", or an environment with a name.
func (r *reading) noteJob(e *format.Entry) {
	n := len(e.Path) - 1
	if n > 0 && e.Name() == "name" {
		n--
	}
	if env := Environment(e.Value); env != "" && e.Path[n] == "environment" {
		r.jobs[placeOf(e, n)] = env
	}
}

// name tells of matches what the structure of the chunk's file says. They are those that
// are no settings, such as the URL of a database, and ordered by their start.
func (c *configured) name(chunk *Chunk, matches []*Match) {
	f := fileOf(chunk.paths())
	if len(matches) == 0 || f.read == nil || chunk.Binary || !chunk.Whole {
		return
	}
	for part := range f.parts(chunk.Data) {
		r := newReading(c, f, chunk.Data[part.start:part.end])
		for e := range r.entries() {
			name := r.nameOf(&e)
			at := span{e.Start, e.End}.shifted(part.start)
			i, _ := slices.BinarySearchFunc(matches, at.start, func(m *Match, start int) int { return cmp.Compare(m.Start, start) })
			for ; i < len(matches) && matches[i].Start < at.end; i++ {
				if m := matches[i]; m.End <= at.end {
					r.tell(m, &e, name)
				}
			}
		}
	}
}

// tell tells a match what its entry's structure says. What a script or a text in an entry
// assigns has its name there.
func (r *reading) tell(m *Match, e *format.Entry, name string) {
	m.Env = cmp.Or(m.Env, r.envOf(e))
	if m.Name != "" && m.Name != e.Name() || isScript(e) || isIndex(name) || strings.ContainsRune(e.Value, '\n') {
		return
	}
	if m.Name == "" || r.meaning(name) != judge.Nothing {
		m.Name = strings.Clone(name)
	}
	m.Parent = r.parentOf(e, m.Name)
}
