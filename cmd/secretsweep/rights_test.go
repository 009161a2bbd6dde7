package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// member is somebody who uses a vault by commands.
type member struct {
	t   *testing.T
	env map[string]string
}

// run runs a command line and gives its exit status and what it printed.
func (m member) run(args ...string) (status int, stdout, stderr string) {
	m.t.Helper()
	var out, say bytes.Buffer
	sh := shell{strings.NewReader(""), &out, &say, func(name string) string { return m.env[name] }}
	status = run(m.t.Context(), args, sh)
	return status, out.String(), say.String()
}

// must runs a command line that has to succeed, and gives what it printed.
func (m member) must(args ...string) string {
	m.t.Helper()
	status, stdout, stderr := m.run(args...)
	if status != statusOK {
		m.t.Fatalf("%v: exit status %d\n%s", args, status, stderr)
	}
	return strings.TrimSpace(stdout)
}

// with gives somebody else of the same vault.
func (m member) with(name, value string) member {
	m.env = maps.Clone(m.env)
	m.env[name] = value
	return m
}

// newcomer makes an identity of their own for somebody, who isn't in the vault yet.
func (m member) newcomer(name string) (member, string) {
	m.t.Helper()
	them := m.with(identityName, filepath.Join(m.t.TempDir(), name))
	return them, them.must("user", "join")
}

// newOwner makes a vault with an owner.
func newOwner(t *testing.T) (owner member, id string) {
	t.Helper()
	dir := t.TempDir()
	owner = member{t, map[string]string{
		vaultName: filepath.Join(dir, "vault"), identityName: filepath.Join(dir, "owner"), "XDG_CONFIG_HOME": dir,
	}}
	made := owner.must("vault", "init", "--project", "web", "--name", "olivia", "--no-recovery")
	_, rest, _ := strings.Cut(made, "its id:")
	id = strings.Fields(rest)[0]
	return owner, id
}

// admit adds somebody with a role.
func (m member) admit(id, name, role, on string) member {
	m.t.Helper()
	them, public := m.newcomer(name)
	m.must("user", "add", name, public, "--role", role, "--on", on)
	them.must("user", "join", "--vault-id", id)
	return them
}

// TestRights is the table of who may do what.
func TestRights(t *testing.T) {
	owner, id := newOwner(t)
	for _, env := range []string{"dev", "prod"} {
		owner.must("secret", "set", "KEY", "-e", env, "--generate", "hex")
		owner.must("secret", "set", "KEY", "-e", env, "--generate", "hex")
		owner.must("secret", "set", "OTHER", "-e", env, "--generate", "hex")
	}
	_, idle := owner.newcomer("idle")
	owner.must("user", "add", "idle", idle)

	left := owner.admit(id, "left", "owner", "*/*")
	owner.must("offboard", "left", "--yes")
	stranger, _ := owner.newcomer("stranger")
	ended := owner.admit(id, "ended", "reader", "web/staging")
	owner.must("access", "grant", "ended", "maintainer", "web/dev", "--until", "1ns")
	revoked := owner.must("token", "create", "revoked", "-e", "dev", "--no-expiry")
	owner.must("token", "revoke", "revoked")
	who := []struct {
		name string
		member
	}{
		{"owner", owner},
		{"owner of web/dev", owner.admit(id, "pam", "owner", "web/dev")},
		{"maintainer of web/dev", owner.admit(id, "max", "maintainer", "web/dev")},
		{"developer of */dev", owner.admit(id, "dora", "developer", "*/dev")},
		{"reader of web/dev", owner.admit(id, "rita", "reader", "web/dev")},
		{"whose grant is past", ended},
		{"token", owner.with(tokenName, owner.must("token", "create", "deploy", "-e", "dev", "--no-expiry"))},
		{"token for KEY", owner.with(tokenName, owner.must("token", "create", "job", "-e", "dev", "--secret", "KEY", "--expires", "90d"))},
		{"token past its time", owner.with(tokenName, owner.must("token", "create", "late", "-e", "dev", "--expires", "1ns"))},
		{"revoked token", owner.with(tokenName, revoked)},
		{"who left", left},
		{"stranger", stranger},
	}
	// What each column of a line says: whether somebody may do it. N in an argument is a
	// number that is another one each time.
	commands := []struct{ command, may string }{
		{"secret get KEY -e dev", "yyyyynyynnnn"},
		{"secret get OTHER -e dev", "yyyyynynnnnn"},
		{"secret get KEY -e dev --version 1", "yyynnnnnnnnn"},
		{"secret get KEY -e prod", "ynnnnnnnnnnn"},
		{"secret list -e dev", "yyyyynyynnnn"},
		{"secret list -e prod", "ynnnnnnnnnnn"},
		{"secret set NEWN -e dev --generate hex", "yyyynnnnnnnn"},
		{"secret set NEWN -e prod --generate hex", "ynnnnnnnnnnn"},
		{"scan --known -q FILE", "yyyyynyynnnn"},
		{"user list", "yyyyyynnnnnn"},
		{"token list", "yyyyyynnnnnn"},
		{"access list", "yyyyyynnnnnn"},
		{"access explain KEY -e dev", "yyyyynnnnnnn"},
		{"access explain -e prod", "yyyyyynnnnnn"},
		{"access list --unused 90d", "ynnnnnnnnnnn"},
		{"access seen idle", "ynnnnnnnnnnn"},
		{"access grant idle reader web/dev", "yynnnnnnnnnn"},
		{"access grant idle reader web/prod", "ynnnnnnnnnnn"},
		{"access grant idle reader */dev", "ynnnnnnnnnnn"},
		{"token create tokenN -e dev --no-expiry", "yynnnnnnnnnn"},
		{"token create tokenN -e prod --no-expiry", "ynnnnnnnnnnn"},
		{"user add userN PUBLIC", "ynnnnnnnnnnn"},
		{"rotate list", "ynnnnnnnnnnn"},
		{"rotate report -p web", "ynnnnnnnnnnn"},
		{"rotate policy", "yyyyyyyyynnn"},
		{"rotate policy database 30d", "ynnnnnnnnnnn"},
		{"offboard victimN --yes", "ynnnnnnnnnnn"},
	}
	clean := filepath.Join(t.TempDir(), "clean")
	if err := os.WriteFile(clean, []byte("nothing\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	n, allowed := 0, 0
	for _, c := range commands {
		if len(c.may) != len(who) {
			t.Fatalf("%s: %d columns, want %d", c.command, len(c.may), len(who))
		}
		for i, w := range who {
			n++
			args := strings.Fields(strings.NewReplacer("N ", fmt.Sprintf("%d ", n), "FILE", clean).Replace(c.command))
			for j, arg := range args {
				if arg == "PUBLIC" || strings.HasPrefix(arg, "victim") {
					_, public := owner.newcomer(fmt.Sprint("new", n))
					if args[j] = public; strings.HasPrefix(arg, "victim") {
						args[j] = arg
						owner.must("user", "add", arg, public)
					}
				}
			}
			want := statusError
			if c.may[i] == 'y' {
				want = statusOK
				allowed++
			}
			status, stdout, stderr := w.run(args...)
			if status != want {
				t.Errorf("%s: %s: exit status %d, want %d\n%s", w.name, c.command, status, want, stderr)
			}
			if want == statusError && stdout != "" {
				t.Errorf("%s: %s: was refused, and printed something", w.name, c.command)
			}
		}
	}
	t.Logf("%d acts, of which %d are allowed", n, allowed)
}
