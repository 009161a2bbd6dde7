package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// maxBundleDays is how long a bundle can last.
const maxBundleDays = 365

type bundleOptions struct {
	*vaultFlags
	file, token, expires string
	force                bool
}

func newVaultBundle(sh shell, v *vaultFlags) *cobra.Command {
	o := bundleOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "bundle FILE",
		Short: "Write what a token may read to one file, for where the vault isn't",
		Long: `Writes what a token may read, as it is now, to one file: for CI and containers, where
the vault isn't. The file is signed by you and sealed to the token, and is of no use
without it. After its end the program refuses it; whoever has both the token and the
file has the values nevertheless. What is read from it is in no audit log.`,
		Example: `  secretsweep vault bundle ci.bundle --for ci --expires 24h
  secretsweep vault bundle web.bundle --for web-prod --expires 30d --force`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.token, "for", "", "the name of the `token` that opens it (required)")
	f.StringVar(&o.expires, "expires", "", "`when` it ends, such as 24h, 30d or 2027-01-31; at most a year from now (required)")
	f.BoolVar(&o.force, "force", false, "replace the file if it is there")
	f.SortFlags = false
	return cmd
}

func (o *bundleOptions) run(ctx context.Context, sh shell) (err error) {
	if o.token == "" {
		return misuse("a bundle is for a token", "name it with --for")
	}
	expires, err := o.end(time.Now())
	if err != nil {
		return err
	}
	out, err := openPrivate(o.file, o.force)
	if err != nil {
		return err
	}
	defer out.Discard()
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	if err := d.Bundle(ctx, o.token, expires, out); err != nil {
		return err
	}
	held, err := o.held(ctx, d)
	if err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s: %s, for %s until %s\n", printable.Text(o.file), held, o.token, expires.UTC().Format(time.RFC3339))
	return nil
}

// end gives when the bundle ends.
func (o *bundleOptions) end(now time.Time) (time.Time, error) {
	if o.expires == "" {
		return time.Time{}, misuse("a bundle has an end", "give it with --expires, such as --expires 24h")
	}
	end, ok := parseUntil(o.expires, now)
	switch {
	case !ok:
		return end, misuse(fmt.Sprintf("--expires %q is no time", o.expires), "write a time from now, such as 24h or 30d, or a day")
	case !end.After(now):
		return end, misuse(fmt.Sprintf("--expires %q is past", o.expires), "write a time from now, such as 24h or 30d, or a day to come")
	case end.After(now.AddDate(0, 0, maxBundleDays)):
		return end, misuse(fmt.Sprintf("--expires %q is more than a year from now", o.expires), "make bundles often, and let them end soon")
	}
	return end, nil
}

// held says what is in the bundle.
func (o *bundleOptions) held(ctx context.Context, d *door) (string, error) {
	members, err := d.Members(ctx)
	if err != nil {
		return "", err
	}
	var all []string
	for _, m := range members {
		if m.Name != o.token || m.Gone {
			continue
		}
		for _, g := range m.Grants {
			n := g.Secrets
			if n == 0 {
				if n, err = countSecrets(ctx, d, g.Pattern); err != nil {
					return "", err
				}
			}
			all = append(all, report.Plural(n, "secret")+" of "+g.Pattern.String())
		}
	}
	return strings.Join(all, ", "), nil
}

func countSecrets(ctx context.Context, d *door, at vault.Pattern) (int, error) {
	all, err := d.List(ctx, at.Project, at.Environment)
	n := 0
	for _, l := range all {
		if l.Current > 0 {
			n++
		}
	}
	return n, err
}
