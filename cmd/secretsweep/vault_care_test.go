package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// person is somebody with an identity and a vault of their own, who runs commands.
type person struct {
	t   *testing.T
	env map[string]string
	dir string // of the vault
}

// newPerson makes a vault with a secret in web/dev, for alice.
func newPerson(t *testing.T) *person {
	t.Helper()
	home := t.TempDir()
	u := &person{t, map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, "config"), "XDG_DATA_HOME": filepath.Join(home, "data"),
		vaultName: filepath.Join(home, "vault"), identityName: filepath.Join(home, "identity"),
	}, filepath.Join(home, "vault")}
	u.want(0, "vault", "init", "--project", "web", "--environments", "dev,prod", "--name", "alice")
	u.want(0, "secret", "set", "A", "-e", "dev", "--generate", "uuid")
	return u
}

func (u *person) shell(stdin io.Reader, stdout, stderr io.Writer) shell {
	return shell{stdin, stdout, stderr, func(name string) string { return u.env[name] }}
}

// run runs a command, and gives its status and what it wrote.
func (u *person) run(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(u.t.Context(), args, u.shell(strings.NewReader(""), &out, &err))
	return status, out.String(), err.String()
}

// want runs a command that must end with a status, and gives all that it wrote.
func (u *person) want(status int, args ...string) string {
	u.t.Helper()
	got, stdout, stderr := u.run(args...)
	if got != status {
		u.t.Fatalf("%s: status %d, want %d\n%s%s", strings.Join(args, " "), got, status, stdout, stderr)
	}
	return stdout + stderr
}

