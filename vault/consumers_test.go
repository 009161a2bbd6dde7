package vault

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// with opens a session of a program on a host.
func (b *bench) with(id *identity.Identity, program, host string) *Session {
	b.t.Helper()
	o := b.options()
	o.Program, o.Host = program, host
	s, err := b.vault.Session(b.t.Context(), id, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// consumers gives the consumers of secrets of web/prod, in short.
func (b *bench) consumers(names ...string) (short []string) {
	b.t.Helper()
	var refs []Ref
	for _, name := range names {
		refs = append(refs, Ref{"web", "prod", name})
	}
	all, err := b.owner.Consumers(b.t.Context(), refs)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range all {
		text := fmt.Sprintf("%s: %s %s", c.Name, c.Kind, c.Principal)
		if c.Bundle {
			text += ", a bundle"
		} else {
			text += fmt.Sprintf(", %s on %s", c.Program, c.Host)
		}
		text += fmt.Sprintf(", v%d, %d times, +%s", c.Version, c.Times, c.Last.Sub(vectorTime))
		if c.Gone {
			text += ", gone"
		}
		short = append(short, text)
	}
	return short
}

// must ends a test.
func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestConsumers has people and tokens read secrets, which get new values and names meanwhile.
func TestConsumers(t *testing.T) {
	b := newBench(t)
	b.now = vectorTime
	b.set("prod", "ONE", "one")
	b.set("prod", "TWO", "two")
	b.set("dev", "ONE", "one of dev")
	_, ritaKeys := b.person("rita", Reader, "web/*")
	rita, laptop := b.with(ritaKeys, "run", "desk"), b.with(ritaKeys, "run", "laptop")
	one, two, uno := Ref{"web", "prod", "ONE"}, Ref{"web", "prod", "TWO"}, Ref{"web", "prod", "UNO"}
	token := func(secrets ...string) identity.Token {
		t.Helper()
		made, err := b.owner.CreateToken(t.Context(), Token{Name: "deploy", Project: "web", Env: "prod", Secrets: secrets})
		b.must(err)
		return made
	}
	deploy := b.with(token().Identity, "pull", "ci")
	expect := func(what string, want []string, names ...string) {
		t.Helper()
		if diff := cmp.Diff(want, b.consumers(names...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	expect("unread", nil, "ONE", "NEVER")

	get(t, rita, one, Which{})
	get(t, rita, Ref{"web", "dev", "ONE"}, Which{})
	b.now = b.now.Add(time.Hour)
	get(t, laptop, one, Which{})
	get(t, deploy, one, Which{})
	get(t, deploy, two, Which{})
	_, err := b.owner.Known(t.Context(), "web") // compares
	b.must(err)
	if _, err := b.with(ritaKeys, "run", "desk").Get(t.Context(), one, Which{Version: 2}); err == nil {
		t.Fatal("a version that isn't there was read")
	}
	expect("read", []string{
		"ONE: machine deploy, pull on ci, v1, 1 times, +1h0m0s",
		"ONE: person rita, run on laptop, v1, 2 times, +1h0m0s",
		"TWO: machine deploy, pull on ci, v1, 1 times, +1h0m0s",
	}, "TWO", "ONE", "ONE")

	// A new value, which one has read, and looked at the old one after that.
	_, err = b.owner.Set(t.Context(), Change{Ref: one, Value: secret.New("new"), Grace: 24 * time.Hour})
	b.must(err)
	get(t, rita, one, Which{})
	b.now = b.now.Add(time.Hour)
	get(t, b.with(ritaKeys, "secret get", "desk"), one, Which{Version: 1})
	get(t, laptop, one, Which{Version: 1})
	expect("replaced", []string{
		"ONE: machine deploy, pull on ci, v1, 1 times, +1h0m0s",
		"ONE: person rita, run on laptop, v2, 4 times, +2h0m0s",
		"ONE: person rita, secret get on desk, v1, 1 times, +2h0m0s",
	}, "ONE")

	// Another name, and another secret under the one that it had.
	_, err = b.owner.Move(t.Context(), one, Ref{"web", "prod", "BETWEEN"})
	b.must(err)
	_, err = b.owner.Move(t.Context(), Ref{"web", "prod", "BETWEEN"}, uno)
	b.must(err)
	get(t, deploy, uno, Which{})
	read := []string{
		": machine deploy, pull on ci, v2, 2 times, +2h0m0s",
		": person rita, run on laptop, v2, 4 times, +2h0m0s",
		": person rita, secret get on desk, v1, 1 times, +2h0m0s",
	}
	under := func(name string) (all []string) {
		for _, r := range read {
			all = append(all, name+r)
		}
		return all
	}
	expect("moved", slices.Concat(under("BETWEEN"), under("ONE"), under("UNO")), "UNO", "ONE", "BETWEEN")
	b.set("prod", "ONE", "another")
	get(t, rita, one, Which{})
	expect("under the name that it had", append([]string{"ONE: person rita, run on desk, v1, 1 times, +2h0m0s"}, under("UNO")...), "UNO", "ONE")

	// A token that is revoked, and another of its name; somebody who leaves.
	b.must(b.owner.Retire(t.Context(), "deploy"))
	again := b.with(token("UNO").Identity, "pull", "ci")
	get(t, again, uno, Which{})
	_, err = b.owner.Revoke(t.Context(), "rita", Pattern{"web", "*"})
	b.must(err)
	expect("gone", []string{
		"UNO: machine deploy, pull on ci, v2, 2 times, +2h0m0s, gone",
		"UNO: machine deploy, pull on ci, v2, 1 times, +2h0m0s",
		"UNO: person rita, run on laptop, v2, 4 times, +2h0m0s, gone",
		"UNO: person rita, secret get on desk, v1, 1 times, +2h0m0s, gone",
	}, "UNO")
	var denied *DeniedError
	mara, _ := b.person("mara", Owner, "web/*")
	if _, err := mara.Consumers(t.Context(), []Ref{one}); !errors.As(err, &denied) {
		t.Errorf("who is no auditor: %v", err)
	}
	if all, err := b.owner.Consumers(t.Context(), []Ref{{"web", "nowhere", "ONE"}, {"*", "*", "ONE"}}); err != nil || all != nil {
		t.Errorf("of what isn't there: %v, %v", all, err)
	}
	b.check()
}

// TestBundleConsumers has tokens get bundles: nobody knows what is read from them.
func TestBundleConsumers(t *testing.T) {
	b := newBench(t)
	b.now = vectorTime
	b.set("prod", "ONE", "one")
	b.set("prod", "BEFORE", "two")
	_, err := b.owner.Move(t.Context(), Ref{"web", "prod", "BEFORE"}, Ref{"web", "prod", "TWO"})
	b.must(err)
	b.set("prod", "GONE", "gone")
	b.must(b.owner.Remove(t.Context(), Ref{"web", "prod", "GONE"}))
	for name, secrets := range map[string][]string{"all": nil, "single": {"ONE"}} {
		_, err := b.owner.CreateToken(t.Context(), Token{Name: name, Project: "web", Env: "prod", Secrets: secrets, Until: vectorTime.Add(time.Hour * 24 * 5)})
		b.must(err)
	}
	bundle := func(name string, days int) {
		t.Helper()
		b.must(b.owner.Bundle(t.Context(), name, vectorTime.AddDate(0, 0, days), &bytes.Buffer{}))
	}
	expect := func(what string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, b.consumers("ONE", "TWO", "GONE", "LATER")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	bundle("all", 3)
	bundle("single", 9)
	b.now = b.now.Add(time.Hour)
	b.set("prod", "ONE", "other")
	bundle("all", 2)
	b.set("prod", "ONE", "third")
	b.set("prod", "LATER", "later")
	expect("made",
		"ONE: machine all, a bundle, v2, 2 times, +1h0m0s", "ONE: machine single, a bundle, v1, 1 times, +0s",
		"TWO: machine all, a bundle, v1, 2 times, +1h0m0s",
	)
	b.must(b.owner.Retire(t.Context(), "all"))
	b.now = vectorTime.AddDate(0, 0, 2)
	expect("of a token that was revoked",
		"ONE: machine all, a bundle, v2, 2 times, +1h0m0s", "ONE: machine single, a bundle, v1, 1 times, +0s",
		"TWO: machine all, a bundle, v1, 2 times, +1h0m0s",
	)
	b.now = vectorTime.AddDate(0, 0, 3)
	expect("expired",
		"ONE: machine all, a bundle, v2, 2 times, +1h0m0s, gone", "ONE: machine single, a bundle, v1, 1 times, +0s",
		"TWO: machine all, a bundle, v1, 2 times, +1h0m0s, gone",
	)
	b.now = vectorTime.AddDate(0, 0, 5)
	expect("of a token that ended",
		"ONE: machine all, a bundle, v2, 2 times, +1h0m0s, gone", "ONE: machine single, a bundle, v1, 1 times, +0s, gone",
		"TWO: machine all, a bundle, v1, 2 times, +1h0m0s, gone",
	)
}

// TestForgedConsumers has people write into the log what they have no right to do.
func TestForgedConsumers(t *testing.T) {
	b := newBench(t)
	b.now = vectorTime
	b.set("prod", "ONE", "one")
	b.set("prod", "TWO", "two")
	rita, _ := b.person("rita", Reader, "web/prod")
	dora, _ := b.person("dora", Developer, "web/prod")
	_, err := b.owner.CreateToken(t.Context(), Token{Name: "deploy", Project: "web", Env: "prod"})
	b.must(err)
	get(t, dora, Ref{"web", "prod", "ONE"}, Which{})
	for by, acts := range map[*Session][]audit.Act{
		rita: {
			{Verb: verbMove, Name: "ELSEWHERE", Detail: movedFrom + "ONE"},
			{Verb: verbSet, Name: "ONE", Version: 9},
			{Verb: verbRemove, Name: "TWO"},
		},
		dora: {
			{Verb: verbBundle, Name: "deploy"},
			{Verb: verbMove, Name: "ELSEWHERE", Detail: "ONE"},
		},
		b.owner: {{Verb: verbBundle, Name: "nobody"}},
	} {
		for _, act := range acts {
			act.Project, act.Env, act.Allowed = "web", "prod", true
			b.must(by.act(t.Context(), func(t *turn) error { return t.enter(act) }))
		}
	}
	b.must(b.owner.Bundle(t.Context(), "deploy", vectorTime.AddDate(0, 0, 1), &bytes.Buffer{}))
	want := []string{
		"ONE: machine deploy, a bundle, v1, 1 times, +0s", "ONE: person dora, test on here, v1, 1 times, +0s",
		"TWO: machine deploy, a bundle, v1, 1 times, +0s",
	}
	if diff := cmp.Diff(want, b.consumers("ONE", "TWO", "ELSEWHERE")); diff != "" {
		t.Error(diff)
	}
}

// TestConsumersModel reads, sets and renames secrets in any order, and compares with what a
// list of them says that has everything by the secret, not by its name.
func TestConsumersModel(t *testing.T) {
	type modelConsumer struct{ version, times int }
	compared := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		rita, _ := b.person("rita", Reader, "web/prod")
		readers := map[string]*Session{"olivia": b.owner, "rita": rita}
		names := []string{"A", "B", "C"}
		name, who := rapid.SampledFrom(names), rapid.SampledFrom([]string{"olivia", "rita"})
		versions := make(map[string]int)                  // of the secrets that there are
		read := make(map[string]map[string]modelConsumer) // by who they are
		rt.Repeat(map[string]func(*rapid.T){
			"set": func(rt *rapid.T) {
				n := name.Draw(rt, "name")
				if versions[n]++; versions[n] == 1 {
					read[n] = make(map[string]modelConsumer)
				}
				if got := b.set("prod", n, fmt.Sprint(n, versions[n])); got != versions[n] {
					rt.Fatalf("version %d, want %d", got, versions[n])
				}
			},
			"read": func(rt *rapid.T) {
				n, by := name.Draw(rt, "name"), who.Draw(rt, "who")
				which := Which{}
				if by == "olivia" {
					which.Version = rapid.IntRange(0, versions[n]).Draw(rt, "version")
				}
				got, err := readers[by].Get(t.Context(), Ref{"web", "prod", n}, which)
				if (err == nil) != (versions[n] > 0) {
					rt.Fatal(err)
				}
				if err == nil {
					one := read[n][by]
					read[n][by] = modelConsumer{max(one.version, got.Version), one.times + 1}
				}
			},
			"move": func(rt *rapid.T) {
				from, to := name.Draw(rt, "from"), name.Draw(rt, "to")
				_, err := b.owner.Move(t.Context(), Ref{"web", "prod", from}, Ref{"web", "prod", to})
				if (err == nil) != (versions[from] > 0 && versions[to] == 0) {
					rt.Fatal(err)
				}
				if err == nil {
					versions[to], read[to] = versions[from], read[from]
					delete(versions, from)
				}
			},
		})
		var want []string
		for _, n := range names {
			for by, one := range read[n] {
				if versions[n] > 0 {
					want = append(want, fmt.Sprintf("%s: person %s, test on here, v%d, %d times", n, by, one.version, one.times))
				}
			}
		}
		slices.Sort(want)
		var there []string
		for _, n := range names {
			if versions[n] > 0 {
				there = append(there, n)
			}
		}
		var got []string
		for _, line := range b.consumers(there...) {
			line, _, _ = strings.Cut(line, ", +")
			got = append(got, line)
		}
		if compared += len(want); !slices.Equal(want, got) {
			rt.Fatalf("got %q, want %q", got, want)
		}
	})
	if compared == 0 {
		t.Fatal("nothing was compared")
	}
}
