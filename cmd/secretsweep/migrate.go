package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/importers/cleanup"
	"github.com/secretsweep/secretsweep/tui"
	"github.com/secretsweep/secretsweep/vault/identity"
)

type migrateOptions struct {
	vaultFlags
	gathering
	screenFlags
	accessible bool
}

func newMigrate(sh shell) *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "migrate [PATH…]",
		Short: "Move the secrets of a project into the vault, step by step, at a screen",
		Long: `Sweeps repositories, folders, exports of Slack and images, and leads through what was
found: what to import and what only to revoke, under which names, for whom. Nothing is
written before you have seen exactly what, and then all of it is or nothing. If there is
no vault yet, one is made on the way.

It can be left at any time, and goes on where it was: decisions are kept, sealed to you.
A later run over the same sources asks only about what is new.

Off a terminal it shows what would be imported, and writes nothing.`,
		Example: `  secretsweep migrate                                this repository
  secretsweep migrate . slack-export.zip -p web      and what was said of it
  secretsweep import . --dry-run                     the same as a table`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return vaultHint(o.run(cmd.Context(), sh, args))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&o.project, "project", "p", "", "the `project` (default that of the folder, else the only one)")
	o.screenFlags.register(f)
	f.BoolVar(&o.accessible, "accessible", false, "ask for a new vault line by line, as screen readers want it")
	o.slackFlags.register(f)
	o.vaultFlags.register(cmd)
	o.reading.register(cmd)
	return keeps(cmd)
}

func (o *migrateOptions) run(ctx context.Context, sh shell, paths []string) error {
	if err := checkPaths(paths); err != nil {
		return err
	}
	if sh.getenv(tokenName) != "" {
		return misuse("a machine can't migrate: somebody has to decide", "unset $"+tokenName)
	}
	terminal, ok := sh.screen()
	if !ok {
		sh.say(`nothing can be drawn here: what "secretsweep import --yes" would write is`)
		table := importOptions{vaultFlags: o.vaultFlags, gathering: o.gathering, dryRun: true, format: "table"}
		return table.run(ctx, sh, paths)
	}
	if slices.Contains(paths, "-") {
		return misuse("standard input is for keys here", "name a file, or use \"secretsweep import -\"")
	}
	m := &migration{migrateOptions: o, backstage: newBackstage(sh, terminal), paths: paths}
	o.waiting = m.wait
	defer m.close(ctx)
	if err := m.open(ctx); err != nil {
		return err
	}
	err := m.show(ctx, &o.screenFlags, func(ctx context.Context, screen tui.Options) error {
		screen.Accessible = o.accessible
		return tui.Migrate(ctx, m.doors(), screen)
	})
	m.sum()
	return errors.Join(err, m.close(ctx))
}

// migration is what the screens of migrate act through.
type migration struct {
	*migrateOptions
	*backstage
	paths []string

	me     ownedIdentity // of who makes the vault; nothing where there is one
	fresh  bool          // me is in no file yet
	intake *intake       // nil until there is a vault
	steps  []cleanup.Step

	swept    *swept          // nil until the sweep is over, as are these
	plan     *importers.Plan // of what it found
	rereader *rereader

	unproved bool     // nobody has shown yet that the recovery key is written down
	kept     bool     // decisions were kept since the last import
	imported []string // what imports did
	texts    []string // of steps that were done after that
}

// open opens the vault, if there is one. All that has to be asked at the terminal is asked
// here.
func (m *migration) open(ctx context.Context) error {
	if slices.Contains(m.paths, slackPath) {
		token, err := slackToken(m.sh, ctx.Done())
		if err != nil {
			return err
		}
		getenv := m.sh.getenv
		m.sh.getenv = func(name string) string {
			if name == slackTokenName {
				return token.Reveal()
			}
			return getenv(name)
		}
	}
	there, err := m.openStore(ctx, m.sh)
	switch {
	case errors.Is(err, errNoStore):
		return m.begin(ctx)
	case err != nil:
		return err
	}
	if err := there.Close(); err != nil {
		return err
	}
	d, err := m.vaultFlags.open(ctx, m.sh)
	if err != nil {
		return err
	}
	return m.enter(d)
}

// begin prepares for a new vault.
func (m *migration) begin(ctx context.Context) error {
	path, err := identityFile(m.sh)
	if err != nil {
		return err
	}
	if m.me, m.fresh, err = ownIdentity(ctx, m.sh, path, loginName()); err != nil {
		return err
	}
	if m.project == "" {
		if m.project, err = projectOf(m.sh, nil, m.paths); err != nil {
			return err
		}
	}
	return checkProject(m.project)
}

// enter goes through a door.
func (m *migration) enter(d *door) (err error) {
	m.intake, err = newIntake(m.sh, d, m.project, m.paths)
	if err == nil {
		m.project = m.intake.project
	}
	return err
}

// sum says what came of it, so that it stays at the terminal.
func (m *migration) sum() {
	switch {
	case m.unproved:
		m.sh.say("the vault is made, but nobody has written its recovery key down, and it can't be shown again: remove the vault and begin anew, or whoever loses your identity loses all that comes into it")
	case len(m.imported) == 0 && m.kept:
		m.sh.say(`nothing was imported yet; what you decided is kept, and "secretsweep migrate" goes on from there`)
	}
	for _, text := range m.imported {
		m.sh.say("%s", text)
	}
	for _, text := range m.texts {
		fmt.Fprintf(m.sh.stdout, "\n%s\n", strings.TrimSpace(text))
	}
}

func (m *migration) close(ctx context.Context) (err error) {
	if m.intake != nil {
		m.intake.close(ctx, &err)
		m.intake = nil
	}
	return err
}

func (m *migration) doors() tui.Migration {
	all := tui.Migration{Paths: m.paths, Project: m.project, Sweeper: m, Places: m, Drafts: m, Vault: m, After: m}
	if m.intake == nil {
		all.Founder, all.Known = m, !m.fresh
		all.Founding = tui.Founding{Name: m.me.Name, Environments: []string{"dev", "staging", "prod"}}
	}
	return all
}

// CheckPassphrase refuses one that is guessed at once.
func (m *migration) CheckPassphrase(passphrase string) error {
	return checkPassphrase([]byte(passphrase))
}

// Found makes the vault, and opens it.
func (m *migration) Found(ctx context.Context, f tui.Founding) ([]string, error) {
	o := initOptions{vaultFlags: &m.vaultFlags, name: f.Name, project: m.project, environments: f.Environments}
	if m.fresh {
		m.me.Name = f.Name
		if f.Passphrase != "" {
			m.me.protection, m.me.passphrase = identity.Passphrase, []byte(f.Passphrase)
		}
	}
	made, err := o.found(ctx, m.sh, &m.me, m.fresh)
	if err != nil {
		return nil, err
	}
	m.unproved = len(made.recovery) > 0
	d, err := m.openFor(ctx, m.sh, who{Identity: m.me.Identity, name: m.me.Name, vaults: m.me.Vaults})
	if err != nil {
		return nil, err
	}
	return made.recovery, m.enter(d)
}
