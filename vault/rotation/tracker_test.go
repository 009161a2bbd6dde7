package rotation

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// bench is a real vault, with a clock that stands still unless it is moved.
type bench struct {
	t     testing.TB
	store store.Store
	vault *vault.Vault
	now   time.Time
	keys  *identity.Identity // the owner's
	owner *vault.Session
}

func newBench(t testing.TB, st store.Store) *bench {
	t.Helper()
	b := &bench{t: t, store: st, now: day0, keys: identity.New()}
	var err error
	b.vault, err = vault.Init(t.Context(), st, b.keys, vault.Founding{
		Name: "olivia", Project: "web", Environments: []string{"dev", "prod"}, Options: b.options("secretsweep vault init"),
	})
	b.must(err)
	b.owner = b.session(b.keys, "secretsweep secret set")
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) options(program string) vault.Options {
	return vault.Options{Now: func() time.Time { return b.now }, Program: program, Host: "here"}
}

func (b *bench) session(id *identity.Identity, program string) *vault.Session {
	b.t.Helper()
	s, err := b.vault.Session(b.t.Context(), id, b.options(program))
	b.must(err)
	return s
}

// person adds somebody.
func (b *bench) person(name string, role vault.Role, pattern string) *identity.Identity {
	b.t.Helper()
	id := identity.New()
	project, environment, _ := strings.Cut(pattern, "/")
	b.must(b.owner.AddPerson(b.t.Context(), name, id.Public(), []vault.Wanted{{Pattern: vault.Pattern{Project: project, Environment: environment}, Role: role}}))
	return id
}

// token makes a token for web/prod.
func (b *bench) token(name string) *identity.Identity {
	b.t.Helper()
	made, err := b.owner.CreateToken(b.t.Context(), vault.Token{Name: name, Project: "web", Env: "prod"})
	b.must(err)
	return made.Identity
}

func key(name string) vault.Ref { return vault.Ref{Project: "web", Environment: "prod", Name: name} }

func (b *bench) set(ref vault.Ref, value string) {
	b.t.Helper()
	_, err := b.owner.Set(b.t.Context(), vault.Change{Ref: ref, Value: secret.New(value)})
	b.must(err)
}

// read has somebody read a secret of web/prod with a program.
func (b *bench) read(id *identity.Identity, program, name string) {
	b.t.Helper()
	_, err := b.session(id, program).Get(b.t.Context(), key(name), vault.Which{})
	b.must(err)
}

func (b *bench) tracker() *Tracker { return b.trackerOf(b.owner) }

func (b *bench) trackerOf(s *vault.Session) *Tracker {
	b.t.Helper()
	t, err := New(b.t.Context(), s, Options{Now: func() time.Time { return b.now }})
	b.must(err)
	return t
}

// one gives the only record.
func (b *bench) one() *Record {
	b.t.Helper()
	all, err := b.tracker().Records(b.t.Context(), "web")
	if err != nil || len(all) != 1 {
		b.t.Fatalf("%d records, %v", len(all), err)
	}
	return all[0]
}

// do does steps about a record, and gives it.
func (b *bench) do(r *Record, all ...Step) *Record {
	b.t.Helper()
	r, err := b.tracker().Do(b.t.Context(), r, Once(all...))
	b.must(err)
	return r
}

// open opens a record for the value of a secret.
func (b *bench) open(value string, refs ...vault.Ref) *Record {
	b.t.Helper()
	r, err := b.tracker().Open(b.t.Context(), "web", leakOf(value), "it was read aloud", refs)
	b.must(err)
	return r
}

// needs gives the consumers of a record, in short.
func needs(r *Record) (all []string) {
	for _, c := range r.Consumers {
		all = append(all, fmt.Sprintf("%s: %s %d", c.Name, c.Status, c.Version))
	}
	return all
}

