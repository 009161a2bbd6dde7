package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

func newVaultEnv(sh shell, v *vaultFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Make and list the environments of projects",
		Example: `  secretsweep vault env create web/qa
  secretsweep vault env create api/prod       the project api is made, too
  secretsweep vault env list`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newVaultEnvCreate(sh, v), newVaultEnvList(sh, v))
	return cmd
}

func newVaultEnvCreate(sh shell, v *vaultFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "create PROJECT/ENV",
		Short: "Make an environment of a project, and the project if it isn't there",
		Long: `Makes an environment of a project, and the project if it isn't there.

Whoever has a role in every environment of the project, or in every one of that name,
has it there, too.`,
		Example: `  secretsweep vault env create web/qa`,
		Args:    oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(createEnvironment(cmd.Context(), sh, v, args[0]))
		},
	}
}

func createEnvironment(ctx context.Context, sh shell, v *vaultFlags, text string) (err error) {
	at, err := vault.ParsePattern(text)
	if err == nil && (at.Project == "*" || at.Environment == "*") {
		err = fmt.Errorf("%q: an environment has a name", text)
	}
	if err != nil {
		return withHint(err, "name both, such as web/qa")
	}
	d, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	if err := d.CreateEnvironment(ctx, at.Project, at.Environment); err != nil {
		return err
	}
	readers, err := d.Explain(ctx, vault.Ref{Project: at.Project, Environment: at.Environment})
	if err != nil {
		return err
	}
	var all []string
	for _, r := range readers {
		all = append(all, r.Name)
	}
	fmt.Fprintf(sh.stdout, "%s: made; it can be read by %s\n", at, orDash(printable.Text(strings.Join(all, ", "))))
	return nil
}

func newVaultEnvList(sh shell, v *vaultFlags) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the environments that you know of",
		Example: `  secretsweep vault env list
  secretsweep vault env list -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(listEnvironments(cmd.Context(), sh, v, format))
		},
	}
	registerTableFormat(cmd, &format)
	return cmd
}

func listEnvironments(ctx context.Context, sh shell, v *vaultFlags, format string) (err error) {
	if err := checkTableFormat(format); err != nil {
		return err
	}
	d, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	type row struct {
		Project     string `json:"project"`
		Environment string `json:"environment"`
	}
	rows := []row{}
	for _, p := range d.Environments() {
		rows = append(rows, row(p))
	}
	if format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROJECT\tENVIRONMENT")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\n", printable.Text(r.Project), printable.Text(r.Environment))
	}
	return w.Flush()
}
