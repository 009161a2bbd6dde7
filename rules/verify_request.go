package rules

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	// hostName is a name of a host on the internet.
	hostName = regexp.MustCompile(`^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*$`)
	// headerName is RFC 9110's token.
	headerName = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")
	// signed is how a request may be signed.
	signed = regexp.MustCompile(`^aws4 [a-z0-9-]+ [a-z0-9-]+$`)
	// ownHeaders are those that a request has by itself.
	ownHeaders = []string{"connection", "content-length", "content-type", "cookie", "host", "transfer-encoding", "user-agent"}
)

// request reads a request, and checks all that can be told of it by itself.
func (r *verifyReader) request(spec *requestSpec, methods []string) (Request, error) {
	method, address, _ := strings.Cut(spec.Request, " ")
	req := Request{
		Method:  method,
		URL:     address,
		Secret:  spec.SecretAddress,
		Headers: fields(spec.Headers),
		Basic:   spec.Basic,
		Form:    fields(spec.Form),
		JSON:    spec.JSON,
		Sign:    spec.Sign,
	}
	if !slices.Contains(methods, method) {
		return req, fmt.Errorf("request %q: want an address after one of %s", spec.Request, strings.Join(methods, ", "))
	}
	names, err := req.placeholders()
	if err != nil {
		return req, err
	}
	for _, name := range names {
		if !slices.Contains([]string{"value", "carrier", "id"}, name) && !strings.HasPrefix(name, partPrefix) {
			return req, fmt.Errorf("unknown placeholder {%s}", name)
		}
	}
	if !hasSecret(names) {
		return req, errors.New("the request has no {value}")
	}
	if err := r.checkAddress(&req); err != nil {
		return req, fmt.Errorf("request %q: %w", spec.Request, err)
	}
	return req, req.check()
}

// check says what is wrong with all but the address.
func (r *Request) check() error {
	ways := 0 // in which it says who asks
	for _, h := range r.Headers {
		name := strings.ToLower(h.Name)
		switch {
		case !headerName.MatchString(name) || slices.Contains(ownHeaders, name):
			return fmt.Errorf("headers: %q can't be set", h.Name)
		case strings.ContainsFunc(h.Text, func(c rune) bool { return c < ' ' || c > '~' }):
			return fmt.Errorf("headers: %q: want printable ASCII", h.Name)
		case name == "authorization":
			ways++
		}
	}
	if r.Basic != "" {
		ways++
	}
	if r.Sign != "" {
		ways++
	}
	hasForm, hasJSON := len(r.Form) > 0, r.JSON != ""
	switch {
	case ways > 1:
		return errors.New("want one of basic, sign and the header Authorization")
	case r.Basic != "" && !strings.Contains(fillWith("x", r.Basic), ":"):
		return fmt.Errorf("basic %q: want user:password", r.Basic)
	case r.Sign != "" && !signed.MatchString(r.Sign):
		return fmt.Errorf(`sign %q: want "aws4 SERVICE REGION"`, r.Sign)
	case hasForm && hasJSON:
		return errors.New("want either form or json")
	case (hasForm || hasJSON) && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		return fmt.Errorf("%s has no body, so neither form nor json", r.Method)
	case hasJSON && !json.Valid([]byte(r.JSON)):
		return errors.New("json: it is none; a placeholder stands within a string")
	}
	return nil
}

