package vault

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// sealLabel seals a name as the program does for people.
func sealLabel(s *Session, of ID, plain []byte) box {
	generation := s.state.roster.generation(membersKeyID)
	for s.keys[keyRef{membersKeyID, generation}] == nil {
		generation--
	}
	return box{generation, seal(s.keys[keyRef{membersKeyID, generation}], plain, s.vault.id[:], []byte("label"), of[:])}
}

// TestForgedNames has the owner of a project take names that are somebody else's.
func TestForgedNames(t *testing.T) {
	for what, make := range map[string]func(s *stage, web ID, pat *Session) []statement{
		"an environment called as one of another project": func(s *stage, web ID, pat *Session) []statement {
			id := newID()
			return []statement{{Scope: &stateScope{ID: id, Project: web, Environment: s.prod.environment, Label: sealLabel(pat, id, encodeJSON(scopeLabel{"web", "prod"}))}}}
		},
		"an environment called as another of the project": func(s *stage, web ID, pat *Session) []statement {
			id := newID()
			return []statement{{Scope: &stateScope{ID: id, Project: web, Environment: newID(), Label: sealLabel(pat, id, encodeJSON(scopeLabel{"api", "prod"}))}}}
		},
		"an environment with escape sequences in its name": func(s *stage, web ID, pat *Session) []statement {
			id := newID()
			return []statement{{Scope: &stateScope{ID: id, Project: web, Environment: newID(), Label: sealLabel(pat, id, encodeJSON(scopeLabel{"api", "\x1b[2Jprod"}))}}}
		},
		"a machine called as a person": func(s *stage, web ID, pat *Session) []statement {
			id := newID()
			return []statement{{Add: &statePrincipal{ID: id, Kind: Machine, Public: identity.New().Public(), Label: sealLabel(pat, id, []byte("dora"))}}}
		},
		"a machine with a person's keys": func(s *stage, web ID, pat *Session) []statement {
			id := newID()
			return []statement{{Add: &statePrincipal{ID: id, Kind: Machine, Public: s.keys.Public(), Label: sealLabel(pat, id, []byte("twin"))}}}
		},
		"another meaning of a token's name": func(s *stage, web ID, pat *Session) []statement {
			api := pat.state.roster.scopes[scopeNamed(pat, "api", "dev")]
			label := machineLabel{Name: "job", Scopes: []machineScope{{scopeLabel{"web", "prod"}, api.ID}}}
			sealed, err := s.job.Identity.Public().Wrap(encodeJSON(label))
			if err != nil {
				t.Fatal(err)
			}
			return []statement{{Grant: &stateGrant{ID: newID(), Principal: s.victims["job"].state.self, Project: api.project, Environment: api.environment, Role: Reader, Machine: sealed}}}
		},
	} {
		s := newStage(t)
		for _, env := range []string{"prod", "dev"} {
			if err := s.owner.CreateEnvironment(t.Context(), "api", env); err != nil {
				t.Fatal(err)
			}
		}
		pat, keys := s.person("pat", Owner, "api/*")
		f := s.bench.forger(pat, keys)
		web := pat.state.roster.scopes[scopeNamed(pat, "api", "dev")].project
		all := map[string][]byte{}
		for i, st := range make(s, web, pat) {
			key, raw := f.statement(pat, pat.state.roster.statements+i, st)
			all[key] = raw
		}
		f.sign(all)
		for range 4 { // maps have no order
			if errs := s.verify(what); errs != 2 {
				t.Errorf("%s: keeps others from reading", what)
			}
			fresh := s.session(s.keys)
			if fresh.Self() != "olivia" {
				t.Errorf("%s: olivia is %s", what, fresh.Self())
			}
			who, err := fresh.Members(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n := len(slices.DeleteFunc(who, func(m Member) bool { return m.Name != "dora" })); n != 1 {
				t.Errorf("%s: %d are called dora", what, n)
			}
			if got := fresh.Environments(); len(got) != 5 {
				t.Errorf("%s: environments %v", what, got)
			}
		}
		s.found(what, audit.Head{})
	}
}

func scopeNamed(s *Session, project, env string) ID {
	for id, l := range s.state.names.scopes {
		if l == (scopeLabel{project, env}) {
			return id
		}
	}
	return ID{}
}

// TestForgedJoin has someone who was invited join as somebody else.
func TestForgedJoin(t *testing.T) {
	s := newStage(t)
	invited := identity.New()
	if err := s.owner.AddPerson(t.Context(), "ina", invited.Public(), nil); err != nil {
		t.Fatal(err)
	}
	ina := s.session(invited)
	f := s.bench.forger(ina, invited)
	for what, join := range map[string]stateJoin{
		"without an invitation": {ina.state.self, identity.New().Public()},
		"with another's keys":   {ina.state.self, s.keys.Public()},
		"as another":            {s.owner.state.self, identity.New().Public()},
	} {
		if _, err := s.owner.Members(t.Context()); err != nil {
			t.Fatal(err)
		}
		key, raw := f.statement(ina, s.owner.state.roster.statements, statement{Join: &join})
		f.sign(map[string][]byte{key: raw})
		if got := s.session(s.keys).Self(); got != "olivia" {
			t.Errorf("joined %s: olivia is %s", what, got)
		}
		if got := s.session(invited).Self(); got != "ina" {
			t.Errorf("joined %s: ina is %s", what, got)
		}
	}
	s.found("joining", audit.Head{})
}

// forgeBundle makes a bundle for a token as somebody wants it to be.
func (s *stage) forgeBundle(as *Session, edit func(*bundleHeader, map[string][]byte)) *bytes.Buffer {
	s.t.Helper()
	return sealedTo(s.t, s.job.Identity.Public(), s.bundleBytes(as, edit))
}

// bundleBytes is forgeBundle before it is sealed.
func (s *stage) bundleBytes(as *Session, edit func(*bundleHeader, map[string][]byte)) []byte {
	s.t.Helper()
	var data []byte
	err := s.store.View(s.t.Context(), func(r store.Reader) error {
		owner, err := s.owner.view(r, s.owner.current()) // who reads all that there is to put in
		if err != nil {
			return err
		}
		machine, err := owner.present("job")
		if err != nil {
			return err
		}
		b := bundler{view: owner, machine: machine, pairs: make(map[string][]byte)}
		if err := b.scope(s.prod); err != nil {
			return err
		}
		if err := b.statements(); err != nil {
			return err
		}
		h := bundleHeader{
			Vault: s.vault.id[:], Maker: as.state.self, Created: s.now, Expires: s.now.Add(time.Hour),
			Head: owner.head, Statements: slices.Clone(owner.state.statements),
		}
		edit(&h, b.pairs)
		signer := *owner
		signer.s = as
		b.view = &signer
		data, err = b.encode(h)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return data
}

func sealedTo(t testing.TB, public identity.Public, data []byte) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, public.Age())
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return &out
}

func TestForgedBundles(t *testing.T) {
	s := newStage(t)
	dora := s.victims["dora"]
	ref := Ref{"web", "prod", "ONE"}
	nothing := func(*bundleHeader, map[string][]byte) {}
	read := func(bundle *bytes.Buffer) (string, error) {
		held, err := OpenBundle(context.Background(), bundle, s.job, s.options())
		if err != nil {
			return "", err
		}
		got, err := held.Get(context.Background(), ref, Which{})
		return got.Value.Reveal(), err
	}
	if got, err := read(s.forgeBundle(s.owner, nothing)); err != nil || got != "one" {
		t.Fatalf("a right bundle: %v", err)
	}
	gone := s.forgers["retired"]
	var retired int64
	for _, m := range s.owner.state.made {
		if m.Retire != nil {
			retired = m.seq
		}
	}
	forgedBy := func(f *forger, s *stage) func(*bundleHeader, map[string][]byte) {
		return func(h *bundleHeader, pairs map[string][]byte) {
			// An entry of a time when they could write, made now.
			at := retired - 1
			generation, with := s.scopeKeyOf(s.rita)
			rec := record{seq: at}
			wrapped, err := s.job.Identity.Public().Wrap(with)
			if err != nil {
				t.Fatal(err)
			}
			rec.body = wrapped
			var writes []audit.Write
			for key, value := range s.forged(f, at, s.one, "ONE", "forged", generation, with) {
				pairs[key] = value
				writes = append(writes, audit.Write{Key: []byte(key), Hash: audit.HashOf(value)})
			}
			fake := store.NewMemory()
			if err := fake.Update(t.Context(), func(tx store.Tx) error {
				for range at {
					by, err := s.vault.log.Appender(f.actor, f.keys.Signer(), f.keys.Public().Age())
					if err != nil {
						return err
					}
					if _, err := by.Append(tx, audit.Act{}, nil); err != nil {
						return err
					}
				}
				by, err := s.vault.log.Appender(f.actor, f.keys.Signer(), f.keys.Public().Age())
				if err != nil {
					return err
				}
				_, err = by.Append(tx, audit.Act{}, writes)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			pairs[string(audit.EntryKey(at))] = records(t, fake)[string(audit.EntryKey(at))]
			h.Statements = slices.DeleteFunc(h.Statements, func(seq int64) bool { return seq >= at })
			for _, m := range s.owner.state.made {
				if m.seq == retired {
					delete(pairs, string(statementKey(m.number)))
				}
			}
		}
	}
	for _, c := range []struct {
		what   string
		bundle *bytes.Buffer
		reason string
	}{
		{"by a developer", s.forgeBundle(dora, nothing), "signed by an owner"},
		{"by a reader", s.forgeBundle(s.rita, nothing), "signed by an owner"},
		{"by an owner of dev", s.forgeBundle(s.mara, nothing), "signed by an owner"},
		{"by someone retired, without the retirement", s.forgeBundle(s.gone, forgedBy(gone, s)), "signed by an owner"},
		{"in an owner's name", s.forgeBundle(dora, func(h *bundleHeader, _ map[string][]byte) { h.Maker = s.owner.state.self }), "signed by an owner"},
		{"by nobody", s.forgeBundle(s.owner, func(h *bundleHeader, _ map[string][]byte) { h.Maker = newID() }), "signed by an owner"},
		{"with statements in another order", s.forgeBundle(s.owner, func(h *bundleHeader, _ map[string][]byte) { slices.Reverse(h.Statements) }), "lacks"},
		{"with a statement twice", s.forgeBundle(s.owner, func(h *bundleHeader, _ map[string][]byte) {
			h.Statements = append(h.Statements, h.Statements[len(h.Statements)-1])
		}), "lacks"},
		{"of another vault", s.forgeBundle(s.owner, func(h *bundleHeader, _ map[string][]byte) { h.Vault = make([]byte, 32) }), "another vault"},
		{"that is over", s.forgeBundle(s.owner, func(h *bundleHeader, _ map[string][]byte) { h.Expires = s.now }), "expired"},
		{"without its statements", s.forgeBundle(s.owner, func(h *bundleHeader, _ map[string][]byte) { h.Statements = nil }), "no access"},
	} {
		if got, err := read(c.bundle); err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("a bundle %s: %q, %v; want an error that has %q", c.what, got, err, c.reason)
		}
	}
}

// TestEditedBundle flips bits of what was signed.
func TestEditedBundle(t *testing.T) {
	s := newStage(t)
	data := s.bundleBytes(s.owner, func(*bundleHeader, map[string][]byte) {})
	edited := 0
	for at := 0; at < len(data); at += 101 {
		edited++
		bad := bytes.Clone(data)
		bad[at] ^= 1
		if _, err := OpenBundle(t.Context(), sealedTo(t, s.job.Identity.Public(), bad), s.job, s.options()); err == nil {
			t.Errorf("a bundle whose byte %d was changed opens", at)
		}
	}
	if edited < 50 {
		t.Fatalf("%d edits", edited)
	}
	if _, err := s.victims["dora"].Set(t.Context(), Change{Ref: Ref{"web", "prod", "ONE"}, Value: secret.New("one")}); err != nil {
		t.Fatal(err)
	}
	var denied *DeniedError
	if err := s.victims["dora"].Bundle(t.Context(), "job", s.now.Add(time.Hour), &bytes.Buffer{}); !errors.As(err, &denied) {
		t.Errorf("a developer makes a bundle: %v", err)
	}
}
