package known

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// fixed finds what it says.
type fixed []detectors.Match

func (f fixed) Detect(*detectors.Chunk) detectors.Found { return detectors.Found{Matches: f} }

// at makes a match of a stretch of a text.
func at(rule *rules.Rule, text string, start, end int) detectors.Match {
	v := secret.New(text[start:end])
	return detectors.Match{Rule: rule, Start: start, End: end, Value: v, Carrier: v}
}

func TestUnite(t *testing.T) {
	specific, byLook := &rules.Rule{ID: "specific"}, &rules.Rule{ID: "looks-random", Random: true}
	issued := &rules.Rule{ID: "issued", Random: true, Provider: &rules.Provider{ID: "vendor"}}
	value := random(20)
	lines := "-----BEGIN\n" + value + "\nEND-----"
	escaped := `"` + strings.ReplaceAll(lines, "\n", `\n`) + `"`
	in64 := base64.StdEncoding.EncodeToString([]byte(value + "!"))
	carried := at(specific, "x://"+value, 4, 4+len(value))
	carried.Carrier = secret.New("x://" + value)
	inside := at(specific, in64, 0, len(in64)-2) // found in the decoded text, of which it is a part
	inside.Value = secret.New(value[:4])
	tests := []struct {
		name, known, text string
		found             detectors.Match
		want              []string // rule, span, whether it is the known value
	}{
		{"the same value", value, value + ";", at(specific, value, 0, 20), []string{"known-secret 0 20 true", "specific 0 20 true"}},
		{"the same value, by its look", value, value, at(byLook, value, 0, 20), []string{"known-secret 0 20 true", "looks-random 0 20 true"}},
		{"spelt otherwise", lines, escaped, at(specific, escaped, 1, len(escaped)-1),
			[]string{fmt.Sprint("known-secret 1 ", len(escaped)-1, " true"), fmt.Sprint("specific 1 ", len(escaped)-1, " true")}},
		{"carried by an address", value, "x://" + value, carried, []string{"known-secret 4 24 true", "specific 4 24 true"}},
		{"decoded there, and a part of it", value, in64, inside, []string{"known-secret 0 26 true", "specific 0 26 false"}},
		{"encoded, by its look", value, in64, at(byLook, in64, 0, len(in64)), []string{"known-secret 0 26 true"}},
		{"as much as a pattern takes in", value, value, at(byLook, value, 3, 20), []string{"known-secret 0 20 true"}},
		{"a part of it that is a provider's", value, value, at(issued, value, 3, 20), []string{"known-secret 0 20 true", "issued 3 20 false"}},
		{"something longer", value, value + random(60), at(byLook, value+random(60), 0, 80), []string{"known-secret 0 20 true", "looks-random 0 80 false"}},
		{"a part of it that is known", value, value, at(specific, value, 3, 20), []string{"known-secret 0 20 true", "specific 3 20 false"}},
		{"something else", value, value + " " + random(60), at(byLook, value+" "+random(60), 21, 81), []string{"known-secret 0 20 true", "looks-random 21 81 false"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, _ := New(fixed{tt.found}, secrets(tt.known))
			var got []string
			for _, m := range d.Detect(whole(tt.text)).Matches {
				got = append(got, fmt.Sprint(m.Rule.ID, " ", m.Start, " ", m.End, " ", m.Value.Equal(secret.New(tt.known))))
				if known := m.Rule.ID == RuleID; known != (m.Vault != nil) {
					t.Errorf("a known value %v, with its entries %v", known, m.Vault)
				}
				if whole := secret.New("x://" + tt.known); strings.HasPrefix(tt.text, "x://") && m.Rule == specific && !m.Carrier.Equal(whole) {
					t.Error("the carrier changed")
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// privateKey makes a key as tools write it.
func privateKey(t *testing.T) string {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// TestAroundRules looks for known values beside all built-in rules: a key that is known is
// one value, however its lines are written, and a password is what a file assigns.
func TestAroundRules(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	inner, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	key := privateKey(t)
	password := random(12) + "#1"
	d, unsought := New(inner, secrets(key, password))
	if len(unsought) > 0 {
		t.Fatal(unsought)
	}
	text := "KEY=\"" + strings.ReplaceAll(strings.TrimSpace(key), "\n", `\n`) + "\"\nDB_PASSWORD='" + password + "'\n" + key
	chunk := whole(text)
	chunk.At.Path = ".env.production"
	values := map[secret.Fingerprint]map[string]bool{}
	for _, m := range d.Detect(chunk).Matches {
		id := m.Value.Fingerprint()
		if values[id] == nil {
			values[id] = map[string]bool{}
		}
		values[id][m.Rule.ID] = true
	}
	want := map[secret.Fingerprint]map[string]bool{
		trim(secret.New(key)).Fingerprint(): {RuleID: true, "private-key": true},
		secret.New(password).Fingerprint():  {RuleID: true, rules.ConfigPassword: true},
	}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("rules by value (-want +got):\n%s", diff)
	}
}
