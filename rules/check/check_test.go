package check_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules/check"
	"github.com/secretsweep/secretsweep/rules/sample"
)

// tokens has a template for each check.
var tokens = map[string][]string{
	"1password-service":   {`ops_{base64({{"signInAddress":"{lower:8}.1password.com","email":"{lower:8}@1passwordserviceaccounts.com"})}`},
	"age":                 {`AGE-SECRET-KEY-1{set:[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]:52}{check}`},
	"atlassian":           {`ATATT3{base64url:180}={check}`},
	"atlassian-pat":       {`{base64({digit:12}:{bytes:20})}`, `BBDC-{base64({digit:12}:{bytes:20})}`},
	"aws-key-id":          {`AKIA{set:[Q-Z2-5]:1}{base32:15}`},
	"base64-32":           {`{base64({bytes:32})}`},
	"base64-64":           {`{base64({bytes:64})}`},
	"cloudflare":          {`cfut_{alnum:40}{check}`},
	"confluent":           {`cflt{alnum:54}{check}`},
	"crc32-base62":        {`ghp_{alnum:30}{check}`, `npm_{alnum:30}{check}`, `vcp_{alnum:50}{check}`, `ghr_{alnum:70}{check}`, `polar_oat_{alnum:37}{check}`},
	"discord-bot":         {`{base64url({set:[1-9]:1}{digit:17})}.{base64url:6}.{base64url:27}`},
	"github-fine-grained": {`github_pat_{alnum:22}_{alnum:43}{check}{alnum:8}`},
	"gitlab-routable":     {`glpat-{base64url(o:1{bytes:40})}.01.{check}`},
	"grafana":             {`glsa_{alnum:32}_{check}`},
	"grafana-cloud":       {`glc_{base64({{"o":"{digit:6}","n":"deploy","k":"{alnum:24}"})}`},
	"jwt":                 {`{jwt}`},
	"packagist":           {`packagist_out_{hex:60}{check}`},
	"pem":                 {`{pem:rsa}`, `{pem:ec}`, `{pem:pkcs8}`, `{pem:openssh}`, `{pem:encrypted}`, `{pem:pgp}`, `{json({pem:pkcs8})}`, `{base64({pem:ec})}`},
	"pypi":                {"pypi-{base64url(\x02\x01\bpypi.org\x02${uuid}\x00\x00\x06 {bytes:32})}"},
	"secretsweep":         {`sstoken1{set:[a-z2-7]:103}{check}`, `ssidentity1{set:[a-z2-7]:52}{check}`},
	"sentry-org":          {`sntrys_{base64({{"iat":17{digit:8},"org":"{lower:8}"})}_{base64:43}`},
	"zuplo":               {`zpka_{alnum:32}_{check}`},
}

func expand(t interface{ Fatal(...any) }, template string, kind check.Kind, seed uint64) string {
	text, err := sample.Expand(template, rand.New(rand.NewPCG(seed, 1)), kind.Complete)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEveryCheckIsTested(t *testing.T) {
	names := check.Names()
	if len(names) == 0 || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("names %q: want some, in order, each once", names)
	}
	for _, name := range names {
		if len(tokens[name]) == 0 {
			t.Errorf("check %q has no template here", name)
		}
	}
	if len(tokens) != len(names) {
		t.Errorf("%d templates, want one for each of %d checks", len(tokens), len(names))
	}
	if _, ok := check.Lookup("no such check"); ok {
		t.Error("a check that there is not was found")
	}
}

func TestGoodPasses(t *testing.T) {
	for name, templates := range tokens {
		kind, ok := check.Lookup(name)
		if !ok {
			t.Fatalf("no check %q", name)
		}
		for _, template := range templates {
			t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
				token := expand(t, template, kind, rapid.Uint64().Draw(t, "seed"))
				if got := kind.Verify(token); got != check.Pass {
					t.Fatalf("%s: got %v, want pass", template, got)
				}
			}))
		}
	}
}

