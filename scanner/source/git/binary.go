package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// git runs the git binary on the repository, for what can't be read without it.
// It reads only: no hooks, no prompt, no pager, no network, no lock.
func (r *repository) git(ctx context.Context, args ...string) ([]byte, error) {
	path, err := exec.LookPath("git")
	if err != nil {
		return nil, errors.New("it takes the git program, which is not installed")
	}
	// All paths are absolute and git starts at the top: what it says is then
	// relative to the top, wherever we were started.
	gitDir, err := filepath.Abs(r.gitDir)
	if err != nil {
		return nil, err
	}
	index, err := filepath.Abs(r.index)
	if err != nil {
		return nil, err
	}
	top := gitDir
	if r.work != "" {
		if top, err = filepath.Abs(r.work); err != nil {
			return nil, err
		}
	}
	full := []string{"--git-dir=" + gitDir, "--work-tree=" + top, "-c", "core.bare=false", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"}
	cmd := exec.CommandContext(ctx, path, append(full, args...)...)
	cmd.Dir = top
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") { // a hook's point elsewhere
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_PAGER=", "LC_ALL=C",
		"GIT_INDEX_FILE="+index)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		said := strings.Join(strings.Fields(stderr.String()), " ")
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, clip(said))
	}
	return out, nil
}
