package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

func newSecretCommand(sh shell) *cobra.Command {
	var v vaultFlags
	cmd := &cobra.Command{
		Use:   "secret",
		Short: "Set, read and look after the secrets of a vault",
		Example: `  secretsweep secret set DATABASE_URL -e dev
  secretsweep secret set SESSION_KEY -e prod --generate hex
  secretsweep secret get DATABASE_URL -e dev
  secretsweep secret list -e dev
  secretsweep secret diff -e dev --with prod`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	v.register(cmd)
	cmd.AddCommand(
		newSecretSet(sh, &v), newSecretGet(sh, &v), newSecretList(sh, &v),
		newSecretHistory(sh, &v), newSecretDiff(sh, &v), newSecretRollback(sh, &v),
		newSecretMove(sh, &v), newSecretCopy(sh, &v), newSecretRemove(sh, &v), newSecretDestroy(sh, &v),
	)
	return keeps(cmd)
}

type setOptions struct {
	*vaultFlags
	placeFlags
	file      string
	generator vault.Generator
	grace     time.Duration
	ifVersion int

	kind, owner, description, rotateBy string
	aliases                            []string
}

func newSecretSet(sh shell, v *vaultFlags) *cobra.Command {
	o := setOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "set NAME",
		Short: "Give a secret a value, or change what is known of it",
		Long: `Gives a secret a value. It is asked for, or read from standard input, or from a file,
or made up: it is never an argument, where other users and the shell's history would
see it. What is read from a terminal or standard input loses one line end; a file is
taken as it is. A value that is empty is taken from a file only.

The version that is replaced can then be read by maintainers only, unless --grace
leaves it to everyone for a while.`,
		Example: `  secretsweep secret set DATABASE_URL -e dev
  pass show db | secretsweep secret set DATABASE_URL -e prod
  secretsweep secret set TLS_KEY -e prod --file key.pem
  secretsweep secret set SESSION_KEY -e prod --generate password --length 40
  secretsweep secret set API_KEY -e prod --grace 24h --rotate-by 90d
  secretsweep secret set API_KEY -e prod --owner ops@example.com --description "billing"
  secretsweep secret set DATABASE_URL -e dev --alias DB_URL --alias PGURL`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, cmd, args[0]))
		},
	}
	o.placeFlags.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.file, "file", "", "take the value from this `file`")
	f.StringVar(&o.generator.Kind, "generate", "", "make up a value of this `kind`: "+strings.Join(vault.GeneratorKinds(), ", "))
	f.IntVar(&o.generator.Length, "length", 0, "how `long` it is, in characters or bytes (default 32)")
	f.StringVar(&o.generator.Alphabet, "alphabet", "", "the `characters` of a password (default letters, digits, - and _)")
	f.DurationVar(&o.grace, "grace", 0, "how `long` everyone who can read it can still read the value that is replaced, such as 24h")
	f.IntVar(&o.ifVersion, "if-version", 0, "set it only if this `version` is the current one; 0 if there is none")
	f.StringVar(&o.kind, "kind", "", "what `kind` of secret it is, such as postgres-password")
	f.StringVar(&o.owner, "owner", "", "`who` looks after it")
	f.StringVar(&o.description, "description", "", "what it is `for`")
	f.StringVar(&o.rotateBy, "rotate-by", "", "`when` it is to have a new value: a day, or a time from now such as 90d")
	f.StringSliceVar(&o.aliases, "alias", nil, "another `name` by which programs want the value, in place of those that there are; can be repeated, and '' is for none")
	f.SortFlags = false
	return cmd
}

