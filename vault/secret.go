package vault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The limits of what is kept.
const (
	MaxName     = 256       // bytes of a secret's name
	MaxValue    = 1_000_000 // bytes of a value
	maxLabel    = 64        // bytes of the name of a project, an environment, a principal
	maxVersions = 1_000     // of a secret, those destroyed included
	MaxText     = 4_096     // bytes of a description and the like
	maxAliases  = 50        // of a secret
)

// Ref names a secret.
type Ref struct{ Project, Environment, Name string }

// Scope gives the project and the environment, as they are written: "web/prod".
func (r Ref) Scope() string { return r.Project + "/" + r.Environment }

// String gives all of it: "web/prod DATABASE_PASSWORD".
func (r Ref) String() string { return r.Scope() + " " + r.Name }

// CheckName tells whether a secret may have this name: 1 to 256 characters of A–Z, a–z,
// 0–9, _ . / and -.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("a secret needs a name")
	case len(name) > MaxName:
		return fmt.Errorf("the name has %d characters, more than %d", len(name), MaxName)
	}
	return checkLetters(name, "_./-")
}

// CheckLabel tells whether a project, an environment or a principal may have this name:
// 1 to 64 characters of A–Z, a–z, 0–9, _ . @ and -.
func CheckLabel(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > maxLabel:
		return fmt.Errorf("the name has %d characters, more than %d", len(name), maxLabel)
	}
	return checkLetters(name, "_.@-")
}

func checkLetters(name, beside string) error {
	for _, c := range name {
		if !('A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.ContainsRune(beside, c)) {
			return fmt.Errorf("the name has %q in it: letters, digits and %s are allowed", c, strings.Join(strings.Split(beside, ""), " "))
		}
	}
	return nil
}

// Info is what is known of a secret beside its values. Whoever may read the secret may
// read it.
type Info struct {
	Kind        string    `json:"kind,omitempty"`        // such as postgres-password, or a provider
	Owner       string    `json:"owner,omitempty"`       // who looks after it
	Description string    `json:"description,omitempty"` // what it is for
	RotateBy    time.Time `json:"rotate_by,omitzero"`    // when it is to have a new value
	// Aliases are other names by which programs want the value. None is a name or an alias of
	// another secret of the environment. A secret that is removed has none any more.
	Aliases []string `json:"aliases,omitempty"`
}

func (i Info) check() error {
	for _, part := range []struct{ what, text string }{{"kind", i.Kind}, {"owner", i.Owner}, {"description", i.Description}} {
		if len(part.text) > MaxText {
			return fmt.Errorf("the %s has %d bytes, more than %d", part.what, len(part.text), MaxText)
		}
	}
	return i.checkAliases()
}

func (i Info) checkAliases() error {
	if len(i.Aliases) > maxAliases {
		return fmt.Errorf("it has %d aliases, more than %d", len(i.Aliases), maxAliases)
	}
	for n, alias := range i.Aliases {
		if err := CheckName(alias); err != nil {
			return fmt.Errorf("alias %q: %w", alias, err)
		}
		if slices.Contains(i.Aliases[:n], alias) {
			return fmt.Errorf("it has the alias %s twice", alias)
		}
	}
	return nil
}

// State is what may be done with a version.
type State string

// The states of a version.
const (
	Current   State = "current"
	Grace     State = "grace"     // replaced, and still readable by everyone until a time
	Revoked   State = "revoked"   // replaced: maintainers can read it
	Destroyed State = "destroyed" // nobody can read it
)

// head is everything of a secret but its values.
type head struct {
	Name     string        `json:"name"`
	Info     Info          `json:"info"`
	Versions []versionInfo `json:"versions"` // numbered from 1, in order
	Turns    []turnInfo    `json:"turns"`    // which version was the current one, over time
}

type versionInfo struct {
	Created   time.Time `json:"created"`
	By        ID        `json:"by"`
	Revision  int       `json:"revision"` // of the environment, when it was made
	Grace     time.Time `json:"grace,omitzero"`
	Destroyed bool      `json:"destroyed,omitempty"`
}

// turnInfo says that from a revision on a version was the current one; 0 for none.
type turnInfo struct {
	Revision int       `json:"revision"`
	Time     time.Time `json:"time"`
	Version  int       `json:"version"`
}

