package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// Scripts run this very test binary as the command secretsweep.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"secretsweep": main, "environ": environ, killedName: killedMain})
}

// killedName is the program that is this one, and is killed when it has said a certain thing.
const killedName = "killedsweep"

// killAtName is the variable that has what that is.
const killAtName = "SECRETSWEEP_TEST_KILL_AT"

func killedMain() {
	os.Exit(run(context.Background(), os.Args[1:], shell{os.Stdin, os.Stdout, killedWriter{}, os.Getenv}))
}

type killedWriter struct{}

func (killedWriter) Write(p []byte) (int, error) {
	n, err := os.Stderr.Write(p)
	if at := os.Getenv(killAtName); at != "" && strings.Contains(string(p), at) {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		panic(err) // if it is still there
	}
	return n, err
}

// TestScripts runs testdata/script. Besides testscript's own commands there are
//
//	secret NAME RULE…       puts a new secret of each rule into $NAME, or $NAME1, $NAME2 …
//	fill FILE…              replaces {{NAME}} by $NAME in files
//	status N COMMAND…       runs a command that must exit with status N
//	fingerprint NAME VALUE  puts the value's fingerprint into $NAME
//	readenv NAME FILE       puts what stands in a file into $NAME
//	pick NAME PATTERN FILE  puts what a pattern's group matches in a file into $NAME
//	vaultid NAME FILE       puts the vault's id that a command printed into $NAME
//	pack ARCHIVE FILE…      packs files into a .zip, .tar or .tgz
//	lines N FILE            the file must have so many lines; FILE may be stdout or stderr
//	slack FOLDER            plays Slack's Web API
//	image FILE CONFIG DIR…  packs folders as the layers of a container image
//	difficult WHAT FILE     sets the difficult values, or looks for them in a file
//	write WHAT FILE         writes what a script can't have in it
//	bundle SCOPE NAME FILE  makes a token and a bundle for it
//	reads N NAME PROGRAM    the log must have so many readings of a secret by a program
//
// and a program environ, which says what it was given.
//
//	recoverykey FILE TO     finds the recovery key in what vault init printed
//	spoil FILE TO HOW       copies a file and damages the copy: cut, flip
//	provider FILE NAME=…    plays a provider at $PROVIDER, with a token in each $NAME
//	nowhere NAME… but FILE… no file of the script's folder but these may have a variable's value
//	noleftovers             the script's folder must have no file or folder that a command left behind
func TestScripts(t *testing.T) {
	needGit(t)
	const dir = "../../testdata/script"
	if scripts, err := filepath.Glob(dir + "/*.txtar"); err != nil || len(scripts) < 12 {
		t.Fatalf("found %d scripts in %s, err %v", len(scripts), dir, err)
	}
	testscript.Run(t, testscript.Params{
		Dir:   dir,
		Setup: isolate,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"secret":      cmdSecret,
			"fill":        cmdFill,
			"status":      cmdStatus,
			"fingerprint": cmdFingerprint,
			"readenv":     cmdReadenv,
			"pick":        cmdPick,
			"vaultid":     cmdVaultID,
			"pack":        cmdPack,
			"lines":       cmdLines,
			"slack":       cmdSlack,
			"image":       cmdImage,
			"difficult":   cmdDifficult,
			"write":       cmdWrite,
			"bundle":      cmdBundle,
			"reads":       cmdReads,
			"recoverykey": cmdRecoveryKey,
			"spoil":       cmdSpoil,
			"noleftovers": cmdNoLeftovers,
			"provider":    cmdProvider,
			"nowhere":     cmdNowhere,
		},
		RequireUniqueNames: true,
	})
}

