package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/secretsweep/secretsweep/vault/store"
)

// Appender appends the acts of one actor: it is a session, with a random id and a key
// that seals the acts. It is safe for concurrent use, with a transaction for each.
type Appender struct {
	log     *Log
	actor   ID
	sign    ed25519.PrivateKey
	session ID
	key     []byte    // seals acts
	wrapped []byte    // key, for the auditors
	random  io.Reader // gives nonces
}

// Appender begins a session of an actor, who signs with this key. Its acts are sealed to
// the auditors. Nothing is stored before the first entry.
func (l *Log) Appender(actor ID, sign ed25519.PrivateKey, auditors ...age.Recipient) (*Appender, error) {
	if len(sign) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("begin an audit session: a signing key of %d bytes", len(sign))
	}
	a := &Appender{log: l, actor: actor, sign: sign, key: make([]byte, chacha20poly1305.KeySize), random: rand.Reader}
	rand.Read(a.session[:]) // ends the program rather than fail
	rand.Read(a.key)
	var err error
	if a.wrapped, err = wrap(a.key, auditors); err != nil {
		return nil, fmt.Errorf("begin an audit session: %w", err)
	}
	return a, nil
}

// Close clears the session's key. It is called when no Append runs, and after it all are
// refused.
func (a *Appender) Close() {
	clear(a.key)
	a.key = nil
}

// Append appends an entry for an act that, in the same transaction, makes these writes:
// all that the act sets or deletes, each key once, in any order. If Append fails, the
// transaction has to fail too.
//
// An entry has to fit into a record of the store, which is some 10,000 writes; what
// doesn't is refused.
func (a *Appender) Append(tx store.Tx, act Act, writes []Write) (Entry, error) {
	e, err := a.append(tx, act, writes)
	if err != nil {
		return Entry{}, fmt.Errorf("append to the audit log: %w", err)
	}
	return e, nil
}

func (a *Appender) append(tx store.Tx, act Act, writes []Write) (Entry, error) {
	if a.key == nil {
		return Entry{}, errors.New("the session is closed")
	}
	head, err := a.log.Head(tx)
	if err != nil {
		return Entry{}, err
	}
	if head.Size == maxSize {
		return Entry{}, errors.New("it is full")
	}
	e := Entry{Seq: head.Size, Actor: a.actor, Session: a.session, Before: head.Root}
	begin, err := a.begin(tx, e.Seq)
	if err != nil {
		return Entry{}, err
	}
	if begin != nil {
		writes = append(writes[:len(writes):len(writes)], Write{Key: sessionKey(a.session), Hash: HashOf(begin)})
	}
	if e.Writes, err = sortedWrites(writes); err != nil {
		return Entry{}, err
	}
	if err := e.seal(a.log.vault, a.key, a.random, act); err != nil {
		return Entry{}, err
	}
	prefix := signedPrefix(a.log.vault)
	signed := e.appendBody(prefix)
	if n := len(signed) - len(prefix) + ed25519.SignatureSize; n > store.MaxValue {
		return Entry{}, fmt.Errorf("an entry of %d bytes for %d writes, more than a store's %d", n, len(e.Writes), store.MaxValue)
	}
	e.Signature = ed25519.Sign(a.sign, signed)

	if begin != nil {
		if err := tx.Set(sessionKey(a.session), begin); err != nil {
			return Entry{}, err
		}
	}
	return e, put(tx, e.Seq, append(signed, e.Signature...)[len(prefix):])
}

// begin gives the session to be stored with entry seq, or nil if it is stored already.
// That is asked of the store: the transaction of an earlier entry may have failed.
func (a *Appender) begin(tx store.Tx, seq int64) ([]byte, error) {
	s, _, err := readSession(tx, a.session)
	switch {
	case errors.Is(err, errMissing):
		return session{seq, a.actor, a.wrapped}.encode(), nil
	case err != nil:
		return nil, err
	case s.actor != a.actor || !bytes.Equal(s.wrapped, a.wrapped):
		return nil, fmt.Errorf("session %s was changed", a.session)
	}
	return nil, nil
}

// put stores entry seq, the tree's hashes that it completes, and the size in place of the
// one that there was: no two entries have one place.
func put(tx store.Tx, seq int64, entry []byte) error {
	hashes, err := tlog.StoredHashes(seq, entry, hashReader(tx))
	if err != nil {
		return err
	}
	if err := tx.Set(EntryKey(seq), entry); err != nil {
		return err
	}
	for i, h := range hashes {
		if err := tx.Set(hashKey(tlog.StoredHashIndex(0, seq)+int64(i)), h[:]); err != nil {
			return err
		}
	}
	var before []byte
	if seq > 0 {
		before = encodeSize(seq)
	}
	return store.CompareAndSet(tx, []byte(sizeKey), before, encodeSize(seq+1))
}
