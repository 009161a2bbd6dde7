// Package check tests values offline: checksums, and tokens whose inside can be
// read. Each kind of check has a name, which rules refer to.
//
// Most checks follow from what vendors publish about their tokens; where one was
// only worked out from samples its comment says so, and it never fails a value.
package check

import (
	"slices"
	"time"
)

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
	// Ends tells when a value ends, if it says so itself. It is nil if none does.
	Ends func(value string) (time.Time, bool)
}

// Kinds gives all checks, ordered by name.
func Kinds() []Kind {
	return []Kind{
		{"1password-service", verifyOnePassword, nil, nil},
		{"age", verifyAge, completeAge, nil},
		{"atlassian", verifyAtlassian, completeAtlassian, nil},
		{"atlassian-pat", verifyAtlassianPAT, nil, nil},
		{"aws-key-id", verifyAWSKeyID, nil, nil},
		{"base64-32", func(v string) Verdict { return verifyBase64(v, 32) }, nil, nil},
		{"base64-64", func(v string) Verdict { return verifyBase64(v, 64) }, nil, nil},
		{"cloudflare", verifyCloudflare, completeCloudflare, nil},
		{"confluent", verifyConfluent, completeConfluent, nil},
		{"crc32-base62", verifyBase62, completeBase62, nil},
		{"discord-bot", verifyDiscord, nil, nil},
		{"github-fine-grained", verifyFineGrained, completeFineGrained, nil},
		{"gitlab-routable", verifyGitLab, completeGitLab, nil},
		{"grafana", verifyGrafana, completeGrafana, nil},
		{"grafana-cloud", verifyGrafanaCloud, nil, nil},
		{"jwt", verifyJWT, nil, jwtEnds},
		{"packagist", verifyPackagist, completePackagist, nil},
		{"pem", verifyPEM, nil, nil},
		{"pypi", verifyPyPI, nil, nil},
		{"secretsweep", verifySecretsweep, completeSecretsweep, nil},
		{"sentry-org", verifySentry, nil, nil},
		{"zuplo", verifyZuplo, completeZuplo, nil},
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
