package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

type statusOptions struct {
	*vaultFlags
	format string
}

func newVaultStatus(sh shell, v *vaultFlags) *cobra.Command {
	o := statusOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the environments of a vault, who reads them, and what is overdue, shared or odd",
		Long: `Shows the environments of a vault and who reads them, what was decided of the leaks of
projects that you are a maintainer of, and warns of values that environments share, of secrets whose time to be rotated is past, of grants and tokens
that have ended, and of who was invited and hasn't come. To find shared values it
compares all that you can read, which the audit log says.

Warnings leave the exit status at 0. What is wrong with the statements of who may do
what makes it 2.`,
		Example: `  secretsweep vault status
  secretsweep vault status -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	registerTableFormat(cmd, &o.format)
	return cmd
}

func (o *statusOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	st, err := d.Status(ctx)
	if err != nil {
		return err
	}
	if o.format == "json" {
		err = writeJSON(sh.stdout, statusViewOf(st))
	} else {
		err = writeStatus(sh.stdout, st)
	}
	if err == nil && len(st.Problems) > 0 {
		err = exitStatus(statusError)
	}
	return err
}

func writeStatus(out io.Writer, st vault.Status) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENVIRONMENT\tREVISION\tSECRETS\tREAD BY")
	for _, e := range st.Environments {
		revision, secrets := "-", "-" // of one that can't be read
		if e.Revision >= 0 {
			revision, secrets = fmt.Sprint(e.Revision), fmt.Sprint(e.Secrets)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", printable.Text(e.String()), revision, secrets, orDash(names(e.Readers)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	notes := slices.Concat(productionNotes(st), leakNotes(st), statusWarnings(st))
	for _, p := range st.Problems {
		notes = append(notes, "problem: "+p.What+": "+p.Err.Error())
	}
	for i, note := range notes {
		if i == 0 {
			fmt.Fprintln(out)
		}
		if _, err := fmt.Fprintln(out, printable.Text(note)); err != nil {
			return err
		}
	}
	return nil
}

func names(all []string) string { return printable.Text(strings.Join(all, ", ")) }

// productionNotes says who reads what customers depend on.
func productionNotes(st vault.Status) []string {
	var all []string
	for _, e := range st.Environments {
		if vault.IsProduction(e.Environment) {
			all = append(all, fmt.Sprintf("production: %s can be read by %s", e.Pattern, cmp.Or(strings.Join(e.Readers, ", "), "nobody")))
		}
	}
	return all
}

// leakNotes says what was decided of the leaks of each project.
func leakNotes(st vault.Status) []string {
	var all []string
	project := ""
	for _, l := range st.Leaks {
		one := fmt.Sprintf("%d %s", l.Leaks, decisionText(l.Decision))
		if l.Project != project {
			project = l.Project
			all = append(all, "leaks: "+project+" has "+one)
		} else {
			all[len(all)-1] += ", " + one
		}
	}
	return all
}

// decisionText says what was decided of a leak.
func decisionText(k vault.LeakKind) string {
	return cmp.Or(strings.ReplaceAll(string(k), "-", " "), "undecided")
}

func statusWarnings(st vault.Status) []string {
	var all []string
	warn := func(format string, args ...any) { all = append(all, fmt.Sprintf("warning: "+format, args...)) }
	for _, shared := range st.Shared {
		var refs []string
		for _, r := range shared.Secrets {
			refs = append(refs, r.String())
		}
		warn("the same value in different environments: %s", strings.Join(refs, ", "))
	}
	for _, l := range st.Blank {
		warn("%s has no value yet: secretsweep secret set %s -p %s -e %s", l.Ref, l.Name, l.Project, l.Environment)
	}
	for _, l := range st.Overdue {
		warn("%s was to have a new value by %s", l.Ref, day(l.RotateBy))
	}
	for _, g := range st.Ended {
		warn("%s still holds the keys of %s, though the grant ended on %s: secretsweep access revoke %s %s", g.To, g.Pattern, moment(g.Until), g.To, g.Pattern)
	}
	for _, name := range st.EndedTokens {
		warn("the token %s has ended, and whoever has it still holds keys: secretsweep token revoke %s", name, name)
	}
	for _, name := range st.Invited {
		warn("%s was invited, and hasn't joined yet", name)
	}
	return all
}

// statusView is the JSON form of a status.
type statusView struct {
	Self         string            `json:"self"`
	Entries      int64             `json:"log_entries"`
	Environments []environmentView `json:"environments"`
	Shared       [][]refView       `json:"shared_values"`
	Overdue      []secretRow       `json:"overdue"`
	Blank        []secretRow       `json:"blank"` // still to get a value
	Leaks        []leaksView       `json:"leaks"`
	Ended        []endedView       `json:"ended_grants"`
	EndedTokens  []string          `json:"ended_tokens"`
	Invited      []string          `json:"invited"`
	Problems     []problemView     `json:"problems"`
}

type environmentView struct {
	Project     string   `json:"project"`
	Environment string   `json:"environment"`
	Production  bool     `json:"production"`
	Revision    *int     `json:"revision"` // null for one that can't be read
	Secrets     *int     `json:"secrets"`
	Readers     []string `json:"readers"`
}

// leaksView is how many leaks a project has of which the same was decided.
type leaksView struct {
	Project  string         `json:"project"`
	Decision vault.LeakKind `json:"decision"` // "" for none yet
	Leaks    int            `json:"leaks"`
}

type refView struct {
	Project     string `json:"project"`
	Environment string `json:"environment"`
	Name        string `json:"name"`
}

type endedView struct {
	Name        string     `json:"name"`
	Project     string     `json:"project"`
	Environment string     `json:"environment"`
	Role        vault.Role `json:"role"`
	Until       time.Time  `json:"until"`
}

type problemView struct {
	What    string `json:"what"`
	Problem string `json:"problem"`
}

func statusViewOf(st vault.Status) statusView {
	v := statusView{
		Self: st.Self, Entries: st.Entries, Environments: []environmentView{}, Shared: [][]refView{}, Overdue: []secretRow{}, Blank: []secretRow{}, Leaks: []leaksView{},
		Ended: []endedView{}, EndedTokens: append([]string{}, st.EndedTokens...), Invited: append([]string{}, st.Invited...), Problems: problemsOf(st.Problems),
	}
	for _, e := range st.Environments {
		one := environmentView{Project: e.Project, Environment: e.Environment, Production: vault.IsProduction(e.Environment), Readers: append([]string{}, e.Readers...)}
		if e.Revision >= 0 {
			one.Revision, one.Secrets = &e.Revision, &e.Secrets
		}
		v.Environments = append(v.Environments, one)
	}
	for _, shared := range st.Shared {
		var refs []refView
		for _, r := range shared.Secrets {
			refs = append(refs, refView(r))
		}
		v.Shared = append(v.Shared, refs)
	}
	for _, l := range st.Blank {
		v.Blank = append(v.Blank, rowOf(l))
	}
	for _, l := range st.Overdue {
		v.Overdue = append(v.Overdue, rowOf(l))
	}
	for _, l := range st.Leaks {
		v.Leaks = append(v.Leaks, leaksView(l))
	}
	for _, g := range st.Ended {
		v.Ended = append(v.Ended, endedView{g.To, g.Project, g.Environment, g.Role, g.Until})
	}
	return v
}

func problemsOf(all []vault.Problem) []problemView {
	views := []problemView{}
	for _, p := range all {
		views = append(views, problemView{p.What, p.Err.Error()})
	}
	return views
}
