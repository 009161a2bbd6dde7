package importers

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/place"
)

// value makes a value for a fixture: its file has but a place for it.
func value(n int) string {
	const letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	text := make([]byte, 24)
	for i := range text {
		text[i] = letters[rng.IntN(len(letters))]
	}
	return string(text)
}

var placeholders = regexp.MustCompile(`\{\{(\w+) (\d)\}\}`)

// render fills in a fixture.
func render(text string) string {
	return placeholders.ReplaceAllStringFunc(text, func(p string) string {
		m := placeholders.FindStringSubmatch(p)
		n, _ := strconv.Atoi(m[2])
		v := value(n)
		switch m[1] {
		case "value":
			return v
		case "begin":
			return v[:5]
		case "base64":
			return base64.StdEncoding.EncodeToString([]byte(v))
		case "sha1":
			sum := sha1.Sum([]byte(v))
			return hex.EncodeToString(sum[:])
		case "entropy":
			return strconv.FormatFloat(judge.Entropy(v), 'f', 6, 32)
		}
		panic("a fixture has " + p)
	})
}

// unrender puts the placeholders back.
func unrender(text string) string {
	for n := 1; n < 10; n++ {
		text = strings.ReplaceAll(text, value(n), "v"+strconv.Itoa(n))
	}
	return text
}

