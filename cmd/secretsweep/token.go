package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

func newToken(sh shell) *cobra.Command {
	var v vaultFlags
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Let machines read an environment of a vault, or single secrets",
		Example: `  secretsweep token create deploy -p web -e prod --expires 90d
  secretsweep token create backup -p web -e prod --secret DATABASE_URL --expires 2027-01-31
  secretsweep token list
  secretsweep token revoke deploy`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	v.register(cmd)
	cmd.AddCommand(newTokenCreate(sh, &v), newTokenRevoke(sh, &v), newTokenList(sh, &v))
	return keeps(cmd)
}

type tokenCreateOptions struct {
	*vaultFlags
	placeFlags
	secrets  []string
	expires  string
	noExpiry bool
}

func newTokenCreate(sh shell, v *vaultFlags) *cobra.Command {
	o := tokenCreateOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Make a token, which is printed this once",
		Long: `Makes a token and prints it, alone, on standard output. It is stored nowhere: put it
where the machine has it in $` + tokenName + `, and nowhere else.

It reads one environment, or single secrets of it, and writes nothing. When it is past
its time the program refuses it. Who has the token and a copy of the vault could still
open what was in it then, until "secretsweep token revoke" gives new keys to what it
could reach.`,
		Example: `  secretsweep token create deploy -p web -e prod --expires 90d
  secretsweep token create backup -p web -e prod --secret DATABASE_URL --expires 2027-01-31
  secretsweep token create deploy -e prod --expires 90d | gh secret set ` + tokenName,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args[0]))
		},
	}
	o.placeFlags.register(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.secrets, "secret", nil, "it reads only the secret of this `name`; may be repeated")
	f.StringVar(&o.expires, "expires", "", "`when` it ends: a day, or a time from now such as 90d")
	f.BoolVar(&o.noExpiry, "no-expiry", false, "it doesn't end by itself")
	f.SortFlags = false
	return cmd
}

func (o *tokenCreateOptions) run(ctx context.Context, sh shell, name string) (err error) {
	if err := vault.CheckLabel(name); err != nil {
		return withHint(fmt.Errorf("%q: %w", name, err), "a name is such as deploy or ci@example.com")
	}
	switch {
	case o.expires == "" && !o.noExpiry:
		return misuse("when the token ends is missing", "say it with --expires, such as 90d, or --no-expiry if it is never to")
	case o.expires != "" && o.noExpiry:
		return misuse("--expires and --no-expiry make no sense together", "leave one of them out")
	}
	until, err := parseEnd("--expires", o.expires)
	if err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	at, err := o.of(sh, d)
	if err != nil {
		return err
	}
	want := vault.Token{Name: name, Project: at.Project, Env: at.Environment, Secrets: o.secrets, Until: until}
	token, err := d.CreateToken(ctx, want)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(sh.stdout, token.Text().Reveal()); err != nil {
		return withHint(fmt.Errorf("the token was made, and could not be printed: %w", err), "secretsweep token revoke %s", name)
	}
	end := "until " + moment(until)
	if until.IsZero() {
		end = "until it is revoked"
	}
	sh.say("%s reads %s %s; the token is shown this once", name, printable.Text(scopeOf(want)), end)
	return nil
}

// scopeOf says what a token reads.
func scopeOf(t vault.Token) string {
	text := t.Project + "/" + t.Env
	if len(t.Secrets) > 0 {
		text += " " + strings.Join(t.Secrets, ", ")
	}
	return text
}

func newTokenRevoke(sh shell, v *vaultFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME",
		Short: "End a token, and give new keys to what it could read",
		Long: `Ends a token at once, and gives new keys to everything that it could read. What the
machine has read stays read: "secretsweep access seen NAME" lists it. It isn't asked
about: another token is made in a moment.`,
		Example: `  secretsweep token revoke deploy`,
		Args:    oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(revokeToken(cmd.Context(), sh, v, args[0]))
		},
	}
}

