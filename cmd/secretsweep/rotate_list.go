package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// nobody stands for the owner of what nobody looks after.
const nobody = "nobody"

type rotateListOptions struct {
	rotateFlags
	format                 string
	all, mine              bool
	owner, provider, state string
}

func newRotateList(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateListOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the records that are open, the most urgent first",
		Long: `Lists the records that are open, the most urgent first: where each stands, by when the
old value is to be dead, and what comes next. "!" marks what is overdue.`,
		Example: `  secretsweep rotate list
  secretsweep rotate list --mine
  secretsweep rotate list --provider stripe --all
  secretsweep rotate list --state "consumers moving" -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return rotateHint(o.run(cmd.Context(), sh))
		},
	}
	o.register(cmd)
	f := cmd.Flags()
	registerTableFormat(cmd, &o.format)
	f.BoolVar(&o.all, "all", false, "also what is closed, no secret, or accepted")
	f.BoolVar(&o.mine, "mine", false, "only what you look after")
	f.StringVar(&o.owner, "owner", "", "only what this `person` looks after; \"nobody\" for nobody")
	f.StringVar(&o.provider, "provider", "", "only what this `provider` issued, such as github")
	f.StringVar(&o.state, "state", "", "only what stands at this `state`, such as \"old revoked\", open or not")
	_ = cmd.RegisterFlagCompletionFunc("state", cobra.FixedCompletions(stateNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func stateNames() []string {
	var all []string
	for _, s := range rotation.States() {
		all = append(all, string(s))
	}
	return all
}

func (o *rotateListOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	if o.mine && o.owner != "" {
		return misuse("--mine and --owner make no sense together", "leave one of them out")
	}
	if o.state != "" {
		if err := checkWord("state", o.state, stateNames()); err != nil {
			return err
		}
	}
	r, err := o.enter(ctx, sh)
	if err != nil {
		return err
	}
	defer r.close(ctx, &err)
	records, err := r.records(ctx)
	if err != nil {
		return err
	}
	records = slices.DeleteFunc(records, func(one *rotation.Record) bool { return !o.wants(one, r.Self()) })
	now := time.Now()
	if o.format == "json" {
		rows := []recordRow{}
		for _, one := range records {
			rows = append(rows, recordRowOf(one, now))
		}
		return writeJSON(sh.stdout, rows)
	}
	if len(records) == 0 {
		sh.say("there is nothing to list")
		return nil
	}
	return o.write(sh, records, now)
}

// wants tells whether a record is to be listed.
func (o *rotateListOptions) wants(r *rotation.Record, self string) bool {
	switch {
	case o.state != "" && string(r.State) != o.state,
		o.state == "" && !o.all && !r.State.Open(),
		o.mine && r.Owner != self,
		o.owner == nobody && r.Owner != "",
		o.owner != "" && o.owner != nobody && r.Owner != o.owner,
		o.provider != "" && !strings.EqualFold(r.Provider, o.provider):
		return false
	}
	return true
}

func (o *rotateListOptions) write(sh shell, records []*rotation.Record, now time.Time) error {
	rows := [][]string{{"ID", "STATE", "DUE", "SECRET", "OWNER", "NEXT"}}
	open, overdue := 0, 0
	for _, r := range records {
		due := "-"
		if r.State.Open() {
			open++
			due = day(r.Due)
		}
		if r.Overdue(now) {
			overdue++
			due += "!"
		}
		rows = append(rows, []string{r.ID(), string(r.State), due, printable.Text(r.Title()), orDash(printable.Text(r.Owner)), orDash(printable.Text(r.NextText()))})
	}
	width, _ := sh.terminal(sh.stdout)
	if err := writeFitted(sh.stdout, width, rows, 5, 3, 4); err != nil {
		return err
	}
	sh.say("%s, %d of them open, %d overdue", report.Plural(len(records), "record"), open, overdue)
	return nil
}

// recordRow is a record in a list, and its JSON form.
type recordRow struct {
	ID        string    `json:"id"`
	Project   string    `json:"project"`
	Title     string    `json:"title"`
	Secrets   []refView `json:"secrets"`
	Rule      string    `json:"rule,omitempty"`
	Provider  string    `json:"provider,omitempty"`
	Severity  string    `json:"severity,omitempty"`
	State     string    `json:"state"`
	Open      bool      `json:"open"`
	Way       string    `json:"way,omitempty"` // rotate, revoke-only; absent while that isn't decided
	Owner     string    `json:"owner,omitempty"`
	Due       time.Time `json:"due,omitzero"`
	Overdue   bool      `json:"overdue"`
	Blocked   string    `json:"blocked,omitempty"` // why
	Next      string    `json:"next,omitempty"`
	NextText  string    `json:"next_text,omitempty"`
	Found     time.Time `json:"found"`
	Ended     time.Time `json:"ended,omitzero"`
	Until     time.Time `json:"accepted_until,omitzero"`
	Emergency bool      `json:"emergency,omitempty"` // it was revoked before its consumers had moved

	Evidence *evidenceView `json:"evidence,omitempty"`
	Reopened *reopenedView `json:"reopened,omitempty"`
}

// evidenceView is why a value is dead.
type evidenceView struct {
	Kind string    `json:"kind"` // proven, attested
	Why  string    `json:"why"`
	Host string    `json:"host,omitempty"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// reopenedView is why a record that was over isn't.
type reopenedView struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Why    string    `json:"why"`
	Places []string  `json:"places"`
}

func recordRowOf(r *rotation.Record, now time.Time) recordRow {
	row := recordRow{
		ID: r.ID(), Project: r.Project, Title: r.Title(), Secrets: []refView{}, Rule: r.Rule, Provider: r.Provider, Severity: r.Severity,
		State: string(r.State), Open: r.State.Open(), Way: string(r.Way), Owner: r.Owner, Due: r.Due.UTC(), Overdue: r.Overdue(now), Blocked: r.Blocked,
		Next: string(r.Next()), NextText: r.NextText(), Found: r.Begun.UTC(), Ended: r.Ended, Emergency: r.Emergency,
	}
	for _, ref := range r.Refs {
		row.Secrets = append(row.Secrets, refView(ref))
	}
	if r.State == rotation.Accepted {
		row.Until = r.Until
	}
	if e := r.Evidence; e != nil {
		row.Evidence = &evidenceView{evidenceKind(e), e.Why, e.Host, e.By, e.At}
	}
	if o := r.Reopened; o != nil {
		row.Reopened = &reopenedView{o.At, o.By, o.Why, []string{}}
		for i := range o.Places {
			row.Reopened.Places = append(row.Reopened.Places, keptAt(&o.Places[i]))
		}
	}
	return row
}

func evidenceKind(e *rotation.Evidence) string {
	if e.Proven {
		return "proven"
	}
	return "attested"
}

// untilText gives a time as its day, and marks one that is past.
func untilText(t, now time.Time) string {
	if now.After(t) {
		return fmt.Sprintf("%s, overdue", day(t))
	}
	return day(t)
}
