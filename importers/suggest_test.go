package importers

import (
	"regexp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

func TestScreaming(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "_": "", "DB_PASSWORD": "DB_PASSWORD", "smtp-pass": "SMTP_PASS", "githubToken": "GITHUB_TOKEN",
		"DBPassword": "DB_PASSWORD", "stripeAPIKey": "STRIPE_API_KEY", "APIKey": "API_KEY", "oauth2Token": "OAUTH2_TOKEN", "S3Bucket": "S3_BUCKET",
		"spring.datasource.password": "SPRING_DATASOURCE_PASSWORD", "a  b--c": "A_B_C", "__x__": "X", "2fa": "2FA", "key1": "KEY1", "iOSKey": "I_OS_KEY",
		"$services[0].key": "SERVICES_0_KEY", "clé": "CL", "пароль": "", "x\x00y": "X_Y", "x\xffy": "X_Y", "a\u202eb": "A_B", "İx": "X",
	} {
		if got := screaming(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestNameOf(t *testing.T) {
	tests := []struct{ parent, name, want string }{
		{"", "token", "TOKEN"},
		{"billing", "token", "BILLING_TOKEN"},
		{"stripe", "secretKey", "STRIPE_SECRET_KEY"},
		{"mail", "smtpPassword", "SMTP_PASSWORD"},
		{"data", "password", "PASSWORD"},
		{"stringData", "password", "PASSWORD"},
		{"production", "password", "PASSWORD"},
		{"token", "token", "TOKEN"},
		{"services", "API_KEY", "API_KEY"},
		{"db", "API_KEY", "API_KEY"},
		{"db", "api_key", "DB_API_KEY"},
		{"billing", "", ""},
		{"", "2captcha", "2CAPTCHA"},
		{"", "42", ""},
		{"", "***", ""},
		{"", strings.Repeat("A", maxName), strings.Repeat("A", maxName)},
		{"", strings.Repeat("A", maxName+1), ""},
		{strings.Repeat("a", maxName), "key", ""},
	}
	for _, tt := range tests {
		if got := nameOf(tt.parent, tt.name); got != tt.want {
			t.Errorf("%.20q of %.20q: got %q, want %q", tt.name, tt.parent, got, tt.want)
		}
	}
}

// TestNamesAreValid shows that whatever a source calls a secret, the vault takes the name.
func TestNamesAreValid(t *testing.T) {
	valid := regexp.MustCompile(`^[A-Z0-9_]{1,256}$`)
	environment := regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,64}$`)
	rapid.Check(t, func(t *rapid.T) {
		item := in(rapid.String().Draw(t, "path"), "")
		item.Name, item.Parent, item.Env = rapid.String().Draw(t, "name"), rapid.String().Draw(t, "parent"), rapid.String().Draw(t, "env")
		if rapid.Bool().Draw(t, "long") {
			item.Name, item.Env = strings.Repeat(item.Name, 300), strings.Repeat(item.Env, 300)
		}
		item.Value = secret.New("value")
		if rapid.Bool().Draw(t, "found") {
			item = foundAt("value", item)[0]
		}
		for _, row := range NewPlan([]Item{item}, options()).Rows {
			for _, target := range row.Targets {
				if !valid.MatchString(target.Name) || !environment.MatchString(target.Env) {
					t.Fatalf("got %s", target.Ref)
				}
			}
		}
	})
}

func TestWithoutEnvironment(t *testing.T) {
	tests := []struct{ name, bare, word string }{
		{"TOKEN", "", ""},
		{"PROD", "", ""},
		{"PROD_TOKEN", "TOKEN", "PROD"},
		{"TOKEN_STAGING", "TOKEN", "STAGING"},
		{"QA_BOT_TOKEN", "BOT_TOKEN", "QA"},
		{"STRIPE_LIVE_KEY", "", ""},
		{"PRE_PROD_TOKEN", "TOKEN", "PRE_PROD"},
		{"TOKEN_PRE_PROD", "TOKEN", "PRE_PROD"},
		{"PRE_PROD", "PRE", "PROD"},
		{"PRODUCT_KEY", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		if bare, word := withoutEnvironment(tt.name); bare != tt.bare || word != tt.word {
			t.Errorf("%s: got %q and %q, want %q and %q", tt.name, bare, word, tt.bare, tt.word)
		}
	}
}

func TestEnvironmentOf(t *testing.T) {
	kind := func(id string) Item {
		return Item{Finding: &scanner.Finding{Rule: &rules.Rule{ID: id}}, At: place.Place{Kind: place.File, Path: "a.py"}}
	}
	archived := in("backup.zip", "A")
	archived.At.Member = "shop/.env.staging"
	rooted := in("staging/.env", "A")
	rooted.At.Root = "/home/ann/prod/shop"
	chat := said("", "")
	chat.At.Path = "prod-alerts"
	tests := []struct {
		name  string
		item  Item
		word  string
		want  string
		why   string
		told  bool
		force string
	}{
		{"its name goes first", in(".env.production", "A").of("staging"), "QA", "dev", "its name", true, ""},
		{"its source", in(".env.production", "A").of("staging"), "", "staging", ".env.production", true, ""},
		{"a source without a place", Item{Env: "Staging"}, "", "staging", "its source", true, ""},
		{"an environment of its own", in("a.json", "A").of("Review / EU"), "", "review-eu", "a.json", true, ""},
		{"no environment at all", in("a.py", "A").of("!!"), "", "prod", "nothing says where it is used, so the fewest get it", false, ""},
		{"a path", in("deploy/prod/app.yml", "A"), "", "prod", "deploy/prod/app.yml", true, ""},
		{"the nearest folder", in("prod/staging/app.yml", "A"), "", "staging", "prod/staging/app.yml", true, ""},
		{"in an archive", archived, "", "staging", "backup.zip!/shop/.env.staging", true, ""},
		{"where somebody keeps all projects", in("/home/ann/prod/shop/app.yml", "A"), "", "prod", "nothing says where it is used, so the fewest get it", false, ""},
		{"the folder of a whole path", in("/srv/shop/staging/app.yml", "A"), "", "staging", "/srv/shop/staging/app.yml", true, ""},
		{"on Windows", in("C:/dev/shop/app.yml", "A"), "", "prod", "nothing says where it is used, so the fewest get it", false, ""},
		{"not where the scan began", rooted, "", "staging", "staging/.env", true, ""},
		{"a chat's channel", chat, "", "prod", "nothing says where it is used, so the fewest get it", false, ""},
		{"a test key", kind("stripe-test-key"), "", "dev", "the kind of the key", true, ""},
		{"a live key", kind("stripe-live-key"), "", "prod", "the kind of the key", true, ""},
		{"a .env file", in("api/.env", "A"), "", "dev", "what .env is for", true, ""},
		{"Docker Compose", in("compose.yaml", "A"), "", "dev", "what compose.yaml is for", true, ""},
		{"the tool's name", in(".gitlab-ci.yml", "A"), "", "prod", "nothing says where it is used, so the fewest get it", false, ""},
		{"as somebody said", in(".env", "A").of("staging"), "QA", "demo", "as you said", true, "demo"},
	}
	for _, tt := range tests {
		p := &Plan{environments: []string{"dev", "staging", "prod"}, force: tt.force}
		env, why, told := p.environmentOf(&tt.item, tt.word)
		if env != tt.want || why != tt.why || told != tt.told {
			t.Errorf("%s: got %q for %q (%t), want %q for %q (%t)", tt.name, env, why, told, tt.want, tt.why, tt.told)
		}
	}
}

func TestOwn(t *testing.T) {
	tests := []struct{ environments, words, want string }{
		{"dev staging prod", "production PROD Live stg preprod ci test local demo", "prod prod prod staging staging dev dev dev demo"},
		{"development Production", "dev prod test staging development", "development Production development staging development"},
		{"dev test qa prod", "test qa ci testing", "test qa test test"},
		{"", "production test review", "prod dev review"},
	}
	for _, tt := range tests {
		p := &Plan{environments: strings.Fields(tt.environments)}
		var got []string
		for word := range strings.FieldsSeq(tt.words) {
			got = append(got, p.own(word))
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.environments, got, tt.want)
		}
	}
}

func TestRankOf(t *testing.T) {
	archived := in("backup.zip", "A")
	archived.At.Member = "shop/.env"
	tests := []struct {
		item Item
		want rank
	}{
		{in(".env", ""), inEnvironmentFile},
		{in("api/.env.production.local", ""), inEnvironmentFile},
		{in("prod.env", ""), inEnvironmentFile},
		{archived, inEnvironmentFile},
		{in(".env.bak", ""), inCode},
		{in("config.json~", ""), inCode},
		{in(".github/workflows/a.yml", ""), inDeployment},
		{in(".gitlab-ci.yml", ""), inDeployment},
		{in("docker-compose.prod.yml", ""), inDeployment},
		{in("deploy/k8s/secret.yaml", ""), inDeployment},
		{in("Jenkinsfile", ""), inDeployment},
		{in("config/app.YAML", ""), inConfiguration},
		{in("terraform.tfvars", ""), inConfiguration},
		{in("main.go", ""), inCode},
		{in("environment.ts", ""), inCode},
		{said("", ""), inChat},
		{in(".env", "").on(1).only(), inHistory},
		{in(".git/config", ""), inHistory},
		{in("sub/.git/COMMIT_EDITMSG", ""), inHistory},
		{Item{Name: "A"}, ofNoSecret},
		{Item{Name: "A", Value: secret.New("a"), Setting: true}, ofNoSecret},
	}
	for _, tt := range tests {
		item := tt.item
		if tt.want != ofNoSecret {
			item = foundAt("a", tt.item)[0]
		}
		if got := rankOf(&item); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.item.At.Name(), got, tt.want)
		}
	}
}

func TestIsEnvironmentFile(t *testing.T) {
	for path, want := range map[string]bool{
		".env": true, "a/.env.local": true, ".ENV": true, ".envrc": true, "prod.env": true, ".dev.vars": true,
		"env": false, "env.py": false, "environment.ts": false, ".environment": false, ".env/config": false, "": false,
	} {
		if got := isEnvironmentFile(path); got != want {
			t.Errorf("%q: got %t, want %t", path, got, want)
		}
	}
}

// TestFindingsHaveAllNames shows that each name of a value in a text is an item.
func TestFindingsHaveAllNames(t *testing.T) {
	v := secret.New("a")
	found := Findings{{Rule: token, Value: v, Fingerprint: v.Fingerprint(), Places: []place.Place{in("database.yml", "").At}, Namings: []scanner.Naming{
		{Name: "password_a", Env: "staging", Also: []scanner.Naming{{Name: "password_a", Env: "prod"}, {Name: "PASSWORD_B", Env: "prod"}}},
	}}}
	items, err := Collect(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a import prod/PASSWORD_A[PASSWORD_B] staging/PASSWORD_A"}
	if diff := gocmp.Diff(want, located(NewPlan(items, options()))); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

// TestSuggestsNoAliases has names that no program asks for: an alias of them would be noise.
func TestSuggestsNoAliases(t *testing.T) {
	p := NewPlan([]Item{leaked("STRIPE_KEY", ".env.production", "a"), leaked("stripe.apiKey", "config.json", "a"), leaked("PAYMENT_KEY", "app.py", "a"), leaked("pay-key", "k8s/production/secret.yaml", "a")}, options())
	if diff := gocmp.Diff([]string{"a import prod/STRIPE_KEY[PAYMENT_KEY PAY_KEY]"}, located(p)); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

// TestSuggestsToLeaveTests has a value that lies in tests alone, and one that doesn't.
func TestSuggestsToLeaveTests(t *testing.T) {
	p := NewPlan([]Item{leaked("A_KEY", "test/client_test.py", "a"), leaked("B_KEY", "test/client_test.py", "b"), leaked("B_KEY", "client.py", "b"), leaked("C_KEY", ".env.test", "c")}, options())
	if diff := gocmp.Diff([]string{"a leave dev/A_KEY", "b import prod/B_KEY", "c import dev/C_KEY"}, located(p)); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}