// isolate keeps the tests from the machine's settings, and git from the clock.
func isolate(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.Mkdir(home, 0o777); err != nil {
		return err
	}
	for _, kv := range gitEnviron(home) {
		name, value, _ := strings.Cut(kv, "=")
		env.Setenv(name, value)
	}
	env.Setenv("HOME", home)
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	env.Setenv("XDG_CACHE_HOME", filepath.Join(home, ".cache"))
	env.Setenv("XDG_DATA_HOME", filepath.Join(home, ".data"))
	for _, kv := range os.Environ() {
		// The tests run on CI systems themselves.
		if name, _, _ := strings.Cut(kv, "="); isCIVariable(name) {
			env.Setenv(name, "")
		}
	}
	return nil
}

func isCIVariable(name string) bool {
	for _, prefix := range []string{"CI", "GITHUB_", "GITLAB_", "CIRCLE", "TF_BUILD", "BUILD", "SYSTEM_", "BITBUCKET_", "JENKINS_", "GIT_COMMIT", "GIT_PREVIOUS", "CHANGE_", "AGENT_", "SECRETSWEEP_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "NO_COLOR"
}

// gitEnviron is the environment in which git does the same every time.
func gitEnviron(home string) []string {
	return []string{
		"GIT_CONFIG_GLOBAL=" + filepath.Join(home, "gitconfig"),
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_COUNT=3",
		"GIT_CONFIG_KEY_0=init.defaultBranch", "GIT_CONFIG_VALUE_0=main",
		"GIT_CONFIG_KEY_1=core.autocrlf", "GIT_CONFIG_VALUE_1=false",
		"GIT_CONFIG_KEY_2=gc.auto", "GIT_CONFIG_VALUE_2=0",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z",
		"GIT_TERMINAL_PROMPT=0",
	}
}

// newSecret makes a secret that no one uses, which the rule finds.
func newSecret(rule string) (string, error) {
	set, err := rules.Builtin()
	if err != nil {
		return "", err
	}
	_, value, err := set.Sample(rule, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	return value, err
}

func cmdSecret(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: secret NAME RULE…")
	}
	for i, rule := range args[1:] {
		name := args[0]
		if len(args) > 2 {
			name += strconv.Itoa(i + 1)
		}
		value, err := newSecret(rule)
		ts.Check(err)
		ts.Setenv(name, value)
	}
}

func cmdFill(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		path := ts.MkAbs(name)
		text := ts.ReadFile(name)
		for {
			before, rest, ok := strings.Cut(text, "{{")
			variable, after, closed := strings.Cut(rest, "}}")
			if !ok || !closed {
				break
			}
			value := ts.Getenv(variable)
			if value == "" {
				ts.Fatalf("fill %s: no variable %q", name, variable)
			}
			text = before + value + after
		}
		ts.Check(os.WriteFile(path, []byte(text), 0o666))
	}
}

func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND…")
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func cmdFingerprint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fingerprint NAME VALUE")
	}
	ts.Setenv(args[0], secret.New(args[1]).Fingerprint().String())
}

func cmdReadenv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: readenv NAME FILE")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}

func cmdPick(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: pick NAME PATTERN FILE")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile(args[2]))
	if len(found) < 2 {
		ts.Fatalf("%s has nothing like %s", args[2], args[1])
	}
	ts.Setenv(args[0], found[1])
}

func cmdVaultID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: vaultid NAME FILE")
	}
	id := regexp.MustCompile(`[0-9a-f]{64}`).FindString(ts.ReadFile(args[1]))
	if id == "" {
		ts.Fatalf("%s has no id of a vault", args[1])
	}
	ts.Setenv(args[0], id)
}

func cmdLines(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil || len(args) != 2 {
		ts.Fatalf("usage: lines N FILE")
	}
	if got := strings.Count(ts.ReadFile(args[1]), "\n"); got != want {
		ts.Fatalf("%s has %d lines, want %d", args[1], got, want)
	}
}

// needGit skips a test where there is no git, but not on a CI system.
func needGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no git")
		}
		t.Skip("no git")
	}
}

// gitCommand is git in a folder, isolated as in the scripts.
func gitCommand(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), gitEnviron(t.TempDir())...)
	return cmd
}

// runGit runs git and gives what it says.
func runGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := gitCommand(t, dir, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}
