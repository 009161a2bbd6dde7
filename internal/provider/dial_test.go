package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// TestAddresses has a provider's name lead to where it shouldn't.
func TestAddresses(t *testing.T) {
	const metadata = "api.vendor.com serves a cloud's machines their credentials, and is never asked"
	tests := []struct {
		name      string
		addresses []string // of each time that it is asked for
		allow     string
		verdicts  []Verdict // of each time
		why       string    // of the last
		dialed    []string
	}{
		{"public", []string{"93.184.215.14"}, "", []Verdict{Live}, "status 200, me.id", []string{"93.184.215.14"}},
		{"loopback", []string{"127.0.0.1"}, "", []Verdict{Unknown}, "api.vendor.com is at 127.0.0.1, a loopback address, and has to be allowed", nil},
		{"loopback of IPv6", []string{"::1"}, "", []Verdict{Unknown}, "api.vendor.com is at ::1, a loopback address, and has to be allowed", nil},
		{"private", []string{"10.1.2.3"}, "", []Verdict{Unknown}, "api.vendor.com is at 10.1.2.3, a private address, and has to be allowed", nil},
		{"private, in IPv6", []string{"::ffff:10.1.2.3"}, "", []Verdict{Unknown}, "api.vendor.com is at 10.1.2.3, a private address, and has to be allowed", nil},
		{"private, by NAT64", []string{"64:ff9b::10.1.2.3"}, "", []Verdict{Unknown}, "api.vendor.com is at 64:ff9b::a01:203, a private address, and has to be allowed", nil},
		{"private, by 6to4", []string{"2002:a01:203::1"}, "", []Verdict{Unknown}, "api.vendor.com is at 2002:a01:203::1, a private address, and has to be allowed", nil},
		{"nowhere", []string{"0.0.0.0"}, "", []Verdict{Unknown}, "api.vendor.com is at 0.0.0.0, a reserved address, and has to be allowed", nil},
		{"one public, one private", []string{"10.1.2.3 93.184.215.14"}, "", []Verdict{Live}, "status 200, me.id", []string{"93.184.215.14"}},
		{"the other way round", []string{"93.184.215.14 10.1.2.3"}, "", []Verdict{Live}, "status 200, me.id", []string{"93.184.215.14"}},
		{"public first, then private", []string{"93.184.215.14", "10.1.2.3"}, "", []Verdict{Live, Unknown}, "api.vendor.com is at 10.1.2.3, a private address, and has to be allowed", []string{"93.184.215.14"}},
		{"private, and allowed", []string{"10.1.2.3"}, "api.vendor.com", []Verdict{Live}, "status 200, me.id", []string{"10.1.2.3"}},
		{"private, and allowed at another port", []string{"10.1.2.3"}, "api.vendor.com:8443", []Verdict{Unknown}, "api.vendor.com is at 10.1.2.3, a private address, and has to be allowed", nil},
		{"private, and only the address is allowed", []string{"10.1.2.3"}, "10.1.2.3", []Verdict{Unknown}, "api.vendor.com is at 10.1.2.3, a private address, and has to be allowed", nil},
		{"metadata", []string{"169.254.169.254"}, "", []Verdict{Unknown}, metadata, nil},
		{"metadata, with the name allowed", []string{"169.254.169.254"}, "api.vendor.com", []Verdict{Unknown}, metadata, nil},
		{"metadata of IPv6", []string{"fd00:ec2::254"}, "api.vendor.com", []Verdict{Unknown}, metadata, nil},
		{"metadata of Alibaba", []string{"100.100.100.200"}, "api.vendor.com", []Verdict{Unknown}, metadata, nil},
		{"metadata, by NAT64", []string{"64:ff9b::a9fe:a9fe"}, "api.vendor.com", []Verdict{Unknown}, metadata, nil},
		{"metadata, the second time", []string{"93.184.215.14", "169.254.169.254"}, "api.vendor.com", []Verdict{Live, Unknown}, metadata, []string{"93.184.215.14"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, answer(200, liveBody))
			w.names["api.vendor.com"] = tt.addresses
			o := Options{Rules: set(vendor())}
			if tt.allow != "" {
				o.Allow = allowed(t, tt.allow)
			}
			c, _ := w.client(o)
			cred := token(t)
			for i, want := range tt.verdicts {
				got := c.Verify(t.Context(), cred)
				if got.Verdict != want || i == len(tt.verdicts)-1 && got.Why != tt.why {
					t.Errorf("time %d: got %s (%s), want %s (%s)", i+1, got.Verdict, got.Why, want, tt.why)
				}
			}
			if diff := cmp.Diff(tt.dialed, w.dialed); diff != "" {
				t.Errorf("dialed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMetadataNames shows that no name of metadata is resolved, whoever allowed it and
// wherever it leads.
func TestMetadataNames(t *testing.T) {
	w := newWorld(t, answer(200, liveBody))
	for _, host := range []string{"metadata.google.internal", "METADATA.google.internal.", "instance-data", "169.254.169.254", "[fd00:ec2::254]"} {
		v := vendor()
		v.URL, v.FromConfig = "http://"+host+"/v1/me", true
		name, err := parseHost(strings.Trim(host, "[]"))
		if err != nil {
			t.Fatal(err)
		}
		c, _ := w.client(Options{Rules: set(v), Allow: []Allowed{{host: name}}})
		got := c.Verify(t.Context(), token(t))
		if want := name + " serves a cloud's machines their credentials, and is never asked"; got.Verdict != Unknown || got.Why != want {
			t.Errorf("got %s (%s), want %s", got.Verdict, got.Why, want)
		}
	}
	if len(w.dialed) > 0 {
		t.Errorf("dialed %s", w.dialed)
	}
}

// TestRealDialer shows that the addresses are looked at with a dialer that is real, too:
// the server is at a loopback address, which only who allows it reaches.
func TestRealDialer(t *testing.T) {
	w := newWorld(t, answer(401, deadBody))
	server, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		v := vendor()
		v.URL = "https://" + net.JoinHostPort(host, server.Port())
		for allow, want := range map[string]Verdict{"": Unknown, host: Dead, host + ":" + server.Port(): Dead, host + ":1": Unknown} {
			o := Options{Rules: set(v)}
			if allow != "" {
				o.Allow = allowed(t, allow)
			}
			c := New(o)
			c.way.roots = w.roots
			got := c.Verify(t.Context(), token(t))
			if got.Verdict != want || want == Unknown && !strings.Contains(got.Why, "a loopback address, and has to be allowed") {
				t.Errorf("%s, allowed %q: got %s (%s), want %s", host, allow, got.Verdict, got.Why, want)
			}
		}
	}
}

// TestReasons has a network that fails in all ways, and shows what is said of each.
func TestReasons(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	tests := map[string]error{
		"no such host":                                     dial(&net.DNSError{Name: "api.vendor.com", IsNotFound: true}),
		"the host's name was not resolved":                 dial(&net.DNSError{Name: "api.vendor.com", IsTemporary: true}),
		"the host can't be reached":                        dial(errors.New("connection refused")),
		"the host doesn't speak TLS":                       tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
		"the host's certificate is not trusted":            &tls.CertificateVerificationError{Err: errors.New("unknown authority")},
		"the connection broke, or what came was no answer": io.ErrUnexpectedEOF,
		"no answer within 15s":                             context.DeadlineExceeded,
	}
	for want, err := range tests {
		c := New(Options{Rules: set(vendor())})
		c.way.connect = func(context.Context, string, string, control) (net.Conn, error) { return nil, err }
		if got := c.Verify(t.Context(), token(t)); got.Verdict != Unknown || got.Why != want || got.Host != "api.vendor.com" {
			t.Errorf("got %s (%s), want %s", got.Verdict, got.Why, want)
		}
	}
}

// TestNoProxy shows that the environment doesn't lead requests elsewhere.
func TestNoProxy(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	w := newWorld(t, answer(200, liveBody))
	c, _ := w.client(Options{Rules: set(vendor())})
	if got := c.Verify(t.Context(), token(t)); got.Verdict != Live {
		t.Errorf("got %s (%s)", got.Verdict, got.Why)
	}
}

// TestHosts is about who may be asked, by whoever named them.
func TestHosts(t *testing.T) {
	const (
		hook  = "https://hooks.vendor.com/services/"
		needs = ", and has to be allowed"
	)
	shop := func(v *rules.Verify) {
		v.URL, v.Hosts = "https://{part:shop}/admin", []string{"*.shops.com", "shop.vendor.com"}
	}
	webhook := func(v *rules.Verify) {
		v.Request = rules.Request{Method: "POST", URL: "{value}", Secret: true}
		v.Hosts = []string{"hooks.vendor.com"}
	}
	config := func(url string) func(v *rules.Verify) {
		return func(v *rules.Verify) { v.URL, v.FromConfig = url, true }
	}
	tests := []struct {
		name, part, value, allow string
		change                   func(v *rules.Verify)
		why                      string // "" if it is asked
	}{
		{"a shop", "a.shops.com", "", "", shop, ""},
		{"a shop in capitals", "A.Shops.COM", "", "", shop, ""},
		{"the one that is written out", "shop.vendor.com", "", "", shop, ""},
		{"no shop", "shops.com", "", "", shop, "shops.com is none of the provider's hosts" + needs},
		{"one that only ends alike", "evilshops.com", "", "", shop, "evilshops.com is none of the provider's hosts" + needs},
		{"one that only begins alike", "a.shops.com.evil.org", "", "", shop, "a.shops.com.evil.org is none of the provider's hosts" + needs},
		{"one that is allowed", "evil.org", "", "evil.org", shop, ""},
		{"a path for a shop", "evil.org/a.shops.com", "", "", shop, "what was found near it is no plain name of a host"},
		{"a port for a shop", "a.shops.com:8443", "", "", shop, "what was found near it is no plain name of a host"},
		{"a user for a shop", "a.shops.com@evil.org", "", "", shop, "what was found near it is no plain name of a host"},
		{"a line for a shop", "a.shops.com\r\nX: y", "", "", shop, "what was found near it is no plain name of a host"},
		{"metadata for a shop", "169.254.169.254", "", "", shop, "169.254.169.254 is none of the provider's hosts" + needs},
		{"no part", "", "", "", shop, "no shop was found near it, which is needed to ask"},
		{"a webhook", "", hook + "T0/B0", "", webhook, ""},
		{"a webhook with the usual port", "", strings.Replace(hook, ".com", ".com:443", 1), "", webhook, ""},
		{"a webhook of another", "", "https://evil.org/services/T0", "", webhook, "its host is none of the provider's" + needs},
		{"a webhook of another, allowed", "", "https://evil.org/services/T0", "evil.org", webhook, ""},
		{"a webhook at another port", "", strings.Replace(hook, ".com", ".com:8443", 1), "", webhook, "its host is none of the provider's" + needs},
		{"a webhook at port 0x", "", strings.Replace(hook, ".com", ".com:99999", 1), "", webhook, "its address has no port after the colon"},
		{"a webhook with a user", "", "https://me:pw@hooks.vendor.com/services/T0", "", webhook, "its address has a user or a fragment in it"},
		{"a webhook whose user looks like a host", "", "https://hooks.vendor.com@evil.org/", "", webhook, "its address has a user or a fragment in it"},
		{"a webhook with a fragment", "", hook + "T0#x", "", webhook, "its address has a user or a fragment in it"},
		{"a webhook in clear", "", "http://hooks.vendor.com/services/T0", "hooks.vendor.com", webhook, "its address is none of https"},
		{"another scheme", "", "file://hooks.vendor.com/etc/passwd", "", webhook, "its address is none of https"},
		{"a webhook without a scheme", "", "hooks.vendor.com/services/T0", "", webhook, "it is no address"},
		{"a webhook with a backslash", "", `https://hooks.vendor.com\@evil.org/`, "", webhook, "it is no address"},
		{"a webhook with steps", "", hook + "../admin", "", webhook, "its address has steps in it that lead elsewhere"},
		{"a webhook with escaped steps", "", hook + "%2e%2e/admin", "", webhook, "its address has steps in it that lead elsewhere"},
		{"a webhook with a blank", "", hook + "a b", "", webhook, "it is no address"},
		{"a webhook with lines", "", hook + "a\r\nX: y", "", webhook, "it is no address"},
		{"a config", "", "", "", config("https://git.example.com/"), "git.example.com is named by a config" + needs},
		{"a config with a provider's host", "", "", "", config("https://api.vendor.com/"), "api.vendor.com is named by a config" + needs},
		{"a config, allowed", "", "", "git.example.com", config("https://git.example.com/"), ""},
		{"a config in clear", "", "", "git.example.com", config("http://git.example.com/"), ""},
		{"a config with ftp", "", "", "git.example.com", config("ftp://git.example.com/"), "its address is none of https"},
		{"a config with metadata", "", "", "", config("http://169.254.169.254/"), "169.254.169.254 is named by a config" + needs},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := vendor()
			v.Headers = nil
			tt.change(v)
			cred := token(t)
			if tt.part != "" {
				cred.Parts = []Part{{"shop", secret.New(tt.part)}}
			}
			if tt.value != "" {
				cred.Value = secret.New(tt.value)
			}
			o := Options{Rules: set(v)}
			if tt.allow != "" {
				o.Allow = allowed(t, tt.allow)
			}
			c := New(o)
			why := ""
			if q, err := c.question(v, &v.Request, cred, ""); err != nil {
				why = err.Error()
			} else if q.host == "" {
				t.Error("nobody knows who is asked")
			}
			if why != tt.why {
				t.Errorf("got %q, want %q", why, tt.why)
			}
		})
	}
}

// TestClear shows that a config's address without TLS is asked as it says.
func TestClear(t *testing.T) {
	w := newWorld(t, answer(401, deadBody))
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plain.Close() })
	go func() { _ = w.server.Config.Serve(plain) }()
	v := vendor()
	v.URL, v.FromConfig = "http://"+plain.Addr().String()+"/v1/me", true
	c := New(Options{Rules: set(v), Allow: allowed(t, plain.Addr().String())})
	if got := c.Verify(t.Context(), token(t)); got.Verdict != Dead {
		t.Errorf("got %s (%s)", got.Verdict, got.Why)
	}
}
