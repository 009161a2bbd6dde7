package rules

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The specs of [[verify]] and its tables, as they are written. Their fields are described in
// the package documentation.
type (
	verifySpec struct {
		Rules  []string `toml:"rules"`
		Source string   `toml:"source"`
		Hosts  []string `toml:"hosts"`
		requestSpec
		Answers []answerSpec `toml:"answer"`
		Revoke  *revokeSpec  `toml:"revoke"`
	}
	requestSpec struct {
		Request       string            `toml:"request"`
		SecretAddress bool              `toml:"secret_address"`
		Headers       map[string]string `toml:"headers"`
		Basic         string            `toml:"basic"`
		Form          map[string]string `toml:"form"`
		JSON          string            `toml:"json"`
		Sign          string            `toml:"sign"`
	}
	answerSpec struct {
		Means    Meaning           `toml:"means"`
		Status   []int             `toml:"status"`
		Headers  map[string]string `toml:"headers"`
		JSON     map[string]any    `toml:"json"`
		Contains []string          `toml:"contains"`
		ID       string            `toml:"id"`
		Example  string            `toml:"example"`
	}
	revokeSpec struct {
		Source string `toml:"source"`
		Kills  string `toml:"kills"`
		requestSpec
		Done []answerSpec `toml:"done"`
	}
)

// verifyReader reads the [[verify]] of a file.
type verifyReader struct {
	name                    string // of the file
	config                  bool   // it is a config
	verifies, answers, done lines
	seen, seenDone          int // answers that were read
}

// verifies reads all [[verify]] of a file. Its errors begin with file and line.
func verifies(name string, data []byte, specs []verifySpec, config bool) ([]*Verify, error) {
	r := verifyReader{
		name: name, config: config,
		verifies: tableLines(data, "verify"),
		answers:  tableLines(data, `verify\.answer`),
		done:     tableLines(data, `verify\.revoke\.done`),
	}
	var all []*Verify
	taken := map[string]bool{}
	for i, spec := range specs {
		v, err := r.verify(i, &spec)
		if err != nil {
			return nil, err
		}
		for _, id := range v.Rules {
			if taken[id] {
				return nil, fmt.Errorf("%s:%d: verify: rule %q has another one already", name, r.verifies.at(i), id)
			}
			taken[id] = true
		}
		all = append(all, v)
	}
	return all, nil
}

// verify reads the ith [[verify]], and checks all that can be told without its rules.
func (r *verifyReader) verify(i int, spec *verifySpec) (*Verify, error) {
	v := &Verify{Rules: slices.Sorted(slices.Values(spec.Rules)), Source: spec.Source, Hosts: spec.Hosts, FromConfig: r.config}
	fault := func(err error) error { return fmt.Errorf("%s:%d: verify: %w", r.name, r.verifies.at(i), err) }
	var err error
	switch {
	case len(v.Rules) == 0:
		return nil, fault(errors.New("no rules"))
	case !isWebAddress(v.Source) && !(r.config && v.Source == ""):
		return nil, fault(fmt.Errorf("source %q is no https address", v.Source))
	}
	if v.Request, err = r.request(&spec.requestSpec, []string{http.MethodGet, http.MethodHead, http.MethodPost}, v.Hosts); err != nil {
		return nil, fault(err)
	}
	if v.Answers, err = r.answersOf(spec.Answers, &v.Request, r.answers, &r.seen, false); err != nil {
		return nil, err
	}
	if spec.Revoke != nil {
		if v.Revoke, err = r.revoke(spec.Revoke, v.Hosts); err != nil {
			return nil, fault(fmt.Errorf("revoke: %w", err))
		}
		if v.Revoke.Done, err = r.answersOf(spec.Revoke.Done, &v.Revoke.Request, r.done, &r.seenDone, true); err != nil {
			return nil, err
		}
	}
	if err := v.check(); err != nil {
		return nil, fault(err)
	}
	return v, nil
}

func (r *verifyReader) revoke(spec *revokeSpec, hosts []string) (*Revoke, error) {
	switch {
	case !isWebAddress(spec.Source) && !(r.config && spec.Source == ""):
		return nil, fmt.Errorf("source %q is no https address", spec.Source)
	case spec.Kills == "":
		return nil, errors.New("kills: say what exactly ends")
	case len(spec.Done) == 0:
		return nil, errors.New("no [[verify.revoke.done]]")
	}
	request, err := r.request(&spec.requestSpec, []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, hosts)
	return &Revoke{Source: spec.Source, Kills: spec.Kills, Request: request}, err
}

