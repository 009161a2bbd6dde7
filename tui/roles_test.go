package tui

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/vault"
)

func TestSuggestRole(t *testing.T) {
	anyone := Person{Name: "anyone"}
	developer := Person{Name: "developer", Roles: map[string]vault.Role{"qa": vault.Developer, "old": vault.NoRole}}
	tester := Person{Name: "tester", Roles: map[string]vault.Role{"qa": vault.Reader}}
	maintainer := Person{Name: "maintainer", Roles: map[string]vault.Role{"qa": vault.Maintainer}}
	tests := []struct {
		person *Person
		env    string
		want   vault.Role
	}{
		{&anyone, "dev", vault.Developer},
		{&anyone, "development", vault.Developer},
		{&anyone, "test", vault.Developer},
		{&anyone, "staging", vault.Reader},
		{&anyone, "prod", vault.NoRole},
		{&anyone, "production", vault.NoRole},
		{&anyone, "demo", vault.NoRole},
		{&developer, "dev", vault.Developer},
		{&developer, "staging", vault.Reader},
		{&developer, "prod", vault.NoRole},
		{&tester, "dev", vault.Reader},
		{&tester, "staging", vault.Reader},
		{&tester, "prod", vault.NoRole},
		{&maintainer, "dev", vault.Developer},
		{&maintainer, "prod", vault.NoRole},
	}
	for _, tt := range tests {
		if got := suggestRole(tt.person, tt.env); got != tt.want {
			t.Errorf("%s in %s: got %s, want %s", tt.person.Name, tt.env, got, tt.want)
		}
	}
}

// imported is what a door was given to grant, in order.
func imported(d *doors) []Grant {
	return slices.SortedFunc(slices.Values(d.grants), compareGrants)
}

func TestRolesGrants(t *testing.T) {
	suggested := []Grant{
		{"grace", "staging", vault.Reader},
		{"linus\x1b[31m", "staging", vault.Reader},
		{"margaret", "staging", vault.Reader},
	}
	with := func(g ...Grant) []Grant {
		return slices.SortedFunc(slices.Values(append(slices.Clone(suggested), g...)), compareGrants)
	}
	tests := []struct {
		name string
		keys []string // at Roles
		want []Grant
	}{
		{"as suggested", nil, suggested},
		{"nobody can be an owner's", []string{"space", "r"}, suggested},
		{"more in an environment that is there", []string{"down", "space"}, with(Grant{"grace", "dev", vault.Maintainer})},
		{"what they have is the least", []string{"down", "space", "space"}, suggested},
		{"nothing more for a maintainer", []string{"down", "down", "right", "right", "space"}, suggested},
		{"none after all", []string{"end", "right", "space", "space", "space"}, suggested[:2]},
		{"undone", []string{"end", "right", "space", "space", "space", "u", "u", "u"}, suggested},
		{"back to Map and here again", []string{"end", "right", "space", "space", "space", "b", "n"}, suggested[:2]},
		{"back from Confirm", []string{"end", "right", "space", "space", "space", "n", "b"}, suggested[:2]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := story(t, "n")
			d := x.doors(t)
			x.press(tt.keys...)
			x.press("n", "y")
			if diff := cmp.Diff(tt.want, imported(d)); diff != "" {
				t.Errorf("grants (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRolesOfGoneEnvironment goes back to Map, and sends what was for a new environment
// elsewhere: nothing is granted in what isn't made.
func TestRolesOfGoneEnvironment(t *testing.T) {
	x := story(t, "n", "b")
	d := x.doors(t)
	x.press("down", "down", "right", "d", "down", "d", "n", "n", "y")
	if len(d.took("Import")) != 1 || len(d.grants) != 0 || len(d.batch.Environments) != 0 {
		t.Errorf("calls %q, grants %v, environments %v", d.calls, d.grants, d.batch.Environments)
	}
}

func TestRolesOfOthers(t *testing.T) {
	d := storyDoors()
	d.people[0].Owner = false
	d.people[0].Roles = map[string]vault.Role{"dev": vault.Owner, "prod": vault.Developer}
	d.access.CanWrite = func(r importers.Ref) bool { return d.access.Has(r) }
	x := newTerminal(t, d, size{80, 24}, plain, newMapping)
	x.settle()
	x.sees("not yours")
	x.press("n", "down", "right", "right", "space")
	x.sees("only owners grant roles in prod, and you are none")
	x.press("left", "left", "space", "n")
	x.sees("1 waits for a")
	x.press("y")
	if diff := cmp.Diff([]Grant{{"grace", "dev", vault.Maintainer}}, imported(d)); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	x.sees("1 waits for a")
}

func TestRolesAlone(t *testing.T) {
	d := newDoors(5)
	x := newTerminal(t, d, size{80, 24}, plain, newMapping)
	x.settle()
	x.press("n")
	x.sees("You are alone in this vault", `"secretsweep user add"`)
	x.press("n", "y")
	if len(d.took("Import")) != 1 || len(d.grants) != 0 {
		t.Errorf("calls %q, grants %v", d.calls, d.grants)
	}
}

// TestRolesAsks has a vault that can't be asked at first.
func TestRolesAsks(t *testing.T) {
	d := storyDoors()
	access, people := d.access, d.people
	d.access, d.people = importers.Access{}, nil
	d.fail = map[string]error{"Access": errBroken}
	x := newTerminal(t, d, size{80, 24}, plain, newMapping)
	x.settle()
	x.sees(errBroken.Error())
	x.press("n")
	x.sees("couldn't be asked", errBroken.Error(), "Press r")
	x.press("n") // isn't a key
	x.sees("couldn't be asked")
	d.access, d.people, d.fail = access, people, nil
	x.press("r")
	x.sees("grace")
	x.press("b")
	x.sees("new")
	if n := len(d.took("Access")); n != 3 {
		t.Errorf("asked %d times", n)
	}
}

// TestRolesElsewhere wants a role in an environment that nothing is imported to.
func TestRolesElsewhere(t *testing.T) {
	d := storyDoors()
	d.people[1].Roles["qa"] = vault.Reader
	has := d.access.Has
	d.access.Has = func(r importers.Ref) bool { return r.Env == "qa" || has(r) }
	x := newTerminal(t, d, size{80, 24}, plain, newMapping)
	x.settle()
	x.press("n", "down", "right", "space", "n")
	x.sees("4 roles")
	x.press("b", "n", "y")
	if !slices.Contains(d.grants, Grant{"grace", "qa", vault.Developer}) {
		t.Errorf("grants %v", d.grants)
	}
}
