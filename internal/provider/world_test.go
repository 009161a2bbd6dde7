package provider

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	random "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/sample"
)

// world is a network in which every public address is that of one server, which has a
// good certificate for every name.
type world struct {
	t      *testing.T
	server *httptest.Server
	roots  *x509.CertPool
	open   atomic.Int32 // connections of clients

	mu        sync.Mutex
	names     map[string][]string // a name's addresses, for each time that it is asked for
	dialed    []string            // addresses that were connected to
	seen      []string            // methods and addresses of requests
	certified string              // whose certificate it has, if it isn't who is asked for
}

// requests gives the methods and addresses of the requests so far. Those that a client gave up
// may still be coming.
func (w *world) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.seen)
}

// forget forgets them.
func (w *world) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = nil
}

// publicAddress is where names are that the world doesn't know.
const publicAddress = "93.184.215.14"

// newWorld starts a server. Nothing of it is left at the test's end, and nothing of the
// clients that met it.
func newWorld(t *testing.T, serve http.HandlerFunc) *world {
	t.Helper()
	before := goleak.IgnoreCurrent()
	w := &world{t: t, names: make(map[string][]string)}
	t.Cleanup(func() {
		goleak.VerifyNone(t, before)
		if n := w.open.Load(); n != 0 {
			t.Errorf("%d connections are open", n)
		}
	})
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.seen = append(w.seen, r.Method+" https://"+r.Host+r.RequestURI)
		w.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		serve(rw, r)
	}))
	mint, roots := authority(t)
	w.roots = roots
	// httptest's own certificate would be that of who is asked for by an address.
	certificate := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return mint(cmp.Or(w.certified, hello.ServerName, "127.0.0.1"))
	}
	w.server.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{GetCertificate: certificate}, nil
	}}
	w.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	return w
}

// authority gives a certificate for every host, and what trusts it.
func authority(t *testing.T) (mint func(host string) (*tls.Certificate, error), roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "world"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	return func(host string) (*tls.Certificate, error) {
		leaf := &x509.Certificate{
			SerialNumber: big.NewInt(2), NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		if a, err := netip.ParseAddr(host); err == nil {
			leaf.IPAddresses = []net.IP{a.AsSlice()}
		} else {
			leaf.DNSNames = []string{host}
		}
		der, err := x509.CreateCertificate(rand.Reader, leaf, parsed, &key.PublicKey, key)
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
	}, roots
}

// connect does what a net.Dialer does, but that public addresses lead to the server.
func (w *world) connect(ctx context.Context, network, address string, c control) (net.Conn, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	var first error
	for at := range strings.FieldsSeq(w.lookup(name)) {
		if err := c(network, net.JoinHostPort(at, port), nil); err != nil {
			first = cmp.Or(first, error(&net.OpError{Op: "dial", Net: network, Err: err}))
			continue
		}
		w.mu.Lock()
		w.dialed = append(w.dialed, at)
		w.mu.Unlock()
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.server.Listener.Addr().String())
		if err != nil {
			return nil, err
		}
		w.open.Add(1)
		return &counted{Conn: conn, open: &w.open}, nil
	}
	return nil, first
}

// counted is a connection that is counted while it is open.
type counted struct {
	net.Conn
	open *atomic.Int32
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// lookup gives the addresses of a name, those of its last time again and again.
func (w *world) lookup(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return name
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	times := w.names[name]
	if len(times) == 0 {
		return publicAddress
	}
	if len(times) > 1 {
		w.names[name] = times[1:]
	}
	return times[0]
}

// client gives a client that lives in the world. It never waits; the pauses that it is
// asked for are listed in the result's second part.
func (w *world) client(o Options) (*Client, *[]time.Duration) {
	c := New(o)
	c.way = way{connect: w.connect, roots: w.roots}
	var mu sync.Mutex
	pauses := new([]time.Duration)
	c.wait = func(ctx context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		*pauses = append(*pauses, d)
		return ctx.Err()
	}
	return c, pauses
}

// allowed reads hosts that a test allows.
func allowed(t *testing.T, hosts ...string) []Allowed {
	t.Helper()
	var all []Allowed
	for _, h := range hosts {
		a, err := ParseAllowed(h)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// made makes a text that nobody has seen.
func made(t *testing.T, template string) string {
	t.Helper()
	text, err := sample.Expand(template, random.New(random.NewPCG(random.Uint64(), random.Uint64())), nil)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// token is a credential of the rule "vendor-token".
func token(t *testing.T) Credential {
	t.Helper()
	return Credential{Rule: "vendor-token", Value: secret.New(made(t, "vnd_{alnum:32}"))}
}

// vendor is a provider whose tokens are asked about with a header.
func vendor() *rules.Verify {
	return &rules.Verify{
		Rules:   []string{"vendor-token"},
		Request: rules.Request{Method: "GET", URL: "https://api.vendor.com/v1/me", Headers: []rules.Field{{Name: "Authorization", Text: "Bearer {value}"}}},
		Answers: []rules.Answer{
			{Means: rules.Live, Status: []int{200}, JSON: []rules.Field{{Name: "me.id", Text: ""}}, ID: "me.id"},
			{Means: rules.Restricted, Status: []int{403}, JSON: []rules.Field{{Name: "error", Text: "missing_scope"}}},
			{Means: rules.Dead, Status: []int{401}, JSON: []rules.Field{{Name: "error", Text: "token_revoked"}}},
			{Means: rules.Dead, Status: []int{401}, Headers: []rules.Field{{Name: "WWW-Authenticate", Text: "invalid_token"}}},
		},
	}
}

func set(v ...*rules.Verify) *rules.Set { return &rules.Set{Verifies: v} }

// answer writes an answer of JSON.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const (
	liveBody = `{"me": {"id": "key-7"}}`
	deadBody = `{"error": "token_revoked"}`
)
