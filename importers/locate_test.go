package importers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// foundAt makes items of a value that a sweep found, one for each place.
func foundAt(value string, items ...Item) []Item {
	v := secret.New(value)
	f := &scanner.Finding{Rule: token, Value: v, Carrier: v, Fingerprint: v.Fingerprint()}
	for i := range items {
		item := &items[i]
		item.Finding, item.From = f, FromFindings
		if item.Value.IsEmpty() {
			item.Value = v
		}
		f.Places = append(f.Places, item.At)
		f.Namings = append(f.Namings, scanner.Naming{Name: item.Name, Parent: item.Parent, Env: item.Env, Carrier: item.Value})
	}
	return items
}

// in makes an item with a name in a file on disk. What is after a colon is the name that
// leads to its own.
func in(path, name string) Item {
	parent, own, ok := strings.Cut(name, ":")
	if !ok {
		parent, own = "", name
	}
	return Item{Name: own, Parent: parent, At: place.Place{Kind: place.File, Path: path, WorkTree: true, Head: true}}
}

// of gives an item the environment that its source says.
func (i Item) of(env string) Item { i.Env = env; return i }

// on gives an item the day of the commit or the message that brought it.
func (i Item) on(day int) Item {
	date := time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
	if i.At.Message != nil {
		i.At.Message = &place.Message{Time: date}
	} else {
		i.At.Commit = &place.Version{ID: fmt.Sprint(day), Date: date}
	}
	return i
}

// only makes an item one of old commits alone.
func (i Item) only() Item { i.At.WorkTree, i.At.Head = false, false; return i }

// as gives an item another value, around the one that was found.
func (i Item) as(value string) Item { i.Value = secret.New(value); return i }

// said makes an item in a chat.
func said(name, env string) Item {
	return Item{Name: name, Env: env, At: place.Place{Kind: place.Chat, Path: "general", Message: &place.Message{ID: "1"}}}
}

func kept(env, name, value string) Kept {
	return Kept{Ref: Ref{"web", env, name}, Value: secret.New(value), Current: true}
}