func decodeHead(data []byte) (head, error) {
	var h head
	if err := decodeJSON(data, &h); err != nil {
		return h, err
	}
	if len(h.Versions) > maxVersions {
		return h, errors.New("a secret with too many versions")
	}
	for _, t := range h.Turns {
		if t.Version < 0 || t.Version > len(h.Versions) {
			return h, errors.New("a secret whose current version isn't there")
		}
	}
	return h, errors.Join(CheckName(h.Name), h.Info.checkAliases())
}

// names gives the secret's name, and its aliases.
func (h *head) names() []string { return append([]string{h.Name}, h.Info.Aliases...) }

// current gives the number of the current version, 0 for none: the secret was removed.
func (h *head) current() int {
	if len(h.Turns) == 0 {
		return 0
	}
	return h.Turns[len(h.Turns)-1].Version
}

// blank tells whether it never had a value.
func (h *head) blank() bool { return len(h.Versions) == 0 }

// at gives the number of the version that was current at a revision, or at a time.
func (h *head) at(p Point) int {
	n := 0
	for _, t := range h.Turns {
		if p.Revision > 0 && t.Revision > p.Revision || !p.Time.IsZero() && t.Time.After(p.Time) {
			break
		}
		n = t.Version
	}
	return n
}

func (h *head) version(n int) (*versionInfo, bool) {
	if n < 1 || n > len(h.Versions) {
		return nil, false
	}
	return &h.Versions[n-1], true
}

// state gives the state of a version that is there.
func (h *head) state(n int, now time.Time) State {
	v := h.Versions[n-1]
	switch {
	case v.Destroyed:
		return Destroyed
	case n == h.current():
		return Current
	case now.Before(v.Grace):
		return Grace
	}
	return Revoked
}

// add makes a version the current one. The one before stays readable until grace.
func (h *head) add(by ID, revision int, now, grace time.Time) (int, error) {
	if len(h.Versions) >= maxVersions {
		return 0, fmt.Errorf("%s has %d versions, and can't have more: copy it to a new name", h.Name, len(h.Versions))
	}
	if old, ok := h.version(h.current()); ok {
		old.Grace = grace
	}
	h.Versions = append(h.Versions, versionInfo{Created: now, By: by, Revision: revision})
	h.turn(len(h.Versions), revision, now)
	return len(h.Versions), nil
}

func (h *head) turn(version, revision int, now time.Time) {
	h.Turns = append(h.Turns, turnInfo{revision, now, version})
}

// destroy marks versions whose values are gone: n, or every one for 0. What was the
// current one isn't any more.
func (h *head) destroy(n, revision int, now time.Time) (gone []int) {
	for i := range h.Versions {
		if (n == 0 || n == i+1) && !h.Versions[i].Destroyed {
			h.Versions[i].Destroyed = true
			gone = append(gone, i+1)
		}
	}
	if slices.Contains(gone, h.current()) {
		h.turn(0, revision, now)
	}
	return gone
}

// Point is a moment of an environment: a revision, or a time; the zero Point is now.
type Point struct {
	Revision int
	Time     time.Time
}

// secretKeys is the key of a secret and those of its versions, each sealed by the one
// above it.
type secretKeys struct {
	Key      []byte         `json:"key"`
	Versions map[int][]byte `json:"versions"`
}

func decodeSecretKeys(data []byte) (secretKeys, error) {
	var k secretKeys
	if err := decodeJSON(data, &k); err != nil {
		return k, err
	}
	if len(k.Versions) > maxVersions {
		return k, errors.New("a secret with too many keys")
	}
	if k.Versions == nil {
		k.Versions = make(map[int][]byte)
	}
	return k, nil
}

// scopeRecord is what an environment has of its own.
type scopeRecord struct {
	Revision int    `json:"revision"` // raised by every write
	Index    []byte `json:"index"`    // the key under which names are hashed
}

func decodeScopeRecord(data []byte) (scopeRecord, error) {
	var s scopeRecord
	err := decodeJSON(data, &s)
	if err == nil && (s.Revision < 0 || len(s.Index) != keySize) {
		err = errors.New("an environment with an impossible revision")
	}
	return s, err
}