// TestConsumers has programs read a secret that gets a new value: who has read the new one
// has moved.
func TestConsumers(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.set(key("KEY"), "the old value")
	deploy, spare, rita := b.token("deploy"), b.token("spare"), b.person("rita", vault.Reader, "web/*")
	b.read(deploy, "secretsweep run", "KEY")
	b.read(spare, "secretsweep inject", "KEY")
	b.read(rita, "secretsweep pull", "KEY")
	b.read(rita, "secretsweep secret get", "KEY") // who looks at it doesn't use it
	b.token("offline")
	b.must(b.owner.Bundle(t.Context(), "offline", b.now.Add(1000*time.Hour), io.Discard))
	b.open("the old value", key("KEY"))
	if _, err := b.tracker().Track(t.Context(), Swept{
		Project: "web",
		Leaks:   []Sighting{{Leaked: leakOf("the old value"), Places: []place.Place{at("deploy.sh"), {Kind: place.File, Root: ".", Path: "old.sh", Commit: &place.Version{ID: "c0ffee"}}}}},
		Takers:  []Taker{{System: "github-actions", Name: "KEY", Places: []place.Place{at(".github/workflows/ci.yml")}}, {System: "env", Name: "OTHER"}},
	}, "."); err != nil {
		t.Fatal(err)
	}
	r := b.do(b.one(), own)
	expect := func(what string, r *Record, state State, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, needs(r)); diff != "" || r.State != state {
			t.Errorf("%s: %s, want %s (-want +got):\n%s", what, r.State, state, diff)
		}
	}
	rest := []string{"github-actions KEY in .github/workflows/ci.yml: unknown 0", "file deploy.sh: unknown 0"}
	expect("before", r, Owned, slices.Concat([]string{
		"deploy, by run: behind 1", "bundle of offline: unknown 1", "rita, by pull: behind 1", "spare, by inject: behind 1",
	}, rest)...)

	b.set(key("KEY"), "the new value")
	expect("stored", b.one(), Replaced, slices.Concat([]string{
		"deploy, by run: behind 1", "bundle of offline: unknown 1", "rita, by pull: behind 1", "spare, by inject: behind 1",
	}, rest)...)
	if r := b.one(); r.Successors[0] != (Successor{key("KEY"), 2}) || !strings.Contains(r.NextText(), "deploy, by run (read version 1 on 2026-03-01)") || !strings.Contains(r.NextText(), "and 1 more") && !strings.Contains(r.NextText(), "1 more") {
		t.Errorf("%v, %s", r.Successors, r.NextText())
	}
	if _, err := b.one().Doing("olivia", ""); err == nil || !strings.Contains(err.Error(), "rita, by pull") {
		t.Errorf("all have moved, one says: %v", err)
	}

	// One reads the new one, which has another name then, and another value soon.
	b.now = b.now.Add(time.Hour)
	b.read(deploy, "secretsweep run", "KEY")
	_, err := b.owner.Move(t.Context(), key("KEY"), key("API_KEY"))
	b.must(err)
	b.set(key("API_KEY"), "a newer value")
	expect("one has read", b.one(), Moving, slices.Concat([]string{
		"deploy, by run: moved 2", "bundle of offline: unknown 1", "rita, by pull: behind 1", "spare, by inject: behind 1",
	}, rest)...)

	// One is gone, and a token's end is one, too.
	b.must(b.owner.Retire(t.Context(), "rita"))
	b.must(b.owner.Retire(t.Context(), "spare"))
	r = b.do(b.one(), Step{Act: Move, Consumer: "bundle of offline"}, Step{Act: Move, Consumer: "github-actions KEY in .github/workflows/ci.yml"})
	expect("gone and ticked off", r, Moving,
		"deploy, by run: moved 2", "bundle of offline: said 1", "rita, by pull: moved 1", "spare, by inject: moved 1",
		"github-actions KEY in .github/workflows/ci.yml: said 0", "file deploy.sh: unknown 0")
	p := at("deploy.sh")
	r = b.do(r, Step{Act: Clean, Places: []string{PlaceKey(&p)}})
	if r.State != Moved || r.Next() != Revoke {
		t.Errorf("%s: %v", r.State, needs(r))
	}
	// What the vault shows is written with the next step, and then stands by itself.
	r = b.do(r, revoke, attest)
	if alone := Fold(r.Leak, b.now); alone.State != Dead || len(alone.Refused) > 0 || !alone.allMoved || !slices.Equal(alone.Successors, r.Successors) {
		t.Errorf("the log comes to %s: %v", alone.State, alone.Refused)
	}
}

