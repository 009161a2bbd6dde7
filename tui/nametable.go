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
	cells := make(map[importers.Ref]nameCell)
	for _, row := range p.Rows {
		for _, t := range row.Targets {
			if row.Gets(t.Ref) {
				cells[t.Ref] = nameCell{row: row}
			}
		}
	}
	conflicts := p.Conflicts()
	for i := range conflicts {
		c := &conflicts[i]
		cells[c.Ref] = nameCell{c.Won(), c}
	}

	t := nameTable{project: p.Project, conflicts: len(conflicts)}
	columns := make(map[string]int)
	for ref := range cells {
		columns[ref.Env] = 0
	}
	t.envs = sortedEnvs(columns)
	for i, env := range t.envs {
		columns[env] = i
	}
	lines := make(map[string]int)
	for ref, c := range cells {
		i, ok := lines[ref.Name]
		if !ok {
			i = len(t.lines)
			lines[ref.Name] = i
			t.lines = append(t.lines, nameLine{ref.Name, make([]nameCell, len(t.envs))})
		}
		t.lines[i].cells[columns[ref.Env]] = c
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
func (t *nameTable) from(line int) (places, whys string) {
	var from, why []string
	add := func(to *[]string, text string) {
		if text != "" && !slices.Contains(*to, text) {
			*to = append(*to, text)
		}
	}
	for env, c := range t.lines[line].cells {
		if c.row != nil {
			target := c.row.Target(t.ref(line, env))
			add(&from, placeName(&c.row.Source(target).At))
			add(&why, target.Why)
		}
	}
	return strings.Join(from, ", "), strings.Join(why, ", ")
}