// TestFlippedFails changes one character of tokens that have a checksum.
func TestFlippedFails(t *testing.T) {
	tested := 0
	for name, templates := range tokens {
		kind, _ := check.Lookup(name)
		if kind.Complete == nil {
			continue
		}
		want := check.Fail
		if name == "cloudflare" {
			want = check.Unknown // its checksum isn't documented
		}
		tested++
		for _, template := range templates {
			t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
				token := expand(t, template, kind, rapid.Uint64().Draw(t, "seed"))
				// Prefixes are the pattern's business; the last eight of a
				// fine-grained token are no part of the sum.
				from, to := strings.IndexAny(token, "_-1t")+1, len(token)
				if name == "crc32-base62" {
					from = strings.LastIndexByte(token, '_') + 1
				}
				if name == "github-fine-grained" {
					from, to = len("github_pat_"), to-8
				}
				if name == "age" {
					from = len("AGE-SECRET-KEY-1")
				}
				if name == "gitlab-routable" {
					to = strings.Index(token, ".01.") // without a version, no checksum is promised
				}
				i := rapid.IntRange(from, to-1).Draw(t, "position")
				old := token[i]
				if old == '_' || old == '.' || old == '=' || old == '-' {
					t.Skip("a mark between parts")
				}
				digit := byte(rapid.SampledFrom([]byte("023456789")).Draw(t, "new"))
				if digit == old {
					t.Skip("the same")
				}
				flipped := token[:i] + string(digit) + token[i+1:]
				if got := kind.Verify(flipped); got != want {
					t.Fatalf("%s with another character at %d: got %v, want %v", template, i, got, want)
				}
			}))
		}
	}
	if tested < 9 {
		t.Errorf("tested %d checksums, want more", tested)
	}
}

