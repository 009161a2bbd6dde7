package tui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/importers"
)

// nameTable is the names that values are imported by. A name that several environments have
// is one secret with several values, and so one line.
type nameTable struct {
	project string
	envs    []string // in the order of [byStage]
	lines   []nameLine

	conflicts int
}

type nameLine struct {
	name  string
	cells []nameCell // as many as there are environments
}

// nameCell is what is known of a name in an environment.
type nameCell struct {
	row      *importers.Row      // that gets the name; nil if none does
	conflict *importers.Conflict // nil if there is none
}

func (c nameCell) empty() bool { return c.row == nil && c.conflict == nil }

// newNameTable makes the table of a plan. It is made anew after each change, so that what is
// drawn is only looked up.
func newNameTable(p *importers.Plan) nameTable {
	conflicts := p.Conflicts()
	columns := make(map[string]int)
	each := func(visit func(*importers.Row, importers.Ref)) {
		for _, row := range p.Rows {
			for i := range row.Targets {
				if t := &row.Targets[i]; row.Choice == importers.Import && !t.Lost {
					visit(row, t.Ref)
				}
			}
		}
	}
	each(func(_ *importers.Row, ref importers.Ref) { columns[ref.Env] = 0 })
	for i := range conflicts {
		columns[conflicts[i].Env] = 0
	}
	t := nameTable{project: p.Project, envs: sortedEnvs(columns), conflicts: len(conflicts)}
	for i, env := range t.envs {
		columns[env] = i
	}

	lines := make(map[string]int, len(p.Rows))
	cell := func(ref importers.Ref) *nameCell {
		i, ok := lines[ref.Name]
		if !ok {
			i = len(t.lines)
			lines[ref.Name] = i
			t.lines = append(t.lines, nameLine{ref.Name, make([]nameCell, len(t.envs))})
		}
		return &t.lines[i].cells[columns[ref.Env]]
	}
	each(func(row *importers.Row, ref importers.Ref) { cell(ref).row = row })
	for i := range conflicts {
		*cell(conflicts[i].Ref) = nameCell{conflicts[i].Won(), &conflicts[i]}
	}
	slices.SortFunc(t.lines, func(a, b nameLine) int { return cmp.Compare(a.name, b.name) })
	return t
}

// ref gives the name of a cell.
func (t *nameTable) ref(line, env int) importers.Ref {
	return importers.Ref{Project: t.project, Env: t.envs[env], Name: t.lines[line].name}
}

// find gives the cell of a name; false if it isn't there.
func (t *nameTable) find(ref importers.Ref) (line, env int, ok bool) {
	line, found := slices.BinarySearchFunc(t.lines, ref.Name, func(l nameLine, name string) int { return cmp.Compare(l.name, name) })
	env = slices.Index(t.envs, ref.Env)
	return line, env, found && env >= 0
}

// next gives the cell after one that is as asked for, beginning again at the top; false if
// none is.
func (t *nameTable) next(line, env int, is func(importers.Ref, nameCell) bool) (int, int, bool) {
	width := len(t.envs)
	all := len(t.lines) * width
	for n := 1; n <= all; n++ {
		at := (line*width + env + n) % all
		l, e := at/width, at%width
		if is(t.ref(l, e), t.lines[l].cells[e]) {
			return l, e, true
		}
	}
	return 0, 0, false
}

// aliases gives the other names of a line's values.
func (t *nameTable) aliases(line int) []string {
	var all []string
	for env, c := range t.lines[line].cells {
		if c.row != nil {
			all = append(all, c.row.Target(t.ref(line, env)).Aliases...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// from gives the places that a line's values are from, and why they go where they go.
func (t *nameTable) from(line int, where func(*importers.Item) string) (places, whys string) {
	var from, why []string
	add := func(to *[]string, text string) {
		if text != "" && !slices.Contains(*to, text) {
			*to = append(*to, text)
		}
	}
	for env, c := range t.lines[line].cells {
		if c.row != nil {
			target := c.row.Target(t.ref(line, env))
			source := c.row.Source(target)
			add(&from, cmp.Or(source.At.Name(), where(source)))
			add(&why, target.Why)
		}
	}
	return strings.Join(from, ", "), strings.Join(why, ", ")
}
