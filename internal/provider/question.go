package provider

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/rules"
)

// question is a request that is ready to be sent. Nothing of it but the host is shown.
type question struct {
	method string
	url    *url.URL
	host   string // who is asked, as hosts are compared
	header http.Header
	body   []byte
	parts  []string // the names of the parts that it was made with
}

// question fills in a request of a rule. id is what the provider calls the secret, "" if
// the request has no use for it. The errors are reasons, and show no value.
func (c *Client) question(v *rules.Verify, r *rules.Request, cred Credential, id string) (*question, error) {
	f := &filling{cred: cred, id: id}
	u, open, err := f.address(r)
	if err != nil {
		return nil, err
	}
	q := &question{method: r.Method, url: u, header: http.Header{
		"User-Agent":      {c.agent},
		"Accept-Encoding": {"identity"}, // whoever sends what would grow here is not understood
	}}
	if q.host, err = c.mayAsk(v, r, u, open); err != nil {
		return nil, err
	}
	for _, field := range r.Headers {
		text, err := f.fill(field.Text, headerText)
		if err != nil {
			return nil, err
		}
		q.header.Set(field.Name, text)
	}
	if r.Basic != "" {
		if err := f.basic(q, r.Basic); err != nil {
			return nil, err
		}
	}
	switch {
	case len(r.Form) > 0:
		err = f.form(q, r.Form)
	case r.JSON != "":
		err = f.json(q, r.JSON)
	}
	if err == nil && r.Sign != "" {
		err = f.sign(q, r.Sign, c.now())
	}
	q.parts = f.parts
	return q, err
}

// mayAsk gives the host of an address, if it may be asked. open tells that a value names it.
func (c *Client) mayAsk(v *rules.Verify, r *rules.Request, u *url.URL, open bool) (string, error) {
	host, err := parseHost(u.Hostname())
	if err != nil {
		return "", fmt.Errorf("its address has %w", err)
	}
	port, own := uint64(443), true
	if u.Scheme == "http" {
		port = 80
	}
	if u.Port() != "" {
		if port, err = strconv.ParseUint(u.Port(), 10, 16); err != nil {
			return "", errors.New("its address has no port after the colon")
		}
	}
	if open {
		own = port == 443 && slices.ContainsFunc(v.Hosts, func(h string) bool { return fits(h, host) })
	}
	switch {
	case u.Scheme != "https" && !(u.Scheme == "http" && v.FromConfig):
		return "", errors.New("its address is none of https")
	case own && !v.FromConfig, c.allows(host, uint16(port)):
		return host, nil
	case r.Secret:
		return "", errors.New("its host is none of the provider's, and has to be allowed")
	case v.FromConfig:
		return "", fmt.Errorf("%s is named by a config, and has to be allowed", host)
	}
	return "", fmt.Errorf("%s is none of the provider's hosts, and has to be allowed", host)
}

// fits tells whether a host is one that a rule names, "a.example.com" or "*.example.com".
func fits(name, host string) bool {
	above, ok := strings.CutPrefix(name, "*")
	return host == name || ok && strings.HasSuffix(host, above)
}
