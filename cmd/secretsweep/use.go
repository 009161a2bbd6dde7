package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
)

type useOptions struct {
	rules.Vault
	yes, forget bool
}

func newUse(sh shell) *cobra.Command {
	var o useOptions
	cmd := &cobra.Command{
		Use:   "use [DIR]",
		Short: "Let a folder say which project and environment its secrets are in",
		Long: `Accepts what the [vault] table of a folder's .secretsweep.toml says: its project and
environment are then what other commands take, in that folder and beneath it, where they
have no --project and --env. Whoever can write to the repository can change that table;
so it isn't followed until you have accepted it, and not any more when it has changed.

With --project or --env, the table is written, and accepted.`,
		Example: `  secretsweep use --project web --env dev    write it, and accept it
  secretsweep use                            show what is there, and ask
  secretsweep use --forget                   don't follow it any more`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), sh, cmp.Or(strings.Join(args, ""), "."))
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.Project, "project", "p", "", "the `project` to write")
	f.StringVarP(&o.Env, "env", "e", "", "the `environment` to write")
	f.BoolVarP(&o.yes, "yes", "y", false, "accept it without asking")
	f.BoolVar(&o.forget, "forget", false, "don't follow it any more")
	f.SortFlags = false
	return keeps(cmd)
}

func (o *useOptions) run(ctx context.Context, sh shell, dir string) error {
	switch {
	case o.forget && (o.yes || o.Vault != rules.Vault{}):
		return misuse("--forget goes with no other flag", "leave out the others")
	case o.forget:
		return forgetFolder(sh, dir)
	}
	if o.Vault != (rules.Vault{}) {
		return o.write(sh, dir)
	}
	found, err := findFolder(dir)
	if err != nil {
		return err
	}
	if found.Folder == "" {
		return misuse(fmt.Sprintf("no %s here has a [vault] table", configName), `"secretsweep use --project web --env dev" writes one`)
	}
	accepted, err := found.accepted(sh)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s\n", found)
	switch {
	case accepted:
		sh.say("it is accepted already")
		return nil
	case !o.yes:
		ok, err := sh.confirm("Follow it, here and beneath?", ctx.Done())
		if errors.Is(err, errNobody) {
			return withHint(fmt.Errorf("use: %w", err), "--yes accepts it without asking")
		}
		if err != nil || !ok {
			return err
		}
	}
	return found.accept(sh)
}

// write puts a table into the folder's file, and accepts it.
func (o *useOptions) write(sh shell, dir string) error {
	for flag, label := range map[string]string{"--project": o.Project, "--env": o.Env} {
		if err := vault.CheckLabel(label); label != "" && err != nil {
			return misuse(fmt.Sprintf("%s %q: %v", flag, label, err), "a name is such as web or dev")
		}
	}
	folder, err := folderName(dir)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, configName)
	text, err := readFolderConfig(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old, err := parseConfig(path, text)
	if err != nil {
		return withHint(err, "mend it first")
	}
	want := rules.Vault{Project: cmp.Or(o.Project, old.Vault.Project), Env: cmp.Or(o.Env, old.Vault.Env)}
	written := string(text)
	if old.Vault != want {
		written = withVault(written, want)
	}
	if c, err := parseConfig(path, []byte(written)); err != nil || c.Vault != want {
		return withHint(fmt.Errorf("use: the [vault] table of %q is written in a way that can't be changed here", path), "edit it, and accept it with \"secretsweep use\"")
	}
	if written != string(text) {
		err := replaceFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, written)
			return err
		})
		if err != nil {
			return err
		}
	}
	found := usedFolder{folder, want.Project, want.Env}
	fmt.Fprintf(sh.stdout, "%s\n", found)
	return found.accept(sh)
}

// withVault gives a config whose [vault] table says what is wanted. All else of it, and
// the comments in it, stay.
func withVault(text string, want rules.Vault) string {
	set := map[string]string{"project": want.Project, "env": want.Env}
	keys := []string{"project", "env"}
	lines := strings.SplitAfter(text, "\n")
	header := slices.IndexFunc(lines, regexp.MustCompile(`^\s*\[\s*vault\s*\]`).MatchString)
	if header < 0 {
		if text != "" {
			text = strings.TrimRight(text, "\r\n") + "\n\n"
		}
		text += "[vault]\n"
		for _, key := range keys {
			if set[key] != "" {
				text += fmt.Sprintf("%s = %q\n", key, set[key])
			}
		}
		return text
	}
	entry := regexp.MustCompile(`^(\s*)(project|env)(\s*=\s*)("[^"]*"|'[^']*')`)
	for i := header + 1; i < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[i]), "["); i++ {
		if m := entry.FindStringSubmatch(lines[i]); m != nil && set[m[2]] != "" {
			lines[i] = m[1] + m[2] + m[3] + fmt.Sprintf("%q", set[m[2]]) + lines[i][len(m[0]):]
			delete(set, m[2])
		}
	}
	lines[header] = strings.TrimRight(lines[header], "\r\n") + "\n"
	for _, key := range keys {
		if set[key] != "" {
			lines[header] += fmt.Sprintf("%s = %q\n", key, set[key])
		}
	}
	return strings.Join(lines, "")
}
