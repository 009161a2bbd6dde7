package vault

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/vault/identity"
)

// The shared keys beside those of scopes, which have the scope's ID.
var (
	rosterKeyID  = ID([]byte("roster..........")) // reads statements: every principal
	membersKeyID = ID([]byte("members.........")) // reads names: people
	auditKeyID   = ID([]byte("audit...........")) // reads the log: who owns everything
)

// vaultKeys gives the shared keys of the whole vault. No scope has the ID of one: who owns
// a scope makes the key of that ID.
func vaultKeys() []ID { return []ID{rosterKeyID, membersKeyID, auditKeyID} }

// leaksKeyID names the key of a project's leaks: it is no scope's, and no other project's.
func leaksKeyID(project ID) ID {
	sum := sha256.Sum256(bind([][]byte{[]byte("leaks"), project[:]}))
	return ID(sum[:len(ID{})])
}

// sealedTo tells whether a shared key is the seed of an identity, to which others seal what
// they need not be able to read.
func (r *roster) sealedTo(key ID) bool {
	_, leaks := r.projects[key]
	return leaks || key == auditKeyID
}

// always is a sequence number that no entry reaches.
const always = int64(1<<63 - 1)

// roster is who there is and who may do what, at every time: what the statements come
// to. It has IDs, no names. What it says depends on nothing but statements that count.
type roster struct {
	principals map[ID]*principal
	scopes     map[ID]*scope
	grants     []*grant // as they were made
	keys       map[ID][]*sharedKey
	projects   map[ID]ID // by the ID of the key of their leaks
	founder    ID
	policy     []byte // the last that was set
	statements int    // how many are in it, those included that have no right
}

type principal struct {
	ID
	kind    PrincipalKind
	label   box
	keys    []principalKey // over time
	invited bool           // and hasn't joined yet
	until   time.Time
	from    int64 // the entry that added it
	to      int64 // the entry that took it away
}

type principalKey struct {
	identity.Public
	from int64
}

type scope struct {
	ID
	project, environment ID
	label                box
	from                 int64
}

type grant struct {
	stateGrant
	by       ID
	from, to int64
}

type sharedKey struct {
	stateKey
	from int64
}

func newRoster() *roster {
	return &roster{
		principals: make(map[ID]*principal),
		scopes:     make(map[ID]*scope),
		keys:       make(map[ID][]*sharedKey),
		projects:   make(map[ID]ID),
	}
}

// key gives the public key that a principal signed with at an entry; false for one that
// didn't exist then, or not any more.
func (r *roster) key(p ID, seq int64) (identity.Public, bool) {
	who := r.principals[p]
	if who == nil || seq < who.from || seq > who.to {
		return identity.Public{}, false
	}
	for _, k := range slices.Backward(who.keys) {
		if k.from <= seq {
			return k.Public, true
		}
	}
	return identity.Public{}, false
}

// current gives the key of a principal that is there now.
func (r *roster) current(p ID) (identity.Public, bool) {
	who := r.principals[p]
	if who == nil || who.to != always {
		return identity.Public{}, false
	}
	return who.keys[len(who.keys)-1].Public, true
}

// known tells whether somebody who is there now has a key: nobody else may have it, or
// what they do could be taken for the other's.
func (r *roster) known(public identity.Public) bool {
	for p := range r.principals {
		if now, ok := r.current(p); ok && now == public {
			return true
		}
	}
	return false
}

// target is what a role is asked for: a scope, or a secret in it. The zero target is the
// whole vault.
type target struct{ project, environment, secret ID }

func (s *scope) target() target { return target{project: s.project, environment: s.environment} }

// covers tells whether a grant holds for all of what is asked. What is granted for single
// secrets holds for them alone.
func (g *grant) covers(t target) bool {
	if g.Project != (ID{}) && g.Project != t.project || g.Environment != (ID{}) && g.Environment != t.environment {
		return false
	}
	return len(g.Secrets) == 0 || t.secret != (ID{}) && slices.Contains(g.Secrets, t.secret)
}

// reaches tells whether a grant is for a scope, or for secrets in it.
func (g *grant) reaches(sc *scope) bool {
	return (g.Project == (ID{}) || g.Project == sc.project) && (g.Environment == (ID{}) || g.Environment == sc.environment)
}

// role gives the highest role that a principal had at an entry, and the grant that gave
// it. What ended by the clock counts unless now is the zero time: that a grant was over
// when something was written, the log can't prove.
func (r *roster) role(p ID, t target, seq int64, now time.Time) (Role, *grant) {
	who := r.principals[p]
	if who == nil || seq < who.from || seq > who.to || over(who.until, now) {
		return NoRole, nil
	}
	best, by := NoRole, (*grant)(nil)
	for _, g := range r.grants {
		if g.Principal == p && g.from <= seq && seq <= g.to && g.Role > best && g.covers(t) && !over(g.Until, now) {
			best, by = g.Role, g
		}
	}
	return best, by
}

