package importers

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// claim is a target that an item asks for.
type claim struct {
	Target
	row     *Row
	place   *place.Place
	depth   int    // how many folders lead to the place
	parent  string // what leads to the name in the file
	value   secret.Fingerprint
	given   bool   // its name is the source's, not made up
	vague   bool   // its name says nothing, and programs don't ask for it
	asked   bool   // programs may ask for it by that name, as variables of the environment are called
	told    bool   // something tells the environment
	bare    string // the name without the environment's word; "" if it has none
	dropped bool   // the row has the name already, for another whole around its value
}

// locate suggests where each row goes.
func (p *Plan) locate() {
	var all []*claim
	for _, row := range p.Rows {
		shown := row.exemplary()
		for i := range row.Items {
			if item := &row.Items[i]; item.inUse() && (shown || !item.exemplary()) {
				all = append(all, p.claimOf(item, row))
			}
		}
	}
	slices.SortFunc(all, (*claim).compare)
	follow(all)
	p.strip(all)
	wanted := merge(all)
	p.adopt(wanted)
	p.tellApart(wanted)
	p.settle(wanted)
	for _, c := range wanted {
		if !c.dropped {
			c.row.Targets = append(c.row.Targets, c.Target)
		}
	}
}

// compare orders claims: the one that has more to say comes first. It gives 0 for equal
// claims only, so that the order of the items doesn't matter.
func (c *claim) compare(d *claim) int {
	says := cmp.Or(
		cmp.Compare(btoi(c.rank == ofNoSecret), btoi(d.rank == ofNoSecret)),
		-cmp.Compare(btoi(c.given), btoi(d.given)),
		-cmp.Compare(c.rank, d.rank),
		-c.at.Compare(d.at),
		cmp.Compare(c.depth, d.depth),
		-cmp.Compare(c.overrides, d.overrides),
		cmp.Compare(c.place.Root, d.place.Root),
		cmp.Compare(c.place.Path, d.place.Path),
	)
	if says != 0 {
		return says
	}
	return cmp.Or(
		place.Compare(*c.place, *d.place),
		c.Ref.Compare(d.Ref),
		c.value.Compare(d.value),
		c.row.Key.Compare(d.row.Key),
	)
}

// follow sends what nothing tells the environment of where another place of the same value
// is said to be of.
func follow(all []*claim) {
	env := make(map[*Row]*claim)
	for _, c := range all {
		if c.told && env[c.row] == nil {
			env[c.row] = c
		}
	}
	for _, c := range all {
		if told := env[c.row]; told != nil && !c.told {
			c.Env, c.Why = told.Env, told.Why
		}
	}
}

// strip cuts the environment's word off names that are left with the name of another
// environment's secret, and keeps the whole as an alias.
func (p *Plan) strip(all []*claim) {
	environments := make(map[string]map[string]bool) // of each name, with or without word
	note := func(name, env string) {
		if environments[name] == nil {
			environments[name] = make(map[string]bool)
		}
		environments[name][env] = true
	}
	for ref := range p.kept {
		note(ref.Name, ref.Env)
	}
	for _, c := range all {
		note(cmp.Or(c.bare, c.Name), c.Env)
	}
	for _, c := range all {
		if c.bare != "" && len(environments[c.bare]) > 1 {
			c.Name, c.Aliases = c.bare, []string{c.Name}
		}
	}
}

// merge gives the first claim for each row, environment and value. Other names that are
// asked for there are aliases.
func merge(all []*claim) []*claim {
	type slot struct {
		row   *Row
		env   string
		value secret.Fingerprint
	}
	type called struct {
		by   *claim
		name string
	}
	first := make(map[slot]*claim)
	known := make(map[called]bool)
	var wanted []*claim
	for _, c := range all {
		s := slot{c.row, c.Env, c.value}
		f := first[s]
		if f == nil {
			first[s], wanted = c, append(wanted, c)
			continue
		}
		if !c.asked {
			continue
		}
		for _, name := range append(c.Aliases, c.Name) {
			if at := (called{f, name}); name != f.Name && !known[at] {
				known[at] = true
				f.Aliases = append(f.Aliases, name)
			}
		}
	}
	for _, c := range wanted {
		slices.Sort(c.Aliases)
		c.Aliases = slices.Compact(c.Aliases)
	}
	return wanted
}

// adopt calls what the vault has by the name that it has there. The source's name is an
// alias, unless another value has it in another source.
func (p *Plan) adopt(wanted []*claim) {
	type held struct {
		env   string
		value secret.Fingerprint
	}
	names := make(map[held][]string)
	for ref, k := range p.kept {
		h := held{ref.Env, k.Value.Fingerprint()}
		names[h] = append(names[h], ref.Name)
	}
	claims := make(map[Ref]int)
	for _, c := range wanted {
		claims[c.Ref]++
	}
	for _, c := range wanted {
		all := names[held{c.Env, c.value}]
		if len(all) == 0 || c.Value.IsEmpty() || slices.Contains(all, c.Name) {
			continue
		}
		own := c.Ref
		c.Name = slices.MinFunc(all, func(a, b string) int {
			return cmp.Or(-cmp.Compare(btoi(slices.Contains(c.Aliases, a)), btoi(slices.Contains(c.Aliases, b))), cmp.Compare(a, b))
		})
		c.Aliases = slices.DeleteFunc(c.Aliases, func(alias string) bool { return alias == c.Name })
		if c.given && claims[own] == 1 {
			c.Aliases = append([]string{own.Name}, c.Aliases...)
		}
		c.given = true
	}
}

