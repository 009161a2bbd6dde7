package vault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// modelNames is what names there are in an environment: the aliases of secrets, by name.
// A secret that was removed has its name still.
type modelNames struct {
	aliases map[string][]string
	removed map[string]bool
}

// free tells whether a secret, which may be there or not, can have a name.
func (m *modelNames) free(of, name string) bool {
	for other, aliases := range m.aliases {
		if other != of && (other == name || slices.Contains(aliases, name)) {
			return false
		}
	}
	return true
}

func (m *modelNames) can(of string, aliases []string) bool {
	for i, alias := range aliases {
		if alias == of || slices.Contains(aliases[:i], alias) || !m.free(of, alias) {
			return false
		}
	}
	return m.free(of, of)
}

// TestAliasesModel gives secrets names and aliases, and takes them away, at random.
func TestAliasesModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		rita, _ := b.person("rita", Reader, "web/dev")
		m := modelNames{make(map[string][]string), make(map[string]bool)}
		name := rapid.SampledFrom([]string{"A", "B", "C", "D", "E"})
		some := rapid.SliceOfN(name, 0, 3)
		ref := func(name string) Ref { return Ref{"web", "dev", name} }
		same := func(what string, err error, can bool) bool {
			rt.Helper()
			if (err == nil) != can {
				rt.Fatalf("%s: %v, and it can be: %v", what, err, can)
			}
			return can
		}
		there := func(name string) bool { _, ok := m.aliases[name]; return ok && !m.removed[name] }
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) {
				all, err := rita.List(t.Context(), "web", "dev")
				if err != nil {
					rt.Fatal(err)
				}
				got := make(map[string][]string)
				for _, l := range all {
					got[l.Name] = l.Aliases
				}
				if diff := cmp.Diff(m.aliases, got, cmp.Transformer("sorted", func(all []string) string { return strings.Join(all, " ") })); diff != "" {
					rt.Fatal(diff)
				}
				for of, aliases := range m.aliases {
					for _, alias := range aliases {
						var missing *NotFoundError
						if _, err := rita.Get(t.Context(), ref(alias), Which{}); !errors.As(err, &missing) || !slices.Equal(missing.Others, []string{of}) {
							rt.Fatalf("%s, an alias of %s: %v", alias, of, err)
						}
					}
				}
			},
			"set": func(rt *rapid.T) {
				n, aliases := name.Draw(rt, "name"), some.Draw(rt, "aliases")
				_, err := b.owner.Set(t.Context(), change("dev", n, "x", slices.Clone(aliases)...))
				if same(fmt.Sprint("set ", n, aliases), err, m.can(n, aliases)) {
					m.aliases[n] = aliases
					delete(m.removed, n)
				}
			},
			"know": func(rt *rapid.T) {
				n, aliases := name.Draw(rt, "name"), some.Draw(rt, "aliases")
				_, known := m.aliases[n]
				err := b.owner.SetInfo(t.Context(), ref(n), func(i *Info) { i.Aliases = slices.Clone(aliases) })
				if same(fmt.Sprint("know ", n, aliases), err, known && m.can(n, aliases)) {
					m.aliases[n] = aliases
				}
			},
			"import two": func(rt *rapid.T) {
				n, aliases, o, others := name.Draw(rt, "name"), some.Draw(rt, "aliases"), name.Draw(rt, "other"), some.Draw(rt, "others")
				_, err := b.owner.Import(t.Context(), Intake{Changes: []Change{change("dev", n, "x", slices.Clone(aliases)...), change("dev", o, "x", slices.Clone(others)...)}})
				after := modelNames{maps.Clone(m.aliases), nil}
				can := n != o && after.can(n, aliases)
				if can {
					after.aliases[n] = aliases
					can = after.can(o, others)
				}
				if same(fmt.Sprint("import ", n, aliases, o, others), err, can) {
					m.aliases[n], m.aliases[o] = aliases, others
					delete(m.removed, n)
					delete(m.removed, o)
				}
			},
			"remove": func(rt *rapid.T) {
				n := name.Draw(rt, "name")
				if same("remove "+n, b.owner.Remove(t.Context(), ref(n)), there(n)) {
					m.aliases[n], m.removed[n] = nil, true
				}
			},
			"rename": func(rt *rapid.T) {
				from, to := name.Draw(rt, "from"), name.Draw(rt, "to")
				_, known := m.aliases[to]
				_, err := b.owner.Move(t.Context(), ref(from), ref(to))
				if same("rename "+from+" to "+to, err, there(from) && !known && m.free(from, to)) {
					m.aliases[to] = slices.DeleteFunc(slices.Clone(m.aliases[from]), func(alias string) bool { return alias == to })
					delete(m.aliases, from)
				}
			},
			"copy": func(rt *rapid.T) {
				from, to := name.Draw(rt, "from"), name.Draw(rt, "to")
				_, err := b.owner.Copy(t.Context(), ref(from), ref(to))
				if same("copy "+from+" to "+to, err, there(from) && !there(to) && m.free(to, to)) {
					m.aliases[to] = nil
					delete(m.removed, to)
				}
			},
			"new keys": func(*rapid.T) {
				_, _ = b.person("gone", Reader, "web/dev")
				if err := b.owner.Retire(t.Context(), "gone"); err != nil {
					rt.Fatal(err)
				}
			},
		})
		b.check()
	})
}

