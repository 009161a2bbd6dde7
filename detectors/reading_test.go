package detectors

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/sample"
)

// structuredRules are those that files answer by their structure, alone.
var structuredRules = sync.OnceValue(func() *Rules {
	d, err := New(&rules.Set{Rules: []*rules.Rule{builtinRule(rules.ConfigPassword), builtinRule(rules.ConfigSecret)}})
	if err != nil {
		panic(err)
	}
	return d
})

func builtinRule(id string) *rules.Rule {
	all, err := rules.Builtin()
	if err != nil {
		panic(err)
	}
	r, _ := all.Rule(id)
	return r
}

// at is a chunk of a whole text that has a path.
func at(path, text string) *Chunk {
	c := whole(text)
	c.At = place.Place{Kind: place.File, Path: path}
	c.Names = []string{path}
	return c
}

// randomText gives a text of a template that is the same in every run.
func randomText(template string) string {
	text, err := sample.Expand(template, rand.New(rand.NewPCG(3, 5)), nil)
	if err != nil {
		panic(err)
	}
	return text
}

// readingTest is a file, in which what is found stands between ‹ and ›, and what is
// found in it.
type readingTest struct {
	name, path, text string
	want             []string // rule, name, env, confidence and value
}

// runReading compares what is found in files, and where.
func runReading(t *testing.T, d *Rules, tests []readingTest) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, spans := marked(test.text)
			var got []string
			var places []span
			for _, m := range d.Detect(at(test.path, text)).Matches {
				got = append(got, fmt.Sprintf("%s %s %s %s %s", strings.TrimPrefix(m.Rule.ID, "config-"), m.Name, m.Env, m.Confidence, m.Value.Reveal()))
				places = append(places, span{m.Start, m.End})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			places = slices.Compact(places) // one text may hold several
			if diff := cmp.Diff(spans, places, cmp.AllowUnexported(span{})); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

// marked takes the marks out of a text, and gives the spans between them.
func marked(text string) (string, []span) {
	var out strings.Builder
	var spans []span
	for {
		before, rest, found := strings.Cut(text, "‹")
		out.WriteString(before)
		if !found {
			return out.String(), spans
		}
		in, after, _ := strings.Cut(rest, "›")
		spans = append(spans, span{out.Len(), out.Len() + len(in)})
		out.WriteString(in)
		text = after
	}
}

func TestReading(t *testing.T) {
	in64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	key, id := randomText("{alnum:32}"), randomText("{uuid}")
	const password = "Harvest#2931"

	runReading(t, structuredRules(), []readingTest{
		{"password", ".env", "DB_PASSWORD=‹" + password + "›", []string{"password DB_PASSWORD  medium " + password}},
		{"key", ".env", "API_KEY=‹" + key + "›", []string{"secret API_KEY  medium " + key}},
		{"UUID", ".env", "API_KEY=‹" + id + "›", []string{"secret API_KEY  medium " + id}},
		{"random password in quotes", ".env", "DB_PASSWORD='‹" + key + "›'", []string{"password DB_PASSWORD  high " + key}},
		{"stock password", ".env", "DB_PASSWORD=‹postgres›", []string{"password DB_PASSWORD  low postgres"}},
		{"commented out", ".env", "#DB_PASSWORD=‹" + password + "›", []string{"password DB_PASSWORD  low " + password}},
		{"no secret", ".env", "PASSWORD_MIN_LENGTH=12345678\nPORT=5432\nTOKEN=$OTHER", nil},
		{"the path is for others to tell", "deploy/prod/.env", "DB_PASSWORD=‹" + password + "›", []string{"password DB_PASSWORD  medium " + password}},
		{"word in production", "deploy/prod/.env", "DB_PASS=‹orchid›", []string{"password DB_PASS  medium orchid"}},
		{"example of an interface", "openapi.yml", "examples:\n  login:\n    value:\n      token: ‹" + key + "›", []string{"secret token  low " + key}},
		{"environment of a section", "config.yml", "staging:\n  db:\n    password: ‹" + password + "›", []string{"password password staging medium " + password}},
		{"escapes undone", "app.json", `{"password": "‹Harvest\"2931›"}`, []string{`password password  medium Harvest"2931`}},

		// Names and values in pairs.
		{"pair", "app.yml", "env:\n- name: DB_PASSWORD\n  value: ‹" + password + "›\n", []string{"password DB_PASSWORD  medium " + password}},
		{"pair in JSON", "task.json", `{"environment": [{"name": "API_TOKEN", "value": "‹` + key + `›"}]}`, []string{"secret API_TOKEN  medium " + key}},
		{"pair in XML", "web.config", `<add key="ApiKey" value="‹` + key + `›"/>`, []string{"secret ApiKey  medium " + key}},
		{"pair of elements", "core-site.xml", "<property>\n<name>fs.s3a.secret.key</name>\n<value>‹" + key + "›</value>\n</property>", []string{"secret fs.s3a.secret.key  medium " + key}},
		{"pair of CloudFormation", "params.json", `[{"ParameterKey": "DbPassword", "ParameterValue": "‹` + password + `›"}]`, []string{"password DbPassword  medium " + password}},
		{"pair of CloudFormation in YAML", "params.yml", "- ParameterKey: DbPassword\n  ParameterValue: ‹" + password + "›\n", []string{"password DbPassword  medium " + password}},
		{"pair apart", "app.yml", "a:\n  name: DB_PASSWORD\nb:\n  value: " + password + "\n", nil},
		{"pair of a servlet", "web.xml", "<context-param>\n<param-name>jwt.secret</param-name>\n<param-value>‹" + key + "›</param-value>\n</context-param>", []string{"secret jwt.secret  medium " + key}},
		{"value in an object", "parameters.json", `{"adminPassword": {"value": "‹` + password + `›"}}`, []string{"password adminPassword  medium " + password}},
		{"default of a variable", "main.tf", "variable \"db_password\" {\n  default = \"‹" + password + "›\"\n}", []string{"password db_password  medium " + password}},

		{"column", "users.csv", "user,password\nann,‹" + password + "›\n", []string{"password password  medium " + password}},

		// Tables of documents, where a word is no value.
		{"table", "wiki/access.md", "| Host | User | Password |\n|---|---|---|\n| nas | admin | ‹" + password + "› |\n| ci | – | LDAP-login |\n| mail | ann | keepassxc |\n", []string{"password Password  medium " + password}},
		{"table in production", "prod/access.md", "| Host | User | Password |\n|---|---|---|\n| ci | ann | unchanged |\n", nil},
		{"table of values", "incident.md", "| What | Value | State |\n|---|---|---|\n| webhook secret | `‹" + key + "›` | open |\n", []string{"secret webhook secret  medium " + key}},
		{"table of two columns", "access.html", "<table><tr><td>Wi-Fi key<td>‹" + password + "›</table>", []string{"password Wi-Fi key  medium " + password}},
		{"table of settings", "README.md", "| Variable | Meaning | Default |\n|---|---|---|\n| `DB_PASSWORD` | password of the database | *(required)* |\n| `API_TOKEN` | `my-token-2024` | none |\n", nil},

		// Names that take their parent's.
		{"element of a list", "app.yml", "api_tokens:\n- ‹" + key + "›\n", []string{"secret api_token  medium " + key}},
		{"key of something", "app.yml", "jwt:\n  key: ‹" + key + "›\n", []string{"secret jwt_key  medium " + key}},
		{"key with dots", "app.properties", "stripe.api.key=‹" + key + "›\n", []string{"secret stripe.api.key  medium " + key}},
		{"words", "app.ini", "[a]\napi key = ‹" + key + "›\n", []string{"secret api key  medium " + key}},

		// Kubernetes Secrets.
		{"Kubernetes", "secret.yml", "kind: Secret\ndata:\n  password: ‹" + in64(password) + "›\nstringData:\n  api-key: ‹" + key + "›\n",
			[]string{"password password  medium " + password, "secret api-key  medium " + key}},
		{"Kubernetes, the kind last", "secret.yml", "data:\n  password: ‹" + in64(password) + "›\nkind: Secret\n", []string{"password password  medium " + password}},
		{"Kubernetes, another kind", "map.yml", "kind: ConfigMap\ndata:\n  note: " + in64("the words of a text") + "\n---\nkind: Secret\n", nil},
		{"Kubernetes, not base64", "secret.yml", "kind: Secret\ndata:\n  password: <password>\n", nil},
		{"Kubernetes, in JSON", "secret.json", `{"kind": "Secret", "data": {"env-password": "‹` + in64(password+"==") + `›"}}`, []string{"password env-password  medium " + password + "=="}},
		{"Kubernetes, of Docker", "secret.yml", "kind: Secret\ndata:\n  .dockerconfigjson: ‹" + in64(`{"auths":{"a.corp":{"auth":"`+in64("ci:"+password)+`"}}}`) + "›\n", []string{"password password  medium " + password}},

		// Values inside of values.
		{"JSON", ".env", `SETTINGS='{"db": {"password": "‹` + password + `›"}}'`, []string{"password password  medium " + password}},
		{"JSON with escapes", "app.json", `{"db": "‹{\"password\": \"` + password + `\", \"api_key\": \"` + key + `\"}›"}`, []string{"password password  medium " + password, "secret api_key  medium " + key}},
		{"list in JSON", "app.conf", `api_keys = ["‹` + key + `›", "$OTHER"]`, []string{"secret api_key  medium " + key}},
		{"name that says base64", ".env", "DB_PASSWORD_B64=‹" + in64(password) + "›", []string{"password DB_PASSWORD  medium " + password}},
		{"name that says hex", "app.ini", "password_hex = ‹" + fmt.Sprintf("%x", password) + "›", []string{"password password  medium " + password}},
		{"environment in base64", ".env", "CONFIG_BASE64=‹" + in64("DB_USER=a\nDB_PASSWORD="+password) + "›", []string{"password DB_PASSWORD  medium " + password}},
		{"file in a ConfigMap", "map.yml", "kind: ConfigMap\ndata:\n  app.properties: |\n    # settings\n    db.password = ‹" + password + "›\n  app.yaml: |\n    db:\n      password: ‹" + password + "›\n      port: 1\n",
			[]string{"password db.password  medium " + password, "password password  medium " + password}},
		{"users in lines", "main.yml", "token: abcd1234\ncopy:\n  content: |\n    \"ops\" \"‹" + password + "›\"\n    \"app\" \"md5" + randomText("{hex:32}") + "\"\n", []string{"password password  medium " + password}},
		{"users", "userlist.txt", "\"ops\" \"‹" + password + "›\"\n", []string{"password password  medium " + password}},
		{"relay", "sasl_passwd", "[smtp.corp]:587 ci@corp:‹" + password + "›\n", []string{"password password  medium " + password}},
		{"hex with its mark", "app.ini", "client_secret = ‹0x" + randomText("{hex:40}") + "›\ntoken = 0x" + randomText("{hex:40}") + "\n", []string{"secret client_secret  medium 0x" + randomText("{hex:40}")}},
		{"settings in lines", "map.yml", "note: |\n  user = a\n  password = ‹" + password + "›\n", []string{"password password  medium " + password}},
		{"script", "pipeline.yml", "job:\n  script:\n  - export DB_PASSWORD=‹" + password + "›\n", []string{"password DB_PASSWORD  medium " + password}},
		{"script in lines", "steps.yml", "run: |\n  echo\n  export API_KEY=‹" + key + "›\n", []string{"secret API_KEY  medium " + key}},
		{"assignments in a list", "compose.yml", "environment:\n- DB_USER=app\n- DB_PASSWORD=‹" + password + "›\n", []string{"password DB_PASSWORD  medium " + password}},
		{"environment in one value", "unit.service", "[Service]\nEnvironment=DB_PASSWORD=‹" + password + "›\n", []string{"password DB_PASSWORD  medium " + password}},
		{"base64 under a name with env in it", ".env", "INVENTORY_TOKEN=‹" + randomText("{base64:43}") + "=›\n", []string{"secret INVENTORY_TOKEN  medium " + randomText("{base64:43}") + "="}},

		// Logins.
		{"user and password", "app.yml", "basic_auth: ci:‹" + password + "›\n", []string{"password password  medium " + password}},
		{"Basic", "app.yml", "authorization: Basic ‹" + in64("ci:"+password) + "›\n", []string{"password password  medium " + password}},
		{"login in base64", "app.json", `{"auth": "‹` + in64("ci:"+password) + `›"}`, []string{"password password  medium " + password}},
		{"login after a word", "haproxy.cfg", "stats auth ci:‹" + password + "›\nstats uri /a\n", []string{"password password  medium " + password}},
		{"key of a host", "auth.json", `{"bearer": {"git.corp": "‹` + key + `›"}}`, []string{"secret bearer  medium " + key}},
		{"Spring's mark of no hash", "beans.xml", `<user name="a" password="{noop}‹` + password + `›"/>`, []string{"password password  medium " + password}},
		{"binary in YAML", "app.yml", "api_key: !!binary ‹" + randomText("{base64:43}") + "=›\n", []string{"secret api_key  medium " + randomText("{base64:43}") + "="}},
		{"words with dots", "app.json", `{"password": "‹harbor.mist.stones›"}`, []string{"password password  medium harbor.mist.stones"}},
		{"words with spaces", ".my.cnf", "password = ‹harbor mist stones›\n", []string{"password password  medium harbor mist stones"}},
		{"passphrase", "app.yml", "gpg_passphrase: ‹harbor mist stones›\n", []string{"password gpg_passphrase  medium harbor mist stones"}},
		{"Bearer", "app.yml", "authorization: Bearer ‹" + key + "›\n", []string{"secret authorization  medium " + key}},
		{"line of a client", ".smbcredentials", "login = ci:‹" + password + "›\n", []string{"password password  medium " + password}},
		{"client's own name", "a/.docker/config.json", `{"auths": {"a.corp": {"auth": "‹` + in64("ci:"+password) + `›"}}}`, []string{"password password  medium " + password}},

		// What is none.
		{"sealed", "app.yml", "encryptedData:\n  password: " + password + "\napi:\n  secure: " + key + "\n", nil},
		{"vault", "app.yml", "password: !vault " + password + "\n", nil},
		{"default of a reference", "app.yml", "password: ${DB_PASSWORD:-‹" + password + "›}\n", []string{"password password  medium " + password}},
		{"sentence", "app.yml", "password: harbor mist stones\nkey_passphrase: enter the passphrase\n", nil},
		{"members", "app.json", `{"password": "user.credentials.current", "db_password": "config.database.pass"}`, nil},
		{"no default", "app.yml", "password: ${DB_PASSWORD}\ntoken: ${TOKEN:-}\n", nil},
	})
}
