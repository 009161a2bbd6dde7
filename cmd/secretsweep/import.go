package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

type importOptions struct {
	vaultFlags
	gathering
	env, plan, format string
	entries           []string // to be filled
	dryRun, yes       bool
}

func newImport(sh shell) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import SRC…",
		Short: "Bring secrets into the vault from .env files, other tools, or a sweep",
		Long: `Brings secrets into the vault. SRC is a file that another tool exported, a .env file, or
what "secretsweep scan" takes: a repository, a folder, an export of Slack, an image. What
a sweep finds is imported where it is in use; what lies in old commits alone is noted as
a leak, to be revoked. docs/import.md says what is read, and how exports are made.

Names and environments are suggested from variables, files and CI jobs. --dry-run shows
what would be written; with --format plan, as a file in which decisions can be changed,
for --plan. "secretsweep migrate" does the same at a screen.

All of it is written or nothing. Decisions are kept, sealed to you: a second run over the
same sources asks only about what is new.`,
		Example: `  secretsweep import .env.production -p web          every variable, to web/prod
  secretsweep import . --dry-run                     what a sweep of this repository would bring
  secretsweep import . --dry-run -f plan > plan.toml
  secretsweep import . --plan plan.toml --yes        as the file says
  secretsweep import doppler.json -p web -e staging
  doppler secrets download --no-file | secretsweep import - --from doppler -p web -e dev
  secretsweep import --entry APPLE_SIGNING_KEY -e prod   one that only a console has`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args)+len(o.entries) == 0 {
				return misuse("nothing to import from", `name files or folders, such as "secretsweep import .env"`)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&o.project, "project", "p", "", "the `project` (default that of the folder, else the only one)")
	f.StringVarP(&o.env, "env", "e", "", "the `environment` of everything (default what the sources say)")
	f.StringVar(&o.from, "from", "", "the `format` of files (default what they look like): "+strings.Join(formatNames(), ", "))
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(formatNames(), cobra.ShellCompDirectiveNoFileComp))
	f.StringArrayVar(&o.entries, "entry", nil, "make an entry of this `name` to fill, for a secret that no file has; may be repeated")
	f.StringVar(&o.plan, "plan", "", "decide as this `file` says")
	f.BoolVar(&o.dryRun, "dry-run", false, "write nothing, show what would be written")
	f.BoolVarP(&o.yes, "yes", "y", false, "don't ask, and leave out what others ask for")
	f.StringVarP(&o.format, "format", "f", "table", "`format` of what is shown: table, json, plan")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json", "plan"}, cobra.ShellCompDirectiveNoFileComp))
	o.slackFlags.register(f)
	o.vaultFlags.register(cmd)
	o.reading.register(cmd)
	return keeps(cmd)
}

func formatNames() []string {
	var names []string
	for _, f := range importers.Formats() {
		names = append(names, f.Name)
	}
	return names
}

func (o *importOptions) run(ctx context.Context, sh shell, paths []string) (err error) {
	if err := o.check(sh, paths); err != nil {
		return err
	}
	var decided []importers.Decision
	if o.plan != "" {
		if decided, err = readPlanFile(o.plan); err != nil {
			return err
		}
	}
	d, err := o.open(ctx, sh)
	preview := o.dryRun && noVault(err)
	if err != nil && !preview {
		return err
	}
	var in *intake
	if !preview {
		defer d.close(ctx, &err)
		if in, err = newIntake(sh, d, o.project, paths); err != nil {
			return err
		}
	}
	found, err := o.gather(ctx, sh, paths, nil)
	if err != nil {
		return err
	}
	for _, name := range o.entries {
		found.items = append(found.items, importers.Manual(name, "", ""))
	}
	var plan *importers.Plan
	access := importers.Access{Has: func(importers.Ref) bool { return false }, CanWrite: func(importers.Ref) bool { return true }}
	if preview {
		sh.say(`there is no vault yet: "secretsweep vault init" makes one`)
		if o.project == "" {
			if o.project, err = projectOf(sh, nil, paths); err != nil {
				return err
			}
		}
		plan = importers.NewPlan(found.items, importers.Options{Project: o.project, Environments: []string{"dev", "staging", "prod"}, Env: o.env, Now: time.Now()})
	} else {
		in.unseen = o.yes && !o.dryRun && o.plan == ""
		if plan, err = in.plan(ctx, found.items, o.env); err != nil {
			return err
		}
		if n := len(in.passed); n > 0 {
			sh.say("%s that others ask for left out: look at what they are without --yes", report.Plural(n, "value"))
		}
		access = in.access()
	}
	if o.plan != "" {
		unknown, err := plan.Obey(decided)
		if err != nil {
			return withHint(fmt.Errorf("%q: %w", o.plan, err), "change it, and look at what it comes to with --dry-run")
		}
		if unknown > 0 {
			sh.say("not found here: %s that %q decides about", report.Plural(unknown, "value"), o.plan)
		}
	}
	batch := plan.Batch(access)
	if err := checkBatch(batch); err != nil {
		return err
	}
	if in != nil && (o.plan != "" || o.env != "") {
		if err := mistyped(batch.Environments, in.environments()); err != nil {
			return err
		}
	}
	if err := o.show(sh, newShown(plan, batch, paths)); err != nil {
		return err
	}
	if !o.dryRun {
		if err := o.write(ctx, sh, in, plan, batch, paths); err != nil {
			return err
		}
		news, err := found.swept.tell(ctx, sh, in, plan)
		if err != nil {
			return err
		}
		for _, text := range news {
			sh.say("%s", text)
		}
	}
	for _, p := range found.problems {
		sh.say("not read: %s", printable.Text(p))
	}
	return statusOf(len(found.problems)+len(batch.Refused), 0, 0)
}

