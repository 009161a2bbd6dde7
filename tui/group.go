package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/rules"
)

// fact is what a row is found, grouped and sorted by, and what its line shows: all of it fit
// for a terminal.
type fact struct {
	row      *importers.Row
	refs     []importers.Ref // where it went when this was gathered
	severity rules.Severity  // "" for what isn't known to have leaked
	name     string
	env      string // where it goes, such as "dev, prod"; "" for nowhere
	kind     string // the provider, the rule or the kind of file
	where    string // its first place
	file     string // what that is in
	since    time.Time
	setting  bool
	text     string // all that is searched in, in lower case
}

// factOf gathers what a row's line needs.
func factOf(row *importers.Row) fact {
	at := &row.Items[0].At
	k := fact{row: row, name: safe(row.Name()), kind: safe(row.Items[0].From), where: safe(spot(at)), file: safe(placeName(at))}
	var envs []string
	for _, t := range row.Targets {
		k.refs = append(k.refs, t.Ref)
		if env := safe(t.Env); !slices.Contains(envs, env) {
			envs = append(envs, env)
		}
	}
	k.env = strings.Join(envs, ", ")
	words := []string{k.name, k.env, k.kind}
	if found := row.Finding; found != nil {
		k.severity = found.Severity
		k.since, _ = found.Since()
		k.kind = safe(found.Rule.ID)
		if p := found.Rule.Provider; p != nil && p.ID != "generic" {
			k.kind = safe(p.Name)
		}
		words = append(words, k.kind, found.Rule.ID, found.Rule.Description)
	}
	k.setting = true
	for i := range row.Items {
		item := &row.Items[i]
		k.setting = k.setting && item.Setting
		words = append(words, item.Name, placeName(&item.At))
	}
	k.text = strings.ToLower(safe(strings.Join(words, " ")))
	return k
}

// old tells whether a row goes elsewhere by now.
func (k *fact) old() bool {
	return !slices.EqualFunc(k.refs, k.row.Targets, func(r importers.Ref, t importers.Target) bool { return r == t.Ref })
}

// grouping is a way to put rows together.
type grouping struct {
	name    string
	of      func(*fact) string // a group's name
	compare func(a, b string) int
}

// groupings gives all of them; the first is none.
func groupings() []grouping {
	return []grouping{
		{"", func(*fact) string { return "" }, cmp.Compare[string]},
		{"provider", func(f *fact) string { return f.kind }, cmp.Compare[string]},
		{"place", func(f *fact) string { return f.file }, cmp.Compare[string]},
		{"severity", func(f *fact) string { return cmp.Or(string(f.severity), "no known leak") },
			func(a, b string) int { return rules.Severity(b).Compare(rules.Severity(a)) }},
		{"environment", func(f *fact) string { return cmp.Or(f.env, "nowhere") }, cmp.Compare[string]},
		{"choice", func(f *fact) string { return string(f.row.Choice) },
			func(a, b string) int {
				return cmp.Compare(slices.Index(importers.Choices(), importers.Choice(a)), slices.Index(importers.Choices(), importers.Choice(b)))
			}},
	}
}

// ordering is a way to sort rows.
type ordering struct {
	name    string
	compare func(a, b *fact) int
}

// orderings gives all of them.
func orderings() []ordering {
	return []ordering{
		{"severity", func(a, b *fact) int { return b.severity.Compare(a.severity) }},
		{"name", func(a, b *fact) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.env, b.env)) }},
		{"place", func(a, b *fact) int {
			return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.row.Items[0].At.Start.Line, b.row.Items[0].At.Start.Line))
		}},
		{"age", func(a, b *fact) int {
			return cmp.Or(btoi(a.since.IsZero())-btoi(b.since.IsZero()), a.since.Compare(b.since))
		}},
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// entry is a line of a listing: a row, or the heading of a group.
type entry struct {
	*fact
	group  string // its name, of a heading
	of     []*fact
	folded bool
}

// listing is what the inventory's list shows. It is made anew by each change, so that no
// time is lost on it when the screen is drawn.
type listing struct {
	facts []fact

	group    int    // of groupings
	order    int    // of orderings
	words    string // that all have to occur in a row, in lower case
	earlier  bool   // what was decided earlier is shown
	settings bool   // what looks like no secret is shown
	folded   map[string]bool

	lines          []entry
	shown          []*fact // rows, those of folded groups too
	hiddenEarlier  int
	hiddenSettings int
	undecided      int // of all rows
}

// renew makes the lines anew.
func (l *listing) renew() {
	l.hiddenEarlier, l.hiddenSettings, l.undecided = 0, 0, 0
	l.lines, l.shown = l.lines[:0], l.shown[:0]
	words := strings.Fields(l.words)
	for i := range l.facts {
		k := &l.facts[i]
		if !k.row.Decided {
			l.undecided++
		}
		switch {
		case slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(k.text, w) }):
		case k.row.Earlier && !l.earlier:
			l.hiddenEarlier++
		case k.setting && !l.settings && !k.row.Earlier:
			l.hiddenSettings++
		default:
			l.shown = append(l.shown, k)
		}
	}
	slices.SortStableFunc(l.shown, orderings()[l.order].compare)
	if l.group == 0 {
		for _, k := range l.shown {
			l.lines = append(l.lines, entry{fact: k})
		}
		return
	}
	by := groupings()[l.group]
	groups := make(map[string][]*fact)
	var names []string
	for _, k := range l.shown {
		name := by.of(k)
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], k)
	}
	slices.SortFunc(names, by.compare)
	for _, name := range names {
		heading := entry{group: name, of: groups[name], folded: l.folded[name]}
		l.lines = append(l.lines, heading)
		for _, k := range groups[name] {
			if !heading.folded {
				l.lines = append(l.lines, entry{fact: k})
			}
		}
	}
}

// find gives the line of a row, or of the heading that it is folded below; -1 if it isn't
// shown.
func (l *listing) find(row *importers.Row) int {
	return slices.IndexFunc(l.lines, func(e entry) bool {
		if e.fact != nil {
			return e.row == row
		}
		return e.folded && slices.ContainsFunc(e.of, func(k *fact) bool { return k.row == row })
	})
}

// groupBy puts rows together by the next of the groupings.
func (l *listing) groupBy() {
	l.group = (l.group + 1) % len(groupings())
	l.folded = make(map[string]bool)
}
