package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/tui"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

type dashboardOptions struct {
	vaultFlags
	screenFlags
	askFlags
}

func newDashboard(sh shell) *cobra.Command {
	var o dashboardOptions
	cmd := &cobra.Command{
		Use:   "dashboard",
		Short: "Look over a vault at a screen: rotations, what is due, who did what, secrets, access",
		Long: `Shows a vault at a screen, as "secretsweep" alone does at a terminal: what is to be
rotated, with what comes next and how, which secrets are to have a new value soon, who did
what, what there is and who may read it. There the next step of a rotation can be taken, a
secret set, and a value shown, which the log then has. A provider is asked whether an old
value still works only where you say so, and its name is shown before.`,
		Example: `  secretsweep
  secretsweep dashboard --vault /srv/secrets
  secretsweep vault status                   what is overdue, shared or odd, as text`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return vaultHint(o.run(cmd.Context(), sh)) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.screenFlags.register(f)
	o.askFlags.register(f)
	o.vaultFlags.register(cmd)
	return keeps(cmd)
}

// runAlone is what the program does without a command: it shows the dashboard to somebody
// at a terminal, and help to everything else.
func runAlone(cmd *cobra.Command, sh shell) error {
	_, drawn := sh.terminal(sh.stdout)
	_, said := sh.terminal(sh.stderr)
	if _, typed := sh.asked(); drawn && said && typed {
		return vaultHint(new(dashboardOptions).run(cmd.Context(), sh))
	}
	if err := cmd.Help(); err != nil {
		return err
	}
	sh.say(`at a terminal this opens the dashboard; elsewhere "secretsweep vault status" says how a vault is`)
	return nil
}

func (o *dashboardOptions) run(ctx context.Context, sh shell) (err error) {
	terminal, ok := sh.screen()
	if !ok {
		return misuse("the dashboard needs a terminal", `"secretsweep vault status" says how a vault is`)
	}
	if err := o.askFlags.check(); err != nil {
		return err
	}
	d := &dashboard{backstage: newBackstage(sh, terminal)}
	o.waiting = d.wait
	place, err := o.folder(sh)
	if err != nil {
		return err
	}
	var board tui.Board
	if o.somewhere(sh, place) {
		// A passphrase is asked for here, before there is a screen.
		if d.door, err = o.open(ctx, d.sh); err != nil {
			return err
		}
		defer d.close(ctx, &err)
		// A config that lies in the folder has no say in how a provider is asked.
		c, err := loadConfig(d.sh, "", target{})
		if err != nil {
			return err
		}
		if d.Tracker, err = newTracker(ctx, d.door, c.set); err != nil {
			return err
		}
		d.rules, d.client = c.set, o.client(c.set)
		board = tui.Board{Vault: place, Records: d, Providers: d, Secrets: d, Values: d, Log: d, People: d}
	}
	return d.show(ctx, &o.screenFlags, func(ctx context.Context, screen tui.Options) error {
		return tui.Dashboard(ctx, board, screen)
	})
}

// somewhere tells whether there is a vault, or one is meant that isn't there.
func (o *dashboardOptions) somewhere(sh shell, place string) bool {
	_, err := os.Stat(place)
	return !errors.Is(err, fs.ErrNotExist) || cmp.Or(o.dir, sh.getenv(vaultName), sh.getenv(tokenName)) != ""
}

// dashboard is what the screens of the dashboard act through. Most of it is the session's.
type dashboard struct {
	*door
	*backstage
	*rotation.Tracker
	rules  *rules.Set
	client *provider.Client
}

var (
	_ tui.Records   = (*dashboard)(nil)
	_ tui.Providers = (*dashboard)(nil)
	_ tui.Secrets   = (*dashboard)(nil)
	_ tui.Values    = (*dashboard)(nil)
	_ tui.Log       = (*dashboard)(nil)
	_ tui.People    = (*dashboard)(nil)
)

// Do makes steps about a record. Who is to look after it is a person of the vault.
func (d *dashboard) Do(ctx context.Context, r *rotation.Record, steps func(*rotation.Record) ([]rotation.Step, error)) (*rotation.Record, error) {
	return d.Tracker.Do(ctx, r, func(now *rotation.Record) ([]rotation.Step, error) {
		all, err := steps(now)
		for _, s := range all {
			if err == nil && s.Act == rotation.Own {
				err = checkOwner(ctx, d.door, s.Owner)
			}
		}
		return all, err
	})
}

// Guide gives how a value is rotated.
func (d *dashboard) Guide(r *rotation.Record) rotation.Guide { return rotation.GuideOf(d.rules, r) }

// Hosts gives who would be asked whether a value still works.
func (d *dashboard) Hosts(r *rotation.Record) ([]string, error) {
	return d.client.Hosts(r.Credential())
}

// Ask asks whether the value of a record still works, and writes down the answer.
func (d *dashboard) Ask(ctx context.Context, r *rotation.Record) (*rotation.Record, error) {
	c := r.Credential()
	a := d.client.Verify(ctx, c)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return d.Do(context.WithoutCancel(ctx), r, func(now *rotation.Record) ([]rotation.Step, error) {
		return []rotation.Step{now.Heard(c, a)}, nil
	})
}

// Show gives the text of a version.
func (d *dashboard) Show(ctx context.Context, ref vault.Ref, version int) (string, error) {
	got, err := d.Get(ctx, ref, vault.Which{Version: version})
	if err != nil {
		return "", vaultHint(err)
	}
	return got.Value.Reveal(), nil
}