// TestSuccessors tells what the vault has instead of a value.
func TestSuccessors(t *testing.T) {
	dev := vault.Ref{Project: "web", Environment: "dev", Name: "KEY"}
	url := func(host string) string { return "postgres://app:the-old-password@" + host + "/app" }
	for _, tt := range []struct {
		name string
		leak vault.Leaked
		refs []vault.Ref
		do   func(b *bench)
		want string
	}{
		{"still there", leakOf("the old value"), []vault.Ref{key("KEY")}, func(*bench) {}, "[]"},
		{"replaced", leakOf("the old value"), nil, func(b *bench) { b.set(key("KEY"), "new") }, "[{web/prod KEY 2}]"},
		{"replaced twice", leakOf("the old value"), nil, func(b *bench) { b.set(key("KEY"), "new"); b.set(key("KEY"), "newer") }, "[{web/prod KEY 2}]"},
		{"put back", leakOf("the old value"), nil, func(b *bench) {
			b.set(key("KEY"), "new")
			_, err := b.owner.Rollback(b.t.Context(), key("KEY"), 1, 0)
			b.must(err)
		}, "[]"},
		{"put back and replaced", leakOf("the old value"), nil, func(b *bench) {
			b.set(key("KEY"), "new")
			b.set(key("KEY"), "the old value")
			b.set(key("KEY"), "newest")
		}, "[{web/prod KEY 4}]"},
		{"removed", leakOf("the old value"), []vault.Ref{key("KEY")}, func(b *bench) { b.must(b.owner.Remove(b.t.Context(), key("KEY"))) }, "[{web/prod KEY 0}]"},
		{"renamed", leakOf("the old value"), []vault.Ref{key("KEY")}, func(b *bench) {
			_, err := b.owner.Move(b.t.Context(), key("KEY"), key("OTHER"))
			b.must(err)
			b.set(key("OTHER"), "new")
		}, "[{web/prod OTHER 2}]"},
		{"two, and one still has it", leakOf("the old value"), nil, func(b *bench) { b.set(dev, "the old value"); b.set(key("KEY"), "new") }, "[]"},
		{"two", leakOf("the old value"), nil, func(b *bench) {
			b.set(dev, "the old value")
			b.set(key("KEY"), "new")
			b.set(dev, "new")
		}, "[{web/dev KEY 2} {web/prod KEY 2}]"},
		{"two, and one is gone", leakOf("the old value"), []vault.Ref{dev, key("KEY")}, func(b *bench) {
			b.set(dev, "the old value")
			b.must(b.owner.Remove(b.t.Context(), dev))
			b.set(key("KEY"), "new")
		}, "[{web/prod KEY 2}]"},
		{"destroyed", leakOf("the old value"), []vault.Ref{key("KEY")}, func(b *bench) {
			b.set(key("KEY"), "new")
			_, err := b.owner.Destroy(b.t.Context(), key("KEY"), 1)
			b.must(err)
		}, "[{web/prod KEY 2}]"},
		{"within a whole", vault.Leaked{Value: secret.New("the-old-password"), Carrier: secret.New(url("db"))}, nil, func(b *bench) {
			b.set(key("URL"), url("db"))
			b.set(key("URL"), "postgres://app:the-new-password@db/app")
		}, "[{web/prod URL 2}]"},
		{"within another whole", vault.Leaked{Value: secret.New("the-old-password"), Carrier: secret.New(url("db"))}, []vault.Ref{key("URL"), dev}, func(b *bench) {
			b.set(key("URL"), url("db"))
			b.set(dev, url("localhost"))
			b.set(key("URL"), "postgres://app:the-new-password@db/app")
			b.set(dev, "postgres://app:the-new-password@localhost/app")
		}, "[{web/prod URL 2} {web/dev KEY 2}]"},
		{"and that still has it", vault.Leaked{Value: secret.New("the-old-password"), Carrier: secret.New(url("db"))}, []vault.Ref{key("URL"), dev}, func(b *bench) {
			b.set(key("URL"), url("db"))
			b.set(dev, url("localhost"))
			b.set(key("URL"), "postgres://app:the-new-password@db/app")
		}, "[]"},
		{"nobody knows", leakOf("something else"), []vault.Ref{key("KEY")}, func(b *bench) { b.set(key("KEY"), "new") }, "[]"},
		{"never in the vault", leakOf("something else"), nil, func(*bench) {}, "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, store.NewMemory())
			b.set(key("KEY"), "the old value")
			r, err := b.tracker().Open(t.Context(), "web", tt.leak, "for a reason", tt.refs)
			b.must(err)
			b.do(r, own)
			tt.do(b)
			now := b.one()
			var all []string
			for _, s := range now.Successors {
				all = append(all, fmt.Sprintf("{%s %d}", s.Ref, s.Version))
			}
			if got := fmt.Sprint(all); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if state := map[bool]State{true: Owned, false: Replaced}[tt.want == "[]"]; now.State != state {
				t.Errorf("%s, want %s", now.State, state)
			}
		})
	}
}

