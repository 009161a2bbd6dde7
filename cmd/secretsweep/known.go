package main

import (
	"fmt"

	"github.com/secretsweep/secretsweep/detectors/known"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
)

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