// TestVectors holds the checksums to values that were computed by other means: the
// check value of CRC-32 is that of "123456789", the Bech32 ones are BIP 173's.
func TestVectors(t *testing.T) {
	tests := []struct{ check, partial, want string }{
		{"crc32-base62", "ghp_123456789", "3jZRME"},
		{"crc32-base62", "polar_oat_123456789", "3jZRME"},
		{"packagist", "123456789", "cbf43926"},
		{"cloudflare", "cfut_123456789", "cbf43926"},
		{"zuplo", "zpka_123456789_", "cbf43926"},
		{"atlassian", "123456789", "CBF43926"},
		{"grafana", "123456789_", "2639f4cb"},
		{"confluent", "cflt123456789", "Jjn0yw"},
		{"gitlab-routable", "glpat-abc.01.", "031cwm9iy"},
		{"github-fine-grained", "abc", "XJ4BNP4P"},
		{"secretsweep", "sstoken1abc", "kjjeh7a"},
		{"age", "A1", "2UEL5L"},
		{"age", "ABCDEF1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", "MQQQXW"},
	}
	for _, tt := range tests {
		t.Run(tt.check+" "+tt.partial, func(t *testing.T) {
			kind, _ := check.Lookup(tt.check)
			if got := kind.Complete(tt.partial); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestVerdicts(t *testing.T) {
	repeat := strings.Repeat
	tests := []struct {
		name, check, template string
		want                  check.Verdict
	}{
		{"no body", "crc32-base62", "ghp_", check.Fail},
		{"placeholder", "crc32-base62", "ghp_" + repeat("x", 36), check.Fail},
		{"empty", "github-fine-grained", "", check.Fail},
		{"classic GitLab token", "gitlab-routable", "glpat-{alnum:20}", check.Unknown},
		{"unversioned GitLab token", "gitlab-routable", "glpat-{alnum:36}.1k{lower:7}", check.Unknown},
		{"old AWS key id", "aws-key-id", "AKIAI{base32:15}", check.Unknown},
		{"no base 32", "aws-key-id", "AKIA{digit:14}10", check.Fail},
		{"account number over twelve digits", "aws-key-id", "AKIA7777{base32:12}", check.Fail},
		{"unsigned JWT", "jwt", `{base64url({{"alg":"none"})}.{base64url({{"sub":"a"})}.`, check.Fail},
		{"JWT without algorithm", "jwt", `{base64url({{"typ":"JWT"})}.{base64url({{"sub":"a"})}.{alnum:43}`, check.Fail},
		{"JWT with no claims", "jwt", `{base64url({{"alg":"HS256"})}.{base64url(sub)}.{alnum:43}`, check.Fail},
		{"placeholder in PEM", "pem", "-----BEGIN RSA PRIVATE KEY-----\nyour key here\n-----END RSA PRIVATE KEY-----", check.Fail},
		{"random PEM", "pem", "-----BEGIN PRIVATE KEY-----\n{base64:64}\n{base64:64}\n-----END PRIVATE KEY-----", check.Fail},
		{"empty PEM", "pem", "-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----", check.Fail},
		{"public key", "pem", "-----BEGIN PUBLIC KEY-----\n{base64:64}\n-----END PUBLIC KEY-----", check.Fail},
		{"PEM encrypted by OpenSSL", "pem", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{HEX:32}\n\n{base64:64}\n-----END RSA PRIVATE KEY-----", check.Pass},
		{"cut off PyPI token", "pypi", "pypi-AgEIcHlwaS5vcmc{alnum:20}", check.Fail},
		{"other macaroon", "pypi", "pypi-{base64url(\x02\x01\x03abc\x02\x01a\x00\x00\x06 {bytes:32})}", check.Fail},
		{"Discord id too short", "discord-bot", "{base64url({digit:3})}.{alnum:6}.{alnum:27}", check.Fail},
		{"Sentry token without organization", "sentry-org", `sntrys_{base64({{"iat":1})}_{base64:43}`, check.Fail},
		{"short base 64", "base64-64", `{base64({bytes:63})}`, check.Fail},
		{"beginning of a recovery text", "secretsweep", "ssrecovery1\nmfzwi lhpem 3dqnr", check.Fail},
		{"small letters", "age", "age-secret-key-1{lower:58}", check.Fail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind, ok := check.Lookup(tt.check)
			if !ok {
				t.Fatalf("no check %q", tt.check)
			}
			if got := kind.Verify(expand(t, tt.template, kind, 1)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestPEMDress puts a key into source code in the ways that people do.
func TestPEMDress(t *testing.T) {
	kind, _ := check.Lookup("pem")
	for _, form := range []string{"{pem:rsa}", "{pem:openssh}"} {
		key := expand(t, form, kind, 1)
		lines := strings.Split(key, "\n")
		for name, dressed := range map[string]string{
			"escaped":         strings.Join(lines, `\n`),
			"escaped twice":   strings.Join(lines, `\\n`),
			"carriage return": strings.Join(lines, "\r\n"),
			"indented":        "    " + strings.Join(lines, "\n    "),
			"concatenated":    `"` + strings.Join(lines, "\\n\" +\n  \"") + `"`,
			"adjacent":        `"` + strings.Join(lines, "\\n\"\n  \"") + `"`,
			"continued":       strings.Join(lines, "\\n\\\n"),
			"commented":       "# " + strings.Join(lines, "\n# "),
			"in one line":     strings.Join(lines, " "),
			"array":           "['" + strings.Join(lines, "',\n'") + "']",
		} {
			t.Run(name, func(t *testing.T) {
				if got := kind.Verify(dressed); got != check.Pass {
					t.Errorf("got %v, want pass", got)
				}
			})
		}
	}
}

func FuzzVerify(f *testing.F) {
	for name, templates := range tokens {
		kind, _ := check.Lookup(name)
		f.Add(expand(f, templates[0], kind, 1))
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, kind := range check.Kinds() {
			kind.Verify(value)
			if kind.Complete == nil || kind.Name == "age" || kind.Name == "github-fine-grained" || value == "" {
				continue
			}
			// Whatever the beginning, its own checksum does not fail it.
			if kind.Verify(value+kind.Complete(value)) == check.Fail && afterPrefixIsThere(value) {
				t.Errorf("%s: a text fails with its own checksum", kind.Name)
			}
		}
	})
}

// afterPrefixIsThere tells whether a beginning has a body and the form that
// separators of Grafana's and Zuplo's tokens ask for.
func afterPrefixIsThere(value string) bool {
	prefix, body, ok := strings.Cut(value, "_")
	return ok && prefix != "" && len(body) > 1 && strings.HasSuffix(body, "_") && !strings.Contains(value, ".")
}
