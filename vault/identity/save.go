package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// ErrTaken is what saving answers for a file that has another identity.
var ErrTaken = errors.New("the file has another identity")

// Save writes an identity file, for its owner only, and makes its folder if there is
// none. passphrase is asked for the new one if p is [Passphrase], and what it gives is
// cleared after use.
//
// A file of the same identity is replaced as a whole, in whatever way it was protected;
// the bytes of the old one may stay on the disk where nobody looks. A seed that leaves
// the keyring is deleted there when the new file is safe on disk; one that was to go
// there stays there if the file can't be written. A file that can't be
// read is never replaced, and neither is another identity's, which is [ErrTaken]. Two
// that save at the same time aren't kept apart: the later one wins.
func (c Contents) Save(path string, p Protection, passphrase func() ([]byte, error)) error {
	return c.save(path, p, passphrase, workFactor)
}

func (c Contents) save(path string, p Protection, passphrase func() ([]byte, error), work int) error {
	public := c.Identity.Public()
	before := None
	switch old, err := ReadFile(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("replace an identity file: %w", err)
	case old.Public != public:
		return fmt.Errorf("%s: %w", path, ErrTaken)
	default:
		before = old.Protection
	}
	if p < None || p > Keyring {
		return fmt.Errorf("no way to protect an identity: %v", p)
	}
	text, err := c.encode(p, passphrase, work)
	if err != nil {
		return err
	}
	defer clear(text)
	if p == Keyring {
		if err := toKeyring(c.Identity); err != nil {
			return err
		}
	}
	if err := replace(path, text); err != nil {
		return err
	}
	if before == Keyring && p != Keyring {
		return forgetKeyring(public)
	}
	return nil
}

// encode gives the file's text.
func (c Contents) encode(p Protection, passphrase func() ([]byte, error), work int) ([]byte, error) {
	if err := checkName(c.Name); err != nil {
		return nil, err
	}
	word := p.String()
	if p == None {
		word = c.Identity.text()
	}
	var head, tail bytes.Buffer
	head.WriteString("# The keys of a user of secretsweep. Show them to nobody.\n")
	if c.Name != "" {
		fmt.Fprintf(&head, "name %s\n", c.Name)
	}
	fmt.Fprintf(&head, "public %s\nsecret %s\n", c.Identity.Public(), word)
	for _, id := range c.Vaults {
		fmt.Fprintf(&tail, "vault %x\n", id)
	}
	defer func() { clear(tail.Bytes()) }()
	rest := tail.Bytes()
	if p == Passphrase {
		fmt.Fprintf(&tail, "secret %s\n", c.Identity.text())
		armored, err := encrypt(tail.Bytes(), passphrase, work)
		if err != nil {
			return nil, err
		}
		rest = armored
	}
	if n := head.Len() + len(rest); n > maxFile {
		return nil, fmt.Errorf("an identity file of %d bytes, more than %d", n, maxFile)
	}
	return slices.Concat(head.Bytes(), rest), nil
}

// replace puts a file in place of the one that is there, or that a link there leads to.
// Whatever happens, one of the two is there as a whole.
func replace(path string, text []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*.tmp") // for nobody else to read
	if err != nil {
		return err
	}
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Sync()
	}
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return syncFolder(folder)
}

// syncFolder makes a rename last.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // there it can't be asked for
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
