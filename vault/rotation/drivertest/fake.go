package drivertest

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// Fake is a driver whose world is in memory: a list of values that work.
type Fake struct {
	Overlap bool // old and next work at the same time

	mu    sync.Mutex
	works []secret.Value
}

var _ rotation.Driver = (*Fake)(nil)

// NewFake gives a fake in whose world a value works.
func NewFake(overlap bool, value secret.Value) *Fake {
	return &Fake{Overlap: overlap, works: []secret.Value{value}}
}

// Count gives how many values work.
func (f *Fake) Count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.works)
}

// Name implements [rotation.Driver].
func (f *Fake) Name() string { return "fake" }

// Fits implements [rotation.Driver].
func (f *Fake) Fits(secret.Value) error { return nil }

// Prepare implements [rotation.Driver].
func (f *Fake) Prepare(ctx context.Context, old secret.Value) (rotation.Job, error) {
	next, err := vault.Generate(vault.Generator{Kind: "password"})
	return rotation.Job{Next: next, Overlap: f.Overlap, Intent: "a list in memory gets another value"}, errors.Join(err, ctx.Err())
}

// After implements [rotation.Driver].
func (f *Fake) After(j rotation.Job, value secret.Value) (secret.Value, error) {
	if value.Equal(j.Old) {
		return j.Next, nil
	}
	return secret.Value{}, nil
}

// Make implements [rotation.Driver].
func (f *Fake) Make(ctx context.Context, j rotation.Job) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if !f.Overlap {
		f.remove(j.Old)
	}
	if !slices.ContainsFunc(f.works, j.Next.Equal) {
		f.works = append(f.works, j.Next)
	}
	return nil
}

// Works implements [rotation.Driver].
func (f *Fake) Works(ctx context.Context, value secret.Value) provider.Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return provider.Answer{Verdict: provider.Unknown, Why: ctx.Err().Error()}
	case slices.ContainsFunc(f.works, value.Equal):
		return provider.Answer{Verdict: provider.Live, Why: "it is in the list", Host: "memory"}
	}
	return provider.Answer{Verdict: provider.Dead, Why: "it isn't in the list", Host: "memory"}
}

// End implements [rotation.Driver].
func (f *Fake) End(ctx context.Context, j rotation.Job) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(j.Old)
	return ctx.Err()
}

func (f *Fake) remove(value secret.Value) { f.works = slices.DeleteFunc(f.works, value.Equal) }
