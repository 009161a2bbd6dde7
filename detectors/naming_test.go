package detectors

import (
	"cmp"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
)

// TestNaming asks what the structure of a file says of a value, be it a setting or what
// a pattern finds. In the texts § stands for a token, and ¤ for a password.
func TestNaming(t *testing.T) {
	d := withPatterns(t, rule("tok", `tok_\w{16}`), rule("url", `pg://\w+:(?P<value>[\w#]+)@`))
	in64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	tests := []struct {
		name, path, text string
		want             string // name, parent and environment
	}{
		{"a setting", "app.yml", "mail:\n  password: ¤\n", "password mail -"},
		{"a list on the way", "app.yml", "mail:\n- password: ¤\n", "password mail -"},
		{"sections", "app.yml", "production:\n  mail:\n    password: ¤\n", "password mail prod"},
		{"the innermost section", "app.yml", "production:\n  staging:\n    password: ¤\n", "password staging staging"},
		{"a provider's token", "app.json", `{"stripe": {"live": "§"}}`, "live stripe prod"},
		{"a provider's token in a list", "app.json", `{"staging": {"keys": ["§"]}}`, "staging_key keys staging"},
		{"a pair", "app.yml", "staging:\n- name: API_TOKEN\n  value: §\n", "API_TOKEN staging staging"},
		{"a variable with its own name above", "a.tf", "variable \"password\" {\n  default = \"¤\"\n}\n", "password variable -"},
		{"a URL", "app.yml", "staging:\n  database:\n    url: pg://u:¤@h/d\n", "url database staging"},
		{"a second document", "app.yml", "a: 1\n---\nstaging:\n  url: pg://u:¤@h/d\n", "url staging staging"},
		{"in a .env file", "x.env", "DATABASE_URL=pg://u:¤@h/d\n", "DATABASE_URL - -"},
		{"a test's", "tests/app.json", `{"stripe": {"key": "§"}}`, "stripe_key stripe -"},
		{"the path is for others to tell", "prod/app.yml", "mail:\n  password: ¤\n", "password mail -"},

		{"a job by its name", ".github/workflows/a.yml", "jobs:\n  deploy-staging:\n    env:\n      API_TOKEN: §\n", "API_TOKEN env staging"},
		{"a job's environment", ".github/workflows/a.yml", "jobs:\n  go:\n    env:\n      API_TOKEN: §\n    environment: production\n", "API_TOKEN env prod"},
		{"a job's environment with a name", ".gitlab-ci.yml", "go:\n  variables:\n    API_TOKEN: §\n  environment:\n    name: staging\n    url: https://production.corp\n", "API_TOKEN variables staging"},
		{"an environment before the job's name", ".gitlab-ci.yml", "test:\n  variables:\n    API_TOKEN: §\n  environment: prod\n", "API_TOKEN variables prod"},
		{"another job's environment", ".gitlab-ci.yml", "one:\n  environment: prod\ntwo:\n  variables:\n    API_TOKEN: §\n", "API_TOKEN variables -"},
		{"a variable's environment", ".gitlab-ci.yml", "one:\n  environment: $WHERE\n  variables:\n    API_TOKEN: §\n", "API_TOKEN variables -"},
		{"a job's script", ".gitlab-ci.yml", "go:\n  environment: prod\n  script:\n  - export API_TOKEN=§\n", "API_TOKEN go prod"},
		{"no CI system", "app.yml", "go:\n  api_token: §\n  environment: production\n", "api_token go -"},

		{"Kubernetes", "secret.yml", "metadata:\n  name: mail\ndata:\n  password: " + in64("Harvest#2931") + "\nkind: Secret\n", "password mail -"},
		{"Kubernetes, a URL", "secret.yml", "kind: Secret\nmetadata:\n  name: db\ndata:\n  url: " + in64("pg://u:Harvest#2931@h/d") + "\n", "url db -"},
		{"Kubernetes, in plain text", "secret.yml", "kind: Secret\nmetadata:\n  name: mail\nstringData:\n  password: ¤\n", "password mail -"},
		{"a list of Kubernetes", "secret.yml", "items:\n- kind: Secret\n  metadata: {name: a}\n  data: {}\n- kind: Secret\n  metadata: {name: b}\n  stringData:\n    password: ¤\n", "password b -"},
		{"no Secret", "config.yml", "kind: ConfigMap\nmetadata:\n  name: mail\ndata:\n  password: ¤\n", "password data -"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := strings.NewReplacer("§", randomText("tok_{alnum:16}"), "¤", "Harvest#2931").Replace(test.text)
			matches := d.Detect(at(test.path, text)).Matches
			if len(matches) != 1 {
				t.Fatalf("found %v, want one", shown(matches))
			}
			if got := namingOf(&matches[0]); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func namingOf(m *Match) string {
	return cmp.Or(m.Name, "-") + " " + cmp.Or(m.Parent, "-") + " " + cmp.Or(m.Env, "-")
}

// TestProse asks what the sentence before a value says of it, in a chat.
func TestProse(t *testing.T) {
	d := withPatterns(t, rule("tok", `tok_\w{16}`), rule("said", `(?:(?P<name>\w+)(?: is|:)|use) ¤?(Harvest\S+)`))
	tests := []struct{ text, want string }{
		{"the new prod db password is ¤", "password db prod"},
		{"the linear key of the staging bot: §", "- - staging"},
		{"for staging you can use § with sendgrid", "- - staging"},
		{"Prod is done. The key is §", "- - -"},
		{"It is for prod\nkey: §", "- - -"},
		{"staging:\n```\nSTRIPE_KEY=§\n```", "STRIPE_KEY - staging"},
		{"export DIGITALOCEAN_TOKEN=§", "DIGITALOCEAN_TOKEN - -"},
		{"githubToken: §", "githubToken - -"},
		{"the stripe api key: §", "key stripe_api -"},
		{"the stripe API key: §", "key stripe_api -"},
		{"GitHub: §", "- - -"},
		{"the GitHub token: §", "token github -"},
		{"our new token: §", "- - -"},
		{"Mara's password: ¤", "- - -"},
		{"password: ¤", "- - -"},
		{"Mole: §", "- - -"},
		{"Harvest1 password: ¤", "- - -"},
		{"test this: §", "- - -"},
		{"the test key is, as always, §", "- - test"},
		{"not staging but production: §", "- - prod"},
		{"§ is for staging", "- - -"},
		{"\xff\xfe staging §", "- - staging"},
	}
	for _, test := range tests {
		text := strings.NewReplacer("§", randomText("tok_{alnum:16}"), "¤", "Harvest#2931").Replace(test.text)
		c := at("message.md", text)
		c.At.Kind, c.At.Path = place.Chat, "prod-alerts"
		matches := d.Detect(c).Matches
		if len(matches) != 1 {
			t.Errorf("%s: found %v, want one", test.text, shown(matches))
			continue
		}
		if got := namingOf(&matches[0]); got != test.want {
			t.Errorf("%s: got %q, want %q", test.text, got, test.want)
		}
	}
}
