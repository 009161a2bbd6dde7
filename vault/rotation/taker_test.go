package rotation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/vault"
)

// TestTakersAmong wants those who take the value, under whichever of its names, and nobody
// else.
func TestTakersAmong(t *testing.T) {
	prod := vault.Ref{Project: "web", Environment: "prod", Name: "DATABASE_URL"}
	alias := prod
	alias.Name = "DB_URL"
	r := &Record{
		Leak:    vault.Leak{Leaked: vault.Leaked{Name: "url", Env: "prod"}, Refs: []vault.Ref{prod}},
		Sites:   []Site{{Place: place.Place{Kind: place.File, Root: "/src/web", Path: "app/.env"}}},
		aliases: []vault.Ref{alias},
	}
	means := func(env, name string) []vault.Ref { return []vault.Ref{{Project: "web", Environment: env, Name: name}} }
	for _, tt := range []struct {
		name string
		all  []Taker
		want string
	}{
		{"the secret's name", []Taker{{System: "env", Name: "DATABASE_URL"}}, "DATABASE_URL"},
		{"an alias", []Taker{{System: "env", Name: "DB_URL"}}, "DB_URL"},
		{"where it was found", []Taker{{System: "sops", Name: "url"}}, "url"},
		{"another name", []Taker{{System: "env", Name: "REDIS_URL"}, {System: "env"}}, ""},
		{"of the environment", []Taker{{System: "github-actions", Name: "PROD_DATABASE_URL", As: means("prod", "DATABASE_URL")}}, "PROD_DATABASE_URL"},
		{"of another one", []Taker{{System: "github-actions", Name: "DEV_DATABASE_URL", As: means("dev", "DATABASE_URL")}}, ""},
		{"of any", []Taker{{System: "kubernetes", Name: "web/DATABASE_URL", As: means("", "DATABASE_URL")}}, "web/DATABASE_URL"},
		{"all of its object", []Taker{
			{System: "kubernetes", Name: "web"}, {System: "kubernetes", Name: "web/DATABASE_URL", As: means("", "DATABASE_URL")},
			{System: "kubernetes", Name: "worker"}, {System: "docker", Name: "web"},
		}, "web/DATABASE_URL web"},
		{"its file", []Taker{{System: "env-file", Name: "app/.env", Files: []string{"github.com/acme/web/app/.env", "/src/web/app/.env"}}}, "app/.env"},
		{"a file elsewhere", []Taker{{System: "env-file", Name: "app/.env", Files: []string{"/src/shop/app/.env"}}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, one := range r.takersAmong(tt.all) {
				got = append(got, one.Name)
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestTakersAmongMany wants no more of them, and of their places, than a record keeps.
func TestTakersAmongMany(t *testing.T) {
	r := &Record{Leak: vault.Leak{Leaked: vault.Leaked{Name: "KEY"}}}
	var all []Taker
	for i := range 2 * maxTakers {
		all = append(all, Taker{System: fmt.Sprint("system ", i), Name: "KEY", Places: make([]place.Place, 2*maxSites)})
	}
	got := r.takersAmong(all)
	if len(got) != maxTakers || len(got[0].Places) != maxSites || len(all[0].Places) != 2*maxSites {
		t.Errorf("%d takers, with %d places of %d", len(got), len(got[0].Places), len(all[0].Places))
	}
}
