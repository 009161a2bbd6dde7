package main

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/vault"
)

// TestImportMany imports as many findings as there may be, in one act, and shows that the next
// plan of the same finds nothing to do.
func TestImportMany(t *testing.T) {
	const many = 10_000
	u := newPerson(t)
	sh := u.shell(nil, io.Discard, io.Discard)
	v := vaultFlags{dir: u.dir}
	d, err := v.open(t.Context(), sh)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if d.close(t.Context(), &err); err != nil {
			t.Error(err)
		}
	}()
	in, err := newIntake(sh, d, "web", nil)
	if err != nil {
		t.Fatal(err)
	}
	items := make([]importers.Item, many)
	for i := range items {
		items[i] = foundItem(i)
	}

	start := time.Now()
	plan, err := in.plan(t.Context(), items, "")
	if err != nil {
		t.Fatal(err)
	}
	plan.Agree(plan.Rows...)
	planned := time.Since(start)
	batch := plan.Batch(in.access())
	if err := in.take(t.Context(), batch, "many"); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d findings: planned in %v, written in %v", many, planned, time.Since(start)-planned)

	if len(batch.Secrets) != many || len(batch.Leaks) != many {
		t.Errorf("%d secrets and %d leaks in the batch, want %d of each", len(batch.Secrets), len(batch.Leaks), many)
	}
	listed, err := in.List(t.Context(), "web", "prod")
	if err != nil || len(listed) != many {
		t.Errorf("%d secrets in the vault, want %d, %v", len(listed), many, err)
	}
	for _, i := range []int{0, many / 2, many - 1} {
		got, err := in.Get(t.Context(), vault.Ref{Project: "web", Environment: "prod", Name: items[i].Name}, vault.Which{})
		if err != nil || !got.Value.Equal(items[i].Value) {
			t.Errorf("%s has another value, %v", items[i].Name, err)
		}
	}
	again, err := in.plan(t.Context(), items, "")
	if err != nil {
		t.Fatal(err)
	}
	if b := again.Batch(in.access()); len(b.Secrets)+len(b.Leaks) > 0 {
		t.Errorf("%d secrets and %d leaks would be written again", len(b.Secrets), len(b.Leaks))
	}
}

// foundItem is a finding that is to be imported to web/prod.
func foundItem(i int) importers.Item {
	name := fmt.Sprintf("KEY_%05d", i)
	value := secret.New(fmt.Sprintf("value-%05d-of-many", i))
	at := place.Place{Kind: place.File, Path: fmt.Sprintf("services/s%03d/.env.production", i%500), Span: place.Span{Start: place.Position{Line: i/500 + 1, Column: 1}}, Head: true}
	f := &scanner.Finding{
		Rule: &rules.Rule{ID: "generic-key", Description: "A key"}, Severity: rules.High, Value: value, Carrier: value, Fingerprint: value.Fingerprint(),
		Places: []place.Place{at}, Namings: []scanner.Naming{{Name: name, Carrier: value}},
	}
	return importers.Item{Name: name, Env: "prod", Value: value, Finding: f, From: importers.FromFindings, At: at}
}
