package rotation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/store"
)

// looking tells that nothing is where the sweep didn't find it, in the root ".".
func looking(_ context.Context, _ secret.Value, p place.Place) (bool, error) {
	return p.Root == ".", nil
}

// past gives a place in the history of a file.
func past(path, commit string) place.Place {
	return place.Place{Kind: place.File, Root: ".", Path: path, Commit: &place.Version{ID: commit}}
}

// elsewhere gives a place in another repository.
func elsewhere(path string) place.Place {
	p := at(path)
	p.Root = "other"
	return p
}

// sweeps has sweeps find one value at places.
func (b *bench) sweep(gone bool, places ...place.Place) News {
	b.t.Helper()
	s := Swept{Project: "web"}
	if len(places) > 0 {
		s.Leaks = []Sighting{{Leaked: leakOf("the value"), Places: places}}
	}
	if gone {
		s.Gone = looking
	}
	news, err := b.tracker().Track(b.t.Context(), s, ".")
	b.must(err)
	return news
}

// sitesOf gives the places of a record, in short.
func sitesOf(r *Record) (all []string) {
	for _, s := range r.Sites {
		text := s.Root + "/" + s.Path
		if s.Commit != nil {
			text += "@" + s.Commit.ID
		}
		if s.Status != Lies {
			text += " " + string(s.Status)
		}
		all = append(all, text)
	}
	return all
}

