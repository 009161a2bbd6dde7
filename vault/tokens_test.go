package vault

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTokenList(t *testing.T) {
	b := newBench(t)
	b.set("prod", "ONE", "first")
	b.set("prod", "TWO", "second")
	until := b.now.Add(time.Hour)
	job, err := b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"TWO", "ONE", "TWO"}, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.CreateToken(t.Context(), Token{Name: "deploy", Project: "web", Env: "prod"}); err != nil {
		t.Fatal(err)
	}
	if err := b.owner.Retire(t.Context(), "deploy"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Move(t.Context(), Ref{"web", "prod", "ONE"}, Ref{"web", "prod", "UNO"}); err != nil {
		t.Fatal(err)
	}
	want := []Issued{
		{Token: Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"TWO", "UNO"}, Until: until}, By: "olivia"},
		{Token: Token{Name: "deploy", Project: "web", Env: "prod"}, By: "olivia", Gone: true},
	}
	got, err := b.owner.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}

	// Who can't read the environment isn't told what is in it.
	dora, _ := b.person("dora", Developer, "*/dev")
	got, err = dora.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range got[0].Secrets {
		if name == "UNO" || name == "TWO" {
			t.Errorf("dora is told of %s", name)
		}
	}
	var denied *DeniedError
	if _, err := b.session(job.Identity).Tokens(t.Context()); !errors.As(err, &denied) {
		t.Errorf("a machine lists tokens: %v", err)
	}
}

func TestUnused(t *testing.T) {
	b := newBench(t)
	b.set("dev", "KEY", "value")
	dora, _ := b.person("dora", Developer, "*/dev")
	b.person("idris", Reader, "web/*")
	get(t, dora, Ref{"web", "dev", "KEY"}, Which{})
	read := b.now
	b.now = b.now.Add(100 * 24 * time.Hour)
	b.person("new", Reader, "web/dev")
	grants := func(since time.Time) (all []string) {
		unused, err := b.owner.Unused(t.Context(), since)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range unused {
			all = append(all, u.To+" "+u.Pattern.String()+" "+u.Last.Format(time.DateOnly))
			if u.Made.IsZero() || !u.Made.Before(since) {
				t.Errorf("%s: made %s", u.To, u.Made)
			}
		}
		return all
	}
	never := time.Time{}.Format(time.DateOnly)
	if diff := cmp.Diff([]string{"olivia */* " + never, "dora */dev " + read.Format(time.DateOnly), "idris web/* " + never}, grants(b.now.Add(-90*24*time.Hour))); diff != "" {
		t.Errorf("unused for 90 days (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string(nil), grants(read)); diff != "" {
		t.Errorf("unused since the beginning (-want +got):\n%s", diff)
	}
	get(t, dora, Ref{"web", "dev", "KEY"}, Which{})
	if diff := cmp.Diff([]string{"olivia */* " + never, "idris web/* " + never}, grants(b.now.Add(-90*24*time.Hour))); diff != "" {
		t.Errorf("after dora has read (-want +got):\n%s", diff)
	}
	if _, err := dora.Unused(t.Context(), b.now); err == nil {
		t.Error("dora reads the log")
	}
}

func TestCovers(t *testing.T) {
	tests := []struct {
		p, q string
		want bool
	}{
		{"*/*", "web/prod", true},
		{"web/*", "web/prod", true},
		{"web/*", "api/prod", false},
		{"*/dev", "web/dev", true},
		{"*/dev", "web/prod", false},
		{"web/dev", "web/dev", true},
		{"web/dev", "web/*", false},
		{"web/dev", "*/dev", false},
		{"*/*", "*/dev", true},
	}
	for _, tt := range tests {
		p, errP := ParsePattern(tt.p)
		q, errQ := ParsePattern(tt.q)
		if err := errors.Join(errP, errQ); err != nil {
			t.Fatal(err)
		}
		if got := p.Covers(q); got != tt.want {
			t.Errorf("%s covers %s: got %v", p, q, got)
		}
	}
}
