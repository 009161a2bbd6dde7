package vault

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

// view reads a vault as it is at one moment, by what a session may open, and trusts
// nothing that the log doesn't vouch for.
type view struct {
	*state
	s   *Session
	r   store.Reader
	now time.Time

	scopeRecords map[ID]scopeRecord // that were opened, or changed in this turn
}

// view gives a view that is no older than a state.
func (s *Session) view(r store.Reader, since *state) (*view, error) {
	r = audit.ReadOnce(r)
	st, err := s.sync(r, since)
	if err != nil {
		return nil, err
	}
	return &view{state: st, s: s, r: r, now: s.options.Now().UTC(), scopeRecords: make(map[ID]scopeRecord)}, nil
}

// scope finds an environment by name.
func (v *view) scope(project, environment string) (*scope, error) {
	for id, l := range v.names.scopes {
		if l.Project == project && l.Environment == environment {
			if sc := v.roster.scopes[id]; sc != nil {
				return sc, nil
			}
		}
	}
	var others []string
	for _, sc := range v.scopes() {
		others = append(others, v.names.scope(sc.ID))
	}
	return nil, &NotFoundError{"environment", project + "/" + environment, others}
}

// scopes gives all environments that have a name, in its order.
func (v *view) scopes() []*scope {
	var all []*scope
	for id := range v.names.scopes {
		if sc := v.roster.scopes[id]; sc != nil {
			all = append(all, sc)
		}
	}
	slices.SortFunc(all, func(a, b *scope) int {
		return strings.Compare(v.names.scope(a.ID), v.names.scope(b.ID))
	})
	return all
}

// role gives the caller's role, and what it rests on.
func (v *view) role(t target) (Role, *grant) { return v.roster.role(v.self, t, always, v.now) }

// need refuses an act on a scope, or on a secret in it, to whoever has a lesser role. Of
// an act that is allowed it gives the entry for the log, to be completed.
func (v *view) need(least Role, verb string, sc *scope, secret ID, name string) (audit.Act, error) {
	on := sc.target()
	on.secret = secret
	l := v.names.scopes[sc.ID]
	what := v.names.scope(sc.ID)
	if name != "" {
		what += " " + name
	}
	return v.decide(least, on, what, audit.Act{Verb: verb, Project: l.Project, Env: l.Environment, Name: name})
}

// needAny refuses an act on a scope to whoever may read nothing in it.
func (v *view) needAny(verb string, sc *scope) (audit.Act, error) {
	var only ID
	if v.names.machine != nil {
		for _, m := range v.names.machine.Secrets {
			if m.Scope == sc.ID {
				only = m.ID
			}
		}
	}
	return v.need(Reader, verb, sc, only, "")
}

// needOwner refuses an act on the whole vault, or a part of it, to whoever doesn't own
// that. what is empty for the vault itself.
func (v *view) needOwner(verb, what string, on target) (audit.Act, error) {
	return v.decide(Owner, on, cmp.Or(what, "the vault"), audit.Act{Verb: verb, Name: what})
}

func (v *view) decide(least Role, on target, what string, act audit.Act) (audit.Act, error) {
	role, by := v.role(on)
	act.Rule = "no grant"
	if by != nil {
		act.Rule = "grant " + by.ID.String()[:8]
	}
	if act.Allowed = role >= least; act.Allowed {
		return act, nil
	}
	denied := &DeniedError{Verb: act.Verb, What: what, Need: least, Have: role}
	if before, ended := v.roster.role(v.self, on, always, time.Time{}); before >= least {
		if denied.Ended = v.roster.principals[v.self].until; !over(denied.Ended, v.now) {
			denied.Ended = ended.Until
		}
	}
	return act, &refusal{denied, act}
}

// vouched makes sure that the log says that a record is what someone wrote who could write
// to the scope then, and that nothing was written in its place since. It gives the entry
// that says so.
func (v *view) vouched(key, raw []byte, sc *scope) (audit.Entry, error) {
	rec, err := decodeRecord(raw)
	if err != nil {
		return audit.Entry{}, err
	}
	e, err := v.writer(rec.seq, sc)
	if err != nil {
		return e, err
	}
	if !e.Vouches(key, raw) {
		return e, errors.New("the log doesn't vouch for it: it was put there by other means")
	}
	return e, v.newest(key, rec.seq, sc)
}

// writer gives an entry of someone who could write to the scope then.
func (v *view) writer(seq int64, sc *scope) (audit.Entry, error) {
	e, err := v.s.entry(v.r, v.state, seq)
	if err != nil {
		return e, err
	}
	if role, _ := v.roster.role(e.Actor, sc.target(), seq, time.Time{}); role < Developer {
		return e, fmt.Errorf("it was written by %s, who was not allowed to", v.names.principal(e.Actor))
	}
	return e, nil
}

