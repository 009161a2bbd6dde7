package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// Verdict is what asking whether a secret still works has come to.
type Verdict string

// The verdicts. Only Dead closes a leak: Unknown is a question that is still open.
const (
	Live       Verdict = "live"       // it works
	Restricted Verdict = "restricted" // it is good, and isn't allowed what was asked for
	Dead       Verdict = "dead"       // who issued it refuses it, with the mark that means this
	Unknown    Verdict = "unknown"    // nobody could be asked, or what they said proves nothing
)

// Credential is a secret, with what is needed to ask about it.
type Credential struct {
	Rule    string       // the id of the rule that found it
	Value   secret.Value // the secret itself
	Carrier secret.Value // the whole that it is a part of, such as an address
	Parts   []Part       // what was found near it (rules.Part)
	// Worked tells that an earlier answer said that it works, with these Parts. A part that
	// belongs to another secret would make this one look dead, and so would a provider whose
	// it isn't (rules.Verify.OwnServers): there nothing is known to be dead that didn't work.
	Worked bool
}

// Part is a value that a secret is of no use without.
type Part struct {
	Name  string
	Value secret.Value
}

// Answer is what is known after asking.
type Answer struct {
	Verdict Verdict
	// Why is the mark by which it is known, or why nobody knows. It never shows a value.
	Why  string
	Host string // who was asked, or was to be; "" if nobody was
	At   time.Time

	id secret.Value // what the provider calls the secret, by which it is revoked
}

// Options say who is asked, and how.
type Options struct {
	Rules *rules.Set // what is known of asking
	Allow []Allowed  // hosts that may be asked besides the rules' own public ones

	Timeout  time.Duration    // of one request; 15 seconds if it is 0
	Parallel int              // requests at the same time; 4 if it is 0
	Now      func() time.Time // time.Now if it is nil
	Version  string           // of the program, which tells who it is
}

const (
	timeout  = 15 * time.Second
	parallel = 4
	perHost  = 2 // requests to one host at the same time
)

// Client asks. It is safe for concurrent use.
type Client struct {
	rules   *rules.Set
	allow   []Allowed
	timeout time.Duration
	now     func() time.Time
	agent   string
	way     way
	wait    func(ctx context.Context, d time.Duration) error

	turns chan struct{} // one is held during a request
	mu    sync.Mutex
	hosts map[string]chan struct{} // and one of its host
}

