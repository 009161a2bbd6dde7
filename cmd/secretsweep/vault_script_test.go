package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

func cmdRecoveryKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: recoverykey FILE TO")
	}
	_, key, found := strings.Cut(ts.ReadFile(args[0]), "\n  ssrecovery1")
	if !found {
		ts.Fatalf("%s has no recovery key", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte("ssrecovery1"+key), 0o600))
}

func cmdSpoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: spoil FILE TO HOW")
	}
	data := []byte(ts.ReadFile(args[0]))
	switch args[2] {
	case "cut":
		data = data[:len(data)-1]
	case "flip":
		data[len(data)/2] ^= 1
	default:
		ts.Fatalf("spoil: unknown way %q", args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
}

func cmdNoLeftovers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: noleftovers")
	}
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := e.Name(); name != ".tmp" && strings.HasPrefix(name, ".") && (strings.HasSuffix(name, ".tmp") || strings.Contains(name, ".restored-")) {
			ts.Fatalf("%s was left behind", path)
		}
		return nil
	}))
}