func over(until, now time.Time) bool { return !until.IsZero() && !now.IsZero() && !now.Before(until) }

// reads tells whether a principal is to have a scope's key: now, for all of it.
func (r *roster) reads(p ID, s *scope) bool {
	role, _ := r.role(p, s.target(), always, time.Time{})
	return role >= Reader
}

// take adds a statement that was made. An error says why it doesn't count.
func (r *roster) take(m stated) error {
	// Numbers have no gaps, so that nobody can have the next statement written over an
	// earlier one. Which number comes next is told by the log alone: one that can't be read
	// any more has its number still, or those after it would count no more.
	if m.number != r.statements {
		return cmp.Or(m.err, fmt.Errorf("it stands elsewhere than number %d, which comes next", r.statements))
	}
	r.statements++
	if m.err != nil {
		return m.err
	}
	return r.apply(m.statement, m.seq, m.actor)
}

// apply adds a statement that an actor made at an entry. An error says why it doesn't
// count; then nothing has changed.
func (r *roster) apply(st statement, seq int64, actor ID) error {
	if (st.Found != nil) != (len(r.principals) == 0) {
		return errors.New("there can be one founder, in the first statement")
	}
	may := func(t target) error {
		if role, _ := r.role(actor, t, seq, time.Time{}); role < Owner {
			return fmt.Errorf("made by %s, who was no owner of that", actor)
		}
		return nil
	}
	switch {
	case st.Found != nil:
		r.founder = st.Found.ID
		r.add(st.Found, seq)
		r.grants = append(r.grants, &grant{stateGrant: stateGrant{ID: st.Found.ID, Principal: st.Found.ID, Role: Owner}, by: st.Found.ID, from: seq, to: always})
		return nil
	case st.Add != nil:
		if r.principals[st.Add.ID] != nil {
			return errors.New("adds a principal that is there")
		}
		if r.known(st.Add.Public) {
			return errors.New("adds a principal with another's keys")
		}
		if st.Add.Kind == Machine {
			if !r.ownsAnything(actor, seq) {
				return fmt.Errorf("adds a machine, made by %s, who was owner of nothing", actor)
			}
		} else if err := may(target{}); err != nil {
			return err
		}
		r.add(st.Add, seq)
		return nil
	case st.Join != nil:
		who := r.principals[st.Join.Principal]
		if who == nil || !who.invited || who.to != always || actor != who.ID {
			return errors.New("joins as someone who isn't invited, or by someone else")
		}
		if r.known(st.Join.Public) {
			return errors.New("joins with keys that are somebody's already")
		}
		who.invited = false
		// The entry itself is still signed with the key that was given for once.
		who.keys = append(who.keys, principalKey{st.Join.Public, seq + 1})
		return nil
	case st.Retire != nil:
		return r.retire(st.Retire.Principal, seq, actor)
	case st.Scope != nil:
		if st.Scope.ID == (ID{}) || st.Scope.Project == (ID{}) || st.Scope.Environment == (ID{}) || slices.Contains(vaultKeys(), st.Scope.ID) {
			return errors.New("makes an environment that there can't be")
		}
		if r.scopes[st.Scope.ID] != nil || r.scopeOf(st.Scope.Project, st.Scope.Environment) != nil {
			return errors.New("makes an environment that is there")
		}
		leaks := leaksKeyID(st.Scope.Project)
		if _, taken := r.projects[st.Scope.ID]; taken || st.Scope.ID == leaks || r.scopes[leaks] != nil {
			return errors.New("makes an environment that would have the key of leaks")
		}
		if err := may(target{project: st.Scope.Project}); err != nil {
			return err
		}
		r.scopes[st.Scope.ID] = &scope{st.Scope.ID, st.Scope.Project, st.Scope.Environment, st.Scope.Label, seq}
		r.projects[leaks] = st.Scope.Project
		return nil
	case st.Grant != nil:
		return r.grant(st.Grant, seq, actor)
	case st.Revoke != nil:
		for _, g := range r.grants {
			if g.ID == st.Revoke.Grant && g.to == always {
				if err := may(target{project: g.Project, environment: g.Environment}); err != nil {
					return err
				}
				g.to = seq - 1
				return nil
			}
		}
		return errors.New("revokes a grant that isn't there")
	case st.Policy != nil:
		if err := may(target{}); err != nil {
			return err
		}
		r.policy = st.Policy.Text
		return nil
	default:
		return r.addKey(st.Key, seq, actor)
	}
}

func (r *roster) add(p *statePrincipal, seq int64) {
	r.principals[p.ID] = &principal{
		ID: p.ID, kind: p.Kind, label: p.Label, invited: p.Invited, until: p.Until,
		keys: []principalKey{{p.Public, seq}}, from: seq, to: always,
	}
}

// ownsAnything tells whether someone was owner of some scope or pattern.
func (r *roster) ownsAnything(p ID, seq int64) bool {
	return slices.ContainsFunc(r.grants, func(g *grant) bool {
		return g.Principal == p && g.Role == Owner && g.from <= seq && seq <= g.to
	}) && r.principals[p].to >= seq
}

