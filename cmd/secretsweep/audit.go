package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

func newAudit(sh shell) *cobra.Command {
	var v vaultFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Read and verify the log of who did what in a vault",
		Example: `  secretsweep audit log --secret DATABASE_URL -e prod     who touched it
  secretsweep audit log --denied --since 7d
  secretsweep audit verify
  secretsweep audit checkpoint --output monday.checkpoint   to keep elsewhere
  secretsweep audit verify --against monday.checkpoint`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	v.register(cmd)
	cmd.AddCommand(newAuditLog(sh, &v), newAuditVerify(sh, &v), newAuditCheckpoint(sh, &v), newAuditExport(sh, &v))
	return keeps(cmd)
}

type logOptions struct {
	*vaultFlags
	filter       vault.Filter
	since, until string
	format       string
	limit        int
}

func newAuditLog(sh shell, v *vaultFlags) *cobra.Command {
	o := logOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "log",
		Short: "List who did what, or was refused, the oldest first",
		Long: `Lists who did what, or was refused, the oldest first. It takes an owner of the vault.

The log can't prove that somebody didn't read: whoever has keys and a copy of the vault
reads unrecorded, and so does whoever has a bundle.`,
		Example: `  secretsweep audit log --limit 20
  secretsweep audit log --by ci --since 7d
  secretsweep audit log --secret DATABASE_URL -p web -e prod --verb read
  secretsweep audit log --denied -f jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.filter.Principal, "by", "", "only what this person or token `did`")
	f.StringVar(&o.filter.Name, "secret", "", "only what this `name` is about, of a secret, a person or a token")
	f.StringVarP(&o.filter.Project, "project", "p", "", "only this `project`")
	f.StringVarP(&o.filter.Env, "env", "e", "", "only this `environment`, such as prod")
	f.StringVar(&o.filter.Verb, "verb", "", "only acts of this `kind`: "+strings.Join(vault.Verbs(), ", "))
	f.BoolVar(&o.filter.Denied, "denied", false, "only what was refused")
	f.StringVar(&o.since, "since", "", "only from `then` on: a day, a time, or how long ago, such as 7d or 12h")
	f.StringVar(&o.until, "until", "", "only what was before `then`")
	f.IntVar(&o.limit, "limit", 0, "only so `many`, the newest")
	f.StringVarP(&o.format, "format", "f", "table", "`format` of the list: table, json, jsonl")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json", "jsonl"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("verb", cobra.FixedCompletions(vault.Verbs(), cobra.ShellCompDirectiveNoFileComp))
	f.SortFlags = false
	return cmd
}

// settle checks the flags, and completes the filter.
func (o *logOptions) settle(now time.Time) error {
	for _, one := range []struct {
		flag, text string
		to         *time.Time
	}{{"since", o.since, &o.filter.Since}, {"until", o.until, &o.filter.Until}} {
		if one.text == "" {
			continue
		}
		t, ok := parseSince(one.text, now)
		if !ok {
			return misuse(fmt.Sprintf("--%s %q is no time", one.flag, one.text), "write a day such as 2026-01-31, or how long ago it is: 90d, 12h")
		}
		*one.to = t
	}
	if !o.filter.Until.IsZero() && o.filter.Until.Before(o.filter.Since) {
		return misuse("--until is before --since", "exchange them")
	}
	if o.limit < 0 {
		return misuse("--limit is less than 0", "leave it out for all")
	}
	if verb := o.filter.Verb; verb != "" {
		return checkWord("verb", verb, vault.Verbs())
	}
	return nil
}

// checkWord makes sure that a word is one of those that there are.
func checkWord(what, word string, all []string) error {
	if slices.Contains(all, word) {
		return nil
	}
	err := fmt.Errorf("unknown %s %q", what, word)
	if near := nearest(word, all); near != "" {
		return withHint(err, "did you mean %s?", near)
	}
	return withHint(err, "it is one of %s", strings.Join(all, ", "))
}

func (o *logOptions) run(ctx context.Context, sh shell) (err error) {
	if err := o.settle(time.Now()); err != nil {
		return err
	}
	w, err := newActWriter(o.format, sh.stdout)
	if err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	if by := o.filter.Principal; by != "" {
		members, err := d.Members(ctx)
		if err != nil {
			return err
		}
		var all []string
		for _, m := range members {
			all = append(all, m.Name)
		}
		if err := checkWord("person or token", by, all); err != nil {
			return err
		}
	}
	newest := ring{limit: o.limit}
	visit := w.write
	if o.limit > 0 {
		visit = newest.add
	}
	if err := d.Log(ctx, o.filter, visit); err != nil {
		return err
	}
	for _, l := range newest.all() {
		if err := w.write(l); err != nil {
			return err
		}
	}
	if err := w.end(); err != nil {
		return err
	}
	if w.n == 0 && o.format == "table" {
		sh.say("nothing in the log is like that")
	}
	return nil
}

// ring keeps the last acts that were added.
type ring struct {
	limit int
	acts  []vault.Logged
	next  int // where the next one goes, once it is full
}

func (r *ring) add(l vault.Logged) error {
	if len(r.acts) < r.limit {
		r.acts = append(r.acts, l)
		return nil
	}
	r.acts[r.next] = l
	r.next = (r.next + 1) % r.limit
	return nil
}

func (r *ring) all() []vault.Logged {
	return append(r.acts[r.next:len(r.acts):len(r.acts)], r.acts[:r.next]...)
}

// actWriter writes acts as they come: a log may be longer than memory is large.
type actWriter struct {
	format string
	out    *bufio.Writer
	n      int
}

func newActWriter(format string, w io.Writer) (*actWriter, error) {
	switch format {
	case "table", "json", "jsonl":
		return &actWriter{format: format, out: bufio.NewWriter(w)}, nil
	}
	return nil, withHint(fmt.Errorf("unknown format %q", format), "it is table, json or jsonl")
}

func (w *actWriter) write(l vault.Logged) error {
	w.n++
	if w.format == "table" {
		return w.row(l)
	}
	text, err := json.Marshal(actOf(l))
	if err != nil {
		return err
	}
	if w.format == "json" {
		before := ",\n"
		if w.n == 1 {
			before = "[\n"
		}
		w.out.WriteString(before)
	}
	w.out.Write(printable.JSON(text))
	if w.format == "jsonl" {
		w.out.WriteByte('\n')
	}
	return w.flushed()
}

// row writes a line of the table. Its columns have a width that doesn't depend on what
// comes later.
func (w *actWriter) row(l vault.Logged) error {
	if w.n == 1 {
		fmt.Fprintf(w.out, "%6s  %-20s  %-12s  %-8s  %-8s  %s\n", "ENTRY", "TIME", "BY", "VERB", "DECISION", "WHAT")
	}
	decision := "allowed"
	if !l.Allowed {
		decision = "refused"
	}
	fmt.Fprintf(w.out, "%6d  %-20s  %-12s  %-8s  %-8s  %s\n", l.Seq, l.Time.UTC().Format(time.RFC3339),
		printable.Text(l.Principal), printable.Text(l.Verb), decision, printable.Text(whatOf(l)))
	return w.flushed()
}

// flushed writes what is buffered if that is worth it, and gives the error of it.
func (w *actWriter) flushed() error {
	if w.out.Available() < 1<<10 {
		return w.out.Flush()
	}
	return nil
}

func (w *actWriter) end() error {
	if w.format == "json" {
		if w.n == 0 {
			w.out.WriteString("[")
		}
		w.out.WriteString("\n]\n")
	}
	return w.out.Flush()
}

// whatOf says what an act was about.
func whatOf(l vault.Logged) string {
	var words []string
	if l.Project != "" {
		words = append(words, l.Project+"/"+l.Env)
	}
	if l.Name != "" {
		words = append(words, l.Name)
	}
	if l.Version > 0 {
		words = append(words, fmt.Sprintf("version %d", l.Version))
	}
	if l.Detail != "" {
		words = append(words, "("+l.Detail+")")
	}
	return orDash(strings.Join(words, " "))
}

// actView is the JSON form of an act.
type actView struct {
	Entry       int64     `json:"entry"`
	Time        time.Time `json:"time"`
	By          string    `json:"by"`
	Verb        string    `json:"verb"`
	Project     string    `json:"project,omitempty"`
	Environment string    `json:"environment,omitempty"`
	Name        string    `json:"name,omitempty"`
	Version     int       `json:"version,omitempty"`
	Allowed     bool      `json:"allowed"`
	Rule        string    `json:"rule,omitempty"`
	ValueTag    string    `json:"value_tag,omitempty"` // the same for equal values of the vault, and tells nothing of them
	Program     string    `json:"program,omitempty"`
	Host        string    `json:"host,omitempty"`
	Detail      string    `json:"detail,omitempty"`
}

func actOf(l vault.Logged) actView {
	return actView{
		Entry: l.Seq, Time: l.Time.UTC(), By: l.Principal, Verb: l.Verb, Project: l.Project, Environment: l.Env, Name: l.Name, Version: l.Version,
		Allowed: l.Allowed, Rule: l.Rule, ValueTag: hex.EncodeToString(l.Tag), Program: l.Program, Host: l.Host, Detail: l.Detail,
	}
}

func newAuditExport(sh shell, v *vaultFlags) *cobra.Command {
	var file string
	var force bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the whole log as JSON lines, for other systems that watch it",
		Long: `Writes the whole log as JSON lines, one act each, in order: entry, time, by, verb,
project, environment, name, version, allowed, rule, value_tag, program, host, detail.
It holds no values. It takes an owner of the vault.`,
		Example: `  secretsweep audit export -o acts.jsonl
  secretsweep audit export | jq 'select(.allowed | not)'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(exportLog(cmd.Context(), sh, v, file, force))
		},
	}
	f := cmd.Flags()
	f.StringVarP(&file, "output", "o", "", "write to this `file`, for you alone, and not to standard output")
	f.BoolVar(&force, "force", false, "replace the file if it is there")
	f.SortFlags = false
	return cmd
}

func exportLog(ctx context.Context, sh shell, v *vaultFlags, file string, force bool) (err error) {
	if force && file == "" {
		return misuse("--force is for --output", "leave it out")
	}
	var out *output
	if file == "" {
		out, err = openOutput("", sh.stdout, true)
	} else {
		out, err = openPrivate(file, force)
	}
	if err != nil {
		return err
	}
	defer out.Discard()
	d, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	w, err := newActWriter("jsonl", out)
	if err != nil {
		return err
	}
	if err := errors.Join(d.Log(ctx, vault.Filter{}, w.write), w.end()); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	if file != "" {
		sh.say("%s: %s", printable.Text(file), report.Plural(w.n, "act"))
	}
	return nil
}
