package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

func newRotateNext(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateFlags{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "next [RECORD]",
		Short: "Say what to do now, and how",
		Long: `Says what comes next for the most urgent record that isn't blocked, or for the one that
is named: the step, the command that does it or says that it is done, and the part of
the provider's guide that belongs to it.`,
		Example: `  secretsweep rotate next
  secretsweep rotate next STRIPE_KEY`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.next(cmd.Context(), sh, strings.Join(args, "")))
		},
	}
	o.register(cmd)
	return cmd
}

func (o *rotateFlags) next(ctx context.Context, sh shell, name string) (err error) {
	r, err := o.enter(ctx, sh)
	if err != nil {
		return err
	}
	defer r.close(ctx, &err)
	records, err := r.records(ctx)
	if err != nil {
		return err
	}
	var record *rotation.Record
	if name != "" {
		if record, err = rotation.Pick(records, name); err != nil {
			return err
		}
	} else if record = mostUrgent(records); record == nil {
		sh.say("there is nothing to do")
		return nil
	}
	guide := rotation.GuideOf(r.rules, record)
	return writeNext(sh.stdout, record, guide, guide.Of(record.Next()))
}

// mostUrgent gives the first open record about which something can be done, or else the first
// that is open; nil for none.
func mostUrgent(records []*rotation.Record) *rotation.Record {
	var open []*rotation.Record
	for _, r := range records {
		if r.State.Open() {
			open = append(open, r)
		}
	}
	if i := slices.IndexFunc(open, func(r *rotation.Record) bool { return r.Blocked == "" }); i >= 0 {
		return open[i]
	}
	if len(open) > 0 {
		return open[0]
	}
	return nil
}

// writeNext says what comes next for a record, with steps of its guide.
func writeNext(w io.Writer, r *rotation.Record, g rotation.Guide, steps []rotation.GuideStep) error {
	var b strings.Builder
	due := ""
	if r.State.Open() {
		due = "due " + untilText(r.Due, time.Now())
	}
	b.WriteString(wrapped(10, r.ID()+"  ", printable.Text(strings.Join(compact(r.Title(), r.Severity, due), ", "))))
	b.WriteString(standing(r))
	for _, c := range nextCommands(r) {
		fmt.Fprintf(&b, "  %s\n", c)
	}
	if len(steps) > 0 && r.State.Open() {
		b.WriteString("\n")
		writeGuide(&b, g, steps)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// standing says where a record stands, and what comes next.
func standing(r *rotation.Record) string {
	text := wrapped(10, "state:    ", printable.Text(string(r.State)))
	if next := r.NextText(); next != "" {
		text += wrapped(10, "next:     ", printable.Text(next))
	}
	return text
}

// writeStanding says of a record that was changed where it stands now.
func writeStanding(w io.Writer, r *rotation.Record) error {
	text := wrapped(10, r.ID()+"  ", printable.Text(r.Title()))
	if r.Owner != "" {
		text += wrapped(10, "owner:    ", printable.Text(r.Owner))
	}
	text += standing(r)
	for _, c := range nextCommands(r) {
		text += "  " + c + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// nextCommands gives the commands that do what comes next for a record, or say that it is
// done. What stands in capitals is for the person to say.
func nextCommands(r *rotation.Record) []string {
	const of = "secretsweep rotate "
	_, undriven := rotation.DriverOf(rotation.Drivers(rotation.DriverOptions{}), r, "")
	auto := of + "auto " + r.ID()
	switch r.Next() {
	case rotation.Own:
		return []string{of + "start " + r.ID()}
	case rotation.Replace:
		all := storeCommands(r, of+"done "+r.ID())
		if undriven == nil && len(r.Refs) > 0 {
			all = slices.Insert(all, 0, auto)
		}
		return all
	case rotation.MoveAll:
		all := moveCommands(r, of+"done "+r.ID())
		if r.Stage != nil {
			all = append(all, auto)
		}
		return all
	case rotation.Ask:
		return []string{of + "verify " + r.ID()}
	case rotation.Attest:
		all := []string{of + "done " + r.ID() + " --reason TEXT"}
		if r.Checkable { // and the answer proved nothing
			all = append(all, of+"verify "+r.ID())
		}
		return all
	case rotation.Clean:
		return []string{of + "done " + r.ID(), of + "done " + r.ID() + " --place KEY --left --reason TEXT"}
	case rotation.Revoke:
		switch {
		case r.Stage != nil:
			return []string{auto}
		case r.Revocable:
			return []string{of + "revoke " + r.ID(), of + "done " + r.ID()}
		}
		return []string{of + "done " + r.ID()}
	case rotation.Close:
		return []string{of + "done " + r.ID()}
	case rotation.Unblock:
		return []string{of + "block " + r.ID() + " --clear"}
	}
	return nil
}

// storeCommands gives the commands that store what replaces a value. Where the vault never had
// that, somebody has to say which secret does.
func storeCommands(r *rotation.Record, done string) []string {
	var all []string
	for _, ref := range r.Refs {
		all = append(all, fmt.Sprintf("secretsweep secret set %s -p %s -e %s", ref.Name, ref.Project, ref.Environment))
	}
	if len(all) == 0 {
		all = []string{fmt.Sprintf("secretsweep secret set NAME -p %s -e ENV", r.Project), done + " --stored ENV/NAME"}
	}
	return all
}

// moveCommands gives the commands that tick off who has moved, and if the vault knows of
// nobody who hasn't, that which says so of all.
func moveCommands(r *rotation.Record, done string) []string {
	const most = 5
	var all []string
	behind := false
	for _, c := range r.Waits() {
		behind = behind || c.Status == rotation.Behind
		if len(all) < most {
			all = append(all, done+" --moved "+shellQuote(printable.Text(c.Name)))
		}
	}
	if !behind {
		all = append(all, done+" --reason TEXT")
	}
	return all
}
