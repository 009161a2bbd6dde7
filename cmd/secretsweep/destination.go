package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// destinationFlags say what pull and inject may write to.
type destinationFlags struct {
	force, gitignore bool
}

func (f *destinationFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.gitignore, "gitignore", false, "add the file to .gitignore if git doesn't ignore it")
	cmd.Flags().BoolVar(&f.force, "force", false, "write the file even if git would take it in")
}

// open gives a file to write secrets to: readable for its owner alone, and not one that git
// tracks or would add. A path that is no file, such as - for standard output, is written
// to as it is.
func (f *destinationFlags) open(ctx context.Context, sh shell, path string) (*output, error) {
	out, err := openOutput(path, sh.stdout, true)
	if err != nil || out.path == "" {
		return out, err
	}
	out.Narrow()
	if f.force {
		return out, nil
	}
	if err := f.keepFromGit(ctx, sh, out.path); err != nil {
		out.Discard()
		return nil, err
	}
	return out, nil
}

// keepFromGit makes sure that git doesn't take a file in.
func (f *destinationFlags) keepFromGit(ctx context.Context, sh shell, path string) error {
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	base := filepath.Base(path)
	if !inRepository(folder) {
		return nil
	}
	tracked, ignored, err := gitKnows(ctx, folder, base)
	switch {
	case err != nil:
		return withHint(fmt.Errorf("%q lies in a repository, and whether git ignores it can't be told: %w", path, err), "--force writes it all the same")
	case tracked:
		return withHint(fmt.Errorf("%q is tracked by git, and the secrets in it would be committed", path), "git rm --cached %s, or write to another file", shellQuote(path))
	case ignored:
		return nil
	}
	exposed := fmt.Errorf("git doesn't ignore %q, and the secrets in it could be committed", path)
	if !f.gitignore {
		ok, err := sh.confirm(fmt.Sprintf("git doesn't ignore %q. Add it to the .gitignore beside it?", path), ctx.Done())
		if err != nil && !errors.Is(err, errNobody) {
			return err
		}
		if !ok {
			return withHint(exposed, "--gitignore adds it to the .gitignore beside it")
		}
	}
	if err := addToGitignore(folder, base); err != nil {
		return err
	}
	if _, ignored, err := gitKnows(ctx, folder, base); err != nil || !ignored {
		return withHint(errors.Join(exposed, err), "it was added to the .gitignore beside it, which had no effect: look at the others")
	}
	sh.say("%q is now in the .gitignore beside it", path)
	return nil
}

// inRepository tells whether a folder lies in a git repository.
func inRepository(folder string) bool {
	for {
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return true
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return false
		}
		folder = parent
	}
}

// gitKnows asks git about a file of a folder.
func gitKnows(ctx context.Context, folder, base string) (tracked, ignored bool, err error) {
	path := "./" + base // so that no name is taken for more than a name
	if tracked, err = askGit(ctx, folder, "--literal-pathspecs", "ls-files", "--error-unmatch", "--", path); err != nil || tracked {
		return tracked, false, err
	}
	ignored, err = askGit(ctx, folder, "check-ignore", "--quiet", "--", path)
	return false, ignored, err
}

// askGit asks git a question that it answers with its exit status.
func askGit(ctx context.Context, folder string, question ...string) (bool, error) {
	// A repository could name a program of its own as its fsmonitor.
	args := append([]string{"-c", "core.fsmonitor=false"}, question...)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = folder
	// Of the folder's own repository, also where a hook of another one runs this.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", tokenName, passphraseName}, name)
	})
	_, err := cmd.Output()
	exit, answered := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return true, nil
	case answered && exit.ExitCode() == 1:
		return false, nil
	case errors.Is(err, exec.ErrNotFound):
		return false, errors.New("git is not installed")
	case answered && len(exit.Stderr) > 0:
		said, _, _ := strings.Cut(string(exit.Stderr), "\n")
		return false, fmt.Errorf("git: %s", said)
	}
	return false, fmt.Errorf("git: %w", err)
}

// addToGitignore adds a file of a folder to the .gitignore there.
func addToGitignore(folder, base string) error {
	if strings.ContainsAny(base, "\r\n") {
		return withHint(fmt.Errorf("a .gitignore has no way to name %q", base), "write to another file")
	}
	path := filepath.Join(folder, ".gitignore")
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() { // which git doesn't follow, and neither do we
		return withHint(fmt.Errorf("%q is no regular file", path), "add the line yourself: /%s", base)
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	text = append(text, "/"+gitignoreQuote(base)+"\n"...)
	return replaceFile(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// gitignoreQuote writes a name so that it stands for itself in a .gitignore (gitignore(5)).
func gitignoreQuote(name string) string {
	name = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
	if trimmed := strings.TrimRight(name, " "); trimmed != name {
		name = trimmed + strings.Repeat(`\ `, len(name)-len(trimmed))
	}
	return name
}
