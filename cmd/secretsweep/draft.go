package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/secretsweep/secretsweep/importers"
)

// draft is where somebody's decisions about what to import are kept, sealed to them, from
// one run to the next: a file of decisions as that of "import --plan", encrypted. There is
// one for each project of each vault.
type draft struct {
	path string
	me   who

	others []importers.Decision // of what lies in other sources than those at hand
}

// newDraft gives the draft of a project.
func newDraft(sh shell, vault [32]byte, me who, project string) (draft, error) {
	data, err := dataFolder(sh)
	if err != nil {
		return draft{}, withHint(err, "set $XDG_DATA_HOME to a folder for your data")
	}
	of := sha256.Sum256(fmt.Appendf(nil, "%x\x00%s\x00%s", vault, me.Public(), project))
	return draft{path: filepath.Join(data, "secretsweep", "drafts", hex.EncodeToString(of[:8])), me: me}, nil
}

// read gives what was decided.
func (d draft) read() ([]importers.Decision, error) {
	f, err := os.Open(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	plain, err := d.me.Decrypt(f)
	var all []importers.Decision
	if err == nil {
		all, err = importers.ReadPlan(plain)
	}
	if err != nil {
		return nil, withHint(fmt.Errorf("your earlier decisions can't be read: %w", err), "remove %s to begin anew", shellQuote(d.path))
	}
	return all, nil
}

// write keeps what is decided of the sources at hand, in place of what was before.
func (d draft) write(all []importers.Decision) error {
	var sealed bytes.Buffer
	w, err := d.me.Public().Encrypt(&sealed)
	if err == nil {
		err = importers.WriteDecisions(w, slices.Concat(d.others, all))
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(d.path), 0o700)
	}
	if err == nil {
		err = replacePrivate(d.path, sealed.Bytes())
	}
	if err != nil {
		return fmt.Errorf("keep decisions: %w", err)
	}
	return nil
}
