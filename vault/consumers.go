package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// Consumer is somebody who has read a secret, with one program. Where the log has a bundle
// that was made for a token, that is a consumer of its own.
type Consumer struct {
	Ref
	Principal string
	Kind      PrincipalKind
	Program   string // as the log has it; empty for a bundle
	Host      string // where they last read it; empty for a bundle
	// Version is the highest that they have read. Versions only ever go up, and who rolls back
	// makes a new one: so it is the newest that they know of, and looking at an earlier one
	// afterwards takes nothing from that.
	Version int
	Last    time.Time // when they last read any
	Times   int       // how often
	Gone    bool      // can't read it any more: they have left, or their right or their token has ended
	// Bundle tells that they have it in a bundle, and leave no trace when they read it: Version
	// is what the last one has of it, and Last and Times are when and how often one was made. It
	// is Gone when it or the token has expired; that a token was revoked a bundle can't know.
	Bundle bool
}

// Consumers gives who has read secrets, as the log tells: by secret, then by name and program.
// What was read under an earlier name within the environment counts for the name that the
// secret has now. Comparing counts for nothing, and so does a name that the log doesn't know.
// It takes an auditor.
func (s *Session) Consumers(ctx context.Context, refs []Ref) ([]Consumer, error) {
	c := consumption{scopes: make(map[Pattern]*scope), named: make(map[Ref]*consumed)}
	err := s.look(ctx, func(v *view) error {
		for _, ref := range refs {
			if sc, err := v.scope(ref.Project, ref.Environment); err == nil {
				c.scopes[Pattern{ref.Project, ref.Environment}] = sc
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.Log(ctx, Filter{}, func(l Logged) error { c.take(s.current(), l); return nil }); err != nil {
		return nil, err
	}
	wanted := slices.Clone(refs)
	slices.SortFunc(wanted, func(a, b Ref) int { return strings.Compare(a.String(), b.String()) })
	var all []Consumer
	err = s.look(ctx, func(v *view) error {
		for _, ref := range slices.Compact(wanted) {
			of := c.named[ref]
			if of == nil {
				continue
			}
			some, err := of.list(v, c.scopes[Pattern{ref.Project, ref.Environment}], ref)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	return all, err
}

// consumption follows the log, to tell who has read what. Secrets have names in it, so it
// follows those, too.
type consumption struct {
	scopes map[Pattern]*scope
	named  map[Ref]*consumed // a secret that has another name now is there under both
}

// consumed is a secret that the log tells of.
type consumed struct {
	name    Ref // that it has now
	current int // its version, 0 for none
	by      map[consumer]*consumedBy
}

// consumer tells consumers of a secret apart.
type consumer struct {
	who     ID
	program string
	bundle  bool
}

type consumedBy struct {
	version, times int
	host           string
	last           time.Time
	until          time.Time // when the last bundle expires; zero for no end
}

// at gives the secret that has a name.
func (c *consumption) at(name Ref) *consumed {
	if of := c.named[name]; of != nil && of.name == name {
		return of
	}
	of := &consumed{name: name, by: make(map[consumer]*consumedBy)}
	c.named[name] = of
	return of
}

// take follows an entry. What it says is what its actor's program wrote down: everybody can
// say that they have read something, and for more than that they need the right.
func (c *consumption) take(st *state, l Logged) {
	sc := c.scopes[Pattern{l.Project, l.Env}]
	if sc == nil || !l.Allowed {
		return
	}
	name := Ref{l.Project, l.Env, l.Name}
	role, _ := st.roster.role(l.actor, sc.target(), l.Seq, time.Time{})
	switch {
	case l.Verb == verbRead:
		c.at(name).took(consumer{l.actor, l.Program, false}, l.Version, l).host = l.Host
	case role < Developer:
	case l.Verb == verbMove:
		c.move(name, l)
	case l.Verb == verbSet:
		c.at(name).current = l.Version
	case l.Verb == verbRemove:
		c.at(name).current = 0
	case l.Verb == verbBundle && role == Owner:
		c.bundle(st, l)
	}
}

// move gives a secret the name that an entry says it got.
func (c *consumption) move(to Ref, l Logged) {
	from, ok := strings.CutPrefix(l.Detail, movedFrom)
	if !ok {
		return
	}
	of := c.at(Ref{l.Project, l.Env, from})
	of.name = to
	c.named[to] = of
}

// bundle adds a bundle to all secrets of the environment that there were then.
func (c *consumption) bundle(st *state, l Logged) {
	var machine ID
	for id, p := range st.roster.principals {
		if st.names.principals[id] == l.Name && p.from <= l.Seq && l.Seq <= p.to {
			machine = id
		}
	}
	if machine == (ID{}) {
		return
	}
	until, _ := time.Parse(time.RFC3339, strings.TrimPrefix(l.Detail, bundledUntil)) // else it has no end, as far as is known
	for name, of := range c.named {
		if of.name != name || name.Scope() != l.Project+"/"+l.Env || of.current == 0 {
			continue
		}
		one := of.took(consumer{machine, "", true}, of.current, l)
		if one.times == 1 || until.IsZero() || !one.until.IsZero() && until.After(one.until) {
			one.until = until
		}
	}
}

// took adds a reading.
func (of *consumed) took(by consumer, version int, l Logged) *consumedBy {
	one := of.by[by]
	if one == nil {
		one = &consumedBy{}
		of.by[by] = one
	}
	one.version, one.last = max(one.version, version), l.Time
	one.times++
	return one
}

// list gives the consumers of a secret of an environment, under a name that it has or had.
func (of *consumed) list(v *view, sc *scope, as Ref) ([]Consumer, error) {
	on := sc.target()
	o, err := v.named(of.name)
	if _, missing := errors.AsType[*NotFoundError](err); err != nil && !missing {
		return nil, err
	}
	if o != nil {
		on.secret = o.id
	}
	var all []Consumer
	order := func(a, b consumer) int {
		return cmp.Or(
			strings.Compare(v.names.principal(a.who), v.names.principal(b.who)),
			strings.Compare(a.program, b.program),
			cmp.Compare(v.roster.principals[a.who].from, v.roster.principals[b.who].from),
			bytes.Compare(a.who[:], b.who[:]),
		)
	}
	for _, by := range slices.SortedFunc(maps.Keys(of.by), order) {
		one, who := of.by[by], v.roster.principals[by.who]
		role, _ := v.roster.role(by.who, on, always, v.now)
		gone := role < Reader
		if by.bundle {
			if had, _ := v.roster.role(by.who, on, who.from, time.Time{}); had < Reader {
				continue // it is for other secrets
			}
			gone = over(one.until, v.now) || over(who.until, v.now)
		}
		all = append(all, Consumer{as, v.names.principal(by.who), who.kind, by.program, one.host, one.version, one.last, one.times, gone, by.bundle})
	}
	return all, nil
}