// New makes a client. It keeps nothing open.
func New(o Options) *Client {
	c := &Client{
		rules:   o.Rules,
		allow:   o.Allow,
		timeout: cmp.Or(o.Timeout, timeout),
		now:     o.Now,
		agent:   "secretsweep",
		way:     realWay(),
		wait:    wait,
		turns:   make(chan struct{}, cmp.Or(o.Parallel, parallel)),
		hosts:   make(map[string]chan struct{}),
	}
	if c.now == nil {
		c.now = time.Now
	}
	if o.Version != "" {
		c.agent += "/" + o.Version
	}
	return c
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Can tells whether there is a way to ask about a rule's values.
func (c *Client) Can(rule string) bool { return rule == DatabaseURL || c.rules.VerifyOf(rule) != nil }

// Hosts tells who would be asked about a secret, in turn. The error is why nobody can be, and
// shows no value.
func (c *Client) Hosts(cred Credential) ([]string, error) {
	if cred.Rule == DatabaseURL {
		var hosts []string
		for _, one := range logins(cred) {
			a, err := c.parseLogin(one)
			if err != nil && len(hosts) == 0 {
				return nil, err
			} else if err == nil {
				hosts = appendNew(hosts, a.host)
			}
		}
		return hosts, nil
	}
	v := c.rules.VerifyOf(cred.Rule)
	if v == nil {
		return nil, errUnasked
	}
	var hosts []string
	for _, request := range requests(v) {
		q, err := c.question(v, request, cred, "")
		if err != nil {
			return nil, err
		}
		hosts = appendNew(hosts, q.host)
	}
	return hosts, nil
}

var errUnasked = errors.New("nobody knows how to ask about values of this rule")

// requests gives all by which a secret is asked about.
func requests(v *rules.Verify) []*rules.Request {
	all := []*rules.Request{&v.Request}
	for i := range v.Elsewhere {
		all = append(all, &v.Elsewhere[i])
	}
	return all
}

// Verify asks whether a secret still works. What keeps it from an answer is a verdict, too:
// [Unknown], with the reason. A refusal to who may have asked with another secret's part means
// nothing, unless it is known that these belong together.
func (c *Client) Verify(ctx context.Context, cred Credential) Answer {
	if cred.Rule == DatabaseURL {
		return c.login(ctx, cred)
	}
	v := c.rules.VerifyOf(cred.Rule)
	if v == nil {
		return c.unknown("", errUnasked.Error())
	}
	var a Answer
	var parts, before []string // all that it was asked with, and who refused it before
	for _, request := range requests(v) {
		var with []string
		if a, with = c.ask(ctx, v, request, cred); a.Verdict == Unknown {
			return a
		}
		parts = appendNew(parts, with...)
		if a.Verdict != Dead {
			break
		}
		before = appendNew(before, a.Host)
	}
	if a.Verdict == Dead {
		a = a.asAt(before)
	}
	near := strings.Join(parts, " and the ")
	switch {
	case a.Verdict == Dead && !cred.Worked && v.OwnServers:
		return c.unknown(a.Host, a.Why+", but it may belong to a server that somebody runs, which issues such secrets, too")
	case near == "":
	case a.Verdict == Dead && !cred.Worked:
		return c.unknown(a.Host, fmt.Sprintf("%s, but the %s found near it may belong to another secret", a.Why, near))
	default:
		a.Why += fmt.Sprintf(" (asked with the %s found near it)", near)
	}
	return a
}

// asAt says where the same was said before.
func (a Answer) asAt(hosts []string) Answer {
	if hosts = slices.DeleteFunc(hosts, func(host string) bool { return host == a.Host }); len(hosts) > 0 {
		a.Why += ", as at " + strings.Join(hosts, ", ")
	}
	return a
}

// appendNew appends texts that aren't there yet.
func appendNew(all []string, texts ...string) []string {
	for _, text := range texts {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// ask makes a request, and gives what the answer means, and the names of the parts that it was
// made with.
func (c *Client) ask(ctx context.Context, v *rules.Verify, request *rules.Request, cred Credential) (a Answer, parts []string) {
	q, err := c.question(v, request, cred, "")
	if err != nil {
		return c.unknown("", err.Error()), nil
	}
	r, err := c.exchange(ctx, q)
	if err != nil {
		return c.unknown(q.host, err.Error()), q.parts
	}
	return c.understand(v, q, r), q.parts
}

// unknown is the answer of nobody.
func (c *Client) unknown(host, why string) Answer {
	return Answer{Verdict: Unknown, Why: why, Host: host, At: c.now()}
}

// VerifyAll asks about many secrets, several at the same time, and not more than two of one
// host. each is called once for every secret, as soon as it is answered, and never twice at
// the same time.
func (c *Client) VerifyAll(ctx context.Context, creds []Credential, each func(i int, a Answer)) {
	var all sync.WaitGroup
	var one sync.Mutex
	for i, cred := range creds {
		all.Go(func() {
			answer := c.Verify(ctx, cred)
			one.Lock()
			defer one.Unlock()
			each(i, answer)
		})
	}
	all.Wait()
}

// turn waits until a host may be asked, and gives what ends the turn. Who waits for a host
// keeps nobody from asking another one.
func (c *Client) turn(ctx context.Context, host string) (end func(), err error) {
	c.mu.Lock()
	at, ok := c.hosts[host]
	if !ok {
		at = make(chan struct{}, perHost)
		c.hosts[host] = at
	}
	c.mu.Unlock()
	if err := take(ctx, at); err != nil {
		return nil, err
	}
	if err := take(ctx, c.turns); err != nil {
		<-at
		return nil, err
	}
	return func() { <-c.turns; <-at }, nil
}

func take(ctx context.Context, place chan<- struct{}) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case place <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