// TestAliasesMoved has a secret take its aliases to another environment, unless they are
// taken there.
func TestAliasesMoved(t *testing.T) {
	b := newBench(t)
	if _, err := b.owner.SetAll(t.Context(), []Change{change("dev", "ONE", "one", "UNO"), change("staging", "TWO", "two", "UNO")}); err != nil {
		t.Fatal(err)
	}
	var there *ExistsError
	if _, err := b.owner.Move(t.Context(), Ref{"web", "dev", "ONE"}, Ref{"web", "staging", "ONE"}); !errors.As(err, &there) {
		t.Errorf("an alias that is taken: %v", err)
	}
	if _, err := b.owner.Move(t.Context(), Ref{"web", "dev", "ONE"}, Ref{"web", "prod", "ONE"}); err != nil {
		t.Fatal(err)
	}
	if l, err := b.owner.Look(t.Context(), Ref{"web", "prod", "ONE"}); err != nil || !slices.Equal(l.Aliases, []string{"UNO"}) {
		t.Errorf("moved: %v, %v", l.Aliases, err)
	}
	b.set("dev", "UNO", "it is free now")
	b.check()
}

// TestForeignAliases has a developer's program write aliases that there can't be.
func TestForeignAliases(t *testing.T) {
	for _, aliases := range [][]string{{"A B"}, {"A=B"}, {"A", "A"}, {""}, make([]string, maxAliases+1)} {
		if _, err := decodeHead(encodeJSON(head{Name: "NAME", Info: Info{Aliases: aliases}})); err == nil {
			t.Errorf("%q: taken", aliases)
		}
	}
	b := newBench(t)
	b.set("dev", "ONE", "one")
	if err := b.owner.act(t.Context(), func(tn *turn) error {
		return tn.change(verbSet, Developer, Ref{"web", "dev", "ONE"}, func(tn *turn, o *opened) (string, error) {
			o.Info.Aliases = []string{"TWO"} // which leads nowhere
			return "", tn.putSecret(o)
		})
	}); err != nil {
		t.Fatal(err)
	}
	if r, err := b.vault.Check(t.Context(), b.keys, b.options(), b.owner.current().head); err != nil || len(r.Problems) != 1 {
		t.Errorf("check finds %+v, %v", r.Problems, err)
	}
	if _, err := b.owner.Set(t.Context(), Change{Ref: Ref{"web", "dev", "TWO"}, Value: secret.New("two")}); err != nil {
		t.Error(err)
	}
}