// check says what is wrong with the whole.
func (v *Verify) check() error {
	means := func(m Meaning) bool {
		return slices.ContainsFunc(v.Answers, func(a Answer) bool { return a.Means == m })
	}
	if !means(Live) || !means(Dead) {
		return errors.New("want at least one answer that means live, and one that means dead")
	}
	names, err := v.placeholders()
	if err != nil {
		return err
	}
	if slices.Contains(names, "id") {
		return errors.New("{id} is known to a revoke only")
	}
	usesID := false
	if v.Revoke != nil {
		if names, err = v.Revoke.placeholders(); err != nil {
			return fmt.Errorf("revoke: %w", err)
		}
		usesID = slices.Contains(names, "id")
	}
	saysID := slices.ContainsFunc(v.Answers, func(a Answer) bool { return a.Means == Live && a.ID != "" })
	if usesID != saysID {
		return errors.New("a revoke with {id} needs the id of a live answer, and nothing else does")
	}
	return nil
}

// hostName is a name of a host as hosts have it.
var hostName = regexp.MustCompile(`^(?:\*\.)?(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*$`)

// token is the name of a header or a method (RFC 9110).
var token = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")

// ownHeaders are those that a request has by itself.
var ownHeaders = []string{"Connection", "Content-Length", "Content-Type", "Cookie", "Host", "Transfer-Encoding", "User-Agent"}

func (r *verifyReader) request(spec *requestSpec, methods, hosts []string) (Request, error) {
	method, address, _ := strings.Cut(spec.Request, " ")
	req := Request{
		Method: method, URL: strings.TrimSpace(address), Secret: spec.SecretAddress,
		Headers: fields(spec.Headers), Basic: spec.Basic, Form: fields(spec.Form), JSON: spec.JSON, Sign: spec.Sign,
	}
	if !slices.Contains(methods, method) {
		return req, fmt.Errorf("request %q: want %s and an address", spec.Request, strings.Join(methods, ", "))
	}
	if err := r.address(&req, hosts); err != nil {
		return req, fmt.Errorf("request %q: %w", spec.Request, err)
	}
	authorized := false
	for _, h := range req.Headers {
		switch {
		case !token.MatchString(h.Name) || slices.ContainsFunc(ownHeaders, func(own string) bool { return strings.EqualFold(own, h.Name) }):
			return req, fmt.Errorf("headers: %q can't be set", h.Name)
		case strings.ContainsFunc(h.Text, func(c rune) bool { return c < ' ' || c > '~' }):
			return req, fmt.Errorf("headers: %q: want printable ASCII", h.Name)
		}
		authorized = authorized || strings.EqualFold(h.Name, "Authorization")
	}
	hasBody := len(req.Form) > 0 || req.JSON != ""
	switch {
	case req.Basic != "" && !strings.Contains(req.Basic, ":"):
		return req, fmt.Errorf("basic %q: want user:password", req.Basic)
	case authorized && (req.Basic != "" || req.Sign != "") || req.Basic != "" && req.Sign != "":
		return req, errors.New("want one of basic, sign and the header Authorization")
	case len(req.Form) > 0 && req.JSON != "":
		return req, errors.New("want either form or json")
	case hasBody && (method == http.MethodGet || method == http.MethodHead):
		return req, fmt.Errorf("%s has no body", method)
	case req.JSON != "" && !json.Valid([]byte(req.JSON)):
		return req, errors.New("json is none; placeholders stand within a string")
	case req.Sign != "" && (len(strings.Fields(req.Sign)) != 3 || !strings.HasPrefix(req.Sign, "aws4 ")):
		return req, fmt.Errorf(`sign %q: want "aws4 SERVICE REGION"`, req.Sign)
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
	if !slices.Contains(names, "value") && !slices.Contains(names, "carrier") {
		return req, errors.New("the request has no {value}")
	}
	return req, nil
}

// address checks the address of a request.
func (r *verifyReader) address(req *Request, hosts []string) error {
	for _, host := range hosts {
		if !hostName.MatchString(host) || strings.Count(host, ".") == 1 && host[0] == '*' {
			return fmt.Errorf("hosts: %q is neither a name such as api.example.com nor *.example.com", host)
		}
	}
	names, err := placeholders(req.URL)
	if err != nil {
		return err
	}
	inAddress := slices.Contains(names, "value") || slices.Contains(names, "carrier")
	if inAddress != req.Secret {
		return errors.New("an address with {value} or {carrier} in it, and no other, is a secret_address")
	}
	if req.URL == "{value}" || req.URL == "{carrier}" {
		if len(hosts) == 0 {
			return errors.New("an address that isn't written out needs hosts")
		}
		return nil
	}
	scheme, rest, _ := strings.Cut(req.URL, "://")
	if scheme != "https" && !(r.config && scheme == "http") {
		return errors.New("want an https address")
	}
	host, _, _ := strings.Cut(rest, "/")
	if placeholderStart.MatchString(host) {
		if len(hosts) == 0 {
			return errors.New("a host that isn't written out needs hosts")
		}
		if names, _ := placeholders(host); slices.ContainsFunc(names, func(name string) bool { return !strings.HasPrefix(name, partPrefix) }) {
			return errors.New("of a host, only a part can be left open")
		}
	}
	plain, _ := Fill(req.URL, func(string) (string, error) { return "x", nil })
	u, err := url.Parse(plain)
	switch {
	case err != nil:
		return errors.New("the address can't be read")
	case u.User != nil || u.Fragment != "" || u.Hostname() == "":
		return errors.New("want an address with a host, and neither a user nor a fragment")
	case !r.config && !placeholderStart.MatchString(host) && !hostName.MatchString(u.Hostname()):
		return fmt.Errorf("%q is no name of a host", u.Hostname())
	}
	return nil
}

// fields are the pairs of a table, ordered by name.
func fields(table map[string]string) []Field {
	var all []Field
	for name, text := range table {
		all = append(all, Field{name, text})
	}
	slices.SortFunc(all, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// answersOf reads the answers to a request, of which those before have been seen in the file.
func (r *verifyReader) answersOf(specs []answerSpec, to *Request, at lines, seen *int, done bool) ([]Answer, error) {
	var all []Answer
	var where []string
	for _, spec := range specs {
		word := "answer"
		if done {
			word = "done"
		}
		where = append(where, fmt.Sprintf("%s:%d: verify: %s", r.name, at.at(*seen), word))
		*seen++
		answer, err := spec.answer(done)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where[len(where)-1], err)
		}
		all = append(all, answer)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range all {
		status, header, body, err := all[i].Sample(rng)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where[i], err)
		}
		fits, ok := firstThatFits(all, status, header, body)
		if !ok {
			return nil, fmt.Errorf("%s: its own example doesn't fit", where[i])
		}
		if fits != &all[i] {
			return nil, fmt.Errorf("%s: its example is answered by an earlier one", where[i])
		}
		if _, named := all[i].FindID(body); all[i].ID != "" && !named {
			return nil, fmt.Errorf("%s: its example has no id at %q", where[i], all[i].ID)
		}
	}
	return all, nil
}

