package vault

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// Report is what a check has found.
type Report struct {
	Entries  int64 // of the log, all of whose signatures were verified
	Records  int   // that the log vouches for
	Secrets  int   // that were opened
	Values   int   // that were opened, those of earlier versions included
	Leaks    int   // that were opened, with all that happened to them
	Unopened int   // environments that the caller has no key to
	Problems []Problem
	Head     audit.Head
}

// Check reads a whole vault: that each entry of the log is signed, by someone who was
// there, and stands in the log that its signer saw; that the store holds exactly what the
// last entry about it says, and its writer was allowed to write it; and that everything
// opens that the identity has keys to. What it finds wrong are the report's problems; an
// error is what kept it from looking. seen is what is known of the vault from elsewhere,
// such as a checkpoint; a zero one is of no account.
//
// Without keys to it, a check still finds what doesn't fit together.
func (v *Vault) Check(ctx context.Context, id *identity.Identity, o Options, seen audit.Head) (Report, error) {
	return v.look(ctx, id, o, seen, func(c *check) error {
		if err := c.records(); err != nil {
			return err
		}
		return c.open()
	})
}

type check struct {
	vault  *Vault
	r      store.Reader
	ctx    context.Context
	view   *view // nil if the roster can't be read
	report Report
	last   map[string]lastWrite // by key
}

// lastWrite is the last that the log says of a key.
type lastWrite struct {
	audit.Write
	seq int64
}

func (c *check) problem(what string, err error) {
	if err != nil {
		c.report.Problems = append(c.report.Problems, Problem{what, err})
	}
}

// session reads the roster, which says whose signatures count.
func (c *check) session(s *Session, seen Seen) error {
	s.mu.Lock()
	err := s.load(c.r, seen)
	s.mu.Unlock()
	if rolledBack(err) {
		c.problem("audit log", err)
		s.mu.Lock()
		err = s.load(c.r, Seen{})
		s.mu.Unlock()
	}
	if errors.Is(err, ErrNotMember) {
		return err
	}
	if err != nil {
		c.problem("roster", err)
		return nil
	}
	c.view, err = s.view(c.r, s.current())
	if err == nil {
		c.report.Problems = append(c.report.Problems, c.view.problems...)
	}
	return err
}

// rolledBack tells whether a vault is another one than was seen before.
func rolledBack(err error) bool {
	_, back := errors.AsType[*audit.RolledBackError](err)
	_, fork := errors.AsType[*audit.ForkedError](err)
	return back || fork
}

// walk verifies the log, and collects what it says of the store.
func (c *check) walk() error {
	keyOf := func(seq int64, actor ID) (ed25519.PublicKey, error) {
		if c.view == nil {
			return nil, errors.New("whether it is signed can't be told without the roster")
		}
		public, ok := c.view.roster.key(actor, seq)
		if !ok {
			return nil, fmt.Errorf("it is by someone who was not there (%s)", actor.String()[:8])
		}
		return public.Verifier(), nil
	}
	visit := func(e audit.Entry) error {
		c.report.Entries++
		for _, w := range e.Writes {
			if w.Key[0] == logKind {
				continue // of the log itself, which Walk looks after
			}
			c.problem(fmt.Sprintf("entry %d of the log", e.Seq), c.allowed(e, w))
			c.last[string(w.Key)] = lastWrite{w, e.Seq}
		}
		return c.ctx.Err()
	}
	var err error
	c.report.Head, err = c.vault.log.Walk(c.r, 0, keyOf, visit, func(seq int64, err error) {
		c.problem(fmt.Sprintf("entry %d of the log", seq), err)
	})
	return err
}

