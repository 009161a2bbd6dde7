package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

type rotateRevokeOptions struct {
	rotateFlags
	askFlags
	emergency, yes bool
}

func newRotateRevoke(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateRevokeOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "revoke RECORD",
		Short: "End an old value with itself, where its provider has a way to do that",
		Long: `Ends an old value with itself, where its provider has a way by which a secret revokes
itself and nothing else. What will end is said before, and you are asked. The log has
that it is about to be done before the request is made, and afterwards that it was; then
the provider is asked whether the value still works.

It is refused while consumers still need the old value: they would break. --emergency
does it all the same, and the record stays open until they have moved.

Where there is no such way, the provider's guide is shown, and the exit status is 2.`,
		Example: `  secretsweep rotate revoke GIT_TOKEN
  secretsweep rotate revoke 1a2b3c4d --emergency --yes`,
		Annotations: map[string]string{"finds": "the value was revoked, and still works"},
		Args:        oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.run(cmd.Context(), sh, args[0]))
		},
	}
	o.rotateFlags.register(cmd)
	f := cmd.Flags()
	o.askFlags.register(f)
	f.BoolVar(&o.emergency, "emergency", false, "even if something still needs it")
	f.BoolVarP(&o.yes, "yes", "y", false, "don't ask you")
	return cmd
}

func (o *rotateRevokeOptions) run(ctx context.Context, sh shell, name string) error {
	if err := o.askFlags.check(); err != nil {
		return err
	}
	record, r, err := o.named(ctx, sh, name)
	if err != nil {
		return err
	}
	client := o.client(r.rules)
	what, err := client.Revocation(record.Credential())
	if errors.Is(err, provider.ErrNoRevocation) {
		guide := rotation.GuideOf(r.rules, record)
		writeGuide(sh.stdout, guide, guide.Steps)
		return withHint(fmt.Errorf("%s: %w", record.ID(), err), `end it at its provider, and say so: secretsweep rotate done %s`, record.ID())
	}
	if err != nil {
		return withHint(fmt.Errorf("%s: %w", record.ID(), err), "--allow-host names a host that may be asked")
	}
	if _, err := o.steps(rotation.Revoking, what, r.Self(), record); err != nil {
		return err
	}
	o.say(sh, record, what)
	if err := sh.sure(ctx, o.yes, "Revoke it now?"); err != nil {
		return err
	}
	record, err = o.makeSteps(ctx, sh, r, record, func(now *rotation.Record) ([]rotation.Step, error) {
		return o.steps(rotation.Revoking, what, r.Self(), now)
	})
	if err != nil {
		return err
	}
	// What was begun is carried out, and written down, whoever interrupts it.
	ctx = context.WithoutCancel(ctx)
	c := record.Credential()
	after, fault := client.Revoke(ctx, c)
	record, err = o.makeSteps(ctx, sh, r, record, func(now *rotation.Record) ([]rotation.Step, error) {
		asked := now.Heard(c, after)
		if fault != nil {
			return []rotation.Step{asked}, nil
		}
		steps, err := o.steps(rotation.Revoke, what, r.Self(), now)
		if err != nil { // somebody else has said so meanwhile
			steps = nil
		}
		return append(steps, asked), nil
	})
	if err != nil {
		return errors.Join(fault, err)
	}
	fmt.Fprintf(sh.stdout, "%s  %s: %s\n", record.ID(), after.Verdict, printable.Text(after.Why))
	if err := writeStanding(sh.stdout, record); err != nil {
		return err
	}
	if fault != nil && after.Verdict != provider.Dead {
		return fault
	}
	return statusOfAnswers([]provider.Answer{after})
}

// named gives the record that somebody names, and closes the vault again: others may need it
// while somebody is asked.
func (o *rotateFlags) named(ctx context.Context, sh shell, name string) (record *rotation.Record, r *rotating, err error) {
	r, err = o.enter(ctx, sh)
	if err != nil {
		return nil, nil, err
	}
	defer r.close(ctx, &err)
	record, err = r.record(ctx, name)
	return record, r, err
}

// makeSteps opens the vault again, and makes steps about a record.
func (o *rotateFlags) makeSteps(ctx context.Context, sh shell, before *rotating, record *rotation.Record, steps func(*rotation.Record) ([]rotation.Step, error)) (now *rotation.Record, err error) {
	r, err := o.reenter(ctx, sh, before)
	if err != nil {
		return nil, err
	}
	defer r.close(ctx, &err)
	return r.Do(ctx, record, steps)
}

// steps gives those by which a value is revoked, or is about to be. In an emergency nobody has
// to have taken it on before.
func (o *rotateRevokeOptions) steps(act rotation.Act, what provider.Revocation, self string, now *rotation.Record) ([]rotation.Step, error) {
	var steps []rotation.Step
	taken := now.Way != "" && now.Owner != ""
	if o.emergency && !taken {
		steps = now.Taking(self, rotation.Rotate)
	}
	s := rotation.Step{Act: act, Emergency: o.emergency, Reason: fmt.Sprintf("with itself, at %s: %s", what.Host, what.Kills)}
	err := now.Can(&s)
	switch {
	case err == nil || len(steps) > 0 && now.State.Open():
		return append(steps, s), nil
	case now.State.Open() && !o.emergency && now.Next() != rotation.Unblock:
		return nil, withHint(fmt.Errorf("%s: %w", now.ID(), err), "secretsweep rotate next %s; in an emergency: --emergency", now.ID())
	}
	return nil, fmt.Errorf("%s: %w", now.ID(), err)
}

// say says exactly what will end, and who still needs it.
func (o *rotateRevokeOptions) say(sh shell, r *rotation.Record, what provider.Revocation) {
	sh.say("%s %s, %s: it ends at %s (%s)", r.ID(), printable.Text(r.Title()), masked(r.Value), printable.Text(what.Host), printable.Text(what.Kills))
	for _, c := range r.Waits() {
		sh.say("it may still be needed by %s (%s)", printable.Text(c.Name), c.Status)
	}
	switch {
	case r.Blind:
		sh.say("who reads it, an owner of the vault can tell")
	case len(r.Waits()) == 0:
		sh.say("nobody is known to need it")
	}
}