func (o *setOptions) run(ctx context.Context, sh shell, cmd *cobra.Command, name string) (err error) {
	if err := vault.CheckName(name); err != nil {
		return withHint(fmt.Errorf("%q: %w", name, err), "a name is such as DATABASE_URL, and the value is never an argument")
	}
	edit, edits, err := o.edit(cmd)
	if err != nil {
		return err
	}
	// What is asked for is asked before the vault is opened: others may need it meanwhile.
	_, atTerminal := sh.asked()
	onlyInfo := edits && o.file == "" && o.generator.Kind == "" && atTerminal
	var value secret.Value
	if !onlyInfo {
		if value, err = o.value(ctx, sh, name); err != nil {
			return err
		}
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
	ref := vault.Ref{Project: at.Project, Environment: at.Environment, Name: name}
	if onlyInfo {
		if err := d.SetInfo(ctx, ref, edit); err != nil {
			return err
		}
		fmt.Fprintf(sh.stdout, "%s: changed, but for its value\n", ref)
		return nil
	}
	change := vault.Change{Ref: ref, Value: value, Grace: o.grace}
	if edits {
		change.Edit = edit
	}
	if cmd.Flags().Changed("if-version") {
		change.If = &o.ifVersion
	}
	n, err := d.Set(ctx, change)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s: version %d\n", ref, n)
	return nil
}

// edit gives what the flags change of a secret's metadata, and whether they do.
func (o *setOptions) edit(cmd *cobra.Command) (func(*vault.Info), bool, error) {
	var rotateBy time.Time
	if o.rotateBy != "" {
		var ok bool
		if rotateBy, ok = parseUntil(o.rotateBy, time.Now()); !ok {
			return nil, false, misuse(fmt.Sprintf("--rotate-by %q is no time", o.rotateBy), "write a day such as 2027-01-31, or a time from now: 90d, 12h")
		}
	}
	changed := cmd.Flags().Changed
	any := changed("kind") || changed("owner") || changed("description") || changed("rotate-by") || changed("alias")
	return func(i *vault.Info) {
		for flag, to := range map[string]*string{"kind": &i.Kind, "owner": &i.Owner, "description": &i.Description} {
			if changed(flag) {
				*to = cmd.Flags().Lookup(flag).Value.String()
			}
		}
		if changed("rotate-by") {
			i.RotateBy = rotateBy.UTC()
		}
		if changed("alias") {
			i.Aliases = slices.Clone(o.aliases)
		}
	}, any, nil
}

// parseUntil reads a day, a time, or how long it is until then.
func parseUntil(text string, now time.Time) (time.Time, bool) {
	past, ok := parseSince(text, now)
	if ok && past.Before(now) && !strings.ContainsAny(text, "T:") && strings.Count(text, "-") != 2 {
		return now.Add(now.Sub(past)), true
	}
	return past, ok
}

// value gets the value that is to be set.
func (o *setOptions) value(ctx context.Context, sh shell, name string) (secret.Value, error) {
	switch {
	case o.file != "" && o.generator.Kind != "":
		return secret.Value{}, misuse("--file and --generate make no sense together", "leave one of them out")
	case o.generator.Kind == "" && (o.generator.Length != 0 || o.generator.Alphabet != ""):
		return secret.Value{}, misuse("--length and --alphabet are for --generate", "add --generate password, or leave them out")
	case o.generator.Kind != "":
		value, err := vault.Generate(o.generator)
		if err != nil {
			return value, withHint(err, "\"secretsweep secret set --help\" has examples")
		}
		return value, nil
	case o.file != "":
		f, err := os.Open(o.file)
		if err != nil {
			return secret.Value{}, fmt.Errorf("value: %w", err)
		}
		defer f.Close()
		return readValue(f)
	}
	text, err := sh.askValue("Value of "+name, ctx.Done())
	if errors.Is(err, errNobody) {
		value, err := readValue(sh.stdin)
		if err != nil {
			return value, err
		}
		text = withoutLineEnd(value.Reveal())
	} else if err != nil {
		return secret.Value{}, err
	}
	if text == "" { // more likely what makes the value failed
		return secret.Value{}, withHint(errors.New("no value was given"), "an empty one can be set from an empty file: --file "+os.DevNull)
	}
	return secret.New(text), nil
}

// readValue reads a value, which has a limit.
func readValue(r io.Reader) (secret.Value, error) {
	const most = vault.MaxValue + len("\r\n")
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return secret.Value{}, fmt.Errorf("value: %w", err)
	}
	if len(data) > most {
		clear(data)
		return secret.Value{}, fmt.Errorf("value: it has more than %d bytes", vault.MaxValue)
	}
	value := secret.New(data)
	clear(data)
	return value, nil
}

func withoutLineEnd(s string) string {
	if t, ok := strings.CutSuffix(s, "\n"); ok {
		return strings.TrimSuffix(t, "\r")
	}
	return s
}

type getOptions struct {
	*vaultFlags
	placeFlags
	version int
	at      string
}

func newSecretGet(sh shell, v *vaultFlags) *cobra.Command {
	o := getOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "get NAME",
		Short: "Print a secret's value",
		Long: `Prints a secret's value, and writes down that it was read. On a terminal a line end
follows; elsewhere nothing does.`,
		Example: `  secretsweep secret get DATABASE_URL -e dev
  secretsweep secret get DATABASE_URL -e prod --version 3
  secretsweep secret get DATABASE_URL -e prod --at 2026-03-01`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args[0]))
		},
	}
	o.placeFlags.register(cmd)
	f := cmd.Flags()
	f.IntVar(&o.version, "version", 0, "this `version` of it")
	f.StringVar(&o.at, "at", "", "what it was `then`: a revision of the environment, a day, or a time ago such as 2d")
	f.SortFlags = false
	return cmd
}

func (o *getOptions) run(ctx context.Context, sh shell, name string) (err error) {
	which := vault.Which{Version: o.version}
	if which.Point, err = parsePoint("--at", o.at, time.Now()); err != nil {
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
	got, err := d.Get(ctx, vault.Ref{Project: at.Project, Environment: at.Environment, Name: name}, which)
	if err != nil {
		return err
	}
	text := got.Value.Reveal()
	if _, ok := sh.terminal(sh.stdout); ok {
		text += "\n"
	}
	_, err = io.WriteString(sh.stdout, text)
	return err
}

// parsePoint reads what a flag says: a revision, a day or a time, how long ago.
func parsePoint(flag, text string, now time.Time) (vault.Point, error) {
	if text == "" {
		return vault.Point{}, nil
	}
	var revision int
	if _, err := fmt.Sscanf(text+"\n", "%d\n", &revision); err == nil && revision > 0 {
		return vault.Point{Revision: revision}, nil
	}
	if t, ok := parseSince(text, now); ok {
		return vault.Point{Time: t}, nil
	}
	return vault.Point{}, misuse(fmt.Sprintf("%s %q is neither a revision nor a time", flag, text), "write a number, a day such as 2026-01-31, or how long ago it is: 90d, 12h")
}
