package identity

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxFile = 64 << 10 // bytes
	maxName = 256      // bytes
)

// Protection is what keeps the seed from someone who can read the file.
type Protection int

const (
	None       Protection = iota // only the file's mode
	Passphrase                   // seed and pinned vaults are encrypted with one (age, scrypt)
	Keyring                      // the seed is in the system's keyring instead
)

// String gives the word that stands for a protection in a file.
func (p Protection) String() string {
	switch p {
	case None:
		return "none"
	case Passphrase:
		return "passphrase"
	case Keyring:
		return "keyring"
	}
	return fmt.Sprintf("Protection(%d)", int(p))
}

// Contents is what an identity file is about.
type Contents struct {
	Name     string // for people, up to 256 bytes; may be empty
	Identity *Identity
	Vaults   [][32]byte // the ids of the vaults that the identity belongs to
}

// File is an identity file as it was read. Each line is a word and what belongs to it,
// or a comment that begins with #:
//
//	name Ada
//	public sspub1…
//	secret ssidentity1…
//	vault 64 hexadecimal digits, for each vault
//
// Under a passphrase the secret line says "passphrase", and a second such text follows,
// of the true secret line and the vaults, as an armored age file. With the seed in the
// keyring it says "keyring".
type File struct {
	Name       string
	Public     Public
	Protection Protection

	identity *Identity // if there is no protection
	sealed   []byte    // if there is a passphrase
	vaults   [][32]byte
}

// PermissionError is what reading answers for a file that others than its owner can read
// or change.
type PermissionError struct {
	Path string
	Mode fs.FileMode
}

func (e *PermissionError) Error() string {
	return fmt.Sprintf("%s is open to others (mode %#o)", e.Path, e.Mode.Perm())
}

// ReadFile reads an identity file. It asks for no passphrase and no keyring. It refuses
// a file of more than 64 KiB, and on Unix, by a [PermissionError], one that is open to
// others. If there is no file, the error is [fs.ErrNotExist].
func ReadFile(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, &PermissionError{path, info.Mode()}
	}
	opened, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(opened, maxFile+1))
	defer clear(text)
	if err := errors.Join(err, opened.Close()); err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxFile)
	}
	f, err := parseFile(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func parseFile(text []byte) (*File, error) {
	l, err := parseLines(text)
	if err != nil {
		return nil, err
	}
	f := &File{Name: l.name, vaults: l.vaults}
	if f.Public, err = ParsePublic(l.public); err != nil {
		return nil, err
	}
	switch l.secret {
	case Passphrase.String():
		if len(l.armored) == 0 || len(l.vaults) > 0 {
			return nil, errors.New("it should have an age file, and the vaults in there")
		}
		f.Protection, f.sealed = Passphrase, bytes.Clone(l.armored)
		return f, nil
	case Keyring.String():
		f.Protection = Keyring
	default:
		if f.identity, err = parseIdentity(l.secret); err != nil {
			return nil, err
		}
		if f.identity.Public() != f.Public {
			return nil, errOtherPublic
		}
	}
	if len(l.armored) > 0 {
		return nil, errors.New("it has an age file and no passphrase")
	}
	return f, nil
}

var errOtherPublic = errors.New("the public key is another identity's")

func parseIdentity(text string) (*Identity, error) {
	seed, err := identityKind.decode(text)
	if err != nil {
		return nil, err
	}
	defer clear(seed)
	return FromSeed(seed)
}

// lines is a file's text, taken apart.
type lines struct {
	name, public, secret string
	vaults               [][32]byte
	armored              []byte // what follows from "-----BEGIN" on; part of the text
}

// parseLines takes a text apart. Its errors show nothing of it.
func parseLines(text []byte) (lines, error) {
	var l lines
	seen := make(map[string]bool)
	for number := 1; len(text) > 0; number++ {
		if bytes.HasPrefix(text, []byte("-----BEGIN ")) {
			l.armored = text
			break
		}
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(string(line), " ")
		if word != "vault" && seen[word] {
			return lines{}, fmt.Errorf("line %d: a second one of its kind", number)
		}
		seen[word] = true
		switch word {
		case "name":
			if err := checkName(rest); err != nil {
				return lines{}, fmt.Errorf("line %d: %w", number, err)
			}
			l.name = rest
		case "public":
			l.public = rest
		case "secret":
			l.secret = rest
		case "vault":
			id, err := hex.DecodeString(rest)
			if err != nil || len(id) != 32 {
				return lines{}, fmt.Errorf("line %d: a vault's id has 64 hexadecimal digits", number)
			}
			l.vaults = append(l.vaults, [32]byte(id))
		default:
			return lines{}, fmt.Errorf("line %d: it begins with none of name, public, secret, vault", number)
		}
	}
	return l, nil
}

// checkName tells whether a name can stand in a line of its own and be read back.
func checkName(name string) error {
	switch {
	case len(name) > maxName:
		return fmt.Errorf("a name of %d bytes, more than %d", len(name), maxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return errors.New("a name with a character that can't be printed")
	case strings.TrimSpace(name) != name:
		return errors.New("a name with blanks around it")
	}
	return nil
}