// check refuses what makes no sense.
func (o *importOptions) check(sh shell, paths []string) error {
	_, someone := sh.asked()
	for _, name := range o.entries {
		if err := vault.CheckName(name); err != nil {
			return withHint(fmt.Errorf("--entry %q: %w", name, err), "such as APPLE_SIGNING_KEY")
		}
	}
	switch {
	case !slices.Contains([]string{"table", "json", "plan"}, o.format):
		return withHint(fmt.Errorf("unknown format %q", o.format), "it is table, json or plan")
	case o.format == "plan" && !o.dryRun:
		return misuse("--format plan is for --dry-run", "add --dry-run, or leave it out")
	case o.env != "" && vault.CheckLabel(o.env) != nil:
		return withHint(fmt.Errorf("--env %q: %w", o.env, vault.CheckLabel(o.env)), "such as dev, staging or prod")
	case o.from != "" && !slices.Contains(formatNames(), o.from):
		err := fmt.Errorf("unknown format %q", o.from)
		if near := nearest(o.from, formatNames()); near != "" {
			return withHint(err, "did you mean %s?", near)
		}
		return withHint(err, "it is one of %s", strings.Join(formatNames(), ", "))
	case !o.dryRun && !o.yes && (!someone || slices.Contains(paths, "-")):
		return misuse("nobody can be asked whether to write this", "look at it with --dry-run, then give --yes")
	}
	return nil
}

// noVault tells whether an error is that there is no vault, or nobody who could open one.
func noVault(err error) bool { return errors.Is(err, errNoIdentity) || errors.Is(err, errNoStore) }

func readPlanFile(path string) ([]importers.Decision, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	defer f.Close()
	all, err := importers.ReadPlan(f)
	if err != nil {
		return nil, withHint(fmt.Errorf("%q: %w", path, err), `"secretsweep import --dry-run -f plan" makes one`)
	}
	return all, nil
}

// checkBatch tells whether a vault can have names and values as a plan has them.
func checkBatch(b importers.Batch) error {
	var bad []error
	for _, s := range b.Secrets {
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if err := vault.CheckName(name); err != nil {
				bad = append(bad, fmt.Errorf("%s: %w", s.Ref, err))
			}
		}
		if err := vault.CheckLabel(s.Env); err != nil {
			bad = append(bad, fmt.Errorf("%s: environment: %w", s.Ref, err))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return withHint(errors.Join(bad...), "give it another name in a plan: --dry-run -f plan")
}

// mistyped refuses a new environment that somebody typed and that is one slip away from one that
// is there.
func mistyped(made []importers.Ref, there []string) error {
	letters := func(word string) string {
		all := []byte(strings.ToLower(word))
		slices.Sort(all)
		return string(all)
	}
	for _, e := range made {
		for _, env := range there {
			if letters(e.Env) == letters(env) || editDistance(e.Env, env) == 1 {
				return withHint(fmt.Errorf("there is no environment %s/%s; did you mean %s?", e.Project, e.Env, env), "%q makes it", "secretsweep vault env create "+e.Project+"/"+e.Env)
			}
		}
	}
	return nil
}

// write asks, and writes.
func (o *importOptions) write(ctx context.Context, sh shell, in *intake, plan *importers.Plan, b importers.Batch, paths []string) error {
	for _, c := range openConflicts(plan) {
		if o.yes && c.Guessed() {
			return withHint(fmt.Errorf("%s: %s", c.Ref, c.Why()), `decide in a plan: "secretsweep import --dry-run -f plan" makes one`)
		}
	}
	if len(b.Secrets) == 0 && len(b.Leaks) == 0 {
		sh.say("there is nothing to import")
		return nil
	}
	if !o.yes {
		question := fmt.Sprintf("Write %s and %s?", report.Plural(len(b.Secrets), "secret"), report.Plural(len(b.Leaks), "leak record"))
		if yes, err := sh.confirm(question, ctx.Done()); err != nil || !yes {
			return cmp.Or(err, errors.New("nothing was written"))
		}
	}
	if err := in.take(ctx, b, sourceText(paths)); err != nil {
		return err
	}
	plan.Written(b)
	sh.say("%s", summaryOf(b))
	return in.draft.write(plan.Decisions(false))
}

// sourceText says in the log where something was imported from.
func sourceText(paths []string) string {
	const most = 200 // bytes
	text := printable.Text(strings.Join(paths, " "))
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// summaryOf says what an import did.
func summaryOf(b importers.Batch) string {
	counts := make(map[importers.Change]int)
	for _, s := range b.Secrets {
		counts[s.Change]++
	}
	waiting := 0
	for _, l := range b.Leaks {
		if len(l.Waiting) > 0 {
			waiting++
		}
	}
	text := report.Plural(counts[importers.Added]+counts[importers.Updated], "secret") + " imported"
	if n := counts[importers.Updated]; n > 0 {
		text += fmt.Sprintf(", %d as a new version", n)
	}
	if n := counts[importers.Same]; n > 0 {
		text += fmt.Sprintf(", %d were there", n)
	}
	switch n := counts[importers.Blank]; {
	case n == 1:
		text += ", 1 entry to fill"
	case n > 1:
		text += fmt.Sprintf(", %d entries to fill", n)
	}
	text += "; " + report.Plural(len(b.Leaks), "leak record")
	if waiting > 0 {
		text += fmt.Sprintf(", %d of which wait for a maintainer", waiting)
	}
	return text
}
