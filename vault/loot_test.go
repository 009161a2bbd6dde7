package vault

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// TestLoot opens all that each role has keys to, by hand.
func TestLoot(t *testing.T) {
	b := newBench(t)
	b.set("dev", "DEV_NAME", "dev-value")
	b.set("prod", "PROD_ONE", "prod-value-one")
	b.set("prod", "PROD_TWO", "prod-value-two")
	_, dora := b.person("dora-developer", Developer, "*/dev")
	_, rita := b.person("rita-reader", Reader, "web/prod")
	gina, gone := b.person("gina-gone", Developer, "web/prod")
	if _, err := gina.Set(t.Context(), Change{Ref: Ref{"web", "prod", "PROD_TWO"}, Value: secret.New("gina-wrote")}); err != nil {
		t.Fatal(err)
	}
	_, mia := b.person("mia-maintainer", Maintainer, "web/*")
	_, lea := b.person("lea-developer", Developer, "web/*")
	dana, danaKeys := b.person("dana-developer", Developer, "web/dev")
	for s, value := range map[*Session]string{b.owner: "leak-of-olivia", dana: "leak-of-dana"} {
		r := leakOfWeb(value, LeakEvent{Kind: Found, Reason: value + "-reason"})
		if s == b.owner {
			r.Next = secret.New(value + "-next")
		}
		r.Carrier, r.Parts = secret.New(value+"-around"), []LeakPart{{"id", secret.New(value + "-part")}}
		if err := b.report(s, r); err != nil {
			t.Fatal(err)
		}
	}
	deploy, err := b.owner.CreateToken(t.Context(), Token{Name: "deploy-token", Project: "web", Env: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	single, err := b.owner.CreateToken(t.Context(), Token{Name: "single-token", Project: "web", Env: "prod", Secrets: []string{"PROD_ONE"}})
	if err != nil {
		t.Fatal(err)
	}
	old, err := b.owner.CreateToken(t.Context(), Token{Name: "old-token", Project: "web", Env: "prod", Secrets: []string{"PROD_ONE"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gina-gone", "old-token"} {
		if err := b.owner.Retire(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	b.set("prod", "PROD_ONE", "prod-after")
	b.set("prod", "PROD_LATER", "prod-later")
	b.person("later-person", Reader, "web/dev")

	texts := []string{
		"dev-value", "prod-value-one", "prod-value-two", "gina-wrote", "prod-after", "prod-later", // values
		"DEV_NAME", "PROD_ONE", "PROD_TWO", "PROD_LATER", // names
		"olivia", "dora-developer", "later-person", "staging", // names that people know
		`"verb":"set"`, // the log
	}
	texts = append(texts, inJSON("leak-of-olivia-next"))
	for _, leak := range []string{"leak-of-olivia", "leak-of-dana"} {
		texts = append(texts, leak+"-reason", inJSON(leak), inJSON(leak+"-around"), inJSON(leak+"-part"))
	}
	people := []string{"olivia", "dora-developer", "later-person", "staging"}
	prod := []string{"prod-value-one", "prod-value-two", "gina-wrote", "prod-after", "prod-later", "PROD_ONE", "PROD_TWO", "PROD_LATER"}
	for _, c := range []struct {
		who string
		ids []*identity.Identity
		has []string
	}{
		{"owner", []*identity.Identity{b.keys}, texts},
		{"maintainer", []*identity.Identity{mia}, slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return text == `"verb":"set"` })},
		{"developer of the project", []*identity.Identity{lea}, slices.DeleteFunc(slices.Clone(texts), func(text string) bool {
			return text == `"verb":"set"` || strings.HasPrefix(text, "leak-of") || strings.HasPrefix(text, inJSON("leak-of-")[:8])
		})},
		{"developer who reported a leak", []*identity.Identity{danaKeys}, append([]string{"dev-value", "DEV_NAME"}, people...)},
		{"developer", []*identity.Identity{dora}, append([]string{"dev-value", "DEV_NAME"}, people...)},
		{"reader of prod", []*identity.Identity{rita}, append(prod, people...)},
		{"token of prod", []*identity.Identity{deploy.Identity}, prod},
		{"token of one secret", []*identity.Identity{single.Identity}, []string{"PROD_ONE", "prod-value-one", "prod-after"}},
		{"retired developer", []*identity.Identity{gone}, nil},
		// Its label stands in the statement that it can't open any more.
		{"retired token", []*identity.Identity{old.Identity}, nil},
		{"both who are retired", []*identity.Identity{gone, old.Identity}, nil},
		{"nobody", nil, nil},
		{"a stranger", []*identity.Identity{identity.New()}, nil},
	} {
		l := lootOf(t, b.vault.id, records(t, b.store), c.ids...)
		if c.has != nil && l.openings == 0 {
			t.Errorf("%s: opened nothing", c.who)
		}
		want := make(map[string]bool)
		for _, text := range c.has {
			want[text] = true
		}
		for _, text := range texts {
			if got := l.has(text); got != want[text] {
				t.Errorf("%s has %q: %v", c.who, text, got)
			}
		}
	}
}

// inJSON gives the text of a value in an event of a leak.
func inJSON(value string) string { return base64.StdEncoding.EncodeToString([]byte(value)) }

// TestLeaksOfSomebodyGone gives maintainers who left every state of the store: they have the
// leaks of their time, and none that was reported later.
func TestLeaksOfSomebodyGone(t *testing.T) {
	b := newBench(t)
	if err := b.report(b.owner, leakOfWeb("before", LeakEvent{Kind: Found})); err != nil {
		t.Fatal(err)
	}
	_, gone := b.person("gone", Maintainer, "web/*")
	_, revoked := b.person("revoked", Maintainer, "web/*")
	copied := records(t, b.store)
	if err := b.owner.Retire(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Revoke(t.Context(), "revoked", Pattern{"web", "*"}); err != nil {
		t.Fatal(err)
	}
	if err := b.report(b.owner, leakOfWeb("after", LeakEvent{Kind: Found}), leakOfWeb("before", LeakEvent{Kind: RevokeOnly})); err != nil {
		t.Fatal(err)
	}
	later, _ := b.person("later", Maintainer, "web/*")
	if err := b.owner.Grant(t.Context(), "revoked", Wanted{Pattern: Pattern{"web", "*"}, Role: Maintainer}); err != nil {
		t.Fatal(err)
	}
	want := []string{"before: found by olivia revoke-only by olivia; revoke-only", "after: found by olivia; "}
	for _, s := range []*Session{b.owner, later, b.session(revoked)} {
		if diff := cmp.Diff(want, b.leaks(s)); diff != "" {
			t.Errorf("%s:\n%s", s.Self(), diff)
		}
	}
	b.check()
	l := lootOf(t, b.vault.id, copied, gone)
	if !l.has(inJSON("before")) {
		t.Fatal("who left had nothing")
	}
	l.records = records(t, b.store)
	for range 4 {
		for key, raw := range l.records {
			l.try([]byte(key), raw)
		}
	}
	if l.has(inJSON("after")) || l.has(`"kind":"revoke-only"`) {
		t.Error("who left has what was reported later")
	}
}

// TestRetiredWithCopies gives someone who was retired every state of the store that there
// was: what was written afterwards stays shut.
func TestRetiredWithCopies(t *testing.T) {
	b := newBench(t)
	b.set("prod", "ONE", "before")
	_, gone := b.person("gone", Developer, "web/prod")
	job, err := b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"ONE"}})
	if err != nil {
		t.Fatal(err)
	}
	copied := records(t, b.store)
	for _, name := range []string{"gone", "job"} {
		if err := b.owner.Retire(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	b.set("prod", "ONE", "after-one")
	b.set("prod", "NEW_NAME", "after-new")
	b.person("newcomer", Reader, "web/prod")
	now := records(t, b.store)
	for who, id := range map[string]*identity.Identity{"developer": gone, "token": job.Identity} {
		before := lootOf(t, b.vault.id, copied, id)
		if !before.has("before") {
			t.Fatalf("%s had nothing", who)
		}
		l := lootOf(t, b.vault.id, now, id)
		for key := range before.keys { // and with all keys of that time
			l.keys[key] = true
		}
		for range 4 {
			for key, raw := range now {
				l.try([]byte(key), raw)
			}
		}
		for _, text := range []string{"after-one", "after-new", "NEW_NAME", "newcomer"} {
			if l.has(text) {
				t.Errorf("the retired %s has %q", who, text)
			}
		}
	}
}

// TestRetiredPutsBack has someone who was retired put the records back that they could
// read, in the hope that others write on top of them.
func TestRetiredPutsBack(t *testing.T) {
	for _, kinds := range []string{"eshn", "sh", "s", "h", "e", "n", "m", "shm", "eshnxm"} {
		b := newBench(t)
		b.set("prod", "ONE", "before")
		_, gone := b.person("gone", Developer, "web/prod")
		job, err := b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"ONE"}})
		if err != nil {
			t.Fatal(err)
		}
		copied := records(t, b.store)
		had := lootOf(t, b.vault.id, copied, gone, job.Identity)
		for _, name := range []string{"gone", "job"} {
			if err := b.owner.Retire(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		now := records(t, b.store)
		for _, kind := range []byte(kinds) {
			for _, key := range keysOf(now, kind) {
				delete(now, key)
			}
			for _, key := range keysOf(copied, kind) {
				now[key] = copied[key]
			}
		}
		put(t, b.store, now)
		for _, s := range []*Session{b.owner, b.session(b.keys)} {
			_, _ = s.Set(t.Context(), Change{Ref: Ref{"web", "prod", "ONE"}, Value: secret.New("after-one")})
			_, _ = s.Set(t.Context(), Change{Ref: Ref{"web", "prod", "NEW_NAME"}, Value: secret.New("after-new")})
		}
		l := lootOf(t, b.vault.id, records(t, b.store), gone, job.Identity)
		for key := range had.keys {
			l.keys[key] = true
		}
		for range 4 {
			for key, raw := range l.records {
				l.try([]byte(key), raw)
			}
		}
		for _, text := range []string{"after-one", "after-new", "NEW_NAME"} {
			if l.has(text) {
				t.Errorf("with records of %q put back, who was retired has %q", kinds, text)
			}
		}
		if r, err := b.vault.Check(t.Context(), b.keys, b.options(), b.owner.state.head); err == nil && len(r.Problems) == 0 {
			t.Errorf("check finds nothing where records of %q were put back", kinds)
		}
	}
}

// TestDestroyed looks for a destroyed value in every record, with everybody's keys.
func TestDestroyed(t *testing.T) {
	b := newBench(t)
	ref := Ref{"web", "prod", "ONE"}
	b.set("prod", "ONE", "first-value")
	b.set("prod", "ONE", "second-value")
	_, rita := b.person("rita", Reader, "web/prod")
	job, err := b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"ONE"}})
	if err != nil {
		t.Fatal(err)
	}
	everybody := []*identity.Identity{b.keys, rita, job.Identity}
	if l := lootOf(t, b.vault.id, records(t, b.store), everybody...); !l.has("first-value") {
		t.Fatal("the value can't be found before it is destroyed")
	}
	if _, err := b.owner.Destroy(t.Context(), ref, 1); err != nil {
		t.Fatal(err)
	}
	l := lootOf(t, b.vault.id, records(t, b.store), everybody...)
	if l.has("first-value") || !l.has("second-value") {
		t.Errorf("first: %v, second: %v", l.has("first-value"), l.has("second-value"))
	}
	if _, err := b.owner.Destroy(t.Context(), ref, 0); err != nil {
		t.Fatal(err)
	}
	if lootOf(t, b.vault.id, records(t, b.store), everybody...).has("second-value") {
		t.Error("a value that was destroyed is there")
	}
	b.check()
}
