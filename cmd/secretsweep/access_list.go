package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

type accessListOptions struct {
	*vaultFlags
	format, unused string
}

func newAccessList(sh shell, v *vaultFlags) *cobra.Command {
	o := accessListOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "list [NAME]",
		Short: "List what somebody may do, and by which grant, or everybody's roles",
		Long: `Lists the roles of everybody and every token in each environment, or what one of them
may do, and by which grant.

With --unused it lists the grants whose holders haven't read for that long where the
grant holds, as the audit log has it, which owners of the vault can read. Reading from
a bundle is not in the log.`,
		Example: `  secretsweep access list
  secretsweep access list bob
  secretsweep access list --unused 90d
  secretsweep access list -f json`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args))
		},
	}
	f := cmd.Flags()
	registerTableFormat(cmd, &o.format)
	f.StringVar(&o.unused, "unused", "", "grants that nobody has read by since this `time`: a day, or how long ago it is, such as 90d")
	f.SortFlags = false
	return cmd
}

func (o *accessListOptions) run(ctx context.Context, sh shell, args []string) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	name := strings.Join(args, "")
	var since time.Time
	if o.unused != "" {
		var ok bool
		if since, ok = parseSince(o.unused, time.Now()); !ok {
			return misuse(fmt.Sprintf("--unused %q is no time", o.unused), "write a day such as 2026-01-31, or how long ago it is: 90d, 12h")
		}
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	if o.unused != "" {
		return o.listUnused(ctx, sh, d, name, since)
	}
	if name != "" {
		if _, err := memberOf(ctx, d, name); err != nil {
			return err
		}
	}
	rows, err := accessRows(ctx, d, d.Environments())
	if err != nil {
		return err
	}
	if name != "" {
		rows = slices.DeleteFunc(rows, func(r accessRow) bool { return r.Name != name })
	}
	switch {
	case o.format == "json":
		return writeJSON(sh.stdout, rows)
	case name != "":
		return writeAccess(sh, rows, name)
	}
	return writeMatrix(sh.stdout, d.Environments(), rows)
}

// accessRow is that somebody has a role in an environment, and its JSON form.
type accessRow struct {
	Name        string              `json:"name"`
	Kind        vault.PrincipalKind `json:"kind"`
	Project     string              `json:"project"`
	Environment string              `json:"environment"`
	Role        vault.Role          `json:"role"`
	Secrets     []string            `json:"secrets"` // that a token is for; none for all of the environment
	Grant       grantRow            `json:"grant"`
}

// accessRows gives everybody's roles in environments, by these.
func accessRows(ctx context.Context, d *door, environments []vault.Pattern) ([]accessRow, error) {
	rows := []accessRow{}
	members, err := d.Members(ctx)
	if err != nil {
		return nil, err
	}
	tokens, err := d.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	for _, at := range environments {
		readings, err := d.Explain(ctx, vault.Ref{Project: at.Project, Environment: at.Environment})
		if err != nil {
			return nil, err
		}
		for _, r := range readings {
			rows = append(rows, accessRow{r.Name, r.Kind, at.Project, at.Environment, r.Role, []string{}, grantRowOf(r.Grant)})
		}
		for _, t := range tokens {
			on := vault.Pattern{Project: t.Project, Environment: t.Env}
			if t.Gone || len(t.Secrets) == 0 || on != at || !t.Until.IsZero() && !now.Before(t.Until) {
				continue
			}
			i := slices.IndexFunc(members, func(m vault.Member) bool { return m.Name == t.Name && !m.Gone })
			if i >= 0 && len(members[i].Grants) > 0 {
				rows = append(rows, accessRow{t.Name, vault.Machine, at.Project, at.Environment, vault.Reader, t.Secrets, grantRowOf(members[i].Grants[0])})
			}
		}
	}
	return rows, nil
}

// what says what a role is for.
func (r accessRow) what() string {
	if len(r.Secrets) == 0 {
		return r.Role.String()
	}
	return r.Role.String() + " of " + strings.Join(r.Secrets, ", ")
}

func writeAccess(sh shell, rows []accessRow, name string) error {
	if len(rows) == 0 {
		sh.say("%s may read and write nothing", printable.Text(name))
		return nil
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENVIRONMENT\tROLE\tREADS\tWRITES\tBY GRANT\tUNTIL\tGRANTED BY")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\tyes\t%s\t%s of %s\t%s\t%s\n", printable.Text(r.Project+"/"+r.Environment), printable.Text(r.what()),
			yesNo(r.Role >= vault.Developer), r.Grant.ID, printable.Text(r.Grant.On), orDash(moment(r.Grant.Until)), printable.Text(r.Grant.By))
	}
	return w.Flush()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// writeMatrix writes a line for everybody, with a column for each environment.
func writeMatrix(to io.Writer, environments []vault.Pattern, rows []accessRow) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "NAME\tKIND")
	for _, at := range environments {
		fmt.Fprint(w, "\t", printable.Text(at.String()))
	}
	fmt.Fprintln(w)
	roles := make(map[string]map[vault.Pattern]string)
	var order []accessRow
	for _, r := range rows {
		if roles[r.Name] == nil {
			roles[r.Name] = make(map[vault.Pattern]string)
			order = append(order, r)
		}
		text := r.Role.String()
		if len(r.Secrets) > 0 {
			text = fmt.Sprintf("%s of %d", text, len(r.Secrets))
		}
		roles[r.Name][vault.Pattern{Project: r.Project, Environment: r.Environment}] = text
	}
	slices.SortFunc(order, func(a, b accessRow) int { return strings.Compare(a.Name, b.Name) })
	for _, r := range order {
		fmt.Fprintf(w, "%s\t%s", printable.Text(r.Name), kindOf(r.Kind))
		for _, at := range environments {
			fmt.Fprint(w, "\t", orDash(roles[r.Name][at]))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// unusedRow is a grant that nobody makes use of, and its JSON form.
type unusedRow struct {
	Name     string    `json:"name"`
	Grant    grantRow  `json:"grant"`
	Made     time.Time `json:"made"`
	LastRead time.Time `json:"last_read,omitzero"` // absent for never
}

func (o *accessListOptions) listUnused(ctx context.Context, sh shell, d *door, name string, since time.Time) error {
	if name != "" {
		if _, err := memberOf(ctx, d, name); err != nil {
			return err
		}
	}
	all, err := d.Unused(ctx, since)
	if err != nil {
		return err
	}
	rows := []unusedRow{}
	for _, u := range all {
		if name == "" || u.To == name {
			rows = append(rows, unusedRow{u.To, grantRowOf(u.Granted), u.Made, u.Last})
		}
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	if len(rows) == 0 {
		sh.say("there is no grant that nobody has read by since %s", day(since))
		return nil
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tON\tSINCE\tLAST READ")
	for _, r := range rows {
		last := "never"
		if !r.LastRead.IsZero() {
			last = day(r.LastRead)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", printable.Text(r.Name), r.Grant.Role, printable.Text(r.Grant.On), day(r.Made), last)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	sh.say(`%s: "secretsweep access revoke NAME ON" ends one`, report.Plural(len(rows), "grant"))
	return nil
}
