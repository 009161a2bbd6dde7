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
	given   bool   // its name is the source's, not made up
	told    bool   // something tells the environment
	bare    string // the name without the environment's word; "" if it has none
	dropped bool   // the row has the name already, for another whole around its value
	named   map[string]bool
}

// locate suggests where each row goes.
func (p *Plan) locate() {
	var all []*claim
	for _, row := range p.Rows {
		for i := range row.Items {
			if item := &row.Items[i]; item.inUse() {
				all = append(all, p.claimOf(item, row))
			}
		}
	}
	slices.SortFunc(all, (*claim).compare)
	follow(all)
	p.strip(all)
	wanted := merge(all)
	p.adopt(wanted)
	tellApart(wanted)
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
	return cmp.Or(
		cmp.Compare(btoi(c.rank == ofNoSecret), btoi(d.rank == ofNoSecret)),
		-cmp.Compare(btoi(c.given), btoi(d.given)),
		-cmp.Compare(c.rank, d.rank),
		-c.at.Compare(d.at),
		cmp.Compare(depth(c.place), depth(d.place)),
		-cmp.Compare(len(path.Base(c.place.Name())), len(path.Base(d.place.Name()))), // .env.local overrides .env
		place.Compare(*c.place, *d.place),
		c.Ref.Compare(d.Ref),
		c.Value.Fingerprint().Compare(d.Value.Fingerprint()),
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
// given to it there are aliases.
func merge(all []*claim) []*claim {
	type slot struct {
		row   *Row
		env   string
		value secret.Fingerprint
	}
	first := make(map[slot]*claim)
	var wanted []*claim
	for _, c := range all {
		s := slot{c.row, c.Env, c.Value.Fingerprint()}
		f := first[s]
		if f == nil {
			c.named = map[string]bool{c.Name: true}
			first[s], wanted, f = c, append(wanted, c), c
			for _, name := range c.Aliases {
				c.named[name] = true
			}
			continue
		}
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if c.given && !f.named[name] {
				f.named[name] = true
				f.Aliases = append(f.Aliases, name)
			}
		}
	}
	return wanted
}

// adopt calls what the vault has by the name that it has there.
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
	for _, c := range wanted {
		all := names[held{c.Env, c.Value.Fingerprint()}]
		if len(all) == 0 || c.Value.IsEmpty() || slices.Contains(all, c.Name) {
			continue
		}
		own := c.Name
		c.Name = slices.MinFunc(all, func(a, b string) int {
			return cmp.Or(-cmp.Compare(btoi(c.named[a]), btoi(c.named[b])), cmp.Compare(a, b))
		})
		c.Aliases = slices.DeleteFunc(c.Aliases, func(alias string) bool { return alias == c.Name })
		if c.given {
			c.Aliases = append([]string{own}, c.Aliases...)
		}
		c.given = true
	}
}

// tellApart puts the folder before a name that files of the same kind in several folders
// give to several values: each of the programs there has its own. The folder that holds
// the others keeps the name.
func tellApart(wanted []*claim) {
	byRef := make(map[Ref][]*claim)
	var refs []Ref
	for _, c := range wanted {
		if c.given && (c.rank == inEnvironmentFile || c.rank == inConfiguration) {
			if byRef[c.Ref] == nil {
				refs = append(refs, c.Ref)
			}
			byRef[c.Ref] = append(byRef[c.Ref], c)
		}
	}
	for _, ref := range refs {
		rivals := byRef[ref]
		rivals = slices.DeleteFunc(rivals, func(c *claim) bool { return c.rank != rivals[0].rank })
		var folders []string
		for _, c := range rivals {
			folders = append(folders, folderOf(c.place))
		}
		for i, label := range labels(folders) {
			if name := label + "_" + ref.Name; label != "" && len(name) <= maxName {
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
	all := make([]string, len(folders))
	for i, folder := range left {
		holds := !slices.ContainsFunc(left, func(f string) bool { return folder != "" && f != folder && !strings.HasPrefix(f, folder+"/") })
		if !holds {
			all[i] = screaming(path.Base(folder))
		}
	}
	return all
}

// settle sees to it that no two values get one name. What the vault has goes first. A name
// that was made up, or says nothing, gets a number beside one of its kind; else the first
// claim wins.
func (p *Plan) settle(wanted []*claim) {
	inVault := func(c *claim) bool { k, ok := p.kept[c.Ref]; return ok && k.Value.Equal(c.Value) }
	wanted = slices.Clone(wanted)
	slices.SortStableFunc(wanted, func(a, b *claim) int { return -cmp.Compare(btoi(inVault(a)), btoi(inVault(b))) })
	owner := make(map[Ref]*claim)
	last := make(map[Ref]int) // number
	for _, c := range wanted {
		k, kept := p.kept[c.Ref]
		first := owner[c.Ref]
		switch {
		case first == nil && (!kept || c.Value.IsEmpty() || k.Value.Equal(c.Value)):
			owner[c.Ref] = c
		case first != nil && first.row == c.row:
			c.dropped = true
		case first != nil && !kept && alike(first, c):
			ref, n := c.Ref, max(2, last[c.Ref])
			for ; owner[c.Ref] != nil; n++ {
				c.Name = ref.Name + "_" + strconv.Itoa(n)
			}
			last[ref] = n
			owner[c.Ref] = c
		default:
			c.Lost = true
		}
	}
	for _, c := range wanted {
		c.Aliases = slices.DeleteFunc(c.Aliases, func(alias string) bool {
			ref := Ref{c.Project, c.Env, alias}
			_, kept := p.kept[ref]
			taken := owner[ref] != nil || kept || c.Lost || c.dropped
			if !taken {
				owner[ref] = c
			}
			return taken
		})
	}
}

// alike tells whether two names that are the same mean nothing by that.
func alike(a, b *claim) bool {
	return !a.given && !b.given || isVague(a.Name) && a.rank <= inConfiguration && b.rank <= inConfiguration && a.rank > ofNoSecret && b.rank > ofNoSecret
}
