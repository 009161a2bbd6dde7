package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

// treeHash is the hash of a tree as RFC 6962, section 2.1, defines it.
func treeHash(leaves [][]byte) audit.Hash {
	switch len(leaves) {
	case 0:
		empty, _ := tlog.TreeHash(0, nil)
		return empty
	case 1:
		return tlog.RecordHash(leaves[0])
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(treeHash(leaves[:k]), treeHash(leaves[k:]))
}

// TestModel appends random acts in transactions of which some fail. The log is what a
// list of acts is, each of its heads is continued by each later one, and each entry is in
// each head that is large enough.
func TestModel(t *testing.T) {
	errFail := errors.New("fails")
	acts := rapid.Custom(func(t *rapid.T) audit.Act {
		return audit.Act{Verb: rapid.SampledFrom([]string{"get", "set"}).Draw(t, "verb"), Name: rapid.StringN(0, 8, -1).Draw(t, "name"), Version: rapid.IntRange(0, 3).Draw(t, "version"), Allowed: rapid.Bool().Draw(t, "allowed")}
	})
	rapid.Check(t, func(t *rapid.T) {
		f := newFixture(t, 3)
		opener := f.log.Opener(f.auditor)
		var model []audit.Act
		heads := []audit.Head{f.head(t)}
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			if rapid.IntRange(0, 4).Draw(t, "a new session") == 0 {
				actor := rapid.SampledFrom([]audit.ID{{1}, {2}, {3}}).Draw(t, "actor")
				f.appenders = append(f.appenders, f.session(t, actor))
			}
			batch := rapid.SliceOfN(acts, 1, 4).Draw(t, "acts")
			fails := rapid.IntRange(0, 3).Draw(t, "fails") == 0
			err := f.store.Update(t.Context(), func(tx store.Tx) error {
				for i, act := range batch {
					by := rapid.SampledFrom(f.appenders).Draw(t, "by")
					value := fmt.Append(nil, i, act.Name)
					e, err := by.Append(tx, act, []audit.Write{{Key: []byte("r"), Hash: audit.HashOf(value)}})
					if err != nil {
						return err
					}
					if e.Seq != int64(len(model)+i) || !e.Vouches([]byte("r"), value) {
						t.Fatalf("entry %d came after %d", e.Seq, len(model)+i)
					}
				}
				if fails {
					return errFail
				}
				return nil
			})
			switch {
			case fails && errors.Is(err, errFail):
			case err != nil:
				t.Fatal(err)
			default:
				model = append(model, batch...)
				heads = append(heads, f.head(t))
			}
		}
		entries := f.entries(t)
		for i, h := range heads {
			if h.Root != treeHash(entries[:h.Size]) {
				t.Fatalf("head %d isn't that of its %d entries", i, h.Size)
			}
		}
		f.view(t, func(r store.Reader) error {
			for i, old := range heads {
				for _, now := range heads[i:] {
					if err := f.log.Consistent(r, old, now); err != nil {
						t.Fatal(err)
					}
				}
			}
			for seq, want := range model {
				e, err := f.log.Entry(r, int64(seq))
				if err != nil {
					return err
				}
				for _, h := range heads {
					if err := f.log.Includes(r, h, e); (err == nil) != (e.Seq < h.Size) {
						t.Fatalf("entry %d in a log of %d: %v", seq, h.Size, err)
					}
				}
				got, err := opener.Open(r, e)
				if err != nil {
					return err
				}
				want.Time = want.Time.UTC()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("act %d (-want +got):\n%s", seq, diff)
				}
			}
			return nil
		})
		from := rapid.IntRange(0, len(model)).Draw(t, "from")
		h, right, problems := f.walk(t, int64(from))
		if len(problems) > 0 || len(right) != len(model)-from || h != heads[len(heads)-1] {
			t.Fatalf("a walk from %d of %d: right are %v, problems %v", from, len(model), right, problems)
		}
	})
}