// checkAddress says what is wrong with an address. One with a secret in it must say so.
func (r *verifyReader) checkAddress(req *Request) error {
	names, err := placeholders(req.URL)
	switch {
	case err != nil:
		return err
	case hasSecret(names) != req.Secret:
		return errors.New("an address with {value} or {carrier} in it, and no other, is a secret_address")
	case req.isSecret():
		return nil
	}
	u, err := url.Parse(fillWith("x", req.URL))
	if err != nil {
		return errors.New("the address can't be read")
	}
	open, _ := placeholders(req.host())
	switch {
	case u.Scheme != "https" && !(r.config && u.Scheme == "http"):
		return errors.New("want an https address")
	case u.User != nil || u.Fragment != "" || u.Hostname() == "" || u.Path == "":
		return errors.New("want a host and a path, and neither a user nor a fragment")
	case slices.ContainsFunc(open, func(name string) bool { return !strings.HasPrefix(name, partPrefix) }):
		return errors.New("of a host, only a part can be left open")
	case !r.config && len(open) == 0 && !hostName.MatchString(u.Hostname()):
		return fmt.Errorf("%q is no name of a host", u.Hostname())
	}
	return nil
}

// isSecret tells whether the whole address is the secret or its carrier.
func (r *Request) isSecret() bool { return r.URL == "{value}" || r.URL == "{carrier}" }

// host is the host of an address that isn't the secret, as it is written.
func (r *Request) host() string {
	_, rest, _ := strings.Cut(r.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// isOpen tells whether the host isn't written out.
func (r *Request) isOpen() bool { return r.isSecret() || placeholderStart.MatchString(r.host()) }

// hasSecret tells whether any of the placeholders stands for the secret.
func hasSecret(names []string) bool {
	return slices.Contains(names, "value") || slices.Contains(names, "carrier")
}

// checkHosts wants names of hosts, or *. and one below which others are.
func checkHosts(hosts []string) error {
	for _, host := range hosts {
		if name := strings.TrimPrefix(host, "*."); !hostName.MatchString(name) {
			return fmt.Errorf("hosts: %q is neither a name such as api.example.com nor *.example.com", host)
		}
	}
	return nil
}

// check says what is wrong with the whole, as far as it can be told without its rules.
func (v *Verify) check() error {
	means := func(m Meaning) bool {
		return slices.ContainsFunc(v.Answers, func(a Answer) bool { return a.Means == m })
	}
	ask := v.askPlaceholders()
	open := v.isOpen() || slices.ContainsFunc(v.Elsewhere, func(r Request) bool { return r.isOpen() })
	usesID := false
	if v.Revoke != nil {
		names, _ := v.Revoke.placeholders()
		usesID = slices.Contains(names, "id")
		open = open || v.Revoke.isOpen()
	}
	saysID := slices.ContainsFunc(v.Answers, func(a Answer) bool { return a.Means == Live && a.ID != "" })
	switch {
	case !means(Live) || !means(Dead):
		return errors.New("want at least one answer that means live, and one that means dead")
	case slices.Contains(ask, "id"):
		return errors.New("{id} is known to a revoke only")
	case usesID != saysID:
		return errors.New("a revoke with {id} needs the id of a live answer, and nothing else does")
	case open != (len(v.Hosts) > 0):
		return errors.New("an address whose host isn't written out, and no other, needs hosts")
	}
	return nil
}

// askPlaceholders gives the names of all that are in the requests that ask.
func (v *Verify) askPlaceholders() []string {
	all, _ := v.placeholders()
	for i := range v.Elsewhere {
		more, _ := v.Elsewhere[i].placeholders()
		all = append(all, more...)
	}
	return all
}

// checkRule says what a rule that is asked about doesn't have of what the requests want.
func (v *Verify) checkRule(rule *Rule) error {
	names := v.askPlaceholders()
	if v.Revoke != nil {
		more, _ := v.Revoke.placeholders()
		names = append(names, more...)
	}
	for _, name := range names {
		part, isPart := strings.CutPrefix(name, partPrefix)
		switch {
		case isPart && !slices.ContainsFunc(rule.Parts, func(p Part) bool { return p.Name == part }):
			return fmt.Errorf("rule %q has no part %q", rule.ID, part)
		case name == "carrier" && (rule.Pattern == nil || rule.Pattern.Group("carrier") < 0):
			return fmt.Errorf(`rule %q has no group "carrier"`, rule.ID)
		}
	}
	return nil
}
