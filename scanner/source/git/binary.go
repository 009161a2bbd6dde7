package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// git runs the git binary on the repository, for what can't be read without it.
// It reads only: no hooks, no prompt, no pager, no network, no lock.
func (r *repository) git(ctx context.Context, args ...string) ([]byte, error) {
	path, err := exec.LookPath("git")
	if err != nil {
		return nil, errors.New("it takes the git program, which is not installed")
	}
	full := []string{"--git-dir=" + r.gitDir, "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"}
	if r.work != "" {
		full = append(full, "--work-tree="+r.work)
	}
	cmd := exec.CommandContext(ctx, path, append(full, args...)...)
	cmd.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_PAGER=", "LC_ALL=C",
		"GIT_INDEX_FILE="+r.index)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		first, _, _ := strings.Cut(stderr.String(), "\n")
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, first)
	}
	return out, nil
}
