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
		{"deploy.yaml", "secretKeyRef:\n    key: password\n    name: db", "kubernetes db/password", "configMapKeyRef:\n    name: db\n    key: password"},
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

		{"deploy.yaml", "secretKeyRef:\n    name: db", "kubernetes db", "secretKeyRef:\n    name: {{ .Values.name }}"},
		{"deploy.yaml", "env:\n- name: DATABASE_URL\n  valueFrom:\n    secretKeyRef: {name: web, key: url}", "env DATABASE_URL, kubernetes web/url",
			"env:\n- name: DATABASE_URL\n  valueFrom:\n    configMapKeyRef: {name: web, key: url}"},
		{"deploy.yaml", "- name: API_KEY\n  valueFrom:\n    secretKeyRef:\n      name: {{ include \"x\" . }}\n      key: key", "env API_KEY", "- name: API_KEY\n  valueFrom:\n    fieldRef: {}"},
		{"deploy.json", `{"env": [{"name": "API_KEY", "valueFrom": {"secretKeyRef": {"key": "k", "name": "web"}}}]}`, "env API_KEY, kubernetes web/k", `{"secretKeyRef": {}}`},
		{"deploy.yaml", "envFrom:\n- secretRef:\n    name: web", "kubernetes web", "envFrom:\n- configMapRef:\n    name: web"},
		{"secret.yaml", "kind: Secret\nmetadata:\n  name: web\nstringData:\n  API_KEY: x\n  PORT: '1'", "kubernetes web/API_KEY", "kind: ConfigMap\nmetadata:\n  name: web\ndata:\n  API_KEY: x"},
		{"sealed.yaml", "kind: SealedSecret\nmetadata:\n  name: web\nspec:\n  encryptedData:\n    DATABASE_URL: AgB", "kubernetes web/DATABASE_URL", "kind: SealedSecret\nspec: {}"},
		{"external.yaml", "kind: ExternalSecret\nmetadata: {name: a}\nspec:\n  target: {name: web}\n  data:\n  - secretKey: API_KEY\n    remoteRef: {key: prod/web}", "kubernetes web/API_KEY", "kind: ExternalSecret\nspec: {}"},

		{"docker-compose.yml", "services:\n  web:\n    environment:\n    - DATABASE_URL\n    - API_KEY=x", "env DATABASE_URL", "services:\n  web:\n    environment:\n    - PORT"},
		{"compose.yaml", "services:\n  web:\n    environment:\n      DATABASE_URL:\n      PORT:\n", "env DATABASE_URL", "services:\n  web:\n    TOKENS:\n      a: b"},
		{"compose.yaml", "services:\n  web:\n    environment:\n      A: ${DATABASE_URL:?set it}\n      B: $REDIS_URL", "env DATABASE_URL, env REDIS_URL", "services:\n  web:\n    environment:\n      A: ${PORT:?}"},
		{"app/compose.yaml", "services:\n  web:\n    env_file: .env", "env-file app/.env", "services:\n  web:\n    env: .env"},
		{"compose.yaml", "services:\n  web:\n    env_file:\n    - ./a.env\n    - path: /etc/b.env\n      required: false", "env-file /etc/b.env, env-file a.env", "services:\n  env_file: a"},
		{"compose.yaml", "services:\n  web:\n    secrets:\n    - db\n    - source: key\n      target: x\nsecrets:\n  key:\n    environment: OAUTH_TOKEN", "docker db, docker key, env OAUTH_TOKEN", "services: {}\nsecrets:\n  db:\n    file: a"},

		{".gitlab-ci.yml", "script:\n- psql $DATABASE_URL", "env DATABASE_URL", "script:\n- cd $CI_PROJECT_DIR"},
		{".gitlab-ci.yml", "variables:\n  URL: \"$DATABASE_URL\"", "env DATABASE_URL", "variables:\n  URL: \"$database_url\""},
		{".circleci/config.yml", "- run: deploy --token $DEPLOY_TOKEN", "env DEPLOY_TOKEN", "- run: echo $CIRCLE_SHA1"},
		{"deploy.sh", `curl -H "Authorization: $API_TOKEN" "${DATABASE_URL}"`, "env API_TOKEN, env DATABASE_URL", `echo "$password" "${token}"`},
		{"Makefile", "\tpsql $(DATABASE_URL)", "env DATABASE_URL", "\t$(CC) $(password)"},
		{"pod.yaml", `args: ["--dsn=$(DATABASE_URL)"]`, "env DATABASE_URL", `args: ["--port=$(PORT)"]`},
		{"azure-pipelines.yml", "key: $(API_KEY)", "azure-pipelines API_KEY", "key: $(BUILD_ID)"},
		{"ci.yml", "pwsh: deploy $env:DEPLOY_TOKEN", "env DEPLOY_TOKEN", "pwsh: cd $env:HOME"},
		{"application.properties", "spring.datasource.password=${DB_PASSWORD}", "env DB_PASSWORD", "server.port=${PORT}"},

		{"task.json", `{"secrets": [{"name": "DATABASE_URL", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/prod/db"}]}`, "aws-parameter-store /prod/db, env DATABASE_URL", `{"environment": [{"name": "API_KEY", "value": "x"}]}`},
		{"task.yml", "Secrets:\n- Name: API_KEY\n  ValueFrom: !Ref Key", "env API_KEY", "Environment:\n- Name: API_KEY\n  ValueFrom: x"},
		{"task.json", `"arn:aws:secretsmanager:eu-west-1:1:secret:prod/web-AbCdEf:DATABASE_URL::"`, "aws-secrets-manager prod/web-AbCdEf:DATABASE_URL", `"arn:aws:sqs:eu-west-1:1:secret"`},
		{"ecs.tf", `secrets = [{ name = "API_KEY", valueFrom = aws_ssm_parameter.k.arn }]`, "env API_KEY", `environment = [{ name = "API_KEY", value = "" }]`},
		{"main.tf", "password = var.db_password", "terraform db_password", "region = var.region"},
		{"templates/web.yaml", "value: {{ .Values.postgresql.auth.password }}", "helm postgresql.auth.password", "value: {{ .Values.image.tag }}"},
		{"web.service", "EnvironmentFile=-/etc/web/env", "env-file /etc/web/env", "Environment=A=b"},
		{"web.service", "LoadCredentialEncrypted=db_password:/etc/db.cred", "systemd db_password", "LoadModules=x"},

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
		{"a.js", "process.env.DATABASE_URL ?? ''", "env DATABASE_URL", "process.env.BASE_URL"},
		{"a.js", "process.env?.API_KEY; process.env[\"DB_PASS\"]", "env API_KEY, env DB_PASS", "env.API_KEY"},
		{"a.ts", "const { API_KEY, PORT, DATABASE_URL: url = 'x' } = process.env;", "env API_KEY, env DATABASE_URL", "const { API_KEY } = config"},
		{"a.ts", "Bun.env.API_KEY", "env API_KEY", "Bun.env"},
		{"a.py", `environ["DATABASE_URL"]`, "env DATABASE_URL", `environ["SHELL"]`},
		{"a.py", `env.db("DATABASE_URL")`, "env DATABASE_URL", `env.read_env("API_KEY")`},
		{"a.rb", `ENV.fetch "API_KEY"`, "env API_KEY", `ENV.keys`},
		{"a.ex", `System.fetch_env!("API_KEY"); System.get_env("DATABASE_URL")`, "env API_KEY, env DATABASE_URL", `System.halt(0)`},
		{"a.rs", `env!("API_KEY")`, "env API_KEY", `env!("CARGO_PKG_NAME")`},
		{"a.c", `getenv("API_KEY")`, "env API_KEY", `setenv("API_KEY", key, 1)`},
		{"a.cpp", `std::getenv("DB_PASSWORD")`, "env DB_PASSWORD", `std::getenv(name)`},
		{"a.ps1", `$env:API_KEY`, "env API_KEY", `$env:PATH`},
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
