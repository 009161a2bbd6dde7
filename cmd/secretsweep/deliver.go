package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// deliveryFlags say where run, pull and inject take secrets from: a vault, or a bundle
// that stands for one.
type deliveryFlags struct {
	vaultFlags
	placeFlags
	bundle string
}

func (f *deliveryFlags) register(cmd *cobra.Command) {
	f.placeFlags.register(cmd)
	f.vaultFlags.register(cmd)
	cmd.Flags().StringVar(&f.bundle, "bundle", "", "take them from this `file`, which \"secretsweep vault bundle\" made for $"+tokenName+" (default $"+bundleName+")")
}

// open opens the vault, or the bundle.
func (f *deliveryFlags) open(ctx context.Context, sh shell) (*door, error) {
	if f.bundle != "" && f.dir != "" {
		return nil, misuse("--bundle and --vault make no sense together", "leave one of them out")
	}
	path := f.bundle
	if f.dir == "" {
		path = cmp.Or(f.bundle, sh.getenv(bundleName))
	}
	if path == "" {
		return f.vaultFlags.open(ctx, sh)
	}
	if sh.getenv(tokenName) == "" {
		return nil, misuse("a bundle is opened with the token that it is for", "put that into $"+tokenName)
	}
	me, err := identify(ctx, sh)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	defer file.Close()
	token := identity.Token{Vault: me.vaults[0], Identity: me.Identity}
	s, err := vault.OpenBundle(ctx, bufio.NewReader(file), token, sessionOptions(sh, token.Vault, me))
	if err != nil {
		return nil, withHint(fmt.Errorf("%q: %w", path, err), "\"secretsweep vault bundle\" makes a new one")
	}
	return &door{Session: s, who: me}, nil
}

// selection says which secrets of an environment become variables.
type selection struct {
	only   []string // patterns of names; none for all
	prefix string   // that names have, and variables don't
}

func (s *selection) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&s.only, "only", nil, "only secrets of this `name`, in which * stands for anything; can be repeated")
	f.StringVar(&s.prefix, "prefix", "", "only secrets whose names begin with this `text`, which is cut off")
}

// accepts tells whether a secret is wanted.
func (s *selection) accepts(name string) bool {
	return strings.HasPrefix(name, s.prefix) && name != s.prefix &&
		(len(s.only) == 0 || slices.ContainsFunc(s.only, func(pattern string) bool { return nameMatches(pattern, name) }))
}

// nameMatches tells whether a name is as a pattern has it, in which * stands for anything.
func nameMatches(pattern, name string) bool {
	expr := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$"
	return regexp.MustCompile(expr).MatchString(name)
}

// variable gives the name of the variable that a secret becomes.
func (s *selection) variable(name string) string {
	return strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(strings.TrimPrefix(name, s.prefix))
}

// read reads the secrets that are wanted as variables, one for the name and one for each
// alias, but for those that are there already.
func (s *selection) read(ctx context.Context, sh shell, d *door, at vault.Pattern, there func(variable string) bool) ([]format.Var, error) {
	var names []string // that are wanted
	got, err := d.GetScope(ctx, at.Project, at.Environment, vault.Which{}, func(name string) bool {
		if !s.accepts(name) {
			return false
		}
		names = append(names, name)
		return !there(s.variable(name))
	})
	if err != nil {
		return nil, err
	}
	var vars []format.Var
	from := make(map[string]string)
	for _, one := range got {
		for _, name := range append([]string{one.Name}, one.Info.Aliases...) {
			if !s.accepts(name) {
				continue
			}
			names = append(names, name)
			v := format.Var{Name: s.variable(name), Value: one.Value.Reveal()}
			key := variableKey(v.Name)
			other, taken := from[key]
			if taken && other != one.Name {
				return nil, misuse(fmt.Sprintf("the secrets %s and %s would both be the variable %s", other, one.Name, v.Name),
					"choose with --only, or give one of them another name: secretsweep secret move")
			}
			if taken || there(v.Name) {
				continue
			}
			from[key] = one.Name
			vars = append(vars, v)
		}
	}
	for _, pattern := range s.only {
		if !slices.ContainsFunc(names, func(name string) bool { return nameMatches(pattern, name) }) {
			return nil, withHint(fmt.Errorf("no secret of %s that is wanted is called %q", at, pattern), `"secretsweep secret list" lists them`)
		}
	}
	if len(names) == 0 && s.prefix != "" {
		return nil, withHint(fmt.Errorf("no secret of %s has a name that begins with %q", at, s.prefix), `"secretsweep secret list" lists them`)
	}
	if len(names) == 0 {
		sh.say("there is no secret in %s", at)
	}
	return vars, nil
}

// variableKey is the same for names that the system takes for one variable.
func variableKey(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}
