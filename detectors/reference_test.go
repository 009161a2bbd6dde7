package detectors

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
)

func referencesIn(d *Rules, path, text string) []string {
	c := whole(text)
	c.At = place.Place{Kind: place.File, Path: path}
	c.Names = []string{path}
	var all []string
	for _, r := range d.Detect(c).References {
		all = append(all, r.System+" "+r.Name)
	}
	slices.Sort(all)
	return all
}

// TestReferences has every spelling, and beside it what is nearly one.
func TestReferences(t *testing.T) {
	const workflow = ".github/workflows/ci.yml"
	tests := []struct {
		path, text, want string // "": none
		miss             string
	}{
		{workflow, "token: ${{ secrets.NPM_TOKEN }}", "github-actions NPM_TOKEN", "token: ${{ secrets.GITHUB_TOKEN }}"},
		{workflow, "if: ${{ secrets.A || secrets.B }}", "github-actions A, github-actions B", "run: python -c 'secrets.token_hex(8)'"},
		{workflow, "${{ secrets['DEPLOY'] }}", "github-actions DEPLOY", "${{ inputs['DEPLOY'] }}"},
		{".drone.yml", "password:\n  from_secret: docker_password", "drone docker_password", "from_secrets: docker_password"},
		{".woodpecker.yml", `{"from_secret": "deploy"}`, "woodpecker deploy", `{"from_secret": {}}`},
		{"azure-pipelines.yml", "key: $(apiKey)", "azure-pipelines apiKey", "key: $(Build.BuildId)"},
		{".circleci/config.yml", "jobs:\n- build:\n    context: deploy", "circleci deploy", "context: {}"},
		{".circleci/config.yml", "context:\n  - deploy\n  - \"aws prod\"", "circleci aws prod, circleci deploy", "contexts:\n  - deploy"},
		{"sub/.circleci/a.yml", "context: [deploy, aws]", "circleci aws, circleci deploy", "context:"},
		{"Jenkinsfile", "credentials('docker-hub')", "jenkins docker-hub", "credentials(id)"},
		{"Jenkinsfile", "credentialsId: 'docker-hub'", "jenkins docker-hub", "credentialsId: id"},

		{"values.yaml", "existingSecret: db", "kubernetes db", "existingSecret: \"\""},
		{"ingress.yaml", "secretName: tls-cert", "kubernetes tls-cert", "secretName: {{ .Values.tls }}"},
		{"deploy.yaml", "secretKeyRef:\n    key: password\n    name: db", "kubernetes db", "configMapKeyRef:\n    name: db"},
		{"deploy.json", `"secretRef": {"name": "db"}`, "kubernetes db", `"secretRef": {}`},

		{"app.yml", "vault:secret/data/app#token", "vault secret/data/app#token", "image: vault:1.13"},
		{".gitlab-ci.yml", "vault: production/db/password@ops", "vault production/db/password@ops", "vault: hashicorp/vault"},
		{".env", "A=op://dev vault/stripe/key", "1password dev vault/stripe/key", "A=shop://dev/stripe/key"},
		{"main.tf", "arn:aws:secretsmanager:eu-west-1:1:secret:prod/db-a", "aws-secrets-manager prod/db-a", "arn:aws:s3:::secret"},
		{"cf.yml", "'{{resolve:secretsmanager:prod/db:SecretString:password}}'", "aws-secrets-manager prod/db", "'{{resolve:secretsmanager}}'"},
		{"cf.yml", "'{{resolve:ssm-secure:db:1}}'", "aws-parameter-store db", "'{{resolve:other:db:1}}'"},
		{"serverless.yml", "${ssm:/app/key}", "aws-parameter-store /app/key", "${self:custom.stage}"},
		{"app.py", `"projects/p1/secrets/db/versions/1"`, "google-secret-manager db", `"projects/p1/topics/db"`},
		{"app.json", "@Microsoft.KeyVault(VaultName=v;SecretName=db)", "azure-key-vault db", "@Microsoft.KeyVault()"},
		{"app.json", "https://v.vault.azure.net/secrets/db", "azure-key-vault db", "https://v.vault.azure.net/keys/db"},

		{"vars.yml", "db_password: !vault |", "ansible-vault db_password", "db_password: !unsafe x"},
		{"enc.yaml", "password: ENC[AES256_GCM,data:", "sops password", "mac: ENC[AES256_GCM,data:"},
		{"common.eyaml", "db::pw: >\n  ENC[PKCS7,", "puppet db::pw", "db::pw: >\n  ENC[1]"},

		{"a.js", "process.env.API_KEY", "env API_KEY", "process.env.NODE_ENV"},
		{"a.js", "process.env['API_KEY']", "env API_KEY", "process.env[name]"},
		{"a.ts", "import.meta.env.VITE_API_KEY", "env VITE_API_KEY", "import.meta.url"},
		{"a.py", `os.environ["API_KEY"]`, "env API_KEY", `os.environ["HOME"]`},
		{"a.py", `os.environ.get('API_KEY')`, "env API_KEY", `os.environ.copy()`},
		{"a.py", `os.getenv("API_KEY")`, "env API_KEY", `os.getenv(api_key)`},
		{"A.java", `System.getenv("API_KEY")`, "env API_KEY", `System.getProperty("API_KEY")`},
		{"a.go", `os.LookupEnv("API_KEY")`, "env API_KEY", `os.Lookup("API_KEY")`},
		{"A.cs", `Environment.GetEnvironmentVariable("API_KEY")`, "env API_KEY", `Environment.NewLine`},
		{"a.rb", `ENV["API_KEY"]`, "env API_KEY", `TENV["API_KEY"]`},
		{"a.rb", `ENV.fetch('API_KEY')`, "env API_KEY", `ENV.fetch('PORT')`},
		{"a.php", `$_ENV['API_KEY']`, "env API_KEY", `$_GET['API_KEY']`},
		{"a.php", `env('API_KEY')`, "env API_KEY", `eenv('API_KEY')`},
		{"a.pl", `$ENV{API_KEY}`, "env API_KEY", `$ENV{PATH}`},
		{"a.rs", `std::env::var("API_KEY")`, "env API_KEY", `std::env::args()`},
		{"a.ts", `Deno.env.get("API_KEY")`, "env API_KEY", `Deno.env.set("API_KEY", "")`},
		{"services.yaml", `'%env(string:API_KEY)%'`, "env API_KEY", `'%env(string:APP_HOST)%'`},
		{"compose.yml", "KEY: ${API_KEY:-none}", "env API_KEY", "KEY: ${API_KEY"},
		{".env.local", "KEY=${API_KEY}", "env API_KEY", "KEY=${HOME}"},
		{"a.js", "`x`", "", "`${API_KEY}`"},
		{"ci.yml", "x: y", "", "x: $(apiKey)"},
		{"README.md", "x", "", "${{ secrets.NPM_TOKEN }}"},
	}
	d := compile(t)
	for _, test := range tests {
		if got := strings.Join(referencesIn(d, test.path, test.text), ", "); got != test.want {
			t.Errorf("%s: %s: got %q, want %q", test.path, test.text, got, test.want)
		}
		if got := referencesIn(d, test.path, test.miss); got != nil {
			t.Errorf("%s: %s: got %q, want none", test.path, test.miss, got)
		}
	}
}

// TestReferencesAreNoMatches wants that references are found in text alone, are no
// matches, are owned by one part of a long text, and that no allow is for them.
func TestReferencesAreNoMatches(t *testing.T) {
	all, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	set := &rules.Set{Rules: all.Rules, Allow: []rules.Allow{{StopWords: []string{"API_KEY"}}}}
	d, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	if slow := d.Slow(); len(slow) > 0 {
		t.Errorf("slow: %s", slow)
	}
	text := "a = process.env.API_KEY; b = process.env.API_KEY"
	c := whole(text)
	want := []Reference{
		{System: "env", Name: "API_KEY", Start: 4, End: 23},
		{System: "env", Name: "API_KEY", Start: 29, End: 48},
	}
	if diff := cmp.Diff(Found{Matches: []Match{}, References: want}, d.Detect(c)); diff != "" {
		t.Error(diff)
	}
	c.Whole, c.From, c.To = false, 10, len(text)
	if diff := cmp.Diff(want[1:], d.Detect(c).References); diff != "" {
		t.Error(diff)
	}
	c = whole(text)
	c.Binary = true
	if got := d.Detect(c).References; got != nil {
		t.Errorf("got %v in binary data", got)
	}
}
