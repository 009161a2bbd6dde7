package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"filippo.io/age"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// Logged is an entry of the log that was opened. Whoever can write to the store can append
// an entry that nobody signed, or that auditors can't open: of such a one there is only a
// Detail, which says so.
type Logged struct {
	Seq       int64
	Principal string // who signed it; empty for nobody
	audit.Act

	actor ID // who signed it, of those who had that name over time
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
		err := s.look(ctx, func(v *view) error {
			opener, err := v.opener()
			if err != nil {
				return err
			}
			defer opener.Close()
			to := min(from+logPart, v.head.Size)
			all, err := v.logged(opener, from, to)
			if err != nil {
				return err
			}
			part = slices.DeleteFunc(all, func(l Logged) bool { return !f.accepts(l) })
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

// logged opens the entries from one to before another.
func (v *view) logged(opener *audit.Opener, from, to int64) ([]Logged, error) {
	all := make([]Logged, to-from)
	errs := make([]error, to-from)
	inParallel(len(all), func(i int) {
		seq := from + int64(i)
		all[i].Seq = seq
		e, wrong := v.s.entry(v.r, v.state, seq)
		if wrong != nil {
			// What isn't in the log stands where something else was.
			if e.Signature == nil || v.s.vault.log.Includes(v.r, v.head, e) != nil {
				errs[i] = &IntegrityError{fmt.Sprintf("entry %d of the log", seq), wrong}
			}
			all[i].Detail = wrong.Error()
			return
		}
		all[i].Principal, all[i].actor = v.names.principal(e.Actor), e.Actor
		if all[i].Act, wrong = opener.Open(v.r, e); wrong != nil {
			all[i].Detail = wrong.Error()
		}
	})
	return all, cmp.Or(errs...)
}

// opener gives what opens the acts of the log.
func (v *view) opener() (*audit.Opener, error) {
	if role, _ := v.role(target{}); role < Owner {
		return nil, &DeniedError{Verb: "read", What: "the audit log", Need: Owner, Have: role}
	}
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
	return v.s.vault.log.Opener(ids...), nil
}

// Checkpoint gives a signed head of the log, to be kept elsewhere.
func (s *Session) Checkpoint(ctx context.Context) (text []byte, err error) {
	err = s.look(ctx, func(v *view) error {
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
