package vault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

// The verbs of the log.
const (
	verbInit    = "init"
	verbRead    = "read"
	verbMatch   = "match" // compared with what was scanned, and shown to nobody
	verbList    = "list"
	verbSet     = "set"
	verbRemove  = "remove"
	verbDestroy = "destroy"
	verbMove    = "move"
	verbCreate  = "create" // an environment
	verbGrant   = "grant"
	verbRevoke  = "revoke"
	verbAdd     = "add"  // a principal
	verbJoin    = "join" // an invited one
	verbRetire  = "retire"
	verbRekey   = "rekey"
	verbBundle  = "bundle"
	verbBackup  = "backup"
	verbReport  = "report" // what happened to leaks
	verbShow    = "show"   // a value that was found, and needn't be in the vault
	verbRotate  = "rotate" // a step of the rotation of what leaked
	verbPolicy  = "policy"
)

// turn is an act being carried out: a view in a transaction, and what the act writes.
// Nothing that a turn has written may be read in it by the view's methods: no entry of
// the log vouches for it yet.
type turn struct {
	*view
	began    *state
	tx       store.Tx
	seq      int64                  // of the next entry, which vouches for what is written
	writes   map[string]audit.Write // by key, since the last entry
	next     *roster                // with the statements of this turn
	numbered int                    // statements, so far
	revised  map[ID]int             // the revisions that environments have by this turn
	claimed  map[nameAt]ID          // the secrets whose names have been changed by this turn, zero for no one's
}

// act carries out do in a transaction, with the entries of the log that it makes. An act
// that is refused is in the log too.
func (s *Session) act(ctx context.Context, do func(*turn) error) error {
	var began *state
	err := s.vault.commit(ctx, func(tx store.Tx) error {
		t, err := s.turn(tx)
		if err != nil {
			return err
		}
		began = t.began
		if err := do(t); err != nil {
			return err
		}
		if len(t.writes) > 0 {
			panic("vault: an act wrote what no entry of the log vouches for")
		}
		return nil
	})
	if err != nil {
		s.forgetNew()
		return s.refuse(ctx, err)
	}
	s.committed(began)
	return nil
}

// refuse writes down an act that was refused, of which nothing remains but that.
func (s *Session) refuse(ctx context.Context, err error) error {
	denied, ok := errors.AsType[*refusal](err)
	if !ok {
		return err
	}
	if err := s.act(ctx, func(t *turn) error { return t.enter(denied.act) }); err != nil {
		return err
	}
	return denied.DeniedError
}

// refusal is a DeniedError with the entry that it leaves in the log.
type refusal struct {
	*DeniedError
	act audit.Act
}

func (r *refusal) Unwrap() error { return r.DeniedError }

func (s *Session) turn(tx store.Tx) (*turn, error) {
	v, err := s.view(tx, s.current())
	if err != nil {
		return nil, err
	}
	began := v.state
	own := *began // a turn may add to its names
	v.state = &own
	return &turn{view: v, began: began, tx: tx, seq: v.head.Size, next: v.roster, numbered: v.roster.statements, writes: make(map[string]audit.Write), revised: make(map[ID]int), claimed: make(map[nameAt]ID)}, nil
}

// enter appends an entry to the log, which vouches for everything that was written since
// the last one.
func (t *turn) enter(act audit.Act) error {
	if t.s.vault.bundle {
		if len(t.writes) > 0 {
			return ErrBundle
		}
		return nil
	}
	by, err := t.s.appenderFor(t.state)
	if err != nil {
		return err
	}
	act.Time, act.Program, act.Host = t.now, t.s.options.Program, t.s.options.Host
	e, err := by.Append(t.tx, act, slices.Collect(maps.Values(t.writes)))
	if err != nil {
		return err
	}
	if e.Seq != t.seq {
		return fmt.Errorf("the log has entry %d where %d was expected", e.Seq, t.seq)
	}
	t.seq++
	clear(t.writes)
	return nil
}

// put stores a record, sealed.
func (t *turn) put(key []byte, generation int, with, plain []byte) error {
	rec := record{seq: t.seq, generation: generation}
	rec.body = seal(with, plain, t.s.vault.id[:], key, rec.encode())
	return t.putRaw(key, rec)
}

// putRaw stores a record whose body is what it is to be.
func (t *turn) putRaw(key []byte, rec record) error {
	rec.seq = t.seq
	data := rec.encode()
	t.wrote(audit.Write{Key: key, Hash: audit.HashOf(data)})
	return t.tx.Set(key, data)
}

// delete takes a record away.
func (t *turn) delete(key []byte) error {
	t.wrote(audit.Write{Key: key, Deleted: true})
	return t.tx.Delete(key)
}

func (t *turn) wrote(w audit.Write) { t.writes[string(w.Key)] = w }

// say makes a statement.
func (t *turn) say(st statement) error {
	if t.next == t.roster {
		t.next = t.restated()
	}
	if err := t.next.apply(st, t.seq, t.self); err != nil {
		return fmt.Errorf("it would not count: %w", err)
	}
	generation := t.roster.generation(rosterKeyID)
	key, err := t.s.verifiedKey(t.r, t.state, rosterKeyID, generation)
	if err != nil {
		return err
	}
	err = t.put(statementKey(t.numbered), generation, key, st.encode())
	t.numbered++
	return err
}

// restated gives the roster again, for someone who is going to change it.
func (st *state) restated() *roster {
	r := newRoster()
	for _, m := range st.made {
		_ = r.take(m) // what doesn't count didn't before
	}
	return r
}

// revise raises the revision of an environment, once for a turn, and gives the new one.
func (t *turn) revise(sc *scope) (int, error) {
	if revision := t.revised[sc.ID]; revision > 0 {
		return revision, nil
	}
	rec, err := t.scopeRecord(sc)
	if err != nil {
		return 0, err
	}
	rec.Revision++
	t.revised[sc.ID], t.scopeRecords[sc.ID] = rec.Revision, rec
	return rec.Revision, t.putShared(scopeKey(sc.ID), sc.ID, encodeJSON(rec))
}

// putShared stores a record sealed with the newest generation of a shared key.
func (t *turn) putShared(key []byte, shared ID, plain []byte) error {
	generation := t.roster.generation(shared)
	with, err := t.s.verifiedKey(t.r, t.state, shared, generation)
	if err != nil {
		return err
	}
	return t.put(key, generation, with, plain)
}

// box seals a name for people.
func (t *turn) box(of ID, plain []byte) (box, error) {
	generation := t.roster.generation(membersKeyID)
	key, err := t.s.verifiedKey(t.r, t.state, membersKeyID, generation)
	if err != nil {
		return box{}, err
	}
	return box{generation, seal(key, plain, t.s.vault.id[:], []byte("label"), of[:])}, nil
}
