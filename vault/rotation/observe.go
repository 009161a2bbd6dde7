package rotation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// observe adds to the records of a project what the vault knows of them.
func (t *Tracker) observe(ctx context.Context, project string, all []*Record) error {
	open := slices.DeleteFunc(slices.Clone(all), func(r *Record) bool { return !r.State.Open() })
	for _, r := range all {
		r.Checkable, r.Revocable = t.checkable(r.Rule), t.revocable(r.Rule)
		if r.Due.IsZero() {
			r.Due = t.policy.leakDue(r)
		}
	}
	if len(open) == 0 {
		return nil
	}
	known, err := t.vault.Known(ctx, project)
	if err != nil {
		return err
	}
	h := holdings{byValue: make(map[secret.Fingerprint][]vault.Ref), versions: make(map[vault.Ref][]vault.Known)}
	for _, k := range known {
		value := k.Value.Fingerprint()
		h.byValue[value] = append(h.byValue[value], k.Ref)
		h.versions[k.Ref] = append(h.versions[k.Ref], k)
	}
	var refs []vault.Ref
	for _, r := range open {
		t.observeSuccessors(r, &h)
		r.observeAliases(&h)
		refs = append(refs, r.Refs...)
	}
	readers, err := t.vault.Consumers(ctx, refs)
	_, denied := errors.AsType[*vault.DeniedError](err)
	if err != nil && !denied {
		return err
	}
	byRef := make(map[vault.Ref][]vault.Consumer)
	for _, c := range readers {
		byRef[c.Ref] = append(byRef[c.Ref], c)
	}
	for _, r := range open {
		r.Blind = denied
		r.observeConsumers(byRef)
		if len(r.Successors) > 0 && !r.allMoved && !r.Blind && len(r.Consumers) > 0 && r.behind() == "" {
			t.derive(r, Step{Act: MoveAll, Reason: fmt.Sprintf("none of %d consumers needs the old value any more", len(r.Consumers))})
		}
		r.State = r.state()
	}
	return nil
}

// revocable tells whether values of a rule can revoke themselves.
func (t *Tracker) revocable(rule string) bool {
	if t.rules == nil {
		return false
	}
	v := t.rules.VerifyOf(rule)
	return v != nil && v.Revoke != nil
}

// observeAliases finds out by which other names programs want the secrets of a record.
func (r *Record) observeAliases(h *holdings) {
	r.aliases = nil
	for _, ref := range r.Refs {
		versions := h.versions[ref]
		if len(versions) == 0 {
			continue
		}
		for _, alias := range versions[0].Aliases { // they are the same of each
			at := ref
			at.Name = alias
			r.aliases = append(r.aliases, at)
		}
	}
}

// derive makes a step that nobody has to make, because the vault shows that it was made. It
// is written down with the next one that somebody makes.
func (t *Tracker) derive(r *Record, s Step) {
	if r.Can(&s) == nil {
		r.take(&s, &vault.LeakEvent{At: t.now(), By: t.vault.Self()})
		r.derived = append(r.derived, s)
	}
}

// holdings are what the secrets of a project have and had.
type holdings struct {
	byValue  map[secret.Fingerprint][]vault.Ref
	versions map[vault.Ref][]vault.Known // those that can be read, in order
}

// observeSuccessors finds out which secrets have had the value of a record, and what they have
// now. As long as one of them still has it, or has it again, there are no successors. Those
// that are known stay as they are where nothing else came after the old value: who has moved
// to them doesn't have to again because it was destroyed, or a secret was removed.
func (t *Tracker) observeSuccessors(r *Record, h *holdings) {
	r.observeRefs(h)
	var now []Successor
	r.former = nil
	for _, ref := range r.Refs {
		switch version, how := r.successor(ref, h); how {
		case held:
			r.Successors, r.allMoved = nil, false
			return
		case unclear:
			return
		case absent:
			r.former = append(r.former, ref)
		default:
			now = append(now, Successor{ref, version})
		}
	}
	if len(now) == 0 { // all were removed; else those that aren't there may have another name now
		for _, ref := range r.former {
			now = append(now, Successor{ref, r.known(ref)})
		}
	}
	if slices.ContainsFunc(now, func(s Successor) bool { return !slices.Contains(r.Successors, s) }) {
		t.derive(r, Step{Act: Replace, Successor: now})
	}
}

// observeRefs adds the secrets that have had the value of a record to its own: also those of
// which only the log still tells.
func (r *Record) observeRefs(h *holdings) {
	refs := slices.Concat(h.byValue[r.Value.Fingerprint()], h.byValue[r.whole().Fingerprint()])
	for _, s := range r.Successors {
		if _, how := r.successor(s.Ref, h); how == replaced {
			refs = append(refs, s.Ref)
		}
	}
	for _, ref := range refs {
		if !slices.Contains(r.Refs, ref) {
			r.Refs = append(r.Refs, ref)
		}
	}
}

// known gives the version of a secret that the log has as a successor; 0 if it has none.
func (r *Record) known(ref vault.Ref) int {
	if i := slices.IndexFunc(r.Successors, func(s Successor) bool { return s.Ref == ref }); i >= 0 {
		return r.Successors[i].Version
	}
	return 0
}

// holding is how it is with a secret that had a value.
type holding int

const (
	replaced holding = iota // it has another one now
	held                    // it still has it, or has it again
	absent                  // there is no such secret any more
	unclear                 // nobody knows which version had it
)

// successor gives the version of a secret that came after the last one which had the value of
// a record. It is never an earlier one than the log has, as less and less can be read.
func (r *Record) successor(ref vault.Ref, h *holdings) (version int, is holding) {
	last, current, seen := 0, 0, 0
	gap := false // a version can't be read any more
	all := h.versions[ref]
	for _, k := range all {
		gap = gap || k.Version > seen+1
		seen = k.Version
		if k.State == vault.Current {
			current = k.Version
		}
		if r.isIn(k.Value) {
			last = k.Version
		}
	}
	if last == 0 && r.Carrier.IsEmpty() { // something may be around it there
		for _, k := range all {
			if k.Value.Contains(r.Value) {
				last = k.Version
			}
		}
	}
	known := r.known(ref)
	switch {
	case current == 0:
		return 0, absent
	case last == current:
		return 0, held
	case last > 0:
		return max(last+1, known), replaced
	case gap && known > 0:
		return known, replaced
	case gap:
		return current, replaced
	}
	return 0, unclear
}

// isIn tells whether another value is that of a record, or has it in it as the whole has
// where it was found.
func (r *Record) isIn(v secret.Value) bool {
	return v.Equal(r.Value) || !r.Carrier.IsEmpty() && (v.Equal(r.Carrier) || v.ContainsAs(r.Value, r.Carrier))
}

// whole gives the whole that was around a value where it was found.
func (r *Record) whole() secret.Value {
	if r.Carrier.IsEmpty() {
		return r.Value
	}
	return r.Carrier
}
