package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// makeDrivers gives the drivers that there are; see [rotation.Drivers].
type makeDrivers func(rotation.DriverOptions) []rotation.Driver

type rotateAutoOptions struct {
	rotateFlags
	askFlags
	driver, admin, adminFile, address, moved string

	grace time.Duration
}

func newRotateAuto(sh shell, v *vaultFlags, drivers makeDrivers) *cobra.Command {
	o := rotateAutoOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	var names []string
	for _, d := range drivers(rotation.DriverOptions{}) {
		names = append(names, d.Name())
	}
	cmd := &cobra.Command{
		Use:   "auto RECORD|SECRET",
		Short: "Have a value replaced from end to end: " + strings.Join(names, ", "),
		Long: `Has a value replaced from end to end by a driver: it makes a new value, tries it, and
stores it in the vault; when all consumers have read it, the old one is ended and proven
dead. What will be touched is in the log before it is. A secret that never leaked gets a
record for that.

While consumers still need the old value, both work, and the command ends with status 0:
run it again when they have moved, and it goes on. So it does when it was interrupted, or
something failed, whatever it was at; with the same flags.

  postgres-users      two roles of a PostgreSQL database take turns, and both work until
                      consumers have moved; it takes an admin's address
  postgres-password   a role gets another password: the old one is of no use at once

The admin's address, "postgres://admin:…@db/app", is taken from a secret of the vault or
from a file, and never from the command line. Its host has to be
allowed; a public one is asked over verified TLS, unless its address has an sslmode.`,
		Example: `  secretsweep rotate auto DATABASE_URL --admin web/prod/ADMIN_URL
  secretsweep rotate auto web/prod/DATABASE_URL --admin-url-file admin.txt --grace 48h
  secretsweep rotate auto 1a2b3c4d --driver postgres-password --allow-host db.internal
  secretsweep rotate auto DB_PASSWORD --address postgres://app@db.example.com/app`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.run(cmd.Context(), sh, drivers, args[0]))
		},
	}
	o.rotateFlags.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.driver, "driver", "", "how it is replaced, by `name` (default the first that fits)")
	_ = cmd.RegisterFlagCompletionFunc("driver", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	f.StringVar(&o.admin, "admin", "", "the `secret`, PROJECT/ENV/NAME, that has the admin's address")
	f.StringVar(&o.adminFile, "admin-url-file", "", "the `file` that has the admin's address")
	f.StringVar(&o.address, "address", "", "the `address`, without a password, that a value belongs to which is a password alone")
	f.DurationVar(&o.grace, "grace", 24*time.Hour, "how `long` everyone who can read it can still read the old value in the vault")
	f.StringVar(&o.moved, "moved", "", "all consumers have moved, and `why` you know; the log keeps it")
	o.askFlags.register(f)
	return cmd
}

// check reads the flags, and the admin's address if it is in a file.
func (o *rotateAutoOptions) check() (admin secret.Value, err error) {
	switch {
	case o.admin != "" && o.adminFile != "":
		return admin, misuse("--admin and --admin-url-file make no sense together", "leave one of them out")
	case o.grace < 0:
		return admin, misuse(fmt.Sprintf("--grace %s makes no sense", o.grace), "give a time such as 24h, or 0 for none")
	}
	if err := o.askFlags.check(); err != nil || o.adminFile == "" {
		return admin, err
	}
	text, err := os.ReadFile(o.adminFile)
	if err != nil {
		return admin, fmt.Errorf("--admin-url-file: %w", err)
	}
	return secret.New(withoutLineEnd(string(text))), nil
}

func (o *rotateAutoOptions) run(ctx context.Context, sh shell, drivers makeDrivers, what string) (err error) {
	admin, err := o.check()
	if err != nil {
		return err
	}
	r, err := o.enter(ctx, sh)
	if err != nil {
		return err
	}
	defer r.close(ctx, &err)
	if o.admin != "" {
		if admin, err = r.adminAddress(ctx, o.admin); err != nil {
			return err
		}
	}
	all := drivers(rotation.DriverOptions{Client: o.client(r.rules), Admin: admin, Address: secret.New(o.address)})
	record, err := r.recordFor(ctx, sh, what, func(one *rotation.Record) error {
		_, err := rotation.DriverOf(all, one, o.driver)
		return err
	})
	if err != nil {
		return err
	}
	driver, err := rotation.DriverOf(all, record, o.driver)
	if err != nil {
		return withHint(fmt.Errorf("%s: %w", record.ID(), err), "secretsweep rotate next %s says how to replace it by hand", record.ID())
	}
	if s := record.Stage; s != nil {
		sh.say("%s: goes on from %q: %s", record.ID(), string(s.Name), printable.Text(s.Intent))
	}
	told := rotation.Driving{Grace: o.grace, Moved: o.moved, Passed: func(name rotation.StageName) error {
		sh.say("%s: %s", record.ID(), stageText(name))
		return nil
	}}
	after, err := r.Drive(ctx, record, announced{driver, sh, record.ID()}, r.Session, told)
	return o.end(ctx, sh, after, err)
}

