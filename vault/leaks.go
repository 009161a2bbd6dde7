package vault

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// What a project knows of its leaks is sealed to an identity whose seed is a shared key of
// its maintainers. Whoever reads something in the project can add to it, and need not be
// able to read what is there.

// Leaks gives the leaks of a project, with their values, in the order in which they were
// first reported. It takes a maintainer of the whole project, and is one entry in the log.
func (s *Session) Leaks(ctx context.Context, project string) ([]Leak, error) {
	var all []Leak
	err := s.look(ctx, func(v *view) error {
		on, _, err := v.needLeaks(project)
		if err == nil {
			all, _, err = v.leaks(on)
		}
		return err
	})
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	err = s.act(ctx, func(t *turn) error {
		_, act, err := t.needLeaks(project)
		if err != nil {
			return err
		}
		return t.enter(act)
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// project finds a project by name.
func (v *view) project(name string) (ID, error) {
	if name == "*" {
		return ID{}, &NotFoundError{What: "project", Name: name}
	}
	on, err := v.target(Pattern{name, "*"})
	return on.project, err
}

// needLeaks refuses to show the leaks of a project to whoever is no maintainer of all of
// it. To others it gives the project, and the entry for the log.
func (v *view) needLeaks(project string) (ID, audit.Act, error) {
	id, err := v.project(project)
	if err != nil {
		return id, audit.Act{}, err
	}
	act, err := v.decide(Maintainer, target{project: id}, "leaks of "+project, audit.Act{Verb: verbList, Project: project, Detail: "leaks"})
	return id, act, err
}

// roleIn gives the highest role that a person had in a project at an entry, and where that
// is; no role for a machine.
func (r *roster) roleIn(p, project ID, seq int64, now time.Time) (Role, target) {
	best, on := NoRole, target{project: project}
	if who := r.principals[p]; who == nil || who.kind == Machine {
		return best, on
	}
	for _, sc := range r.scopesInOrder() {
		if sc.project != project {
			continue
		}
		if role, _ := r.role(p, sc.target(), seq, now); role > best {
			best, on = role, sc.target()
		}
	}
	return best, on
}

// leakSeq gives the entry that the key of an event names.
func leakSeq(key []byte) (int64, bool) {
	if len(key) != len(leakKey(ID{}, ID{}, 0)) || key[0] != kindLeak {
		return 0, false
	}
	seq := int64(binary.BigEndian.Uint64(key[len(key)-8:]))
	return seq, seq >= 0
}

// leakID names the leak of a value in a project: the same for everyone who reports it, and
// of no use to whoever doesn't have the first key of names.
func (s *Session) leakID(project ID, value secret.Value) ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.keys[keyRef{membersKeyID, 1}]
	mac := hmac.New(sha256.New, commit(first, []byte("leak"), s.vault.id[:], project[:]))
	mac.Write([]byte(value.Fingerprint().String()))
	return ID(mac.Sum(nil))
}

// leaks opens all that is known of a project's leaks. What counts for nothing is among the
// problems: what nobody wrote who could, and what doesn't open, or says what it can't.
func (v *view) leaks(project ID) ([]Leak, []Problem, error) {
	var problems []Problem
	byID := make(map[ID]*Leak)
	var all []*Leak
	opener := v.leakOpener(project)
	defer opener.forget()
	newest := make(map[ID]int64)
	for _, key := range v.leakKeys(project) {
		e, role, err := opener.author(key)
		var rec leakRecord
		if err == nil {
			newest[leakOf(key)] = e.Seq
			rec, err = opener.event(key, e, role)
		}
		if wrong, is := errors.AsType[*leakProblem](err); is {
			problems = append(problems, Problem{fmt.Sprintf("an event of a leak (%x)", key[len(key)-4:]), wrong.error})
			continue
		}
		if err != nil {
			return nil, nil, &IntegrityError{"leaks of " + opener.name, err}
		}
		id := leakOf(key)
		if byID[id] == nil {
			byID[id] = &Leak{ID: id, Project: opener.name}
			all = append(all, byID[id])
		}
		byID[id].take(rec, v.names.principal(e.Actor), role, v.now)
	}
	leaks := make([]Leak, len(all))
	for i, l := range all {
		l.Newest = newest[l.ID]
		leaks[i] = *l
	}
	return leaks, problems, nil
}

// newestEvents gives, by their IDs, the entries that wrote the newest events of a project's
// leaks. Whoever may report leaks, and can't read them, can tell who wrote an event, and not
// whether it counts.
func (v *view) newestEvents(project ID) (map[ID]int64, error) {
	newest := make(map[ID]int64)
	opener := v.leakOpener(project)
	for _, key := range v.leakKeys(project) {
		e, _, err := opener.author(key)
		if _, is := errors.AsType[*leakProblem](err); is {
			continue
		}
		if err != nil {
			return nil, &IntegrityError{"leaks of " + opener.name, err}
		}
		newest[leakOf(key)] = e.Seq
	}
	return newest, nil
}

// leakKeys gives the keys of all events of a project's leaks, in the order of the log.
func (v *view) leakKeys(project ID) [][]byte {
	prefix := string(keyOf(kindLeak, project[:]))
	seqs := make(map[string]int64)
	collect := func(newest Newest) {
		for key, seq := range newest {
			// A session that is ahead of the view knows of events that aren't there yet.
			if strings.HasPrefix(key, prefix) && seq < v.head.Size {
				seqs[key] = seq
			}
		}
	}
	v.s.mu.Lock()
	collect(v.s.newest)
	v.s.mu.Unlock()
	collect(v.state.newest)
	var all [][]byte
	for key := range seqs {
		all = append(all, []byte(key))
	}
	slices.SortFunc(all, func(a, b []byte) int {
		return cmp.Or(cmp.Compare(seqs[string(a)], seqs[string(b)]), bytes.Compare(a, b))
	})
	return all
}

// leakOf gives the leak that the key of an event names.
func leakOf(key []byte) ID { return ID(key[1+len(ID{}):]) }

// leakProblem is what is wrong with an event that counts for nothing.
type leakProblem struct{ error }

// leakOpener opens the events of a project's leaks.
type leakOpener struct {
	*view
	project ID
	name    string
	readers map[int]*identity.Identity // by generation
	keys    map[string][]byte          // of acts, by how they are wrapped
	roles   map[int64]Role             // of who made an entry, in the project then
	whole   map[int64]Role             // likewise, in all of it
}

func (v *view) leakOpener(project ID) leakOpener {
	return leakOpener{
		view: v, project: project, name: v.pattern(target{project: project}).Project,
		readers: make(map[int]*identity.Identity), keys: make(map[string][]byte),
		roles: make(map[int64]Role), whole: make(map[int64]Role),
	}
}

func (o *leakOpener) forget() {
	for _, key := range o.keys {
		clear(key)
	}
}

// author gives the entry that wrote an event, if it is by somebody who could, and the role
// that they had in the project then.
func (o *leakOpener) author(key []byte) (audit.Entry, Role, error) {
	seq, _ := leakSeq(key)
	e, err := o.s.entry(o.r, o.state, seq)
	if err != nil {
		// Whoever can write to the store can append an entry that nobody signed.
		if e.Signature == nil || o.s.vault.log.Includes(o.r, o.head, e) != nil {
			return e, NoRole, err
		}
		return e, NoRole, &leakProblem{err}
	}
	role, known := o.roles[seq]
	if !known {
		role, _ = o.roster.roleIn(e.Actor, o.project, seq, time.Time{})
		o.roles[seq] = role
	}
	if role < Reader {
		return e, role, &leakProblem{fmt.Errorf("it was written by %s, who was not allowed to", o.names.principal(e.Actor))}
	}
	return e, role, nil
}

// event opens an event that an entry wrote, by somebody who had a role.
func (o *leakOpener) event(key []byte, e audit.Entry, role Role) (leakRecord, error) {
	fail := func(err error) (leakRecord, error) { return leakRecord{}, err }
	raw, err := o.r.Get(key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fail(fmt.Errorf("an event is lost: entry %d of the log wrote it", e.Seq))
	case err != nil:
		return fail(err)
	case !e.Vouches(key, raw):
		return fail(fmt.Errorf("an event isn't what entry %d of the log wrote: it was damaged or changed", e.Seq))
	}
	// What follows is for who wrote it to answer for.
	plain, err := o.open(key, raw)
	if err != nil {
		return fail(err)
	}
	defer clear(plain)
	rec, err := decodeLeak(plain)
	if err != nil {
		return fail(&leakProblem{err})
	}
	if o.s.leakID(o.project, secret.New(rec.Value)) != leakOf(key) {
		return fail(&leakProblem{errors.New("it is of another value than its leak")})
	}
	if rec.elsewhere(o.name) {
		return fail(&leakProblem{errors.New("it goes to another project")})
	}
	if least, err := rec.Kind.least(); err != nil || role < least {
		return fail(&leakProblem{fmt.Errorf("%s was not allowed to say %q", o.names.principal(e.Actor), string(rec.Kind))})
	}
	if whole(rec.Kind, len(rec.Next) > 0, len(rec.Data) > 0) && o.maintained(e) < Maintainer {
		return fail(&leakProblem{fmt.Errorf("%s was not allowed to say how it is rotated", o.names.principal(e.Actor))})
	}
	return rec, nil
}

// maintained gives the role that who made an entry had in all of the project then.
func (o *leakOpener) maintained(e audit.Entry) Role {
	role, known := o.whole[e.Seq]
	if !known {
		role, _ = o.roster.role(e.Actor, target{project: o.project}, e.Seq, time.Time{})
		o.whole[e.Seq] = role
	}
	return role
}

// open opens the body of an event: the key of its act, wrapped to the project's
// maintainers, behind its length (16 bits); and the event, sealed with that.
func (o *leakOpener) open(place, raw []byte) ([]byte, error) {
	rec, err := decodeRecord(raw)
	if err != nil {
		return nil, &leakProblem{err}
	}
	wrapped, sealed, err := splitLeak(rec.body)
	if err != nil {
		return nil, &leakProblem{err}
	}
	if newest := o.roster.generation(leaksKeyID(o.project)); rec.generation < 1 || rec.generation > newest {
		return nil, &leakProblem{fmt.Errorf("it is sealed with key %d of the project's leaks, of %d", rec.generation, newest)}
	}
	key := o.keys[string(wrapped)]
	if key == nil {
		reader, err := o.reader(rec.generation)
		if err != nil {
			return nil, err
		}
		if key, err = reader.Unwrap(wrapped); err == nil && len(key) != keySize {
			err = errSealed
		}
		if err != nil {
			return nil, &leakProblem{err}
		}
		o.keys[string(wrapped)] = key
	}
	plain, err := open(key, sealed, o.s.vault.id[:], place, raw[:recordHeader])
	if err != nil {
		return nil, &leakProblem{err}
	}
	return plain, nil
}

// reader gives the identity to which a generation is sealed.
func (o *leakOpener) reader(generation int) (*identity.Identity, error) {
	if reader := o.readers[generation]; reader != nil {
		return reader, nil
	}
	seed, err := o.s.verifiedKey(o.r, o.state, leaksKeyID(o.project), generation)
	if err != nil {
		return nil, err
	}
	o.readers[generation], err = identity.FromSeed(seed)
	return o.readers[generation], err
}

func splitLeak(body []byte) (wrapped, sealed []byte, err error) {
	if len(body) < 2 {
		return nil, nil, errSealed
	}
	n := int(binary.BigEndian.Uint16(body))
	if len(body)-2 < n || len(body)-2-n > 2*maxLeakEvent {
		return nil, nil, errSealed
	}
	return body[2 : 2+n], body[2+n:], nil
}