func revokeToken(ctx context.Context, sh shell, v *vaultFlags, name string) (err error) {
	d, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	all, err := d.Tokens(ctx)
	if err != nil {
		return err
	}
	var found *vault.Issued
	var others []string
	for i, t := range all {
		if t.Name == name && (found == nil || !t.Gone) {
			found = &all[i]
		}
		if !t.Gone {
			others = append(others, t.Name)
		}
	}
	switch {
	case found == nil:
		return &vault.NotFoundError{What: "token", Name: name, Others: others}
	case found.Gone:
		fmt.Fprintf(sh.stdout, "%s: was revoked before\n", name)
		return nil
	}
	if err := d.Retire(ctx, name); err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s: revoked; %s has new keys\n", name, printable.Text(scopeOf(found.Token)))
	sh.say(`what it has read stays read: "secretsweep access seen %s" lists it; bundles that were made for it can be read until they end`, name)
	return nil
}

type tokenListOptions struct {
	*vaultFlags
	format string
	all    bool
}

func newTokenList(sh shell, v *vaultFlags) *cobra.Command {
	o := tokenListOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the tokens of a vault, what they read, and when they last did",
		Long: `Lists the tokens of a vault. How often and when they were used is in the audit log,
which owners of the vault can read; reading from a bundle is not in it.`,
		Example: `  secretsweep token list
  secretsweep token list --all -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	registerTableFormat(cmd, &o.format)
	f.BoolVar(&o.all, "all", false, "also those that were revoked")
	f.SortFlags = false
	return cmd
}

// tokenRow is a token in a list, and its JSON form.
type tokenRow struct {
	Name        string    `json:"name"`
	Project     string    `json:"project"`
	Environment string    `json:"environment"`
	Secrets     []string  `json:"secrets"` // none for all of the environment
	Expires     time.Time `json:"expires,omitzero"`
	Ended       bool      `json:"ended"`
	Revoked     bool      `json:"revoked"`
	By          string    `json:"by"`
	Reads       *int      `json:"reads,omitempty"` // values; absent if the caller can't read the log
	LastRead    time.Time `json:"last_read,omitzero"`
}

func (o *tokenListOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	all, err := d.Tokens(ctx)
	if err != nil {
		return err
	}
	uses, err := d.Uses(ctx)
	if _, denied := errors.AsType[*vault.DeniedError](err); denied {
		uses = nil
		sh.say("how often they were used is for owners of the vault to see")
	} else if err != nil {
		return err
	}
	rows := []tokenRow{}
	now := time.Now()
	for _, t := range all {
		if t.Gone && !o.all {
			continue
		}
		r := tokenRow{
			Name: t.Name, Project: t.Project, Environment: t.Env, Secrets: append([]string{}, t.Secrets...),
			Expires: t.Until, Ended: !t.Until.IsZero() && !now.Before(t.Until), Revoked: t.Gone, By: t.By,
		}
		if uses != nil {
			use := uses[t.Name][vault.Pattern{Project: t.Project, Environment: t.Env}]
			r.Reads, r.LastRead = &use.Reads, use.Last
		}
		rows = append(rows, r)
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	if len(rows) == 0 {
		sh.say("there are no tokens")
		return nil
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tREADS\tEXPIRES\tUSES\tLAST USED\tBY")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", printable.Text(r.Name),
			printable.Text(scopeOf(vault.Token{Project: r.Project, Env: r.Environment, Secrets: r.Secrets})),
			r.end(), r.uses(), orDash(day(r.LastRead)), printable.Text(r.By))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	sh.sayEnded(rows)
	return nil
}

func (r tokenRow) end() string {
	switch {
	case r.Revoked:
		return "revoked"
	case r.Ended:
		return moment(r.Expires) + " (past)"
	case r.Expires.IsZero():
		return "never"
	}
	return moment(r.Expires)
}

func (r tokenRow) uses() string {
	if r.Reads == nil {
		return "?"
	}
	return fmt.Sprint(*r.Reads)
}

// sayEnded says that who has a token that ended still has keys.
func (sh shell) sayEnded(rows []tokenRow) {
	var names []string
	for _, r := range rows {
		if r.Ended && !r.Revoked {
			names = append(names, r.Name)
		}
	}
	if len(names) > 0 {
		sh.say("past their time: %s; the program refuses them, and \"secretsweep token revoke\" takes away the keys, too", listOf(names))
	}
}