func TestAppendRefuses(t *testing.T) {
	f := newFixture(t, 1)
	many := make([]audit.Write, 20_000)
	for i := range many {
		many[i] = audit.Write{Key: fmt.Append(nil, "a long enough key of a record ", i)}
	}
	tests := []struct {
		name   string
		act    audit.Act
		writes []audit.Write
	}{
		{"an empty key", audit.Act{}, []audit.Write{{}}},
		{"a long key", audit.Act{}, []audit.Write{{Key: make([]byte, store.MaxKey+1)}}},
		{"a key twice", audit.Act{}, []audit.Write{{Key: []byte("k"), Deleted: true}, {Key: []byte("j")}, {Key: []byte("k")}}},
		{"a hash of nothing", audit.Act{}, []audit.Write{{Key: []byte("k"), Hash: [32]byte{1}, Deleted: true}}},
		{"more writes than fit", audit.Act{}, many},
		{"a long act", audit.Act{Detail: string(bytes.Repeat([]byte{'x'}, 64<<10))}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := f.store.Update(t.Context(), func(tx store.Tx) error {
				if _, err := f.appenders[0].Append(tx, tt.act, tt.writes); err == nil {
					t.Error("it was appended")
				}
				return nil // what was refused has left nothing
			})
			if err != nil {
				t.Fatal(err)
			}
			f.view(t, func(r store.Reader) error {
				for pair := range r.Scan(nil) {
					t.Errorf("left behind: key %x", pair.Key)
				}
				return nil
			})
		})
	}
	f.fill(t, 1)
	f.set(t, sessionKey(f, t, 0), f.get(t, numberKey('e', 0)))
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		_, err := f.appenders[0].Append(tx, audit.Act{}, nil)
		return err
	})
	if err == nil {
		t.Error("an entry was appended that no auditor could open")
	}
}

func TestManyWrites(t *testing.T) {
	f := newFixture(t, 1)
	var writes []audit.Write
	for i := range 10_000 {
		writes = append(writes, audit.Write{Key: fmt.Append(nil, "record/", i), Hash: audit.HashOf(fmt.Append(nil, i))})
	}
	slices.Reverse(writes)
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		_, err := f.appenders[0].Append(tx, audit.Act{Verb: "import"}, writes)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	e := f.entry(t, 0)
	for i := range 10_000 {
		if !e.Vouches(fmt.Append(nil, "record/", i), fmt.Append(nil, i)) {
			t.Fatalf("write %d isn't vouched for", i)
		}
	}
}

// TestWalkLong walks a log that is read in several parts, with some of it damaged and some
// missing.
func TestWalkLong(t *testing.T) {
	f := newFixture(t, 3)
	f.fill(t, 900)
	unsigned := []int64{0, 1, 253, 510, 899}
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		for _, seq := range []int64{254, 255, 256, 600} {
			if err := tx.Delete(audit.EntryKey(seq)); err != nil {
				return err
			}
		}
		if err := tx.Set(audit.EntryKey(300), []byte("damaged")); err != nil {
			return err
		}
		for _, seq := range unsigned {
			entry, err := tx.Get(audit.EntryKey(seq))
			if err != nil {
				return err
			}
			entry = bytes.Clone(entry)
			entry[len(entry)-1] ^= 1 // of its signature
			if err := tx.Set(audit.EntryKey(seq), entry); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, right, problems := f.walk(t, 0)
	var want []int64
	for seq := range int64(900) {
		if (seq < 254 || seq > 256) && seq != 300 && seq != 600 && !slices.Contains(unsigned, seq) {
			want = append(want, seq)
		}
	}
	if diff := cmp.Diff(want, right); diff != "" {
		t.Errorf("right entries (-want +got):\n%s", diff)
	}
	for _, seq := range unsigned {
		if got := problems[seq]; len(got) == 0 || !strings.Contains(got[0], "not signed by") {
			t.Errorf("entry %d, whose signature is wrong: %q", seq, got)
		}
		delete(problems, seq)
	}
	if diff := cmp.Diff([]int64{254, 300, 600}, slices.Sorted(maps.Keys(problems))); diff != "" {
		t.Errorf("entries with problems (-want +got):\n%s", diff)
	}
}

func TestWalkEnds(t *testing.T) {
	f := newFixture(t, 1)
	f.fill(t, 3)
	f.view(t, func(r store.Reader) error {
		enough := errors.New("enough")
		visited := 0
		_, err := f.log.Walk(r, 0, f.keyOf, func(audit.Entry) error { visited++; return enough }, func(int64, error) {})
		if !errors.Is(err, enough) || visited != 1 {
			t.Errorf("visited %d entries: %v", visited, err)
		}
		if _, err := f.log.Walk(r, 4, f.keyOf, nil, nil); err == nil {
			t.Error("walked from beyond the end")
		}
		return nil
	})
	f.signing = nil
	if _, right, problems := f.walk(t, 0); len(right) != 0 || len(problems) != 3 {
		t.Errorf("without keys: right are %v, problems %v", right, problems)
	}
}

func TestAppendAfterClose(t *testing.T) {
	f := newFixture(t, 1)
	f.fill(t, 1)
	f.appenders[0].Close()
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		_, err := f.appenders[0].Append(tx, audit.Act{}, nil)
		return err
	})
	if err == nil {
		t.Error("appended, sealed with no key")
	}
}
