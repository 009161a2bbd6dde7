package detectors

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/format"
)

func TestFileOf(t *testing.T) {
	tests := []struct {
		paths []string
		read  format.Reader
		role  role
	}{
		{nil, nil, configures},
		{[]string{"README.md"}, format.Pipes, tells},
		{[]string{"docs/faq.html"}, format.HTMLTables, tells},
		{[]string{"src/main.go"}, nil, configures},
		{[]string{".env"}, format.Dotenv, configures},
		{[]string{".env.production"}, format.Dotenv, configures},
		{[]string{"app/prod.env"}, format.Dotenv, configures},
		{[]string{".dev.vars"}, format.Dotenv, configures},
		{[]string{".flaskenv"}, format.Dotenv, configures},
		{[]string{"env.list"}, format.Dotenv, configures},
		{[]string{"environment.json"}, format.JSON, configures},
		{[]string{"Chart/VALUES.YAML"}, format.YAML, configures},
		{[]string{"config/database.yml.erb"}, format.YAML, configures},
		{[]string{"settings.json.j2"}, format.JSON, configures},
		{[]string{"docs/examples/README.md"}, format.Pipes, exemplifies},
		{[]string{"settings.json.j2.bak"}, nil, configures},
		{[]string{"a/terraform.tfvars"}, format.HCL, configures},
		{[]string{"users.tsv"}, format.CSV, configures},
		{[]string{"Dockerfile"}, format.Dockerfile, configures},
		{[]string{"Dockerfile.prod"}, format.Dockerfile, configures},
		{[]string{"Containerfile"}, format.Dockerfile, configures},
		{[]string{"app.dockerfile"}, format.Dockerfile, configures},
		{[]string{"app/settings.py"}, format.Source, configures},
		{[]string{"app/prod_settings.py"}, format.Source, configures},
		{[]string{"app/config.rb"}, format.Source, configures},
		{[]string{"app/models.py"}, nil, configures},
		{[]string{"Jenkinsfile"}, format.Source, configures},
		{[]string{"wp-config.php"}, format.Source, configures},
		{[]string{"home/.zsh_history"}, format.Shell, configures},
		{[]string{".pgpass"}, format.Pgpass, keeps},
		{[]string{".netrc"}, format.Netrc, keeps},
		{[]string{".git-credentials"}, format.GitCredentials, keeps},
		{[]string{".npmrc"}, format.INI, keeps},
		{[]string{"config/master.key"}, readWhole, keeps},
		{[]string{"var/lib/iwd/home.psk"}, readWhole, keeps},
		{[]string{"redis.conf"}, format.Directives, keeps},
		{[]string{"app.conf"}, readConf, configures},

		// The folder tells which of the files of a name it is.
		{[]string{".aws/credentials"}, format.INI, keeps},
		{[]string{".cargo/credentials"}, format.TOML, keeps},
		{[]string{"home/.gem/credentials"}, format.YAML, keeps},
		{[]string{"credentials"}, nil, configures},
		{[]string{".kube/config"}, format.YAML, keeps},
		{[]string{"repo/.git/config"}, format.INI, configures},
		{[]string{"src/config"}, nil, configures},
		{[]string{".docker/config.json"}, format.JSON, keeps},
		{[]string{"src/config.json"}, format.JSON, configures},

		// Examples, documentation and tests.
		{[]string{".env.example"}, format.Dotenv, exemplifies},
		{[]string{"tests/fixtures/app.yml"}, format.YAML, exemplifies},
		{[]string{"vendor/lib/app.yml"}, format.YAML, exemplifies},
		{[]string{"config.sample.json"}, format.JSON, exemplifies},
		{[]string{"contest/app.yml"}, format.YAML, configures},
		{[]string{"latest/app.yml"}, format.YAML, configures},

		// Of many paths, the first that has a structure and is in use.
		{[]string{"notes.txt", ".env"}, format.Dotenv, configures},
		{[]string{".env.example", "app.yml"}, format.YAML, configures},
		{[]string{"app.yml", ".pgpass"}, format.YAML, configures},
		{[]string{".env", ".env.example"}, format.Dotenv, configures},
		{[]string{".env.example", "notes.txt"}, format.Dotenv, exemplifies},
	}
	for _, test := range tests {
		f := fileOf(test.paths)
		if same := reflect.ValueOf(f.read).Pointer() == reflect.ValueOf(test.read).Pointer(); !same {
			t.Errorf("%q: another reader", test.paths)
		}
		if f.role != test.role {
			t.Errorf("%q: role %d, want %d", test.paths, f.role, test.role)
		}
	}
}

// entries gives what a reader reads, as path, value and place.
func entries(read format.Reader, text string) (all []string) {
	for e := range read([]byte(text)) {
		all = append(all, e.Name()+" "+e.Value+" "+text[e.Start:e.End])
	}
	return all
}

// TestKind wants the kinds of files apart that are not read alike: what was read of one
// counts for all files of its kind.
func TestKind(t *testing.T) {
	for _, pair := range [][2]string{
		{".aws/credentials", ".cargo/credentials"}, {".kube/config", ".snowsql/config"}, {"app.yml", "app.json"},
		{"src/config.json", ".docker/config.json"}, {"prod/app.yml", "dev/app.yml"}, {"app.yml", ".github/app.yml"},
	} {
		a, b := fileOf(pair[:1]), fileOf(pair[1:])
		if a.kind() == b.kind() {
			t.Errorf("%q are of one kind", pair)
		}
	}
	a, b := fileOf([]string{"manifests/install.yaml"}), fileOf([]string{"manifests/ha/core.yaml"})
	if a.kind() != b.kind() {
		t.Error("two files in YAML are of two kinds")
	}
}

func TestReadWhole(t *testing.T) {
	for text, want := range map[string][]string{
		"abc":         {"password abc abc"},
		" \n abc d\n": {"password abc d abc d"},
		"abc\nd":      nil,
		" \r\n":       nil,
		"":            nil,
	} {
		if diff := cmp.Diff(want, entries(readWhole, text)); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", text, diff)
		}
	}
}

func TestReadConf(t *testing.T) {
	for text, want := range map[string][]string{
		"# c\n[db]\nuser = app\npassword=w1nter\n":          {"user app app", "password w1nter w1nter"},
		"# comment\nrequirepass w1nter\nuser app\nport=1\n": {"requirepass w1nter w1nter", "user app app", "port 1 1"},
	} {
		if diff := cmp.Diff(want, entries(readConf, text)); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", text, diff)
		}
	}
}
