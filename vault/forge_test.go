package vault

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// stage is a vault with people and machines, and somebody among them who can write to the
// store and wants them to take something for true.
type stage struct {
	*bench
	one, two ID // secrets of web/prod
	prod     *scope

	rita, mara, gone *Session // a reader of web/prod; an owner of web/dev; someone retired, once a developer
	forgers          map[string]*forger
	victims          map[string]*Session
	job              identity.Token
	copied           map[string][]byte // the store before gone was retired, and before ONE had its second version
}

func newStage(t testing.TB) *stage {
	b := newBench(t)
	st := &stage{bench: b, forgers: make(map[string]*forger), victims: make(map[string]*Session)}
	b.set("dev", "ONE", "of dev")
	b.set("prod", "ONE", "old one")
	b.set("prod", "TWO", "two")
	rita, ritaKeys := b.person("rita", Reader, "web/prod")
	mara, maraKeys := b.person("mara", Owner, "web/dev")
	gone, goneKeys := b.person("gone", Developer, "web/prod")
	_, doraKeys := b.person("dora", Developer, "web/prod")
	st.rita, st.mara, st.gone = rita, mara, gone
	var err error
	if st.job, err = b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"ONE"}}); err != nil {
		t.Fatal(err)
	}
	deploy, err := b.owner.CreateToken(t.Context(), Token{Name: "deploy", Project: "web", Env: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	st.forgers["reader"] = b.forger(rita, ritaKeys)
	st.forgers["owner of dev"] = b.forger(mara, maraKeys)
	st.forgers["retired"] = b.forger(gone, goneKeys)
	get(t, gone, Ref{"web", "prod", "ONE"}, Which{})
	st.copied = records(t, b.store)
	if err := b.owner.Retire(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	b.set("prod", "ONE", "one")
	for name, keys := range map[string]*identity.Identity{"olivia": b.keys, "dora": doraKeys, "rita": ritaKeys, "job": st.job.Identity, "deploy": deploy.Identity} {
		st.victims[name] = b.session(keys)
	}
	// Who forges has the scope's keys in hand, as far as they were given them.
	get(t, rita, Ref{"web", "prod", "ONE"}, Which{})
	for id, l := range b.owner.state.names.scopes {
		if l.Environment == "prod" {
			st.prod = b.owner.state.roster.scopes[id]
		}
	}
	_ = b.store.View(t.Context(), func(r store.Reader) error {
		v, err := b.owner.view(r, b.owner.current())
		if err == nil {
			st.one, err = v.secretNamed(st.prod, "ONE")
		}
		if err == nil {
			st.two, err = v.secretNamed(st.prod, "TWO")
		}
		return err
	})
	return st
}

// forged is a secret as a forger makes it, with whatever keys they like.
func (s *stage) forged(f *forger, seq int64, id ID, name, value string, generation int, scopeKey []byte) map[string][]byte {
	secretKey, versionsKey := newKey(), newKey()
	all := make(map[string][]byte)
	place := keysKey(s.prod.ID, id)
	vault := s.vault.id
	keys := secretKeys{
		Key:      seal(scopeKey, secretKey, vault[:], place, []byte("key"), number32(generation)),
		Versions: map[int][]byte{1: seal(secretKey, versionsKey, vault[:], place, []byte("version"), number32(1))},
	}
	all[string(place)] = record{seq: seq, generation: generation, body: encodeJSON(keys)}.encode()
	h := head{Name: name, Versions: []versionInfo{{Created: s.now, By: f.actor, Revision: 9}}, Turns: []turnInfo{{9, s.now, 1}}}
	rec := record{seq: seq}
	place = headKey(s.prod.ID, id)
	rec.body = seal(secretKey, encodeJSON(h), vault[:], place, rec.encode())
	all[string(place)] = rec.encode()
	rec = record{seq: seq}
	place = versionKey(s.prod.ID, id, 1)
	rec.body = append(commit(versionsKey, vault[:], place), seal(versionsKey, []byte(value), vault[:], place, rec.encode())...)
	all[string(place)] = rec.encode()
	return all
}

func (s *stage) scopeKeyOf(who *Session) (int, []byte) {
	generation := len(s.owner.state.roster.keys[s.prod.ID])
	for ; generation > 0; generation-- {
		if key := who.keys[keyRef{s.prod.ID, generation}]; key != nil {
			return generation, key
		}
	}
	return 1, newKey()
}

// verify has everyone read what is in prod, with the session that they had and with a new
// one: it is the truth, or an error.
func (s *stage) verify(what string) (errs int) {
	s.t.Helper()
	truth := map[string]string{"ONE": "one", "TWO": "two"}
	for name, old := range s.victims {
		sessions := []*Session{old}
		if fresh, err := s.vault.Session(s.t.Context(), old.identity, s.options()); err == nil {
			sessions = append(sessions, fresh)
		} else {
			errs++
		}
		for i, session := range sessions {
			for key, want := range truth {
				got, err := session.Get(s.t.Context(), Ref{"web", "prod", key}, Which{})
				if err != nil {
					errs++
				} else if got.Value.Reveal() != want {
					s.t.Errorf("%s: %s (session %d) reads another value of %s", what, name, i, key)
				}
			}
		}
	}
	var bundle bytes.Buffer
	if err := s.owner.Bundle(s.t.Context(), "job", s.now.AddDate(0, 0, 1), &bundle); err != nil {
		return errs + 1
	}
	held, err := OpenBundle(s.t.Context(), &bundle, s.job, s.options())
	if err != nil {
		return errs + 1
	}
	if got, err := held.Get(s.t.Context(), Ref{"web", "prod", "ONE"}, Which{}); err != nil {
		errs++
	} else if got.Value.Reveal() != "one" {
		s.t.Errorf("%s: a bundle has another value", what)
	}
	return errs
}

// found makes sure that a check names what is wrong.
func (s *stage) found(what string, seen audit.Head) {
	s.t.Helper()
	r, err := s.vault.Check(s.t.Context(), s.keys, s.options(), seen)
	if err == nil && len(r.Problems) == 0 {
		s.t.Errorf("%s: check finds nothing", what)
	}
}

// grabs are rights that somebody takes who hasn't got them.
func grabs(s *stage, f *forger) map[string]statement {
	evil := identity.New()
	roster := s.owner.state.roster
	var olivia ID
	for id, name := range s.owner.state.names.principals {
		if name == "olivia" {
			olivia = id
		}
	}
	return map[string]statement{
		"a grant":             {Grant: &stateGrant{ID: newID(), Principal: f.actor, Role: Owner}},
		"a grant of prod":     {Grant: &stateGrant{ID: newID(), Principal: f.actor, Project: s.prod.project, Environment: s.prod.environment, Role: Developer}},
		"a principal":         {Add: &statePrincipal{ID: newID(), Kind: Person, Public: evil.Public()}},
		"a generation":        {Key: &stateKey{ID: s.prod.ID, Generation: roster.generation(s.prod.ID) + 1, Commitment: make([]byte, 32)}},
		"a roster generation": {Key: &stateKey{ID: rosterKeyID, Generation: roster.generation(rosterKeyID) + 1, Commitment: make([]byte, 32)}},
		"a retirement":        {Retire: &stateRetire{olivia}},
		"a revocation":        {Revoke: &stateRevoke{olivia}},
		"a founder":           {Found: &statePrincipal{ID: newID(), Kind: Person, Public: evil.Public()}},
		"a join":              {Join: &stateJoin{olivia, evil.Public()}},
		"a policy":            {Policy: &statePolicy{[]byte(`{}`)}},
		"an environment":      {Scope: &stateScope{ID: newID(), Project: s.prod.project, Environment: newID()}},
	}
}

func TestForgedRights(t *testing.T) {
	kinds := 0
	for who := range newStage(t).forgers {
		for what := range grabs(newStage(t), &forger{}) {
			kinds++
			s := newStage(t)
			f := s.forgers[who]
			session := map[string]*Session{"reader": s.rita, "owner of dev": s.mara, "retired": s.gone}[who]
			if who != "retired" {
				if _, err := session.Members(t.Context()); err != nil { // brings it up to date
					t.Fatal(err)
				}
			}
			key, raw := f.statement(session, s.owner.state.roster.statements, grabs(s, f)[what])
			f.sign(map[string][]byte{key: raw})
			name := who + " makes " + what
			if errs := s.verify(name); errs != 2 { // job may not read TWO
				t.Errorf("%s: keeps others from reading", name)
			}
			s.found(name, audit.Head{})
			// Whatever it is, they write nothing that counts.
			generation, with := s.scopeKeyOf(session)
			f.sign(s.forged(f, f.next(), s.one, "ONE", "forged", generation, with))
			s.verify(name + " and then a value")
			// And the owner can still act.
			if err := s.owner.Grant(t.Context(), "rita", Wanted{Pattern: Pattern{"web", "staging"}, Role: Reader}); err != nil {
				t.Errorf("%s: the owner can't act: %v", name, err)
			}
			s.session(s.keys)
		}
	}
	if kinds < 30 {
		t.Fatalf("only %d kinds", kinds)
	}
}

// TestStatementOverEarlierOne has a reader choose a number for a statement from which the
// next one would be written over the first.
func TestStatementOverEarlierOne(t *testing.T) {
	for _, number := range []int{0, 3, 1 << 20, 1<<32 - 1} {
		s := newStage(t)
		f := s.forgers["reader"]
		key, raw := f.statement(s.rita, number, statement{Retire: &stateRetire{f.actor}})
		before := records(t, s.store)
		f.sign(map[string][]byte{key: raw})
		if old, ok := before[key]; ok {
			put(t, s.store, func() map[string][]byte { all := records(t, s.store); all[key] = old; return all }())
		}
		if err := s.owner.Grant(t.Context(), "rita", Wanted{Pattern: Pattern{"web", "staging"}, Role: Reader}); err != nil {
			t.Errorf("number %d: the owner can't act: %v", number, err)
		}
		after := records(t, s.store)
		for _, key := range keysOf(before, kindStatement) {
			if !bytes.Equal(before[key], after[key]) {
				t.Errorf("number %d: an earlier statement was written over", number)
			}
		}
		s.session(s.keys)
		s.found("a statement out of turn", audit.Head{})
	}
}

// forgeries are what is done to the store, beside rights.
func forgeries() map[string]func(s *stage, f *forger, all map[string][]byte) {
	back := func(kinds string, secret func(*stage) ID) func(s *stage, f *forger, all map[string][]byte) {
		return func(s *stage, f *forger, all map[string][]byte) {
			for key, value := range s.copied {
				if strings.IndexByte(kinds, key[0]) >= 0 && (secret == nil || contains(key, secret(s))) {
					all[key] = value
				}
			}
		}
	}
	one := func(s *stage) ID { return s.one }
	swap := func(kind byte, n int) func(s *stage, f *forger, all map[string][]byte) {
		return func(s *stage, f *forger, all map[string][]byte) {
			suffix := ""
			if n > 0 {
				suffix = string(number32(n))
			}
			a := string(kind) + string(s.prod.ID[:]) + string(s.one[:]) + suffix
			b := string(kind) + string(s.prod.ID[:]) + string(s.two[:]) + suffix
			all[a], all[b] = all[b], all[a]
		}
	}
	forge := func(session func(*stage) *Session) func(s *stage, f *forger, all map[string][]byte) {
		return func(s *stage, f *forger, all map[string][]byte) {
			generation, with := s.scopeKeyOf(session(s))
			for key, value := range s.forged(f, f.next(), s.one, "ONE", "forged", generation, with) {
				all[key] = value
			}
		}
	}
	return map[string]func(s *stage, f *forger, all map[string][]byte){
		"a secret of theirs":             forge(func(s *stage) *Session { return s.rita }),
		"a secret with an old scope key": forge(func(s *stage) *Session { return s.gone }),
		"a secret with a number of their time": func(s *stage, f *forger, all map[string][]byte) {
			generation, with := s.scopeKeyOf(s.rita)
			for seq := range f.next() {
				for key, value := range s.forged(f, seq, s.one, "ONE", "forged", generation, with) {
					all[key] = value
				}
			}
		},
		"an old scope":             back("e", nil),
		"old names":                back("n", nil),
		"old keys":                 back("s", one),
		"an old head":              back("h", one),
		"an old head and keys":     back("hs", one),
		"all that was old of prod": back("ehsnx", nil),
		"an old wrap":              back("w", nil),
		"a token's old key":        back("m", nil),
		"heads swapped":            swap(kindHead, 0),
		"keys swapped":             swap(kindKeys, 0),
		"values swapped":           swap(kindVersion, 1),
		"a head lost": func(s *stage, f *forger, all map[string][]byte) {
			delete(all, string(headKey(s.prod.ID, s.one)))
		},
		"names that lead elsewhere": func(s *stage, f *forger, all map[string][]byte) {
			names := keysOf(all, kindName)
			var prod []string
			for _, n := range names {
				if strings.HasPrefix(n, string(nameKey(s.prod.ID, nil))) {
					prod = append(prod, n)
				}
			}
			generation, with := s.scopeKeyOf(s.rita)
			for i, n := range prod {
				rec := record{seq: f.next(), generation: generation}
				rec.body = seal(with, [][]byte{s.one[:], s.two[:]}[i%2], s.vault.id[:], []byte(n), rec.encode())
				all[n] = rec.encode()
				rec = record{seq: f.next(), generation: generation}
				rec.body = seal(with, [][]byte{s.two[:], s.one[:]}[i%2], s.vault.id[:], []byte(n), rec.encode())
				if i == 1 {
					all[n] = rec.encode()
				}
			}
		},
		"another index": func(s *stage, f *forger, all map[string][]byte) {
			generation, with := s.scopeKeyOf(s.rita)
			rec := record{seq: f.next(), generation: generation}
			rec.body = seal(with, encodeJSON(scopeRecord{Revision: 1, Index: newKey()}), s.vault.id[:], scopeKey(s.prod.ID), rec.encode())
			all[string(scopeKey(s.prod.ID))] = rec.encode()
		},
		"wraps of other keys": func(s *stage, f *forger, all map[string][]byte) {
			for _, name := range []string{"dora", "olivia", "deploy", "rita"} {
				v := s.victims[name]
				for generation := 1; generation <= 3; generation++ {
					for _, key := range []ID{s.prod.ID, rosterKeyID, membersKeyID} {
						at := string(wrapKey(key, generation, v.address))
						if all[at] == nil {
							continue
						}
						sealed, _ := v.identity.Public().Wrap(newKey())
						all[at] = record{seq: f.next(), body: sealed}.encode()
					}
				}
			}
		},
		"a token's key": func(s *stage, f *forger, all map[string][]byte) {
			for _, at := range keysOf(all, kindMachineKey) {
				sealed, _ := s.job.Identity.Public().Wrap(newKey())
				all[at] = record{seq: f.next(), body: sealed}.encode()
			}
		},
		"a record of another kind": func(s *stage, f *forger, all map[string][]byte) {
			all["zz"] = []byte("hello")
		},
	}
}

func contains(key string, id ID) bool { return strings.Contains(key, string(id[:])) }

// TestForgedRecords has records changed by hand, with an entry of the forger's that vouches
// for them and without.
func TestForgedRecords(t *testing.T) {
	kinds := 0
	for what, change := range forgeries() {
		for _, who := range []string{"nobody", "reader", "owner of dev", "retired"} {
			kinds++
			s := newStage(t)
			f := s.forgers[who]
			if f == nil {
				f = s.forgers["reader"]
			}
			seen := s.owner.state.head
			before := records(t, s.store)
			after := records(t, s.store)
			change(s, f, after)
			changed := make(map[string][]byte)
			for key, value := range after {
				if !bytes.Equal(before[key], value) {
					changed[key] = value
				}
			}
			for key := range before {
				if after[key] == nil {
					changed[key] = nil
				}
			}
			if len(changed) == 0 {
				t.Fatalf("%s: nothing was changed", what)
			}
			if who == "nobody" {
				put(t, s.store, after)
			} else {
				f.sign(changed)
			}
			name := what + " by " + who
			s.verify(name)
			s.found(name, seen)
		}
	}
	if kinds < 60 {
		t.Fatalf("only %d kinds", kinds)
	}
}

// TestTruncated cuts the log where someone was retired, and has them go on from there.
func TestTruncated(t *testing.T) {
	s := newStage(t)
	var kept Seen
	o := s.options()
	o.Recall = func() (Seen, error) { return kept, nil }
	o.Remember = func(seen Seen) error { kept = seen; return nil }
	first, err := s.vault.Session(t.Context(), s.keys, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, s.store, s.copied)
	var back *audit.RolledBackError
	if _, err := s.vault.Session(t.Context(), s.keys, o); !errors.As(err, &back) {
		t.Errorf("an old store: %v", err)
	}
	f := s.forgers["retired"]
	for f.next() < kept.Head.Size+2 {
		if _, err := s.gone.vault.Session(t.Context(), f.keys, s.options()); err != nil {
			t.Fatal(err)
		}
		fresh := s.session(f.keys)
		if _, err := fresh.Set(t.Context(), Change{Ref: Ref{"web", "prod", "ONE"}, Value: secret.New("forged")}); err != nil {
			t.Fatal(err)
		}
	}
	var forked *audit.ForkedError
	if _, err := s.vault.Session(t.Context(), s.keys, o); !errors.As(err, &forked) {
		t.Errorf("a store that went on from an old one: %v", err)
	}
	if _, err := s.victims["olivia"].Get(t.Context(), Ref{"web", "prod", "ONE"}, Which{}); !errors.As(err, &forked) {
		t.Errorf("a session that is open: %v", err)
	}
	s.found("a store that went on from an old one", kept.Head)
}

// TestLostRetirement deletes the statement that retired someone.
func TestLostRetirement(t *testing.T) {
	s := newStage(t)
	all := records(t, s.store)
	lost := 0
	for _, key := range keysOf(all, kindStatement) {
		if s.copied[key] == nil {
			delete(all, key)
			lost++
		}
	}
	if lost == 0 {
		t.Fatal("there is no such statement")
	}
	put(t, s.store, all)
	var wrong *IntegrityError
	if _, err := s.vault.Session(t.Context(), s.forgers["retired"].keys, s.options()); err == nil {
		t.Error("who was retired is back")
	}
	if _, err := s.vault.Session(t.Context(), s.keys, s.options()); !errors.As(err, &wrong) {
		t.Errorf("the owner: %v", err)
	}
	s.found("a lost statement", audit.Head{})
}
