package rules

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// acme is a provider's file with all that a [[verify]] can have.
const acme = `[provider]
id = "acme"
name = "ACME"

[[rule]]
id = "acme-key"
description = "ACME key"
severity = "high"
pattern = '(?P<carrier>acme://(?P<value>acme_[0-9a-f]{32}))'
match = ['acme://acme_{hex:32}']
[[rule.part]]
name = "shop"
pattern = '[a-z]+\.acme\.test'
[[rule.part]]
name = "access key id"
pattern = 'AK[0-9]+'

[[verify]]
rules = ["acme-key"]
source = "https://docs.acme.test/keys"
request = "POST https://{part:shop}/v1/whoami?of={part:shop}"
headers = { X-Key = "{value}", Accept = "application/json" }
basic = "{part:shop}:{carrier}"
json = '{"a": {"key": "{value}"}}'
hosts = ["*.acme.test"]

[[verify.answer]]
means = "live"
status = [200, 203]
headers = { X-Id = "" }
json = { key.scopes.0 = "read", ok = true, count = 3, key.id = "" }
contains = ["read"]
id = "key.id"
example = '''
HTTP/1.1 200 OK
X-Id: {hex:8}

{"ok": true, "count": 3, "key": {"id": "{alnum:8}", "scopes": ["read"]}}'''

[[verify.answer]]
means = "restricted"
status = [403]
contains = ["scope"]
example = '''
HTTP/1.1 403 Forbidden

no such scope'''

[[verify.answer]]
means = "dead"
status = [401]
json = { "error.code" = "key_revoked" }
example = '''
HTTP/1.1 401 Unauthorized
Content-Type: application/json

{"error": {"code": "key_revoked"}}'''

[verify.revoke]
source = "https://docs.acme.test/keys#end"
kills = "this key, and nothing else"
request = "DELETE https://api.acme.test/v1/keys/{id}"
headers = { Authorization = "Bearer {value}" }

[[verify.revoke.done]]
status = [204]
example = '''
HTTP/1.1 204 No Content'''
`

func loadAcme(text string) (*Set, error) {
	return load(fstest.MapFS{"acme.toml": {Data: []byte(text)}})
}

func TestVerifyFields(t *testing.T) {
	set, err := loadAcme(acme)
	if err != nil {
		t.Fatal(err)
	}
	answers := set.Verifies[0].Answers
	want := &Verify{
		Rules:  []string{"acme-key"},
		Source: "https://docs.acme.test/keys",
		Request: Request{
			Method:  "POST",
			URL:     "https://{part:shop}/v1/whoami?of={part:shop}",
			Headers: []Field{{"Accept", "application/json"}, {"X-Key", "{value}"}},
			Basic:   "{part:shop}:{carrier}",
			JSON:    `{"a": {"key": "{value}"}}`,
		},
		Hosts: []string{"*.acme.test"},
		Answers: []Answer{
			{
				Means: Live, Status: []int{200, 203}, Headers: []Field{{"X-Id", ""}},
				JSON:     []Field{{"count", "3"}, {"key.id", ""}, {"key.scopes.0", "read"}, {"ok", "true"}},
				Contains: []string{"read"}, ID: "key.id", Example: answers[0].Example,
			},
			{Means: Restricted, Status: []int{403}, Contains: []string{"scope"}, Example: answers[1].Example},
			{Means: Dead, Status: []int{401}, JSON: []Field{{"error.code", "key_revoked"}}, Example: answers[2].Example},
		},
		Revoke: &Revoke{
			Source: "https://docs.acme.test/keys#end",
			Kills:  "this key, and nothing else",
			Request: Request{
				Method:  "DELETE",
				URL:     "https://api.acme.test/v1/keys/{id}",
				Headers: []Field{{"Authorization", "Bearer {value}"}},
			},
			Done: []Answer{{Means: Dead, Status: []int{204}, Example: "HTTP/1.1 204 No Content"}},
		},
	}
	unexported := cmpopts.IgnoreUnexported(Verify{}, Answer{})
	if diff := cmp.Diff([]*Verify{want}, set.Verifies, unexported); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := set.Verifies[0].checkExamples(); err != nil {
		t.Error(err)
	}
}

