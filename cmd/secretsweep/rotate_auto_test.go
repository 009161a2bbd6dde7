package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// somewhere is a provider of its own, and its driver: two values may work at a time.
type somewhere struct {
	works map[secret.Fingerprint]bool
	made  []secret.Value
	given rotation.DriverOptions
	fail  func() error // what keeps the driver from making a value
}

var _ rotation.Driver = (*somewhere)(nil)

func (s *somewhere) drivers(o rotation.DriverOptions) []rotation.Driver {
	s.given = o
	return []rotation.Driver{s}
}

func (s *somewhere) Name() string { return "somewhere" }

func (s *somewhere) Fits(old secret.Value) error {
	if len(old.Reveal()) < 20 {
		return errors.New("it is too short")
	}
	return nil
}

func (s *somewhere) Prepare(context.Context, secret.Value) (rotation.Job, error) {
	next, err := vault.Generate(vault.Generator{Kind: "hex"})
	return rotation.Job{Next: next, Overlap: true, Intent: "a second value is made somewhere"}, err
}

func (s *somewhere) After(j rotation.Job, value secret.Value) (secret.Value, error) {
	if value.Equal(j.Old) {
		return j.Next, nil
	}
	return secret.Value{}, nil
}

func (s *somewhere) Make(_ context.Context, j rotation.Job) error {
	if s.fail != nil {
		return s.fail()
	}
	if !s.works[j.Next.Fingerprint()] {
		s.made = append(s.made, j.Next)
	}
	s.works[j.Next.Fingerprint()] = true
	return nil
}

func (s *somewhere) Works(_ context.Context, value secret.Value) provider.Answer {
	if s.works[value.Fingerprint()] {
		return provider.Answer{Verdict: provider.Live, Why: "it works", Host: "somewhere"}
	}
	return provider.Answer{Verdict: provider.Dead, Why: "it doesn't", Host: "somewhere"}
}

func (s *somewhere) End(_ context.Context, j rotation.Job) error {
	delete(s.works, j.Old.Fingerprint())
	return nil
}

// TestRotateAuto has a secret that never leaked replaced from end to end, with a stop and with
// a machine that needs the old value for a while.
func TestRotateAuto(t *testing.T) {
	owner, _ := newOwner(t)
	world := &somewhere{works: make(map[secret.Fingerprint]bool)}
	var said bytes.Buffer
	auto := func(ctx context.Context, args ...string) (stdout, stderr string, err error) {
		t.Helper()
		var out, errs bytes.Buffer
		sh := shell{strings.NewReader(""), &out, &errs, func(name string) string { return owner.env[name] }}
		var v vaultFlags
		cmd := newRotateAuto(sh, &v, world.drivers)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(args)
		err = cmd.ExecuteContext(ctx)
		said.Write(out.Bytes())
		said.Write(errs.Bytes())
		if err != nil {
			said.WriteString(advise(err))
		}
		return out.String(), errs.String(), err
	}
	has := func(what, text string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", what, want, text)
			}
		}
	}
	owner.must("secret", "set", "KEY", "-e", "prod", "--generate", "hex")
	first := owner.must("secret", "get", "KEY", "-e", "prod")
	world.works[secret.New(first).Fingerprint()] = true
	token := owner.with(tokenName, owner.must("token", "create", "deploy", "-e", "prod", "--expires", "1d"))
	token.must("secret", "get", "KEY", "-e", "prod")

	// Something goes wrong before the next value is there, and then somebody stops it.
	world.fail = func() error { return errors.New("there is no room") }
	_, stderr, err := auto(t.Context(), "KEY")
	has("what is said", stderr, "a record was opened for web/prod KEY", "somewhere: a second value is made somewhere", "that is in the log")
	if err == nil || !strings.Contains(advise(err), "there is no room; \"secretsweep rotate auto ") || !strings.Contains(advise(err), "goes on from here") {
		t.Errorf("the error is %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	world.fail = func() error { stop(); return ctx.Err() }
	_, stderr, err = auto(ctx, "KEY")
	has("what is said of a stop", stderr, `goes on from "intended": a second value is made somewhere`, "goes on from here, with the same flags")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error of a stop is %v", err)
	}

	// It goes on, and waits for the machine.
	world.fail = nil
	stdout, stderr, err := auto(t.Context(), "KEY", "--admin", "web/prod/KEY", "--grace", "1h")
	if err != nil {
		t.Fatal(err)
	}
	has("what is said", stderr, "the new value was made", "it works", "the vault has it", "the old value isn't ended yet", "deploy", "both values work")
	has("the record", stdout, "state:    replacement stored")
	if !world.given.Admin.Equal(secret.New(first)) {
		t.Error("the driver wasn't given the admin's address")
	}
	if got := owner.must("secret", "get", "KEY", "-e", "prod"); got == first || !world.works[secret.New(got).Fingerprint()] || !world.works[secret.New(first).Fingerprint()] {
		t.Error("not both values work, or the vault doesn't have the next one")
	}
	token.must("secret", "get", "KEY", "-e", "prod")
	stdout, stderr, err = auto(t.Context(), "KEY")
	if err != nil {
		t.Fatal(err)
	}
	has("what is said", stderr, "the old value is about to be ended", "it was ended")
	has("the record", stdout, "state:    closed")
	if len(world.works) != 1 || len(world.made) != 1 || world.works[secret.New(first).Fingerprint()] {
		t.Errorf("%d values work, and %d were made", len(world.works), len(world.made))
	}

	// What has it since is another value, with a record of its own.
	_, stderr, err = auto(t.Context(), "web/prod/KEY", "--moved", "it was never used")
	if err != nil {
		t.Fatal(err)
	}
	has("what is said", stderr, "a record was opened for web/prod KEY", "it was ended")
	if len(world.works) != 1 || len(world.made) != 2 {
		t.Errorf("%d values work, and %d were made", len(world.works), len(world.made))
	}
	owner.must("audit", "verify")

	all := said.String() + owner.must("audit", "log", "-f", "json") + owner.must("rotate", "list", "--all", "-f", "json")
	for i, value := range append(world.made, secret.New(first)) {
		if strings.Contains(all, value.Reveal()) {
			t.Errorf("value %d was said", i)
		}
	}
}

