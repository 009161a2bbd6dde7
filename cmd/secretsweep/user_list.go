package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
)

type userListOptions struct {
	*vaultFlags
	format string
	all    bool
}

func newUserList(sh shell, v *vaultFlags) *cobra.Command {
	o := userListOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the people of a vault, their roles, and what they read",
		Example: `  secretsweep user list
  secretsweep user list --all -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	registerTableFormat(cmd, &o.format)
	f.BoolVar(&o.all, "all", false, "also those who left")
	f.SortFlags = false
	return cmd
}

func (o *userListOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	all, err := d.Members(ctx)
	if err != nil {
		return err
	}
	rows := []userRow{}
	for _, m := range all {
		if m.Kind != vault.Machine && (o.all || !m.Gone) {
			rows = append(rows, userRowOf(m))
		}
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tKIND\tROLES\tREADS")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", printable.Text(r.Name), r.kind(), printable.Text(orDash(r.roles())), listOf(r.Reads))
	}
	return w.Flush()
}

// userRow is a person in a list, and its JSON form.
type userRow struct {
	Name    string              `json:"name"`
	Kind    vault.PrincipalKind `json:"kind"`
	Self    bool                `json:"self"`
	Invited bool                `json:"invited"` // and hasn't joined yet
	Left    bool                `json:"left"`
	Public  identity.Public     `json:"public_key"`
	Grants  []grantRow          `json:"grants"`
	Reads   []string            `json:"reads"`
	Writes  []string            `json:"writes"`
}

// grantRow is a grant in a list, and its JSON form.
type grantRow struct {
	ID    string     `json:"id"`
	Role  vault.Role `json:"role"`
	On    string     `json:"on"`
	Until time.Time  `json:"until,omitzero"`
	By    string     `json:"by"`
}

func grantRowOf(g vault.Granted) grantRow {
	return grantRow{g.ID, g.Role, g.Pattern.String(), g.Until, g.By}
}

func userRowOf(m vault.Member) userRow {
	r := userRow{
		Name: m.Name, Kind: m.Kind, Self: m.Self, Invited: m.Invited, Left: m.Gone, Public: m.Public,
		Grants: []grantRow{}, Reads: append([]string{}, m.Reads...), Writes: append([]string{}, m.Writes...),
	}
	for _, g := range m.Grants {
		r.Grants = append(r.Grants, grantRowOf(g))
	}
	return r
}

func (r userRow) kind() string {
	switch {
	case r.Left:
		return string(r.Kind) + ", left"
	case r.Invited:
		return string(r.Kind) + ", invited"
	case r.Self:
		return string(r.Kind) + ", you"
	}
	return string(r.Kind)
}

func (r userRow) roles() string {
	var all []string
	for _, g := range r.Grants {
		text := g.Role.String() + " of " + g.On
		if !g.Until.IsZero() {
			text += " until " + moment(g.Until)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}
