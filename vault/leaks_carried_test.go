package vault

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// TestLeaksOfInvited has a maintainer join by an invitation, after there were leaks.
func TestLeaksOfInvited(t *testing.T) {
	b := newBench(t)
	line, unwrap := sshKey(t)
	if err := b.report(b.owner, leakOfWeb("before", LeakEvent{Kind: Found})); err != nil {
		t.Fatal(err)
	}
	if err := b.owner.Invite(t.Context(), "carol", line, []Wanted{{Pattern: Pattern{"*", "*"}, Role: Maintainer}}); err != nil {
		t.Fatal(err)
	}
	if err := b.report(b.owner, leakOfWeb("between", LeakEvent{Kind: Found})); err != nil {
		t.Fatal(err)
	}
	keys := identity.New()
	if _, _, err := Join(t.Context(), b.store, b.vault.ID(), keys, b.options(), unwrap); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"before: found by olivia; ", "between: found by olivia; "}, b.leaks(b.session(keys))); diff != "" {
		t.Error(diff)
	}
	b.check()
}

// TestLeaksOfAnOwnedProject has the owner of a project give its leaks to maintainers, and
// take them away again.
func TestLeaksOfAnOwnedProject(t *testing.T) {
	s := newStage(t)
	pat, _ := s.projectOwner()
	mia, _ := s.person("mia", Reader, "web/dev")
	report := func(by *Session, value string) {
		t.Helper()
		r := leakOfWeb(value, LeakEvent{Kind: Found})
		r.Project = "api"
		if err := s.report(by, r); err != nil {
			t.Fatal(err)
		}
	}
	api := Pattern{"api", "*"}
	for i := range 3 {
		report(pat, fmt.Sprint("leak ", i))
		if err := pat.Grant(t.Context(), "mia", Wanted{Pattern: api, Role: Maintainer}); err != nil {
			t.Fatal(err)
		}
		if all, err := mia.Leaks(t.Context(), "api"); err != nil || len(all) != 2*i+1 {
			t.Errorf("%d leaks, %v", len(all), err)
		}
		report(mia, fmt.Sprint("of mia ", i))
		if _, err := pat.Revoke(t.Context(), "mia", api); err != nil {
			t.Fatal(err)
		}
		if _, err := mia.Leaks(t.Context(), "api"); err == nil {
			t.Error("who is no maintainer any more reads leaks")
		}
	}
	if got := s.session(s.keys).state.roster.generation(leaksKeyID(pat.state.roster.scopes[scopeNamed(pat, "api", "dev")].project)); got != 4 {
		t.Errorf("%d generations", got)
	}
	s.check()
}

// TestReportedAtOnce has many people report one leak at once: nothing of it is lost.
func TestReportedAtOnce(t *testing.T) {
	b := newBench(t)
	var all sync.WaitGroup
	for i := range 8 {
		s, _ := b.person(fmt.Sprint("person", i), Reader, "web/dev")
		all.Go(func() {
			for range 5 {
				if err := b.report(s, leakOfWeb("one", LeakEvent{Kind: Found})); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if leaks, err := b.owner.Leaks(t.Context(), "web"); err != nil || len(leaks) != 1 || len(leaks[0].Events) != 40 {
		t.Errorf("%d leaks, %v", len(leaks), err)
	}
	b.check()
}

// TestLeaksInBackups shows that a backup has leaks, and a bundle hasn't.
func TestLeaksInBackups(t *testing.T) {
	s := newStage(t)
	if err := s.report(s.owner, leakOfWeb("one", LeakEvent{Kind: Found})); err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer
	if err := s.owner.Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	v, err := Restore(t.Context(), &backup, s.keys, store.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	restored, err := v.Session(t.Context(), s.keys, s.options())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one: found by olivia; "}, s.leaks(restored)); diff != "" {
		t.Error(diff)
	}
	if r, err := v.Check(t.Context(), s.keys, s.options(), audit.Head{}); err != nil || r.Leaks != 1 || len(r.Problems) > 0 {
		t.Errorf("check: %+v, %v", r, err)
	}
	bundled := 0
	s.bundleBytes(s.owner, func(_ *bundleHeader, pairs map[string][]byte) {
		bundled = len(pairs)
		for key := range pairs {
			if key[0] == kindLeak {
				t.Error("a bundle has something of a leak")
			}
		}
	})
	if bundled == 0 {
		t.Error("the bundle is empty")
	}
}
