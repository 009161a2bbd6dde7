package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/secretsweep/secretsweep/vault"
)

// A long log is written as it is read.
func TestActWriterStreams(t *testing.T) {
	for _, format := range []string{"table", "json", "jsonl"} {
		var out bytes.Buffer
		w, err := newActWriter(format, &out)
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for seq := range int64(100_000) {
			before := out.Len()
			if err := w.write(vault.Logged{Seq: seq, Principal: "alice\x1b[31m"}); err != nil {
				t.Fatal(err)
			}
			if out.Len() == before {
				most = max(most, w.out.Buffered())
			}
		}
		if err := w.end(); err != nil || most > w.out.Size() || w.n != 100_000 {
			t.Errorf("%s: %d bytes were held, %v", format, most, err)
		}
		if bytes.ContainsRune(out.Bytes(), 0x1b) {
			t.Errorf("%s: a control character was written", format)
		}
		var all []actView
		if err := json.Unmarshal(out.Bytes(), &all); format == "json" && (err != nil || len(all) != 100_000 || all[99_999].Entry != 99_999) {
			t.Errorf("%s: %d acts, %v", format, len(all), err)
		}
	}
}

func TestRing(t *testing.T) {
	for limit := 1; limit < 6; limit++ {
		for n := range int64(12) {
			r := ring{limit: limit}
			for seq := range n {
				_ = r.add(vault.Logged{Seq: seq})
			}
			all := r.all()
			if len(all) != min(limit, int(n)) {
				t.Fatalf("limit %d of %d: %d", limit, n, len(all))
			}
			for i, l := range all {
				if want := n - int64(len(all)) + int64(i); l.Seq != want {
					t.Errorf("limit %d of %d: at %d is entry %d, want %d", limit, n, i, l.Seq, want)
				}
			}
		}
	}
}
