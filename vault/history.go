package vault

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// Logged is an entry of the log that was opened.
type Logged struct {
	Seq       int64
	Principal string
	audit.Act
}

// Filter says which entries are asked for; what is zero doesn't matter.
type Filter struct {
	Principal    string
	Project, Env string
	Name         string // of a secret, or of whom or what an act was about
	Verb         string
	Since, Until time.Time
	Denied       bool // only what was refused
}

func (f Filter) accepts(l Logged) bool {
	return (f.Principal == "" || f.Principal == l.Principal) &&
		(f.Project == "" || f.Project == l.Project) && (f.Env == "" || f.Env == l.Env) &&
		(f.Name == "" || f.Name == l.Name) && (f.Verb == "" || f.Verb == l.Verb) &&
		(f.Since.IsZero() || !l.Time.Before(f.Since)) && (f.Until.IsZero() || l.Time.Before(f.Until)) &&
		(!f.Denied || !l.Allowed)
}

// logPart is how many entries are read in one transaction: others may go between.
const logPart = 5_000

// Log gives the entries of the log that a filter accepts, in order. It takes an auditor:
// an owner of the vault. While visit runs, others may use the store.
func (s *Session) Log(ctx context.Context, f Filter, visit func(Logged) error) error {
	for from, more := int64(0), true; more; {
		var part []Logged
		err := s.beside(ctx, func(v *view) error {
			opener, err := v.opener()
			if err != nil {
				return err
			}
			defer opener.Close()
			to := min(from+logPart, v.head.Size)
			for seq := from; seq < to; seq++ {
				e, err := s.vault.log.Entry(v.r, seq)
				if err != nil {
					return err
				}
				act, err := opener.Open(v.r, e)
				if err != nil {
					return err
				}
				l := Logged{seq, v.names.principal(e.Actor), act}
				if f.accepts(l) {
					part = append(part, l)
				}
			}
			from, more = to, to < v.head.Size
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		for _, l := range part {
			if err := visit(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// opener gives what opens the acts of the log.
func (v *view) opener() (*audit.Opener, error) {
	var ids []age.Identity
	for generation := range v.roster.keys[auditKeyID] {
		key, err := v.s.verifiedKey(v.r, v.state, auditKeyID, generation+1)
		if errors.Is(err, ErrNotMember) {
			continue
		}
		if err != nil {
			return nil, err
		}
		auditor, err := identity.FromSeed(key)
		if err != nil {
			return nil, err
		}
		ids = append(ids, auditor.Age())
	}
	if len(ids) == 0 {
		role, _ := v.role(target{})
		return nil, &DeniedError{"read", "the audit log", Owner, role}
	}
	return v.s.vault.log.Opener(ids...), nil
}

// Checkpoint gives a signed head of the log, to be kept elsewhere.
func (s *Session) Checkpoint(ctx context.Context) (text []byte, err error) {
	err = s.beside(ctx, func(v *view) (err error) {
		text, err = audit.Checkpoint(s.vault.id, v.head, v.names.principal(v.self), s.identity.Signer())
		return err
	})
	return text, err
}

// Use is what the log says of a principal's use of an environment.
type Use struct {
	Reads int
	Last  time.Time
}

// Uses gives how often each principal has read in each environment, by name, for who
// never did an empty map. It takes an auditor.
func (s *Session) Uses(ctx context.Context) (map[string]map[Pattern]Use, error) {
	uses := make(map[string]map[Pattern]Use)
	err := s.Log(ctx, Filter{Verb: verbRead}, func(l Logged) error {
		if !l.Allowed {
			return nil
		}
		if uses[l.Principal] == nil {
			uses[l.Principal] = make(map[Pattern]Use)
		}
		u := uses[l.Principal][Pattern{l.Project, l.Env}]
		u.Reads++
		u.Last = l.Time
		uses[l.Principal][Pattern{l.Project, l.Env}] = u
		return nil
	})
	return uses, err
}

// Exposed is a version of a secret that someone saw, or could have seen.
type Exposed struct {
	Ref
	Version int
	State   State
	Seen    time.Time // when they last read it; zero if the log has no reading
	Times   int       // how often
}

// Exposure gives every value that a principal read, and every one that they could have
// read: that they held the key to, at any time. The log can't prove that someone didn't
// read: whoever has keys and a copy of the store reads unrecorded. So all of it is to be
// rotated; what was seen comes first. It takes an auditor who can read the environments.
func (s *Session) Exposure(ctx context.Context, name string) ([]Exposed, error) {
	type version struct {
		Ref
		number int
	}
	read := make(map[version]*Exposed)
	err := s.Log(ctx, Filter{Verb: verbRead, Principal: name}, func(l Logged) error {
		if !l.Allowed {
			return nil
		}
		at := version{Ref{l.Project, l.Env, l.Name}, l.Version}
		if read[at] == nil {
			read[at] = &Exposed{Ref: at.Ref, Version: at.number}
		}
		read[at].Seen = l.Time
		read[at].Times++
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []Exposed
	err = s.beside(ctx, func(v *view) error {
		who, err := v.principal(name)
		if err != nil {
			return err
		}
		for _, sc := range v.scopes() {
			reach := v.roster.reachOf(who.ID, sc)
			if len(reach) == 0 {
				continue
			}
			secrets, err := v.secrets(sc)
			if err != nil {
				return err
			}
			for _, o := range secrets {
				last := int64(-1)
				for _, g := range reach {
					if len(g.Secrets) == 0 || slices.Contains(g.Secrets, o.id) {
						last = max(last, g.to)
					}
				}
				for n := 1; n <= len(o.Versions); n++ {
					at := version{v.ref(o), n}
					one := Exposed{Ref: at.Ref, Version: n}
					if seen := read[at]; seen != nil {
						one = *seen
						delete(read, at)
					} else if last < 0 || !v.before(o, n, last) {
						continue
					}
					one.State = o.state(n, v.now)
					all = append(all, one)
				}
			}
		}
		return nil
	})
	// What was read under a name that isn't any more.
	for _, one := range read {
		one.State = Revoked
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b Exposed) int {
		return cmp.Or(-cmp.Compare(min(a.Times, 1), min(b.Times, 1)), strings.Compare(a.Ref.String(), b.Ref.String()), -cmp.Compare(a.Version, b.Version))
	})
	return all, err
}

// reachOf gives all grants, ended ones too, by which someone could read in a scope.
func (r *roster) reachOf(p ID, sc *scope) []*grant {
	var all []*grant
	for _, g := range r.grants {
		if g.Principal == p && g.reaches(sc) {
			all = append(all, g)
		}
	}
	return all
}

// before tells whether a version was there by an entry of the log. One whose record is
// gone may have been.
func (v *view) before(o *opened, n int, last int64) bool {
	raw, err := v.r.Get(versionKey(o.scope.ID, o.id, n))
	if err != nil {
		return true
	}
	rec, err := decodeRecord(raw)
	return err != nil || rec.seq <= last
}
