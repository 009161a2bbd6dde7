package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// A hook that stood there before ours is kept under this name, and run first.
const (
	hookName    = "pre-commit"
	hookBefore  = "pre-commit.before-secretsweep"
	hookMark    = "# Installed by secretsweep."
	hookContent = `#!/bin/sh
` + hookMark + ` "secretsweep hook uninstall" takes it away again.
# It refuses a commit that adds a secret; "git commit --no-verify" goes past it.

before="$(dirname "$0")/` + hookBefore + `"
if [ -x "$before" ]; then
	"$before" "$@" || exit
fi
if command -v secretsweep >/dev/null 2>&1; then
	exec secretsweep scan --staged --quiet
fi
%secho "pre-commit: secretsweep is not on the PATH, so the commit is refused unchecked; put it there, or commit with --no-verify" >&2
exit 2
`
	// hookFallback is for a git that was not started from a shell.
	hookFallback = `if [ -x %[1]s ]; then
	exec %[1]s scan --staged --quiet
fi
`
)

func newHook(sh shell) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Check every commit before it is made",
		Long: `Installs a pre-commit hook that refuses a commit that adds a secret.
A hook that is there already goes on to run, first. core.hooksPath is honoured.`,
		Example: `  secretsweep hook install
  secretsweep hook uninstall`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&dir, "dir", ".", "the repository")
	cmd.AddCommand(
		&cobra.Command{
			Use:     "install",
			Short:   "Install the pre-commit hook",
			Example: "  secretsweep hook install",
			Args:    cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				hooks, err := hooksFolder(cmd.Context(), dir)
				if err != nil {
					return err
				}
				return installHook(hooks, sh.stdout)
			},
		},
		&cobra.Command{
			Use:     "uninstall",
			Short:   "Take the pre-commit hook away, and put back the one before it",
			Example: "  secretsweep hook uninstall",
			Args:    cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				hooks, err := hooksFolder(cmd.Context(), dir)
				if err != nil {
					return err
				}
				return uninstallHook(hooks, sh.stdout)
			},
		},
	)
	return cmd
}

// hooksFolder asks git, which knows of core.hooksPath and of linked worktrees.
func hooksFolder(ctx context.Context, dir string) (string, error) {
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("hook: %w", err)
	}
	cmd := exec.CommandContext(ctx, "git", "rev-parse", "--git-path", "hooks")
	cmd.Dir = dir
	out, err := cmd.Output()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", withHint(errors.New("hook: git is not installed"), "hooks are run by git: install it first")
	case err != nil:
		return "", withHint(fmt.Errorf("hook: %q is not in a git repository", dir), `go to one, or name it with --dir; "git init" makes one`)
	}
	hooks := strings.TrimRight(string(out), "\r\n")
	if !filepath.IsAbs(hooks) {
		hooks = filepath.Join(dir, hooks)
	}
	return hooks, nil
}

func installHook(hooks string, stdout io.Writer) error {
	if err := os.MkdirAll(hooks, 0o777); err != nil {
		return fmt.Errorf("hook: %w", err)
	}
	hook, before := filepath.Join(hooks, hookName), filepath.Join(hooks, hookBefore)
	want := hookScript()
	have, err := os.ReadFile(hook)
	displaced := false
	switch {
	case err == nil && bytes.Equal(have, want):
		fmt.Fprintf(stdout, "already installed: %s\n", printable.Text(hook))
		return nil
	case err == nil && !isOurHook(have):
		if _, err := os.Lstat(before); err == nil {
			return withHint(fmt.Errorf("hook: both %q and %q exist, and neither was written by secretsweep", hook, before),
				"move one of them away first")
		}
		if err := os.Rename(hook, before); err != nil {
			return fmt.Errorf("hook: %w", err)
		}
		displaced = true
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("hook: %w", err)
	}
	if err := writeHook(hook, want); err != nil {
		if displaced { // it goes back, or the next commit would run none
			err = errors.Join(err, os.Rename(before, hook))
		}
		return fmt.Errorf("hook: %w", err)
	}
	fmt.Fprintf(stdout, "installed: %s\n", printable.Text(hook))
	if _, err := os.Lstat(before); err == nil {
		fmt.Fprintf(stdout, "the hook that was there runs first: %s\n", printable.Text(before))
	}
	return nil
}

func writeHook(path string, content []byte) error {
	err := replaceFile(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return err
	}
	return os.Chmod(path, 0o755)
}

func uninstallHook(hooks string, stdout io.Writer) error {
	hook, before := filepath.Join(hooks, hookName), filepath.Join(hooks, hookBefore)
	have, err := os.ReadFile(hook)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(stdout, "not installed: %s\n", printable.Text(hook))
		return nil
	case err != nil:
		return fmt.Errorf("hook: %w", err)
	case !isOurHook(have):
		return withHint(fmt.Errorf("hook: %q was not written by secretsweep", hook), "it is left as it is")
	}
	err = os.Rename(before, hook)
	switch {
	case err == nil:
		fmt.Fprintf(stdout, "uninstalled; the hook that was there before is back: %s\n", printable.Text(hook))
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("hook: %w", err)
	}
	if err := os.Remove(hook); err != nil {
		return fmt.Errorf("hook: %w", err)
	}
	fmt.Fprintf(stdout, "uninstalled: %s\n", printable.Text(hook))
	return nil
}

func isOurHook(content []byte) bool { return bytes.Contains(content, []byte(hookMark)) }

// hookScript is the hook, with this program as what it falls back to. One that
// "go run" built is gone before the hook runs.
func hookScript() []byte {
	var fallback string
	if exe, err := os.Executable(); err == nil && !strings.HasPrefix(exe, os.TempDir()) {
		fallback = fmt.Sprintf(hookFallback, shellQuote(filepath.ToSlash(exe)))
	}
	return fmt.Appendf(nil, hookContent, fallback)
}

// shellQuote makes a text one word of a POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
