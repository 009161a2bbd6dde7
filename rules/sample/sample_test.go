package sample_test

import (
	"crypto/x509"
	"encoding/pem"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/rules/sample"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestExpand(t *testing.T) {
	reverse := func(s string) string {
		b := []byte(s)
		for i := range len(b) / 2 {
			b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
		}
		return string(b)
	}
	tests := []struct{ template, want string }{
		{"", "^$"},
		{"plain } text", "^plain } text$"},
		{"{{a}", "^{a}$"},
		{"{alnum:36}", "^[0-9A-Za-z]{36}$"},
		{"{alnum:3-5}", "^[0-9A-Za-z]{3,5}$"},
		{"{lower:9}{upper:8}{digit:7}", "^[a-z]{9}[A-Z]{8}[0-9]{7}$"},
		{"{hex:8}-{HEX:8}", "^[0-9a-f]{8}-[0-9A-F]{8}$"},
		{"{base32:40}", "^[A-Z2-7]{40}$"},
		{"{base64:40}{base64url:40}", "^[0-9A-Za-z+/]{40}[0-9A-Za-z_-]{40}$"},
		{"{set:[A-C-]:30}", "^[ABC-]{30}$"},
		{"{set:[a:(-)]:30}", "^[a:()-]{30}$"},
		{"{uuid}", "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"},
		{"{jwt}", `^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43}$`},
		{"{base64(a:b)}", "^YTpi$"},
		{"{base64(ab)}", "^YWI=$"},
		{"{base64url(ab)}", "^YWI$"},
		{`{json(a"b)}`, `^a\\"b$`},
		{"{base64({base64(a)})}", "^WVE9PQ==$"},
		{"{base64({bytes:3})}", "^[0-9A-Za-z+/]{4}$"},
		{"key=\"abc{check}\"", "^key=\"abccba\"$"},
		{"key abc{check} d", "^key abccba d$"},
	}
	for _, tt := range tests {
		t.Run(tt.template, func(t *testing.T) {
			got, err := sample.Expand(tt.template, newRand(), reverse)
			if err != nil {
				t.Fatal(err)
			}
			if !regexp.MustCompile(tt.want).MatchString(got) {
				t.Errorf("got %q, want a match of %s", got, tt.want)
			}
			again, err := sample.Expand(tt.template, newRand(), reverse)
			if err != nil || again != got {
				t.Errorf("the same randomness gives %q, then %q (%v)", got, again, err)
			}
		})
	}
}

func TestExpandErrors(t *testing.T) {
	tests := []struct{ template, want string }{
		{"{", "not closed"},
		{"{alnum:3", "not closed"},
		{"{alnum}", "want a count"},
		{"{alnum:0}", "want a count"},
		{"{alnum:5-3}", "want a count"},
		{"{alnum:99999999}", "want a count"},
		{"{alnum:x}", "want a count"},
		{"{nothing:3}", "unknown placeholder"},
		{"{nothing(a)}", "unknown encoding"},
		{"{base64(a}", "not closed by"},
		{"{base64({base64({base64({base64({base64(a)})})})})}", "inside one another"},
		{"{set:abc:3}", "brackets"},
		{"{set:[]:3}", "no characters"},
		{"{set:[z-a]:3}", "not a range"},
		{"{set:[a-z]x3}", "unexpected"},
		{"{uuid:3}", "takes no argument"},
		{"{pem:dsa}", "unknown kind"},
		{"a{check}", "no check"},
		{strings.Repeat("{alnum:65536}", 17), "more than"},
	}
	for _, tt := range tests {
		t.Run(tt.template, func(t *testing.T) {
			_, err := sample.Expand(tt.template, newRand(), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error that says %q", err, tt.want)
			}
		})
	}
}

// TestExpandIsUniform guards the entropy of samples.
func TestExpandIsUniform(t *testing.T) {
	const n = 32000
	text, err := sample.Expand("{base32:32000}", newRand(), nil)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[rune]int{}
	for _, c := range text {
		counts[c]++
	}
	if len(counts) != 32 {
		t.Fatalf("%d different characters, want 32", len(counts))
	}
	for c, got := range counts {
		if want := n / 32; got < want*8/10 || got > want*12/10 {
			t.Errorf("%q stands there %d times, want about %d", c, got, want)
		}
	}
}

func TestPrivateKeysParse(t *testing.T) {
	parsers := map[string]func([]byte) error{
		"rsa":   func(der []byte) error { _, err := x509.ParsePKCS1PrivateKey(der); return err },
		"ec":    func(der []byte) error { _, err := x509.ParseECPrivateKey(der); return err },
		"pkcs8": func(der []byte) error { _, err := x509.ParsePKCS8PrivateKey(der); return err },
	}
	for kind, parse := range parsers {
		t.Run(kind, func(t *testing.T) {
			text, err := sample.Expand("{pem:"+kind+"}", newRand(), nil)
			if err != nil {
				t.Fatal(err)
			}
			block, rest := pem.Decode([]byte(text))
			if block == nil || len(rest) > 0 {
				t.Fatalf("no PEM block, or %d bytes after it", len(rest))
			}
			if err := parse(block.Bytes); err != nil {
				t.Error(err)
			}
		})
	}
}

func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"{alnum:3-5}", "{{}", "{base64({bytes:3})}", "{set:[a-z-]:4}", "{uuid}", "{jwt}", "a {check}", "{json(\")}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, template string) {
		if strings.Contains(template, "{pem") {
			t.Skip("slow, and not the same every time")
		}
		upper := func(s string) string { return strings.ToUpper(s) }
		a, errA := sample.Expand(template, newRand(), upper)
		b, errB := sample.Expand(template, newRand(), upper)
		if a != b || (errA == nil) != (errB == nil) {
			t.Errorf("the same randomness gives %q (%v), then %q (%v)", a, errA, b, errB)
		}
		if errA == nil && !strings.Contains(template, "{") && a != template {
			t.Errorf("got %q of text without placeholders", a)
		}
	})
}
