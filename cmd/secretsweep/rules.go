package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

func newRules(sh shell) *cobra.Command {
	var configFlag string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Show what secrets are looked for, and try rules out",
		Example: `  secretsweep rules list
  secretsweep rules show github-personal-access-token
  secretsweep rules test notes.txt
  secretsweep rules test --config new.toml samples.txt`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVarP(&configFlag, "config", "c", "", "with the rules of this `file`, .secretsweep.toml or a gitleaks config")
	cmd.AddCommand(newRulesList(sh, &configFlag), newRulesShow(sh, &configFlag), newRulesTest(sh, &configFlag))
	return cmd
}

// ruleSet gives the rules that hold here, and says what is odd about them.
func ruleSet(sh shell, configFlag string) (*rules.Set, error) {
	c, err := loadConfig(sh, configFlag, targetOf("."))
	if err != nil {
		return nil, err
	}
	for _, hint := range c.hints {
		sh.say("%s", printable.Text(hint))
	}
	return c.set, nil
}

// ruleView is what "rules list" and "rules show" tell of a rule.
type ruleView struct {
	ID          string           `json:"id"`
	Provider    string           `json:"provider"`
	Severity    rules.Severity   `json:"severity"`
	Confidence  rules.Confidence `json:"confidence"`
	Description string           `json:"description"`
	Pattern     string           `json:"pattern,omitempty"`
	Path        string           `json:"path,omitempty"`
	Literals    []string         `json:"literals,omitempty"`
	Entropy     float64          `json:"entropy,omitempty"`
	Random      bool             `json:"random,omitempty"`
	Check       string           `json:"check,omitempty"`
	Parts       []string         `json:"parts,omitempty"`
	Source      string           `json:"source,omitempty"`
	Console     string           `json:"console,omitempty"`
	Rotate      string           `json:"rotate,omitempty"`
	CadenceDays int              `json:"cadence_days,omitempty"`
	Verify      string           `json:"verify,omitempty"` // how its provider is asked whether a secret still works
	Revoke      string           `json:"revoke,omitempty"` // what ends when the secret revokes itself
}

func viewOf(set *rules.Set, r *rules.Rule) ruleView {
	text := func(p *rules.Pattern) string {
		if p == nil {
			return ""
		}
		return p.String()
	}
	v := ruleView{
		ID: r.ID, Severity: r.Severity, Confidence: r.Confidence, Description: r.Description,
		Pattern: text(r.Pattern), Path: text(r.Path), Literals: r.Literals,
		Entropy: r.Entropy, Random: r.Random, Check: r.Check, Source: r.Source,
	}
	if p := r.Provider; p != nil {
		const day = 24 * time.Hour
		v.Provider, v.Console, v.Rotate, v.CadenceDays = p.Name, p.Console, p.Rotate, int(p.Cadence/day)
	}
	for _, p := range r.Parts {
		v.Parts = append(v.Parts, p.Name)
	}
	if asked := set.VerifyOf(r.ID); asked != nil {
		v.Verify = asked.Method + " " + asked.URL
		if asked.Revoke != nil {
			v.Revoke = asked.Revoke.Kills
		}
	} else if provider.New(provider.Options{Rules: set}).Can(r.ID) {
		v.Verify = "a login, where it is the address of a PostgreSQL database"
	}
	return v
}

func checkViewFormat(format string) error {
	if format != "text" && format != "json" {
		return misuse(fmt.Sprintf("unknown format %q", format), "it is text or json")
	}
	return nil
}

func newRulesList(sh shell, configFlag *string) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the rules",
		Example: "  secretsweep rules list\n  secretsweep rules list -f json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := checkViewFormat(format); err != nil {
				return err
			}
			set, err := ruleSet(sh, *configFlag)
			if err != nil {
				return err
			}
			if format == "json" {
				views := []ruleView{}
				for _, r := range set.Rules {
					views = append(views, viewOf(set, r))
				}
				return writeJSON(sh.stdout, views)
			}
			w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "RULE\tPROVIDER\tSEVERITY\tDESCRIPTION")
			for _, r := range set.Rules {
				v := viewOf(set, r)
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", printable.Text(v.ID), printable.Text(v.Provider), v.Severity, printable.Text(v.Description))
			}
			return w.Flush()
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "`format`: text or json")
	return cmd
}

func newRulesShow(sh shell, configFlag *string) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "show RULE",
		Short:   "Show all that is known of a rule, and how to rotate what it finds",
		Example: "  secretsweep rules show github-personal-access-token",
		Args:    oneArgument,

		ValidArgsFunction: completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkViewFormat(format); err != nil {
				return err
			}
			set, err := ruleSet(sh, *configFlag)
			if err != nil {
				return err
			}
			r, err := ruleNamed(set, args[0])
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(sh.stdout, viewOf(set, r))
			}
			return viewOf(set, r).write(sh.stdout)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "`format`: text or json")
	return cmd
}