func TestVerifyErrors(t *testing.T) {
	ask := `request = "POST https://{part:shop}/v1/whoami?of={part:shop}"`
	key := `json = '{"a": {"key": "{value}"}}'`
	basic := `basic = "{part:shop}:{carrier}"`
	revoke := `request = "DELETE https://api.acme.test/v1/keys/{id}"`
	second := "\n[[verify]]" + strings.SplitAfter(acme, "[[verify]]")[1]
	tests := []struct{ name, old, new, want string }{
		{"no rules", `rules = ["acme-key"]`, "rules = []", "acme.toml:18: verify: no rules"},
		{"unknown rule", `rules = ["acme-key"]`, `rules = ["acme-kex"]`, `acme.toml:18: verify: there is no rule "acme-kex"`},
		{"a rule twice", `rules = ["acme-key"]`, `rules = ["acme-key", "acme-key"]`, `rule "acme-key" is in another one already`},
		{"a rule in two", acme, acme + second, `acme.toml:70: verify: rule "acme-key" is in another one already`},
		{"unknown field", "hosts = [", "host = [", `acme.toml:25: unknown field "verify.host"`},
		{"no source", `source = "https://docs.acme.test/keys"`, "", `verify: source "" is no https address`},
		{"source", `source = "https://docs.acme.test/keys"`, `source = "http://docs.acme.test/keys"`, "is no https address"},
		{"no method", ask, `request = "https://api.acme.test/"`, "want an address after one of GET, HEAD, POST"},
		{"a method that changes something", ask, `request = "DELETE https://{part:shop}/"`, "want an address after one of GET, HEAD, POST"},
		{"http", ask, `request = "POST http://{part:shop}/"`, "want an https address"},
		{"no scheme", ask, `request = "POST {part:shop}/"`, "want an https address"},
		{"no path", ask, `request = "POST https://{part:shop}"`, "want a host and a path"},
		{"user", ask, `request = "POST https://a:b@{part:shop}/"`, "neither a user nor a fragment"},
		{"fragment", ask, `request = "POST https://{part:shop}/#a"`, "neither a user nor a fragment"},
		{"not an address", ask, `request = "POST https://{part:shop}:x/"`, "the address can't be read"},
		{"a number for a host", ask, `request = "POST https://169.254.169.254/"`, `"169.254.169.254" is no name of a host`},
		{"this machine", ask, `request = "POST https://localhost/"`, `"localhost" is no name of a host`},
		{"the secret for a host", ask, "request = 'POST https://{value}/'\nsecret_address = true", "of a host, only a part can be left open"},
		{"a secret in the address", ask, `request = "POST https://{part:shop}/{value}"`, "is a secret_address"},
		{"a carrier in the address", ask, `request = "POST https://{part:shop}/{carrier}"`, "is a secret_address"},
		{"no secret in the address", ask, ask + "\nsecret_address = true", "is a secret_address"},
		{"any host", `hosts = ["*.acme.test"]`, "", "an address whose host isn't written out, and no other, needs hosts"},
		{"hosts for nothing", ask, `request = "POST https://api.acme.test/"`, "an address whose host isn't written out, and no other, needs hosts"},
		{"hosts of everybody", "*.acme.test", "*.test", `hosts: "*.test" is neither`},
		{"hosts that are none", "*.acme.test", "acme.*", `hosts: "acme.*" is neither`},
		{"unknown placeholder", key, `json = '{"key": "{valeu}"}'`, "verify: unknown placeholder {valeu}"},
		{"open placeholder", ask, `request = "POST https://{part:shop}/{part:shop"`, "a placeholder is not closed"},
		{"unknown part", key, `json = '{"key": "{value}{part:shops}"}'`, `rule "acme-key" has no part "shops"`},
		{"no carrier", "?P<carrier>", "", `rule "acme-key" has no group "carrier"`},
		{"id in a question", key, `json = '{"key": "{value}{id}"}'`, "{id} is known to a revoke only"},
		{"no secret", revoke + "\n" + `headers = { Authorization = "Bearer {value}" }`, revoke, "revoke: the request has no {value}"},
		{"an id that nobody says", `id = "key.id"`, "", "needs the id of a live answer"},
		{"an id that nobody uses", "keys/{id}", "keys/self", "needs the id of a live answer"},
		{"id of the dead", `json = { "error.code" = "key_revoked" }`, "json = { code = 1 }\nid = 'code'", "id: what is dead needs none"},
		{"two bodies", key, key + "\n" + `form = { a = "b" }`, "want either form or json"},
		{"a body of GET", "POST https", "GET https", "GET has no body"},
		{"no JSON", key, `json = '{"key": {value}}'`, "json: it is none"},
		{"two logins", `X-Key = "{value}"`, `authorization = "{value}"`, "want one of basic, sign and the header Authorization"},
		{"half a login", basic, `basic = "{part:shop}"`, "want user:password"},
		{"elsewhere", `hosts =`, `elsewhere = [{ request = "GET http://api.acme.net" }]
hosts =`, "elsewhere"},
		{"unknown part elsewhere", `hosts =`, `elsewhere = [{ request = "POST https://api.acme.net/{part:shops}" }]
hosts =`, `rule "acme-key" has no part "shops"`},
		{"id elsewhere", `hosts =`, `elsewhere = [{ request = "POST https://api.acme.net/{id}" }]
hosts =`, "{id} is known to a revoke only"},
		{"sign", basic, `sign = "aws4 sts"`, `want "aws4 SERVICE REGION"`},
		{"host header", "X-Key", "Host", `headers: "Host" can't be set`},
		{"bad header", "X-Key", `"X Key"`, `headers: "X Key" can't be set`},
		{"line break", `X-Key = "{value}"`, `X-Key = "{value}\nX: a"`, "want printable ASCII"},
		{"means", `means = "live"`, `means = "alive"`, `acme.toml:27: verify: answer: means "alive": want live, restricted or dead`},
		{"no live answer", `means = "live"`, `means = "restricted"`, "want at least one answer that means live"},
		{"no dead answer", `means = "dead"`, `means = "restricted"`, "one that means dead"},
		{"no status", "status = [401]", "status = []", "acme.toml:49: verify: answer: no status"},
		{"redirect", "status = [401]", "status = [302]", "status: want 200 to 299"},
		{"too many", "status = [401]", "status = [429]", "without 407 and 429"},
		{"fault", "status = [401]", "status = [503]", "status: want 200 to 299"},
		{"dead by its status", `json = { "error.code" = "key_revoked" }`, "", "a status alone says nothing"},
		{"dead by what everybody sends", `json = { "error.code" = "key_revoked" }`, `headers = { content-type = "json" }`, "a status alone says nothing"},
		{"dead by any error", `json = { "error.code" = "key_revoked" }`, `json = { error.code = "" }`, "a status alone says nothing"},
		{"dead without content", "status = [401]\n" + `json = { "error.code" = "key_revoked" }`, "status = [204]", "a status alone says nothing"},
		{"restricted by its status", `contains = ["scope"]`, "", "acme.toml:40: verify: answer: a status alone says nothing"},
		{"done by its status", "status = [204]", "status = [204, 200]", "acme.toml:65: verify: done: a status alone says nothing"},
		{"contains nothing", `contains = ["scope"]`, `contains = [""]`, "an empty text is in every body"},
		{"a list for a mark", "ok = true", "ok = [1]", `json: "ok": want a text`},
		{"no example", "example = '''\nHTTP/1.1 403 Forbidden\n\nno such scope'''", "", "answer: no example"},
		{"kills", `kills = "this key, and nothing else"`, "", "revoke: kills: say what exactly ends"},
		{"source of a revoke", "https://docs.acme.test/keys#end", "docs", `revoke: source "docs" is no https address`},
		{"done means dead", "status = [204]", "status = [204]\nmeans = 'dead'", "done: means: what is done means nothing else"},
		{"never done", acme[strings.Index(acme, "[[verify.revoke.done]]"):], "", "no [[verify.revoke.done]]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(acme, tt.old, tt.new, 1)
			if text == acme {
				t.Fatal("nothing was replaced")
			}
			if _, err := loadAcme(text); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "acme.toml:") {
				t.Errorf("got %v, want an error that says %q", err, tt.want)
			}
		})
	}
	other := "[provider]\nid = 'other'\nname = 'Other'\n[[rule]]\nid = 'other-key'\ndescription = 'A'\nseverity = 'low'\npattern = 'x'\nmatch = ['x']\n"
	_, err := load(fstest.MapFS{
		"acme.toml":  {Data: []byte(acme)},
		"other.toml": {Data: []byte(other + second)},
	})
	if want := `other.toml:11: verify: rule "acme-key" is one of provider "acme"`; err == nil || err.Error() != want {
		t.Errorf("a rule of another provider: got %v, want %q", err, want)
	}
}

