package importers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What can't be imported whole isn't, and the error says where the fault is, and no value.
func TestFaults(t *testing.T) {
	tests := []struct{ name, format, path, text, want string }{
		{"nothing assigned", "dotenv", ".env", "# nothing\n", "1: it has no value to import"},
		{"quotes without end", "dotenv", ".env", "A=x\nB='{{value 1}}\nC=y\n", "2: the quotes of B have no end"},
		{"encrypted", "dotenv", ".env", "A=x\nB=encrypted:{{value 1}}\n", "2: the value of B is encrypted: decrypt the file first"},
		{"encrypted by sops", "dotenv", ".env", "B=ENC[AES256_GCM,data:{{value 1}},type:str]\n", "1: the value of B is encrypted: decrypt the file first"},
		{"two values", "dotenv", ".env", "A={{value 1}}\nB=x\nA={{value 2}}\n", "3: A is there twice, with different values"},
		{"a NUL", "dotenv", ".env", "A={{value 1}}\x00\n", "1: the value of A is binary"},
		{"not UTF-8", "dotenv", ".env", "A={{value 1}}\xff\n", "1: the value of A is binary"},

		{"lines that go on", "dotenv", ".env", "B=x\nA=-----BEGIN KEY-----\n{{value 1}}\n-----END KEY-----\n", "3: it is no assignment; a value of several lines stands in quotes"},
		{"prose", "dotenv", ".env", "A=x\n\n it is {{value 1}}\nB=y\n", "3: it is no assignment; a value of several lines stands in quotes"},
		{"more than quotes", "dotenv", ".env", "A=x\nB=\"{{value 1}}\"y\n", "2: behind the quotes of B stands something else"},
		{"line ends of old", "dotenv", ".env", "A=x\rB={{value 1}}\n", "1: a line ends without a newline"},
		{"a command's word", "dotenv", ".env", "A=$(pass show {{value 1}})\n", "1: it has no value to import"},

		{"references only", "ci", ".gitlab-ci.yml", "variables:\n  A: $B\n", "1: it has no value to import"},
		{"broken YAML", "ci", ".gitlab-ci.yml", "variables:\n  A: x\nword\n", "3: it is no YAML that can be read without guessing"},

		{"cut off", "json", "a.json", "{\n\"A\": \"{{value 1}}\",\n\"B\": \"x", "3: it ends in the middle"},
		{"a comma too many", "json", "a.json", "{\n\"A\": \"{{value 1}}\",\n}", "3: it is no JSON from here on"},
		{"a scalar", "json", "a.json", "{\"A\": \"x\"}\n\"{{value 1}}\"", "2: it is neither a JSON object nor a list"},
		{"a list", "json", "a.json", "{\"A\": [\n\"{{value 1}}\"]}", "2: an element of a list has no name"},
		{"a name twice", "json", "a.json", "{\"A\": \"x\",\n\"A\": \"{{value 1}}\"}", "2: A is there twice"},
		{"a table where a value was", "json", "a.json", "{\"A\": \"x\",\n\"A\": {\"B\": \"{{value 1}}\"}}", "2: A is there twice"},
		{"a table as a value", "json", "a.json", "[{\"name\": \"A\",\n\"value\": {\"B\": \"{{value 1}}\"}}]", "2: the value of A is a table or list"},
		{"names alone", "json", "a.json", "[{\"name\": \"A\"},\n{\"name\": \"{{value 1}}\"}]", "1: A has no value"},
		{"a name without a value", "json", "a.json", "[{\"name\": \"A\", \"value\": \"{{value 1}}\"},\n{\"name\": \"B\"}]", "2: it is no name with a value, as those before it"},
		{"a pair with more", "json", "a.json", "[{\"name\": \"A\", \"value\": \"{{value 1}}\"},\n{\"name\": \"B\", \"value\": \"x\", \"id\": \"y\"}]", "2: it is no name with a value, as those before it"},
		{"a value to fill in", "yaml", "a.yaml", "a: x\nb: {{ .Values.b }}\n", "2: the value of b is filled in by a template"},
		{"one of Ansible", "yaml", "a.yaml", "a: x\nb: \"{{ vault_b }}\"\n", "2: the value of b is filled in by a template"},

		{"no name", "json", "a.json", "{\"\": \"{{value 1}}\"}", "1: a value has no name"},
		{"half a character", "json", "a.json", `{"A": "{{value 1}}\ud800"}`, "1: the value of A has half a character in it"},
		{"a NUL in JSON", "json", "a.json", `{"A": "{{value 1}}\u0000"}`, "1: the value of A is binary"},
		{"deep", "json", "a.json", strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), "1: it is nested more than 32 deep"},
		{"nothing in it", "json", "a.json", "{}", "1: it has no value to import"},

		{"an alias", "yaml", "a.yaml", "a: &x {{value 1}}\nb: *x\n", "2: an alias stands for a value elsewhere: put it here"},
		{"a merge", "yaml", "a.yaml", "a: &x\n  b: {{value 1}}\nc:\n  <<: *x\n", "4: an alias stands for a value elsewhere: put it here"},
		{"a bracket", "yaml", "a.yaml", "a: {b: {{value 1}}\n", "2: a bracket isn't closed"},
		{"quotes", "yaml", "a.yaml", "a: \"{{value 1}}\nb: x\n", "1: what is in quotes has no end"},
		{"a tag", "yaml", "a.yaml", "a: x\nb: !vault {{value 1}}\n", "2: the value of b is marked !vault: what that means isn't known"},
		{"a word", "yaml", "a.yaml", "a: x\n{{value 1}}\n", "2: it is no YAML that can be read without guessing"},

		{"TOML", "toml", "a.toml", "a = \"x\"\nb = {{value 1}}\n", "2: it is no TOML"},

		{"no column", "csv", "a.csv", "what,value\nA,{{value 1}}\n", "1: no column is called name, key or variable"},
		{"values that are called otherwise", "csv", "a.csv", "name,login_password\nA,{{value 1}}\n", "1: no column is called value"},
		{"two columns", "csv", "a.csv", "name,key,value\nA,B,{{value 1}}\n", "1: two columns could be the name"},
		{"a short row", "csv", "a.csv", "name,value\nA,x\n{{value 1}}\n", "3: wrong number of fields"},
		{"a quote", "csv", "a.csv", "name,value\nA,x\"{{value 1}}\n", `2: bare " in non-quoted-field`},
		{"a row without a name", "csv", "a.csv", "name,value\n,{{value 1}}\n", "2: a value has no name"},

		{"not base64", "kubernetes", "a.yaml", "apiVersion: v1\nkind: Secret\ndata:\n  DB_URL: {{value 1}}!\n", "4: the value of DB_URL isn't base64"},
		{"bytes", "kubernetes", "a.yaml", "apiVersion: v1\nkind: Secret\ndata:\n  STORE: /u3+7Q==\n", "4: the value of STORE is binary"},
		{"sealed", "kubernetes", "a.yaml", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData: {A: {{value 1}}}\n", "1: it has no value to import"},
		{"a template", "kubernetes", "a.yaml", "apiVersion: v1\nkind: Secret\n{{- if .x }}\ndata:\n  A: eA==\n", "3: it is no YAML that can be read without guessing"},

		{"a number", "doppler", "a.json", "{\"DOPPLER_PROJECT\": \"a\", \"DOPPLER_CONFIG\": \"b\",\n\"A\": 1}", "2: the value of A is no text"},
		{"no key", "infisical", "a.json", "{\"secrets\": [\n{\"secretValue\": \"{{value 1}}\"}]}", "2: a secret has no key or no value"},
		{"deleted", "vault", "a.json", `{"data": {"data": {"A": "{{value 1}}"}, "metadata": {"created_time": "", "version": 2, "destroyed": true}}}`, "1: the secret was deleted"},
		{"deleted, and not for good", "vault", "a.json", `{"data": {"data": null, "metadata": {"created_time": "", "version": 2, "deletion_time": "2030-01-01T00:00:00Z"}}}`, "1: the secret was deleted"},
		{"not all", "aws-secrets-manager", "a.json", "{\"SecretValues\": [],\n\"Errors\": [{\"SecretId\": \"a\"}]}", "2: not all that was asked for could be had"},
		{"not to the end", "aws-secrets-manager", "a.json", "{\"SecretList\": [{\"Name\": \"a\"}],\n\"NextToken\": \"x\"}", "2: there are more than it lists"},
		{"still encrypted", "aws-ssm", "a.json", "{\"Parameter\": {\"Name\": \"A\", \"Type\": \"SecureString\",\n\"Value\": \"AQICAH" + strings.Repeat("A", 118) + "\"}}", "2: the value of A is encrypted: get it with --with-decryption"},
		{"another type", "aws-ssm", "a.json", `{"Parameter": {"Name": "A", "Type": "Other", "Value": "{{value 1}}"}}`, "1: the type of A isn't known"},
		{"a page", "github", "a.json", `{"total_count": 3, "secrets": [{"name": "A", "created_at": ""}]}`, "1: it has 1 of 3: ask for all, with --paginate"},
		{"a list of others", "github", "a.json", "[\n{\"value\": \"{{value 1}}\"}]", "2: a variable has no name"},
		{"no key of GitLab", "gitlab", "a.json", "[\n{\"value\": \"{{value 1}}\"}]", "2: a variable has no key"},

		{"no leak of gitleaks", "gitleaks", "a.json", "[\n{\"RuleID\": \"a\", \"Secret\": \"{{value 1}}\"}]", "2: it is no leak with RuleID, File, StartLine and Secret"},
		{"no leaks", "gitleaks", "a.json", "[]", "1: it has no leak"},
		{"no result of TruffleHog", "trufflehog", "a.json", `{"Raw": "{{value 1}}"}`, "1: it is no result with DetectorName and SourceMetadata"},
		{"no result of detect-secrets", "detect-secrets", "a.json", `{"results": {"a": [{"hashed_secret": "{{value 1}}"}]}}`, "1: it is no result with type, hashed_secret and line_number"},
	}
	for _, tt := range tests {
		t.Run(tt.format+" "+tt.name, func(t *testing.T) {
			f, err := Read(tt.path, strings.NewReader(render(tt.text)), tt.format)
			if err != nil {
				t.Fatal(err)
			}
			items, err := Collect(t.Context(), f)
			if want := tt.path + ":" + tt.want; err == nil || err.Error() != want {
				t.Errorf("%d items, error %v; want %s", len(items), err, want)
			}
		})
	}
}

