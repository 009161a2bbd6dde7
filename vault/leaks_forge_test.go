package vault

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// forgedLeak seals an event as the program does, for whatever key is named.
func (s *stage) forgedLeak(key []byte, seq int64, plain []byte) []byte {
	s.t.Helper()
	all := s.owner.state.roster.keys[leaksKeyID(s.prod.project)]
	act := newKey()
	wrapped, err := all[len(all)-1].Recipient.Wrap(act)
	if err != nil {
		s.t.Fatal(err)
	}
	rec := record{seq: seq, generation: len(all)}
	header := rec.encode()
	rec.body = append(binary.BigEndian.AppendUint16(nil, uint16(len(wrapped))), wrapped...)
	rec.body = append(rec.body, seal(act, plain, s.vault.id[:], key, header)...)
	return rec.encode()
}

// TestForgedLeaks has people write events of leaks that they have no right to, or that are
// none. They count for nothing, and nothing that was there is lost unseen.
func TestForgedLeaks(t *testing.T) {
	event := func(s *stage, value string, kind LeakKind) []byte {
		plain, err := leakOfWeb(value, LeakEvent{Kind: kind}).record(s.now).encode()
		if err != nil {
			t.Fatal(err)
		}
		return plain
	}
	leak := func(s *stage, value string) ID { return s.owner.leakID(s.prod.project, secret.New(value)) }
	for what, c := range map[string]struct {
		forger string
		forge  func(s *stage, f *forger) (key []byte, plain []byte)
		want   string // what is known of the leak then, "" for a refusal
		sound  bool
	}{
		"a reader finds it": {"reader", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), event(s, "leak", Found)
		}, "leak: found by olivia found by rita; ", true},
		"a reader closes it": {"reader", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), event(s, "leak", Closed)
		}, "leak: found by olivia; ", false},
		"a reader says a step was made": {"reader", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), event(s, "leak", Tracked)
		}, "leak: found by olivia; ", false},
		"a reader opens it again": {"reader", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), event(s, "leak", Reopened)
		}, "leak: found by olivia; ", false},
		"an owner of dev says what is to replace it": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			plain, err := leakOfWeb("leak", LeakEvent{Kind: Tracked, Next: secret.New("known to them")}).record(s.now).encode()
			if err != nil {
				t.Fatal(err)
			}
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), plain
		}, "leak: found by olivia; ", false},
		"an owner of dev makes a step": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			plain, err := leakOfWeb("leak", LeakEvent{Kind: Closed, Data: []byte(`[]`)}).record(s.now).encode()
			if err != nil {
				t.Fatal(err)
			}
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), plain
		}, "leak: found by olivia; ", false},
		"too many parts": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			rec := leakOfWeb("leak", LeakEvent{Kind: Closed}).record(s.now)
			rec.Parts = slices.Repeat([]leakPart{{"id", []byte("x")}}, MaxLeakParts+1)
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), encodeJSON(rec)
		}, "leak: found by olivia; ", false},
		"somebody who left finds it": {"retired", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), event(s, "leak", Found)
		}, "leak: found by olivia; ", false},
		"an event of another value": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), event(s, "other", Closed)
		}, "leak: found by olivia; ", false},
		"an event for another project": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			plain, err := leakOfWeb("leak", LeakEvent{Kind: Imported, Refs: []Ref{{"api", "dev", "KEY"}}}).record(s.now).encode()
			if err != nil {
				t.Fatal(err)
			}
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), plain
		}, "leak: found by olivia; ", false},
		"no event": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), []byte("{}")
		}, "leak: found by olivia; ", false},
		"an event that was, for another entry": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()-2), event(s, "leak", Closed)
		}, "leak: found by olivia; ", false},
		"an event of the future": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()+1), event(s, "leak", Closed)
		}, "leak: found by olivia; ", false},
		"an event over the first": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			return []byte(keysOf(records(t, s.store), kindLeak)[0]), event(s, "leak", Closed)
		}, "", false},
		"the first deleted": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			return []byte(keysOf(records(t, s.store), kindLeak)[0]), nil
		}, "", false},
		"an event of their own deleted": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(s.prod.project, leak(s, "leak"), f.next()), nil
		}, "leak: found by olivia; ", false},
		"a project that isn't there": {"owner of dev", func(s *stage, f *forger) ([]byte, []byte) {
			return leakKey(newID(), leak(s, "leak"), f.next()), event(s, "leak", Closed)
		}, "leak: found by olivia; ", false},
	} {
		t.Run(what, func(t *testing.T) {
			s := newStage(t)
			if err := s.report(s.owner, leakOfWeb("leak", LeakEvent{Kind: Found})); err != nil {
				t.Fatal(err)
			}
			f := s.forgers[c.forger]
			key, plain := c.forge(s, f)
			all := map[string][]byte{string(key): nil}
			if plain != nil {
				all[string(key)] = s.forgedLeak(key, f.next(), plain)
			}
			f.sign(all)
			for _, session := range []*Session{s.owner, s.session(s.keys)} {
				if c.want == "" {
					if _, err := session.Leaks(t.Context(), "web"); err == nil {
						t.Error("the leaks are read")
					}
					continue
				}
				if diff := cmp.Diff([]string{c.want}, s.leaks(session)); diff != "" {
					t.Error(diff)
				}
			}
			r, err := s.vault.Check(t.Context(), s.keys, s.options(), audit.Head{})
			of := slices.DeleteFunc(r.Problems, func(p Problem) bool { return !strings.Contains(p.What+p.Err.Error(), "leak") })
			if err != nil || (len(of) == 0) != c.sound {
				t.Errorf("check finds %+v, %v", of, err)
			}
		})
	}
}

