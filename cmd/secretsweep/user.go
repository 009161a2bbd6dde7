package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
)

func newUser(sh shell) *cobra.Command {
	var v vaultFlags
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Let people into a vault, and see who is there",
		Example: `  secretsweep user join                                   their part: prints a public key
  secretsweep user add bob sspub1…                        an owner's part
  secretsweep user add bob --ssh bob.pub --role reader --on web/prod
  secretsweep user list`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	v.register(cmd)
	remove := newOffboard(sh, &v)
	remove.Use, remove.Short = "remove NAME", `The same as "secretsweep offboard"`
	cmd.AddCommand(newUserAdd(sh, &v), newUserJoin(sh, &v), newUserList(sh, &v), remove)
	return keeps(cmd)
}

type userAddOptions struct {
	*vaultFlags
	ssh         string
	role, until string
	on          []string
}

func newUserAdd(sh shell, v *vaultFlags) *cobra.Command {
	o := userAddOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "add NAME PUBLIC-KEY",
		Short: "Let someone in",
		Long: `Lets someone into the vault, with a role. It takes an owner of the vault.

PUBLIC-KEY is what "secretsweep user join" prints for them. With --ssh it is their SSH
public key instead, and they come in with the private one.

They get no more than is said: without flags that is developer of every dev
environment. Production is never among it unless it is named, or * is. More roles are
for "secretsweep access grant".`,
		Example: `  secretsweep user add bob sspub1…
  secretsweep user add bob sspub1… --role developer --on web/dev --on web/staging
  secretsweep user add carol --ssh carol.pub --role reader --on 'web/*' --until 30d
  curl https://github.com/carol.keys | secretsweep user add carol --ssh -`,
		Args: arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.ssh, "ssh", "", "a `file` with their SSH public key; - for standard input")
	f.StringVar(&o.role, "role", "developer", "their `role`: reader, developer, maintainer, owner")
	completeRole(cmd)
	f.StringArrayVar(&o.on, "on", []string{"*/dev"}, "where they have it, `PROJECT/ENVIRONMENT`, with * for every one; may be repeated")
	f.StringVar(&o.until, "until", "", "until `when`: a day, or a time from now such as 90d (default no end)")
	f.SortFlags = false
	return cmd
}

func completeRole(cmd *cobra.Command) {
	_ = cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roleNames(), cobra.ShellCompDirectiveNoFileComp))
}

func roleNames() []string {
	var all []string
	for r := vault.Reader; r <= vault.Owner; r++ {
		all = append(all, r.String())
	}
	return all
}

func (o *userAddOptions) run(ctx context.Context, sh shell, args []string) (err error) {
	name := args[0]
	switch {
	case o.ssh == "" && len(args) == 1:
		return misuse("their public key is missing", `it is what "secretsweep user join" prints for them; --ssh FILE takes their SSH key instead`)
	case o.ssh != "" && len(args) == 2:
		return misuse("a public key and --ssh make no sense together", "leave one of them out")
	}
	if err := vault.CheckLabel(name); err != nil {
		return withHint(fmt.Errorf("%q: %w", name, err), "a name is such as bob or bob@example.com")
	}
	var rights []vault.Wanted
	for _, on := range o.on {
		w, err := parseRight(o.role, on, o.until)
		if err != nil {
			return err
		}
		rights = append(rights, w)
	}
	add, err := o.key(sh, name, args[1:], rights)
	if err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	if err := add(ctx, d.Session); err != nil {
		return d.whereHint(err)
	}
	m, err := memberOf(ctx, d, name)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s: added\nreads:    %s\nwrites:   %s\nvault id: %s\n", name, listOf(m.Reads), listOf(m.Writes), hex.EncodeToString(idBytes(d.vault.ID())))
	sh.sayProduction(d, rights)
	with := ""
	if o.ssh != "" {
		with = "--ssh PRIVATE-KEY "
	}
	sh.say(`tell %s the vault's id over another channel than the vault itself; they run "secretsweep user join %s--vault-id ID"`, name, with)
	return nil
}

// key gives how somebody is added: by their public key, or by that of SSH.
func (o *userAddOptions) key(sh shell, name string, args []string, rights []vault.Wanted) (func(context.Context, *vault.Session) error, error) {
	if o.ssh == "" {
		public, err := identity.ParsePublic(args[0])
		if err != nil {
			return nil, withHint(fmt.Errorf("public key: %w", err), `it is what "secretsweep user join" prints for them, and begins with sspub1; an SSH key is for --ssh FILE`)
		}
		return func(ctx context.Context, s *vault.Session) error { return s.AddPerson(ctx, name, public, rights) }, nil
	}
	line, err := readSSHPublic(sh, o.ssh)
	if err != nil {
		return nil, err
	}
	if _, err := identity.WrapSSH(line, nil); err != nil {
		return nil, withHint(fmt.Errorf("--ssh: %w", err), "name their .pub file, such as id_ed25519.pub")
	}
	return func(ctx context.Context, s *vault.Session) error { return s.Invite(ctx, name, line, rights) }, nil
}

