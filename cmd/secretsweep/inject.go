package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/template"
	"github.com/secretsweep/secretsweep/vault"
)

type injectOptions struct {
	deliveryFlags
	destinationFlags
	output string
}

func newInject(sh shell) *cobra.Command {
	var o injectOptions
	cmd := &cobra.Command{
		Use:   "inject TEMPLATE",
		Short: "Fill a template with secrets",
		Long: `Fills a template, - for standard input, with secrets at the places that name them:

  {{secret DB_PASSWORD}}                  of the environment
  {{secret shop/prod DB_PASSWORD | yaml}} of another one, quoted as YAML has it
  {{secret "{{"}}                         the text {{

The filters are json, yaml, sh, dotenv, base64 and url. All else stays as it is. Nothing
is written unless there is each secret, and each reading is in the audit log, unless it
is from a bundle.`,
		Example: `  secretsweep inject -e prod app.yaml.tmpl -o app.yaml
  secretsweep inject -e prod deploy.yaml | kubectl apply -f -`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args[0]))
		},
	}
	o.deliveryFlags.register(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write to this `file`, for its owner alone (default standard output)")
	o.destinationFlags.register(cmd)
	f.SortFlags = false
	return keeps(cmd)
}

func (o *injectOptions) run(ctx context.Context, sh shell, path string) (err error) {
	t, err := readTemplate(sh, path)
	if err != nil {
		return err
	}
	out, err := o.destinationFlags.open(ctx, sh, o.output)
	if err != nil {
		return err
	}
	defer out.Discard()
	values, err := o.read(ctx, sh, templateName(path), t.References())
	if err != nil {
		return err
	}
	err = t.Execute(out, func(r template.Reference) (string, error) { return values[anywhere(r)], nil })
	if err != nil {
		return err
	}
	return out.Commit()
}

// templateName is what messages call a template.
func templateName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

func readTemplate(sh shell, path string) (*template.Template, error) {
	from := sh.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("template: %w", err)
		}
		defer f.Close()
		from = f
	}
	text, err := io.ReadAll(io.LimitReader(from, template.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	t, err := template.Parse(templateName(path), text)
	if err != nil {
		return nil, withHint(err, "\"secretsweep inject --help\" says what a place looks like")
	}
	return t, nil
}

// read reads all secrets that a template names, at one moment.
func (o *injectOptions) read(ctx context.Context, sh shell, file string, all []template.Reference) (values map[template.Reference]string, err error) {
	if len(all) == 0 {
		sh.say("the template names no secret")
		return nil, nil
	}
	d, err := o.deliveryFlags.open(ctx, sh)
	if err != nil {
		return nil, err
	}
	defer d.close(ctx, &err)
	var at vault.Pattern
	if slices.ContainsFunc(all, func(r template.Reference) bool { return r.Environment == "" }) {
		if at, err = o.of(sh, d); err != nil {
			return nil, err
		}
	}
	values = make(map[template.Reference]string)
	var refs []vault.Ref
	var unfilled []template.Reference
	for _, r := range all {
		if _, twice := values[anywhere(r)]; twice {
			continue
		}
		values[anywhere(r)] = ""
		unfilled = append(unfilled, r)
		refs = append(refs, vault.Ref{Project: cmp.Or(r.Project, at.Project), Environment: cmp.Or(r.Environment, at.Environment), Name: r.Name})
	}
	got, err := d.GetAll(ctx, refs, vault.Which{})
	if missing, ok := errors.AsType[*vault.NotFoundError](err); ok {
		if i := slices.IndexFunc(refs, func(ref vault.Ref) bool { return missing.Name == ref.String() || missing.Name == ref.Scope() }); i >= 0 {
			err = fmt.Errorf("%s:%d:%d: %w", file, unfilled[i].Line, unfilled[i].Column, err)
		}
	}
	if err != nil {
		return nil, err
	}
	for i, r := range unfilled {
		values[anywhere(r)] = got[i].Value.Reveal()
	}
	return values, nil
}

// anywhere is a reference wherever it stands.
func anywhere(r template.Reference) template.Reference {
	r.Line, r.Column = 0, 0
	return r
}