// TestPutBack has the old value be the vault's again when all had moved: they have to move
// again.
func TestPutBack(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.set(key("KEY"), "the old value")
	b.do(b.open("the old value", key("KEY")), own)
	b.set(key("KEY"), "new")
	if r := b.do(b.one(), Step{Act: MoveAll, Reason: "I asked all of them"}); r.State != Moved {
		t.Fatal(r.State)
	}
	b.set(key("KEY"), "the old value")
	if r := b.one(); r.State != Owned || r.Next() != Replace {
		t.Errorf("put back: %s, next %s", r.State, r.Next())
	}
	b.set(key("KEY"), "newer")
	if r := b.one(); r.State != Replaced || r.Next() != MoveAll {
		t.Errorf("replaced again: %s, next %s", r.State, r.Next())
	}
	if r := b.do(b.one(), Step{Act: MoveAll, Reason: "and again"}); r.State != Moved || len(Fold(r.Leak, b.now).Refused) > 0 {
		t.Errorf("%s: %v", r.State, r.Refused)
	}
}

// TestReadsTheOldOneAfterAll has somebody read the old value when all had moved: it is needed
// again, until that one has moved, too.
func TestReadsTheOldOneAfterAll(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.set(key("KEY"), "the old value")
	deploy, dora := b.token("deploy"), b.person("dora", vault.Maintainer, "web/*")
	b.read(deploy, "secretsweep run", "KEY")
	b.do(b.open("the old value", key("KEY")), own)
	b.set(key("KEY"), "new")
	b.now = b.now.Add(time.Hour)
	b.read(deploy, "secretsweep run", "KEY")
	if r := b.do(b.one(), Step{Act: Own, Owner: "bob"}); r.State != Moved || !Fold(r.Leak, b.now).allMoved {
		t.Fatal(r.State)
	}
	b.now = b.now.Add(time.Hour)
	_, err := b.session(dora, "secretsweep run").Get(t.Context(), key("KEY"), vault.Which{Version: 1})
	b.must(err)
	r := b.one()
	if r.State != Moving || r.Next() != MoveAll || !strings.Contains(r.NextText(), "dora, by run (read version 1 on") || r.Can(&revoke) == nil {
		t.Errorf("%s: %s", r.State, r.NextText())
	}
	if r = b.do(r, Step{Act: Move, Consumer: "dora, by run"}); r.State != Moved {
		t.Errorf("ticked off: %s, %s", r.State, r.NextText())
	}
	b.do(r, revoke)
	b.now = b.now.Add(time.Hour)
	_, err = b.session(dora, "secretsweep pull").Get(t.Context(), key("KEY"), vault.Which{Version: 1})
	b.must(err)
	if r = b.one(); r.State != Revoked || r.Next() != Attest {
		t.Errorf("read when it was revoked: %s, next %s", r.State, r.Next())
	}
}