// TestRotateAutoRefused has what can't be driven: nothing is touched.
func TestRotateAutoRefused(t *testing.T) {
	owner, _ := newOwner(t)
	file := filepath.Join(t.TempDir(), "admin")
	if err := os.WriteFile(file, []byte("postgres://somebody@db\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	owner.must("secret", "set", "KEY", "-e", "prod", "--generate", "hex")
	owner.must("secret", "set", "KEY", "-e", "dev", "--generate", "hex")
	owner.must("secret", "set", "PIN", "-e", "prod", "--generate", "hex", "--length", "4")
	world := &somewhere{works: make(map[secret.Fingerprint]bool)}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"two admins", []string{"KEY", "--admin", "a/b/c", "--admin-url-file", file}, "--admin and --admin-url-file make no sense together"},
		{"an address for an admin", []string{"KEY", "--admin", "admin"}, "the address itself is never an argument"},
		{"no admin", []string{"KEY", "--admin", "web/prod/NOTHING"}, "--admin: "},
		{"no file", []string{"KEY", "--admin-url-file", file + "x"}, "--admin-url-file: "},
		{"less than no grace", []string{"KEY", "--grace", "-1h"}, "--grace -1h0m0s makes no sense"},
		{"no host", []string{"KEY", "--allow-host", "169.254.169.254"}, "never asked"},
		{"no secret", []string{"NOTHING"}, "there is no record NOTHING"},
		{"two secrets", []string{"KEY"}, "have different values; name one as PROJECT/ENV/NAME"},
		{"no driver of that name", []string{"web/prod/KEY", "--driver", "nobody"}, `there is no driver "nobody"`},
		{"what no driver takes", []string{"PIN"}, "somewhere: it is too short"},
		{"a secret that nobody has", []string{"web/prod/KEY", "--admin-url-file", file}, ""},
	}
	auto := func(args ...string) error {
		var out, errs bytes.Buffer
		var v vaultFlags
		cmd := newRotateAuto(shell{strings.NewReader(""), &out, &errs, func(name string) string { return owner.env[name] }}, &v, world.drivers)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(args)
		return cmp.Or(cmd.ExecuteContext(t.Context()), errors.New(""))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := auto(tt.args...)
			if !strings.Contains(advise(err), tt.want) {
				t.Errorf("got %q, want %q", advise(err), tt.want)
			}
			if tt.want != "" && len(world.made) > 0 {
				t.Error("something was made")
			}
		})
	}
	if !world.given.Admin.Equal(secret.New("postgres://somebody@db")) {
		t.Error("the file has the admin's address, and the driver wasn't given it")
	}
	// What can't be driven got no record, and what was set aside stays so.
	owner.must("rotate", "accept", "web/prod/KEY", "--until", "9d", "--reason", "for a test")
	if err := auto("web/prod/KEY", "--driver", "nobody"); !strings.Contains(err.Error(), `there is no driver "nobody"`) {
		t.Error(err)
	}
	if got := owner.must("rotate", "list", "--all", "-f", "json"); strings.Contains(got, "PIN") || !strings.Contains(got, `"state": "accepted"`) {
		t.Errorf("there are records %s", got)
	}
}