// allowed tells whether the actor of an entry could write what it wrote. Statements are
// judged by the roster.
func (c *check) allowed(e audit.Entry, w audit.Write) error {
	if c.view == nil {
		return nil
	}
	r, kind, of := c.view.roster, w.Key[0], w.Key[1:]
	wrong := func() error {
		return fmt.Errorf("%s wrote %s without the right to: what was there before is lost, and nobody accepts what is there now", c.view.names.principal(e.Actor), c.name(w.Key))
	}
	role := func(t target) Role {
		role, _ := r.role(e.Actor, t, e.Seq, time.Time{})
		return role
	}
	if size, ok := keySizes[kind]; !ok || len(of) != size {
		return fmt.Errorf("it wrote %s", c.name(w.Key))
	}
	switch kind {
	case kindHeader:
		if e.Seq > 0 {
			return wrong()
		}
	case kindStatement:
	case kindInvitation:
		if role(target{}) < Owner && !(w.Deleted && r.joined(e.Actor, e.Seq)) {
			return wrong()
		}
	case kindWrap:
		// An owner of some scope gives machines the roster's key, and no one another one.
		// Who owns a project gives its maintainers all generations of the key of its leaks,
		// which they may have had before.
		var all target
		if project, leaks := r.projects[ID(of[:len(ID{})])]; leaks {
			all.project = project
		}
		last, there := c.last[string(w.Key)]
		replaced := there && !last.Deleted && !w.Deleted && role(all) < Owner
		if replaced || !r.ownsAnything(e.Actor, e.Seq) && !r.joined(e.Actor, e.Seq) {
			return wrong()
		}
	case kindMachineKey:
		for _, g := range r.grants {
			if g.Principal == ID(of[:len(ID{})]) && role(target{project: g.Project, environment: g.Environment}) >= Developer {
				return nil
			}
		}
		return wrong()
	case kindLeak:
		seq, _ := leakSeq(w.Key)
		if role, _ := r.roleIn(e.Actor, ID(of[:len(ID{})]), e.Seq, time.Time{}); role < Reader || w.Deleted || seq != e.Seq {
			return wrong()
		}
	default:
		sc := r.scopes[ID(of[:len(ID{})])]
		if sc == nil {
			return errors.New("it writes to an environment that there isn't")
		}
		if role(sc.target()) < Developer {
			return wrong()
		}
	}
	return nil
}

// joined tells whether an entry is the one by which someone who was invited joined.
func (r *roster) joined(p ID, seq int64) bool {
	who := r.principals[p]
	return who != nil && len(who.keys) > 1 && who.keys[1].from == seq+1
}

// keySizes says how long the keys of each kind of record are, after its first byte.
var keySizes = map[byte]int{
	kindHeader: 0, kindStatement: 4, kindWrap: 16 + 4 + 16, kindInvitation: 16, kindScope: 16,
	kindName: 16 + 16, kindKeys: 16 + 16, kindHead: 16 + 16, kindVersion: 16 + 16 + 4, kindMachineKey: 16 + 16,
	kindLeak: 16 + 16 + 8,
}

// scoped are the kinds of record that belong to an environment, whose ID comes first in
// their keys. It takes a developer to write them.
var scoped = []byte{kindScope, kindName, kindKeys, kindHead, kindVersion}

// records compares the store with the log.
func (c *check) records() error {
	here := make(map[string]bool)
	for p, err := range c.r.Scan(nil) {
		if err != nil {
			return err
		}
		if p.Key[0] == logKind {
			continue
		}
		here[string(p.Key)] = true
		w, ok := c.last[string(p.Key)]
		switch {
		case !ok:
			c.problem(c.name(p.Key), errors.New("the log knows nothing of it: it was put there by other means"))
		case w.Deleted:
			c.problem(c.name(p.Key), fmt.Errorf("entry %d of the log deleted it: it was put back", w.seq))
		case w.Hash != audit.HashOf(p.Value):
			c.problem(c.name(p.Key), c.changed(p, w))
		default:
			c.report.Records++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.last)) {
		if w := c.last[key]; !w.Deleted && !here[key] {
			c.problem(c.name([]byte(key)), fmt.Errorf("it is lost: entry %d of the log wrote it", w.seq))
		}
	}
	return nil
}

// changed says how a record differs from what was last written.
func (c *check) changed(p store.Pair, w lastWrite) error {
	if rec, err := decodeRecord(p.Value); err == nil && rec.seq < w.seq {
		if e, err := c.vault.log.Entry(c.r, rec.seq); err == nil && e.Vouches(p.Key, p.Value) {
			return fmt.Errorf("it was put back to what entry %d of the log wrote; the last to write it is entry %d", rec.seq, w.seq)
		}
	}
	return fmt.Errorf("it isn't what entry %d of the log wrote: it was damaged or changed", w.seq)
}