// TestVerifySigned wants the part that the signing takes the key's id from.
func TestVerifySigned(t *testing.T) {
	signed := strings.Replace(acme, `basic = "{part:shop}:{carrier}"`, `sign = "aws4 sts us-east-1"`, 1)
	set, err := loadAcme(signed)
	if err != nil {
		t.Fatal(err)
	}
	if got := set.Verifies[0].Sign; got != "aws4 sts us-east-1" {
		t.Errorf("got %q", got)
	}
	_, err = loadAcme(strings.Replace(signed, `name = "access key id"`, `name = "key"`, 1))
	if err == nil || !strings.Contains(err.Error(), `has no part "access key id"`) {
		t.Errorf("without the part: %v", err)
	}
}

// TestVerifyExamples wants that an example that its answer doesn't fit is found.
func TestVerifyExamples(t *testing.T) {
	tests := []struct{ name, old, new, where, want string }{
		{"other status", "HTTP/1.1 401", "HTTP/1.1 400", "acme.toml:49: verify: answer", "its own example doesn't fit it"},
		{"other body", `{"code": "key_revoked"}`, `{"code": "key_expired"}`, "acme.toml:49: verify: answer", "its own example doesn't fit it"},
		{"null", `"id": "{alnum:8}"`, `"id": null`, "acme.toml:27: verify: answer", "its own example doesn't fit it"},
		{"an id that is none", `"id": "{alnum:8}"`, `"id": {}`, "acme.toml:27: verify: answer", `its example has no id at "key.id"`},
		{"an earlier answer", "status = [200, 203]", `status = [200]
contains = ["o"]
example = "HTTP/1.1 200 OK\n\nok"

[[verify.answer]]
means = "live"
status = [200]`, "acme.toml:33: verify: answer", "an answer before it fits its example"},
		{"no response", "HTTP/1.1 403 Forbidden", "403 Forbidden", "acme.toml:40: verify: answer", "example: want a status line"},
		{"template", "{alnum:8}", "{alnum}", "acme.toml:27: verify: answer", "example: template"},
		{"done", "HTTP/1.1 204", "HTTP/1.1 200", "acme.toml:65: verify: done", "its own example doesn't fit it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(acme, tt.old, tt.new, 1)
			set, err := loadAcme(text)
			if err != nil {
				t.Fatal(err)
			}
			if err := set.Verifies[0].checkExamples(); err == nil || !strings.HasPrefix(err.Error(), tt.where+": "+tt.want) {
				t.Errorf("got %v, want %q", err, tt.where+": "+tt.want)
			}
			// Nobody else runs those of a config.
			_, config, _ := strings.Cut(text, "[[rule]]")
			_, err = ReadConfig("c.toml", []byte("[[rule]]"+config))
			if err == nil || !strings.HasPrefix(err.Error(), "c.toml:") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("in a config: got %v, want an error that says %q", err, tt.want)
			}
		})
	}
}