// readSSHPublic reads the one line with an SSH public key that a file has.
func readSSHPublic(sh shell, path string) (string, error) {
	from := sh.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("--ssh: %w", err)
		}
		defer f.Close()
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, 1<<20))
	if err != nil {
		return "", fmt.Errorf("--ssh: %w", err)
	}
	if strings.Contains(string(data), "PRIVATE KEY") {
		return "", withHint(fmt.Errorf("--ssh: %q is a private key", path), "take the public one, whose name ends in .pub")
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	if len(lines) != 1 {
		return "", withHint(fmt.Errorf("--ssh: %q has %s, not one", path, report.Plural(len(lines), "line")), "leave the line of the key that they will come with; ssh-ed25519 and ssh-rsa will do")
	}
	return lines[0], nil
}

// parseRight reads a role, where it holds, and until when.
func parseRight(role, on, until string) (w vault.Wanted, err error) {
	if w.Role, err = vault.ParseRole(role); err != nil {
		return w, withHint(err, "a reader reads; a developer also sets; a maintainer also reads replaced values; an owner also grants")
	}
	if w.Pattern, err = vault.ParsePattern(on); err != nil {
		return w, withHint(err, "write it as web/dev, web/*, */dev or */*")
	}
	w.Until, err = parseEnd("--until", until)
	return w, err
}

// parseEnd reads when something is to end; the zero time for no text.
func parseEnd(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	now := time.Now()
	t, ok := parseUntil(text, now)
	if !ok {
		return t, misuse(fmt.Sprintf("%s %q is no time", flag, text), "write a day such as 2027-01-31, or a time from now: 90d, 12h")
	}
	if !t.After(now) {
		return t, misuse(fmt.Sprintf("%s %q is past", flag, text), "name a time that is to come")
	}
	return t, nil
}

// sayProduction names the production environments that rights hold for by a *.
func (sh shell) sayProduction(d *door, rights []vault.Wanted) {
	for _, w := range rights {
		for _, at := range d.Environments() {
			if w.Environment == "*" && w.Covers(at) && vault.IsProduction(at.Environment) {
				sh.say("%s includes %s", w.Pattern, printable.Text(at.String()))
			}
		}
	}
}

// whereHint adds to an error of a place that isn't there which ones are.
func (d *door) whereHint(err error) error {
	missing, ok := errors.AsType[*vault.NotFoundError](err)
	if !ok || len(missing.Others) > 0 {
		return err
	}
	all := environments(d, func(vault.Pattern) bool { return true })
	return withHint(err, "there is %s; * stands for every one", printable.Text(strings.Join(all, ", ")))
}

// memberOf finds who has a name: of several, who is there, else who left last.
func memberOf(ctx context.Context, d *door, name string) (vault.Member, error) {
	all, err := d.Members(ctx)
	if err != nil {
		return vault.Member{}, err
	}
	var found *vault.Member
	var others []string
	for i, m := range all {
		if m.Name == name && (found == nil || found.Gone) {
			found = &all[i]
		}
		if !m.Gone {
			others = append(others, m.Name)
		}
	}
	if found == nil {
		return vault.Member{}, &vault.NotFoundError{What: "person or token", Name: name, Others: others}
	}
	return *found, nil
}

// listOf writes names from a vault in a line.
func listOf(names []string) string {
	return printable.Text(cmp.Or(strings.Join(names, ", "), "nothing"))
}

// arguments says how many arguments a command takes.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return misuse(fmt.Sprintf("%q lacks an argument", cmd.CommandPath()), fmt.Sprintf("it is used as %q", cmd.UseLine()))
		case len(args) > most:
			return misuse(fmt.Sprintf("%q takes no more than %s", cmd.CommandPath(), report.Plural(most, "argument")), fmt.Sprintf("it is used as %q", cmd.UseLine()))
		}
		return nil
	}
}

// sure asks whether something is to be done that can't be undone, unless a flag says so.
func (sh shell) sure(ctx context.Context, yes bool, question string) error {
	if yes {
		return nil
	}
	ok, err := sh.confirm(question, ctx.Done())
	if errors.Is(err, errNobody) {
		return withHint(err, "--yes does it without being asked")
	}
	if err == nil && !ok {
		err = withHint(errors.New("nothing was done"), "yes would have done it")
	}
	return err
}
