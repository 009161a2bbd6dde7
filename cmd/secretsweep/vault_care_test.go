package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
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
		{[]string{"--for", "nobody", "--expires", "24h"}, []string{"there is no principal nobody"}},
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
	bob.want(0, "audit", "checkpoint", "--out", file)
	bob.says(0, []string{"nothing is wrong"}, "audit", "verify")
	bob.says(2, []string{"that takes a owner"}, "audit", "log")
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

// A long log is written as it is read.
func TestActWriterStreams(t *testing.T) {
	for _, format := range []string{"table", "json", "jsonl"} {
		var out bytes.Buffer
		w, err := newActWriter(format, &out)
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for seq := range int64(100_000) {
			before := out.Len()
			if err := w.write(vault.Logged{Seq: seq, Principal: "alice\x1b[31m"}); err != nil {
				t.Fatal(err)
			}
			if out.Len() == before {
				most = max(most, w.out.Buffered())
			}
		}
		if err := w.end(); err != nil || most > w.out.Size() || w.n != 100_000 {
			t.Errorf("%s: %d bytes were held, %v", format, most, err)
		}
		if bytes.ContainsRune(out.Bytes(), 0x1b) {
			t.Errorf("%s: a control character was written", format)
		}
		var all []actView
		if err := json.Unmarshal(out.Bytes(), &all); format == "json" && (err != nil || len(all) != 100_000 || all[99_999].Entry != 99_999) {
			t.Errorf("%s: %d acts, %v", format, len(all), err)
		}
	}
}

func TestRing(t *testing.T) {
	for limit := 1; limit < 6; limit++ {
		for n := range int64(12) {
			r := ring{limit: limit}
			for seq := range n {
				_ = r.add(vault.Logged{Seq: seq})
			}
			all := r.all()
			if len(all) != min(limit, int(n)) {
				t.Fatalf("limit %d of %d: %d", limit, n, len(all))
			}
			for i, l := range all {
				if want := n - int64(len(all)) + int64(i); l.Seq != want {
					t.Errorf("limit %d of %d: at %d is entry %d, want %d", limit, n, i, l.Seq, want)
				}
			}
		}
	}
}

// Two commands at once both succeed, and neither is lost.
func TestTwoAtOnce(t *testing.T) {
	u := newPerson(t)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			name := fmt.Sprintf("AT_ONCE_%d", i)
			if status, _, stderr := u.run("secret", "set", name, "-e", "dev", "--generate", "uuid"); status != 0 {
				t.Errorf("set: status %d: %s", status, stderr)
			}
			if status, stdout, stderr := u.run("secret", "list", "-e", "dev"); status != 0 || !strings.Contains(stdout, name) {
				t.Errorf("list: status %d: %s%s", status, stdout, stderr)
			}
		})
	}
	all.Wait()
	u.says(0, []string{"opened:   5 secrets", "nothing is wrong"}, "vault", "check")
}

// hook is a writer that calls a function when a text was written.
type hook struct {
	bytes.Buffer
	text string
	call func()
}

func (h *hook) Write(p []byte) (int, error) {
	n, err := h.Buffer.Write(p)
	if h.call != nil && strings.Contains(h.String(), h.text) {
		h.call()
		h.call = nil
	}
	return n, err
}

