package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/rules"
)

// sign signs a request as a rule says, "aws4 SERVICE REGION".
func (f *filling) sign(q *question, how string, now time.Time) error {
	words := strings.Fields(how)
	if len(words) != 3 || words[0] != "aws4" {
		return errors.New("the rule signs in a way that nobody knows")
	}
	id, err := f.part(rules.SignKeyID)
	if err != nil {
		return err
	}
	if id, err = headerText(id); err != nil {
		return err
	}
	if strings.HasPrefix(id, "ASIA") {
		return errors.New("it is a temporary key, which is refused without its session token even if it works")
	}
	key := awsKey{id: id, secret: f.cred.Value.Reveal(), service: words[1], region: words[2]}
	key.sign(q, now)
	return nil
}

// awsKey signs requests with AWS Signature Version 4, as is specified at
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
type awsKey struct{ id, secret, service, region string }

// sign adds the headers that make a request a signed one.
func (k awsKey) sign(q *question, now time.Time) {
	at := now.UTC().Format("20060102T150405Z")
	q.header.Set("X-Amz-Date", at)
	scope := strings.Join([]string{at[:8], k.region, k.service, "aws4_request"}, "/")
	request, names := canonical(q)
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", at, scope, hash(request)}, "\n")

	key := []byte("AWS4" + k.secret)
	for _, text := range []string{at[:8], k.region, k.service, "aws4_request", toSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		key = mac.Sum(nil)
	}
	q.header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+k.id+"/"+scope+
		", SignedHeaders="+names+", Signature="+hex.EncodeToString(key))
}

// canonical gives the text of a request that is signed, and the names of the headers in it.
func canonical(q *question) (text, names string) {
	headers := map[string]string{"host": q.url.Host}
	for name := range q.header {
		// Others are signed only if they are Amazon's, and may be changed on the way.
		if lower := strings.ToLower(name); lower == "content-type" || strings.HasPrefix(lower, "x-amz-") {
			headers[lower] = strings.Join(strings.Fields(q.header.Get(name)), " ")
		}
	}
	var lines []string
	var signed []string
	for name := range headers {
		signed = append(signed, name)
	}
	slices.Sort(signed)
	for _, name := range signed {
		lines = append(lines, name+":"+headers[name]+"\n")
	}
	names = strings.Join(signed, ";")

	path := "/"
	if q.url.Path != "" {
		segments := strings.Split(q.url.EscapedPath(), "/")
		for i, s := range segments {
			segments[i] = awsEscape(s)
		}
		path = strings.Join(segments, "/")
	}
	return strings.Join([]string{q.method, path, canonicalQuery(q.url.Query()), strings.Join(lines, ""), names, hash(string(q.body))}, "\n"), names
}

func canonicalQuery(query url.Values) string {
	var pairs []string
	for name, values := range query {
		for _, v := range values {
			pairs = append(pairs, awsEscape(name)+"="+awsEscape(v))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// awsEscape leaves what RFC 3986 calls unreserved as it is, and nothing else.
func awsEscape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
