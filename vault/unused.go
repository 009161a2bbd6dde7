package vault

import (
	"context"
	"time"
)

// Unused is a grant that its holder makes no use of.
type Unused struct {
	Granted
	Made time.Time
	Last time.Time // when its holder last read where it holds, by whatever grant; zero for never
}

// Unused gives the grants that were made before a time, and whose holders have read
// nothing since then where they hold, in the order in which they were made. That of the
// recovery identity, which is meant not to be used, isn't among them. Reading from a
// bundle is not in the log, and so is no use. It takes an auditor.
func (s *Session) Unused(ctx context.Context, since time.Time) ([]Unused, error) {
	var standing []Unused
	var from []int64
	made := make(map[int64]time.Time)
	err := s.look(ctx, func(v *view) error {
		for _, g := range v.roster.grants {
			if g.to == always && v.roster.principals[g.Principal].kind != Recovery {
				standing = append(standing, Unused{Granted: v.granted(g)})
				from = append(from, g.from)
				made[g.from] = time.Time{}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	last := make(map[string]map[Pattern]time.Time) // by whom, where
	err = s.Log(ctx, Filter{}, func(l Logged) error {
		if _, ok := made[l.Seq]; ok {
			made[l.Seq] = l.Time
		}
		if l.Verb == verbRead && l.Allowed {
			if last[l.Principal] == nil {
				last[l.Principal] = make(map[Pattern]time.Time)
			}
			last[l.Principal][Pattern{l.Project, l.Env}] = l.Time
		}
		return nil
	})
	var unused []Unused
	for i, u := range standing {
		u.Made = made[from[i]]
		for where, at := range last[u.To] {
			if u.Covers(where) && at.After(u.Last) {
				u.Last = at
			}
		}
		if u.Made.Before(since) && u.Last.Before(since) {
			unused = append(unused, u)
		}
	}
	return unused, err
}