// TestForgedLeaksKey has people who don't own a project make a key of its leaks.
func TestForgedLeaksKey(t *testing.T) {
	reader := identity.New()
	scope := func(pat *Session, id ID, name string) statement {
		api := pat.state.roster.scopes[scopeNamed(pat, "api", "dev")]
		return statement{Scope: &stateScope{ID: id, Project: api.project, Environment: newID(), Label: sealLabel(pat, id, encodeJSON(scopeLabel{"api", name}))}}
	}
	for what, forge := range map[string]func(s *stage, pat *Session, f *forger, made statement){
		"the owner of one environment": func(s *stage, _ *Session, _ *forger, made statement) {
			if _, err := s.mara.Members(t.Context()); err != nil { // brings it up to date
				t.Fatal(err)
			}
			s.forgers["owner of dev"].say(s.mara, made)
		},
		"the owner of another project": func(_ *stage, pat *Session, f *forger, made statement) { f.say(pat, made) },
		"an environment that has its ID": func(_ *stage, pat *Session, f *forger, made statement) {
			f.say(pat, scope(pat, made.Key.ID, "twin"), made)
		},
		"an environment that has the ID of a new one": func(s *stage, _ *Session, _ *forger, _ statement) {
			if _, err := s.owner.Members(t.Context()); err != nil {
				t.Fatal(err)
			}
			project := newID()
			id := leaksKeyID(project)
			label := sealLabel(s.owner, id, encodeJSON(scopeLabel{"new", "dev"}))
			s.forger(s.owner, s.keys).say(s.owner, statement{Scope: &stateScope{ID: id, Project: project, Environment: newID(), Label: label}})
		},
		"an environment that has the ID of the own one": func(_ *stage, pat *Session, f *forger, _ statement) {
			api := pat.state.roster.scopes[scopeNamed(pat, "api", "dev")]
			f.say(pat, scope(pat, leaksKeyID(api.project), "twin"))
		},
		"an owner, of one that nobody can seal to": func(s *stage, _ *Session, _ *forger, made statement) {
			if _, err := s.owner.Members(t.Context()); err != nil {
				t.Fatal(err)
			}
			made.Key.Recipient = identity.Public{}
			s.forger(s.owner, s.keys).say(s.owner, made)
		},
	} {
		s := newStage(t)
		pat, f := s.projectOwner()
		key := leaksKeyID(s.prod.project)
		forge(s, pat, f, statement{Key: &stateKey{ID: key, Generation: 2, Commitment: s.vault.commitment(key, 2, reader.Seed()), Recipient: reader.Public()}})
		fresh := s.session(s.keys)
		if fresh.state.roster.generation(key) != 1 || len(fresh.state.roster.scopes) != len(pat.state.roster.scopes) {
			t.Errorf("%s: it counts", what)
		}
		if len(fresh.state.problems) == 0 {
			t.Errorf("%s: nothing is wrong", what)
		}
		if err := s.report(fresh, leakOfWeb("leak", LeakEvent{Kind: Found})); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if lootOf(t, s.vault.id, records(t, s.store), reader).has(inJSON("leak")) {
			t.Errorf("%s: the leak is sealed to them", what)
		}
	}
}

// TestLeakByNobody has an event be written by somebody who can't have it count, and then be
// taken away again: neither matters.
func TestLeakByNobody(t *testing.T) {
	for what, forger := range map[string]func(*stage) *forger{
		"without keys": func(s *stage) *forger { return &forger{s.bench, s.owner.state.self, identity.New()} },
		"retired":      func(s *stage) *forger { return s.forgers["retired"] },
		"a token":      func(s *stage) *forger { return s.forger(s.victims["deploy"], s.victims["deploy"].identity) },
		"of elsewhere": func(s *stage) *forger { _, f := s.projectOwner(); return f },
	} {
		s := newStage(t)
		f := forger(s)
		if err := s.report(s.owner, leakOfWeb("leak", LeakEvent{Kind: Found})); err != nil {
			t.Fatal(err)
		}
		plain, err := leakOfWeb("leak", LeakEvent{Kind: Found}).record(s.now).encode()
		if err != nil {
			t.Fatal(err)
		}
		key := leakKey(s.prod.project, s.owner.leakID(s.prod.project, secret.New("leak")), f.next())
		f.sign(map[string][]byte{string(key): s.forgedLeak(key, f.next(), plain)})
		for range 2 {
			for _, session := range []*Session{s.owner, s.session(s.keys)} {
				if diff := cmp.Diff([]string{"leak: found by olivia; "}, s.leaks(session)); diff != "" {
					t.Errorf("%s:\n%s", what, diff)
				}
			}
			if err := s.store.Update(t.Context(), func(tx store.Tx) error { return tx.Delete(key) }); err != nil {
				t.Fatal(err)
			}
		}
	}
}