// end says how far a drive has come, and how it goes on.
func (o *rotateAutoOptions) end(ctx context.Context, sh shell, r *rotation.Record, err error) error {
	again := fmt.Sprintf(`"secretsweep rotate auto %s" goes on from here, with the same flags`, r.ID())
	waits, isWaiting := errors.AsType[*rotation.WaitsError](err)
	switch {
	case isWaiting:
		sh.say("%s: %s", r.ID(), printable.Text(waits.Error()))
		sh.say("both values work; when they have moved, %s", again)
	case err != nil && r.Stage != nil && ctx.Err() != nil:
		sh.say("%s", again)
		return err
	case err != nil && r.Stage != nil:
		return withHint(fmt.Errorf("%s: %w", r.ID(), err), "%s", again)
	case err != nil:
		return fmt.Errorf("%s: nothing was touched: %w", r.ID(), err)
	}
	return writeStanding(sh.stdout, r)
}

// announced is a driver that says what it is about to do.
type announced struct {
	rotation.Driver
	sh shell
	id string
}

func (a announced) Prepare(ctx context.Context, old secret.Value) (rotation.Job, error) {
	j, err := a.Driver.Prepare(ctx, old)
	if err == nil {
		a.sh.say("%s: %s: %s", a.id, a.Name(), printable.Text(j.Intent))
	}
	return j, err
}

// stageText says what a driver has come to.
func stageText(name rotation.StageName) string {
	switch name {
	case rotation.Intended:
		return "that is in the log, and the new value is kept in the record"
	case rotation.Made:
		return "the new value was made"
	case rotation.Worked:
		return "it works"
	case rotation.Stored:
		return "the vault has it"
	case rotation.Ending:
		return "the old value is about to be ended"
	case rotation.Ended:
		return "it was ended"
	}
	return string(name)
}

// adminAddress reads the secret that has an admin's address.
func (r *rotating) adminAddress(ctx context.Context, text string) (secret.Value, error) {
	parts := strings.SplitN(text, "/", 3)
	if len(parts) < 3 || slices.Contains(parts, "") {
		return secret.Value{}, misuse("--admin names no secret", "write it as PROJECT/ENV/NAME, such as web/prod/ADMIN_URL; the address itself is never an argument")
	}
	s, err := r.Get(ctx, vault.Ref{Project: parts[0], Environment: parts[1], Name: parts[2]}, vault.Which{})
	if err != nil {
		return secret.Value{}, fmt.Errorf("--admin: %w", err)
	}
	return s.Value, nil
}

// recordFor gives the record that is open of what somebody names. A secret that has none gets
// one, if it fits: what was rotated before is another value.
func (r *rotating) recordFor(ctx context.Context, sh shell, what string, fits func(*rotation.Record) error) (*rotation.Record, error) {
	all, err := r.records(ctx)
	if err != nil {
		return nil, err
	}
	open := slices.DeleteFunc(slices.Clone(all), func(one *rotation.Record) bool { return !one.State.Open() })
	record, err := rotation.Pick(open, what)
	if _, missing := errors.AsType[*vault.NotFoundError](err); !missing {
		return record, err
	}
	known, err := r.currentOf(ctx, what)
	if err != nil {
		return nil, err
	}
	if len(known) == 0 {
		return rotation.Pick(all, what)
	}
	record, err = r.openRecord(ctx, known, fits)
	if err == nil {
		sh.say("%s: a record was opened for %s", record.ID(), printable.Text(record.Title()))
	}
	return record, err
}

// currentOf gives the secrets that have the value now that is the current one of the secret
// which somebody names; none if there is no such secret.
func (r *rotating) currentOf(ctx context.Context, what string) ([]vault.Known, error) {
	known, err := r.Known(ctx, r.project)
	if err != nil {
		return nil, err
	}
	known = slices.DeleteFunc(known, func(k vault.Known) bool { return k.State != vault.Current || !r.CanReadLeaks(k.Project) })
	named := slices.DeleteFunc(slices.Clone(known), func(k vault.Known) bool {
		return k.Name != what && k.Scope()+"/"+k.Name != what && k.Ref.String() != what
	})
	for _, k := range named {
		if k.Project != named[0].Project || !k.Value.Equal(named[0].Value) {
			return nil, misuse(fmt.Sprintf("%s and %s have different values", named[0].Ref, k.Ref), "name one as PROJECT/ENV/NAME")
		}
	}
	if len(named) == 0 {
		return nil, nil
	}
	return slices.DeleteFunc(known, func(k vault.Known) bool {
		return k.Project != named[0].Project || !k.Value.Equal(named[0].Value)
	}), nil
}

// openRecord opens a record for a value that some secrets have, if it fits.
func (r *rotating) openRecord(ctx context.Context, known []vault.Known, fits func(*rotation.Record) error) (*rotation.Record, error) {
	looking, err := detectors.New(r.rules)
	if err != nil {
		return nil, err
	}
	first := known[0]
	kinds, err := kindsOf(ctx, r.door, first.Project)
	if err != nil {
		return nil, err
	}
	leaked := leakedIn(looking, first.Ref, first.Value, kinds[first.Ref])
	leaked.Severity = string(rules.Medium)
	if err := fits(&rotation.Record{Leak: vault.Leak{Leaked: leaked}}); err != nil {
		return nil, fmt.Errorf("%s: %w", first.Ref, err)
	}
	var refs []vault.Ref
	for _, k := range known {
		refs = append(refs, k.Ref)
	}
	return r.Open(ctx, first.Project, leaked, "it is to have a new value", refs)
}