// TestManySecrets has more secrets with a value than an event has room for.
func TestManySecrets(t *testing.T) {
	b := newBench(t, store.NewMemory())
	var changes []vault.Change
	var refs []vault.Ref
	for i := range vault.MaxLeakRefs + 1 {
		ref := key(fmt.Sprintf("KEY_%d", i))
		refs = append(refs, ref)
		changes = append(changes, vault.Change{Ref: ref, Value: secret.New("the value")})
	}
	_, err := b.owner.SetAll(t.Context(), changes)
	b.must(err)
	r := b.open("the value", refs...)
	if r = b.do(r, own, Step{Act: Accept, Until: b.now.Add(time.Hour), Reason: "it is for a test"}); r.State != Accepted {
		t.Error(r.State)
	}
	if r = b.open("the value", refs...); r.State != Owned || len(r.Refs) != len(refs) {
		t.Error(r.State)
	}
}

// TestOpen opens a record, whatever there is of it.
func TestOpen(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.set(key("KEY"), "the old value")
	first := b.open("the old value", key("KEY"))
	if first.State != Triaged || first.Way != Rotate || !slices.Equal(first.Refs, []vault.Ref{key("KEY")}) || first.Decision != vault.Imported {
		t.Errorf("%s %s %v", first.State, first.Way, first.Refs)
	}
	if again := b.open("the old value", key("KEY")); len(again.Events) != 1 {
		t.Errorf("%d events of a record that was open", len(again.Events))
	}
	if said := first.History[0].Step.Reason; said != "it was read aloud" {
		t.Errorf("it says %q", said)
	}
	for _, over := range [][]Step{
		{{Act: Dismiss, Reason: "it is no secret"}},
		{{Act: Accept, Until: day0.Add(1000 * time.Hour), Reason: "it is for a test"}},
		{{Act: Triage, Way: RevokeOnly}, own, revoke, attest, shut},
	} {
		r := b.do(b.one(), over...)
		if r.State.Open() {
			t.Fatal(r.State)
		}
		r = b.open("the old value", key("KEY"))
		if !r.State.Open() || r.Way != Rotate || r.Reopened == nil || r.Reopened.Why != "it was read aloud" || len(r.Refused) > 0 || r.Decision != vault.Reopened {
			t.Errorf("after %s: %s %s %+v, refused %v", over[len(over)-1].Act, r.State, r.Way, r.Reopened, r.Refused)
		}
	}
	records, opened, err := b.tracker().OpenAll(t.Context(), "web", []Opening{{leakOf("the old value"), nil, "x"}, {leakOf("another"), nil, "y"}, {leakOf("a third"), nil, "z"}})
	if err != nil || opened != 2 || len(records) != 3 || records[2].History[0].Step.Reason != "z" {
		t.Errorf("%d of %d opened, %v", opened, len(records), err)
	}
	if _, err := b.tracker().Open(t.Context(), "none", leakOf("x"), "x", nil); err == nil {
		t.Error("a record of no project")
	}
}

