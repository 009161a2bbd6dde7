package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

func newRotate(sh shell) *cobra.Command {
	var v vaultFlags
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Lead every leaked value to its end: a new one in use, the old one dead",
		Long: `Leads every leaked value to its end. What leaked has a record, which says where it
stands, what comes next, who looks after it, by when, and what proves that it is over.
It is closed when the old value is dead, by its provider's answer or by somebody's word,
and lies nowhere any more where it isn't meant to be left.

A record is named by its ID, as "secretsweep rotate list" shows it, or by the name of
its secret. It takes a maintainer of the whole project.`,
		Example: `  secretsweep rotate list
  secretsweep rotate next                       what to do now, and how
  secretsweep rotate start STRIPE_KEY           take it on
  secretsweep rotate done STRIPE_KEY            the next step is done
  secretsweep rotate verify STRIPE_KEY          ask its provider whether the old one works
  secretsweep rotate auto DATABASE_URL          have a driver do all of it
  secretsweep rotate due --within 14d           also what never leaked
  secretsweep rotate checklist -f html -o leaks.html`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	v.register(cmd)
	cmd.AddCommand(
		newRotateList(sh, &v),
		newRotateShow(sh, &v),
		newRotateNext(sh, &v),
		newRotateOwn(sh, &v),
		newRotateStart(sh, &v),
		newRotateDone(sh, &v),
		newRotateVerify(sh, &v),
		newRotateRevoke(sh, &v),
		newRotateAuto(sh, &v, rotation.Drivers),
		newRotateBlock(sh, &v),
		newRotateAccept(sh, &v),
		newRotateDismiss(sh, &v),
		newRotateReopen(sh, &v),
		newRotateDue(sh, &v),
		newRotateReport(sh, &v),
		newRotateChecklist(sh, &v),
		newRotatePolicy(sh, &v),
	)
	return keeps(cmd)
}

// rotateFlags are the flags of every command that has to do with records.
type rotateFlags struct {
	*vaultFlags
	project, config string
}

func (o *rotateFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&o.project, "project", "p", "", "only records of this `project` (default that of the folder, else all)")
	f.StringVarP(&o.config, "config", "c", "", "also the rules of this `file` (default your own; the folder's has no say)")
}

// rotating is the tracker of a vault that is open.
type rotating struct {
	*door
	*rotation.Tracker
	rules   *rules.Set
	project string // whose records are meant; "*" for those of all projects
}

// enter opens the vault, and its tracker. A config that lies in the folder has no say in how
// a provider is asked, or where people are sent.
func (o *rotateFlags) enter(ctx context.Context, sh shell) (*rotating, error) {
	c, err := loadConfig(sh, o.config, target{})
	if err != nil {
		return nil, err
	}
	at := placeFlags{project: o.project, env: "*"}
	project := at.place(sh).Project
	d, err := o.open(ctx, sh)
	if err != nil {
		return nil, err
	}
	r, err := track(ctx, d, c.set, project)
	if err == nil && project == "" {
		r.project = r.all(sh)
	}
	return r, err
}

// reenter opens the vault again that was closed meanwhile, for who had it open.
func (o *rotateFlags) reenter(ctx context.Context, sh shell, before *rotating) (*rotating, error) {
	d, err := o.openFor(ctx, sh, before.who)
	if err != nil {
		return nil, err
	}
	return track(ctx, d, before.rules, before.project)
}

// track gives the tracker of a vault that is open, or closes it again.
func track(ctx context.Context, d *door, set *rules.Set, project string) (*rotating, error) {
	t, err := newTracker(ctx, d, set)
	if err != nil {
		d.close(ctx, &err)
		return nil, err
	}
	return &rotating{d, t, set, project}, nil
}

// all is what stands for all projects whose records the person may read. If there is none, it
// is one that they are refused.
func (r *rotating) all(sh shell) string {
	all := r.Projects()
	hidden := slices.DeleteFunc(slices.Clone(all), r.CanReadLeaks)
	switch {
	case len(hidden) == 0:
		return "*"
	case len(hidden) == len(all):
		return all[0]
	}
	sh.say("left out, as their records are for their maintainers: %s", listOf(hidden))
	return "*"
}

// records gives the records that are meant, the most urgent first.
func (r *rotating) records(ctx context.Context) ([]*rotation.Record, error) {
	return r.Records(ctx, r.project)
}

// record gives the one that somebody names.
func (r *rotating) record(ctx context.Context, name string) (*rotation.Record, error) {
	return r.Find(ctx, r.project, name)
}

// change makes steps about the record that somebody names, and says where it stands then.
func (o *rotateFlags) change(ctx context.Context, sh shell, name string, steps func(*rotating, *rotation.Record) ([]rotation.Step, error)) (err error) {
	r, err := o.enter(ctx, sh)
	if err != nil {
		return err
	}
	defer r.close(ctx, &err)
	record, err := r.record(ctx, name)
	if err != nil {
		return err
	}
	record, err = r.Do(ctx, record, func(now *rotation.Record) ([]rotation.Step, error) { return steps(r, now) })
	if err != nil {
		return err
	}
	return writeStanding(sh.stdout, record)
}

// rotateHint adds to an error of the tracker what to do about it.
func rotateHint(err error) error {
	if _, ok := errors.AsType[hinted](err); ok || err == nil {
		return err
	}
	if missing, ok := errors.AsType[*vault.NotFoundError](err); ok && missing.What == "record" {
		return withHint(err, `"secretsweep rotate list --all" lists them`)
	}
	if many, ok := errors.AsType[*rotation.AmbiguousError](err); ok {
		var all []string
		for _, r := range many.Records {
			all = append(all, r.ID()+" ("+r.Title()+", "+string(r.State)+")")
		}
		return withHint(err, "name it by its ID: %s", printable.Text(strings.Join(all, ", ")))
	}
	if _, ok := errors.AsType[*vault.ChangedError](err); ok {
		return withHint(err, "others are changing it, too; try again")
	}
	return vaultHint(err)
}
