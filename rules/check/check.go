// Package check tests values offline: checksums, and tokens whose inside can be
// read. Each kind of check has a name, which rules refer to.
//
// Most checks follow from what vendors publish about their tokens; where one was
// only worked out from samples its comment says so, and it never fails a value.
package check

import "slices"

// Verdict is what a check says of a value.
type Verdict int

const (
	Unknown Verdict = iota // the check can't tell
	Pass                   // the value is what it claims to be
	Fail                   // the value is no such secret: a placeholder, a typo, a part of something else
)

// String gives the name of a verdict.
func (v Verdict) String() string {
	switch v {
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	}
	return "unknown"
}

// verdict is Pass or Fail.
func verdict(ok bool) Verdict {
	if ok {
		return Pass
	}
	return Fail
}

// Kind is a named check. Its functions do no I/O, keep nothing, and take time
// linear in the value.
type Kind struct {
	Name   string
	Verify func(value string) Verdict
	// Complete computes the checksum that belongs behind the beginning of a
	// token. It is nil if the check computes none.
	Complete func(partial string) string
}

// Kinds gives all checks, ordered by name.
func Kinds() []Kind {
	return []Kind{
		{"1password-service", verifyOnePassword, nil},
		{"age", verifyAge, completeAge},
		{"atlassian", verifyAtlassian, completeAtlassian},
		{"atlassian-pat", verifyAtlassianPAT, nil},
		{"aws-key-id", verifyAWSKeyID, nil},
		{"base64-32", func(v string) Verdict { return verifyBase64(v, 32) }, nil},
		{"base64-64", func(v string) Verdict { return verifyBase64(v, 64) }, nil},
		{"cloudflare", verifyCloudflare, completeCloudflare},
		{"confluent", verifyConfluent, completeConfluent},
		{"crc32-base62", verifyBase62, completeBase62},
		{"discord-bot", verifyDiscord, nil},
		{"github-fine-grained", verifyFineGrained, completeFineGrained},
		{"gitlab-routable", verifyGitLab, completeGitLab},
		{"grafana", verifyGrafana, completeGrafana},
		{"grafana-cloud", verifyGrafanaCloud, nil},
		{"jwt", verifyJWT, nil},
		{"packagist", verifyPackagist, completePackagist},
		{"pem", verifyPEM, nil},
		{"pypi", verifyPyPI, nil},
		{"sentry-org", verifySentry, nil},
		{"zuplo", verifyZuplo, completeZuplo},
	}
}

// Lookup finds a check by name.
func Lookup(name string) (Kind, bool) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// Names gives the names of all checks, in order.
func Names() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}
