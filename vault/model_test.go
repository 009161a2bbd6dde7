package vault

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// modelSecret is what a secret does, in the simplest form.
type modelSecret struct {
	versions []modelVersion
	turns    []modelTurn
}

type modelVersion struct {
	value     string
	grace     time.Time
	destroyed bool
}

type modelTurn struct {
	revision, version int
	at                time.Time
}

func (m *modelSecret) current() int {
	if m == nil || len(m.turns) == 0 {
		return 0
	}
	return m.turns[len(m.turns)-1].version
}

// read gives what a role gets for a Which, or "" for an error.
func (m *modelSecret) read(role Role, which Which, now time.Time) string {
	if m == nil || role < Reader {
		return ""
	}
	n := which.Version
	if n == 0 {
		for _, t := range m.turns {
			if (which.Revision == 0 || t.revision <= which.Revision) && (which.Time.IsZero() || !t.at.After(which.Time)) {
				n = t.version
			}
		}
	}
	if n < 1 || n > len(m.versions) || m.versions[n-1].destroyed {
		return ""
	}
	v := m.versions[n-1]
	if n != m.current() && !now.Before(v.grace) && role < Maintainer {
		return ""
	}
	return v.value
}

func (m *modelSecret) set(value string, revision int, now time.Time, grace time.Duration) {
	if n := m.current(); n > 0 {
		m.versions[n-1].grace = time.Time{}
		if grace > 0 {
			m.versions[n-1].grace = now.Add(grace)
		}
	}
	m.versions = append(m.versions, modelVersion{value: value})
	m.turns = append(m.turns, modelTurn{revision, len(m.versions), now})
}

// TestVersionsModel has sessions of all roles do and read what they like.
func TestVersionsModel(t *testing.T) {
	roles := []Role{Reader, Developer, Maintainer, Owner}
	reads := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		var sessions []*Session
		for _, role := range roles {
			s, _ := b.person(role.String(), role, "web/prod")
			sessions = append(sessions, s)
		}
		model := make(map[string]*modelSecret)
		revision := 0
		names := []string{"A", "B", "C/D.e-f_9"}
		name := rapid.SampledFrom(names)
		who := rapid.IntRange(0, len(roles)-1)
		grace := rapid.SampledFrom([]time.Duration{0, time.Hour})
		ref := func(name string) Ref { return Ref{"web", "prod", name} }
		value := func() string { return rapid.SampledFrom([]string{"", "x", "y z", "é\n\"'$#"}).Draw(rt, "value") }
		same := func(what string, err error, allowed bool) bool {
			if (err == nil) != allowed {
				rt.Fatalf("%s: %v, and it is allowed: %v", what, err, allowed)
			}
			return allowed
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) {
				n, i := name.Draw(rt, "name"), who.Draw(rt, "who")
				which := Which{}
				switch rapid.IntRange(0, 3).Draw(rt, "which") {
				case 1:
					which.Version = rapid.IntRange(1, 4).Draw(rt, "version")
				case 2:
					which.Revision = rapid.IntRange(1, 10).Draw(rt, "revision")
				case 3:
					which.Time = b.now.Add(-time.Duration(rapid.IntRange(0, 3).Draw(rt, "hours")) * time.Hour)
				}
				got, err := sessions[i].Get(t.Context(), ref(n), which)
				reads++
				if want := model[n].read(roles[i], which, b.now); err == nil && got.Value.Reveal() != want || err != nil && want != "" {
					rt.Fatalf("%s reads %s %+v: %q, %v; want %q", roles[i], n, which, got.Value.Reveal(), err, want)
				}
			},
			"set": func(rt *rapid.T) {
				i, v, g := who.Draw(rt, "who"), value(), grace.Draw(rt, "grace")
				c := Change{Ref: ref(name.Draw(rt, "name")), Value: secret.New(v), Grace: g}
				m := model[c.Name]
				allowed := roles[i] >= Developer
				if rapid.Bool().Draw(rt, "conditional") {
					expected := rapid.IntRange(0, 3).Draw(rt, "if")
					c.If = &expected
					allowed = allowed && expected == m.current()
				}
				n, err := sessions[i].Set(t.Context(), c)
				if !same("set", err, allowed) {
					return
				}
				if m == nil {
					m = &modelSecret{}
					model[c.Name] = m
				}
				revision++
				if m.set(v, revision, b.now, g); n != len(m.versions) {
					rt.Fatalf("version %d; want %d", n, len(m.versions))
				}
			},
			"set all": func(rt *rapid.T) {
				// One condition that doesn't hold keeps all from being set.
				wrong := rapid.Bool().Draw(rt, "wrong")
				var changes []Change
				for _, n := range names {
					changes = append(changes, Change{Ref: ref(n), Value: secret.New("all " + n)})
				}
				if expected := model["C/D.e-f_9"].current() + 1; wrong {
					changes[2].If = &expected
				}
				_, err := sessions[3].SetAll(t.Context(), changes)
				if !same("set all", err, !wrong) {
					return
				}
				revision++
				for _, n := range names {
					if model[n] == nil {
						model[n] = &modelSecret{}
					}
					model[n].set("all "+n, revision, b.now, 0)
				}
			},
			"remove": func(rt *rapid.T) {
				i, n := who.Draw(rt, "who"), name.Draw(rt, "name")
				m := model[n]
				if same("remove", sessions[i].Remove(t.Context(), ref(n)), roles[i] >= Developer && m.current() > 0) {
					revision++
					m.turns = append(m.turns, modelTurn{revision, 0, b.now})
				}
			},
			"rollback": func(rt *rapid.T) {
				i, n, to, g := who.Draw(rt, "who"), name.Draw(rt, "name"), rapid.IntRange(1, 3).Draw(rt, "to"), grace.Draw(rt, "grace")
				m := model[n]
				allowed := roles[i] >= Developer && m != nil && to <= len(m.versions) && !m.versions[to-1].destroyed
				_, err := sessions[i].Rollback(t.Context(), ref(n), to, g)
				if same("rollback", err, allowed) {
					revision++
					m.set(m.versions[to-1].value, revision, b.now, g)
				}
			},
			"destroy": func(rt *rapid.T) {
				i, n, which := who.Draw(rt, "who"), name.Draw(rt, "name"), rapid.IntRange(0, 3).Draw(rt, "version")
				m := model[n]
				_, err := sessions[i].Destroy(t.Context(), ref(n), which)
				if !same("destroy", err, roles[i] >= Maintainer && m != nil && which <= len(m.versions)) {
					return
				}
				revision++
				was := m.current()
				for k := range m.versions {
					if which == 0 || which == k+1 {
						if k+1 == was && !m.versions[k].destroyed {
							m.turns = append(m.turns, modelTurn{revision, 0, b.now})
						}
						m.versions[k].destroyed = true
					}
				}
			},
			"wait": func(rt *rapid.T) { b.now = b.now.Add(30 * time.Minute) },
		})
		if len(model) > 0 {
			b.check()
		}
	})
	if reads == 0 {
		t.Fatal("nothing was read")
	}
}