// fixtures renders all fixtures to a folder, and gives their paths in it.
func fixtures(t testing.TB) (folder string, paths []string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "f")
	source := os.DirFS("testdata")
	err := fs.WalkDir(source, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(name, "fuzz/") {
			return err
		}
		text, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		to := []string{name}
		if strings.HasPrefix(name, "src/") {
			to = []string{"gitleaks/" + name, "trufflehog/" + name, "detect-secrets/" + name}
		} else {
			paths = append(paths, name)
		}
		for _, name := range to {
			at := filepath.Join(folder, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
				return err
			}
			if err := os.WriteFile(at, []byte(render(string(text))), 0o600); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return folder, paths
}

// shown writes an item as a line: where it is, its names, its environment, its value and
// what else is known of it.
func shown(item *Item) string {
	s := fmt.Sprintf("%d %s", item.At.Start.Line, item.Name)
	if item.Parent != "" {
		s += " of " + item.Parent
	}
	if item.Env != "" {
		s += " in " + item.Env
	}
	if s += " = " + unrender(item.Value.Reveal()); item.Setting {
		s += " (setting)"
	}
	if item.Note != "" {
		s += " # " + item.Note
	}
	return s
}

func TestFixtures(t *testing.T) {
	want := map[string][]string{
		"dotenv/.env.preview": {
			"2 API_TOKEN in preview = v1", "3 DB_PASSWORD in preview = v2", "4 DATABASE_URL in preview = postgres://app:v3@db.internal/app",
			"5 PORT in preview = 3000",
			"9 SEARCH_URL in preview = https://search:${DB_PASSWORD}@search.internal # refers to other variables, which aren't filled in",
			"10 SIGNING_KEY in preview = -----BEGIN KEY-----\nv5\n-----END KEY-----",
		},
		"ci/.github/workflows/deploy.yml": {
			"4 LOG_LEVEL = debug (setting)", "9 API_TOKEN of deploy-staging in staging = v1", "13 STEP_TOKEN of deploy-staging in staging = v2", "25 API_TOKEN of release in eu-live = v3",
		},
		"ci/.gitlab-ci.yml":       {"5 DEPLOY_TOKEN = v1 # for the registry", "12 API_TOKEN of deploy in production = v2"},
		"ci/.circleci/config.yml": {"7 DB_PASSWORD of test.docker in test = v1", "9 API_TOKEN of test in test = v2"},
		"json/secrets.json": {
			"2 API_TOKEN = v1", "3 host of mail = smtp.internal", "3 password of mail = v2", "3 port of mail = 587",
			"4 key of jwt.signing in staging = v3", "6 WEBHOOK_SECRET in dev = v4 # of the shop", "7 DB_PASSWORD = v5",
			"9 password of databases.0 = v6", "9 password of databases.1 = v7",
		},
		"yaml/secrets.yaml": {
			"2 api_token = v1", "4 password of mail = v2", "7 WEBHOOK_SECRET in production = v3", "8 DB_PASSWORD in production = v4", "10 key = v5\nv6\n",
		},
		"toml/secrets.toml": {"1 api_token = v1", "4 password of mail = v2", "5 port of mail = 587", "9 WEBHOOK_SECRET = v3"},
		"csv/secrets.csv": {
			"2 API_TOKEN in production = v1 # for the shop", "3 DB_PASSWORD in staging = v2 # a, b", "4 SMS_KEY in production =  # in the console",
			"5 PORT = 3000",
		},
		"kubernetes/secrets.yaml": {
			"14 API_TOKEN of shop in shop-staging = v1", "17 DB_PASSWORD of shop in shop-staging = v3", "18 OVERWRITTEN of shop in shop-staging = v4",
			"25 .dockerconfigjson of registry = v5",
		},
		"kubernetes/secrets.json":        {"5 password of a in prod = v1", "6 password of a = v2"},
		"doppler/download.json":          {"2 API_TOKEN in stg = v1", "3 DB_PASSWORD in stg = v2"},
		"doppler/secrets.json":           {"2 API_TOKEN in prd = v1 # of the shop", "3 HIDDEN in prd = "},
		"infisical/export.json":          {"2 API_TOKEN = v1 # of the shop", "3 PASSWORD of mail.out = v2"},
		"infisical/list.json":            {"3 API_TOKEN in dev = v1", "4 HIDDEN in dev = ", "7 MAIL_KEY in staging = v2"},
		"vault/v2.json":                  {"7 API_TOKEN = v1", "7 password of mail = v2"},
		"vault/v1.json":                  {"6 API_TOKEN = v1"},
		"aws-secrets-manager/get.json":   {"5 username of mail in prod = app", "5 password of mail in prod = v1"},
		"aws-secrets-manager/batch.json": {"3 API_TOKEN of shop in staging = v1", "4 signing = v2"},
		"aws-secrets-manager/list.json":  {"3 mail of shop in prod =  # of the shop"},
		"aws-ssm/by-path.json":           {"3 DB_PASSWORD of shop in prod = v1", "4 PORT of shop in prod = 3000"},
		"aws-ssm/get.json":               {"1 API_TOKEN = v1"},
		"github/secrets.json":            {"1 API_TOKEN = ", "2 DB_PASSWORD = "},
		"github/variables.json":          {"1 API_TOKEN = v1", "2 PORT = 3000"},
		"github/api.json":                {"1 API_TOKEN = ", "2 DB_PASSWORD = "},
		"gitlab/variables.json": {
			"2 API_TOKEN in production = v1 # of the shop", "3 HIDDEN = ", "4 REVIEW_KEY in review = v2", "5 PORT = 3000",
		},
		"gitleaks/report.json":             {"2 API_TOKEN = v1", "9  = v4"},
		"gitleaks/redacted.json":           {"2 API_TOKEN = v1", "3 DATABASE_URL = postgres://app:v2@db.internal/app", "4 SMS_KEY = v3"},
		"trufflehog/report.json":           {"2 API_TOKEN = v1", "2  = v5", "7  = https://a:v4@example.com/x"},
		"detect-secrets/.secrets.baseline": {"2 API_TOKEN = v1", "3 DATABASE_URL = postgres://app:v2@db.internal/app"},
	}
	folder, paths := fixtures(t)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(slices.Values(paths))); diff != "" {
		t.Fatalf("fixtures (-want +got):\n%s", diff)
	}
	for _, p := range paths {
		t.Run(p, func(t *testing.T) {
			name := filepath.Join(folder, filepath.FromSlash(p))
			f, err := Open(name, "")
			if err != nil {
				t.Fatal(err)
			}
			if format, _, _ := strings.Cut(p, "/"); f.Format() != format {
				t.Fatalf("it is taken for %s", f.Format())
			}
			items, err := Collect(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i := range items {
				got = append(got, shown(&items[i]))
				if items[i].From != f.Format() {
					t.Errorf("it is from %q", items[i].From)
				}
			}
			if diff := cmp.Diff(want[p], got); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
			checkItems(t, name, f.text, items, f.format)
		})
	}
}

// checkItems checks what holds for the items of all files.
func checkItems(t testing.TB, name string, text []byte, items []Item, f Format) {
	t.Helper()
	if len(items) == 0 || len(items) > maxItems {
		t.Errorf("%d items", len(items))
	}
	lines := strings.Split(string(text), "\n")
	for i := range items {
		item := &items[i]
		if item.Name == "" && item.Finding == nil {
			t.Error("an item has no name")
		}
		if item.Value.IsEmpty() && !slices.Contains([]string{"csv", "doppler", "infisical", "vault", "aws-secrets-manager", "github", "gitlab"}, f.Name) {
			t.Errorf("%s has no value", item.Name)
		}
		if f := item.Finding; f != nil {
			if len(f.Namings) != len(f.Places) || !slices.IsSortedFunc(f.Places, place.Compare) || f.Value.IsEmpty() {
				t.Errorf("%s: its finding is not whole", item.Name)
			}
			if !slices.ContainsFunc(f.Places, func(p place.Place) bool { return place.Compare(p, item.At) == 0 }) {
				t.Errorf("%s isn't at one of its finding's places", item.Name)
			}
			continue
		}
		if want := strings.ReplaceAll(name, "\\", "/"); item.At.Path != want {
			t.Errorf("it lies in %q", item.At.Path)
		}
		s := item.At.Span
		if s.Start.Line < 1 || s.End.Line > len(lines) || s.Start.Compare(s.End) > 0 {
			t.Fatalf("%s lies at %v", item.Name, s)
		}
		got, value := textAt(lines, s), item.Value.Reveal()
		plain, err := base64.StdEncoding.DecodeString(got)
		if err == nil && string(plain) == value || len(got) != len(value) || strings.ContainsAny(got, `\"'&`) || strings.ReplaceAll(got, "\n", " ") == value {
			continue // it is written in another way
		}
		if got != value {
			t.Errorf("%s: another text lies at %v", item.Name, s)
		}
	}
}

// textAt gives the text of a span.
func textAt(lines []string, s place.Span) string {
	cut := func(line, from, to int) string {
		text := lines[line-1]
		for _, c := range [...]*int{&from, &to} {
			at := 0
			for n := *c; n > 0 && at < len(text); n-- {
				_, size := utf8.DecodeRuneInString(text[at:])
				at += size
			}
			*c = at
		}
		return text[from:to]
	}
	const end = 1 << 30
	if s.Start.Line == s.End.Line {
		return cut(s.Start.Line, s.Start.Column-1, s.End.Column)
	}
	text := cut(s.Start.Line, s.Start.Column-1, end)
	for line := s.Start.Line + 1; line < s.End.Line; line++ {
		text += "\n" + lines[line-1]
	}
	return text + "\n" + cut(s.End.Line, 0, s.End.Column)
}

func TestFormatsAreDocumented(t *testing.T) {
	guide, err := os.ReadFile("../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, f := range Formats() {
		if seen[f.Name] || f.About == "" {
			t.Errorf("%s is there twice, or nothing is said of it", f.Name)
		}
		seen[f.Name] = true
		if !strings.Contains(string(guide), "| `"+f.Name+"` |") {
			t.Errorf("docs/import.md doesn't have %s", f.Name)
		}
		if _, err := os.Stat(path.Join("testdata", f.Name)); err != nil {
			t.Errorf("%s has no fixtures", f.Name)
		}
	}
}

func TestCI(t *testing.T) {
	tests := []struct {
		path, text string
		want       []string
	}{
		{"azure-pipelines-deploy.yml", "variables:\n- group: shop\n- name: API_TOKEN\n  value: {{value 1}}\n- name: OTHER\n  value: $(SECRET)\n", []string{"4 API_TOKEN = v1"}},
		{"bitbucket-pipelines.yml", "pipelines:\n  default:\n  - step:\n      deployment: staging\n      script:\n      - pipe: a/b:1\n        variables:\n          API_TOKEN: {{value 1}}\n          PASSED: $PASSED\n", []string{"8 API_TOKEN of pipelines.step = v1"}},
		{".drone.yml", "kind: pipeline\nsteps:\n- name: a\n  environment:\n    API_TOKEN: {{value 1}}\n    OTHER:\n      from_secret: other\n", []string{"5 API_TOKEN = v1"}},
		{".woodpecker/deploy.yaml", "steps:\n  production:\n    environment:\n    - API_TOKEN={{value 1}}\n", []string{"4 API_TOKEN of production in prod = v1"}},
		{".buildkite/pipeline.yml", "env:\n  API_TOKEN: {{value 1}}\nsteps:\n- command: make\n  env: {DB_PASSWORD: '{{value 2}}'}\n", []string{"2 API_TOKEN = v1", "5 DB_PASSWORD = v2"}},
		{"appveyor.yml", "environment:\n  API_TOKEN: {{value 1}}\n  OTHER:\n    secure: {{value 2}}\n", []string{"2 API_TOKEN = v1"}},
		{".cirrus.yml", "env:\n  API_TOKEN: {{value 1}}\n  OTHER: ENCRYPTED[abc]\n", []string{"2 API_TOKEN = v1"}},
		{"codemagic.yaml", "workflows:\n  a:\n    environment:\n      groups:\n      - shop\n      vars:\n        API_TOKEN: {{value 1}}\n", []string{"7 API_TOKEN of workflows.a = v1"}},
		{"buildspec.yml", "version: 0.2\nenv:\n  shell: bash\n  variables:\n    API_TOKEN: {{value 1}}\n  parameter-store:\n    OTHER: /shop/other\n", []string{"3 shell = bash (setting)", "5 API_TOKEN = v1"}},
		{"cloudbuild.yaml", "steps:\n- name: a\n  env:\n  - API_TOKEN={{value 1}}\n  secretEnv: [OTHER]\n", []string{"4 API_TOKEN = v1"}},
		{"docker-compose.staging.yml", "services:\n  web:\n    environment:\n      API_TOKEN: {{value 1}}\n      OTHER: ${OTHER}\n      PASSED:\n  db:\n    environment:\n    - DB_PASSWORD={{value 2}}\n", []string{"4 API_TOKEN of web = v1", "9 DB_PASSWORD of db = v2"}},
		{".gitea/workflows/a.yml", "jobs:\n  a:\n    environment: ${{ inputs.environment }}\n    env:\n      API_TOKEN: {{value 1}}\n", []string{"5 API_TOKEN of a = v1"}},
		{".github/workflows/b.yml", "jobs:\n  a:\n    steps:\n    - env: {DB_TOKEN: {{value 1}}}\n    - env: {DB_TOKEN: {{value 2}}}\n  b:\n    env: {DB_TOKEN: {{value 3}}}\n", []string{"4 DB_TOKEN of a = v1", "5 DB_TOKEN of a = v2", "7 DB_TOKEN of b = v3"}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			f, err := Read(tt.path, strings.NewReader(render(tt.text)), "")
			if err != nil || f.Format() != "ci" {
				t.Fatalf("error %v, or another format", err)
			}
			items, err := Collect(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, show(items)); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
			checkItems(t, tt.path, f.text, items, f.format)
		})
	}
	for _, path := range []string{"config.yml", ".github/dependabot.yml", "workflows/a.yml", ".circleci/run.sh", "values.yaml"} {
		if isCI(path) {
			t.Errorf("%s is taken for a file of a CI system", path)
		}
	}
}
