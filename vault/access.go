package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
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
		return nil, &NotFoundError{"principal", name, others}
	}
	return found, nil
}

func (v *view) present(name string) (*principal, error) {
	p, err := v.principal(name)
	if err == nil && p.to != always {
		err = &NotFoundError{What: "principal any more called", Name: name}
	}
	return p, err
}

// AddPerson adds someone whose public keys are known, with what they may do.
func (s *Session) AddPerson(ctx context.Context, name string, public identity.Public, rights []Wanted) error {
	return s.act(ctx, func(t *turn) error {
		act, err := t.needOwner(verbAdd, name, target{})
		if err != nil {
			return err
		}
		for id := range t.roster.principals {
			if there, ok := t.roster.current(id); ok && there == public {
				return &ExistsError{"principal with these keys, called", t.names.principal(id)}
			}
		}
		id, err := t.add(name, statePrincipal{Kind: Person, Public: public})
		if err != nil {
			return err
		}
		if err := t.grantAll(id, rights); err != nil {
			return err
		}
		act.Detail = describe(rights)
		return t.settle(act)
	})
}

// Invite adds someone of whom an SSH public key is known, the line of an authorized_keys
// file. With the private one, [Join] makes their own keys known, once.
func (s *Session) Invite(ctx context.Context, name, authorizedKey string, rights []Wanted) error {
	once := identity.New()
	sealed, err := identity.WrapSSH(authorizedKey, invitation(s.vault.id, once))
	if err != nil {
		return err
	}
	return s.act(ctx, func(t *turn) error {
		act, err := t.needOwner(verbAdd, name, target{})
		if err != nil {
			return err
		}
		id, err := t.add(name, statePrincipal{Kind: Person, Public: once.Public(), Invited: true})
		if err != nil {
			return err
		}
		if err := t.grantAll(id, rights); err != nil {
			return err
		}
		if err := t.putRaw(invitationKey(id), record{body: sealed}); err != nil {
			return err
		}
		act.Detail = "invited, " + describe(rights)
		return t.settle(act)
	})
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

// add makes a principal of a name that nobody has.
func (t *turn) add(name string, p statePrincipal) (ID, error) {
	if err := CheckLabel(name); err != nil {
		return ID{}, fmt.Errorf("add %q: %w", name, err)
	}
	if there, err := t.principal(name); err == nil && there.to == always {
		return ID{}, &ExistsError{"principal", name}
	}
	p.ID = newID()
	var err error
	if p.Label, err = t.box(p.ID, []byte(name)); err != nil {
		return ID{}, err
	}
	return p.ID, t.say(statement{Add: &p})
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

// Retire takes a principal away: all that they could reach gets new keys, in the same
// transaction.
func (s *Session) Retire(ctx context.Context, name string) error {
	return s.act(ctx, func(t *turn) error {
		who, err := t.present(name)
		if err != nil {
			return err
		}
		on := target{}
		if who.kind == Machine {
			for _, g := range t.roster.grants {
				if g.Principal == who.ID && g.to == always {
					on = target{project: g.Project, environment: g.Environment}
				}
			}
		}
		act, err := t.needOwner(verbRetire, name, on)
		if err != nil {
			return err
		}
		if who.ID == t.self {
			return errors.New("nobody can take themselves away: another owner has to")
		}
		if err := t.say(statement{Retire: &stateRetire{who.ID}}); err != nil {
			return err
		}
		if err := t.unwrap(who.ID); err != nil {
			return err
		}
		if _, err := t.tx.Get(invitationKey(who.ID)); err == nil {
			if err := t.delete(invitationKey(who.ID)); err != nil {
				return err
			}
		}
		return t.settle(act)
	})
}

// Token is what a machine may read, and for how long.
type Token struct {
	Name    string
	Project string
	Env     string
	Secrets []string // none for all of the environment
	Until   time.Time
}

// CreateToken makes a machine, and gives the token that it is to have.
func (s *Session) CreateToken(ctx context.Context, want Token) (identity.Token, error) {
	keys := identity.New()
	err := s.act(ctx, func(t *turn) error {
		sc, err := t.scope(want.Project, want.Env)
		if err != nil {
			return err
		}
		act, err := t.needOwner(verbAdd, want.Name, sc.target())
		if err != nil {
			return err
		}
		g := stateGrant{ID: newID(), Project: sc.project, Environment: sc.environment, Role: Reader}
		label := machineLabel{Name: want.Name, Scopes: []machineScope{{t.names.scopes[sc.ID], sc.ID}}}
		for _, name := range want.Secrets {
			o, err := t.named(Ref{want.Project, want.Env, name})
			if err != nil {
				return err
			}
			if slices.Contains(g.Secrets, o.id) {
				continue
			}
			g.Secrets = append(g.Secrets, o.id)
			label.Secrets = append(label.Secrets, machineSecret{sc.ID, o.id, name})
		}
		if g.Principal, err = t.add(want.Name, statePrincipal{Kind: Machine, Public: keys.Public(), Until: want.Until.UTC()}); err != nil {
			return err
		}
		if g.Machine, err = keys.Public().Wrap(encodeJSON(label)); err != nil {
			return err
		}
		if err := t.say(statement{Grant: &g}); err != nil {
			return err
		}
		act.Project, act.Env = want.Project, want.Env
		act.Detail = "token for everything"
		if len(want.Secrets) > 0 {
			act.Detail = "token for " + strings.Join(want.Secrets, ", ")
		}
		return t.settle(act)
	})
	return identity.Token{Vault: s.vault.id, Identity: keys}, err
}

// invitation is what is sealed to an SSH key.
func invitation(vault [32]byte, once *identity.Identity) []byte {
	return append(append([]byte{formatVersion}, vault[:]...), once.Seed()...)
}

// ErrNotInvited is what [Join] answers whom nobody invited.
var ErrNotInvited = errors.New("there is no invitation for this key")

// Join makes the keys of someone known who was invited. unwrap opens what was sealed to
// their SSH key. id is the vault that they were told of; a zero one is taken from the
// invitation, and proves nothing.
func Join(ctx context.Context, st store.Store, id [32]byte, keys *identity.Identity, o Options, unwrap func(sealed []byte) ([]byte, error)) (vault [32]byte, name string, err error) {
	var once *identity.Identity
	err = st.View(ctx, func(r store.Reader) error {
		for p, err := range r.Scan([]byte{kindInvitation}) {
			if err != nil {
				return err
			}
			rec, err := decodeRecord(p.Value)
			if err != nil {
				return err
			}
			plain, err := unwrap(rec.body)
			if errors.Is(err, identity.ErrOtherKey) {
				continue
			}
			if err != nil {
				return err
			}
			defer clear(plain)
			if len(plain) != 1+32+keySize || plain[0] != formatVersion {
				return &IntegrityError{"the invitation", errors.New("it isn't one that this program can read")}
			}
			vault = [32]byte(plain[1:33])
			once, err = identity.FromSeed(plain[33:])
			return err
		}
		return ErrNotInvited
	})
	if err != nil {
		return vault, "", err
	}
	if id != ([32]byte{}) && id != vault {
		return vault, "", &IntegrityError{"the invitation", errors.New("it is for another vault than the one you were told of")}
	}
	v, err := Open(ctx, st, vault)
	if err != nil {
		return vault, "", err
	}
	s, err := v.Session(ctx, once, o)
	if err != nil {
		return vault, "", err
	}
	defer s.forget()
	return vault, s.Self(), s.join(ctx, keys)
}

func (s *Session) join(ctx context.Context, keys *identity.Identity) error {
	return s.act(ctx, func(t *turn) error {
		if err := t.say(statement{Join: &stateJoin{t.self, keys.Public()}}); err != nil {
			return err
		}
		for _, key := range t.sharedKeys() {
			for generation := 1; generation <= t.roster.generation(key); generation++ {
				held, err := t.s.verifiedKey(t.r, t.state, key, generation)
				if errors.Is(err, ErrNotMember) {
					continue
				}
				if err != nil {
					return err
				}
				body, err := keys.Public().Wrap(held)
				if err != nil {
					return err
				}
				if err := t.putRaw(wrapKey(key, generation, t.s.vault.addressOf(keys.Public())), record{body: body}); err != nil {
					return err
				}
			}
		}
		if err := t.unwrap(t.self); err != nil {
			return err
		}
		if err := t.delete(invitationKey(t.self)); err != nil {
			return err
		}
		return t.enter(audit.Act{Verb: verbJoin, Name: t.names.principal(t.self), Allowed: true, Rule: "invitation"})
	})
}

// Member is a principal of a vault.
type Member struct {
	Name    string
	Kind    PrincipalKind
	Invited bool      // and hasn't joined yet
	Until   time.Time // when a token ends
	Gone    bool
	Grants  []Granted
	Public  identity.Public
	Self    bool
	Reads   []string // the environments that they can read now
	Writes  []string
}

// Granted is a grant.
type Granted struct {
	ID string // its first digits
	Wanted
	To      string // whose it is
	By      string // who made it
	Secrets int    // how many single ones it is for; 0 for all
}

// Members gives who there is, those who are gone included, in the order in which they
// came.
func (s *Session) Members(ctx context.Context) ([]Member, error) {
	var all []Member
	err := s.look(ctx, func(v *view) error {
		if v.names.machine != nil {
			return &DeniedError{Verb: "list", What: "principals", Need: Reader, Have: NoRole}
		}
		for _, p := range v.roster.principalsInOrder() {
			all = append(all, v.member(p))
		}
		return nil
	})
	return all, err
}

// granted gives a grant with names.
func (v *view) granted(g *grant) Granted {
	return Granted{
		ID: g.ID.String()[:8], To: v.names.principal(g.Principal), By: v.names.principal(g.by), Secrets: len(g.Secrets),
		Wanted: Wanted{v.pattern(target{project: g.Project, environment: g.Environment}), g.Role, g.Until},
	}
}

func (v *view) member(p *principal) Member {
	m := Member{
		Name: v.names.principal(p.ID), Kind: p.kind, Invited: p.invited, Until: p.until, Gone: p.to != always,
		Self: p.ID == v.self, Public: p.keys[len(p.keys)-1].Public,
	}
	for _, g := range v.roster.grants {
		if g.Principal == p.ID && g.to == always {
			m.Grants = append(m.Grants, v.granted(g))
		}
	}
	for _, sc := range v.scopes() {
		role, _ := v.roster.role(p.ID, sc.target(), always, v.now)
		if role >= Reader {
			m.Reads = append(m.Reads, v.names.scope(sc.ID))
		}
		if role >= Developer {
			m.Writes = append(m.Writes, v.names.scope(sc.ID))
		}
	}
	return m
}

// Reading is that someone can read something, and why.
type Reading struct {
	Name  string
	Kind  PrincipalKind
	Role  Role
	Grant Granted
}

// Explain gives who can read a secret, or a whole environment for an empty name, and by
// which grant.
func (s *Session) Explain(ctx context.Context, ref Ref) ([]Reading, error) {
	var all []Reading
	err := s.look(ctx, func(v *view) error {
		sc, err := v.scope(ref.Project, ref.Environment)
		if err != nil {
			return err
		}
		on := sc.target()
		if ref.Name != "" {
			o, err := v.named(ref)
			if err != nil {
				return err
			}
			on.secret = o.id
		}
		for id, p := range v.roster.principals {
			role, g := v.roster.role(id, on, always, v.now)
			if p.to != always || role < Reader {
				continue
			}
			all = append(all, Reading{v.names.principal(id), p.kind, role, v.granted(g)})
		}
		slices.SortFunc(all, func(a, b Reading) int { return cmp.Or(-cmp.Compare(a.Role, b.Role), strings.Compare(a.Name, b.Name)) })
		return nil
	})
	return all, s.refuse(ctx, err)
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