// TestDotenv has what is in .env files beside values, and is no fault.
func TestDotenv(t *testing.T) {
	tests := []struct{ name, path, text, want string }{
		{"comments and what is passed on", ".env", "# a comment\n\n  # B=x\nHOME\nexport PATH\r\nA='x' # why\r\n", "6 A = x"},
		{"quotes of three", ".env", "A=\"\"\"x\ny\"\"\"\nB=z\n", "1 A = x\ny, 3 B = z"},
		{"a script", ".envrc", "use flake\nexport A=x\nif true; then\n  B=y\nfi\nexport C=$(pass show c)\n", "2 A = x, 4 B = y"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Read(tt.path, strings.NewReader(tt.text), "")
			if err != nil {
				t.Fatal(err)
			}
			items, err := Collect(t.Context(), f)
			var all []string
			for i := range items {
				all = append(all, shown(&items[i]))
			}
			if got := strings.Join(all, ", "); err != nil || got != tt.want {
				t.Errorf("got %q, error %v; want %q", got, err, tt.want)
			}
		})
	}
}

// A value that is neither in a report nor at its place is missed, not guessed.
func TestReportsRefuseToGuess(t *testing.T) {
	folder := t.TempDir()
	inside := filepath.Join(folder, "in")
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(render(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("outside.env", "A={{value 1}}\n")
	write("in/a.env", "A={{value 1}}\nB={{value 2}} # {{value 3}}\n")
	if err := os.Symlink("../outside.env", filepath.Join(inside, "link.env")); err != nil {
		t.Skip(err)
	}
	report := func(file string, line int, match, entropy string) string {
		return fmt.Sprintf(`{"RuleID": "r", "File": %q, "StartLine": %d, "Match": %q, "Secret": "REDACTED", "Entropy": %s}`, file, line, match, entropy)
	}
	tests := []struct{ name, leak, want string }{
		{"no such file", report("b.env", 1, "A=REDACTED", "0"), "b.env:1: there is no such file"},
		{"outside", report("../outside.env", 1, "A=REDACTED", "0"), "../outside.env:1: it lies outside of the report's folder and of this one"},
		{"outside, by its whole path", report(filepath.ToSlash(filepath.Join(folder, "outside.env")), 1, "A=REDACTED", "0"), ": it lies outside of the report's folder and of this one"},
		{"outside, by a link", report("link.env", 1, "A=REDACTED", "0"), "link.env:1: it can't be read"},
		{"a folder", report(".", 1, "A=REDACTED", "0"), ".:1: it is no file, or a large one"},
		{"no such line", report("a.env", 7, "A=REDACTED", "0"), "a.env:7: nothing in the line can be it"},
		{"another text around it", report("a.env", 1, "C=REDACTED", "0"), "a.env:1: nothing in the line can be it"},
		{"another entropy", report("a.env", 1, "A=REDACTED", "1.5"), "a.env:1: nothing in the line can be it"},
		{"nothing to tell it by", report("a.env", 1, "REDACTED", "0"), "a.env:1: nothing in the line can be it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(inside, "report.json")
			f, err := Read(path, strings.NewReader("[\n"+tt.leak+"]"), "gitleaks")
			if err != nil {
				t.Fatal(err)
			}
			_, err = Collect(t.Context(), f)
			begin := path + ":2: the report doesn't have these values, and they can't be read where they were found:\n\t"
			if err == nil || !strings.HasPrefix(err.Error(), begin) || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("error %v, want …%s", err, tt.want)
			}
		})
	}

	t.Run("many", func(t *testing.T) {
		all := strings.Repeat(report("b.env", 1, "A=REDACTED", "0")+",\n", 29) + report("b.env", 1, "A=REDACTED", "0")
		f, err := Read(filepath.Join(inside, "report.json"), strings.NewReader("["+all+"]"), "gitleaks")
		if err != nil {
			t.Fatal(err)
		}
		_, err = Collect(t.Context(), f)
		if err == nil || strings.Count(err.Error(), "b.env:1:") != 20 || !strings.HasSuffix(err.Error(), "\n\tand 10 more") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a file that has two of them", func(t *testing.T) {
		leak := `{"DetectorName": "X", "Redacted": "***", "Raw": "", "SourceMetadata": {"Data": {"Filesystem": {"file": "a.env", "line": 2}}}}`
		f, err := Read(filepath.Join(inside, "report.json"), strings.NewReader(leak), "trufflehog")
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Collect(t.Context(), f); err == nil {
			t.Error("it guessed")
		}
	})
}