func TestLocate(t *testing.T) {
	tests := []struct {
		name  string
		items [][]Item
		o     func(*Options)
		want  []string // the choice for each value, and where it goes
	}{
		{"environments", [][]Item{
			foundAt("a", in("a.py", "STAGING_TOKEN_A")),
			foundAt("b", in("deploy/staging/app.yml", "B")),
			foundAt("c", in("app.yml", "C").of("staging")),
			foundAt("d", in("app.yml", "D")),
			foundAt("e", in(".env", "E"), in("docker-compose.yml", "E")),
			foundAt("f", in(".env.local", "F_PROD").of("staging")),
		}, nil, []string{
			"a import staging/STAGING_TOKEN_A", "b import staging/B", "c import staging/C", "d import prod/D", "e import dev/E", "f import prod/F_PROD",
		}},
		{"environments that the project calls otherwise", [][]Item{
			foundAt("a", in(".env", "A")),
			foundAt("b", in(".env.prod", "B")),
			foundAt("c", in(".env.test", "C")),
			foundAt("d", in("a.py", "QA_TOKEN")),
			foundAt("e", in("a.py", "E").of("review")),
		}, func(o *Options) { o.Environments = []string{"development", "Production", "test", "qa"} }, []string{
			"a import development/A", "b import Production/B", "c import test/C", "d import qa/QA_TOKEN", "e import review/E",
		}},
		{"all to one environment", [][]Item{
			foundAt("a", in(".env", "A")),
			foundAt("b", in(".env.production", "PROD_A")),
		}, func(o *Options) { o.Env = "sandbox" }, []string{"a import sandbox/A", "b import sandbox/PROD_A"}},
		{"what nothing tells follows another place", [][]Item{
			foundAt("a", in("main.go", "githubToken"), in(".env.staging", "GITHUB_TOKEN"), said("", "")),
		}, nil, []string{"a import staging/GITHUB_TOKEN"}},
		{"one value in two environments", [][]Item{
			foundAt("a", in(".env", "A"), in(".env.staging", "A")),
		}, nil, []string{"a import dev/A staging/A"}},
		{"aliases", [][]Item{
			foundAt("a", in("main.go", "token"), in(".github/workflows/ci.yml", "DEPLOY_TOKEN"), in(".env.production", "TOKEN"), said("", "")),
		}, nil, []string{"a import prod/TOKEN[DEPLOY_TOKEN]"}},
		{"an alias that is another one's name", [][]Item{
			foundAt("a", in("main.go", "OTHER"), in(".env.production", "TOKEN")),
			foundAt("b", in(".env.production", "OTHER")),
		}, nil, []string{"a import prod/TOKEN", "b import prod/OTHER"}},
		{"a password and the URL around it", [][]Item{
			foundAt("a", in(".env", "DATABASE_URL").as("pg://u:a@h"), in("docker-compose.yml", "POSTGRES_PASSWORD")),
			{in(".env", "DATABASE_URL").as("pg://u:a@h")},
		}, nil, []string{"a import dev/DATABASE_URL=pg://u:a@h dev/POSTGRES_PASSWORD"}},
		{"two URLs around one password", [][]Item{
			foundAt("a", in(".env", "DATABASE_URL").as("pg://u:a@h"), in("docker-compose.yml", "DATABASE_URL").as("pg://u:a@db")),
			foundAt("b", in("api/.env", "DATABASE_URL").as("pg://u:b@h/api"), in("web/.env", "DATABASE_URL").as("pg://u:b@h/web")),
		}, nil, []string{
			"a import dev/DATABASE_URL=pg://u:a@h",
			"b import dev/API_DATABASE_URL=pg://u:b@h/api dev/WEB_DATABASE_URL=pg://u:b@h/web",
		}},
		{"a word of the environment is cut off beside another environment's secret", [][]Item{
			foundAt("a", in("a.py", "PROD_TOKEN_A")),
			foundAt("b", in(".env", "TOKEN_A")),
			foundAt("c", in("a.py", "DEV_TOKEN_C")),
			foundAt("d", in("a.py", "D_STAGING")),
			foundAt("e", in("b.py", "PRE_PROD_D")),
			foundAt("f", in("a.py", "D_PROD")),
		}, nil, []string{
			"a import prod/TOKEN_A[PROD_TOKEN_A]", "b import dev/TOKEN_A", "c import dev/DEV_TOKEN_C",
			"d import staging/D[D_STAGING]", "e revoke staging/D(lost)", "f import prod/D[D_PROD]",
		}},
		{"the higher rank wins", [][]Item{
			foundAt("a", in("main.go", "KEY_A").of("staging").on(9)),
			foundAt("b", in("config.json", "KEY_A").of("staging").on(9)),
			foundAt("c", in(".gitlab-ci.yml", "KEY_A").of("staging").on(9)),
			foundAt("d", in(".env.staging", "KEY_A").on(1)),
			foundAt("e", said("KEY_A", "staging")),
		}, nil, []string{
			"a revoke staging/KEY_A(lost)", "b revoke staging/KEY_A(lost)", "c revoke staging/KEY_A(lost)", "d import staging/KEY_A", "e revoke staging/KEY_A(lost)",
		}},
		{"of one rank the newer wins, and what isn't committed is newest", [][]Item{
			foundAt("a", in("a.py", "KEY_A").on(2)),
			foundAt("b", in("b.py", "KEY_A").on(3)),
			foundAt("c", in(".env.staging", "KEY_C").on(3)),
			foundAt("d", in(".env.staging", "KEY_C")),
		}, nil, []string{"a revoke prod/KEY_A(lost)", "b import prod/KEY_A", "c revoke staging/KEY_C(lost)", "d import staging/KEY_C"}},
		{"a file that overrides another one", [][]Item{
			foundAt("a", in(".env", "KEY_A")),
			foundAt("b", in(".env.local", "KEY_A")),
			foundAt("c", in(".env.bak", "KEY_A")),
		}, nil, []string{"a revoke dev/KEY_A(lost)", "b import dev/KEY_A", "c revoke dev/KEY_A(lost)"}},
		{"folders of one repository", [][]Item{
			foundAt("a", in("api/.env", "API_KEY")),
			foundAt("b", in("web/.env", "API_KEY")),
			foundAt("c", in(".env", "OTHER_KEY")),
			foundAt("d", in("web/.env", "OTHER_KEY")),
			foundAt("e", in("api/config/app.yml", "MAIL_KEY")),
			foundAt("f", in("web/config/app.yml", "MAIL_KEY")),
		}, nil, []string{
			"a import dev/API_API_KEY", "b import dev/WEB_API_KEY", "c import dev/OTHER_KEY", "d import dev/WEB_OTHER_KEY",
			"e import prod/API_MAIL_KEY", "f import prod/WEB_MAIL_KEY",
		}},
		{"what leads to a name in one file", [][]Item{
			foundAt("a", in("k8s/x.yaml", "web:DATABASE_URL").of("prod")),
			foundAt("b", in("k8s/x.yaml", "api:DATABASE_URL").of("prod")),
			foundAt("c", in("k8s/x.yaml", "api:DATABASE_URL").of("dev")),
			{in("a.json", "MAIL_KEY").as("d"), in("a.json", "shops.x:MAIL_KEY").as("e")},
			{in("b.json", "users.0:LOGIN_KEY").as("f"), in("b.json", "users.1:LOGIN_KEY").as("g")},
		}, nil, []string{
			"a import prod/WEB_DATABASE_URL", "b import prod/API_DATABASE_URL", "c import dev/DATABASE_URL",
			"d import prod/MAIL_KEY", "e import prod/X_MAIL_KEY", "f import prod/LOGIN_KEY", "g revoke prod/LOGIN_KEY(lost)",
		}},
		{"no names, and names that say nothing", [][]Item{
			foundAt("a", said("", "")),
			foundAt("b", said("", "")),
			foundAt("c", said("", "")),
			foundAt("d", in("a.py", "password")),
			foundAt("e", in("b.py", "password")),
			foundAt("f", in("c.yml", "mail:password")),
			foundAt("g", in(".env.production", "EXAMPLE_TOKEN")),
		}, nil, []string{
			"a revoke prod/EXAMPLE_TOKEN(lost)", "b revoke prod/EXAMPLE_TOKEN(lost)", "c revoke prod/EXAMPLE_TOKEN(lost)",
			"d import prod/PASSWORD", "e import prod/PASSWORD_2", "f import prod/MAIL_PASSWORD", "g import prod/EXAMPLE_TOKEN",
		}},
		{"no names get numbers", [][]Item{
			foundAt("a", said("", "dev").on(2)), foundAt("b", said("", "dev").on(1)), foundAt("c", said("", "")),
		}, nil, []string{"a import dev/EXAMPLE_TOKEN", "b import dev/EXAMPLE_TOKEN_2", "c import prod/EXAMPLE_TOKEN"}},
		{"names that can't be", [][]Item{
			foundAt("a", in(".env", strings.Repeat("LONG_", 60)+"KEY")),
			foundAt("b", in(".env.staging", "пароль")),
			foundAt("c", in(".env", "2CAPTCHA_KEY")),
			foundAt("d", in(".env", "$weird{name}!")),
		}, nil, []string{"a import dev/EXAMPLE_TOKEN", "b import staging/EXAMPLE_TOKEN", "c import dev/2CAPTCHA_KEY", "d import dev/WEIRD_NAME"}},
		{"history", [][]Item{
			foundAt("a", in("a.py", "A").on(1).only()),
			foundAt("b", in("a.py", "B").on(1).only(), in("b.py", "B_NOW")),
			foundAt("c", in(".git/COMMIT_EDITMSG", "C")),
			foundAt("d", in(".git/config", "D"), in("a.py", "D")),
		}, nil, []string{"a revoke", "b import prod/B_NOW", "c revoke", "d import prod/D"}},
		{"settings", [][]Item{
			{{Name: "PORT", Value: secret.New("3000"), Setting: true, At: in(".env", "").At}},
			{{Name: "REDIS_URL", Value: secret.New("redis://localhost"), Setting: true, At: in(".env", "").At}},
			foundAt("r", in("docker-compose.yml", "REDIS_URL").as("redis://:r@redis")),
		}, nil, []string{"3000 leave dev/PORT", "redis://localhost leave dev/REDIS_URL(lost)", "r import dev/REDIS_URL=redis://:r@redis"}},
		{"names without values", [][]Item{
			{{Name: "A", Env: "prod", From: "github"}},
			{{Name: "B", Env: "prod", From: "github"}},
			foundAt("b", in(".env.production", "B")),
			{{Name: "C", Env: "prod", From: "github"}},
		}, func(o *Options) { o.Kept = []Kept{kept("prod", "C", "c")} }, []string{
			" import prod/A", " leave prod/B(lost)", "b import prod/B", " leave prod/C(lost)",
		}},
		{"what the vault has", [][]Item{
			foundAt("a", in(".env", "A")),
			foundAt("b", in(".env", "B")),
			foundAt("c", in(".env", "C")),
			foundAt("d", in("main.go", "token_d").of("dev")),
			foundAt("e", in(".env", "D")),
			foundAt("f", in(".env", "F"), in(".env.staging", "F")),
		}, func(o *Options) {
			o.Kept = []Kept{
				kept("dev", "A", "a"), kept("dev", "B", "other"), {Ref: Ref{"web", "dev", "C"}, Value: secret.New("c")}, kept("dev", "C", "new"),
				kept("dev", "D", "d"), {Ref: Ref{"web", "dev", "F"}, Value: secret.New("f")}, kept("prod", "G", "f"),
			}
		}, []string{
			"a import dev/A", "b revoke dev/B(lost)", "c revoke dev/C(lost)", "d import dev/D[TOKEN_D]", "e revoke dev/D(lost)", "f import dev/F staging/F",
		}},
		{"what the vault has of several folders", [][]Item{
			foundAt("a", in("api/.env", "API_KEY")),
			foundAt("b", in("web/.env", "API_KEY")),
			foundAt("c", in("api/.env", "OTHER_KEY")),
			foundAt("d", in("web/.env", "OTHER_KEY")),
		}, func(o *Options) {
			o.Kept = []Kept{kept("dev", "API_KEY", "b"), kept("dev", "API_OTHER_KEY", "c"), kept("dev", "WEB_OTHER_KEY", "d")}
		}, []string{"a import dev/API_API_KEY", "b import dev/API_KEY", "c import dev/API_OTHER_KEY", "d import dev/WEB_OTHER_KEY"}},
		{"what the vault has gets no other value by a number", [][]Item{
			foundAt("a", said("", "dev").on(2)),
			foundAt("b", said("", "dev").on(1)),
		}, func(o *Options) { o.Kept = []Kept{kept("dev", "EXAMPLE_TOKEN_2", "other")} }, []string{"a import dev/EXAMPLE_TOKEN", "b import dev/EXAMPLE_TOKEN_3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options()
			if tt.o != nil {
				tt.o(&o)
			}
			if diff := gocmp.Diff(tt.want, located(NewPlan(slices.Concat(tt.items...), o))); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

// located says where each row goes.
func located(p *Plan) []string {
	var all []string
	for _, row := range p.Rows {
		text := row.Value.Reveal() + " " + string(row.Choice)
		var targets []string
		for _, t := range row.Targets {
			target := " " + t.Env + "/" + t.Name
			if !t.Value.Equal(row.Value) {
				target += "=" + t.Value.Reveal()
			}
			if len(t.Aliases) > 0 {
				target += fmt.Sprint(t.Aliases)
			}
			if t.Lost {
				target += "(lost)"
			}
			targets = append(targets, target)
		}
		slices.Sort(targets)
		all = append(all, text+strings.Join(targets, ""))
	}
	return all
}

// TestOrder shows that the order of the items makes no difference but to the order of the
// rows, and that no two values get one name.
func TestOrder(t *testing.T) {
	paths := []string{".env", ".env.local", ".env.production", "api/.env", "web/.env", "docker-compose.yml", ".gitlab-ci.yml", "a.py", "b.py", "prod/app.yml", ".git/config"}
	names := []string{"", "A", "A", "PROD_A", "A_STAGING", "password", "mail:password", "B", "EXAMPLE_TOKEN"}
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.IntRange(1, 8).Draw(t, "values")
		var items []Item
		for v := range values {
			var places []Item
			for range rapid.IntRange(1, 4).Draw(t, "places") {
				item := in(rapid.SampledFrom(paths).Draw(t, "path"), rapid.SampledFrom(names).Draw(t, "name")).of(rapid.SampledFrom([]string{"", "", "staging", "qa"}).Draw(t, "env"))
				if day := rapid.IntRange(0, 3).Draw(t, "day"); day > 0 {
					item = item.on(day)
				}
				if rapid.IntRange(0, 4).Draw(t, "whole") == 0 {
					item = item.as(fmt.Sprint("whole ", rapid.IntRange(0, 1).Draw(t, "which"), " of ", v))
				}
				places = append(places, item)
			}
			items = append(items, foundAt(fmt.Sprint("value ", v), places...)...)
		}
		o := options()
		for range rapid.IntRange(0, 2).Draw(t, "kept") {
			o.Kept = append(o.Kept, kept(rapid.SampledFrom(o.Environments).Draw(t, "in"), rapid.SampledFrom([]string{"A", "B"}).Draw(t, "as"), fmt.Sprint("value ", rapid.IntRange(0, 8).Draw(t, "of"))))
		}
		o.Kept = slices.CompactFunc(o.Kept, func(a, b Kept) bool { return a.Ref == b.Ref })
		plan := NewPlan(items, o)
		again := NewPlan(rapid.Permutation(items).Draw(t, "order"), o)
		if diff := gocmp.Diff(sorted(located(plan)), sorted(located(again))); diff != "" {
			t.Fatalf("another order gives another plan:\n%s", diff)
		}
		owner := make(map[Ref]string)
		for _, row := range plan.Rows {
			for _, target := range row.Targets {
				if target.Lost {
					continue
				}
				for _, name := range append([]string{target.Name}, target.Aliases...) {
					ref := Ref{target.Project, target.Env, name}
					if owner[ref] != "" {
						t.Fatalf("%s is there twice:\n%s", ref, strings.Join(located(plan), "\n"))
					}
					owner[ref] = row.Name()
				}
			}
		}
	})
}

func sorted(all []string) []string { slices.Sort(all); return all }

func TestLabels(t *testing.T) {
	tests := []struct{ folders, want string }{
		{"api web", "API WEB"},
		{". web", "- WEB"},
		{"shop shop/web shop/web/x", "- WEB X"},
		{"api/config web/config", "API WEB"},
		{"config web/config", "- WEB"},
		{"a a", "- -"},
		{". .", "- -"},
		{"/ /a", "- A"},
		{"a", "-"},
		{"x/a y/a x/b", "A A B"},
		{"0 1 2b", "- - B"},
	}
	for _, tt := range tests {
		var got []string
		for _, label := range labels(strings.Fields(tt.folders)) {
			got = append(got, cmp.Or(label, "-"))
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.folders, got, tt.want)
		}
	}
}

func BenchmarkNewPlan(b *testing.B) {
	many := func(rows, places int) []Item {
		var items []Item
		for r := range rows {
			var all []Item
			for p := range places {
				all = append(all, in(fmt.Sprintf("service%d/config/app%d.yml", r%50, p), fmt.Sprintf("part%d:KEY_%d_%d", r%7, r%3000, p%3)).on(1+p%20))
			}
			items = append(items, foundAt(fmt.Sprint("value ", r), all...)...)
		}
		return items
	}
	for _, bb := range []struct {
		name         string
		rows, places int
	}{{"10000 rows", 10_000, 3}, {"10000 places", 1, 10_000}, {"a name of 10000 values", 10_000, 1}} {
		items := many(bb.rows, bb.places)
		if bb.places == 1 {
			for i := range items {
				items[i].Name, items[i].At.Path = "password", "a.py"
			}
		}
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				NewPlan(items, options())
			}
		})
	}
}
