package provider

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

const (
	maxHead  = 64 << 10         // bytes of an answer's headers
	maxWait  = 10 * time.Second // that an asked for pause can take
	maxTries = 3
)

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte // more than rules.MaxBody if it was not read to its end
}

// exchange asks in turn, and asks again where it is to be asked later. Its errors are
// reasons, and show no more than a host.
func (c *Client) exchange(ctx context.Context, q *question) (*reply, error) {
	end, err := c.turn(ctx, q.host)
	if err != nil {
		return nil, c.reason(ctx, err)
	}
	defer end()
	for try := 1; ; try++ {
		r, err := c.send(ctx, q)
		if err != nil {
			return nil, c.reason(ctx, err)
		}
		pause, asked := r.pause(c.now())
		if !asked || try == maxTries || pause > maxWait {
			return r, nil
		}
		if err := c.wait(ctx, pause); err != nil {
			return nil, c.reason(ctx, err)
		}
	}
}

// send makes one request over one connection. There is no client of net/http above the
// transport, which would follow redirects, and whose errors have the address in them.
func (c *Client) send(ctx context.Context, q *question) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	// The transport's own contexts go on after a request is given up.
	dial := func(_ context.Context, network, address string) (net.Conn, error) {
		return c.dial(ctx, network, address)
	}
	transport := &http.Transport{
		DialContext: dial,
		DialTLSContext: func(_ context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			secured := tls.Client(conn, &tls.Config{ServerName: q.host, RootCAs: c.way.roots, MinVersion: tls.VersionTLS12})
			if err := secured.HandshakeContext(ctx); err != nil {
				conn.Close()
				return nil, err
			}
			return secured, nil
		},
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHead,
	}
	request := (&http.Request{
		Method:        q.method,
		URL:           q.url,
		Host:          q.url.Host,
		Header:        q.header.Clone(),
		Body:          http.NoBody,
		ContentLength: int64(len(q.body)),
	}).WithContext(ctx)
	if len(q.body) > 0 {
		request.Body = io.NopCloser(bytes.NewReader(q.body))
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, rules.MaxBody+1))
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	return &reply{response.StatusCode, response.Header, body}, nil
}

// reason says why there was no answer, in words of its own: errors of the network may show
// addresses, and what was received.
func (c *Client) reason(ctx context.Context, err error) error {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused
	}
	name, noName := errors.AsType[*net.DNSError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	op, _ := errors.AsType[*net.OpError](err)
	switch {
	case ctx.Err() != nil:
		return errors.New("stopped before there was an answer")
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer within %s", c.timeout)
	case noName && name.IsNotFound:
		return errors.New("no such host")
	case noName:
		return errors.New("the host's name was not resolved")
	case untrusted:
		return errors.New("the host's certificate is not trusted")
	case plain:
		return errors.New("the host doesn't speak TLS")
	case op != nil && op.Op == "dial":
		return errors.New("the host can't be reached")
	}
	return errors.New("the connection broke, or what came was no answer")
}

// pause gives how long the provider wants not to be asked, if it wants that and says so.
func (r *reply) pause(now time.Time) (time.Duration, bool) {
	if r.status != http.StatusTooManyRequests && r.status != http.StatusServiceUnavailable {
		return 0, false
	}
	after := r.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(after, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(after)
	return max(date.Sub(now), 0), err == nil
}

// understand gives what a reply means by the rule's marks. What fits none means nothing.
func (c *Client) understand(v *rules.Verify, q *question, r *reply) Answer {
	known, ok := v.Answer(r.status, r.header, r.body)
	if !ok || len(known.JSON) > 0 && r.isPage() {
		return c.unknown(q.host, r.strange())
	}
	a := Answer{Verdict: Verdict(known.Means), Why: mark(r.status, known), Host: q.host, At: c.now()}
	if id, ok := known.FindID(r.body); ok {
		a.id = secret.New(id)
	}
	return a
}

// isPage tells whether a reply says that it is a page for people. Whatever it is, it isn't
// the provider's JSON.
func (r *reply) isPage() bool {
	kind, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	return kind == "text/html" || kind == "application/xhtml+xml"
}

// strange says what is known of a reply that no mark fits.
func (r *reply) strange() string {
	switch {
	case r.status == http.StatusTooManyRequests:
		return "rate limited"
	case r.status >= 300 && r.status < 400:
		return fmt.Sprintf("status %d, a redirect, which is not followed", r.status)
	case r.status >= 500:
		return fmt.Sprintf("status %d, the provider has trouble", r.status)
	case len(r.body) > rules.MaxBody:
		return fmt.Sprintf("status %d, with more than %d KiB", r.status, rules.MaxBody>>10)
	}
	return fmt.Sprintf("status %d, without a mark that says what it means", r.status)
}

// mark says by what an answer is known, in the rule's words.
func mark(status int, a *rules.Answer) string {
	all := []string{fmt.Sprintf("status %d", status)}
	for _, h := range a.Headers {
		all = append(all, marked("header "+h.Name, "with", h.Text))
	}
	for _, j := range a.JSON {
		all = append(all, marked(j.Name, "is", j.Text))
	}
	for _, text := range a.Contains {
		all = append(all, marked("the body", "has", text))
	}
	return strings.Join(all, ", ")
}

func marked(place, verb, text string) string {
	if text == "" {
		return place
	}
	return fmt.Sprintf("%s %s %q", place, verb, text)
}
