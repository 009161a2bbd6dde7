package importers

import (
	"cmp"
	"slices"
	"strings"
)

// Target gives the row's target of that name; nil if it has none.
func (r *Row) Target(ref Ref) *Target { return r.target(ref) }

// Source gives the item that a target is from: of those with its value the one that says its
// environment, of these the one whose place ranks highest, and then the newest.
func (r *Row) Source(t *Target) *Item {
	best := &r.Items[0]
	for i := range r.Items {
		if item := &r.Items[i]; t.compareSources(item, best) < 0 {
			best = item
		}
	}
	return best
}

// compareSources orders items by how likely a target is from them.
func (t *Target) compareSources(a, b *Item) int {
	says := func(item *Item) bool {
		means := func(word string) bool {
			return word != "" && (strings.EqualFold(word, t.Env) || canonical(word) == canonical(t.Env) && canonical(word) != "")
		}
		path := item.At.Path
		said := environmentOfPath(&item.At)
		if said == "" && (isEnvironmentFile(path) || isCompose(path)) {
			said = "dev"
		}
		return means(item.Env) || means(said)
	}
	return cmp.Or(
		-cmp.Compare(btoi(a.Value.Equal(t.Value)), btoi(b.Value.Equal(t.Value))),
		-cmp.Compare(btoi(says(a)), btoi(says(b))),
		-cmp.Compare(rankOf(a), rankOf(b)),
		-dated(&a.At).Compare(dated(&b.At)),
	)
}

// Apart gives the row's targets with the aliases of one of them as names of their own.
func (r *Row) Apart(ref Ref) []Target {
	var all []Target
	for _, t := range r.Targets {
		aliases := t.Aliases
		if t.Ref == ref {
			t.Aliases = nil
		}
		all = append(all, t)
		if t.Ref == ref {
			for _, alias := range aliases {
				t.Name = alias
				all = append(all, t)
			}
		}
	}
	return all
}

// Together gives the row's targets with those that give one environment the same value as
// one of them does made aliases of that one.
func (r *Row) Together(ref Ref) []Target {
	all := slices.Clone(r.Targets)
	into := slices.IndexFunc(all, func(t Target) bool { return t.Ref == ref })
	one := &all[into]
	one.Aliases = slices.Clone(one.Aliases)
	for _, t := range all {
		if t.joins(one) {
			one.Aliases = append(append(one.Aliases, t.Name), t.Aliases...)
		}
	}
	joined := *one
	return slices.DeleteFunc(all, func(t Target) bool { return t.joins(&joined) })
}

// joins tells whether a target gives the same value to the same environment as another one.
func (t *Target) joins(other *Target) bool {
	return t.Ref != other.Ref && t.Project == other.Project && t.Env == other.Env && !t.Lost && t.Value.Equal(other.Value)
}

// Claims counts the values that claim the name, the vault's included.
func (c *Conflict) Claims() int {
	if c.Kept != nil {
		return len(c.Rows) + 1
	}
	return len(c.Rows)
}

// Why says why the row that gets the name of a conflict does.
func (c *Conflict) Why() string {
	won := c.Won()
	switch {
	case won == nil && c.Kept != nil:
		return "the vault has a value by that name, which stays unless you choose another one"
	case won == nil:
		return "the value that had the name goes elsewhere"
	case len(c.Rows) == 1:
		return "you chose it"
	}
	first, second := c.best()
	switch {
	case c.Kept != nil || first.comparePlaces(second) > 0:
		return "you chose it"
	case first.rank != second.rank:
		return first.rank.String() + " counts more than " + second.rank.String()
	case !first.at.Equal(second.at):
		return "it is the newer one"
	case first.overrides != second.overrides:
		return "its file overrides the other one"
	}
	return "nothing tells which of them counts more"
}

// best gives the target that gets the name, and of the others that which counts most.
func (c *Conflict) best() (first, second *Target) {
	first, second = c.Rows[0].target(c.Ref), c.Rows[1].target(c.Ref)
	for _, row := range c.Rows[2:] {
		if t := row.target(c.Ref); t.comparePlaces(second) < 0 {
			second = t
		}
	}
	return first, second
}

// Guessed tells whether nobody decided who gets the name, and nothing tells: neither which of
// several values counts more, nor whether one is newer than the vault's. One that doesn't get it
// would be lost with that, as no leak record is made of it.
func (c *Conflict) Guessed() bool {
	won := c.Won()
	dropped := slices.ContainsFunc(c.Rows, func(r *Row) bool {
		return r != won && !r.Decided && !r.Leaked() && !r.Value.IsEmpty() && !r.old
	})
	if !dropped || won == nil || len(c.Rows) == 1 {
		return dropped && c.Kept != nil
	}
	first, second := c.best()
	return !won.Decided && first.comparePlaces(second) == 0
}

// comparePlaces orders targets by where they are from, that which counts most first.
func (t *Target) comparePlaces(other *Target) int {
	return cmp.Or(-cmp.Compare(t.rank, other.rank), -t.at.Compare(other.at), -cmp.Compare(t.overrides, other.overrides))
}

// String says for people what has a rank.
func (r rank) String() string {
	return [...]string{"a setting", "an old commit", "a chat", "source code", "configuration", "a deployment", "a .env file"}[r]
}