// name says what a record is, as far as its key tells.
func (c *check) name(key []byte) string {
	what := map[byte]string{
		kindHeader: "the header", kindStatement: "a statement", kindWrap: "a wrapped key", kindInvitation: "an invitation",
		kindScope: "the revision", kindName: "a name", kindKeys: "the keys of a secret", kindHead: "a secret",
		kindVersion: "a value", kindMachineKey: "a machine's key", kindLeak: "an event of a leak",
	}[key[0]]
	if what == "" {
		return fmt.Sprintf("a record of unknown kind (%x)", key[:min(len(key), 8)])
	}
	if c.view != nil && len(key) >= 1+len(ID{}) && slices.Contains(scoped, key[0]) {
		what += " in " + c.view.names.scope(ID(key[1:1+len(ID{})]))
	}
	return fmt.Sprintf("%s (%x)", what, key[max(0, len(key)-4):])
}

// open opens all that the identity has keys to.
func (c *check) open() error {
	if c.view == nil {
		return nil
	}
	v := c.view
	for _, sc := range v.scopes() {
		if role, _ := v.roster.role(v.self, sc.target(), always, time.Time{}); role < Reader {
			c.report.Unopened++
			continue
		}
		if _, err := v.scopeRecord(sc); err != nil {
			c.problem(v.names.scope(sc.ID), err)
			continue
		}
		prefix := keyOf(kindHead, sc.ID[:])
		for p, err := range c.r.Scan(prefix) {
			if err != nil {
				return err
			}
			if len(p.Key) == len(prefix)+len(ID{}) {
				c.openSecret(sc, ID(p.Key[len(prefix):]))
			}
		}
		if err := c.ctx.Err(); err != nil {
			return err
		}
	}
	c.openLeaks()
	c.openWraps()
	return c.openLog()
}

func (c *check) openSecret(sc *scope, id ID) {
	v := c.view
	o, err := v.secret(sc, id)
	if err != nil {
		c.problem(fmt.Sprintf("a secret in %s (%x)", v.names.scope(sc.ID), id[12:]), err)
		return
	}
	c.report.Secrets++
	for _, name := range o.names() {
		if found, err := v.secretNamed(sc, name); err != nil || found != id {
			c.problem(v.ref(o).String(), fmt.Errorf("the name %s leads somewhere else", name))
		}
	}
	for n, ver := range o.Versions {
		if ver.Destroyed {
			continue
		}
		if _, err := v.value(o, n+1); err != nil {
			c.problem(v.ref(o).String(), err)
			continue
		}
		c.report.Values++
	}
}

// openLeaks opens the leaks of projects of which the identity is a maintainer.
func (c *check) openLeaks() {
	v := c.view
	for _, key := range slices.SortedFunc(maps.Keys(v.roster.projects), compareIDs) {
		on := target{project: v.roster.projects[key]}
		if role, _ := v.roster.role(v.self, on, always, time.Time{}); role < Maintainer {
			continue
		}
		leaks, problems, err := v.leaks(on.project)
		c.problem("leaks of "+v.pattern(on).Project, err)
		c.report.Leaks += len(leaks)
		c.report.Problems = append(c.report.Problems, problems...)
	}
}

// openWraps makes sure that the identity's wraps open, and give what its owners made.
func (c *check) openWraps() {
	v := c.view
	for _, key := range slices.SortedFunc(maps.Keys(v.roster.keys), compareIDs) {
		for _, generation := range v.roster.keys[key] {
			_, err := v.s.verifiedKey(c.r, v.state, key, generation.Generation)
			if err != nil && !errors.Is(err, ErrNotMember) {
				c.problem("a wrapped key", err)
			}
		}
	}
}

// openLog makes sure that an auditor can read the log.
func (c *check) openLog() error {
	opener, err := c.view.opener()
	if err != nil {
		return nil // no auditor
	}
	defer opener.Close()
	for seq := range c.report.Head.Size {
		e, err := c.vault.log.Entry(c.r, seq)
		if err != nil {
			continue // it is among the problems
		}
		if _, err := opener.Open(c.r, e); err != nil {
			c.problem(fmt.Sprintf("entry %d of the log", seq), err)
		}
	}
	return c.ctx.Err()
}
