package provider

import (
	"context"
	"errors"
	"fmt"
	"regexp"
)

// Revocation is what a secret's own end would be.
type Revocation struct {
	Kills string // what exactly ends, in the rule's words
	Host  string // who would be asked for it
}

// ErrNoRevocation says that nobody knows a way in which a secret can revoke itself.
var ErrNoRevocation = errors.New("it can't revoke itself")

// Revocation says what revoking a secret with itself would do. If there is no way, the error is
// [ErrNoRevocation]; another one is why it can't be gone, and shows no value.
func (c *Client) Revocation(cred Credential) (Revocation, error) {
	v := c.rules.VerifyOf(cred.Rule)
	if v == nil || v.Revoke == nil {
		return Revocation{}, ErrNoRevocation
	}
	if _, err := c.Hosts(cred); err != nil { // it is asked about before
		return Revocation{}, err
	}
	q, err := c.question(v, &v.Revoke.Request, cred, "id")
	if err != nil {
		return Revocation{}, err
	}
	return Revocation{v.Revoke.Kills, q.host}, nil
}

// plainID is what a provider may call a secret, for it to be revoked by it. Anything else
// might lead a request elsewhere.
var plainID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._:@=+-]{0,127}$`)

// Revoke ends a secret with itself. Before, the provider has to say that it works: the id
// by which it is ended, where there is one, is that which was said of this very secret.
// Afterwards the provider is asked again, and what it says then is the answer, which may
// still be [Live] where an end takes its time. With an error, nothing is known to have been
// revoked, and the answer is the last that there was.
func (c *Client) Revoke(ctx context.Context, cred Credential) (Answer, error) {
	v := c.rules.VerifyOf(cred.Rule)
	if v == nil || v.Revoke == nil {
		return c.unknown("", "nobody was asked"), fmt.Errorf("revoke: a value of rule %q can't revoke itself", cred.Rule)
	}
	before := c.Verify(ctx, cred)
	if before.Verdict != Live && before.Verdict != Restricted {
		return before, fmt.Errorf("revoke: nothing was revoked: it is %s (%s)", before.Verdict, before.Why)
	}
	cred.Worked = true
	id := before.id.Reveal()
	if id != "" && !plainID.MatchString(id) {
		return before, errors.New("revoke: nothing was revoked: what the provider calls it is no plain id")
	}
	q, err := c.question(v, &v.Revoke.Request, cred, id)
	if err != nil {
		return before, fmt.Errorf("revoke: nothing was revoked: %w", err)
	}
	r, err := c.exchange(ctx, q)
	after := c.Verify(ctx, cred)
	if err != nil {
		return after, fmt.Errorf("revoke at %s: %w", q.host, err)
	}
	if _, done := v.Revoke.Answer(r.status, r.header, r.body); !done {
		return after, fmt.Errorf("revoke at %s: %s", q.host, r.strange())
	}
	return after, nil
}
