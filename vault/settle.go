package vault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// settle brings keys in line with what the turn has stated. Who came to have a right gets
// the keys for it. Where someone lost one, there are new keys, which they don't get: a new
// generation of what they had, and new keys of the secrets beneath. act is what the entry
// says that vouches for all of it.
func (t *turn) settle(act audit.Act) error {
	if err := t.enter(act); err != nil {
		return err
	}
	for _, key := range t.sharedKeys() {
		var before []ID
		if t.roster.generation(key) > 0 {
			before = t.roster.holders(key)
		}
		after := t.next.holders(key)
		if t.lost(key, before, after) {
			if err := t.renew(key, after, act); err != nil {
				return err
			}
			if t.roster.scopes[key] != nil {
				continue // there is nothing older that who came could want to open
			}
		}
		for _, p := range after {
			if !slices.Contains(before, p) {
				if err := t.wrapTo(key, p); err != nil {
					return err
				}
			}
		}
	}
	if err := t.settleMachines(act); err != nil {
		return err
	}
	if len(t.writes) > 0 {
		return t.enter(rekeyed(act, "keys"))
	}
	return nil
}

// lost tells whether someone lost the right to a shared key that is to be renewed because
// of that. Who owns a scope takes its machines away, and can't renew the roster's key: the
// next owner of everything does.
func (t *turn) lost(key ID, before, after []ID) bool {
	if key == rosterKeyID {
		if role, _ := t.next.role(t.self, target{}, always, time.Time{}); role < Owner {
			return false
		}
		newest := t.roster.keys[key][t.roster.generation(key)-1]
		for _, p := range t.next.principals {
			if p.to != always && p.to >= newest.from {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(before, func(p ID) bool { return !slices.Contains(after, p) })
}

// rekeyed is the entry for keys that an act made necessary.
func rekeyed(because audit.Act, what string) audit.Act {
	return audit.Act{Verb: verbRekey, Allowed: true, Rule: because.Rule, Detail: what + ", because of " + because.Verb + " " + because.Name}
}

// sharedKeys gives every shared key that there was before the turn, in a fixed order.
func (t *turn) sharedKeys() []ID {
	keys := vaultKeys()
	var scopes []*scope
	for _, sc := range t.roster.scopes {
		scopes = append(scopes, sc)
	}
	slices.SortFunc(scopes, func(a, b *scope) int { return compareIDs(a.ID, b.ID) })
	for _, sc := range scopes {
		keys = append(keys, sc.ID)
	}
	for _, leaks := range slices.SortedFunc(maps.Keys(t.roster.projects), compareIDs) {
		if t.roster.generation(leaks) > 0 {
			keys = append(keys, leaks)
		}
	}
	return keys
}

// newGeneration makes the next generation of a shared key, and gives it to holders.
func (t *turn) newGeneration(key ID, holders []ID) ([]byte, error) {
	made := newKey()
	generation := t.next.generation(key) + 1
	st := stateKey{ID: key, Generation: generation, Commitment: t.s.vault.commitment(key, generation, made)}
	if t.next.sealedTo(key) {
		readers, err := identity.FromSeed(made)
		if err != nil {
			return nil, err
		}
		st.Recipient = readers.Public()
	}
	if err := t.say(statement{Key: &st}); err != nil {
		return nil, err
	}
	for _, p := range holders {
		if err := t.wrap(key, generation, made, p); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// wrap stores a shared key for a principal.
func (t *turn) wrap(key ID, generation int, held []byte, to ID) error {
	public, ok := t.next.current(to)
	if !ok {
		return errors.New("a key for someone who isn't there")
	}
	body, err := public.Wrap(held)
	if err != nil {
		return fmt.Errorf("a key for %s: %w", t.names.principal(to), err)
	}
	return t.putRaw(wrapKey(key, generation, t.s.vault.addressOf(public)), record{body: body})
}

// wrapTo gives a principal a shared key: of those that open what was written before, all
// generations; of a scope's, whose secrets are sealed anew each time, the newest.
func (t *turn) wrapTo(key ID, to ID) error {
	newest := t.roster.generation(key)
	first := 1
	if t.roster.scopes[key] != nil {
		first = newest
	}
	for generation := first; generation <= newest; generation++ {
		held, err := t.s.verifiedKey(t.r, t.state, key, generation)
		if err != nil {
			return fmt.Errorf("hand on a key: %w", err)
		}
		if err := t.wrap(key, generation, held, to); err != nil {
			return err
		}
	}
	return nil
}

// renew makes a new generation of a shared key, because someone lost the right to it, and
// of a scope's new keys for all that is in it.
func (t *turn) renew(key ID, holders []ID, act audit.Act) error {
	made, err := t.newGeneration(key, holders)
	if err != nil {
		return err
	}
	if sc := t.roster.scopes[key]; sc != nil {
		return t.rekey(sc, made, act)
	}
	return nil
}

// entryWrites is about how many writes one entry of the log vouches for, where an act has
// many. An entry that vouches for more than some 10,000 doesn't fit into a record.
const entryWrites = 4_000

// rekey gives an environment's secrets new keys, sealed with a new key of it. Values are
// not sealed anew: their keys are.
func (t *turn) rekey(sc *scope, with []byte, act audit.Act) error {
	name := t.names.scope(sc.ID)
	rec, err := t.scopeRecord(sc)
	if err != nil {
		return err
	}
	generation := t.next.generation(sc.ID)
	rec.Index = newKey()
	t.scopeRecords[sc.ID] = rec
	if err := t.put(scopeKey(sc.ID), generation, with, encodeJSON(rec)); err != nil {
		return err
	}
	prefix := nameKey(sc.ID, nil)
	for p, err := range t.tx.Scan(prefix) {
		if err != nil {
			return err
		}
		if err := t.delete(p.Key); err != nil {
			return err
		}
		if len(t.writes) > entryWrites {
			if err := t.enter(rekeyed(act, name)); err != nil {
				return err
			}
		}
	}
	secrets, err := t.secrets(sc)
	if err != nil {
		return err
	}
	for _, o := range secrets {
		if err := t.rekeySecret(o, generation, with); err != nil {
			return err
		}
		for _, name := range o.names() {
			if err := t.put(nameKey(sc.ID, hashName(rec.Index, name)), generation, with, o.id[:]); err != nil {
				return err
			}
		}
		if len(t.writes) > entryWrites {
			if err := t.enter(rekeyed(act, name)); err != nil {
				return err
			}
		}
	}
	return t.enter(rekeyed(act, name))
}

// rekeySecret stores a secret, all but its values, under a new key, sealed with a key of
// its scope, and gives that to the machines that may read this secret alone.
func (t *turn) rekeySecret(o *opened, generation int, with []byte) error {
	old := *o
	defer clear(old.key)
	o.key = newKey()
	place := keysKey(o.scope.ID, o.id)
	o.keys = secretKeys{Key: seal(with, o.key, t.s.vault.id[:], place, []byte("key"), number32(generation)), Versions: make(map[int][]byte)}
	for n, sealed := range old.keys.Versions {
		key, err := t.openVersionKey(&old, n, sealed)
		if err != nil {
			return &IntegrityError{fmt.Sprintf("%s, version %d", t.ref(o), n), err}
		}
		o.keys.Versions[n] = t.sealVersionKey(o, n, key)
		clear(key)
	}
	if err := t.putRaw(place, record{generation: generation, body: encodeJSON(o.keys)}); err != nil {
		return err
	}
	if err := t.put(headKey(o.scope.ID, o.id), 0, o.key, encodeJSON(o.head)); err != nil {
		return err
	}
	for _, p := range t.next.holdersOfSecret(o.scope, o.id) {
		if err := t.giveSecret(o, p); err != nil {
			return err
		}
	}
	return nil
}

// giveSecret stores a secret's key for a machine.
func (t *turn) giveSecret(o *opened, machine ID) error {
	public, ok := t.next.current(machine)
	if !ok {
		return errors.New("a key for a machine that isn't there")
	}
	body, err := public.Wrap(o.key)
	if err != nil {
		return err
	}
	return t.putRaw(machineKeyKey(machine, o.id), record{body: body})
}

// holdersOfSecret gives the machines that may read a secret and not all of its scope.
func (r *roster) holdersOfSecret(sc *scope, secret ID) []ID {
	var all []ID
	for _, g := range r.grants {
		if g.to == always && len(g.Secrets) > 0 && slices.Contains(g.Secrets, secret) &&
			g.Project == sc.project && g.Environment == sc.environment && !slices.Contains(all, g.Principal) {
			all = append(all, g.Principal)
		}
	}
	return all
}

// settleMachines does for single secrets what settle does for shared keys.
func (t *turn) settleMachines(act audit.Act) error {
	done := make(map[ID]bool)
	for _, g := range t.next.grants {
		if len(g.Secrets) == 0 {
			continue
		}
		sc := t.roster.scopeOf(g.Project, g.Environment)
		if sc == nil {
			continue
		}
		for _, id := range g.Secrets {
			if g.from >= t.head.Size { // made by this turn
				if g.to != always {
					continue
				}
				o, err := t.secret(sc, id)
				if err != nil {
					return err
				}
				if err := t.giveSecret(o, g.Principal); err != nil {
					return err
				}
				continue
			}
			ended := g.to != always && g.to >= t.head.Size-1 // by this turn
			if !ended || done[id] || slices.Contains(t.next.holdersOfSecret(sc, id), g.Principal) {
				continue
			}
			done[id] = true
			if err := t.delete(machineKeyKey(g.Principal, id)); err != nil {
				return err
			}
			if t.next.generation(sc.ID) != t.roster.generation(sc.ID) {
				continue // its scope has new keys already
			}
			o, err := t.secret(sc, id)
			if err != nil {
				return err
			}
			if err := t.putSecret(o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *roster) scopeOf(project, environment ID) *scope {
	for _, sc := range r.scopes {
		if sc.project == project && sc.environment == environment {
			return sc
		}
	}
	return nil
}

// unwrap removes wraps that a principal's key opens, so that nothing of theirs stays
// behind. It is tidiness: who has a copy has them.
func (t *turn) unwrap(p ID) error {
	public, ok := t.roster.current(p)
	if !ok {
		return nil
	}
	address := t.s.vault.addressOf(public)
	for _, key := range t.sharedKeys() {
		for generation := 1; generation <= t.roster.generation(key); generation++ {
			place := wrapKey(key, generation, address)
			if _, err := t.tx.Get(place); errors.Is(err, store.ErrNotFound) {
				continue
			} else if err != nil {
				return err
			}
			if err := t.delete(place); err != nil {
				return err
			}
		}
	}
	return nil
}