// tellApart puts the folder before a name that files of the same kind in several folders
// give to several values: each of the programs there has its own. The folder that holds
// the others keeps the name, and so does what the vault has by that name. In one file, what
// leads to the name does what a folder does.
func (p *Plan) tellApart(wanted []*claim) {
	p.label(wanted, func(c *claim) (kind any, ok bool) {
		return c.rank, c.rank == inEnvironmentFile || c.rank == inConfiguration
	}, func(c *claim) string { return folderOf(c.place) })
	p.label(wanted, func(c *claim) (file any, ok bool) {
		return [2]string{c.place.Root, c.place.Path}, c.rank > ofNoSecret
	}, func(c *claim) string { return strings.ReplaceAll(c.parent, ".", "/") })
}

// label puts before names that claims of one group share what tells them apart. Of several
// groups that of the first claim counts.
func (p *Plan) label(wanted []*claim, group func(*claim) (any, bool), folder func(*claim) string) {
	byRef := make(map[Ref][]*claim)
	var refs []Ref
	for _, c := range wanted {
		if _, ok := group(c); c.given && ok {
			if byRef[c.Ref] == nil {
				refs = append(refs, c.Ref)
			}
			byRef[c.Ref] = append(byRef[c.Ref], c)
		}
	}
	for _, ref := range refs {
		rivals := byRef[ref]
		first, _ := group(rivals[0])
		var folders []string
		rivals = slices.DeleteFunc(rivals, func(c *claim) bool { of, _ := group(c); return of != first })
		for _, c := range rivals {
			folders = append(folders, folder(c))
		}
		for i, label := range labels(folders) {
			if name := label + "_" + ref.Name; label != "" && len(name) <= maxName && !p.has(rivals[i]) {
				rivals[i].Name = name
			}
		}
	}
}

// labels gives for each of some folders what tells it from the others: the last part in
// which they differ. The folder that holds the others has none.
func labels(folders []string) []string {
	left := make([]string, len(folders))
	for i, folder := range folders {
		left[i] = strings.Trim(path.Clean("/"+folder), "/")
	}
	for !slices.ContainsFunc(left, func(f string) bool { return f == "" || path.Base(f) != path.Base(left[0]) }) {
		for i, folder := range left {
			left[i] = strings.TrimPrefix(path.Dir(folder), ".")
		}
	}
	top := slices.MinFunc(left, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	if slices.ContainsFunc(left, func(f string) bool { return f != top && !strings.HasPrefix(f, top+"/") }) {
		top = "" // it doesn't hold the others
	}
	all := make([]string, len(folders))
	for i, folder := range left {
		if folder != top {
			all[i] = strings.TrimLeft(screaming(path.Base(folder)), "_0123456789")
		}
	}
	return all
}

// settle sees to it that no two values get one name. What the vault has goes first. A name
// that was made up, or says nothing, gets a number beside one of its kind; else the first
// claim wins.
func (p *Plan) settle(wanted []*claim) {
	wanted = slices.Clone(wanted)
	slices.SortStableFunc(wanted, func(a, b *claim) int { return -cmp.Compare(btoi(p.has(a)), btoi(p.has(b))) })
	owner := make(map[Ref]*claim)
	isFree := func(ref Ref) bool { _, kept := p.kept[ref]; return !kept && owner[ref] == nil }
	next := make(map[Ref]int) // number
	for _, c := range wanted {
		first := owner[c.Ref]
		switch {
		case isFree(c.Ref), first == nil && p.has(c):
			owner[c.Ref] = c
		case first != nil && first.row == c.row:
			c.dropped = true
		case first != nil && alike(first, c):
			ref := c.Ref
			for n := max(2, next[ref]); !isFree(c.Ref); n++ {
				c.Name, next[ref] = ref.Name+"_"+strconv.Itoa(n), n+1
			}
			owner[c.Ref] = c
		default:
			c.Lost = true
		}
	}
	for _, c := range wanted {
		c.Aliases = slices.DeleteFunc(c.Aliases, func(alias string) bool {
			ref := Ref{c.Project, c.Env, alias}
			if c.Lost || c.dropped || !isFree(ref) {
				return true
			}
			owner[ref] = c
			return false
		})
	}
}

// has tells whether the vault has a claim's value by its name.
func (p *Plan) has(c *claim) bool {
	k, ok := p.kept[c.Ref]
	return ok && k.Value.Equal(c.Value)
}

// alike tells whether two names that are the same mean nothing by that.
func alike(a, b *claim) bool { return !a.given && !b.given || a.vague && b.vague }
