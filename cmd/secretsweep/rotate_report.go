package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

type rotateReportOptions struct {
	rotateFlags
	format string
}

func newRotateReport(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateReportOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Count records: open, overdue, blocked, closed, and how long that took",
		Long: `Counts records, of all, by owner and by provider: what is open, overdue and blocked; what
is closed, apart by whether that the value is dead is proven by an answer or attested by
a person; how long it took from found to closed, as a median; and how old the oldest is
that is open.`,
		Example: `  secretsweep rotate report
  secretsweep rotate report -f md >> status.md
  secretsweep rotate report -p web -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return rotateHint(o.run(cmd.Context(), sh))
		},
	}
	o.register(cmd)
	formats := []string{"table", "json", "md"}
	cmd.Flags().StringVarP(&o.format, "format", "f", "table", "`format` of the report: "+strings.Join(formats, ", "))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o *rotateReportOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkWord("format", o.format, []string{"table", "json", "md"}); err != nil {
		return err
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
	s := rotation.Summarize(records, time.Now())
	switch o.format {
	case "json":
		return writeJSON(sh.stdout, summaryViewOf(s))
	case "md":
		return writeSummaryMarkdown(sh.stdout, s)
	}
	return writeSummary(sh, s)
}

// summaryView is the JSON form of how records stand.
type summaryView struct {
	All       totalView   `json:"all"`
	Owners    []totalView `json:"owners"` // "" for nobody
	Providers []totalView `json:"providers"`
}

type totalView struct {
	Name     string `json:"name"`
	Open     int    `json:"open"`
	Overdue  int    `json:"overdue"`
	Blocked  int    `json:"blocked"`
	Closed   int    `json:"closed"`
	Proven   int    `json:"closed_proven"`
	Attested int    `json:"closed_attested"`
	Aside    int    `json:"set_aside"`        // false positive, or accepted
	ToClose  int64  `json:"seconds_to_close"` // the median
	Oldest   int64  `json:"oldest_open_seconds"`
}

func summaryViewOf(s rotation.Summary) summaryView {
	v := summaryView{totalViewOf(s.Total), []totalView{}, []totalView{}}
	for _, t := range s.Owners {
		v.Owners = append(v.Owners, totalViewOf(t))
	}
	for _, t := range s.Providers {
		v.Providers = append(v.Providers, totalViewOf(t))
	}
	return v
}

func totalViewOf(t rotation.Total) totalView {
	return totalView{t.Name, t.Open, t.Overdue, t.Blocked, t.Closed, t.Proven, t.Attested, t.Aside, int64(t.ToClose.Seconds()), int64(t.Oldest.Seconds())}
}

// summaryLines says how all records stand.
func summaryLines(s rotation.Summary) []string {
	lines := []string{
		fmt.Sprintf("%s open, %d overdue, %d blocked", report.Plural(s.Open, "record"), s.Overdue, s.Blocked),
		fmt.Sprintf("%d closed: %d proven dead by an answer, %d attested by a person", s.Closed, s.Proven, s.Attested),
		fmt.Sprintf("%d set aside: accepted, or no secret", s.Aside),
	}
	if s.Closed > 0 {
		lines = append(lines, "from found to closed: "+lasted(s.ToClose)+" (median)")
	}
	if s.Open > 0 {
		lines = append(lines, "the oldest that is open: "+lasted(s.Oldest))
	}
	return lines
}

// summaryTable gives the columns of totals.
func summaryTable(head string, all []rotation.Total, none string) [][]string {
	rows := [][]string{{head, "OPEN", "OVERDUE", "BLOCKED", "PROVEN", "ATTESTED", "TO CLOSE", "OLDEST"}}
	for _, t := range all {
		row := []string{cmp.Or(t.Name, none)}
		for _, n := range []int{t.Open, t.Overdue, t.Blocked, t.Proven, t.Attested} {
			row = append(row, fmt.Sprint(n))
		}
		took, oldest := "-", "-"
		if t.Closed > 0 {
			took = lasted(t.ToClose)
		}
		if t.Open > 0 {
			oldest = lasted(t.Oldest)
		}
		rows = append(rows, append(row, took, oldest))
	}
	return rows
}

func summaryTables(s rotation.Summary) [][][]string {
	return [][][]string{summaryTable("OWNER", s.Owners, nobody), summaryTable("PROVIDER", s.Providers, "unknown")}
}

// lasted writes a time that something took: in hours, if it is less than two days.
func lasted(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return rotation.Days(d / (24 * time.Hour)).String()
}

func writeSummary(sh shell, s rotation.Summary) error {
	width, _ := sh.terminal(sh.stdout)
	if _, err := io.WriteString(sh.stdout, strings.Join(summaryLines(s), "\n")+"\n"); err != nil {
		return err
	}
	for _, table := range summaryTables(s) {
		if len(table) == 1 {
			continue
		}
		for _, row := range table {
			row[0] = printable.Text(row[0])
		}
		fmt.Fprintln(sh.stdout)
		if err := writeFitted(sh.stdout, width, table, 0); err != nil {
			return err
		}
	}
	return nil
}

func writeSummaryMarkdown(w io.Writer, s rotation.Summary) error {
	var b strings.Builder
	b.WriteString("# Rotation\n\n")
	for _, line := range summaryLines(s) {
		fmt.Fprintf(&b, "- %s\n", printable.Markdown(line))
	}
	for _, table := range summaryTables(s) {
		if len(table) == 1 {
			continue
		}
		b.WriteString("\n")
		for i, row := range table {
			for j := range row {
				row[j] = printable.Markdown(row[j])
				if i == 0 {
					row[j] = strings.ToUpper(row[j][:1]) + strings.ToLower(row[j][1:])
				}
			}
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				b.WriteString("| --- |" + strings.Repeat(" ---: |", len(row)-1) + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