// says runs want, and makes sure that each text is in what was written.
func (u *person) says(status int, texts []string, args ...string) {
	u.t.Helper()
	got := u.want(status, args...)
	for _, text := range texts {
		if !strings.Contains(got, text) {
			u.t.Errorf("%s: it says\n%s\nwithout %q", strings.Join(args, " "), got, text)
		}
	}
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// A folder that was put back is refused until it is accepted, which says what is lost.
func TestPutBack(t *testing.T) {
	u := newPerson(t)
	aside := u.dir + ".aside"
	copyFolder(t, u.dir, aside)
	u.want(0, "secret", "set", "B", "-e", "dev", "--generate", "uuid")
	u.want(0, "secret", "set", "C", "-e", "dev", "--generate", "uuid")
	u.want(0, "vault", "backup", u.dir+".backup")
	copyFolder(t, aside, u.dir)

	u.says(2, []string{"has 2 entries where it had 5", "vault check --accept"}, "secret", "list", "-e", "dev")
	u.says(2, []string{"problem:  audit log", "lost:     entries 2 to 4 of the log"}, "vault", "check")
	u.says(2, []string{"lost:     entries 2 to 4 of the log"}, "audit", "verify")
	var found inspectionView
	_, out, _ := u.run("vault", "check", "-f", "json")
	if err := json.Unmarshal([]byte(out), &found); err != nil || found.Lost == nil || *found.Lost != (span{2, 4}) || found.Accepted {
		t.Errorf("as JSON: %s, %v", out, err)
	}
	u.says(0, []string{"lost:     entries 2 to 4", "accepted: the vault as it is, with 2 entries", "nothing else is wrong"}, "vault", "check", "--accept")
	u.want(0, "secret", "list", "-e", "dev")
	u.says(0, []string{"nothing is wrong"}, "vault", "check")

	// Of another continuation the same backup is another history: that isn't restored by
	// itself.
	for _, name := range []string{"D", "E"} {
		u.want(0, "secret", "set", name, "-e", "dev", "--generate", "uuid")
	}
	u.says(2, []string{"doesn't continue the one", "the backup isn't sound", "--anyway"}, "vault", "restore", u.dir+".backup", "--replace")
	u.says(0, []string{"restored, with 3 secrets"}, "vault", "restore", u.dir+".backup", "--replace", "--anyway")
	u.want(0, "secret", "get", "C", "-e", "dev")
}

// What was seen can be damaged too.
func TestDamagedSeen(t *testing.T) {
	u := newPerson(t)
	seen, err := filepath.Glob(filepath.Join(u.env["XDG_CONFIG_HOME"], "secretsweep", "seen", "*.json"))
	if err != nil || len(seen) != 1 {
		t.Fatal(seen, err)
	}
	if err := os.WriteFile(seen[0], []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	u.says(2, []string{"what was seen of the vault", "vault check --accept"}, "secret", "list", "-e", "dev")
	u.says(2, []string{"vault check --accept"}, "vault", "check")
	u.says(0, []string{"can't be read, and doesn't count", "nothing is wrong"}, "vault", "check", "--accept")
	u.says(0, []string{"nothing is wrong"}, "vault", "check")
}

// A bundle holds what its token may read, for a while.
func TestBundle(t *testing.T) {
	u := newPerson(t)
	u.want(0, "secret", "set", "B", "-e", "dev", "--generate", "uuid")
	all, one := u.token("all"), u.token("one", "B")
	file := filepath.Join(t.TempDir(), "b")
	for _, c := range []struct {
		args  []string
		texts []string
	}{
		{nil, []string{"a bundle is for a token", "--for"}},
		{[]string{"--for", "all"}, []string{"a bundle has an end", "--expires"}},
		{[]string{"--for", "all", "--expires", "soon"}, []string{`--expires "soon" is no time`}},
		{[]string{"--for", "all", "--expires", "2020-01-01"}, []string{"is past"}},
		{[]string{"--for", "all", "--expires", "366d"}, []string{"more than a year"}},
		{[]string{"--for", "alice", "--expires", "24h"}, []string{"alice is no token"}},
		{[]string{"--for", "nobody", "--expires", "24h"}, []string{"there is no person or token nobody"}},
	} {
		u.says(2, c.texts, append([]string{"vault", "bundle", file}, c.args...)...)
		if _, err := os.Lstat(file); err == nil {
			t.Fatalf("%v left a file", c.args)
		}
	}
	u.says(0, []string{"2 secrets of web/dev, for all until "}, "vault", "bundle", file, "--for", "all", "--expires", "24h")
	u.reads(file, all, 2)
	u.says(2, []string{"--force"}, "vault", "bundle", file, "--for", "one", "--expires", "24h")
	u.says(0, []string{"1 secret of web/dev, for one until "}, "vault", "bundle", file, "--for", "one", "--expires", "365d", "--force")
	u.reads(file, one, 1)
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// token makes a token for web/dev, or secrets of it.
func (u *person) token(name string, secrets ...string) identity.Token {
	u.t.Helper()
	var token identity.Token
	u.open(func(s *vault.Session) (err error) {
		token, err = s.CreateToken(u.t.Context(), vault.Token{Name: name, Project: "web", Env: "dev", Secrets: secrets})
		return err
	})
	return token
}

// open opens the vault as a command does, without one.
func (u *person) open(do func(*vault.Session) error) {
	u.t.Helper()
	v := vaultFlags{dir: u.dir}
	d, err := v.open(u.t.Context(), u.shell(nil, io.Discard, io.Discard))
	if err != nil {
		u.t.Fatal(err)
	}
	err = do(d.Session)
	d.close(u.t.Context(), &err)
	if err != nil {
		u.t.Fatal(err)
	}
}

// reads makes sure that a token reads so many secrets from a bundle.
func (u *person) reads(file string, token identity.Token, want int) {
	u.t.Helper()
	f, err := os.Open(file)
	if err != nil {
		u.t.Fatal(err)
	}
	defer f.Close()
	s, err := vault.OpenBundle(u.t.Context(), f, token, vault.Options{})
	if err != nil {
		u.t.Fatal(err)
	}
	got := 0
	for _, name := range []string{"A", "B"} {
		if _, err := s.Get(u.t.Context(), vault.Ref{Project: "web", Environment: "dev", Name: name}, vault.Which{}); err == nil {
			got++
		}
	}
	if got != want {
		u.t.Errorf("the token reads %d secrets from the bundle, want %d", got, want)
	}
}

// Whoever has left vouches still for what there was.
func TestCheckpointOfSomeoneGone(t *testing.T) {
	u := newPerson(t)
	keys := identity.New()
	file := filepath.Join(t.TempDir(), "checkpoint")
	u.open(func(s *vault.Session) error {
		return s.AddPerson(t.Context(), "bob", keys.Public(), nil)
	})
	bob := *u
	bob.env = map[string]string{vaultName: u.dir, identityName: filepath.Join(t.TempDir(), "bob"), "XDG_CONFIG_HOME": t.TempDir()}
	err := identity.Contents{Name: "bob", Identity: keys, Vaults: [][32]byte{u.vaultID()}}.Save(bob.env[identityName], identity.None, nil)
	if err != nil {
		t.Fatal(err)
	}
	bob.want(0, "audit", "checkpoint", "-o", file)
	bob.says(0, []string{"nothing is wrong"}, "audit", "verify")
	bob.says(2, []string{"that takes an owner"}, "audit", "log")
	bob.says(2, []string{"refused"}, "audit", "export", "-o", file+".jsonl")
	bob.says(2, []string{"refused"}, "vault", "backup", file+".backup")
	for _, none := range []string{file + ".jsonl", file + ".backup"} {
		if _, err := os.Lstat(none); err == nil {
			t.Errorf("%s is there", none)
		}
	}
	u.says(0, []string{"backup", "bob", "refused"}, "audit", "log", "--denied")
	u.open(func(s *vault.Session) error { return s.Retire(t.Context(), "bob") })
	u.says(0, []string{"by bob, who has left since", "nothing that the checkpoint vouches for"}, "audit", "verify", "--against", file)
	bob.says(2, []string{"this identity has no access to the vault"}, "vault", "status")
}

func (u *person) vaultID() [32]byte {
	u.t.Helper()
	f, err := identity.ReadFile(u.env[identityName])
	if err != nil {
		u.t.Fatal(err)
	}
	c, err := f.Unlock(nil)
	if err != nil || len(c.Vaults) != 1 {
		u.t.Fatal(c.Vaults, err)
	}
	return c.Vaults[0]
}

func TestCheckPassphrase(t *testing.T) {
	for _, c := range []struct {
		words string
		ok    bool
	}{{"", false}, {"short", false}, {"ninechars", false}, {"tenletters", true}, {"äöüäöüäöü", false}, {"äöüäöüäöüä", true}} {
		if err := checkPassphrase([]byte(c.words)); (err == nil) != c.ok {
			t.Errorf("%d bytes: %v, want it to pass: %t", len(c.words), err, c.ok)
		}
	}
}
