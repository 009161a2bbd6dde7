package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

type rotateDoneOptions struct {
	rotateFlags
	reason, stored  string
	moved, places   []string
	left, emergency bool
}

func newRotateDone(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateDoneOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "done RECORD",
		Short: "Say that the next step of a record is done, and see what comes then",
		Long: `Says that the next step of a record is done, as "secretsweep rotate next" shows it, and
says what comes then.

What the vault can tell isn't taken on trust: that a replacement is stored, and who has
read it, nobody has to say. A consumer that will never read again is ticked off by
--moved. What nobody can tell but you takes a --reason: that consumers have moved which
leave no trace, and that a value is dead whose provider can't be asked.

--emergency says that the old value was revoked before anything else; the rest is still
to be done.`,
		Example: `  secretsweep rotate done STRIPE_KEY
  secretsweep rotate done STRIPE_KEY --moved "deploy, by run"
  secretsweep rotate done STRIPE_KEY --emergency --reason "it was used by others"
  secretsweep rotate done STRIPE_KEY --place 0a1b2c3d4e5f --left --reason "a mirror that isn't ours"
  secretsweep rotate done 1a2b3c4d --stored prod/STRIPE_KEY`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return rotateHint(o.change(cmd.Context(), sh, args[0], func(r *rotating, now *rotation.Record) ([]rotation.Step, error) {
				return o.steps(cmd.Context(), r, now)
			}))
		},
	}
	o.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.reason, "reason", "", "`text` that says why, or how you know; the log keeps it")
	f.StringArrayVar(&o.moved, "moved", nil, "this `consumer` has moved, or is gone; may be repeated")
	f.StringArrayVar(&o.places, "place", nil, "only the place with this `key`, as \"show\" lists them, is clean; may be repeated")
	f.BoolVar(&o.left, "left", false, "places stay as they are, for a reason")
	f.BoolVar(&o.emergency, "emergency", false, "the old value was revoked first")
	f.StringVar(&o.stored, "stored", "", "this `ENV/NAME` of the vault replaces it, where the vault never had the old value")
	return cmd
}

// check refuses flags that make no sense together.
func (o *rotateDoneOptions) check() error {
	var kinds []string
	for _, one := range []struct {
		given bool
		flag  string
	}{{len(o.moved) > 0, "--moved"}, {len(o.places) > 0 || o.left, "--place and --left"}, {o.emergency, "--emergency"}, {o.stored != "", "--stored"}} {
		if one.given {
			kinds = append(kinds, one.flag)
		}
	}
	o.reason = strings.TrimSpace(o.reason)
	switch {
	case len(kinds) > 1:
		return misuse(strings.Join(kinds, ", ")+" make no sense together", "say one thing at a time")
	case o.left && o.reason == "":
		return errNoReason()
	}
	return nil
}

// steps gives what the flags say was done.
func (o *rotateDoneOptions) steps(ctx context.Context, r *rotating, now *rotation.Record) ([]rotation.Step, error) {
	switch {
	case len(o.moved) > 0:
		return o.movedSteps(now)
	case o.emergency:
		var steps []rotation.Step
		if now.Owner == "" || now.Way == "" {
			steps = now.Taking(r.Self(), rotation.Rotate)
		}
		return append(steps, rotation.Step{Act: rotation.Revoke, Emergency: true, Reason: o.reason}), nil
	case o.stored != "":
		return r.storedSteps(ctx, now, o.stored)
	case len(o.places) > 0 || o.left || now.Next() == rotation.Clean:
		return []rotation.Step{{Act: rotation.Clean, Places: o.places, Left: o.left, Reason: o.reason}}, nil
	case now.Next() == rotation.Attest && o.reason == "":
		return nil, errNoReason()
	}
	steps, err := now.Doing(r.Self(), o.reason)
	if commands := nextCommands(now); err != nil && len(commands) > 0 {
		err = withHint(err, "%s", strings.Join(commands, "; or "))
	}
	return steps, err
}

// movedSteps ticks off consumers that the record has.
func (o *rotateDoneOptions) movedSteps(now *rotation.Record) ([]rotation.Step, error) {
	var names []string
	for _, c := range now.Consumers {
		names = append(names, c.Name)
	}
	var steps []rotation.Step
	for _, said := range o.moved {
		i := slices.IndexFunc(names, func(name string) bool { return name == said || printable.Text(name) == said })
		if i < 0 {
			return nil, &vault.NotFoundError{What: "consumer", Name: said, Others: names}
		}
		steps = append(steps, rotation.Step{Act: rotation.Move, Consumer: names[i], Reason: o.reason})
	}
	return steps, nil
}

// storedSteps says which secret of the project replaces a value that the vault never had.
func (r *rotating) storedSteps(ctx context.Context, now *rotation.Record, what string) ([]rotation.Step, error) {
	env, name, ok := strings.Cut(strings.TrimPrefix(what, now.Project+"/"), "/")
	if !ok || env == "" || name == "" {
		return nil, misuse(fmt.Sprintf("--stored %q names no secret", what), "write ENV/NAME, such as prod/STRIPE_KEY")
	}
	if len(now.Refs) > 0 {
		return nil, errors.New("the vault had the old value, so it knows by itself what replaces it")
	}
	ref := vault.Ref{Project: now.Project, Environment: env, Name: name}
	known, err := r.Known(ctx, now.Project)
	if err != nil {
		return nil, err
	}
	var others []string
	for _, k := range known {
		if k.State != vault.Current {
			continue
		}
		if k.Ref == ref {
			return []rotation.Step{{Act: rotation.Replace, Successor: []rotation.Successor{{Ref: ref, Version: k.Version}}}}, nil
		}
		others = append(others, k.Environment+"/"+k.Name)
	}
	return nil, &vault.NotFoundError{What: "secret", Name: env + "/" + name, Others: others}
}
