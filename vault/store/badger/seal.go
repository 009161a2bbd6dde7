package badger

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"github.com/secretsweep/secretsweep/vault/store"
)

// A seal says what the files of a database were when it was closed: Badger takes a
// manifest whose end is missing for a shorter one, and removes the tables that it doesn't
// name; and it panics, where nobody can recover, on a table whose end is missing. So that
// is looked for before Badger is let in.
//
// The file begins with "closed" or "opened". While the database is open, and if a process
// was killed then, the manifest may grow and tables may go. Then for each file there is
// its CRC-32C, its size and its name, a line each, and the CRC-32C of these lines. The
// logs aren't sealed: they are empty when it is closed. Against whoever does it on
// purpose it is no help.
const (
	sealName = "seal"
	closed   = "closed\n"
	opened   = "opened\n"
)

type sealed struct {
	sum  uint32
	size int64
	name string
}

// seal seals a database that was closed.
func seal(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var all []sealed
	for _, e := range entries {
		if !toSeal(e.Name()) {
			continue
		}
		sum, size, err := sumFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		all = append(all, sealed{sum, size, e.Name()})
	}
	fresh := filepath.Join(dir, sealName+".new")
	if err := writeSynced(fresh, append([]byte(closed), encodeSeal(all)...)); err != nil {
		return err
	}
	if err := os.Rename(fresh, filepath.Join(dir, sealName)); err != nil {
		return err
	}
	return syncFolder(dir)
}

// toSeal tells whether a file is one of those that are sealed.
func toSeal(name string) bool {
	return filepath.Base(name) == name && (name == "MANIFEST" || name == "KEYREGISTRY" || filepath.Ext(name) == ".sst")
}

// unseal compares a database with its seal, and notes that it is open if it is to be
// changed. One that has no seal passes.
func unseal(dir string, readOnly bool) error {
	path := filepath.Join(dir, sealName)
	all, wasOpen, err := readSeal(path)
	if err != nil {
		return err
	}
	for _, s := range all {
		if wasOpen && s.name == "MANIFEST" {
			continue
		}
		sum, size, err := sumFile(filepath.Join(dir, s.name))
		switch {
		case wasOpen && errors.Is(err, fs.ErrNotExist):
		case wasOpen && err == nil && size == 0 && filepath.Ext(s.name) == ".sst":
			// Badger empties a table before it removes it. If its manifest still names this
			// one, it says that it is missing.
			if readOnly {
				return badger.ErrTruncateNeeded
			}
			if err := os.Remove(filepath.Join(dir, s.name)); err != nil {
				return err
			}
		case errors.Is(err, fs.ErrNotExist):
			return &store.CorruptError{Err: fmt.Errorf("%s is missing", s.name)}
		case err != nil:
			return err
		case size != s.size || sum != s.sum:
			return &store.CorruptError{Err: fmt.Errorf("%s isn't what it was", s.name)}
		}
	}
	switch {
	case len(all) == 0 || readOnly:
		return nil
	case wasOpen: // Badger could use the name of a table that is gone for another
		return errors.Join(os.Remove(path), syncFolder(dir))
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(opened), 0)
	return errors.Join(err, f.Sync(), f.Close())
}

// readSeal reads a seal, if there is one.
func readSeal(path string) (all []sealed, wasOpen bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	const most = 8 << 20 // bytes, for 200,000 tables
	b, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, false, err
	}
	return decodeSeal(b)
}

func encodeSeal(all []sealed) []byte {
	var b []byte
	for _, s := range all {
		b = fmt.Appendf(b, "%08x %d %s\n", s.sum, s.size, s.name)
	}
	return fmt.Appendf(b, "%08x\n", sum(b))
}

// decodeSeal reads a seal. Its names are of files in the folder itself.
func decodeSeal(b []byte) (all []sealed, wasOpen bool, err error) {
	damaged := &store.CorruptError{Err: errors.New("the seal can't be read")}
	wasOpen = bytes.HasPrefix(b, []byte(opened))
	if !wasOpen && !bytes.HasPrefix(b, []byte(closed)) {
		return nil, false, damaged
	}
	b = b[len(opened):]
	lines := strings.Split(string(b), "\n")
	for _, line := range lines[:max(0, len(lines)-2)] {
		var s sealed
		if _, err := fmt.Sscanf(line, "%08x %d %s", &s.sum, &s.size, &s.name); err != nil || !toSeal(s.name) {
			return nil, false, damaged
		}
		all = append(all, s)
	}
	if !bytes.Equal(encodeSeal(all), b) {
		return nil, false, damaged
	}
	return all, wasOpen, nil
}

func sum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// sumFile gives a file's CRC-32C and size.
func sumFile(path string) (uint32, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	n, err := io.Copy(h, f)
	return h.Sum32(), n, err
}

// writeSynced writes a new file, durably but for its name.
func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}
