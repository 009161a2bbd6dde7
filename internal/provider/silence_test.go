package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// TestSilence has everything go wrong that can, with a server that sends back what it was
// sent, and looks for the value in all that is said about it.
func TestSilence(t *testing.T) {
	var logged bytes.Buffer
	before := log.Writer()
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(before) })

	hook := made(t, "T{digit:8}/B{digit:8}/{alnum:24}")
	header, address := revocable(), revocable()
	header.Answers[0].ID = ""
	address.Request = rules.Request{Method: "POST", URL: "{value}", Secret: true}
	address.Revoke.Request = rules.Request{Method: "DELETE", URL: "https://api.vendor.com/hooks/{value}", Secret: true}
	address.Hosts = []string{"hooks.vendor.com"}
	type kind struct {
		name   string
		verify *rules.Verify
		value  string
		secret string // what is looked for
	}
	tokenText := made(t, "vnd_{alnum:32}")
	kinds := []kind{
		{"header", header, tokenText, tokenText},
		{"address", address, "https://hooks.vendor.com/services/" + hook, hook},
		{"an address of another", address, "https://evil.org/services/" + hook, hook},
		{"no address", address, hook, hook},
		{"an address that can't be read", address, "https://hooks.vendor.com/%zz/" + hook, hook},
		{"an address with a port that is none", address, "https://hooks.vendor.com:x/" + hook, hook},
		{"a host that is none", address, "https://" + strings.ReplaceAll(hook, "/", "!") + "/", strings.ReplaceAll(hook, "/", "!")},
		{"odd characters", header, tokenText + "\n", tokenText},
	}

	echo := func(r *http.Request) string {
		body, _ := io.ReadAll(r.Body)
		return fmt.Sprint(r.RequestURI, r.Header, string(body))
	}
	serves := map[string]http.HandlerFunc{
		"live":    answer(200, liveBody),
		"trouble": func(w http.ResponseWriter, r *http.Request) { answer(500, echo(r))(w, r) },
		"echo":    func(w http.ResponseWriter, r *http.Request) { answer(401, echo(r))(w, r) },
		"an id": func(w http.ResponseWriter, r *http.Request) {
			answer(200, fmt.Sprintf(`{"me": {"id": %q}}`, echo(r)))(w, r)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.org/?"+echo(r), http.StatusFound)
		},
		"an error of HTTP": func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 "+strings.ReplaceAll(echo(r), "\n", " ")+"\r\n\r\n")
			_ = conn.Close()
		},
		"a silence": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	}
	ways := map[string]func(c *Client){
		"as it is":      func(*Client) {},
		"not trusted":   func(c *Client) { c.way.roots = nil },
		"not reachable": func(c *Client) { c.way.connect = failing },
	}
	looked := 0
	for served, serve := range serves {
		w := newWorld(t, serve)
		for way, change := range ways {
			for _, k := range kinds {
				c, _ := w.client(Options{Rules: set(k.verify), Timeout: 50 * time.Millisecond})
				change(c)
				cred := Credential{Rule: "vendor-token", Value: secret.New(k.value), Carrier: secret.New(k.value)}
				answer := c.Verify(t.Context(), cred)
				revoked, err := c.Revoke(t.Context(), cred)
				what, why := c.Revocation(cred)
				for _, said := range []string{
					fmt.Sprintf("%v %+v %#v", answer, answer, answer), fmt.Sprintf("%+v %#v", revoked, err), message(err),
					fmt.Sprintf("%+v %#v", what, why), message(why), fmt.Sprintf("%+v %#v", cred, cred), logged.String(),
				} {
					looked++
					if strings.Contains(strings.ToLower(said), strings.ToLower(k.secret)) {
						t.Errorf("%s, %s, %s: the value is in what is said", k.name, served, way)
					}
				}
				if answer.Verdict == Dead {
					t.Errorf("%s, %s, %s: dead (%s)", k.name, served, way, answer.Why)
				}
			}
		}
		for _, line := range w.requests() {
			if strings.Contains(line, tokenText) {
				t.Errorf("%s: the token is in an address", served)
			}
		}
	}
	if looked < 500 {
		t.Errorf("looked at %d texts, too few to be all", looked)
	}
}

// failing is a network whose errors show all that they know.
func failing(_ context.Context, network, address string, _ control) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("no way to " + address)}
}
