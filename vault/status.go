package vault

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// Status is what somebody who looks after a vault should know.
type Status struct {
	Self         string
	Environments []EnvironmentStatus
	Shared       []SharedValue
	Overdue      []Listed  // secrets whose time to be rotated is past
	Blank        []Listed  // entries that are still to be filled
	Ended        []Granted // grants whose time is past, and whose holders still hold keys
	EndedTokens  []string  // tokens whose time is past
	Invited      []string  // who was invited and hasn't joined
	Leaks        []LeakStatus
	Entries      int64     // of the log
	Problems     []Problem // statements, and what was said of leaks, that don't count
}

// EnvironmentStatus is an environment and who can read it.
type EnvironmentStatus struct {
	Pattern
	Revision int // -1 if the caller can't read it
	Secrets  int // -1 if the caller can't read it
	Readers  []string
}

// SharedValue is a value that different environments have in common.
type SharedValue struct{ Secrets []Ref }

// LeakStatus is how many leaks a project has of which the same was decided.
type LeakStatus struct {
	Project  string
	Decision LeakKind
	Leaks    int
}

// IsProduction tells whether an environment is one that customers depend on, by its name.
func IsProduction(environment string) bool {
	name := strings.ToLower(environment)
	return name == "prod" || name == "production" || name == "live" || strings.HasPrefix(name, "prod-") || strings.HasSuffix(name, "-prod")
}

// Status looks over a vault. To find shared values it compares all that the caller can
// read, which the log has as such. It counts the leaks of projects whose maintainer they are.
func (s *Session) Status(ctx context.Context) (Status, error) {
	var st Status
	var compared []*scope
	err := s.look(ctx, func(v *view) error {
		st = Status{Self: v.names.principal(v.self), Entries: v.head.Size, Problems: v.problems}
		v.lookOver(&st)
		if err := v.countLeaks(&st); err != nil {
			return err
		}
		values := make(map[string][]Ref) // by tag
		var order []string
		for _, sc := range v.scopes() {
			one := EnvironmentStatus{Pattern: Pattern(v.names.scopes[sc.ID]), Revision: -1, Secrets: -1}
			for _, p := range v.roster.holders(sc.ID) {
				one.Readers = append(one.Readers, v.names.principal(p))
			}
			if role, _ := v.role(sc.target()); role >= Reader {
				if err := v.compare(sc, &one, &st, values, &order); err != nil {
					return err
				}
				compared = append(compared, sc)
			}
			st.Environments = append(st.Environments, one)
		}
		for _, tag := range order {
			if refs := values[tag]; acrossEnvironments(refs) {
				st.Shared = append(st.Shared, SharedValue{refs})
			}
		}
		return nil
	})
	if err != nil {
		return Status{}, err
	}
	if err := s.enterMatches(ctx, compared); err != nil {
		return Status{}, err
	}
	return st, nil
}

// compare adds what a scope has to a status.
func (v *view) compare(sc *scope, one *EnvironmentStatus, st *Status, values map[string][]Ref, order *[]string) error {
	rec, err := v.scopeRecord(sc)
	if err != nil {
		return err
	}
	secrets, err := v.secrets(sc)
	if err != nil {
		return err
	}
	one.Revision, one.Secrets = rec.Revision, 0
	for _, o := range secrets {
		if o.blank() {
			st.Blank = append(st.Blank, v.listed(o))
		}
		n := o.current()
		if n == 0 {
			continue
		}
		one.Secrets++
		if !o.Info.RotateBy.IsZero() && o.Info.RotateBy.Before(v.now) {
			st.Overdue = append(st.Overdue, v.listed(o))
		}
		value, err := v.value(o, n)
		if err != nil {
			return err
		}
		if value.IsEmpty() {
			continue
		}
		tag := string(v.s.tagOf(value))
		if values[tag] == nil {
			*order = append(*order, tag)
		}
		values[tag] = append(values[tag], v.ref(o))
	}
	return nil
}

// countLeaks adds how many leaks there are to a status.
func (v *view) countLeaks(st *Status) error {
	for _, key := range slices.SortedFunc(maps.Keys(v.roster.projects), compareIDs) {
		on := target{project: v.roster.projects[key]}
		if role, _ := v.role(on); role < Maintainer {
			continue
		}
		leaks, problems, err := v.leaks(on.project)
		if err != nil {
			return err
		}
		st.Problems = append(st.Problems, problems...)
		decided := make(map[LeakKind]int)
		for _, l := range leaks {
			decided[l.Decision]++
		}
		for _, kind := range slices.Sorted(maps.Keys(decided)) {
			st.Leaks = append(st.Leaks, LeakStatus{v.pattern(on).Project, kind, decided[kind]})
		}
	}
	slices.SortStableFunc(st.Leaks, func(a, b LeakStatus) int { return strings.Compare(a.Project, b.Project) })
	return nil
}

func acrossEnvironments(refs []Ref) bool {
	for _, r := range refs {
		if r.Environment != refs[0].Environment {
			return true
		}
	}
	return false
}

// lookOver adds what has ended, and who hasn't come, to a status.
func (v *view) lookOver(st *Status) {
	for _, g := range v.roster.grants {
		if g.to == always && over(g.Until, v.now) {
			st.Ended = append(st.Ended, v.granted(g))
		}
	}
	for _, p := range v.roster.principalsInOrder() {
		switch {
		case p.to != always:
		case over(p.until, v.now):
			st.EndedTokens = append(st.EndedTokens, v.names.principal(p.ID))
		case p.invited:
			st.Invited = append(st.Invited, v.names.principal(p.ID))
		}
	}
}
