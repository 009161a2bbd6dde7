package main

import (
	"context"
	"errors"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/known"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// knownFlags say that the values of a vault are looked for.
type knownFlags struct {
	vaultFlags
	known bool
}

// secrets gives the values to look for, if that is asked for. The vault is closed again
// before the scan, which may take long.
func (k *knownFlags) secrets(ctx context.Context, sh shell) (all []known.Secret, err error) {
	if !k.known {
		if k.dir != "" {
			return nil, misuse("--vault is of use with --known only", "add --known, or leave it out")
		}
		return nil, nil
	}
	d, err := k.open(ctx, sh)
	if err != nil {
		return nil, vaultHint(err)
	}
	defer d.close(ctx, &err)
	values, err := d.Known(ctx)
	if err != nil {
		return nil, vaultHint(err)
	}
	for _, v := range values {
		all = append(all, known.Secret{
			Value: v.Value,
			Entry: detectors.Entry{Project: v.Project, Env: v.Environment, Name: v.Name, Version: v.Version, State: string(v.State)},
		})
	}
	if len(all) == 0 {
		return nil, withHint(errors.New("you may read no value of the vault: there is nothing to look for"), `"secretsweep access list" shows what you may read`)
	}
	return all, nil
}

// lookFor makes a detector look for secrets, too, and says which it looks for.
func lookFor(inner detectors.Detector, secrets []known.Secret, sh shell, quiet bool) detectors.Detector {
	if len(secrets) == 0 {
		return inner
	}
	d, unsought := known.New(inner, secrets)
	if !quiet {
		sh.say("looking for %s of the vault", report.Plural(len(secrets)-len(unsought), "value"))
		for _, u := range unsought {
			sh.say("not looked for: %s: %s", printable.Text(u.Entry.String()), u.Why)
		}
	}
	return d
}
