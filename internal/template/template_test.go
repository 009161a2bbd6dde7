package template

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// values are what the tests' secrets are, by how they are named.
var values = map[string]string{
	"A":          "plain",
	"B":          "it's \"50 %\"\n",
	"EMPTY":      "",
	"BYTES":      "\xff",
	"NUL":        "\x00",
	"NEST":       "{{secret A}}",
	"a/b.c-d":    "path",
	"x/y A":      "other",
	"secret":     "called so",
	"x/y secret": "other called so",
}

var errNone = errors.New("no such secret")

func lookup(r Reference) (string, error) {
	name := r.Name
	if r.Project != "" {
		name = r.Project + "/" + r.Environment + " " + name
	}
	value, ok := values[name]
	if !ok {
		return "", errNone
	}
	return value, nil
}

// fill gives what becomes of a text.
func fill(text string) (string, error) {
	t, err := Parse("f", []byte(text))
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.Execute(&b, lookup)
	if err != nil && b.Len() > 0 {
		return "", errors.New("wrote, and failed")
	}
	return b.String(), err
}

func TestFill(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"text", "a\r\nb\x00\xff", "a\r\nb\x00\xff"},
		{"one", "p={{secret A}}\n", "p=plain\n"},
		{"alone", "{{secret A}}", "plain"},
		{"side by side", "{{secret A}}{{secret A}}", "plainplain"},
		{"blanks", "{{ \t secret\tA  }}", "plain"},
		{"no blanks", "{{secret A|json}}", `"plain"`},
		{"empty value", "[{{secret EMPTY}}]", "[]"},
		{"name with a slash", "{{secret a/b.c-d}}", "path"},
		{"other project", "{{secret x/y A}}", "other"},
		{"the word as a name", "{{secret secret}} {{secret x/y secret}}", "called so other called so"},
		{"raw", "{{secret B}}", "it's \"50 %\"\n"},
		{"json", "{{secret B | json}}", `"it's \"50 %\"\n"`},
		{"yaml", "{{secret B | yaml}}", `"it's \"50 %\"\n"`},
		{"sh", "{{secret B | sh}}", "'it'\\''s \"50 %\"\n'"},
		{"dotenv", "{{secret A | dotenv}} {{secret NEST | dotenv}}", "plain '{{secret A}}'"},
		{"base64", "{{secret BYTES | base64}}", "/w=="},
		{"url", "{{secret B | url}}{{secret a/b.c-d|url}}{{secret BYTES|url}}", "it%27s%20%2250%20%25%22%0Apath%FF"},
		{"values aren't templates", "{{secret NEST}}", "{{secret A}}"},
		{"literal", `{{secret "{{"}}secret A}} {{ secret"{{" }}`, "{{secret A}} {{"},
		{"braces around", "{{{secret A}}}", "{plain}"},
		{"Helm", `{{ .Values.secret }} {{- secret A -}} {{ include "x" . | quote }}`, `{{ .Values.secret }} {{- secret A -}} {{ include "x" . | quote }}`},
		{"GitHub", "${{ secrets.A }}", "${{ secrets.A }}"},
		{"Jinja", "{{ secret_id }}{{secret.A}}{{secret-a}}{{secret/a}}{{secreté}}{% secret %}", "{{ secret_id }}{{secret.A}}{{secret-a}}{{secret/a}}{{secreté}}{% secret %}"},
		{"other case", "{{Secret A}}", "{{Secret A}}"},
		{"other lines", "{{\nsecret A}}", "{{\nsecret A}}"},
		{"unclosed", "{{ x {{secret A}}", "{{ x plain"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := fill(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSyntaxErrors(t *testing.T) {
	long := strings.Repeat("A", maxName)
	for _, tt := range []struct{ name, text, place, want string }{
		{"no name", "{{secret}}", "f:1:1", "no name"},
		{"end", "\n é{{secret", "f:2:3", "no name"},
		{"unclosed", "a\nb\n\t{{ secret A }", "f:3:2", "isn't closed"},
		{"line end", "{{secret A\n}}", "f:1:1", "isn't closed"},
		{"after another", "{{secret A}}{{secret B", "f:1:13", "isn't closed"},
		{"quotes", `{{secret "A"}}`, "f:1:1", "no name"},
		{"call", `{{secret("A")}}`, "f:1:1", "no name"},
		{"Jinja filter", `{{ secret | upper }}`, "f:1:1", "no name"},
		{"three words", "{{secret x/y A B}}", "f:1:1", "isn't closed"},
		{"no environment", "{{secret x A}}", "f:1:1", "PROJECT/ENVIRONMENT"},
		{"empty environment", "{{secret x/ A}}", "f:1:1", "PROJECT/ENVIRONMENT"},
		{"empty project", "{{secret /y A}}", "f:1:1", "PROJECT/ENVIRONMENT"},
		{"three parts", "{{secret x/y/z A}}", "f:1:1", "PROJECT/ENVIRONMENT"},
		{"no filter", "{{secret A | }}", "f:1:1", "the filter isn't"},
		{"unknown filter", "{{secret A | upper}}", "f:1:1", "the filter isn't"},
		{"two filters", "{{secret A | json | base64}}", "f:1:1", "isn't closed"},
		{"long name", "{{secret " + long + "A}}", "f:1:1", "256"},
		{"literal unclosed", `{{secret "{{" A}}`, "f:1:1", "isn't closed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f", []byte(tt.text))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v", err)
			}
			if s := err.Error(); !strings.HasPrefix(s, tt.place+": ") || !strings.Contains(s, tt.want) {
				t.Errorf("got %s, want %s: …%s…", s, tt.place, tt.want)
			}
		})
	}
	if _, err := Parse("f", []byte("{{secret "+long+"}}")); err != nil {
		t.Errorf("the longest name: %v", err)
	}
}

