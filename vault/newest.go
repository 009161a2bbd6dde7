package vault

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

// Whoever can write to a store can put back a record that was replaced: the log vouches
// for it, it was true once. So a session knows of each record that is replaced in the
// course of things which entry of the log wrote it last, and takes no other. It knows from
// the writes that the log's entries list, which it has read all of, or its identity's
// earlier sessions have.

// Newest says which entry of the log last wrote a record, by the record's key. Records
// that were deleted, or never written, aren't in it. Of those that are written once it has
// what happened to leaks, so that nothing of that can be taken away unseen.
type Newest map[string]int64

// follows tells whether a kind of record is one that is replaced.
func follows(key []byte) bool {
	return len(key) > 1+len(ID{}) && (key[0] == kindHead || key[0] == kindName) || len(key) == 1+len(ID{}) && key[0] == kindScope
}

// take adds what an entry says that it wrote, or took away: that is -1, as long as it is
// news.
func (n Newest) take(seq int64, w audit.Write) {
	switch {
	case w.Key[0] == kindLeak:
		// Written once, by the entry that its key names: whatever else says so is wrong.
		if named, ok := leakSeq(w.Key); ok && named == seq && !w.Deleted {
			n[string(w.Key)] = seq
		}
	case !follows(w.Key):
	case w.Deleted:
		n[string(w.Key)] = -1
	default:
		n[string(w.Key)] = seq
	}
}

// MarshalText gives the base64 of, for each record in the order of keys, the length of the
// key (8 bits), the key, and the entry (64 bits).
func (n Newest) MarshalText() ([]byte, error) {
	var out []byte
	for _, key := range slices.Sorted(maps.Keys(n)) {
		out = append(out, byte(len(key)))
		out = append(out, key...)
		out = binary.BigEndian.AppendUint64(out, uint64(n[key]))
	}
	return base64.StdEncoding.AppendEncode(nil, out), nil
}

// UnmarshalText reads it.
func (n *Newest) UnmarshalText(text []byte) error {
	data, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return err
	}
	read := make(Newest)
	for len(data) > 0 {
		size := int(data[0])
		if len(data) < 1+size+8 {
			return errors.New("it is cut short")
		}
		seq := int64(binary.BigEndian.Uint64(data[1+size:]))
		if seq < 0 {
			return errors.New("it names an impossible entry")
		}
		read[string(data[1:1+size])] = seq
		data = data[1+size+8:]
	}
	*n = read
	return nil
}

// newest makes sure that a record that was read is the one that was written last, or, for
// a seq of -1, that none is missing.
func (v *view) newest(key []byte, seq int64, sc *scope) error {
	if v.s.vault.bundle || !follows(key) {
		return nil // a bundle's maker vouches that its records are the newest
	}
	last, ok := v.state.newest[string(key)]
	if !ok {
		v.s.mu.Lock()
		last, ok = v.s.newest[string(key)]
		v.s.mu.Unlock()
	}
	if !ok {
		last = -1
	}
	if last == seq {
		return nil
	}
	// Either it was put back or taken away, or the session is ahead of this view, or
	// somebody who may not write there has the log say that they did.
	last, err := v.lastWrite(key, sc)
	switch {
	case err != nil:
		return err
	case last == seq:
		return nil
	case seq < 0:
		return fmt.Errorf("it is lost: entry %d of the log wrote it", last)
	case last < 0:
		return errors.New("it was deleted, and put back")
	}
	return fmt.Errorf("it was put back to what entry %d of the log wrote; the last to write it is entry %d", seq, last)
}

// lastWrite looks for the last entry of the log that wrote a record and was made by
// someone who could; -1 if it deleted it, or there is none.
func (v *view) lastWrite(key []byte, sc *scope) (int64, error) {
	for seq := v.head.Size - 1; seq >= 0; seq-- {
		raw, err := v.s.vault.log.Entry(v.r, seq)
		if err != nil {
			return 0, err
		}
		i := slices.IndexFunc(raw.Writes, func(w audit.Write) bool { return string(w.Key) == string(key) })
		if i < 0 {
			continue
		}
		if _, err := v.writer(seq, sc); err != nil {
			continue // counts for nothing
		}
		if raw.Writes[i].Deleted {
			return -1, nil
		}
		return seq, nil
	}
	return -1, nil
}

// complete makes sure that no secret of a scope is missing of those that are there.
func (v *view) complete(sc *scope, there []ID) error {
	if v.s.vault.bundle {
		return nil
	}
	prefix := string(keyOf(kindHead, sc.ID[:]))
	written := make(map[string]bool)
	v.s.mu.Lock()
	for key := range v.s.newest {
		if strings.HasPrefix(key, prefix) {
			written[key] = true
		}
	}
	v.s.mu.Unlock()
	for key := range v.state.newest {
		if strings.HasPrefix(key, prefix) {
			written[key] = true
		}
	}
	if len(written) <= len(there) {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(written)) {
		if _, err := v.r.Get([]byte(key)); !errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err := v.newest([]byte(key), -1, sc); err != nil {
			return v.damaged(sc, fmt.Errorf("a secret: %w", err))
		}
	}
	return nil
}
