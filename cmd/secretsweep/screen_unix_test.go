//go:build unix

package main

import (
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/secretsweep/secretsweep/vault/identity"
)

// TestTerminalHangsUp has the terminal hang up while there is a screen.
func TestTerminalHangsUp(t *testing.T) {
	home := t.TempDir()
	for _, args := range [][]string{nil, {"migrate", t.TempDir()}} {
		x := newAtScreen(t, map[string]string{"HOME": home, "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}, args...)
		x.sees(0, "There is no vault")
		if err := x.process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		err := <-x.done
		ended, _ := errors.AsType[*exec.ExitError](err)
		if ended == nil || ended.ExitCode() != statusInterrupted {
			t.Errorf("%q: ended with %v", args, err)
		}
		if sent := x.all(); !strings.Contains(sent, backAgain) || !strings.HasSuffix(sent, "secretsweep: interrupted\r\n") {
			t.Errorf("%q: sent %q", args, sent)
		}
	}
}

// TestMigrateAsksOnce makes a vault for an identity that has a passphrase: it is asked for
// once, before there is a screen.
func TestMigrateAsksOnce(t *testing.T) {
	const passphrase, question = "four words by dice", "Passphrase of your identity (not shown): "
	home := t.TempDir()
	me := identity.Contents{Name: "ada", Identity: identity.New()}
	file := filepath.Join(home, "identity")
	if err := me.Save(file, identity.Passphrase, func() ([]byte, error) { return []byte(passphrase), nil }); err != nil {
		t.Fatal(err)
	}
	x := newAtScreen(t, map[string]string{"HOME": home, "XDG_DATA_HOME": "", identityName: file}, "migrate", t.TempDir())
	x.sees(0, question)
	x.pressHidden(passphrase+"\n", "There is no vault yet")
	_, _ = io.WriteString(x.keys, "\x03")
	if sent := x.ends(); strings.Count(sent, question) != 1 || strings.Contains(sent, passphrase) {
		t.Errorf("sent %q", sent)
	}
}

// TestMigrateRefuses has migrate refuse, without a screen, what it can't do.
func TestMigrateRefuses(t *testing.T) {
	u := newPerson(t)
	folder := t.TempDir()
	for name, tt := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"a machine":       {map[string]string{tokenName: "a token"}, []string{folder}, "a machine can't migrate"},
		"standard input":  {nil, []string{"-"}, "standard input is for keys"},
		"somebody else's": {map[string]string{identityName: filepath.Join(folder, "none")}, []string{folder}, "you have no identity"},
		"a project":       {map[string]string{vaultName: filepath.Join(folder, "new")}, []string{folder, "--project", "No Name"}, "--project"},
	} {
		env := u.atVault()
		for k, v := range tt.env {
			env[k] = v
		}
		x := newAtScreen(t, env, append([]string{"migrate"}, tt.args...)...)
		err := <-x.done
		if sent := x.all(); err == nil || !strings.Contains(sent, tt.want) || strings.Contains(sent, otherScreen) {
			t.Errorf("%s: ended with %v after\n%s", name, err, sent)
		}
	}
}

// TestMigrateAsksForSlack wants the token of a workspace while it can be asked for.
func TestMigrateAsksForSlack(t *testing.T) {
	u := newPerson(t)
	x := newAtScreen(t, u.atVault(), "migrate", slackPath)
	x.sees(0, "Token for Slack (not shown): ")
	if strings.Contains(x.all(), otherScreen) {
		t.Error("it is asked for on the screen")
	}
	x.pressHidden("\n", "no token for Slack")
}
