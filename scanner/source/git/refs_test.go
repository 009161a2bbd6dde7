package git

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOnlyHead: HEAD alone is what it is among all refs, and no more is wrong with it.
func TestOnlyHead(t *testing.T) {
	id := func(digit string) string { return strings.Repeat(digit, 40) }
	main := map[string]string{
		"packed-refs":               id("1") + " refs/heads/packed\n" + id("2") + " refs/heads/both\n" + id("3") + " refs/heads/folder\n",
		"refs/heads/loose":          id("4"),
		"refs/heads/both":           id("5"),
		"refs/heads/link":           "ref: refs/heads/packed\n",
		"refs/heads/round":          "ref: refs/heads/about\n",
		"refs/heads/about":          "ref: refs/heads/round\n",
		"refs/heads/1":              "ref: refs/heads/2",
		"refs/heads/2":              "ref: refs/heads/3",
		"refs/heads/3":              "ref: refs/heads/4",
		"refs/heads/4":              "ref: refs/heads/5",
		"refs/heads/5":              "ref: refs/heads/6",
		"refs/heads/6":              id("6"),
		"refs/heads/folder/another": id("7"),
		"refs/worktree/both":        id("8"),
		"config":                    "[core]\n",
	}
	linked := map[string]string{"refs/worktree/both": id("9"), "refs/worktree/own": id("a")}
	for _, head := range []string{
		id("b"), "ref: refs/heads/loose", "ref:refs/heads/packed", "ref: refs/heads/both", "ref: refs/heads/link",
		"ref: refs/heads/1", "ref: refs/heads/2", "ref: refs/heads/3", "ref: HEAD", "ref: refs/heads/round",
		"ref: refs/heads/unborn", "ref: refs/heads/loose/unborn", "ref: refs/heads", "ref: refs/heads/folder",
		"ref: refs/worktree/both", "ref: refs/worktree/own", "ref: config", "ref: ../config", "ref: refs/../../config",
	} {
		t.Run(head, func(t *testing.T) {
			common := t.TempDir()
			gitDir := filepath.Join(common, "worktrees", "linked")
			writeFiles(t, common, main)
			writeFiles(t, gitDir, linked)
			for _, r := range []*repository{{gitDir: common, common: common, hashSize: 20}, {gitDir: gitDir, common: common, hashSize: 20}} {
				writeFiles(t, r.gitDir, map[string]string{headName: head})
				found := func(read func(context.Context, func(error)) []ref) map[string]string {
					all := map[string]string{}
					for _, r := range read(t.Context(), func(err error) { t.Error(err) }) {
						all[r.name] = r.target.String()
					}
					return all
				}
				want := found(r.refs)
				for name := range want {
					if name != headName {
						delete(want, name)
					}
				}
				if diff := cmp.Diff(want, found(r.onlyHead)); diff != "" {
					t.Errorf("in %s (-among all +alone):\n%s", r.gitDir, diff)
				}
			}
		})
	}
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