// Of a leak that a report has the value of, the place is in the present if the value is
// still there.
func TestReportsTellWhatIsGone(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "a.env"), []byte(render("# moved\nA={{value 1}}\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	leak := func(n, line int) string {
		return render(fmt.Sprintf(`{"RuleID": "r", "File": "a.env", "StartLine": %d, "Match": "A", "Secret": "{{value %d}}", "Commit": "%040d"}`, line, n, line))
	}
	f, err := Read(filepath.Join(folder, "report.json"), strings.NewReader("["+leak(1, 1)+","+leak(1, 2)+","+leak(2, 1)+"]"), "gitleaks")
	if err != nil {
		t.Fatal(err)
	}
	items, err := Collect(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 3 || items[0].Finding != items[1].Finding || len(items[0].Finding.Places) != 2 {
		t.Fatalf("%d items, %d places of one value", len(items), len(items[0].Finding.Places))
	}
	for i, live := range []bool{true, true, false} {
		if items[i].At.Live() != live {
			t.Errorf("item %d: live is %v", i, !live)
		}
	}
	if items[1].Name != "A" || items[2].Finding.Live() {
		t.Errorf("it is called %q", items[1].Name)
	}
}

func TestManyItems(t *testing.T) {
	var text strings.Builder
	for i := range maxItems + 1 {
		fmt.Fprintf(&text, "A%d=x\n", i)
	}
	f, err := Read(".env", strings.NewReader(text.String()), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Collect(t.Context(), f); err == nil || err.Error() != ".env:100001: it has more than 100000 values" {
		t.Errorf("error %v", err)
	}
}

func TestDotenvEnvironment(t *testing.T) {
	tests := map[string]string{
		".env": "", "a/.env": "", ".env.production": "production", ".env.production.local": "production", ".env.local": "local",
		".env.preview": "preview", ".env.example": "", ".env.staging.sample": "", "staging.env": "staging", "api.env": "",
		"env/preview/.env": "preview", `envs\Prod\.env`: "prod", "config/web/.env": "",
	}
	for path, want := range tests {
		if got := dotenvEnvironment(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestManual(t *testing.T) {
	item := Manual("SMS_KEY", "prod", "of the phone")
	if item.Name != "SMS_KEY" || item.Env != "prod" || item.Note != "of the phone" || item.From != FromHand || !item.Value.IsEmpty() {
		t.Errorf("it is %+v", item)
	}
	plan := NewPlan([]Item{item}, Options{Project: "shop"})
	if row := plan.Rows[0]; row.Choice != Import || row.Targets[0].Ref != (Ref{"shop", "prod", "SMS_KEY"}) {
		t.Errorf("%s goes to %v", row.Choice, row.Targets)
	}
}

func TestKeyValueList(t *testing.T) {
	f, err := Read("names.json", strings.NewReader(`["db", "folder/", "mail"]`), "vault")
	if err != nil {
		t.Fatal(err)
	}
	items, err := Collect(t.Context(), f)
	if err != nil || len(items) != 2 || items[0].Name != "db" || items[1].Name != "mail" || !items[0].Value.IsEmpty() {
		t.Errorf("%d items, error %v", len(items), err)
	}
}

func TestIsSetting(t *testing.T) {
	tests := []struct {
		name, value string
		want        bool
	}{
		{"PORT", "3000", true}, {"LOG_LEVEL", "debug", true}, {"NODE_ENV", "production", true}, {"BASE_URL", "https://example.com/a", true},
		{"DATABASE_URL", "postgres://db:5432/app", true}, {"DATABASE_URL", "postgres://app:x@db:5432/app", false},
		{"CONNECTION", "Server=db;Password=x", false}, {"DB_PASSWORD", "x", false}, {"API_KEY", "x", false},
		{"ANYTHING", value(1), false}, {"CERTIFICATE", "a\nb", false},
	}
	for _, tt := range tests {
		if got := isSetting(tt.name, tt.value); got != tt.want {
			t.Errorf("%s=%s: %v", tt.name, tt.value, got)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"UTF-16":             {"\xff\xfe{\x00}\x00", "a.json:1: it is UTF-16: save it as UTF-8"},
		"UTF-16, big-endian": {"\xfe\xff\x00{\x00}", "a.json:1: it is UTF-16: save it as UTF-8"},
		"large":              {strings.Repeat(" ", maxFile+1), "a.json: it is larger than 64 MB"},
	} {
		if _, err := Read("a.json", strings.NewReader(tt.text), ""); err == nil || err.Error() != tt.want {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