// modelGrant is a grant in the simplest form.
type modelGrant struct {
	who     string
	pattern Pattern
	role    Role
}

// TestGrantsModel gives and takes rights, with environments made in between, and compares
// who can read and write what, by the program and by hand.
func TestGrantsModel(t *testing.T) {
	compared, byHand := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		people := []string{"ann", "ben", "cid"}
		keys := make(map[string]*identity.Identity)
		gone := make(map[string]bool)
		for _, name := range people {
			keys[name] = identity.New()
			if err := b.owner.AddPerson(t.Context(), name, keys[name].Public(), nil); err != nil {
				rt.Fatal(err)
			}
		}
		environments := []Pattern{{"web", "dev"}, {"web", "staging"}, {"web", "prod"}}
		fill := func(p Pattern) {
			if _, err := b.owner.Set(t.Context(), Change{Ref: Ref{p.Project, p.Environment, "KEY"}, Value: secret.New("value of " + p.String())}); err != nil {
				rt.Fatal(err)
			}
		}
		for _, p := range environments {
			fill(p)
		}
		var grants []modelGrant
		who := rapid.SampledFrom(people)
		pattern := func(rt *rapid.T) Pattern {
			p := rapid.SampledFrom(environments).Draw(rt, "of")
			if rapid.Bool().Draw(rt, "every project") {
				p.Project = "*"
			}
			if rapid.Bool().Draw(rt, "every environment") {
				p.Environment = "*"
			}
			return p
		}
		role := func(who string, p Pattern) Role {
			best := NoRole
			for _, g := range grants {
				if g.who == who && (g.pattern.Project == "*" || g.pattern.Project == p.Project) && (g.pattern.Environment == "*" || g.pattern.Environment == p.Environment) {
					best = max(best, g.role)
				}
			}
			return best
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) {
				name := who.Draw(rt, "who")
				s, err := b.vault.Session(t.Context(), keys[name], b.options())
				if gone[name] {
					if !errors.Is(err, ErrNotMember) {
						rt.Fatalf("%s is gone: %v", name, err)
					}
				} else if err != nil {
					rt.Fatal(err)
				}
				if !gone[name] {
					p := rapid.SampledFrom(environments).Draw(rt, "in")
					compared++
					got, err := s.Get(t.Context(), Ref{p.Project, p.Environment, "KEY"}, Which{})
					if want := role(name, p) >= Reader; (err == nil) != want || want && got.Value.Reveal() != "value of "+p.String() {
						rt.Fatalf("%s reads %s: %v; want %v", name, p, err, want)
					}
					_, err = s.Set(t.Context(), Change{Ref: Ref{p.Project, p.Environment, "OTHER"}, Value: secret.New("x")})
					if want := role(name, p) >= Developer; (err == nil) != want {
						rt.Fatalf("%s writes %s: %v; want %v", name, p, err, want)
					}
				}
			},
			"grant": func(rt *rapid.T) {
				g := modelGrant{who.Draw(rt, "who"), pattern(rt), Role(rapid.IntRange(int(Reader), int(Owner)).Draw(rt, "role"))}
				err := b.owner.Grant(t.Context(), g.who, Wanted{Pattern: g.pattern, Role: g.role})
				if (err == nil) == gone[g.who] {
					rt.Fatal(err)
				}
				if err == nil {
					grants = append(grants, g)
				}
			},
			"revoke": func(rt *rapid.T) {
				name, p := who.Draw(rt, "who"), pattern(rt)
				before := len(grants)
				kept := slices.DeleteFunc(slices.Clone(grants), func(g modelGrant) bool { return g.who == name && g.pattern == p })
				n, err := b.owner.Revoke(t.Context(), name, p)
				if (err == nil) != (len(kept) < before) || n != before-len(kept) {
					rt.Fatalf("revoked %d, %v; want %d", n, err, before-len(kept))
				}
				grants = kept
			},
			"retire": func(rt *rapid.T) {
				name := who.Draw(rt, "who")
				if rapid.IntRange(0, 2).Draw(rt, "really") > 0 {
					rt.Skip("rarely")
				}
				if err := b.owner.Retire(t.Context(), name); (err == nil) == gone[name] {
					rt.Fatal(err)
				}
				gone[name] = true
				grants = slices.DeleteFunc(grants, func(g modelGrant) bool { return g.who == name })
			},
			"environment": func(rt *rapid.T) {
				p := Pattern{rapid.SampledFrom([]string{"web", "api"}).Draw(rt, "project"), rapid.SampledFrom([]string{"dev", "prod", "qa"}).Draw(rt, "environment")}
				err := b.owner.CreateEnvironment(t.Context(), p.Project, p.Environment)
				if (err == nil) == slices.Contains(environments, p) {
					rt.Fatal(err)
				}
				if err == nil {
					environments = append(environments, p)
					fill(p)
				}
			},
		})
		b.check()
		all := records(t, b.store)
		for _, key := range keysOf(all, logKind) { // which opens slowly, and has no values
			delete(all, key)
		}
		for _, name := range people {
			byHand++
			l := lootOf(t, b.vault.id, all, keys[name])
			for _, p := range environments {
				if got, want := l.has("value of "+p.String()), !gone[name] && role(name, p) >= Reader; got != want {
					rt.Fatalf("by hand, %s reads %s: %v; want %v", name, p, got, want)
				}
			}
		}
	})
	if compared == 0 || byHand == 0 {
		t.Fatal("nothing was compared")
	}
}

// TestSealed opens what was sealed, and nothing with another key, binding or bit.
func TestSealed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 4), 1, 4)
		key, plain, binding := newKey(), rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "plain"), parts.Draw(t, "binding")
		sealed := seal(key, plain, binding...)
		got, err := open(key, sealed, binding...)
		if err != nil || string(got) != string(plain) {
			t.Fatalf("opened %x, %v", got, err)
		}
		other := parts.Draw(t, "other")
		if fmt.Sprint(other) != fmt.Sprint(binding) {
			if _, err := open(key, sealed, other...); err == nil {
				t.Error("opens with another binding")
			}
		}
		if _, err := open(newKey(), sealed, binding...); err == nil {
			t.Error("opens with another key")
		}
		bad := slices.Clone(sealed)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := open(key, bad, binding...); err == nil {
			t.Error("opens with another bit")
		}
	})
}
