package provider

import (
	"strings"
	"testing"
)

func TestParseAllowed(t *testing.T) {
	good := map[string]string{
		"git.example.com": "git.example.com", "Git.Example.com:8443": "git.example.com:8443", "localhost": "localhost", "10.0.0.5:5432": "10.0.0.5:5432",
		"[::1]": "[::1]", "[0:0::1]:443": "[::1]:443", "[::ffff:10.0.0.5]:1": "10.0.0.5:1", "host.": "host",
	}
	for text, want := range good {
		a, err := ParseAllowed(text)
		if err != nil || a.String() != want {
			t.Errorf("%q: got %q, %v, want %q", text, a, err, want)
		}
	}
	bad := map[string]string{
		"":                             `allowed host "": no plain name of a host`,
		"https://git.example.com":      `allowed host "https://git.example.com": want HOST or HOST:PORT, without a scheme`,
		"git.example.com/path":         `allowed host "git.example.com/path": no plain name of a host`,
		"me@git.example.com":           `allowed host "me@git.example.com": no plain name of a host`,
		"*.example.com":                `allowed host "*.example.com": no plain name of a host`,
		"a b":                          `allowed host "a b": no plain name of a host`,
		"host:":                        `allowed host "host:": it has no port after the colon`,
		"host:0":                       `allowed host "host:0": no port`,
		"host:65536":                   `allowed host "host:65536": no port`,
		"host:-1":                      `allowed host "host:-1": no port`,
		"::1":                          `allowed host "::1": an address of IPv6 stands in brackets`,
		"[::1":                         `allowed host "[::1": a bracket is open`,
		"[::1]x":                       `allowed host "[::1]x": want [ADDRESS] or [ADDRESS]:PORT`,
		"[::1]:":                       `allowed host "[::1]:": it has no port after the colon`,
		"[host]":                       `allowed host "[host]": what is in brackets is no address of IPv6`,
		"[10.0.0.1]":                   `allowed host "[10.0.0.1]": what is in brackets is no address of IPv6`,
		"[fe80::1%eth0]":               `allowed host "[fe80::1%eth0]": an address with a zone`,
		"127.1":                        `allowed host "127.1": neither a name nor an address`,
		"2852039166":                   `allowed host "2852039166": neither a name nor an address`,
		"169.254.169.254":              `allowed host "169.254.169.254": it serves a cloud's machines their credentials, and is never asked`,
		"169.254.169.254:80":           `allowed host "169.254.169.254:80": it serves a cloud's machines their credentials, and is never asked`,
		"[::ffff:169.254.169.254]":     `allowed host "[::ffff:169.254.169.254]": it serves a cloud's machines their credentials, and is never asked`,
		"[fd00:ec2::254]":              `allowed host "[fd00:ec2::254]": it serves a cloud's machines their credentials, and is never asked`,
		"100.100.100.200":              `allowed host "100.100.100.200": it serves a cloud's machines their credentials, and is never asked`,
		"Metadata.Google.Internal":     `allowed host "Metadata.Google.Internal": it serves a cloud's machines their credentials, and is never asked`,
		"metadata.google.internal.:80": `allowed host "metadata.google.internal.:80": it serves a cloud's machines their credentials, and is never asked`,
	}
	for text, want := range bad {
		if a, err := ParseAllowed(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %q, %v, want %s", text, a, err, want)
		}
	}
}

func TestAllows(t *testing.T) {
	c := New(Options{Allow: allowed(t, "git.example.com", "db.example.com:5432", "[::1]")})
	tests := []struct {
		host string
		port uint16
		want bool
	}{
		{"git.example.com", 443, true}, {"git.example.com", 80, true}, {"db.example.com", 5432, true}, {"db.example.com", 5433, false},
		{"x.git.example.com", 443, false}, {"example.com", 443, false}, {"::1", 1, true},
	}
	for _, tt := range tests {
		if got := c.allows(tt.host, tt.port); got != tt.want {
			t.Errorf("%s:%d: got %t", tt.host, tt.port, got)
		}
	}
}

// FuzzParseAllowed shows that what is read is written as what reads the same, and that no
// way of writing it allows metadata.
func FuzzParseAllowed(f *testing.F) {
	for _, text := range []string{"git.example.com:8443", "[::1]:443", "[::ffff:169.254.169.254]", "10.0.0.5", "host.", "[64:ff9b::a9fe:a9fe]:80"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAllowed(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "allowed host ") {
				t.Errorf("error %q doesn't say what it is about", err)
			}
			return
		}
		again, err := ParseAllowed(a.String())
		if err != nil || again != a {
			t.Errorf("%q is written as %q, which is %v, %v", text, a, again, err)
		}
		if isMetadataHost(a.host) {
			t.Errorf("%q allows metadata", text)
		}
	})
}
