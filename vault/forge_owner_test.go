package vault

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// projectOwner adds pat, who owns the project api and nothing else, and wants more.
func (s *stage) projectOwner() (pat *Session, f *forger) {
	s.t.Helper()
	if err := s.owner.CreateEnvironment(s.t.Context(), "api", "dev"); err != nil {
		s.t.Fatal(err)
	}
	pat, keys := s.person("pat", Owner, "api/*")
	return pat, s.forger(pat, keys)
}

// say makes statements as the session's identity, one after the other, in one entry.
func (f *forger) say(s *Session, all ...statement) {
	f.b.t.Helper()
	written := make(map[string][]byte)
	for i, st := range all {
		key, raw := f.statement(s, s.state.roster.statements+i, st)
		written[key] = raw
	}
	f.sign(written)
}

// TestForgedAuditors has the owner of a project make an environment that has the ID of a
// key of the whole vault, and then a generation of that key.
func TestForgedAuditors(t *testing.T) {
	for _, key := range []ID{rosterKeyID, membersKeyID, auditKeyID} {
		s := newStage(t)
		pat, f := s.projectOwner()
		api := pat.state.roster.scopes[scopeNamed(pat, "api", "dev")]
		held := newKey()
		auditor, err := identity.FromSeed(held)
		if err != nil {
			t.Fatal(err)
		}
		generation := pat.state.roster.generation(key) + 1
		f.say(pat,
			statement{Scope: &stateScope{ID: key, Project: api.project, Environment: newID(), Label: sealLabel(pat, key, encodeJSON(scopeLabel{"api", "extra"}))}},
			statement{Key: &stateKey{ID: key, Generation: generation, Commitment: s.vault.commitment(key, generation, held), Recipient: auditor.Public()}},
		)
		at := f.next()
		s.set("prod", "TWO", "two")
		opener := audit.New(s.vault.id).Opener(auditor.Age())
		if err := s.store.View(t.Context(), func(r store.Reader) error {
			e, err := s.vault.log.Entry(r, at)
			if err != nil {
				return err
			}
			if _, err := opener.Open(r, e); err == nil {
				t.Errorf("%s: the owner of a project reads the log", key)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if fresh := s.session(s.keys); fresh.state.roster.generation(key) != generation-1 {
			t.Errorf("%s: there is a generation by the owner of a project", key)
		}
		s.found("a key of the whole vault", audit.Head{})
	}
}

// TestTwinEnvironment has the owner of a project make an environment that is there, under
// another ID.
func TestTwinEnvironment(t *testing.T) {
	s := newStage(t)
	pat, f := s.projectOwner()
	api := pat.state.roster.scopes[scopeNamed(pat, "api", "dev")]
	id := newID()
	f.say(pat, statement{Scope: &stateScope{ID: id, Project: api.project, Environment: api.environment, Label: sealLabel(pat, id, encodeJSON(scopeLabel{"api", "dev"}))}})
	if fresh := s.session(s.keys); fresh.state.roster.scopes[id] != nil {
		t.Error("an environment is there twice")
	}
	s.found("a twin", audit.Head{})
}

// TestUnreadableName has the owner of a project make what has a name that nobody can read.
func TestUnreadableName(t *testing.T) {
	for what, label := range map[string]box{
		"sealed with another key":     {Generation: 1, Sealed: seal(newKey(), []byte("bot"))},
		"sealed with a key of nobody": {Generation: 9, Sealed: seal(newKey(), []byte("bot"))},
		"sealed with no key":          {},
	} {
		s := newStage(t)
		pat, f := s.projectOwner()
		api := pat.state.roster.scopes[scopeNamed(pat, "api", "dev")]
		f.say(pat,
			statement{Add: &statePrincipal{ID: newID(), Kind: Machine, Public: identity.New().Public(), Label: label}},
			statement{Scope: &stateScope{ID: newID(), Project: api.project, Environment: newID(), Label: label}},
		)
		if errs := s.verify("a name " + what); errs != 2 { // job may not read TWO
			t.Errorf("a name %s keeps others from reading", what)
		}
		s.found("a name "+what, audit.Head{})
	}
}

// TestStatementAheadOfTurn has the owner of a project put a statement where a later one
// will stand, which makes the entry say what the store hasn't any more.
func TestStatementAheadOfTurn(t *testing.T) {
	s := newStage(t)
	pat, f := s.projectOwner()
	ahead := pat.state.roster.statements + 2
	key, raw := f.statement(pat, ahead, statement{Add: &statePrincipal{ID: newID(), Kind: Machine, Public: identity.New().Public(), Label: sealLabel(pat, newID(), []byte("bot"))}})
	f.sign(map[string][]byte{key: raw})
	for i := range 3 {
		if err := s.owner.CreateEnvironment(t.Context(), "api", fmt.Sprint("extra-", i)); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Equal(records(t, s.store)[key], raw) {
		t.Fatal("no later statement stands in its place")
	}
	if errs := s.verify("a statement ahead of its turn"); errs != 2 { // job may not read TWO
		t.Error("a statement ahead of its turn makes the vault unreadable")
	}
	s.found("a statement ahead of its turn", audit.Head{})
}

// TestStatementUnsaid has somebody make a statement that doesn't count, and spoil it when an
// owner has taken them away by the one after it.
func TestStatementUnsaid(t *testing.T) {
	for _, spoilt := range [][]byte{nil, []byte("spoilt")} {
		s := newStage(t)
		dora := s.victims["dora"]
		delete(s.victims, "dora")
		if _, err := dora.Members(t.Context()); err != nil { // brings it up to date
			t.Fatal(err)
		}
		f := s.forger(dora, dora.identity)
		key, raw := f.statement(dora, dora.state.roster.statements, statement{Grant: &stateGrant{ID: newID(), Principal: f.actor, Role: Owner}})
		f.sign(map[string][]byte{key: raw})
		if err := s.owner.Retire(t.Context(), "dora"); err != nil {
			t.Fatal(err)
		}
		all := records(t, s.store)
		if all[key] = spoilt; spoilt == nil {
			delete(all, key)
		}
		put(t, s.store, all)
		if _, err := s.vault.Session(t.Context(), f.keys, s.options()); !errors.Is(err, ErrNotMember) {
			t.Errorf("who was taken away is back: %v", err)
		}
		for _, m := range s.session(s.keys).state.roster.principals {
			if m.ID == f.actor && m.to == always {
				t.Error("who was taken away is there for others")
			}
		}
		if errs := s.verify("a statement that was spoilt"); errs != 2 { // job may not read TWO
			t.Error("a statement that was spoilt keeps others from reading")
		}
		s.found("a statement that was spoilt", audit.Head{})
	}
}

// TestRetiredByReader has a reader take away a machine that reads nothing any more.
func TestRetiredByReader(t *testing.T) {
	s := newStage(t)
	if _, err := s.owner.Revoke(t.Context(), "deploy", Pattern{"web", "prod"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.rita.Members(t.Context()); err != nil { // brings it up to date
		t.Fatal(err)
	}
	deploy, err := s.owner.state.principalNamed("deploy")
	if err != nil {
		t.Fatal(err)
	}
	s.forgers["reader"].say(s.rita, statement{Retire: &stateRetire{deploy}})
	if p := s.session(s.keys).state.roster.principals[deploy]; p.to != always {
		t.Error("a reader took a machine away")
	}
}

func (st *state) principalNamed(name string) (ID, error) {
	for id, called := range st.names.principals {
		if called == name {
			return id, nil
		}
	}
	return ID{}, errors.New("nobody is called " + name)
}

// TestTokenOfNowhere has the owner of a project make a token for an environment that there
// isn't.
func TestTokenOfNowhere(t *testing.T) {
	s := newStage(t)
	pat, f := s.projectOwner()
	api := pat.state.roster.scopes[scopeNamed(pat, "api", "dev")]
	id := newID()
	f.say(pat,
		statement{Add: &statePrincipal{ID: id, Kind: Machine, Public: identity.New().Public(), Label: sealLabel(pat, id, []byte("bot"))}},
		statement{Grant: &stateGrant{ID: newID(), Principal: id, Project: api.project, Environment: newID(), Role: Reader, Secrets: []ID{newID()}}},
	)
	all, err := s.owner.Tokens(t.Context())
	if err != nil || len(all) != 3 {
		t.Errorf("tokens: %+v, %v", all, err)
	}
}

// TestHiddenStatement edits the entry that took a right away, so that it seems to say
// something else.
func TestHiddenStatement(t *testing.T) {
	s := newStage(t)
	if err := s.owner.Grant(t.Context(), "rita", Wanted{Pattern: Pattern{"*", "prod"}, Role: Reader}); err != nil {
		t.Fatal(err)
	}
	if err := s.owner.Grant(t.Context(), "rita", Wanted{Pattern: Pattern{"web", "*"}, Role: Developer}); err != nil {
		t.Fatal(err)
	}
	f := s.forgers["reader"]
	from := f.next()
	if _, err := s.owner.Revoke(t.Context(), "rita", Pattern{"web", "*"}); err != nil {
		t.Fatal(err)
	}
	get(t, s.victims["dora"], Ref{"web", "prod", "ONE"}, Which{}) // and life goes on
	generation, with := s.scopeKeyOf(s.owner)
	f.sign(s.forged(f, f.next(), s.one, "ONE", "forged", generation, with))
	all := records(t, s.store)
	hidden := 0
	for seq := from; seq < f.next(); seq++ {
		key := string(audit.EntryKey(seq))
		for _, statement := range keysOf(all, kindStatement) {
			if at := bytes.Index(all[key], append([]byte{0, byte(len(statement))}, statement...)); at >= 0 {
				all[key] = bytes.Clone(all[key])
				all[key][at+2] = kindStatement - 1
				hidden++
			}
		}
	}
	if hidden == 0 {
		t.Fatal("there is no statement to hide")
	}
	put(t, s.store, all)
	s.verify("a statement that was hidden")
	s.found("a statement that was hidden", audit.Head{})
}

// TestForgedReading has a reader write in the log that somebody else read, and say in an
// entry of somebody else's that they didn't.
func TestForgedReading(t *testing.T) {
	s := newStage(t)
	get(t, s.rita, Ref{"web", "prod", "ONE"}, Which{})
	dora := s.victims["dora"]
	auditors := s.owner.state.roster.keys[auditKeyID]
	for what, forge := range map[string]func(store.Tx, *audit.Appender) error{
		"an entry more": func(tx store.Tx, by *audit.Appender) error {
			_, err := by.Append(tx, audit.Act{Verb: verbRead, Name: "ONE", Allowed: true}, nil)
			return err
		},
		"another entry": func(tx store.Tx, by *audit.Appender) error {
			at := store.NewOverlay(tx) // the same log, but for its last entry
			size, err := tx.Get([]byte("an"))
			if err != nil {
				return err
			}
			size = bytes.Clone(size)
			size[len(size)-1]--
			if err := at.Set([]byte("an"), size); err != nil {
				return err
			}
			e, err := by.Append(at, audit.Act{Verb: verbList, Allowed: true}, nil)
			if err != nil {
				return err
			}
			for p := range at.Changes() {
				if p.Key[1] == 's' || bytes.Equal(p.Key, audit.EntryKey(e.Seq)) {
					if err := tx.Set(p.Key, p.Value); err != nil {
						return err
					}
				}
			}
			return nil
		},
	} {
		before := records(t, s.store)
		by, err := s.vault.log.Appender(dora.state.self, s.rita.identity.Signer(), auditors[len(auditors)-1].Recipient.Age())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.store.Update(t.Context(), func(tx store.Tx) error { return forge(tx, by) }); err != nil {
			t.Fatal(err)
		}
		sessions := []*Session{s.owner}
		fresh, err := s.vault.Session(t.Context(), s.keys, s.options())
		if err == nil {
			sessions = append(sessions, fresh)
		}
		for i, session := range sessions {
			nobodys := 0
			err := session.Log(t.Context(), Filter{}, func(l Logged) error {
				if l.Principal == "dora" {
					t.Errorf("%s: session %d has dora %s", what, i, l.Verb)
				}
				if l.Principal == "" && l.Detail != "" {
					nobodys++
				}
				return nil
			})
			if err == nil && nobodys == 0 {
				t.Errorf("%s: session %d finds nothing wrong", what, i)
			}
			if what == "an entry more" && err != nil {
				t.Errorf("%s keeps session %d from reading the log: %v", what, i, err)
			}
		}
		put(t, s.store, before)
	}
}
