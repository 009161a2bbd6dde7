package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
)

// usedFolder is a folder, and what the [vault] table of its config says.
type usedFolder struct {
	Folder  string `json:"folder"` // absolute, links followed
	Project string `json:"project,omitempty"`
	Env     string `json:"env,omitempty"`
}

// String says it to people.
func (u usedFolder) String() string {
	return fmt.Sprintf("%s: project %s, environment %s", printable.Text(u.Folder), orDash(u.Project), orDash(u.Env))
}

// acceptedFolder is the nearest folder at or above dir that has a [vault] table, if it was
// accepted as it stands. Where it wasn't, that is said.
func acceptedFolder(sh shell, dir string) (usedFolder, error) {
	found, err := findFolder(dir)
	if err != nil || found.Folder == "" {
		return usedFolder{}, err
	}
	accepted, err := found.accepted(sh)
	if err != nil || accepted {
		return found, err
	}
	sh.say("%s; that isn't followed until you accept it with \"secretsweep use\"", found)
	return usedFolder{}, nil
}

// findFolder gives the nearest folder with a [vault] table, from dir up to the top of the
// repository around it; the zero usedFolder if there is none.
func findFolder(dir string) (usedFolder, error) {
	folder, err := folderName(dir)
	if err != nil {
		return usedFolder{}, err
	}
	top := folder
	if t := targetOf(folder); len(t.dirs) > 1 {
		top = filepath.Clean(t.top())
	}
	for {
		v, err := vaultTable(filepath.Join(folder, configName))
		if err != nil {
			return usedFolder{}, err
		}
		if v != (rules.Vault{}) {
			return usedFolder{folder, v.Project, v.Env}, nil
		}
		if parent := filepath.Dir(folder); folder != top && parent != folder {
			folder = parent
			continue
		}
		return usedFolder{}, nil
	}
}

// folderName is the one name of a folder that is there.
func folderName(dir string) (string, error) {
	folder, err := filepath.Abs(dir)
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err != nil {
		return "", fmt.Errorf("use: %w", err)
	}
	return folder, nil
}

// vaultTable reads what a config says of the vault; the zero Vault if there is no config.
func vaultTable(path string) (rules.Vault, error) {
	text, err := readFolderConfig(path)
	if errors.Is(err, fs.ErrNotExist) {
		return rules.Vault{}, nil
	}
	if err != nil {
		return rules.Vault{}, err
	}
	c, err := parseConfig(path, text)
	if err != nil {
		return rules.Vault{}, withHint(err, "what it says of the vault isn't followed")
	}
	for _, label := range []string{c.Vault.Project, c.Vault.Env} {
		if err := vault.CheckLabel(label); label != "" && err != nil {
			return rules.Vault{}, withHint(fmt.Errorf("%s: [vault] %q: %w", path, label, err), "what it says of the vault isn't followed")
		}
	}
	return c.Vault, nil
}

// readFolderConfig reads a config that somebody else may have put there.
func readFolderConfig(path string) ([]byte, error) {
	const most = 1 << 20
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > most { // a device or a pipe would never end
		return nil, withHint(fmt.Errorf("%s: it is no file of less than %d bytes", path, most), "take it away")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// usedFile is where the accepted folders are kept.
func usedFile(sh shell) (string, error) {
	dir := userConfigDir(sh)
	if dir == "" {
		return "", withHint(errors.New("there is no place to keep what you accept"), "set $XDG_CONFIG_HOME")
	}
	return filepath.Join(dir, "secretsweep", "folders.json"), nil
}

func readUsed(sh shell) ([]usedFolder, error) {
	path, err := usedFile(sh)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var all []usedFolder
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		return nil, withHint(fmt.Errorf("the accepted folders: %w", err), "remove %s, and accept them again", shellQuote(path))
	}
	return all, nil
}

func writeUsed(sh shell, all []usedFolder) error {
	path, err := usedFile(sh)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return replacePrivate(path, append(data, '\n'))
}

// accepted tells whether the folder was accepted with just these settings.
func (u usedFolder) accepted(sh shell) (bool, error) {
	all, err := readUsed(sh)
	return slices.Contains(all, u), err
}

// accept keeps the folder with its settings, in place of others that it had.
func (u usedFolder) accept(sh shell) error {
	all, err := readUsed(sh)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(old usedFolder) bool { return old.Folder == u.Folder })
	all = append(all, u)
	slices.SortFunc(all, func(a, b usedFolder) int { return strings.Compare(a.Folder, b.Folder) })
	return writeUsed(sh, all)
}

// forgetFolder takes back that a folder, or the nearest one above it, was accepted.
func forgetFolder(sh shell, dir string) error {
	folder, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if followed, err := filepath.EvalSymlinks(folder); err == nil { // it may be gone
		folder = followed
	}
	all, err := readUsed(sh)
	if err != nil {
		return err
	}
	for {
		i := slices.IndexFunc(all, func(u usedFolder) bool { return u.Folder == folder })
		if i >= 0 {
			fmt.Fprintf(sh.stdout, "not followed any more: %s\n", printable.Text(folder))
			return writeUsed(sh, slices.Delete(all, i, i+1))
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return misuse("no folder here is followed", "there is nothing to forget")
		}
		folder = parent
	}
}
