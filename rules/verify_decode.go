package rules

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
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
		OwnServers bool            `toml:"own_servers"`
		Elsewhere  []elsewhereSpec `toml:"elsewhere"`
		Answers    []answerSpec    `toml:"answer"`
		Revoke     *revokeSpec     `toml:"revoke"`
	}
	elsewhereSpec struct {
		Request string `toml:"request"`
		Sign    string `toml:"sign"`
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

// The methods of requests: a question changes nothing, and GET is how some providers revoke.
var (
	askMethods    = []string{http.MethodGet, http.MethodHead, http.MethodPost}
	revokeMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
)

// verifyReader reads the [[verify]] of a file, one after another.
type verifyReader struct {
	name                    string // of the file
	config                  bool   // it is a config
	verifies, answers, done tables
}

// tables are where those of an array begin, of which next is the one to come.
type tables struct {
	lines
	next int
}

func (t *tables) line() int {
	t.next++
	return t.at(t.next - 1)
}

// readVerifies reads all [[verify]] of a file. Its errors begin with file and line.
func readVerifies(name string, data []byte, specs []verifySpec, config bool) ([]*Verify, error) {
	if len(specs) == 0 {
		return nil, nil
	}
	r := verifyReader{
		name: name, config: config,
		verifies: tables{lines: tableLines(data, "verify")},
		answers:  tables{lines: tableLines(data, `verify\.answer`)},
		done:     tables{lines: tableLines(data, `verify\.revoke\.done`)},
	}
	var all []*Verify
	taken := map[string]bool{}
	for _, spec := range specs {
		v, err := r.verify(&spec)
		if err != nil {
			return nil, err
		}
		for _, id := range v.Rules {
			if taken[id] {
				return nil, fmt.Errorf("%s: rule %q is in another one already", v.where, id)
			}
			taken[id] = true
		}
		all = append(all, v)
	}
	return all, nil
}

// verify reads the next [[verify]], and checks all that can be told without its rules.
func (r *verifyReader) verify(spec *verifySpec) (*Verify, error) {
	v := &Verify{
		Rules:      slices.Sorted(slices.Values(spec.Rules)),
		Source:     spec.Source,
		Hosts:      spec.Hosts,
		OwnServers: spec.OwnServers,
		FromConfig: r.config,
		where:      fmt.Sprintf("%s:%d: verify", r.name, r.verifies.line()),
	}
	fault := func(err error) error { return fmt.Errorf("%s: %w", v.where, err) }
	if len(v.Rules) == 0 {
		return nil, fault(errors.New("no rules"))
	}
	if err := r.checkSource(v.Source); err != nil {
		return nil, fault(err)
	}
	if err := checkHosts(v.Hosts); err != nil {
		return nil, fault(err)
	}
	var err error
	if v.Request, err = r.request(&spec.requestSpec, askMethods); err != nil {
		return nil, fault(err)
	}
	for _, other := range spec.Elsewhere {
		same := spec.requestSpec
		same.Request, same.Sign = other.Request, cmp.Or(other.Sign, same.Sign)
		request, err := r.request(&same, askMethods)
		if err != nil {
			return nil, fault(fmt.Errorf("elsewhere: %w", err))
		}
		v.Elsewhere = append(v.Elsewhere, request)
	}
	if v.Answers, err = r.readAnswers(spec.Answers, &r.answers, false); err != nil {
		return nil, err
	}
	if spec.Revoke != nil {
		if v.Revoke, err = r.revoke(spec.Revoke); err != nil {
			return nil, fault(fmt.Errorf("revoke: %w", err))
		}
		if v.Revoke.Done, err = r.readAnswers(spec.Revoke.Done, &r.done, true); err != nil {
			return nil, err
		}
	}
	if err := v.check(); err != nil {
		return nil, fault(err)
	}
	if r.config { // the examples of built-in ones are run by the tests
		if err := v.checkExamples(); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (r *verifyReader) revoke(spec *revokeSpec) (*Revoke, error) {
	if err := r.checkSource(spec.Source); err != nil {
		return nil, err
	}
	switch {
	case spec.Kills == "":
		return nil, errors.New("kills: say what exactly ends")
	case len(spec.Done) == 0:
		return nil, errors.New("no [[verify.revoke.done]]")
	}
	request, err := r.request(&spec.requestSpec, revokeMethods)
	return &Revoke{Source: spec.Source, Kills: spec.Kills, Request: request}, err
}

// checkSource wants the vendor's page. What only a user has may have none.
func (r *verifyReader) checkSource(source string) error {
	if isWebAddress(source) || r.config && source == "" {
		return nil
	}
	return fmt.Errorf("source %q is no https address", source)
}

// readAnswers reads the answers to a request.
func (r *verifyReader) readAnswers(specs []answerSpec, at *tables, done bool) ([]Answer, error) {
	what := "answer"
	if done {
		what = "done"
	}
	var all []Answer
	for _, spec := range specs {
		answer, err := spec.answer(done)
		answer.where = fmt.Sprintf("%s:%d: verify: %s", r.name, at.line(), what)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", answer.where, err)
		}
		all = append(all, answer)
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
		return a, errors.New("means: what is done means nothing else")
	case done:
		a.Means = Dead
	case a.Means != Live && a.Means != Restricted && a.Means != Dead:
		return a, fmt.Errorf("means %q: want live, restricted or dead", a.Means)
	}
	switch {
	case len(a.Status) == 0:
		return a, errors.New("no status")
	case slices.ContainsFunc(a.Status, isNoAnswer):
		return a, errors.New("status: want 200 to 299 or 400 to 499 without 407 and 429: nothing else is the provider's word on a secret")
	case slices.Contains(a.Contains, ""):
		return a, errors.New("contains: an empty text is in every body")
	case a.ID != "" && a.Means == Dead:
		return a, errors.New("id: what is dead needs none")
	case a.Example == "":
		return a, errors.New("no example")
	case !a.isMarked(done):
		return a, errors.New("a status alone says nothing: want headers, json or contains, and of an answer that means dead one with a text")
	}
	return a, nil
}

// isNoAnswer tells whether a status says nothing of a secret: a redirect, a proxy that wants
// a login, too many requests, a fault of the server.
func isNoAnswer(status int) bool {
	return status < 200 || status >= 500 || status/100 == 3 || status == http.StatusProxyAuthRequired || status == http.StatusTooManyRequests
}

// isMarked tells whether an answer is told by more than what every server sends. That there is
// no content is mark enough for good news, and for the end of a secret that was asked for.
func (a *Answer) isMarked(done bool) bool {
	bodiless := !slices.ContainsFunc(a.Status, func(s int) bool { return s != http.StatusNoContent && s != http.StatusAccepted })
	if bodiless && (done || a.Means == Live) {
		return true
	}
	marks := func(f Field) bool {
		return !strings.EqualFold(f.Name, "Content-Type") && (f.Text != "" || done || a.Means != Dead)
	}
	return len(a.Contains) > 0 || slices.ContainsFunc(a.Headers, marks) || slices.ContainsFunc(a.JSON, marks)
}

// checkExamples wants that each answer is told by the response that is its example.
func (v *Verify) checkExamples() error {
	sets := [][]Answer{v.Answers}
	if v.Revoke != nil {
		sets = append(sets, v.Revoke.Done)
	}
	for _, answers := range sets {
		for i := range answers {
			if err := checkExample(answers, i); err != nil {
				return fmt.Errorf("%s: %w", answers[i].where, err)
			}
		}
	}
	return nil
}

func checkExample(answers []Answer, i int) error {
	a := &answers[i]
	status, header, body, err := a.Sample(rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		return err
	}
	fits, ok := firstThatFits(answers, status, header, body)
	switch {
	case !ok:
		return errors.New("its own example doesn't fit it")
	case fits != a:
		return errors.New("an answer before it fits its example")
	}
	if _, named := a.FindID(body); a.ID != "" && !named {
		return fmt.Errorf("its example has no id at %q", a.ID)
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
			return nil, fmt.Errorf("json: %q: want a text, a whole number, true or false", name)
		}
	}
	return all, nil
}
