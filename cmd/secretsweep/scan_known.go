package main

import (
	"context"
	"errors"
	"fmt"

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
	values, err := d.Known(ctx, "*")
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

// knownHints says how many of a number of values are looked for, and which are not.
func knownHints(values int, unsought []known.Unsought) []string {
	hints := []string{fmt.Sprintf("looking for %s of the vault", report.Plural(values-len(unsought), "value"))}
	return append(hints, unsoughtHints(unsought)...)
}

// unsoughtHints says which secrets of a vault are not looked for, and why, by their names.
func unsoughtHints(all []known.Unsought) []string {
	const named = 20
	if len(all) == 0 {
		return nil
	}
	hints := []string{report.Plural(len(all), "value") + " of the vault not looked for, because ordinary texts have the same"}
	for i, u := range all {
		if i == named && len(all) > named+1 {
			return append(hints, fmt.Sprintf("not looked for: and %d more", len(all)-i))
		}
		hints = append(hints, fmt.Sprintf("not looked for: %s: %s", printable.Text(u.String()), u.Why))
	}
	return hints
}