// answer checks all that can be told of an answer by itself. One of a revoke that is done
// means that the secret is dead.
func (s *answerSpec) answer(done bool) (Answer, error) {
	a := Answer{Means: s.Means, Status: s.Status, Headers: fields(s.Headers), Contains: s.Contains, ID: s.ID, Example: s.Example}
	var err error
	if a.JSON, err = jsonMarks("", s.JSON); err != nil {
		return a, err
	}
	slices.SortFunc(a.JSON, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	switch {
	case done && a.Means != "":
		return a, errors.New("means: what is done has no other meaning")
	case done:
		a.Means = Dead
	case a.Means != Live && a.Means != Restricted && a.Means != Dead:
		return a, fmt.Errorf("means %q: want live, restricted or dead", a.Means)
	}
	switch {
	case len(a.Status) == 0:
		return a, errors.New("no status")
	case slices.ContainsFunc(a.Status, func(s int) bool { return s < 200 || s >= 500 || s/100 == 3 || s == 407 || s == 429 }):
		return a, errors.New("status: want 200 to 299 or 400 to 499, and neither 407 nor 429: no other is an answer")
	case slices.Contains(a.Contains, ""):
		return a, errors.New("contains: an empty text is in every body")
	case a.ID != "" && a.Means == Dead:
		return a, errors.New("id: what is dead has none")
	case s.Example == "":
		return a, errors.New("no example")
	}
	noBody := !slices.ContainsFunc(a.Status, func(s int) bool { return s != 204 && s != 202 })
	if bare := noBody && (done || a.Means == Live); !bare && !a.hasMark(a.Means == Dead && !done) {
		return a, errors.New("a status alone says nothing: want headers, json or contains, and of an answer that means dead with a text")
	}
	return a, nil
}

// hasMark tells whether an answer wants more than a status and what every server sends.
func (a *Answer) hasMark(withText bool) bool {
	marks := func(f Field) bool { return !strings.EqualFold(f.Name, "Content-Type") && (f.Text != "" || !withText) }
	return len(a.Contains) > 0 || slices.ContainsFunc(a.Headers, marks) || slices.ContainsFunc(a.JSON, marks)
}

// jsonMarks gives what a table wants to be in a body, by paths. Of a table within a table,
// the names are joined: error.code is "error.code".
func jsonMarks(path string, table map[string]any) ([]Field, error) {
	var all []Field
	for name, want := range table {
		if path != "" {
			name = path + "." + name
		}
		switch want := want.(type) {
		case string:
			all = append(all, Field{name, want})
		case bool:
			all = append(all, Field{name, strconv.FormatBool(want)})
		case int64:
			all = append(all, Field{name, strconv.FormatInt(want, 10)})
		case map[string]any:
			more, err := jsonMarks(name, want)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		default:
			return nil, fmt.Errorf("json: %q: want a text, true, false or a whole number", name)
		}
	}
	return all, nil
}

// checkParts says what a rule that is asked about doesn't have of what the requests want.
func (v *Verify) checkParts(rule *Rule) error {
	names, err := v.placeholders()
	if err == nil && v.Revoke != nil {
		var more []string
		more, err = v.Revoke.placeholders()
		names = append(names, more...)
	}
	if err != nil {
		return err
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
