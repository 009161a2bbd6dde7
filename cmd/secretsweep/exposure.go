package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

// exposureFlags say how and where what somebody may know is written.
type exposureFlags struct {
	format, output string
}

func (x *exposureFlags) register(cmd *cobra.Command) {
	registerTableFormat(cmd, &x.format)
	cmd.Flags().StringVarP(&x.output, "output", "o", "", "write the list to this `file` (default stdout)")
	cmd.Flags().SortFlags = false
}

// destination checks where the list can go, before anything is done.
func (x *exposureFlags) destination(sh shell, f *pflag.FlagSet) (*output, error) {
	if !f.Changed("format") && formatOf(x.output) == "json" {
		x.format = "json"
	}
	if err := checkTableFormat(x.format); err != nil {
		return nil, err
	}
	return openOutput(x.output, sh.stdout, true)
}

func newAccessSeen(sh shell, v *vaultFlags) *cobra.Command {
	var x exposureFlags
	cmd := &cobra.Command{
		Use:   "seen NAME",
		Short: "List the values that somebody has read, and those that they could have",
		Long: `Lists the values that somebody, or a token, has read, as the audit log has it, and apart
those that they held the keys to, at any time, and the same values where they are in use
elsewhere. It takes an owner of the vault.

The log can't prove that something was not read: who has keys and a copy of the vault
reads without it. So all of it is to be rotated; what was read comes first.`,
		Example: `  secretsweep access seen bob
  secretsweep access seen bob -f json`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(x.run(cmd, sh, v, args[0]))
		},
	}
	x.register(cmd)
	return cmd
}

func (x *exposureFlags) run(cmd *cobra.Command, sh shell, v *vaultFlags, name string) error {
	out, err := x.destination(sh, cmd.Flags())
	if err != nil {
		return err
	}
	defer out.Discard()
	e, err := seenBy(cmd.Context(), sh, v, name)
	if err != nil {
		return err
	}
	return e.write(out, x.format)
}

func seenBy(ctx context.Context, sh shell, v *vaultFlags, name string) (e exposure, err error) {
	d, err := v.open(ctx, sh)
	if err != nil {
		return e, err
	}
	defer d.close(ctx, &err)
	return exposureOf(ctx, d, name)
}

// exposure is what somebody may know, and its JSON form.
type exposure struct {
	Name      string              `json:"name"`
	Kind      vault.PrincipalKind `json:"kind"`
	Left      bool                `json:"left"`
	Seen      []exposedRow        `json:"seen"`            // as the audit log has it
	CouldHave []exposedRow        `json:"could_have_seen"` // held the keys to, or the same value elsewhere; the log can't prove that they weren't read
	LetIn     []letInRow          `json:"let_in"`          // whom they gave what still stands
}

// exposedRow is a version of a secret that somebody may know, and its JSON form.
type exposedRow struct {
	Rotate      int         `json:"rotate,omitempty"` // as the how many-th it is to be rotated; absent if the version isn't the current one
	Project     string      `json:"project"`
	Environment string      `json:"environment"`
	Name        string      `json:"name"`
	Version     int         `json:"version"`
	State       vault.State `json:"state"`
	LastSeen    time.Time   `json:"last_seen,omitzero"`
	Times       int         `json:"times"`
}

// letInRow is a grant that somebody made and that still stands, and its JSON form.
type letInRow struct {
	Name string              `json:"name"`
	Kind vault.PrincipalKind `json:"kind"`
	grantRow
}

func exposureOf(ctx context.Context, d *door, name string) (exposure, error) {
	m, err := memberOf(ctx, d, name)
	if err != nil {
		return exposure{}, err
	}
	e := exposure{Name: name, Kind: m.Kind, Left: m.Gone, Seen: []exposedRow{}, CouldHave: []exposedRow{}, LetIn: []letInRow{}}
	all, err := d.Exposure(ctx, name)
	if err != nil {
		return e, err
	}
	for _, x := range all {
		row := exposedRow{0, x.Project, x.Environment, x.Name, x.Version, x.State, x.Seen, x.Times}
		if x.Times > 0 {
			e.Seen = append(e.Seen, row)
		} else {
			e.CouldHave = append(e.CouldHave, row)
		}
	}
	number(e.CouldHave, number(e.Seen, 0))
	members, err := d.Members(ctx)
	if err != nil {
		return e, err
	}
	for _, other := range members {
		for _, g := range other.Grants {
			if !other.Gone && g.By == name && other.Name != name {
				e.LetIn = append(e.LetIn, letInRow{other.Name, other.Kind, grantRowOf(g)})
			}
		}
	}
	return e, nil
}

// number puts values in the order in which they are to be rotated, and numbers those that
// are, after last: production first, then what was seen last.
func number(rows []exposedRow, last int) int {
	rank := func(r exposedRow) int {
		switch {
		case r.State != vault.Current:
			return 2
		case vault.IsProduction(r.Environment):
			return 0
		}
		return 1
	}
	slices.SortStableFunc(rows, func(a, b exposedRow) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), b.LastSeen.Compare(a.LastSeen))
	})
	for i := range rows {
		if rows[i].State == vault.Current {
			last++
			rows[i].Rotate = last
		}
	}
	return last
}

// write writes what somebody may know, and puts it where it belongs.
func (e exposure) write(out *output, format string) error {
	var err error
	if format == "json" {
		err = writeJSON(out, e)
	} else {
		err = e.text(out)
	}
	if err != nil {
		return err
	}
	return out.Commit()
}

func (e exposure) text(to io.Writer) error {
	w := bufio.NewWriter(to)
	name := printable.Text(e.Name)
	if e.Left {
		fmt.Fprintf(w, "%s has left, and opens nothing that was written since.\n", name)
	}
	e.values(w, fmt.Sprintf("Seen by %s, as the audit log has it", name), e.Seen)
	e.values(w, fmt.Sprintf("Not in the log, but %s held the keys and could have seen it, or the same value elsewhere", name), e.CouldHave)
	if len(e.LetIn) > 0 {
		fmt.Fprintf(w, "\n%s granted this, which still stands:\n", name)
		t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
		for _, r := range e.LetIn {
			fmt.Fprintf(t, "  %s\t%s\t%s of %s\t%s\n", printable.Text(r.Name), kindOf(r.Kind), r.Role, printable.Text(r.On), orDash(moment(r.Until)))
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, `
A log can't prove that something was not read: who has keys and a copy of the vault
reads without it. So all that has a number is to be rotated, in that order. Nor does it
know which tokens, recovery keys and backups somebody has seen or copied: a token ends
by "secretsweep token revoke", and not with the one who made it.
`)
	return w.Flush()
}

func kindOf(k vault.PrincipalKind) string {
	if k == vault.Machine {
		return "token"
	}
	return string(k)
}

func (e exposure) values(w io.Writer, title string, rows []exposedRow) {
	if len(rows) == 0 {
		fmt.Fprintf(w, "\n%s: nothing.\n", title)
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ROTATE\tSECRET\tVERSION\tSTATE\tLAST SEEN\tTIMES")
	for _, r := range rows {
		rotate, times := "-", "-"
		if r.Rotate > 0 {
			rotate = fmt.Sprintf("%d.", r.Rotate)
		}
		if r.Times > 0 {
			times = fmt.Sprint(r.Times)
		}
		ref := vault.Ref{Project: r.Project, Environment: r.Environment, Name: r.Name}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\n", rotate, printable.Text(ref.String()), r.Version, r.State, orDash(day(r.LastSeen)), times)
	}
	t.Flush() // w keeps its error
}