// completeRules gives a shell the ids of the built-in rules.
func completeRules(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	set, err := rules.Builtin()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var ids []string
	for _, r := range set.Rules {
		ids = append(ids, cobra.CompletionWithDesc(r.ID, r.Description))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// write writes what is known of a rule for a person.
func (v ruleView) write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, text string) {
		for i, l := range strings.Split(text, "\n") {
			if text != "" {
				fmt.Fprintf(w, "%s\t%s\n", []string{name, ""}[min(i, 1)], printable.Text(l))
			}
		}
	}
	line("rule", v.ID)
	line("description", v.Description)
	line("provider", v.Provider)
	line("severity", string(v.Severity))
	line("confidence", string(v.Confidence))
	line("pattern", v.Pattern)
	line("path", v.Path)
	line("literals", strings.Join(v.Literals, ", "))
	if v.Entropy > 0 {
		line("entropy", fmt.Sprintf("at least %g bits per character", v.Entropy))
	}
	if v.Random {
		line("random", "the value must look random")
	}
	line("check", v.Check)
	line("with", strings.Join(v.Parts, ", "))
	line("source", v.Source)
	line("managed at", v.Console)
	line("to rotate", v.Rotate)
	if v.CadenceDays > 0 {
		line("rotate every", fmt.Sprintf("%d days", v.CadenceDays))
	}
	line("verified by", v.Verify)
	line("revokes itself", v.Revoke)
	return w.Flush()
}

func newRulesTest(sh shell, configFlag *string) *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE",
		Short: "Say which rules match where in a file, and which nearly do",
		Long: `Says which rules match where in a file (- is standard input), and what keeps a
rule from reporting what its pattern matches. Ignore files and baselines are left
aside. Exit status 1 if something is reported.`,
		Example: "  secretsweep rules test notes.txt\n  secretsweep rules test -c new.toml samples.txt",
		Args:    oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return testRules(cmd.Context(), sh, *configFlag, args[0])
		},
	}
}

func testRules(ctx context.Context, sh shell, configFlag, path string) error {
	if info, err := os.Stat(path); path != "-" && err == nil && info.IsDir() {
		return misuse(fmt.Sprintf("%q is a folder", path), `"secretsweep scan" takes folders`)
	}
	if err := checkPaths([]string{path}); err != nil {
		return err
	}
	set, err := ruleSet(sh, configFlag)
	if err != nil {
		return err
	}
	text, err := testText(sh, path)
	if err != nil {
		return err
	}
	found, err := detectIn(ctx, set, text)
	if err != nil {
		return err
	}
	misses, err := nearMisses(ctx, set, spots(found.all), func(ctx context.Context, set *rules.Set) ([]scanner.Finding, error) {
		found, err := detectIn(ctx, set, text)
		return found.all, err
	})
	if err != nil {
		return err
	}
	for _, p := range found.problems {
		sh.say("not read: %s: %s", printable.Text(p.What), printable.Text(p.Err.Error()))
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	for _, m := range spots(found.all) {
		fmt.Fprintf(w, "%d:%d\t%s\t%s\t%s confidence%s\n", m.at.Start.Line, m.at.Start.Column, printable.Text(m.Rule.ID), m.Value.Mask(), m.Confidence, also(m.Also))
	}
	const mostMisses = 100
	for _, m := range misses[:min(len(misses), mostMisses)] {
		fmt.Fprintf(w, "%d:%d\t%s\t%s\tnot reported: %s\n", m.at.Start.Line, m.at.Start.Column, printable.Text(m.Rule.ID), m.Value.Mask(), m.why)
	}
	if n := len(misses) - mostMisses; n > 0 {
		fmt.Fprintf(w, "and %d more that are not reported\n", n)
	}
	if len(found.all)+len(misses)+len(found.problems) == 0 {
		fmt.Fprintln(w, "no rule matches")
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return statusOf(len(found.problems), len(found.all), statusLeaks)
}

// testText gives a source of the text, as often as it is asked for one.
func testText(sh shell, path string) (func() scanner.Source, error) {
	if path != "-" {
		return func() scanner.Source { return dir.New(dir.Options{Root: path}) }, nil
	}
	text, err := io.ReadAll(sh.stdin)
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	return func() scanner.Source { return dir.Stdin(bytes.NewReader(text)) }, nil
}

// detectIn finds what the rules of a set do in a text.
func detectIn(ctx context.Context, set *rules.Set, text func() scanner.Source) (*findings, error) {
	detector, err := detectors.New(set)
	if err != nil {
		return nil, err
	}
	found := new(findings)
	return found, scanner.Scan(ctx, []scanner.Source{text()}, detector, scanner.Options{}, found)
}

func also(rules []string) string {
	if len(rules) == 0 {
		return ""
	}
	return " (also " + printable.Text(strings.Join(rules, ", ")) + ")"
}

// spot is one spot of a finding.
type spot struct {
	scanner.Finding
	at place.Span
}

// spots gives every spot of the findings in a file, in its order.
func spots(all []scanner.Finding) []spot {
	var out []spot
	for _, f := range all {
		for _, p := range f.Places {
			for _, at := range append([]place.Span{p.Span}, p.Also...) {
				out = append(out, spot{f, at})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b spot) int {
		return cmp.Or(
			cmp.Compare(a.at.Start.Line, b.at.Start.Line),
			cmp.Compare(a.at.Start.Column, b.at.Start.Column),
			cmp.Compare(a.Rule.ID, b.Rule.ID),
		)
	})
	return out
}
