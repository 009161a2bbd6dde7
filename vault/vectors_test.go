package vault

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

var update = flag.Bool("update", false, "write the test vectors anew")

// The vector: a vault of today's format that every later program has to open. Each line
// is a pair, in hexadecimal. Its identities come from seeds that say who they are.
const vectorFile = "testdata/vault1.txt"

var vectorTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func vectorIdentity(t testing.TB, name string) *identity.Identity {
	t.Helper()
	id, err := identity.FromSeed([]byte((name + strings.Repeat(".", keySize))[:keySize]))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func vectorOptions() Options {
	return Options{Now: func() time.Time { return vectorTime.Add(time.Hour) }, Program: "vector", Host: "here"}
}

// makeVector writes a vault that has something of everything.
func makeVector(t *testing.T) {
	b := newBench(t)
	b.now, b.keys = vectorTime, vectorIdentity(t, "olivia")
	b.store = store.NewMemory()
	recovery := vectorIdentity(t, "recovery").Public()
	var err error
	if b.vault, err = Init(t.Context(), b.store, b.keys, Founding{Name: "olivia", Recovery: &recovery, Project: "web", Environments: []string{"dev", "prod"}, Options: b.options()}); err != nil {
		t.Fatal(err)
	}
	b.owner = b.session(b.keys)
	for name, right := range map[string]Wanted{"dora": {Pattern: Pattern{"*", "dev"}, Role: Developer}, "gone": {Pattern: Pattern{"web", "prod"}, Role: Reader}} {
		if err := b.owner.AddPerson(t.Context(), name, vectorIdentity(t, name).Public(), []Wanted{right}); err != nil {
			t.Fatal(err)
		}
	}
	b.set("dev", "GREETING", "hello")
	b.set("prod", "GREETING", "good day")
	if _, err := b.owner.Set(t.Context(), Change{Ref: Ref{"web", "prod", "GREETING"}, Value: secret.New("good evening"), Edit: func(i *Info) { i.Kind = "greeting" }, Grace: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	b.set("prod", "QUOTES", "a 'b' \"c\" $d #e\nf")
	b.set("prod", "LEFT", "gone soon")
	if _, err := b.owner.Destroy(t.Context(), Ref{"web", "prod", "LEFT"}, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Import(t.Context(), Intake{
		Source:  "a sweep",
		Changes: []Change{change("prod", "WELCOME", "welcome", "HELLO")},
		Leaks: []LeakReport{
			leakOfWeb("welcome", LeakEvent{Kind: Imported, Refs: []Ref{{"web", "prod", "WELCOME"}}, Places: []place.Place{inFile("a.txt")}}),
			leakOfWeb("asked", LeakEvent{Kind: Waiting, Asked: asked("ASKED", "the whole that was asked for")}),
			{Project: "web", Leaked: Leaked{Value: secret.New("rotated"), Carrier: secret.New("x://rotated@host"), Parts: []LeakPart{{"id", secret.New("half")}}}, LeakEvent: LeakEvent{Kind: Found}},
		},
	}); err != nil {
		t.Fatal(err)
	}
	if err := b.owner.AddPerson(t.Context(), "left", vectorIdentity(t, "left").Public(), []Wanted{{Pattern: Pattern{"web", "*"}, Role: Maintainer}}); err != nil {
		t.Fatal(err)
	}
	if err := b.owner.Retire(t.Context(), "left"); err != nil { // so that there is a next key of leaks
		t.Fatal(err)
	}
	if err := b.owner.Retire(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	dora := b.session(vectorIdentity(t, "dora"))
	if err := b.report(dora, leakOfWeb("welcome", LeakEvent{Kind: Closed, Reason: "it was revoked"})); err != nil {
		t.Fatal(err)
	}
	if err := b.owner.Track(t.Context(), "stored what is next", leakOfWeb("rotated", LeakEvent{Kind: Tracked, Next: secret.New("next"), Data: []byte(`{"step":"stored"}`)})); err != nil {
		t.Fatal(err)
	}
	if err := dora.Track(t.Context(), "opened it again", leakOfWeb("asked", LeakEvent{Kind: Reopened})); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`{"days":30}`, `{"days": 90}`} {
		if err := b.owner.SetPolicy(t.Context(), json.RawMessage(text)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := dora.Set(t.Context(), Change{Ref: Ref{"web", "dev", "GREETING"}, Value: secret.New("hi")}); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	all := records(t, b.store)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out.WriteString(hex.EncodeToString([]byte(key)) + " " + hex.EncodeToString(all[key]) + "\n")
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(vectorFile), 0o755), os.WriteFile(vectorFile, []byte(out.String()), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func readVector(t *testing.T) map[string][]byte {
	t.Helper()
	data, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]byte)
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		left, right, _ := strings.Cut(lines.Text(), " ")
		key, err := hex.DecodeString(left)
		if err != nil {
			t.Fatal(err)
		}
		if all[string(key)], err = hex.DecodeString(right); err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 50 {
		t.Fatalf("%d records", len(all))
	}
	return all
}

// TestVectors opens the vector, value for value.
func TestVectors(t *testing.T) {
	if *update {
		makeVector(t)
	}
	for _, c := range []struct {
		who  string
		want map[string]string
	}{
		{"olivia", map[string]string{"web/dev GREETING": "hi", "web/prod GREETING": "good evening", "web/prod QUOTES": "a 'b' \"c\" $d #e\nf", "web/prod WELCOME": "welcome"}},
		{"recovery", map[string]string{"web/dev GREETING": "hi", "web/prod GREETING": "good evening", "web/prod QUOTES": "a 'b' \"c\" $d #e\nf", "web/prod WELCOME": "welcome"}},
		{"dora", map[string]string{"web/dev GREETING": "hi"}},
	} {
		st := store.NewMemory()
		put(t, st, readVector(t))
		id, err := IDOf(t.Context(), st)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Open(t.Context(), st, id)
		if err != nil {
			t.Fatal(err)
		}
		s, err := v.Session(t.Context(), vectorIdentity(t, c.who), vectorOptions())
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]string)
		for _, p := range s.Environments() {
			all, err := s.GetScope(t.Context(), p.Project, p.Environment, Which{}, func(string) bool { return true })
			var denied *DeniedError
			if err != nil && !errors.As(err, &denied) {
				t.Fatal(err)
			}
			for _, one := range all {
				got[one.Ref.String()] = one.Value.Reveal()
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s reads (-want +got):\n%s", c.who, diff)
		}
		if text, err := s.Policy(t.Context()); err != nil || string(text) != `{"days": 90}` {
			t.Errorf("%s reads the policy %s, %v", c.who, text, err)
		}
		if c.who != "dora" {
			all, err := s.Leaks(t.Context(), "web")
			if err != nil {
				t.Fatal(err)
			}
			leaks := make(map[string]string)
			for _, l := range all {
				leaks[l.Value.Reveal()] = fmt.Sprint(len(l.Events), " events, ", l.Decision, askedFor(&l), ", ", besideOf(&l))
			}
			want := map[string]string{
				"welcome": "2 events, closed[], [  ]",
				"asked":   "2 events, reopened[ASKED the whole that was asked for olivia], [  ]",
				"rotated": "2 events, [], [x://rotated@host id=half  next]",
			}
			if diff := cmp.Diff(want, leaks); diff != "" {
				t.Errorf("%s reads leaks (-want +got):\n%s", c.who, diff)
			}
		}
		if c.who == "olivia" {
			if got := get(t, s, Ref{"web", "prod", "GREETING"}, Which{Version: 1}); got != "good day" {
				t.Errorf("the version in its grace is %q", got)
			}
			var gone *GoneError
			if _, err := s.Get(t.Context(), Ref{"web", "prod", "LEFT"}, Which{Version: 1}); !errors.As(err, &gone) {
				t.Errorf("the destroyed version: %v", err)
			}
			report, err := v.Check(t.Context(), vectorIdentity(t, "olivia"), vectorOptions(), audit.Head{})
			if err != nil || len(report.Problems) > 0 || report.Values != 6 || report.Leaks != 3 {
				t.Errorf("check: %+v, %v", report, err)
			}
		}
	}
	st := store.NewMemory()
	put(t, st, readVector(t))
	id, _ := IDOf(t.Context(), st)
	v, err := Open(t.Context(), st, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"gone", "nobody"} {
		if _, err := v.Session(t.Context(), vectorIdentity(t, who), vectorOptions()); !errors.Is(err, ErrNotMember) {
			t.Errorf("%s: %v", who, err)
		}
	}
}

// TestWrongVectors changes the vector, each time in one way that has to be refused.
func TestWrongVectors(t *testing.T) {
	first := func(all map[string][]byte, kind byte) string { return keysOf(all, kind)[0] }
	each := func(kind byte, change func([]byte) []byte) func(map[string][]byte) {
		return func(all map[string][]byte) {
			for _, key := range keysOf(all, kind) {
				all[key] = change(bytes.Clone(all[key]))
			}
		}
	}
	later := func(value []byte) []byte { value[0] = 2; return value }
	cut := func(value []byte) []byte { return value[:5] }
	for _, c := range []struct {
		what   string
		change func(map[string][]byte)
		reason string
	}{
		{"no header", func(all map[string][]byte) { delete(all, "v") }, "there is no vault"},
		{"a header of a later format", each(kindHeader, later), "too old"},
		{"a header that is cut short", each(kindHeader, cut), "cut short"},
		{"another founder", each(kindHeader, func(v []byte) []byte { v[3] ^= 1; return v }), "another vault"},
		{"a statement of a later format", each(kindStatement, later), "isn't the one that was made"},
		{"a lost statement", func(all map[string][]byte) { delete(all, first(all, kindStatement)) }, "not found"},
		{"no wraps", func(all map[string][]byte) {
			for _, key := range keysOf(all, kindWrap) {
				delete(all, key)
			}
		}, "no access"},
		{"wraps of a later format", each(kindWrap, later), "too old"},
		{"wraps that are cut short", each(kindWrap, cut), "cut short"},
		{"damaged wraps", each(kindWrap, func(v []byte) []byte { v[len(v)-1] ^= 1; return v }), "unwrap"},
		{"scopes of a later format", each(kindScope, later), "too old"},
		{"a scope with a number of the future", each(kindScope, func(v []byte) []byte { v[5] = 1; return v }), "missing"},
		{"a scope under an older key", each(kindScope, func(v []byte) []byte { v[12] = 7; return v }), "put back"},
		{"damaged names", each(kindName, func(v []byte) []byte { v[20] ^= 1; return v }), "doesn't vouch"},
		{"damaged keys", each(kindKeys, func(v []byte) []byte { v[20] ^= 1; return v }), "doesn't vouch"},
		{"damaged heads", each(kindHead, func(v []byte) []byte { v[20] ^= 1; return v }), "doesn't vouch"},
		{"damaged values", each(kindVersion, func(v []byte) []byte { v[20] ^= 1; return v }), "doesn't vouch"},
		{"lost values", func(all map[string][]byte) {
			for _, key := range keysOf(all, kindVersion) {
				delete(all, key)
			}
		}, "not found"},
		{"damaged leaks", each(kindLeak, func(v []byte) []byte { v[20] ^= 1; return v }), "isn't what entry"},
		{"leaks of a later format", each(kindLeak, later), "isn't what entry"},
		{"lost leaks", func(all map[string][]byte) {
			for _, key := range keysOf(all, kindLeak) {
				delete(all, key)
			}
		}, "an event is lost"},
		{"no log", func(all map[string][]byte) {
			for _, key := range keysOf(all, logKind) {
				delete(all, key)
			}
		}, "no access"},
	} {
		all := readVector(t)
		st := store.NewMemory()
		put(t, st, all)
		id, err := IDOf(t.Context(), st)
		if err != nil {
			t.Fatal(err)
		}
		c.change(all)
		put(t, st, all)
		err = func() error {
			v, err := Open(t.Context(), st, id)
			if err != nil {
				return err
			}
			s, err := v.Session(t.Context(), vectorIdentity(t, "olivia"), vectorOptions())
			if err != nil {
				return err
			}
			if _, err = s.Get(t.Context(), Ref{"web", "prod", "GREETING"}, Which{}); err == nil {
				_, err = s.Leaks(t.Context(), "web")
			}
			return err
		}()
		if err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v; want an error that has %q", c.what, err, c.reason)
		}
	}
}
