package rules_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/rules"
)

func TestAnswer(t *testing.T) {
	answer := func(means rules.Meaning, status int) rules.Answer {
		return rules.Answer{Means: means, Status: []int{status}}
	}
	byJSON, byHeader, byText := answer(rules.Dead, 401), answer(rules.Dead, 401), answer(rules.Dead, 401)
	byJSON.JSON = []rules.Field{{Name: "errors.1.code", Text: "7"}, {Name: "errors.0.gone", Text: "true"}, {Name: "id"}}
	byHeader.Headers = []rules.Field{{Name: "www-authenticate", Text: `error="invalid_token"`}, {Name: "X-Request-Id"}}
	byText.Contains = []string{"revoked", "key"}
	headers := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	const body = `{"errors": [{"gone": true}, {"code": 7}], "id": "a"}`
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	tests := []struct {
		name   string
		answer rules.Answer
		status int
		header http.Header
		body   string
		want   bool
	}{
		{"JSON", byJSON, 401, nil, body, true},
		{"JSON of another status", byJSON, 403, nil, body, false},
		{"JSON of another number", byJSON, 401, nil, strings.Replace(body, "7", "7.0", 1), false},
		{"JSON without a name", byJSON, 401, nil, strings.Replace(body, `"id"`, `"ID"`, 1), false},
		{"JSON with null", byJSON, 401, nil, strings.Replace(body, `"a"`, "null", 1), false},
		{"JSON with an empty text", byJSON, 401, nil, strings.Replace(body, `"a"`, `""`, 1), true},
		{"JSON with an object for a text", byJSON, 401, nil, strings.Replace(body, "true", "{}", 1), false},
		{"JSON with too short a list", byJSON, 401, nil, `{"errors": [{"gone": true}], "id": "a"}`, false},
		{"JSON with a name twice", byJSON, 401, nil, strings.Replace(body, "{", `{"id": "b", `, 1), false},
		{"JSON with a name twice, deep", byJSON, 401, nil, strings.Replace(body, `"code"`, `"code": 8, "code"`, 1), false},
		{"JSON with the same name twice, written in two ways", byJSON, 401, nil, strings.Replace(body, "{", `{"\u0069d": "b", `, 1), false},
		{"JSON and more", byJSON, 401, nil, body + "{}", false},
		{"JSON cut off", byJSON, 401, nil, body[:len(body)-1], false},
		{"JSON too long", byJSON, 401, nil, body + strings.Repeat(" ", rules.MaxBody), false},
		{"JSON too deep", byJSON, 401, nil, strings.Replace(body, `"a"`, deep, 1), false},
		{"no JSON", byJSON, 401, nil, "errors id", false},
		{"no body", byJSON, 401, nil, "", false},
		{"header", byHeader, 401, headers("WWW-Authenticate", `Bearer ERROR="invalid_token"`, "X-Request-Id", "1"), "", true},
		{"second header", byHeader, 401, headers("WWW-Authenticate", "Basic", "WWW-Authenticate", `Bearer error="invalid_token"`, "X-Request-Id", ""), "", true},
		{"other header", byHeader, 401, headers("WWW-Authenticate", `Bearer error="expired"`, "X-Request-Id", "1"), "", false},
		{"header missing", byHeader, 401, headers("WWW-Authenticate", `error="invalid_token"`), "", false},
		{"text", byText, 401, nil, "the key was revoked", true},
		{"half a text", byText, 401, nil, "the key was Revoked", false},
		{"text too far", byText, 401, nil, strings.Repeat(" ", rules.MaxBody) + "the key was revoked", false},
		{"bare status", byText, 401, nil, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := rules.Verify{Answers: []rules.Answer{answer(rules.Live, 200), tt.answer, tt.answer}}
			got, ok := v.Answer(tt.status, tt.header, []byte(tt.body))
			if ok != tt.want || ok && got != &v.Answers[1] {
				t.Errorf("got %v, want %t", got, tt.want)
			}
			r := rules.Revoke{Done: v.Answers[1:]}
			if _, done := r.Answer(tt.status, tt.header, []byte(tt.body)); done != tt.want {
				t.Errorf("of a revoke: got %t, want %t", done, tt.want)
			}
		})
	}
}

func TestFindID(t *testing.T) {
	for body, want := range map[string]string{
		`{"key": {"id": "k-1"}}`:              "k-1",
		`{"key": {"id": 12345678901234567}}`:  "12345678901234567",
		`{"key": {"id": ""}}`:                 "",
		`{"key": {"id": null}}`:               "",
		`{"key": {"id": true}}`:               "",
		`{"key": {"id": {"id": "k-1"}}}`:      "",
		`{"key": [{"id": "k-1"}]}`:            "",
		`{"key": {"id": "k-1", "id": "k-2"}}`: "",
		`{"key": {"id": "k-1"}}{}`:            "",
		``:                                    "",
	} {
		a := rules.Answer{ID: "key.id"}
		if got, ok := a.FindID([]byte(body)); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %t, want %q", body, got, ok, want)
		}
	}
	if _, ok := new(rules.Answer).FindID([]byte(`{"": "a"}`)); ok {
		t.Error("an answer that names no id has one")
	}
}

