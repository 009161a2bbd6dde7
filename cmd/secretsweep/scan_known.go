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

// besideFlags say what a vault has to do with a scan.
type besideFlags struct {
	vaultFlags
	trackFlags
	known bool
}

// prepare gives the values to look for, and what is to be told of what is found, if that is
// asked for. The vault is closed again before the scan, which may take long.
func (b *besideFlags) prepare(ctx context.Context, sh shell, paths []string) (all []known.Secret, t *tracking, err error) {
	switch {
	case b.dir != "" && !b.known && !b.track:
		return nil, nil, misuse("--vault is of use with --known and --track only", "add one of them, or leave it out")
	case b.project != "" && !b.track:
		return nil, nil, misuse("--project is of use with --track only", "add --track, or leave it out")
	case !b.known && !b.track:
		return nil, nil, nil
	}
	d, err := b.open(ctx, sh)
	if err != nil {
		return nil, nil, vaultHint(err)
	}
	defer d.close(ctx, &err)
	if b.track {
		if t, err = b.start(sh, d, paths); err != nil {
			return nil, nil, err
		}
	}
	if b.known {
		all, err = knownTo(ctx, d)
	}
	return all, t, err
}

// knownTo gives the values that somebody may read.
func knownTo(ctx context.Context, d *door) (all []known.Secret, err error) {
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