// scopeRecord opens what an environment has of its own.
func (v *view) scopeRecord(sc *scope) (scopeRecord, error) {
	if rec, ok := v.scopeRecords[sc.ID]; ok {
		return rec, nil
	}
	key := scopeKey(sc.ID)
	raw, err := v.r.Get(key)
	if err != nil {
		return scopeRecord{}, v.damaged(sc, err)
	}
	plain, err := v.openScoped(key, raw, sc)
	if err != nil {
		return scopeRecord{}, v.damaged(sc, err)
	}
	rec, err := decodeScopeRecord(plain)
	if err != nil {
		return rec, v.damaged(sc, err)
	}
	v.scopeRecords[sc.ID] = rec
	return rec, nil
}

func (v *view) damaged(sc *scope, err error) error {
	return &IntegrityError{v.names.scope(sc.ID), err}
}

// openScoped opens a record that is sealed with the key of its scope.
func (v *view) openScoped(key, raw []byte, sc *scope) ([]byte, error) {
	rec, err := decodeRecord(raw)
	if err != nil {
		return nil, err
	}
	with, err := v.newestKey(sc, rec.generation)
	if err != nil {
		return nil, err
	}
	if _, err := v.vouched(key, raw, sc); err != nil {
		return nil, err
	}
	return v.s.vault.openRecord(key, raw, with)
}

// newestKey gives the key of a scope that a record says it is sealed with, if that is the
// newest: all that is in a scope is sealed anew with each. What isn't was put back by
// someone, who may be the one because of whom there is a new key.
func (v *view) newestKey(sc *scope, generation int) ([]byte, error) {
	if newest := v.roster.generation(sc.ID); generation != newest {
		return nil, fmt.Errorf("it is sealed with key %d of its environment, where %d is the newest: it was put back", generation, newest)
	}
	return v.s.verifiedKey(v.r, v.state, sc.ID, generation)
}

// secretNamed finds a secret by its name; the zero ID if there is none.
func (v *view) secretNamed(sc *scope, name string) (ID, error) {
	if v.names.machine != nil && len(v.names.machine.Secrets) > 0 {
		for _, m := range v.names.machine.Secrets {
			if m.Scope == sc.ID && m.Name == name {
				return m.ID, nil
			}
		}
	}
	if role, _ := v.role(sc.target()); role < Reader {
		return ID{}, nil
	}
	rec, err := v.scopeRecord(sc)
	if err != nil {
		return ID{}, err
	}
	key := nameKey(sc.ID, hashName(rec.Index, name))
	raw, err := v.r.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		if err := v.newest(key, -1, sc); err != nil {
			return ID{}, v.damaged(sc, fmt.Errorf("the name of a secret: %w", err))
		}
		return ID{}, nil
	}
	if err != nil {
		return ID{}, err
	}
	plain, err := v.openScoped(key, raw, sc)
	if err != nil || len(plain) != len(ID{}) {
		return ID{}, v.damaged(sc, cmp.Or(err, errSealed))
	}
	return ID(plain), nil
}

func hashName(index []byte, name string) []byte {
	mac := hmac.New(sha256.New, index)
	mac.Write([]byte(name))
	return mac.Sum(nil)[:16]
}

// opened is a secret that was opened: all but its values.
type opened struct {
	head
	id      ID
	scope   *scope
	key     []byte // of the secret
	keys    secretKeys
	headRaw []byte // as it is stored
}

// ref gives the secret's full name.
func (v *view) ref(o *opened) Ref {
	l := v.names.scopes[o.scope.ID]
	return Ref{l.Project, l.Environment, o.Name}
}

// secret opens a secret.
func (v *view) secret(sc *scope, id ID) (*opened, error) {
	o := &opened{id: id, scope: sc}
	fail := func(err error) (*opened, error) {
		return nil, &IntegrityError{"a secret of " + v.names.scope(sc.ID), err}
	}
	place := keysKey(sc.ID, id)
	raw, err := v.r.Get(place)
	if err != nil {
		return fail(err)
	}
	rec, err := decodeRecord(raw)
	if err != nil {
		return fail(err)
	}
	if _, err := v.vouched(place, raw, sc); err != nil {
		return fail(err)
	}
	if o.keys, err = decodeSecretKeys(rec.body); err != nil {
		return fail(err)
	}
	if o.key, err = v.secretKey(sc, id, place, rec.generation, o.keys.Key); err != nil {
		return fail(err)
	}
	place = headKey(sc.ID, id)
	if o.headRaw, err = v.r.Get(place); err != nil {
		return fail(err)
	}
	if _, err := v.vouched(place, o.headRaw, sc); err != nil {
		return fail(err)
	}
	plain, err := v.s.vault.openRecord(place, o.headRaw, o.key)
	if err != nil {
		return fail(err)
	}
	if o.head, err = decodeHead(plain); err != nil {
		return fail(err)
	}
	return o, nil
}