// retire takes a principal away: an owner of everything may do that, and whoever owns all
// that a machine may read.
func (r *roster) retire(p ID, seq int64, actor ID) error {
	who := r.principals[p]
	if who == nil || who.to != always {
		return errors.New("takes away a principal that isn't there")
	}
	if role, _ := r.role(actor, target{}, seq, time.Time{}); role < Owner {
		if who.kind != Machine || !r.ownsAnything(actor, seq) {
			return fmt.Errorf("takes away a principal, made by %s, who wasn't owner of everything", actor)
		}
		for _, g := range r.grants {
			if g.Principal != p || g.to < seq {
				continue
			}
			if role, _ := r.role(actor, target{project: g.Project, environment: g.Environment}, seq, time.Time{}); role < Owner {
				return fmt.Errorf("takes away a machine, made by %s, who was no owner of all that it reads", actor)
			}
		}
	}
	who.to = seq - 1
	for _, g := range r.grants {
		if g.Principal == p && g.to == always {
			g.to = seq - 1
		}
	}
	return nil
}

func (r *roster) grant(g *stateGrant, seq int64, actor ID) error {
	who := r.principals[g.Principal]
	switch {
	case who == nil || who.to != always:
		return errors.New("grants to a principal that isn't there")
	case who.kind == Machine && g.Role != Reader:
		return errors.New("grants a machine more than reading")
	case who.kind == Machine && who.from != seq:
		return errors.New("grants a machine something after it was made") // its label names all it reads
	case who.kind != Machine && len(g.Secrets) > 0:
		return errors.New("grants single secrets to a person")
	case slices.ContainsFunc(r.grants, func(h *grant) bool { return h.ID == g.ID }):
		return errors.New("makes a grant that is there")
	}
	if role, _ := r.role(actor, target{project: g.Project, environment: g.Environment}, seq, time.Time{}); role < Owner {
		return fmt.Errorf("grants what %s, who made it, was no owner of", actor)
	}
	r.grants = append(r.grants, &grant{stateGrant: *g, by: actor, from: seq, to: always})
	return nil
}

// addKey takes the next generation of a shared key.
func (r *roster) addKey(k *stateKey, seq int64, actor ID) error {
	t := target{} // the whole vault
	if s := r.scopes[k.ID]; s != nil {
		t = s.target()
	} else if project, leaks := r.projects[k.ID]; leaks {
		t = target{project: project}
	} else if !slices.Contains(vaultKeys(), k.ID) {
		return errors.New("a key of nothing")
	}
	if role, _ := r.role(actor, t, seq, time.Time{}); role < Owner {
		return fmt.Errorf("a key by %s, who was no owner of what it opens", actor)
	}
	if k.Generation != len(r.keys[k.ID])+1 {
		return errors.New("a key out of turn")
	}
	if r.sealedTo(k.ID) && k.Recipient == (identity.Public{}) {
		return errors.New("a key that nobody could seal to")
	}
	r.keys[k.ID] = append(r.keys[k.ID], &sharedKey{*k, seq})
	return nil
}

// generation gives the newest generation of a shared key, 0 for none.
func (r *roster) generation(key ID) int { return len(r.keys[key]) }

// holders gives who is to have a shared key now, in the order in which they were added.
func (r *roster) holders(key ID) []ID {
	var all []ID
	for _, p := range r.principals {
		if p.to != always {
			continue
		}
		switch key {
		case rosterKeyID:
		case membersKeyID:
			if p.kind == Machine {
				continue
			}
		case auditKeyID:
			if role, _ := r.role(p.ID, target{}, always, time.Time{}); role < Owner {
				continue
			}
		default:
			if project, leaks := r.projects[key]; leaks {
				if role, _ := r.role(p.ID, target{project: project}, always, time.Time{}); role < Maintainer {
					continue
				}
			} else if !r.reads(p.ID, r.scopes[key]) {
				continue
			}
		}
		all = append(all, p.ID)
	}
	slices.SortFunc(all, func(a, b ID) int {
		return cmp.Or(cmp.Compare(r.principals[a].from, r.principals[b].from), bytes.Compare(a[:], b[:]))
	})
	return all
}

// principalsInOrder gives all principals in the order in which they came.
func (r *roster) principalsInOrder() []*principal {
	return slices.SortedFunc(maps.Values(r.principals), func(a, b *principal) int {
		return cmp.Or(cmp.Compare(a.from, b.from), compareIDs(a.ID, b.ID))
	})
}

// scopesInOrder gives all environments in the order in which they were made.
func (r *roster) scopesInOrder() []*scope {
	return slices.SortedFunc(maps.Values(r.scopes), func(a, b *scope) int {
		return cmp.Or(cmp.Compare(a.from, b.from), compareIDs(a.ID, b.ID))
	})
}
