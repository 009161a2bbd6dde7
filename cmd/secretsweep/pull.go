package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
)

type pullOptions struct {
	deliveryFlags
	selection
	destinationFlags
	format string
}

func newPull(sh shell) *cobra.Command {
	var o pullOptions
	cmd := &cobra.Command{
		Use:   "pull [FILE]",
		Short: "Write the secrets of an environment to a file, such as .env",
		Long: `Writes the secrets of an environment to a file, .env if none is named, that its owner
alone can read. In their names / . and - become _, as "secretsweep run" has it. The
file is replaced as a whole; one that git tracks or doesn't ignore is refused.

A value with quotes, line ends, $ or # is quoted so that it is read back as it is. Where
a common reader of the format doesn't, that is said; where the format can't carry a
value at all, nothing is written.`,
		Example: `  secretsweep pull -e dev
  secretsweep pull -e dev --gitignore config/secrets.json
  secretsweep pull -e dev --format shell - | less
  docker run --env-file <(secretsweep pull -e dev --format docker -) IMAGE`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && o.format != "" && o.format != format.WriterOf(".env") {
				return misuse(fmt.Sprintf("a file with %s has no name that is usual", o.format), fmt.Sprintf("name it: secretsweep pull -f %s FILE, or - for standard output", o.format))
			}
			return vaultHint(o.run(cmd.Context(), sh, cmp.Or(strings.Join(args, ""), ".env")))
		},
	}
	o.deliveryFlags.register(cmd)
	o.selection.register(cmd)
	names := writerNames()
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "f", "", "`format` of the file: "+strings.Join(names, ", ")+" (default by its name)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	o.destinationFlags.register(cmd)
	f.SortFlags = false
	return keeps(cmd)
}

func writerNames() []string {
	var names []string
	for _, w := range format.Writers() {
		names = append(names, w.Name)
	}
	return names
}

// writer gives the format of a file.
func (o *pullOptions) writer(path string) (format.Writer, error) {
	name := cmp.Or(o.format, format.WriterOf(path))
	if name == "" && path == "-" {
		name = "dotenv"
	}
	all := format.Writers()
	i := slices.IndexFunc(all, func(w format.Writer) bool { return w.Name == name })
	names := strings.Join(writerNames(), ", ")
	switch {
	case i >= 0:
		return all[i], nil
	case name == "":
		return format.Writer{}, misuse(fmt.Sprintf("the name of %q says nothing of its format", path), "name it with --format: "+names)
	}
	return format.Writer{}, withHint(fmt.Errorf("unknown format %q", name), "it is one of %s", names)
}

func (o *pullOptions) run(ctx context.Context, sh shell, path string) (err error) {
	w, err := o.writer(path)
	if err != nil {
		return err
	}
	out, err := o.destinationFlags.open(ctx, sh, path)
	if err != nil {
		return err
	}
	defer out.Discard()
	d, err := o.deliveryFlags.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	at, err := o.of(sh, d)
	if err != nil {
		return err
	}
	vars, err := o.selection.read(ctx, sh, d, at, func(string) bool { return false })
	if err != nil {
		return err
	}
	warnings, err := w.Write(out, vars)
	if err != nil {
		// One fault a line is more than fits here.
		return withHint(fmt.Errorf("%s can't carry all of %s, and nothing was written: %s", w.Name, at, strings.ReplaceAll(err.Error(), "\n", "; ")),
			"choose another format, or leave these out with --only")
	}
	if err := out.Commit(); err != nil {
		return err
	}
	for _, warning := range warnings {
		sh.say("%s", printable.Text(warning.String()))
	}
	if out.path != "" {
		sh.say("%s of %s in %s", report.Plural(len(vars), "secret"), at, printable.Text(path))
	}
	return nil
}