// secretKey opens the key of a secret: with that of its scope, or as a machine to which
// it was given.
func (v *view) secretKey(sc *scope, id ID, place []byte, generation int, sealed []byte) ([]byte, error) {
	if role, _ := v.roster.role(v.self, sc.target(), always, time.Time{}); role >= Reader {
		with, err := v.newestKey(sc, generation)
		if err != nil {
			return nil, err
		}
		return open(with, sealed, v.s.vault.id[:], place, []byte("key"), number32(generation))
	}
	raw, err := v.r.Get(machineKeyKey(v.self, id))
	if err != nil {
		return nil, err
	}
	rec, err := decodeRecord(raw)
	if err != nil {
		return nil, err
	}
	key, err := v.s.identity.Unwrap(rec.body)
	if err == nil && len(key) != keySize {
		err = errSealed
	}
	return key, err
}

// named opens a secret by its name. One that was removed is there still.
func (v *view) named(ref Ref) (*opened, error) {
	sc, err := v.scope(ref.Project, ref.Environment)
	if err != nil {
		return nil, err
	}
	id, err := v.secretNamed(sc, ref.Name)
	if err != nil {
		return nil, err
	}
	if id == (ID{}) {
		// Who may not read there doesn't learn whether it is there.
		if _, err := v.need(Reader, verbRead, sc, ID{}, ref.Name); err != nil {
			return nil, err
		}
		return nil, &NotFoundError{What: "secret", Name: ref.String()}
	}
	o, err := v.secret(sc, id)
	if err != nil {
		return nil, err
	}
	if o.Name != ref.Name && v.names.machine != nil && len(v.names.machine.Secrets) > 0 {
		return nil, &NotFoundError{What: "secret any more called", Name: ref.String()}
	}
	if slices.Contains(o.Info.Aliases, ref.Name) {
		return nil, &NotFoundError{"secret", ref.String() + ": it is an alias of " + o.Name, []string{o.Name}}
	}
	if o.Name != ref.Name {
		return nil, &IntegrityError{ref.String(), fmt.Errorf("another secret stands in its place")}
	}
	return o, nil
}

// value opens a version's value.
func (v *view) value(o *opened, n int) (secret.Value, error) {
	info, ok := o.version(n)
	if !ok {
		return secret.Value{}, &NotFoundError{What: "version", Name: fmt.Sprintf("%d of %s", n, v.ref(o))}
	}
	if info.Destroyed {
		return secret.Value{}, &GoneError{v.ref(o), n}
	}
	fail := func(err error) (secret.Value, error) {
		return secret.Value{}, &IntegrityError{fmt.Sprintf("%s, version %d", v.ref(o), n), err}
	}
	key, err := v.openVersionKey(o, n, o.keys.Versions[n])
	if err != nil {
		return fail(err)
	}
	defer clear(key)
	place := versionKey(o.scope.ID, o.id, n)
	raw, err := v.r.Get(place)
	if err != nil {
		return fail(err)
	}
	e, err := v.vouched(place, raw, o.scope)
	if err != nil {
		return fail(err)
	}
	if e.Actor != info.By {
		return fail(fmt.Errorf("it is by %s, and is said to be by %s", v.names.principal(e.Actor), v.names.principal(info.By)))
	}
	plain, err := v.s.openVersion(place, raw, key)
	if err != nil {
		return fail(err)
	}
	defer clear(plain)
	return secret.New(plain), nil
}

func (v *view) openVersionKey(o *opened, n int, sealed []byte) ([]byte, error) {
	return open(o.key, sealed, v.s.vault.id[:], keysKey(o.scope.ID, o.id), []byte("version"), number32(n))
}

// openVersion opens a version with its key. The record commits to the key, so that no
// version opens to two values with two keys.
func (s *Session) openVersion(place, raw, key []byte) ([]byte, error) {
	if len(raw) < recordHeader+commitmentSize {
		return nil, errSealed
	}
	commitment, sealed := raw[recordHeader:recordHeader+commitmentSize], raw[recordHeader+commitmentSize:]
	if !hmac.Equal(commitment, commit(key, s.vault.id[:], place)) {
		return nil, errSealed
	}
	return open(key, sealed, s.vault.id[:], place, raw[:recordHeader])
}

const commitmentSize = sha256.Size
