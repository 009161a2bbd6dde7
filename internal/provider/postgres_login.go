package provider

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// DatabaseURL is the rule about whose values is asked by a login.
const DatabaseURL = "database-url"

// AnotherAddress is the part that is an address in which a password stands, too, beside the one
// that is around it: of two databases that have the same password one may take it still.
const AnotherAddress = "another address"

// login asks whether the password in a database's address still works, by logging in with it:
// at each server at which it is known to be one, until one doesn't refuse it.
func (c *Client) login(ctx context.Context, cred Credential) Answer {
	var a Answer
	var before []string
	for _, one := range logins(cred) {
		if a = c.loginAt(ctx, one); a.Verdict != Dead {
			return a
		}
		before = appendNew(before, a.Host)
	}
	return a.asAt(before)
}

// logins gives a credential for each of a password's logins, which has one address. Those that
// are no addresses aren't among them, but for the one around it.
func logins(cred Credential) []Credential {
	all := []Credential{{Rule: cred.Rule, Value: cred.Value, Carrier: cred.Carrier}}
	for _, p := range cred.Parts {
		another := Credential{Rule: cred.Rule, Value: cred.Value, Carrier: p.Value}
		_, err := readLogin(another)
		_, other := errors.AsType[*noPostgres](err)
		same := func(known Credential) bool { return sameLogin(known.Carrier, p.Value) }
		if p.Name == AnotherAddress && (err == nil && !slices.ContainsFunc(all, same) || other) {
			all = append(all, another)
		}
	}
	return all
}

// sameLogin tells whether two addresses log in the same user at the same server.
func sameLogin(a, b secret.Value) bool {
	one, err := parsePostgres(a.Reveal())
	other, fault := parsePostgres(b.Reveal())
	return err == nil && fault == nil && SameServer(a, b) && one.user == other.user
}

// loginAt tries one login.
//
// It is live if the server lets it in, and dead if the server says that the password is
// wrong (SQLSTATE 28P01) after it has seen a proof of it. A server checks the password
// before it looks for the database and counts connections: if it accepts the password, and
// then lets it in no further for whatever reason, the answer is restricted. The same
// reasons, told before, prove nothing, and neither does a server that asks for no password.
func (c *Client) loginAt(ctx context.Context, cred Credential) Answer {
	a, err := c.parseLogin(cred)
	if err != nil {
		return c.unknown("", err.Error())
	}
	end, err := c.turn(ctx, a.host)
	if err != nil {
		return c.unknown(a.host, c.reason(ctx, err).Error())
	}
	defer end()
	within, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	p, err := c.connectPostgres(within, a)
	if err != nil {
		return c.unknown(a.host, c.loginReason(ctx, err))
	}
	defer p.close()
	err = p.login(within, a)
	state, said := errors.AsType[sqlState](err)
	switch {
	case p.accepted && !p.proven:
		return c.unknown(a.host, "the server asks for no password")
	case err == nil:
		return Answer{Verdict: Live, Why: "logged in", Host: a.host, At: c.now()}
	case !said:
		return c.unknown(a.host, c.loginReason(ctx, err))
	case state == wrongPassword && p.proven && !p.accepted:
		return Answer{Verdict: Dead, Why: "the server refuses it: " + state.Error(), Host: a.host, At: c.now()}
	case state != wrongPassword && p.accepted:
		return Answer{Verdict: Restricted, Why: "the server accepts it, and lets it in no further: " + state.Error(), Host: a.host, At: c.now()}
	}
	return c.unknown(a.host, "the server answered with something else: "+state.Error())
}

// parseLogin reads the address at which a login may be tried with a secret. Its errors are
// reasons, and show no more of it than the host.
func (c *Client) parseLogin(cred Credential) (postgresAddress, error) {
	a, err := readLogin(cred)
	if err == nil {
		err = c.mayLogin(a)
	}
	return a, err
}

func readLogin(cred Credential) (postgresAddress, error) {
	a, err := parsePostgres(cred.Carrier.Reveal())
	switch {
	case err != nil:
	case a.password.IsEmpty():
		err = errors.New("it has no password")
	case !a.asks(cred):
		err = errors.New("it logs in with another password than this one")
	}
	if _, other := errors.AsType[*noPostgres](err); err != nil && !other {
		err = fmt.Errorf("the address of the database can't be asked at: %w", err)
	}
	return a, err
}

// asks tells whether a login tries a secret: the password of its address, as it is or as it is
// written there, or the whole address. An address may name a password twice.
func (a *postgresAddress) asks(cred Credential) bool {
	if cred.Value.IsEmpty() || cred.Value.Equal(cred.Carrier) || cred.Value.Equal(a.password) {
		return true
	}
	plain, err := url.PathUnescape(cred.Value.Reveal())
	return err == nil && a.password.Equal(secret.New(plain))
}

// loginReason says why there was no answer, in words of our own.
func (c *Client) loginReason(ctx context.Context, err error) string {
	if fault, ok := errors.AsType[postgresFault](err); ok {
		return fault.Error()
	}
	return c.reason(ctx, err).Error()
}
