package detectors

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// TestInstructions reads the history in images' configurations, as docker's classic
// builder and BuildKit write it.
func TestInstructions(t *testing.T) {
	key := randomText("{alnum:32}")
	const password = "Harvest#2931"
	asPassword := func(name string) []string { return []string{"password " + name + "  medium " + password} }
	asKey := func(name string) []string { return []string{"secret " + name + "  medium " + key} }
	inMarks := "‹" + password + "›"

	tests := []readingTest{
		{name: "classic ENV", text: `/bin/sh -c #(nop)  ENV DB_PASSWORD=` + inMarks, want: asPassword("DB_PASSWORD")},
		{name: "ENV", text: `ENV DB_PASSWORD=` + inMarks + ` # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "ENV of several", text: `ENV A=b DB_PASSWORD=` + inMarks + ` # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "classic ARG", text: `/bin/sh -c #(nop)  ARG API_KEY=‹` + key + `›`, want: asKey("API_KEY")},
		{name: "ARG", text: `ARG API_KEY=‹` + key + `›`, want: asKey("API_KEY")},
		{name: "classic LABEL", text: `/bin/sh -c #(nop)  LABEL a=b password=` + inMarks, want: asPassword("password")},
		{name: "LABEL", text: `LABEL password=` + inMarks, want: asPassword("password")},
		{name: "RUN", text: `RUN /bin/sh -c export DB_PASSWORD=` + inMarks + ` # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "classic RUN", text: `/bin/sh -c export DB_PASSWORD=` + inMarks, want: asPassword("DB_PASSWORD")},
		{name: "RUN after another command", text: `RUN /bin/sh -c make < in && DB_PASSWORD=` + inMarks + ` make install # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "RUN in quotes", text: `RUN /bin/sh -c export DB_PASSWORD="` + inMarks + `" && make # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "RUN after other characters", text: `RUN /bin/sh -c printf "é😀\t" && export DB_PASSWORD="` + inMarks + `" # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "RUN of options", text: `RUN /bin/sh -c mysql --password=` + inMarks + ` <dump.sql # buildkit`, want: asPassword("password")},
		{name: "RUN into a file", text: `RUN /bin/sh -c echo "DB_PASSWORD=` + inMarks + `" >>.env # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "RUN in lines", text: "RUN /bin/sh -c set -e\nexport DB_PASSWORD=" + inMarks + "\nmake\n # buildkit", want: asPassword("DB_PASSWORD")},
		{name: "build argument", text: `RUN |2 API_KEY=‹` + key + `› VERSION=1 /bin/sh -c make # buildkit`, want: asKey("API_KEY")},
		{name: "classic build argument", text: `|2 VERSION=1 API_KEY=‹` + key + `› /bin/sh -c make`, want: asKey("API_KEY")},
		{name: "RUN after build arguments", text: `RUN |1 VERSION=1 2 /bin/sh -c export DB_PASSWORD=` + inMarks + ` && make # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "RUN by another shell", text: `RUN /bin/bash -eo pipefail -c export DB_PASSWORD=` + inMarks + ` && make # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "RUN by another shell, after build arguments", text: `RUN |1 A=b /bin/bash -o pipefail -c export DB_PASSWORD=` + inMarks + ` # buildkit`, want: asPassword("DB_PASSWORD")},
		{name: "RUN as it was written", text: `RUN DB_PASSWORD=` + inMarks + ` make`, want: asPassword("DB_PASSWORD")},
		{name: "HEALTHCHECK", text: `HEALTHCHECK &{["CMD-SHELL" "mysqladmin ping --password=` + inMarks + ` || exit 1"] "30s" "5s" "0s" "0s" '\x03'}`, want: asPassword("password")},
		{name: "classic HEALTHCHECK", text: `/bin/sh -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "mysqladmin ping --password=` + inMarks + `"] "" "" "" '\x00'}`, want: asPassword("password")},
		{name: "HEALTHCHECK without a shell", text: `HEALTHCHECK &{["CMD" "mysqladmin" "ping" "--password=` + inMarks + `"] "" "" "" "" '\x00'}`, want: asPassword("password")},
		{name: "CMD", text: `CMD ["mysqld" "--password=` + inMarks + `"]`, want: asPassword("password")},
		{name: "classic ENTRYPOINT", text: `/bin/sh -c #(nop)  ENTRYPOINT ["/bin/sh" "-c" "DB_PASSWORD=` + inMarks + ` run"]`, want: asPassword("DB_PASSWORD")},

		{name: "ENV that refers", text: `ENV DB_PASSWORD=$PASSWORD # buildkit`},
		{name: "ENV that refers, with braces", text: `/bin/sh -c #(nop)  ENV DB_PASSWORD=${PASSWORD}`},
		{name: "ARG without a default", text: `/bin/sh -c #(nop)  ARG DB_PASSWORD`},
		{name: "RUN that refers", text: `RUN |1 VERSION=1 /bin/sh -c mysql --password="$DB_PASSWORD" && make # buildkit`},
		{name: "secret that is mounted", text: `RUN /bin/sh -c DB_PASSWORD="$(cat /run/secrets/db)" make # buildkit`},
		{name: "COPY", text: `COPY password.txt /etc/password.txt # buildkit`},
		{name: "nothing", text: ``},
	}
	for i := range tests {
		text, err := json.Marshal(tests[i].text)
		if err != nil {
			t.Fatal(err)
		}
		tests[i].path = "config.json"
		tests[i].text = `{"history":[{"created_by":"ADD file:1 in / "},{"created":"2026-01-02T03:04:05Z","created_by":` + string(text) + `,"empty_layer":true}]}`
	}
	tests = append(tests,
		readingTest{"environment", "config.json", `{"config":{"Env":["PATH=/bin","DB_PASSWORD=` + inMarks + `","A=$DB_PASSWORD"]}}`, asPassword("DB_PASSWORD")},
		readingTest{"labels", "config.json", `{"config":{"Labels":{"password":"` + inMarks + `"}}}`, asPassword("password")},
		readingTest{"command", "config.json", `{"config":{"Cmd":["sh","-c","DB_PASSWORD=` + inMarks + ` run"]}}`, asPassword("DB_PASSWORD")},
		readingTest{"for who builds upon it", "config.json", `{"config":{"OnBuild":["RUN make","ENV DB_PASSWORD=` + inMarks + `"]}}`, asPassword("DB_PASSWORD")},
	)
	runReading(t, structuredRules(), tests)
}

// TestInstructionsHoldTokens finds by all rules what patterns know.
func TestInstructionsHoldTokens(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	const rule = "github-personal-access-token"
	_, token, err := set.Sample(rule, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	for _, instruction := range []string{
		"/bin/sh -c #(nop)  ENV GITHUB_TOKEN=" + token,
		"RUN |1 GITHUB_TOKEN=" + token + " /bin/sh -c make # buildkit",
		"RUN /bin/sh -c curl -H \"Authorization: Bearer " + token + "\" https://api.github.com && make # buildkit",
	} {
		text, err := json.Marshal(map[string]any{"history": []any{map[string]any{"created_by": instruction}}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range d.Detect(at("blob.json", string(text))).Matches {
			if m.Value.Reveal() == token {
				got = append(got, m.Rule.ID)
			}
		}
		if diff := cmp.Diff([]string{rule}, slices.Compact(got)); diff != "" {
			t.Errorf("want (-), got (+):\n%s", diff)
		}
	}
}

// TestWritten puts any text into JSON, and wants each character to be said to be where it is.
func TestWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		inner := quoted[1 : len(quoted)-1]
		places := written(inner)
		if len(places) != len(text)+1 {
			t.Fatalf("%d places for %d bytes", len(places), len(text))
		}
		for i, c := range text {
			end := places[min(i+len(string(c)), len(text))]
			var got string
			if err := json.Unmarshal([]byte(`"`+string(inner[places[i]:end])+`"`), &got); err != nil || got != string(c) {
				t.Errorf("character %d is said to be %q", i, inner[places[i]:end])
			}
		}
	})
}

// FuzzInstruction wants what is found in any instruction to be where it is said to be.
func FuzzInstruction(f *testing.F) {
	for _, s := range []string{
		`/bin/sh -c #(nop)  ENV A=b`, `RUN |1 A=b /bin/bash -eo pipefail -c make # buildkit`, `/bin/sh -c make`,
		`HEALTHCHECK &{["CMD-SHELL" "ping --password=x"] "30s"}`, `HEALTHCHECK &{["CMD" "ping"] ""}`, `CMD ["a" "b\"c"]`,
	} {
		f.Add(s)
	}
	d := structuredRules()
	f.Fuzz(func(t *testing.T, instruction string) {
		text := []byte(instruction)
		read := asDocker(text)
		if len(text) != len(instruction) {
			t.Fatalf("%d bytes became %d", len(instruction), len(text))
		}
		for e := range read(text) {
			if e.Start < 0 || e.End < e.Start || e.End > len(text) {
				t.Fatalf("a value from %d to %d of %d", e.Start, e.End, len(text))
			}
		}
		quoted, err := json.Marshal(instruction)
		if err != nil {
			t.Fatal(err)
		}
		whole := `{"created_by":` + string(quoted) + `}`
		for _, m := range d.Detect(at("config.json", whole)).Matches {
			if m.Start < len(`{"created_by":"`) || m.End > len(whole)-len(`"}`) {
				t.Errorf("a value from %d to %d of %d", m.Start, m.End, len(whole))
			}
		}
	})
}
