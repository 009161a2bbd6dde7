//go:build unix

package main

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// estate is a database, a repository with the address of it, and a vault.
type estate struct {
	t      *testing.T
	server *pgtest.Server
	owner  member
	app    member // by its token
	repo   string
	auto   []string // the command line that rotates
	users  bool     // two roles take turns, so that nothing fails
	old    secret.Value
	client *provider.Client

	mu     sync.Mutex
	seen   map[string]bool // command lines and environments
	said   bytes.Buffer
	faults []error // of the program that uses the database
	uses   int
	stale  bool // the program is to read the vault again
}

func newEstate(t *testing.T, driver string) *estate {
	t.Helper()
	allowed, err := provider.ParseAllowed("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	e := &estate{t: t, users: driver == "postgres-users", seen: make(map[string]bool), repo: filepath.Join(t.TempDir(), "web")}
	e.client = provider.New(provider.Options{Rules: &rules.Set{}, Allow: []provider.Allowed{allowed}})
	e.server = pgtest.Start(t, pgtest.Options{Settings: []string{
		"log_statement = all", "log_min_error_statement = debug5", "log_min_messages = debug1", "log_connections = on",
	}})
	password, admin := crand.Text(), crand.Text()
	e.server.Query("CREATE ROLE app LOGIN; CREATE ROLE boss LOGIN CREATEROLE IN ROLE pg_signal_backend; GRANT app TO boss WITH ADMIN OPTION")
	boss := secret.New(e.server.URL("boss", admin, "postgres"))
	e.giveAtFirst("app", password)
	e.giveAtFirst("boss", admin)
	e.old = secret.New(e.server.URL("app", password, "postgres"))

	// It leaks.
	if err := os.MkdirAll(e.repo, 0o700); err != nil {
		t.Fatal(err)
	}
	e.git("init", "-q")
	e.commit("export DATABASE_URL=" + e.old.Reveal() + "\n./server\n")
	e.owner, _ = newOwner(t)
	e.must("import", e.repo, "-p", "web", "-e", "prod", "--yes")
	if got := e.must("secret", "get", "DATABASE_URL", "-e", "prod"); got != e.old.Reveal() {
		t.Fatal("the vault doesn't have the address that leaked")
	}
	e.app = e.owner.with(tokenName, e.must("token", "create", "app", "-p", "web", "-e", "prod", "--expires", "1d"))
	e.auto = []string{"rotate", "auto", "DATABASE_URL", "-p", "web", "--driver", driver, "--allow-host", "127.0.0.1"}
	if e.users {
		file := filepath.Join(t.TempDir(), "admin")
		if err := os.WriteFile(file, []byte(boss.Reveal()+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		e.auto = append(e.auto, "--admin-url-file", file)
	}
	return e
}

// giveAtFirst gives a role its first password, of which the log is to tell nothing.
func (e *estate) giveAtFirst(role, password string) {
	e.server.Query("SET log_statement = none; SET log_min_error_statement = panic; SET log_min_messages = panic; ALTER ROLE " + role + " PASSWORD '" + password + "'")
}

func (e *estate) git(args ...string) {
	e.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", e.repo, "-c", "user.name=A", "-c", "user.email=a@example.com"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		e.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (e *estate) commit(script string) {
	e.t.Helper()
	if err := os.WriteFile(filepath.Join(e.repo, "deploy.sh"), []byte(script), 0o600); err != nil {
		e.t.Fatal(err)
	}
	e.git("add", "deploy.sh")
	e.git("commit", "-qm", "deploy")
}

// must runs a command line that has to succeed, and gives what it printed.
func (e *estate) must(args ...string) string {
	e.t.Helper()
	status, stdout, stderr := e.owner.run(args...)
	if status != statusOK {
		e.t.Fatalf("%v: exit status %d\n%s", args, status, stderr)
	}
	e.said.WriteString(stderr)
	return strings.TrimSpace(stdout)
}

// lead leads the leak to its end. rotate runs a program that rotates, and says how that ended.
func (e *estate) lead(rotate func(try int, cmd *exec.Cmd) error) {
	t := e.t
	t.Helper()
	stop := e.use()
	var spied sync.WaitGroup
	ended, end := context.WithCancel(t.Context())
	spied.Go(func() { e.spy(ended) })

	try := 0
	drive := func() string {
		t.Helper()
		for ; try < 100; try++ {
			cmd := e.owner.command(e.auto...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := rotate(try, cmd)
			e.said.Write(stdout.Bytes())
			e.said.Write(stderr.Bytes())
			if err == nil {
				try++
				return stdout.String() + stderr.String()
			}
			if cmd.ProcessState == nil || cmd.ProcessState.Exited() {
				t.Fatalf("rotate auto: %v\n%s", err, stderr.String())
			}
		}
		t.Fatal("it comes to no end")
		return ""
	}
	said := drive()
	if e.users {
		if !strings.Contains(said, "the old value isn't ended yet") || !strings.Contains(said, "app (read version 1 on ") {
			t.Errorf("it doesn't wait for the program:\n%s", said)
		}
		if a := e.verdict(e.old); a.Verdict != provider.Live {
			t.Errorf("the old value is %s while a program needs it (%s)", a.Verdict, a.Why)
		}
	}
	e.restart()
	e.commit("exec secretsweep run -- ./server\n")
	e.must("rotate", "done", "DATABASE_URL", "-p", "web", "--moved", "file "+filepath.Join(e.repo, "deploy.sh"))
	said = drive()
	if a := e.verdict(e.old); a.Verdict != provider.Dead || !strings.Contains(a.Why, "28P01") {
		t.Errorf("the old value is %s in the end (%s)", a.Verdict, a.Why)
	}
	if !strings.Contains(said, "clean") {
		t.Errorf("nothing is said of the place where it lies:\n%s", said)
	}
	e.await()

	// The script has it no more; in the history it is left.
	e.must("rotate", "done", "DATABASE_URL", "-p", "web", "--left", "--reason", "it is dead, and history stays as it is")
	said = e.must("rotate", "done", "DATABASE_URL", "-p", "web")
	if !strings.Contains(said, "closed") {
		t.Errorf("it isn't closed:\n%s", said)
	}
	stop()
	end()
	spied.Wait()
	e.judge()
}

func (e *estate) verdict(value secret.Value) provider.Answer {
	return e.client.Verify(e.t.Context(), provider.Credential{Rule: "database-url", Carrier: value})
}

// read has the program read its address from the vault.
func (e *estate) read() (secret.Value, error) {
	status, stdout, stderr := e.app.run("secret", "get", "DATABASE_URL", "-p", "web", "-e", "prod")
	if status != statusOK {
		return secret.Value{}, fmt.Errorf("read the vault: %s", stderr)
	}
	return secret.New(strings.TrimSpace(stdout)), nil
}

// query opens the database, and asks it something.
func (e *estate) query(ctx context.Context, address secret.Value) error {
	d, err := e.client.OpenDatabase(ctx, address)
	if err != nil {
		return err
	}
	_, err = d.Instance(ctx)
	return errors.Join(err, d.Close())
}

// use has a program use the database again and again, with the address that it has read when
// it was started, until stop is called.
func (e *estate) use() (stop func()) {
	address, err := e.read()
	if err != nil {
		e.t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			e.mu.Lock()
			stale := e.stale
			e.stale = false
			e.mu.Unlock()
			if stale {
				if address, err = e.read(); err != nil {
					e.fail(err)
				}
			}
			err := e.query(ctx, address)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil && !e.users && isPutOut(err):
				// The only password is another one: it is read again until the vault has it.
				e.reread()
			case err != nil:
				e.fail(err)
			default:
				e.mu.Lock()
				e.uses++
				e.mu.Unlock()
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	return func() { end(); running.Wait() }
}

// isPutOut tells whether a role's only password was another one, or its session was ended
// because it may have begun with that.
func isPutOut(err error) bool {
	return strings.Contains(err.Error(), "(28P01)") || strings.Contains(err.Error(), "error 57P01") || errors.Is(err, io.ErrUnexpectedEOF)
}

func (e *estate) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, err)
}

// reread has the program read its address from the vault once more.
func (e *estate) reread() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stale = true
}

// restart has the program be started again, and waits until it has used the database.
func (e *estate) restart() {
	e.reread()
	for {
		e.mu.Lock()
		stale := e.stale
		e.mu.Unlock()
		if !stale {
			break
		}
		time.Sleep(time.Millisecond)
	}
	e.await()
}

// await waits until the program has used the database twice more.
func (e *estate) await() {
	e.t.Helper()
	e.mu.Lock()
	want := e.uses + 2
	e.mu.Unlock()
	for range 3000 {
		e.mu.Lock()
		uses := e.uses
		e.mu.Unlock()
		if uses >= want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	e.t.Fatalf("the program doesn't use the database any more: %v", e.faults)
}

// spy looks at the command lines and environments of all programs, where the system shows them.
func (e *estate) spy(ctx context.Context) {
	for ctx.Err() == nil {
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, file := range files {
			for _, name := range []string{file, filepath.Join(filepath.Dir(file), "environ")} {
				if text, err := os.ReadFile(name); err == nil {
					e.mu.Lock()
					e.seen[string(text)] = true
					e.mu.Unlock()
				}
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// judge looks at what is left, and at all that could be seen.
func (e *estate) judge() {
	t := e.t
	t.Helper()
	for _, err := range e.faults {
		t.Errorf("the program failed: %v", err)
	}
	history := e.must("secret", "history", "DATABASE_URL", "-p", "web", "-e", "prod")
	if n := len(regexp.MustCompile(`(?m)^\d+ `).FindAllString(history, -1)); n != 2 {
		t.Errorf("the secret has %d versions, want 2:\n%s", n, history)
	}
	want := "app\nboss\npostgres"
	if e.users {
		want = "app\napp_b\nboss\npostgres"
	}
	if got := e.server.Query("SELECT rolname FROM pg_roles WHERE rolcanlogin ORDER BY 1"); got != want {
		t.Errorf("roles:\n%s\nwant:\n%s", got, want)
	}
	e.must("audit", "verify")
	sound(t, e.owner)

	next, err := e.read()
	if err != nil {
		t.Fatal(err)
	}
	log := e.server.Log()
	activity := e.server.Query("SELECT query FROM pg_stat_activity")
	if !strings.Contains(log, "SCRAM-SHA-256$") {
		t.Error("the server's log doesn't show its statements")
	}
	texts := map[string]string{
		"the server's log": log, "the server's activity": activity, "what was said": e.said.String(),
		"the audit log": e.must("audit", "log", "-f", "json"), "the record": e.must("rotate", "show", "DATABASE_URL", "-p", "web", "-f", "json"),
	}
	programs := 0
	for text := range e.seen {
		if strings.Contains(text, "rotate\x00auto") {
			programs++
		}
		texts["a command line or an environment"] += text
	}
	if runtime.GOOS == "linux" && programs == 0 {
		t.Error("no program was seen that rotates")
	}
	for _, address := range []secret.Value{e.old, next} {
		password, err := provider.PasswordOf(address)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range texts {
			if strings.Contains(text, password.Reveal()) {
				t.Errorf("%s has a password in it", name)
			}
		}
	}
	if intents := strings.Count(texts["the audit log"], " intends: "); intents != 1 {
		t.Errorf("the log tells of %d intents, want 1", intents)
	}
}