func TestFill(t *testing.T) {
	fill := func(template string) (string, []string, error) {
		var names []string
		filled, err := rules.Fill(template, func(name string) (string, error) {
			names = append(names, name)
			return "<{value}>", nil
		})
		return filled, names, err
	}
	tests := []struct {
		template, want string
		names          []string
	}{
		{"", "", nil},
		{"Bearer {value}", "Bearer <{value}>", []string{"value"}},
		{"{part:access key id}:{value}", "<{value}>:<{value}>", []string{"part:access key id", "value"}},
		{`{"a": {"b": "{id}"}, "q": "{ viewer { login } }", "e": {}}`, `{"a": {"b": "<{value}>"}, "q": "{ viewer { login } }", "e": {}}`, []string{"id"}},
		{"{{value}", "{<{value}>", []string{"value"}},
	}
	for _, tt := range tests {
		filled, names, err := fill(tt.template)
		if err != nil || filled != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.template, filled, err, tt.want)
		}
		if diff := cmp.Diff(tt.names, names); diff != "" {
			t.Errorf("%s: placeholders (-want +got):\n%s", tt.template, diff)
		}
	}
	if _, _, err := fill("{value"); err == nil {
		t.Error("one that isn't closed was filled in")
	}
}

// TestBuiltinAnswers plays what the vendors document, many times over, and what everything
// between here and them may answer.
func TestBuiltinAnswers(t *testing.T) {
	const rounds = 10
	played := 0
	for _, v := range builtin(t).Verifies {
		t.Run(v.Rules[0], func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			for range rounds {
				for i := range v.Answers {
					a := &v.Answers[i]
					status, header, body, err := a.Sample(rng)
					if err != nil {
						t.Fatalf("answer %d: %v", i, err)
					}
					if got, ok := v.Answer(status, header, body); !ok || got != a {
						t.Fatalf("answer %d: its example is answered by %v", i, got)
					}
					if _, named := a.FindID(body); a.ID != "" && !named {
						t.Fatalf("answer %d: its example has no id", i)
					}
					played++
					if a.Means != rules.Dead {
						continue
					}
					others := []string{"", "{}", "<html><title>Sign in</title></html>"}
					if len(a.JSON) > 0 {
						others = append(others, string(body[:len(body)/2]))
					}
					for _, bare := range others {
						if got, ok := v.Answer(status, nil, []byte(bare)); ok && got.Means == rules.Dead {
							t.Fatalf("answer %d: status %d and the body %q mean dead", i, status, bare)
						}
					}
				}
				if v.Revoke == nil {
					continue
				}
				for i := range v.Revoke.Done {
					status, header, body, err := v.Revoke.Done[i].Sample(rng)
					if err != nil {
						t.Fatalf("done %d: %v", i, err)
					}
					if got, ok := v.Revoke.Answer(status, header, body); !ok || got != &v.Revoke.Done[i] {
						t.Fatalf("done %d: its example is answered by %v", i, got)
					}
				}
			}
			for _, status := range []int{200, 301, 302, 400, 401, 403, 404, 407, 410, 429, 500, 502, 503} {
				for _, body := range []string{"", "{}", "[]", "null", "<html><title>Sign in</title></html>"} {
					if got, ok := v.Answer(status, nil, []byte(body)); ok {
						t.Errorf("status %d and the body %q mean %s", status, body, got.Means)
					}
				}
			}
		})
	}
	if played < rounds*10 {
		t.Errorf("played %d answers, want many more", played)
	}
}

// FuzzAnswer demands of every body that the answer which it fits is one, and that what is
// read of it is what any other reader of JSON reads.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"a": {"b": ["x"]}}`, "a.b.0")
	f.Add(`{"a": 1, "a": 2}`, "a")
	f.Add(`[{"id": 7}] `, "0.id")
	f.Add("\xff", "")
	f.Fuzz(func(t *testing.T, body, path string) {
		v := rules.Verify{Answers: []rules.Answer{{Means: rules.Live, Status: []int{200}, JSON: []rules.Field{{Name: path}}, ID: path}}}
		got, ok := v.Answer(200, nil, []byte(body))
		if !ok {
			return
		}
		if !json.Valid([]byte(body)) {
			t.Errorf("%q fits, and isn't JSON", body)
		}
		if _, other := v.Answer(401, nil, []byte(body)); other {
			t.Errorf("%q fits with another status", body)
		}
		if id, named := got.FindID([]byte(body)); named && id == "" {
			t.Errorf("%q has an empty id", body)
		}
	})
}