// TestAtOnce has many go on with one record, with sessions of one program and of several:
// no step is lost, and the log comes to the same for all.
func TestAtOnce(t *testing.T) {
	const programs, sessions, steps = 2, 3, 4
	for name, open := range map[string]func(t *testing.T) store.Store{
		"memory": func(*testing.T) store.Store { return store.NewMemory() },
		"badger": func(t *testing.T) store.Store {
			dir := t.TempDir() + "/vault"
			st, err := badger.Create(t.Context(), dir, badger.Options{Holder: "test"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = st.Close() })
			return st
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, open(t))
			b.open("the value")
			b.do(b.one(), Step{Act: Own, Owner: "0"})
			var all sync.WaitGroup
			for range programs {
				v, err := vault.Open(t.Context(), b.store, b.vault.ID())
				b.must(err)
				for range sessions {
					s, err := v.Session(t.Context(), b.keys, b.options("secretsweep rotate"))
					b.must(err)
					tracker := b.trackerOf(s)
					r := b.one()
					all.Go(func() {
						for made := 0; made < steps; {
							now, err := tracker.Do(t.Context(), r, func(r *Record) ([]Step, error) {
								n, err := strconv.Atoi(r.Owner)
								return []Step{{Act: Own, Owner: fmt.Sprint(n + 1)}}, err
							})
							if _, changed := errors.AsType[*vault.ChangedError](err); changed {
								continue // others were faster, again and again
							}
							if err != nil {
								t.Error(err)
								return
							}
							r = now
							made++
						}
					})
				}
			}
			all.Wait()
			r := b.one()
			if r.Owner != fmt.Sprint(programs*sessions*steps) || len(r.Refused) > 0 || len(r.Events) != 2+programs*sessions*steps {
				t.Errorf("%s steps of %d, in %d events", r.Owner, programs*sessions*steps, len(r.Events))
			}
			other, err := b.trackerOf(b.session(b.keys, "test")).Records(t.Context(), "web")
			b.must(err)
			if diff := cmp.Diff(r, other[0], recordOptions); diff != "" {
				t.Errorf("another record for somebody else:\n%s", diff)
			}
		})
	}
}

// TestDoRefuses what isn't possible any more when it is to be written.
func TestDoRefuses(t *testing.T) {
	b := newBench(t, store.NewMemory())
	old := b.open("the value")
	b.do(old, own)
	b.do(old, Step{Act: Block, Reason: "the vendor is asleep"})
	calls := 0
	_, err := b.tracker().Do(t.Context(), old, func(r *Record) ([]Step, error) {
		calls++
		return []Step{{Act: Own, Owner: "bob"}, hurry}, nil
	})
	if err == nil || !strings.Contains(err.Error(), old.ID()+": it is blocked") || b.one().Owner != "ann" {
		t.Errorf("%v, owned by %s", err, b.one().Owner)
	}
	if calls != 2 {
		t.Errorf("asked %d times for steps, want it to be asked again after the change", calls)
	}
	long := Step{Act: Own, Owner: strings.Repeat("x", maxText)}
	if r := b.do(old, Step{Act: Unblock}, long, long); len(r.Owner) != maxText {
		t.Error("a step with a long text")
	}
}

