package provider

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// TestAWS4 follows the test suite that Amazon publishes in awslabs/aws-c-auth, folder
// tests/aws-signing-test-suite.
func TestAWS4(t *testing.T) {
	key := awsKey{id: "AKID" + "EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+" + "bPxRfiCY" + "EXAMPLEKEY", service: "service", region: "us-east-1"}
	const form = "application/x-www-form-urlencoded"
	tests := []struct {
		name, method, target, contentType, body string
		names, want                             string
	}{
		{"get-vanilla", "GET", "/", "", "", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-vanilla, without a path", "GET", "", "", "", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST", "/", "", "", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "", "", "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{"get-vanilla-utf8-query", "GET", "/?%E1%88%B4=bar", "", "", "host;x-amz-date", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
		{"get-unreserved", "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", "", "host;x-amz-date", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
		{"post-x-www-form-urlencoded", "POST", "/", form, "Param1=value1", "content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u, err := url.Parse("https://example.amazonaws.com" + tt.target)
			if err != nil {
				t.Fatal(err)
			}
			q := &question{method: tt.method, url: u, header: http.Header{"User-Agent": {"x"}}, body: []byte(tt.body)}
			if tt.contentType != "" {
				q.header.Set("Content-Type", tt.contentType)
			}
			key.sign(q, time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC))
			want := "AWS4-HMAC-SHA256 Credential=" + key.id + "/20150830/us-east-1/service/aws4_request, SignedHeaders=" + tt.names + ", Signature=" + tt.want
			if got := q.header.Get("Authorization"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if got := q.header.Get("X-Amz-Date"); got != "20150830T123600Z" {
				t.Errorf("date %q", got)
			}
		})
	}
}

// TestSign shows what is signed on the way to a server, and what isn't sent to one.
func TestSign(t *testing.T) {
	var got http.Header
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header; answer(200, liveBody)(w, r) })
	v := vendor()
	v.Request = rules.Request{Method: "POST", URL: "https://sts.us-east-1.amazonaws.com/", Form: []rules.Field{{Name: "Action", Text: "GetCallerIdentity"}}, Sign: "aws4 sts us-east-1"}
	c, _ := w.client(Options{Rules: set(v), Now: func() time.Time { return time.Unix(1e9, 0) }})
	cred := Credential{Rule: "vendor-token", Value: secret.New(made(t, "{base64:40}"))}
	for _, tt := range []struct{ id, why string }{
		{"", "no access key id was found near it, which is needed to ask"},
		{"ASIA{base32:16}", "it is a temporary key, which is refused without its session token even if it works"},
		{"AKIA\n{base32:16}", "it has characters that a server might misread"},
		{"AKIA{base32:16}", "status 200, me.id (asked with the access key id found near it)"},
	} {
		cred.Parts = []Part{{rules.SignKeyID, secret.New(made(t, tt.id))}}
		if a := c.Verify(t.Context(), cred); a.Why != tt.why {
			t.Errorf("%q: got %s (%s), want %s", tt.id, a.Verdict, a.Why, tt.why)
		}
	}
	want := "AWS4-HMAC-SHA256 Credential=" + cred.Parts[0].Value.Reveal() + "/20010909/us-east-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature="
	if auth := got.Get("Authorization"); len(auth) != len(want)+64 || auth[:len(want)] != want {
		t.Errorf("Authorization: %q", auth)
	}
	if len(w.requests()) != 1 {
		t.Errorf("the server saw %d requests, want 1", len(w.requests()))
	}
}
