package detectors

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
)

// fuzzPaths are files of all formats and roles.
var fuzzPaths = []string{
	"", "notes.txt", "main.go", ".env", ".env.example", "deploy/prod/app.env", "app.yml", "tests/app.yml", ".gitlab-ci.yml", "app.json",
	"app.toml", "main.tf", "app.properties", "web.config", "app.ini", "app.conf", "redis.conf", "users.csv", "users.tsv", "run.sh",
	".zsh_history", "Dockerfile", "settings.py", "build.gradle", ".netrc", ".pgpass", ".git-credentials", ".npmrc", ".aws/credentials", ".docker/config.json",
	".kube/config", "config/master.key", "a.ldif", "a.ipynb", "a.md", "a.html",
}

// FuzzDetect holds detection to what it promises of any file.
func FuzzDetect(f *testing.F) {
	set, err := rules.Builtin()
	if err != nil {
		f.Fatal(err)
	}
	d, err := New(set)
	if err != nil {
		f.Fatal(err)
	}
	in64 := encodings[0].encode
	for i, text := range []string{
		"DB_PASSWORD=Harvest#2931\n#TOKEN='a b'\nURL=\"postgres://u:Harvest%232931@h/d\"\n",
		"kind: Secret\ndata:\n  password: " + in64("Harvest#2931") + "\n  a: " + in64(`{"password": "Harvest#2931"}`) + "\n",
		"env:\n- name: DB_PASSWORD\n  value: |\n    Harvest#2931\nrun: export TOKEN=Harvest#2931\npassword: ${A:-Harvest#2931}\n",
		`{"password": "Harvest\"2931", "url": "https:\/\/u:Harvest2931@h", "auth": "` + in64("ci:Harvest#2931") + `"}`,
		"user,password\nann,\"Harvest\"\"2931\"\n",
		"machine a.corp login ci password Harvest#2931\n",
		"a.corp:5432:db:ci:Harvest#2931\n",
		"<add key=\"Password\" value=\"Harvest&amp;2931\"/>",
		"Authorization: Basic " + in64("ci:Harvest#2931") + "\n",
		encodings[2].encode("password=Harvest#2931 ") + in64(in64("token: Harvest#2931 secret")),
		"password=\xffPASSWD\nпароль: İİİİ1\x00\n",
	} {
		for path := range fuzzPaths {
			if path%11 == i {
				f.Add(uint8(path), []byte(text))
			}
		}
		f.Add(uint8(3+i), []byte(text))
	}
	f.Add(uint8(12), []byte("pass 0000 "+in64("\x03Password-=Harvest2931")))
	f.Fuzz(func(t *testing.T, path uint8, text []byte) {
		before := bytes.Clone(text)
		c := at(fuzzPaths[int(path)%len(fuzzPaths)], string(text))
		found := d.Detect(c)
		if !bytes.Equal(c.Data, before) {
			t.Fatal("the text has been changed")
		}
		for _, m := range found.Matches {
			if m.Start < 0 || m.End <= m.Start || len(text) < m.End {
				t.Fatalf("%s: [%d, %d) of %d", m.Rule.ID, m.Start, m.End, len(text))
			}
			if m.Value.IsEmpty() || m.Confidence == "" {
				t.Errorf("%s: no value, or no confidence", m.Rule.ID)
			}
			// What is not there as it is was written with escapes or encoded, which is longer.
			if in, value := string(text[m.Start:m.End]), m.Value.Reveal(); !strings.Contains(in, value) && len(value) >= len(in) {
				t.Errorf("%s: %q is not of %q", m.Rule.ID, value, in)
			}
		}
		if !slices.IsSortedFunc(found.Matches, func(a, b Match) int { return a.Start - b.Start }) {
			t.Error("matches are not ordered")
		}
		for _, r := range found.References {
			if r.Start < 0 || r.End < r.Start || len(text) < r.End {
				t.Fatalf("reference %s: [%d, %d) of %d", r.Name, r.Start, r.End, len(text))
			}
		}
	})
}
