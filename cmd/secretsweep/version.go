package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// version says which build this is, from what the Go tool wrote into it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown build)"
	}
	v := info.Main.Version
	settings := make(map[string]string)
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if rev := settings["vcs.revision"]; v == "(devel)" && len(rev) >= 12 {
		v += " " + rev[:12]
		if settings["vcs.modified"] == "true" {
			v += "+dirty"
		}
	}
	return v
}

func newVersion(sh shell) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which build this is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(sh.stdout, "secretsweep %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// newMan is for packagers: it writes a man page per command.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the man pages to a folder",
		Example: "  secretsweep man /usr/local/share/man/man1",
		Hidden:  true,
		Args:    oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return fmt.Errorf("man: %w", err)
			}
			return doc.GenManTree(cmd.Root(), &doc.GenManHeader{Section: "1", Source: "secretsweep " + version()}, args[0])
		},
	}
}
