package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Pattern says in which environments a grant holds: "web/prod", "web/*", "*/dev", "*/*".
type Pattern struct{ Project, Environment string }

// ParsePattern reads a pattern.
func ParsePattern(text string) (Pattern, error) {
	project, environment, ok := strings.Cut(text, "/")
	if !ok || project == "" || environment == "" || strings.Contains(environment, "/") {
		return Pattern{}, fmt.Errorf("%q is no PROJECT/ENVIRONMENT, with * for every one", text)
	}
	return Pattern{project, environment}, nil
}

// String gives the pattern's text.
func (p Pattern) String() string { return p.Project + "/" + p.Environment }

// Wanted is a right to be given.
type Wanted struct {
	Pattern
	Role  Role
	Until time.Time // zero for no end
}

// target gives the IDs that a pattern's names stand for.
func (v *view) target(p Pattern) (target, error) {
	var t target
	found := func(of func(scopeLabel) bool) *scope {
		for _, sc := range v.scopes() {
			if of(v.names.scopes[sc.ID]) {
				return sc
			}
		}
		return nil
	}
	if p.Project != "*" {
		sc := found(func(l scopeLabel) bool { return l.Project == p.Project })
		if sc == nil {
			return t, &NotFoundError{What: "project", Name: p.Project}
		}
		t.project = sc.project
	}
	if p.Environment != "*" {
		sc := found(func(l scopeLabel) bool {
			return l.Environment == p.Environment && (p.Project == "*" || l.Project == p.Project)
		})
		if sc == nil {
			return t, &NotFoundError{What: "environment", Name: p.String()}
		}
		t.environment = sc.environment
	}
	return t, nil
}

// pattern gives the names for IDs.
func (v *view) pattern(t target) Pattern {
	p := Pattern{"*", "*"}
	for id, l := range v.names.scopes {
		sc := v.roster.scopes[id]
		if sc != nil && sc.project == t.project {
			p.Project = l.Project
		}
		if sc != nil && sc.environment == t.environment {
			p.Environment = l.Environment
		}
	}
	return p
}

// principal finds who has a name, among those who are there; of those who are gone, the
// last one.
func (v *view) principal(name string) (*principal, error) {
	var found *principal
	for id, called := range v.names.principals {
		p := v.roster.principals[id]
		if called == name && p != nil && (found == nil || p.to > found.to) {
			found = p
		}
	}
	if found == nil {
		var others []string
		for id, called := range v.names.principals {
			if p := v.roster.principals[id]; p != nil && p.to == always {
				others = append(others, called)
			}
		}
		slices.Sort(others)
		return nil, &NotFoundError{"person or token", name, others}
	}
	return found, nil
}

func (v *view) present(name string) (*principal, error) {
	p, err := v.principal(name)
	if err == nil && p.to != always {
		err = &NotFoundError{What: "person or token any more called", Name: name}
	}
	return p, err
}

func describe(rights []Wanted) string {
	var all []string
	for _, w := range rights {
		text := w.Role.String() + " of " + w.Pattern.String()
		if !w.Until.IsZero() {
			text += " until " + w.Until.UTC().Format(time.DateOnly)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// grantAll makes grants of a principal.
func (t *turn) grantAll(to ID, rights []Wanted) error {
	for _, w := range rights {
		on, err := t.target(w.Pattern)
		if err != nil {
			return err
		}
		if _, err := t.needOwner(verbGrant, w.Pattern.String(), on); err != nil {
			return err
		}
		g := stateGrant{ID: newID(), Principal: to, Project: on.project, Environment: on.environment, Role: w.Role, Until: w.Until.UTC()}
		if err := t.say(statement{Grant: &g}); err != nil {
			return err
		}
	}
	return nil
}

// Grant gives someone who is there a role.
func (s *Session) Grant(ctx context.Context, name string, w Wanted) error {
	return s.act(ctx, func(t *turn) error {
		who, err := t.present(name)
		if err != nil {
			return err
		}
		if who.kind == Machine {
			return errors.New("a token's rights are fixed when it is made: make another one")
		}
		on, err := t.target(w.Pattern)
		if err != nil {
			return err
		}
		act, err := t.needOwner(verbGrant, name, on)
		if err != nil {
			return err
		}
		if err := t.grantAll(who.ID, []Wanted{w}); err != nil {
			return err
		}
		act.Detail = describe([]Wanted{w})
		return t.settle(act)
	})
}

// Revoke ends all grants that someone has for exactly this pattern, and gives new keys to
// what they can't read any more. It gives how many it ended.
func (s *Session) Revoke(ctx context.Context, name string, p Pattern) (int, error) {
	ended := 0
	err := s.act(ctx, func(t *turn) error {
		ended = 0
		who, err := t.present(name)
		if err != nil {
			return err
		}
		on, err := t.target(p)
		if err != nil {
			return err
		}
		act, err := t.needOwner(verbRevoke, name, on)
		if err != nil {
			return err
		}
		for _, g := range t.roster.grants {
			if g.Principal == who.ID && g.to == always && g.Project == on.project && g.Environment == on.environment {
				if err := t.say(statement{Revoke: &stateRevoke{g.ID}}); err != nil {
					return err
				}
				ended++
			}
		}
		if ended == 0 {
			return &NotFoundError{What: "grant of " + name + " for", Name: p.String()}
		}
		if err := t.keepOwner(on); err != nil {
			return err
		}
		act.Detail = p.String()
		return t.settle(act)
	})
	return ended, err
}

// keepOwner refuses what would take from the caller, who owned it, what the act is on: it
// could be left without an owner, and they couldn't make the keys that the act makes
// necessary.
func (t *turn) keepOwner(on target) error {
	if role, _ := t.next.role(t.self, on, always, time.Time{}); role < Owner {
		return errors.New("nobody can end their own ownership: another owner has to")
	}
	return nil
}

// CanWrite tells whether the caller may set secrets in an environment, or, where it isn't
// there, make it. It says so by what the session has seen last, and the log has no entry
// of it.
func (s *Session) CanWrite(project, environment string) bool {
	st, now := s.current(), s.options.Now()
	on, least := target{}, Owner // of a project that isn't there
	for id, l := range st.names.scopes {
		sc := st.roster.scopes[id]
		switch {
		case l.Project != project:
		case l.Environment == environment:
			on, least = sc.target(), Developer
		case least == Owner:
			on.project = sc.project
		}
	}
	role, _ := st.roster.role(st.self, on, always, now)
	return role >= least
}

// CanReadLeaks tells likewise whether the caller may read what a project knows of its leaks.
func (s *Session) CanReadLeaks(project string) bool {
	st, now := s.current(), s.options.Now()
	for id, l := range st.names.scopes {
		if l.Project == project {
			role, _ := st.roster.role(st.self, target{project: st.roster.scopes[id].project}, always, now)
			return role >= Maintainer
		}
	}
	return false
}

// Projects gives the names of all projects that the caller knows of.
func (s *Session) Projects() []string {
	var all []string
	for _, p := range s.Environments() {
		all = append(all, p.Project)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Environments gives the names of all environments that the caller knows of, as
// PROJECT/ENVIRONMENT.
func (s *Session) Environments() []Pattern {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Pattern
	for _, l := range s.state.names.scopes {
		all = append(all, Pattern(l))
	}
	slices.SortFunc(all, func(a, b Pattern) int { return strings.Compare(a.String(), b.String()) })
	return all
}