// TestSweeps has one sweep after another find a value, or not.
func TestSweeps(t *testing.T) {
	b := newBench(t, store.NewMemory())
	committed := at("a")
	committed.Commit, committed.Head, committed.Index = &place.Version{ID: "c1"}, true, true
	show := elsewhere("a")
	for _, tt := range []struct {
		name   string
		before []Step // that somebody makes
		whole  bool
		found  []place.Place
		want   string   // new, reopened, spread, gone
		sites  []string // after it
		state  State
	}{
		{"new", nil, true, []place.Place{at("a")}, "1 0 0 0", []string{"./a"}, Found},
		{"again", nil, true, []place.Place{at("a")}, "0 0 0 0", []string{"./a"}, Found},
		{"at another place", nil, true, []place.Place{at("a"), at("b")}, "0 0 1 0", []string{"./a", "./b"}, Found},
		{"gone from one", nil, true, []place.Place{at("b")}, "0 0 0 1", []string{"./a gone", "./b"}, Found},
		{"and back", nil, true, []place.Place{at("a"), at("b")}, "0 0 1 0", []string{"./a", "./b"}, Found},
		{"looked at in part", nil, false, []place.Place{at("a")}, "0 0 0 0", []string{"./a", "./b"}, Found},
		{"in another repository", nil, true, []place.Place{at("a"), at("b"), show}, "0 0 1 0", []string{"./a", "./b", "other/a"}, Found},
		{"gone from all of one", nil, true, nil, "0 0 0 2", []string{"./a gone", "./b gone", "other/a"}, Found},
		{"closed", []Step{{Act: Triage, Way: RevokeOnly}, own, revoke, attest, {Act: Clean, Places: []string{PlaceKey(&show)}, Left: true, Reason: "it is for show"}, shut},
			true, []place.Place{show}, "0 0 0 0", []string{"./a gone", "./b gone", "other/a left"}, Closed},
		{"closed, and not found", nil, true, nil, "0 0 0 0", []string{"./a gone", "./b gone", "other/a left"}, Closed},
		{"back where it was", nil, false, []place.Place{at("a")}, "0 1 0 0", []string{"./a", "./b gone", "other/a left"}, Dead},
		{"and gone", nil, true, nil, "0 0 0 1", []string{"./a gone", "./b gone", "other/a left"}, Cleaned},
		{"before it is committed", []Step{shut}, true, []place.Place{at("a")}, "0 1 0 0", []string{"./a", "./b gone", "other/a left"}, Dead},
		{"committed", nil, true, []place.Place{committed}, "0 0 0 0", []string{"./a@c1", "./b gone", "other/a left"}, Dead},
		{"by who doesn't look at the history", nil, false, []place.Place{at("a")}, "0 0 0 0", []string{"./a@c1", "./b gone", "other/a left"}, Dead},
		{"in the history alone", nil, true, []place.Place{past("a", "c1")}, "0 0 0 0", []string{"./b gone", "other/a left", "./a@c1"}, Dead},
		{"where it is left", []Step{left, shut}, true, []place.Place{past("a", "c1")}, "0 0 0 0", []string{"./b gone", "other/a left", "./a@c1 left"}, Closed},
		{"committed once more", nil, true, []place.Place{past("a", "c1"), past("a", "c2")}, "0 1 0 0", []string{"./b gone", "other/a left", "./a@c1 left", "./a@c2"}, Dead},
		{"rewritten", nil, true, []place.Place{past("a", "c1")}, "0 0 0 1", []string{"./b gone", "other/a left", "./a@c1 left", "./a@c2 gone"}, Cleaned},
	} {
		if len(tt.before) > 0 {
			b.do(b.one(), tt.before...)
		}
		news := b.sweep(tt.whole, tt.found...)
		r := b.one()
		if got := fmt.Sprint(news.New, len(news.Reopened), len(news.Spread), news.Gone); got != tt.want || r.State != tt.state || len(r.Refused) > 0 {
			t.Errorf("%s: %s and %s (refused %v), want %s and %s", tt.name, got, r.State, r.Refused, tt.want, tt.state)
		}
		if diff := cmp.Diff(tt.sites, sitesOf(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		for _, back := range news.Reopened {
			if back.State != Closed || len(back.Places) == 0 || r.Reopened == nil || len(r.Reopened.Places) == 0 {
				t.Errorf("%s: reopened for %v, and it says %+v", tt.name, back.Places, r.Reopened)
			}
		}
		// A sweep that finds the same says nothing.
		if again := b.sweep(tt.whole, tt.found...); !again.Nothing() || len(b.one().Events) != len(r.Events) {
			t.Errorf("%s, and again: %+v, and %d events more", tt.name, again, len(b.one().Events)-len(r.Events))
		}
	}
}

// TestKeepsName has a record keep the name that people call it by, whatever a place calls it.
func TestKeepsName(t *testing.T) {
	b := newBench(t, store.NewMemory())
	for i, name := range []string{"API_KEY", "api_key"} {
		leaked := leakOf("the value")
		leaked.Name = name
		_, err := b.tracker().Track(t.Context(), Swept{Project: "web", Leaks: []Sighting{{Leaked: leaked, Places: []place.Place{at(fmt.Sprint(i))}}}}, ".")
		b.must(err)
	}
	all, err := b.tracker().Records(t.Context(), "web")
	b.must(err)
	if len(all) != 1 || all[0].Name != "API_KEY" || len(all[0].Sites) != 2 {
		t.Errorf("%d records, the first %s at %d places", len(all), all[0].Name, len(all[0].Sites))
	}
}

// TestManyPlaces has more places than are kept with an event, or one by one.
func TestManyPlaces(t *testing.T) {
	b := newBench(t, store.NewMemory())
	places := func(n int) (all []place.Place) {
		for i := range n {
			all = append(all, at(fmt.Sprintf("%04d", i)))
		}
		return all
	}
	known := func(what string, sites, more int) *Record {
		t.Helper()
		r := b.one()
		if len(r.Sites) != sites || r.MorePlaces != more {
			t.Errorf("%s: %d places and %d more, want %d and %d", what, len(r.Sites), r.MorePlaces, sites, more)
		}
		return r
	}
	b.sweep(true, places(450)...)
	known("new", 200, 250)
	b.sweep(false, places(450)...)
	r := known("again", 400, 50)
	r = b.do(r, Step{Act: Triage, Way: RevokeOnly}, own, revoke, attest, left, shut)
	if r.State != Closed || r.Rest.Status != Left {
		t.Fatalf("%s, the rest is %q", r.State, r.Rest.Status)
	}
	if news := b.sweep(true, places(450)...); len(news.Reopened) > 0 {
		t.Error("places that were counted reopen it")
	}
	r = known("all of them", 450, 0)
	if r.State != Closed || len(r.lying()) > 0 {
		t.Errorf("%s, and it lies at %d places", r.State, len(r.lying()))
	}
	if news := b.sweep(true, places(451)...); len(news.Reopened) != 1 || len(news.Reopened[0].Places) != 1 || b.one().State != Dead {
		t.Errorf("one more: %+v", news)
	}
	// Who counts them only.
	if news, err := b.tracker().Track(t.Context(), Swept{Project: "web", Leaks: []Sighting{{leakOf("the value"), places(100), 5_000}}}, "."); err != nil || len(news.Spread) != 1 {
		t.Errorf("many more: %+v, %v", news, err)
	}
	r = known("counted", 451, 4_649)
	if r.clean() || r.Rest.Status != Lies {
		t.Errorf("the rest is %q", r.Rest.Status)
	}
}

// TestTakers notes what takes a value by its name.
func TestTakers(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.set(key("PAY_KEY"), "the value")
	b.open("the value", key("PAY_KEY"))
	var many []place.Place
	for i := range 20 {
		many = append(many, at(fmt.Sprintf("%02d.yml", i)))
	}
	taken := Swept{Project: "web", Takers: []Taker{{System: "env", Name: "PAY_KEY", Places: many}, {System: "env", Name: "OTHER", Places: many}, {System: "env", Name: "", Places: many}, {System: "github-actions", Name: "PAY_KEY", Places: many[:1]}}}
	taken.Leaks = []Sighting{{Leaked: vault.Leaked{Value: secret.New("another"), Name: "OTHER"}}}
	for range 2 {
		if _, err := b.tracker().Track(t.Context(), taken, "."); err != nil {
			t.Fatal(err)
		}
	}
	all, err := b.tracker().Records(t.Context(), "web")
	b.must(err)
	var got []string
	for _, r := range all {
		for _, t := range r.Takers {
			got = append(got, fmt.Sprintf("%s: %s %s, %d places, in event %d of %d", r.Name+r.Title(), t.System, t.Name, len(t.Places), len(r.Events), len(r.Events)))
		}
	}
	want := []string{
		"web/prod PAY_KEY: env PAY_KEY, 5 places, in event 2 of 2", "web/prod PAY_KEY: github-actions PAY_KEY, 1 places, in event 2 of 2",
		"OTHEROTHER: env OTHER, 5 places, in event 1 of 1",
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTakersOfTwo sweeps two repositories of a project in turn: what takes a value in one
// stays when the other is swept, and only what is new is an event.
func TestTakersOfTwo(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.set(key("KEY"), "the value")
	b.open("the value", key("KEY"))
	in := func(root string, paths ...string) (all []place.Place) {
		for _, p := range paths {
			all = append(all, place.Place{Kind: place.File, Root: root, Path: p, WorkTree: true})
		}
		return all
	}
	swept := func(want int, all ...Taker) *Record {
		t.Helper()
		if _, err := b.tracker().Track(t.Context(), Swept{Project: "web", Takers: all}, "."); err != nil {
			t.Fatal(err)
		}
		r := b.one()
		if len(r.Events) != want {
			t.Errorf("%d events, want %d", len(r.Events), want)
		}
		return r
	}
	env := func(places ...place.Place) Taker { return Taker{System: "env", Name: "KEY", Places: places} }
	ci := Taker{System: "github-actions", Name: "KEY", Places: in("web", "ci.yml")}
	swept(2, env(in("web", "a.go")...), ci)
	swept(3, env(in("api", "b.go", "c.go")...))
	for range 2 {
		swept(3, env(in("web", "a.go")...))
		swept(3, ci, env(in("web", "a.go")...))
		swept(3, env(in("api", "b.go", "c.go")...))
	}
	r := swept(4, env(in("api", "c.go")...))
	var got []string
	for _, taker := range r.Takers {
		for _, p := range taker.Places {
			got = append(got, taker.System+" "+p.Root+"/"+p.Path)
		}
	}
	if want := []string{"env api/c.go", "env web/a.go", "github-actions web/ci.yml"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSweptElsewhere finds a password of a record in another address, with which others of
// those who report would have its provider asked: it is asked as before.
func TestSweptElsewhere(t *testing.T) {
	b := newBench(t, store.NewMemory())
	found := func(host string) vault.Leaked {
		return vault.Leaked{
			Value: secret.New("the-password"), Carrier: secret.New("postgres://app:the-password@" + host + "/app"),
			Parts: []vault.LeakPart{{Name: "host", Value: secret.New(host)}},
		}
	}
	b.set(key("URL"), "postgres://app:the-password@db/app")
	_, err := b.tracker().Open(t.Context(), "web", found("db"), "for a reason", []vault.Ref{key("URL")})
	b.must(err)
	dora := b.session(b.person("dora", vault.Developer, "web/dev"), "secretsweep scan")
	for _, s := range []*vault.Session{b.owner, dora} {
		swept := Swept{Project: "web", Leaks: []Sighting{{Leaked: found("localhost"), Places: []place.Place{at(s.Self())}}}}
		if _, err := b.trackerOf(s).Track(t.Context(), swept, "."); err != nil {
			t.Fatal(err)
		}
		r := b.one()
		if !r.Carrier.Equal(found("db").Carrier) || !r.Parts[0].Value.Equal(secret.New("db")) || len(r.Sites) == 0 {
			t.Errorf("a sweep by %s changes what is asked, and where", s.Self())
		}
	}
}

// TestSweptByReader adds what was found, as nothing can be compared.
func TestSweptByReader(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.sweep(true, at("a"))
	b.do(b.one(), Step{Act: Triage, Way: RevokeOnly}, own, revoke, attest, clean, shut)
	rita := b.trackerOf(b.session(b.person("rita", vault.Reader, "web/dev"), "secretsweep scan"))
	s := Swept{Project: "web", Gone: looking, Leaks: []Sighting{{Leaked: leakOf("the value"), Places: []place.Place{at("b")}}, {Leaked: leakOf("another"), Places: []place.Place{at("b")}}}}
	news, err := rita.Track(t.Context(), s, ".")
	if err != nil || !news.Unread || news.New != 2 || news.Gone > 0 || len(news.Reopened) > 0 {
		t.Errorf("%+v, %v", news, err)
	}
	all, err := b.tracker().Records(t.Context(), "web")
	b.must(err)
	states := map[State]bool{all[0].State: true, all[1].State: true}
	if !states[Found] || !states[Dead] {
		t.Errorf("%v: a closed one isn't open again", states)
	}
	// A machine may report nothing.
	if _, err := b.trackerOf(b.session(b.token("ci"), "secretsweep scan")).Track(t.Context(), s, "."); err == nil {
		t.Error("a token changes records")
	}
	if _, err := b.tracker().Track(t.Context(), Swept{Project: "none", Leaks: s.Leaks}, "."); err == nil {
		t.Error("a sweep of no project")
	}
}

// TestGoneUnknown keeps a place at which nobody can tell.
func TestGoneUnknown(t *testing.T) {
	b := newBench(t, store.NewMemory())
	b.sweep(true, at("a"))
	broken := errors.New("broken")
	s := Swept{Project: "web", Gone: func(context.Context, secret.Value, place.Place) (bool, error) { return true, broken }}
	if _, err := b.tracker().Track(t.Context(), s, "."); !errors.Is(err, broken) {
		t.Errorf("it says %v", err)
	}
	// Places beyond those that a finding names may be that one.
	s = Swept{Project: "web", Gone: looking, Leaks: []Sighting{{Leaked: leakOf("the value"), Places: []place.Place{at("b")}, More: 1}}}
	if news, err := b.tracker().Track(t.Context(), s, "."); err != nil || news.Gone > 0 {
		t.Errorf("%+v, %v", news, err)
	}
	if got := sitesOf(b.one()); !slices.Equal(got, []string{"./a", "./b"}) {
		t.Errorf("%v", got)
	}
}

// TestSweepsAtOnce has several sweep at once, and somebody go on with the record meanwhile.
func TestSweepsAtOnce(t *testing.T) {
	const sweeps, steps = 4, 3
	b := newBench(t, store.NewMemory())
	b.open("the value")
	r := b.one()
	var all sync.WaitGroup
	tries := func(do func() error) {
		for range steps {
			for {
				err := do()
				if _, changed := errors.AsType[*vault.ChangedError](err); changed {
					continue
				}
				if err != nil {
					t.Error(err)
				}
				break
			}
		}
	}
	for i := range sweeps {
		tracker := b.trackerOf(b.session(b.keys, "secretsweep scan"))
		all.Go(func() {
			tries(func() error {
				_, err := tracker.Track(t.Context(), Swept{Project: "web", Leaks: []Sighting{{leakOf("the value"), []place.Place{at(fmt.Sprint(i))}, 0}}}, ".")
				return err
			})
		})
	}
	tracker := b.trackerOf(b.session(b.keys, "secretsweep rotate"))
	all.Go(func() {
		tries(func() error {
			_, err := tracker.Do(t.Context(), r, func(r *Record) ([]Step, error) {
				return []Step{{Act: Own, Owner: strings.TrimSpace(r.Owner + " x")}}, nil
			})
			return err
		})
	})
	all.Wait()
	if r := b.one(); len(r.Sites) != sweeps || r.Owner != "x x x" || len(r.Refused) > 0 {
		t.Errorf("%d places, owned by %q, refused %v", len(r.Sites), r.Owner, r.Refused)
	}
}

// TestOtherParts shows that a value which worked with one part isn't known to work with another
// that somebody says belongs to it, whose refusal would be that of the part. A sweep changes
// nothing any more once it was asked about.
func TestOtherParts(t *testing.T) {
	b := newBench(t, store.NewMemory())
	leak := func(part string) vault.Leaked {
		l := leakOf("the value")
		l.Parts = []vault.LeakPart{{Name: "id", Value: secret.New(part)}}
		return l
	}
	find := func(path, part string) provider.Credential {
		t.Helper()
		s := Swept{Project: "web", Leaks: []Sighting{{Leaked: leak(part), Places: []place.Place{at(path)}}}}
		_, err := b.tracker().Track(t.Context(), s, ".")
		b.must(err)
		return b.one().Credential()
	}
	find("a", "first")
	b.do(b.one(), works)
	for _, part := range []string{"first", "second"} {
		if c := find(part, part); !c.Worked || c.Parts[0].Value.Reveal() != "first" {
			t.Errorf("a sweep that finds the %s part: worked %t", part, c.Worked)
		}
	}
	b.must(b.owner.Track(t.Context(), "", vault.LeakReport{Project: "web", Leaked: leak("second"), LeakEvent: vault.LeakEvent{Kind: vault.Tracked}}))
	if c := b.one().Credential(); c.Worked || c.Parts[0].Value.Reveal() != "second" {
		t.Errorf("it is known to work (%t) with a part that it was never asked about with", c.Worked)
	}
	if c := b.do(b.one(), works).Credential(); !c.Worked {
		t.Error("it isn't known to work with the part that it was asked about with")
	}
}

// TestOtherAddresses shows that a database in whose address a password was found is asked
// beside the one in whose address it was found first.
func TestOtherAddresses(t *testing.T) {
	b := newBench(t, store.NewMemory())
	first, second := "postgres://app:the%20value@one.example.com/db", "postgres://app:the%20value@two.example.com/db"
	for i, address := range []string{first, second, second, first, second} {
		l := leakOf("the value")
		l.Rule, l.Carrier = provider.DatabaseURL, secret.New(address)
		s := Swept{Project: "web", Leaks: []Sighting{{Leaked: l, Places: []place.Place{at(fmt.Sprint(i))}}}}
		_, err := b.tracker().Track(t.Context(), s, ".")
		b.must(err)
	}
	c := b.one().Credential()
	if len(c.Parts) != 1 || c.Parts[0].Name != provider.AnotherAddress {
		t.Fatalf("asks with %d parts", len(c.Parts))
	}
	asked := []string{c.Carrier.Reveal(), c.Parts[0].Value.Reveal()}
	if slices.Sort(asked); !slices.Equal(asked, []string{first, second}) {
		t.Error("one of the two isn't asked")
	}
	// An answer of the first alone is none of what is to be asked since.
	alone := c
	alone.Parts = nil
	if s := b.one().Heard(alone, provider.Answer{Verdict: provider.Dead}); s.Answer.Verdict != provider.Unknown {
		t.Errorf("one of two answers: %s", s.Answer.Verdict)
	}
	if s := b.one().Heard(c, provider.Answer{Verdict: provider.Dead}); s.Answer.Verdict != provider.Dead {
		t.Errorf("what was asked: %s", s.Answer.Verdict)
	}
	// One more is found where it reopens the record.
	b.do(b.one(), Step{Act: Triage, Way: RevokeOnly}, own, refuse, Step{Act: Clean}, shut)
	l := leakOf("the value")
	l.Rule, l.Carrier = provider.DatabaseURL, secret.New("postgres://app:the%20value@three.example.com/db")
	_, err := b.tracker().Track(t.Context(), Swept{Project: "web", Leaks: []Sighting{{Leaked: l, Places: []place.Place{at("new")}}}}, ".")
	b.must(err)
	if r := b.one(); r.Reopened == nil || len(r.Credential().Parts) != 2 {
		t.Errorf("reopened: %v, asks with %d parts", r.Reopened != nil, len(r.Credential().Parts))
	}
}