// Who waits for the vault names who has it.
func TestWaiting(t *testing.T) {
	u := newPerson(t)
	ctx := t.Context()
	other, err := badger.Open(ctx, u.dir, badger.Options{Holder: "secretsweep secret set"})
	if err != nil {
		t.Fatal(err)
	}
	held, release, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		err := other.View(ctx, func(store.Reader) error {
			close(held)
			<-release
			return nil
		})
		done <- err
		done <- other.Close()
	}()
	<-held
	var out bytes.Buffer
	stderr := &hook{text: fmt.Sprintf("waiting for secretsweep secret set (process %d)\n", os.Getpid()), call: func() { close(release) }}
	if status := run(ctx, []string{"secret", "list", "-e", "dev"}, u.shell(strings.NewReader(""), &out, stderr)); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
	if stderr.call != nil {
		t.Errorf("it didn't wait, or not so: %s", stderr)
		close(release)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// asking is an input that takes its time.
type asking struct {
	asked  chan bool
	answer chan string
	once   sync.Once
}

func (a *asking) Read(p []byte) (int, error) {
	a.once.Do(func() { close(a.asked) })
	text, ok := <-a.answer
	if !ok {
		return 0, io.EOF
	}
	return copy(p, text), nil
}

// While a value is asked for, the vault is free.
func TestAskingLeavesVaultFree(t *testing.T) {
	u := newPerson(t)
	in := &asking{asked: make(chan bool), answer: make(chan string)}
	done := make(chan string)
	go func() {
		var out bytes.Buffer
		status := run(t.Context(), []string{"secret", "set", "SLOW", "-e", "dev"}, u.shell(in, &out, &out))
		done <- fmt.Sprint(status, " ", out.String())
	}()
	<-in.asked
	if got := u.want(0, "secret", "set", "QUICK", "-e", "dev", "--generate", "uuid"); strings.Contains(got, "waiting") {
		t.Errorf("it waited: %s", got)
	}
	in.answer <- "value"
	close(in.answer)
	if got := <-done; !strings.HasPrefix(got, "0 web/dev SLOW: version 1") {
		t.Errorf("got %s", got)
	}
}

var careCommands = [][]string{
	{"vault", "status"}, {"vault", "check"}, {"vault", "check", "--accept"}, {"vault", "env", "list"}, {"vault", "env", "create", "web/qa"},
	{"audit", "log"}, {"audit", "verify"}, {"audit", "checkpoint"}, {"audit", "export"}, {"secret", "get", "A", "-e", "dev"},
}

// Whatever state a folder is in, the commands say what is wrong, and don't panic.
func TestDamagedFolders(t *testing.T) {
	u := newPerson(t)
	sound := u.dir + ".sound"
	copyFolder(t, u.dir, sound)
	var files []string
	err := filepath.WalkDir(sound, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, strings.TrimPrefix(path, sound))
		}
		return err
	})
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	broken := 0
	for _, file := range files {
		for how, damage := range map[string]func([]byte) []byte{
			"flipped":   func(b []byte) []byte { b = bytes.Clone(b); b[len(b)/2] ^= 0x10; return b },
			"all ones":  func(b []byte) []byte { return bytes.Repeat([]byte{0xff}, len(b)) },
			"cut":       func(b []byte) []byte { return b[:len(b)/2] },
			"empty":     func([]byte) []byte { return nil },
			"with more": func(b []byte) []byte { return append(bytes.Clone(b), "more"...) },
			"gone":      nil,
		} {
			data, err := os.ReadFile(sound + file)
			if err != nil {
				t.Fatal(err)
			}
			if len(data) == 0 {
				continue
			}
			for _, args := range careCommands {
				copyFolder(t, sound, u.dir)
				if damage == nil {
					err = os.Remove(u.dir + file)
				} else {
					err = os.WriteFile(u.dir+file, damage(data), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				status, stdout, stderr := u.run(args...)
				switch {
				case status == 2 && stdout+stderr != "":
					broken++
				case status != 0:
					t.Errorf("%s %s: %s: status %d\n%s%s", file, how, strings.Join(args, " "), status, stdout, stderr)
				}
				if strings.Contains(stderr, "goroutine ") {
					t.Errorf("%s %s: %s: %s", file, how, strings.Join(args, " "), stderr)
				}
			}
		}
	}
	if broken < 20 {
		t.Errorf("only %d commands noticed anything", broken)
	}
}

// In a folder that can't be written to, what only looks works, and what would write says
// why it doesn't.
func TestReadOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("everybody may write here")
	}
	u := newPerson(t)
	mode := func(dirs, files fs.FileMode) {
		err := filepath.WalkDir(u.dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() {
				return os.Chmod(path, dirs)
			}
			return os.Chmod(path, files)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mode(0o500, 0o400)
	t.Cleanup(func() { mode(0o700, 0o600) })
	u.says(0, []string{"nothing is wrong"}, "vault", "check")
	u.says(0, []string{"nothing is wrong"}, "audit", "verify")
	u.want(2, "secret", "get", "A", "-e", "dev")
	u.want(2, "vault", "backup", filepath.Join(t.TempDir(), "b"))
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
