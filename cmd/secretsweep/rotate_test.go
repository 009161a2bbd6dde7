package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// leakedAt makes a repository in which secrets of a rule leaked, each in a file of a name, and
// has their owner import it.
func (m member) leakedAt(rule string, files ...string) (values []string) {
	m.t.Helper()
	needGit(m.t)
	dir := m.t.TempDir()
	runGit(m.t, dir, "init", "-q")
	for i, name := range files {
		value, err := newSecret(rule)
		if err != nil {
			m.t.Fatal(err)
		}
		values = append(values, value)
		if err := os.WriteFile(filepath.Join(dir, name), fmt.Appendf(nil, "export KEY_%d=%s\n", i, value), 0o666); err != nil {
			m.t.Fatal(err)
		}
	}
	runGit(m.t, dir, "add", "-A")
	runGit(m.t, dir, "commit", "-q", "-m", "keys")
	m.must("import", dir, "-p", "web", "-e", "prod", "--yes")
	return values
}

// TestRotateShowsHostileTexts has what a repository says in everything that is shown, and
// nothing of it reaches the terminal as it is.
func TestRotateShowsHostileTexts(t *testing.T) {
	owner, _ := newOwner(t)
	const name = "a\x1b[31m\u202e=1+1'`|<b>.sh"
	values := owner.leakedAt("stripe-live-key", name)
	owner.must("rotate", "block", "KEY_0", "--reason", "why\x1b[2J\nnot")
	owner.must("rotate", "block", "KEY_0", "--clear")
	n := 0
	for _, args := range []string{
		"list", "list -f json", "show KEY_0", "show KEY_0 -f json", "next", "start KEY_0", "report", "report -f md",
		"checklist", "checklist -f csv", "checklist -f json", "checklist -f html", "checklist KEY_0 -f github",
	} {
		status, stdout, stderr := owner.run(append([]string{"rotate"}, strings.Fields(args)...)...)
		if status != statusOK {
			t.Fatalf("%s: exit status %d\n%s", args, status, stderr)
		}
		shown := stdout + stderr
		if i := strings.IndexAny(shown, "\x1b\u202e"); i >= 0 {
			t.Errorf("%s: shows %q", args, shown[i:min(i+20, len(shown))])
		}
		if strings.Contains(shown, values[0]) {
			t.Errorf("%s: shows the value", args)
		}
		if strings.Contains(shown, "1+1") {
			n++
		}
	}
	if n < 6 {
		t.Errorf("the file is named by %d commands only", n)
	}
}

// TestRotateDueCertificates has certificates due when most of their life is over.
func TestRotateDueCertificates(t *testing.T) {
	owner, _ := newOwner(t)
	now := time.Now()
	owner.setFile("FRESH", certificateFor(t, now.AddDate(0, 0, -10), now.AddDate(0, 0, 90)))
	owner.setFile("OLD", certificateFor(t, now.AddDate(0, 0, -90), now.AddDate(0, 0, 10)))
	status, stdout, _ := owner.run("rotate", "due")
	if status != statusLeaks || !regexp.MustCompile(`(?m)^20..-..-..! +web/prod OLD +most of the certificate's life is over +- +-$`).MatchString(stdout) || strings.Contains(stdout, "FRESH") {
		t.Errorf("exit status %d\n%s", status, stdout)
	}
	owner.must("rotate", "policy", "certificate", "100%")
	if status, stdout, _ := owner.run("rotate", "due"); status != statusOK || stdout != "" {
		t.Errorf("to be used up: exit status %d\n%s", status, stdout)
	}
}

// setFile has a secret of web/prod have a value.
func (m member) setFile(name, value string) {
	m.t.Helper()
	path := filepath.Join(m.t.TempDir(), "value")
	if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
		m.t.Fatal(err)
	}
	m.must("secret", "set", name, "-p", "web", "-e", "prod", "--file", path)
}

// certificateFor makes a certificate in PEM that is good between two times.
func certificateFor(t *testing.T, from, to time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestWriteFitted(t *testing.T) {
	rows := [][]string{
		{"ID", "STATE", "SECRET", "NEXT"},
		{"01234567", "replacement stored", "web/prod ÄÖÜ_" + strings.Repeat("X", 30), "make a new one, and store it as web/prod STRIPE_KEY"},
		{"89abcdef", "found", "a", "-"},
	}
	for _, tt := range []struct {
		width, widest int // 0: as wide as it is
		cut           []int
	}{
		{0, 0, []int{3, 2}},
		{200, 0, []int{3, 2}},
		{80, 80, []int{3, 2}},
		{60, 60, []int{3, 2}},
		{10, 48, []int{3, 2}}, // no narrower than what can't be cut
		{80, 0, nil},
	} {
		var out bytes.Buffer
		if err := writeFitted(&out, tt.width, rows, tt.cut...); err != nil {
			t.Fatal(err)
		}
		widest := 0
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%q ends with a space", line)
			}
			widest = max(widest, utf8.RuneCountInString(line))
		}
		whole := strings.Contains(out.String(), rows[1][2]) && strings.Contains(out.String(), rows[1][3])
		if tt.widest == 0 && !whole {
			t.Errorf("width %d: it was cut:\n%s", tt.width, out.String())
		}
		if tt.widest > 0 && (whole || widest > tt.widest) {
			t.Errorf("width %d: %d columns:\n%s", tt.width, widest, out.String())
		}
	}
}

func TestWrapped(t *testing.T) {
	words := strings.Repeat("seven77 ", 30)
	got := wrapped(10, "next:     ", words)
	for i, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
		margin := "          "
		if i == 0 {
			margin = "next:     "
		}
		if !strings.HasPrefix(line, margin+"seven77") || len(line) > 80 {
			t.Errorf("line %d is %q", i, line)
		}
	}
	if strings.Count(got, "seven77") != 30 {
		t.Errorf("words are lost: %q", got)
	}
	for _, tt := range []struct {
		margin           int
		mark, text, want string
	}{
		{4, "", "", "\n"},
		{4, "1. ", "", " 1.\n"},
		{5, "1. ", "a b", "  1. a b\n"},
		{2, "long mark ", "a", "long mark a\n"},
		{2, "", strings.Repeat("x", 100) + " y", "  " + strings.Repeat("x", 100) + "\n  y\n"},
	} {
		if got := wrapped(tt.margin, tt.mark, tt.text); got != tt.want {
			t.Errorf("wrapped(%d, %q, %q) = %q, want %q", tt.margin, tt.mark, tt.text, got, tt.want)
		}
	}
}
