package main

import (
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// homeFolder is the folder of which --home reads the known places. A path beside
// it is refused, because it could be taken for another home.
func homeFolder(f *pflag.FlagSet, args []string) (string, error) {
	if len(args) > 0 {
		return "", misuse(fmt.Sprintf("--home takes no path, and %q is one", args[0]), "leave it out, or scan it without --home")
	}
	for _, flag := range []string{"staged", "since", "range", "no-history", "history-only", "all-files", "track"} {
		if f.Changed(flag) {
			return "", misuse(fmt.Sprintf("--home and --%s make no sense together", flag), "leave one of them out")
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", withHint(fmt.Errorf("--home: %w", err), "set it to your home folder")
	}
	return home, nil
}

// nameHomePlace takes the progress of a scan of the home folder: nobody should
// have to guess what was read there, so each place gets a line that stays.
func nameHomePlace(sh shell) func(place string, done, total int64) {
	return func(place string, _, _ int64) { sh.say("reading %s", printable.Text(place)) }
}
