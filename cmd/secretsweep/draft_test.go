package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// TestDraft keeps decisions: for one person alone, all of them, or none that could be wrong.
func TestDraft(t *testing.T) {
	dir := t.TempDir()
	sh := shell{getenv: func(name string) string { return map[string]string{"XDG_DATA_HOME": dir}[name] }}
	me := who{Identity: identity.New()}
	d, err := newDraft(sh, [32]byte{1}, me, "web")
	if err != nil {
		t.Fatal(err)
	}
	if all, err := d.read(); err != nil || all != nil {
		t.Errorf("before there is one: %v, %v", all, err)
	}
	var want []importers.Decision
	for i := range 2_000 { // more than age seals at once
		one := importers.Decision{Value: secret.New(fmt.Sprint("value ", i)).Fingerprint(), Choice: importers.Import, Done: true}
		one.Targets = []importers.Destination{{Env: "prod", Name: fmt.Sprint("NAME_", i)}}
		want = append(want, one)
	}
	d.others = want[:1]
	if err := d.write(want[1:]); err != nil {
		t.Fatal(err)
	}
	got, err := d.read()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b secret.Fingerprint) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	sealed, err := os.ReadFile(d.path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("NAME_")) {
		t.Error("it is in the clear")
	}
	for path, most := range map[string]os.FileMode{d.path: 0o600, filepath.Dir(d.path): 0o700} {
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != most {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	for what, damage := range map[string]func([]byte) []byte{
		"cut short":           func(b []byte) []byte { return b[:len(b)-1] },
		"cut where age seals": func(b []byte) []byte { return b[:len(b)-len(b)%(64<<10+16)] },
		"longer":              func(b []byte) []byte { return append(b, 'x') },
		"changed":             func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"empty":               func([]byte) []byte { return nil },
	} {
		if err := os.WriteFile(d.path, damage(bytes.Clone(sealed)), 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := d.read()
		if err == nil || all != nil || !strings.Contains(advise(err), "remove "+shellQuote(d.path)+" to begin anew") {
			t.Errorf("%s: %d decisions, %v", what, len(all), err)
		}
	}
	if err := os.WriteFile(d.path, sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	d.me = who{Identity: identity.New()}
	if all, err := d.read(); err == nil || all != nil {
		t.Errorf("somebody else reads it: %d decisions", len(all))
	}
	for _, other := range []func() (draft, error){
		func() (draft, error) { return newDraft(sh, [32]byte{2}, me, "web") },
		func() (draft, error) { return newDraft(sh, [32]byte{1}, me, "api") },
		func() (draft, error) { return newDraft(sh, [32]byte{1}, d.me, "web") },
	} {
		if o, err := other(); err != nil || o.path == d.path {
			t.Errorf("another vault, project or person has the same draft, %v", err)
		}
	}
}
