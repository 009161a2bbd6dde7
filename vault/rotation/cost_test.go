package rotation

import (
	"fmt"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/vault"
)

// BenchmarkFoldMany reads a log of a thousand sweeps, each of which comes upon other places.
func BenchmarkFoldMany(b *testing.B) {
	l := born(b)
	for i := range 1_000 {
		var places []place.Place
		for j := range 200 {
			places = append(places, at(fmt.Sprintf("%d/%d.txt", i, j)))
		}
		l.add(vault.LeakEvent{Kind: vault.Found, Places: places})
	}
	for b.Loop() {
		Fold(l.Leak, l.now())
	}
}

// BenchmarkObserveConsumers finds out who uses ten thousand values that three read each.
func BenchmarkObserveConsumers(b *testing.B) {
	const many = 10_000
	var records []*Record
	readers := make(map[vault.Ref][]vault.Consumer)
	for i := range many {
		ref := key(fmt.Sprintf("KEY_%d", i))
		records = append(records, &Record{Leak: vault.Leak{Project: "web", Refs: []vault.Ref{ref}}})
		for _, name := range []string{"ann", "bob", "ci"} {
			readers[ref] = append(readers[ref], vault.Consumer{Ref: ref, Principal: name, Program: "secretsweep run", Version: 1})
		}
	}
	for b.Loop() {
		for _, r := range records {
			r.observeConsumers(readers)
		}
	}
}