// TestDoAll makes steps about several records in one act: all of them or none, and again if
// somebody was faster.
func TestDoAll(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.set(key("A"), "first")
	b.set(key("B"), "second")
	all := []*Record{b.open("first", key("A")), b.open("second", key("B"))}
	take := func(*Record) ([]Step, error) { return []Step{{Act: Own, Owner: "ann"}}, nil }

	// Somebody is faster, once.
	calls := 0
	now, err := b.tracker().DoAll(t.Context(), all, func(r *Record) ([]Step, error) {
		if calls++; calls == 1 {
			b.do(all[1], Step{Act: Block, Reason: "wait"})
		}
		return take(r)
	})
	if err != nil || calls != 4 {
		t.Fatalf("%d calls, %v", calls, err)
	}
	for i, r := range now {
		if r.Leak.ID != all[i].Leak.ID || r.Owner != "ann" {
			t.Errorf("record %d: %s is owned by %q", i, r.ID(), r.Owner)
		}
	}
	if now[1].Blocked == "" {
		t.Error("what the other one did is lost")
	}

	// What is impossible for one is done for none.
	_, err = b.tracker().DoAll(t.Context(), now, func(r *Record) ([]Step, error) {
		return []Step{{Act: Unblock}}, nil
	})
	if err == nil {
		t.Error("what isn't blocked was unblocked")
	}
	after, err := b.tracker().DoAll(t.Context(), now, func(*Record) ([]Step, error) { return nil, nil })
	if err != nil || after[1].Blocked == "" || after[0].Newest != now[0].Newest || after[1].Newest != now[1].Newest {
		t.Errorf("something was done: %v", err)
	}

	told := 0
	b.must(b.owner.Log(t.Context(), vault.Filter{Verb: "rotate"}, func(l vault.Logged) error {
		if l.Detail == now[0].ID()+": owned by ann; "+now[1].ID()+": owned by ann" {
			told++
		}
		return nil
	}))
	if told != 1 {
		t.Errorf("the log tells of it %d times", told)
	}
}

// TestRights shows what those may who may not read records.
func TestRights(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.open("the value")
	b.set(key("KEY"), "the value")
	reader := b.session(b.person("rita", vault.Reader, "web/dev"), "secretsweep scan")
	maintainer := b.session(b.person("mia", vault.Maintainer, "web/*"), "secretsweep rotate")
	if _, err := b.trackerOf(reader).Records(t.Context(), "web"); err == nil {
		t.Error("a reader sees records")
	}
	if all, err := b.trackerOf(reader).Records(t.Context(), "*"); err != nil || len(all) > 0 {
		t.Errorf("of all projects a reader sees %d records, %v", len(all), err)
	}
	all, err := b.trackerOf(maintainer).Records(t.Context(), "*")
	if err != nil || len(all) != 1 || !all[0].Blind || all[0].Checkable {
		t.Fatalf("%d records, %v", len(all), err)
	}
	r, err := b.trackerOf(maintainer).Do(t.Context(), all[0], Once(own))
	b.must(err)
	b.set(key("KEY"), "new")
	r, err = b.trackerOf(maintainer).Do(t.Context(), r, Once(Step{Act: Own, Owner: "mia"}))
	b.must(err)
	if text := r.NextText(); r.State != Replaced || !strings.Contains(text, "an owner of the vault can tell") {
		t.Errorf("%s: %s", r.State, text)
	}
	if _, err := r.Doing("mia", ""); err == nil {
		t.Error("who can't see consumers says that they have moved")
	}
}

// TestReaderOfOwned has a reader and a developer say of a record that somebody owns what is for
// them to say no more: that nothing needs it, and that it is dead.
func TestReaderOfOwned(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.set(key("KEY"), "the value")
	b.sweep(false, at("a"))
	b.do(b.one(), triage, own)
	rita := b.session(b.person("rita", vault.Reader, "web/dev"), "secretsweep scan")
	b.must(rita.Track(t.Context(), "hers", vault.LeakReport{
		Project: "web", Leaked: leakOf("the value"), LeakEvent: vault.LeakEvent{Kind: vault.RevokeOnly},
	}))
	if r := b.one(); r.Way != Rotate || r.State != Owned {
		t.Errorf("%s %s", r.Way, r.State)
	}
	dora := b.session(b.person("dora", vault.Developer, "web/dev"), "secretsweep rotate")
	if err := dora.Track(t.Context(), "hers", vault.LeakReport{
		Project: "web", Leaked: leakOf("the value"), LeakEvent: vault.LeakEvent{Kind: vault.Tracked, Data: data(t, refuse)},
	}); err == nil {
		t.Error("a developer of dev says that it is dead")
	}
}
