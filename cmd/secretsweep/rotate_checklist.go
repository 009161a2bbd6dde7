package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault/rotation"
	"github.com/secretsweep/secretsweep/vault/rotation/checklist"
)

// issueFormat is that of which each record makes a text of its own.
const issueFormat = "github"

type rotateChecklistOptions struct {
	rotateFlags
	format, output string
}

func newRotateChecklist(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateChecklistOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "checklist [RECORD…]",
		Short: "Write what is to be done as a list to hand round, or as issues",
		Long: `Writes what is to be done about all records that are open, or those that are named:
where each stands, the steps with boxes that are ticked as far as they are done, the
provider's guide, who uses the value, and where it lies. No value is in it.

"github" is an issue for each record: with -o, a file each in a folder, and the commands
that make the issues on standard output; of one record, the issue itself. Others may
read it: it leaves out who has read the vault, owners, and reasons that people gave. The
names of secrets and the paths where they lie are in it.`,
		Example: `  secretsweep rotate checklist -f html -o leaks.html
  secretsweep rotate checklist -f csv -p web > leaks.csv
  secretsweep rotate checklist -f github -o issues
  secretsweep rotate checklist STRIPE_KEY -f github | gh issue create -t "Rotate" -F -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.run(cmd.Context(), sh, args))
		},
	}
	o.register(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "f", "md", "`format` of the list: "+strings.Join(checklistFormats(), ", "))
	f.StringVarP(&o.output, "output", "o", "", "write to this `file` (default stdout), or folder for github")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(checklistFormats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func checklistFormats() []string {
	var all []string
	for _, f := range checklist.Formats() {
		all = append(all, f.Name)
	}
	return append(all, issueFormat)
}

func (o *rotateChecklistOptions) run(ctx context.Context, sh shell, names []string) (err error) {
	if err := checkWord("format", o.format, checklistFormats()); err != nil {
		return err
	}
	if o.format == issueFormat && o.output == "" && len(names) != 1 {
		return misuse("each record is an issue of its own", "name a folder with --output, or one record")
	}
	list, err := o.list(ctx, sh, names)
	if err != nil {
		return err
	}
	switch {
	case o.format == issueFormat && len(list.Items) > 0:
		sh.say("titles name secrets, and paths are in the text: look at it before others can")
		fallthrough
	case o.format == issueFormat:
		return o.writeIssues(sh, list)
	}
	for _, f := range checklist.Formats() {
		if f.Name == o.format {
			return o.writeList(sh, f, list)
		}
	}
	return nil
}

// list gives what is to be done about the records that are named, or about all.
func (o *rotateChecklistOptions) list(ctx context.Context, sh shell, names []string) (list checklist.List, err error) {
	r, err := o.enter(ctx, sh)
	if err != nil {
		return list, err
	}
	defer r.close(ctx, &err)
	records, err := r.records(ctx)
	if err != nil {
		return list, err
	}
	if len(names) > 0 {
		var named []*rotation.Record
		for _, name := range names {
			one, err := rotation.Pick(records, name)
			if err != nil {
				return list, err
			}
			if !one.State.Open() {
				return list, fmt.Errorf("%s is over: %s", one.ID(), one.State)
			}
			named = append(named, one)
		}
		records = named
	}
	return checklist.Of(records, r.rules, keptAt, time.Now()), nil
}

func (o *rotateChecklistOptions) writeList(sh shell, f checklist.Format, list checklist.List) error {
	out, err := openOutput(o.output, sh.stdout, true)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := f.Write(out, list); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	if o.output != "" && o.output != "-" {
		sh.say("%s: %s", printable.Text(o.output), report.Plural(list.Open, "record"))
	}
	return nil
}

// writeIssues writes the issue of one record, or those of all into a folder, with the
// commands that make them.
func (o *rotateChecklistOptions) writeIssues(sh shell, list checklist.List) error {
	if o.output == "" {
		_, err := io.WriteString(sh.stdout, list.Items[0].Issue().Body)
		return err
	}
	if err := os.MkdirAll(o.output, 0o700); err != nil {
		return withHint(err, "name a folder with --output")
	}
	for _, item := range list.Items {
		issue := item.Issue()
		path := filepath.Join(o.output, item.ID+".md")
		if err := replacePrivate(path, []byte(issue.Body)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(sh.stdout, "gh issue create --title %s --body-file %s\n", shellQuote(issue.Title), shellQuote(path)); err != nil {
			return err
		}
	}
	sh.say("%s: %s", printable.Text(o.output), report.Plural(len(list.Items), "issue"))
	return nil
}