func TestReferences(t *testing.T) {
	tmpl, err := Parse("f", []byte("é {{secret A}}{{secret A|sh}}\n{{secret \"{{\"}}\n  {{secret x/y B}}"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Reference{{"", "", "A", 1, 3}, {"", "", "A", 1, 15}, {"x", "y", "B", 3, 3}}
	if diff := cmp.Diff(want, tmpl.References()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each secret is asked for once, however often it is named.
func TestExecuteAsksOnce(t *testing.T) {
	tmpl, err := Parse("f", []byte("{{secret A}}\n{{secret A}}{{secret A|json}}{{secret x/y A}}"))
	if err != nil {
		t.Fatal(err)
	}
	var asked []Reference
	var b bytes.Buffer
	err = tmpl.Execute(&b, func(r Reference) (string, error) {
		asked = append(asked, r)
		return lookup(r)
	})
	if err != nil || b.String() != "plain\nplain\"plain\"other" {
		t.Errorf("got %q, %v", b.String(), err)
	}
	want := []Reference{{"", "", "A", 1, 1}, {"x", "y", "A", 2, 30}}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestExecuteErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no secret", "a {{secret A}}\n{{secret NONE}}", "f:2:1: no such secret"},
		{"bytes in JSON", "a{{secret BYTES|json}}", "f:1:2: secret BYTES isn't valid UTF-8"},
		{"bytes in YAML", "a{{secret BYTES|yaml}}", "f:1:2: secret BYTES isn't valid UTF-8"},
		{"NUL in sh", "{{secret NUL|sh}}", "f:1:1: secret NUL has a NUL byte"},
		{"NUL in dotenv", "{{secret NUL|dotenv}}", "f:1:1: secret NUL has a NUL byte"},
		{"misread", "{{secret B|dotenv}}", "f:1:1: secret B can't be written so that dotenv for Node, node --env-file reads it right"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := fill(tt.text)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if missing := tt.name == "no secret"; errors.Is(err, errNone) != missing {
				t.Errorf("%v is what lookup said: %t", err, !missing)
			}
		})
	}
}

func TestParseSize(t *testing.T) {
	text := bytes.Repeat([]byte("{{ "), MaxSize/3+1)
	if _, err := Parse("f", text[:MaxSize]); err != nil {
		t.Error(err)
	}
	if _, err := Parse("f", text[:MaxSize+1]); err == nil {
		t.Error("a larger template is read")
	}
}

func TestURLFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := string(rapid.SliceOf(rapid.Byte()).Draw(t, "value"))
		got := percentEncoded(value)
		if back, err := url.PathUnescape(got); err != nil || back != value {
			t.Errorf("%q as a path is %q, %v", got, back, err)
		}
		if back, err := url.QueryUnescape(got); err != nil || back != value {
			t.Errorf("%q in a query is %q, %v", got, back, err)
		}
		u, err := url.Parse("postgres://user:" + got + "@host/db")
		if err != nil {
			t.Fatal(err)
		}
		if back, _ := u.User.Password(); back != value {
			t.Errorf("%q as a password is %q", got, back)
		}
	})
}

var (
	begins = regexp.MustCompile(`\{\{[ \t]*secret(?:[^A-Za-z0-9_./\x{80}-\x{10ffff}-]|$)`)
	whole  = regexp.MustCompile(`\{\{[ \t]*secret(?:[ \t]*("\{\{")|[ \t]+(?:([A-Za-z0-9_./-]+)[ \t]+)?([A-Za-z0-9_./-]+)[ \t]*(\|[ \t]*[a-z0-9]+)?)[ \t]*\}\}`)
)

// model is what becomes of a template without faults whose secrets are all their names.
func model(text string) string {
	return whole.ReplaceAllStringFunc(text, func(place string) string {
		m := whole.FindStringSubmatch(place)
		if m[1] != "" {
			return open
		}
		value := fmt.Sprintf("<%s %s>", m[2], m[3])
		if m[4] != "" {
			value, _ = filters[strings.TrimLeft(m[4], "| \t")](value)
		}
		return value
	})
}

// checkModel holds a text against the model.
func checkModel(t rapid.TB, text string) {
	t.Helper()
	tmpl, err := Parse("f", []byte(text))
	if err != nil {
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !begins.MatchString(text) {
			t.Fatalf("%q: %v", text, err)
		}
		return
	}
	if !begins.MatchString(text) && len(tmpl.References()) > 0 {
		t.Fatalf("%q has references", text)
	}
	var b bytes.Buffer
	err = tmpl.Execute(&b, func(r Reference) (string, error) {
		scope := r.Project
		if scope != "" {
			scope += "/" + r.Environment
		}
		return fmt.Sprintf("<%s %s>", scope, r.Name), nil
	})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if diff := cmp.Diff(model(text), b.String()); diff != "" {
		t.Fatalf("%q (-want +got):\n%s", text, diff)
	}
	if !begins.MatchString(text) && b.String() != text {
		t.Fatalf("%q was changed", text)
	}
}

func TestTemplateDrawn(t *testing.T) {
	piece := rapid.SampledFrom([]string{"{", "{{", "}}", "}", "secret", " ", "\t", "\n", "A", "x/y", "|", "json", "base64", `"{{"`, "{{secret A}}", "{{secret x/y B | sh}}", "{{ secret ", "é", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		checkModel(t, strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), ""))
	})
}

func FuzzTemplate(f *testing.F) {
	for _, text := range []string{"", "{{secret A}}", "{{ secret x/y A | json }}", `{{secret "{{"}}secret A}}`, "{{secret", "{{{secret A}}}", "${{ secrets.A }}", "{{secret A|\xff}}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkModel(t, text) })
}
