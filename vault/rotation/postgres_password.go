package rotation

import (
	"context"
	"errors"
	"fmt"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// postgresPassword gives a role another password: by its own login, or that of an admin if
// there is one. The old password is of no use from then on, so consumers can't log in until
// they have the next one; sessions stay until the vault has it, and end then.
type postgresPassword struct{ postgres }

var _ Driver = (*postgresPassword)(nil)

func (p *postgresPassword) Name() string { return "postgres-password" }

func (p *postgresPassword) Fits(old secret.Value) error {
	address, err := p.address(old)
	if err != nil {
		return err
	}
	_, err = provider.PasswordOf(address)
	return err
}

func (p *postgresPassword) Prepare(ctx context.Context, old secret.Value) (Job, error) {
	address, err := p.address(old)
	if err != nil {
		return Job{}, err
	}
	user, host, _, err := provider.LoginOf(address)
	if err != nil {
		return Job{}, err
	}
	live, err := p.answered(ctx, old)
	if err != nil {
		return Job{}, err
	}
	err = p.open(ctx, p.by(address), func(ctx context.Context, d *provider.Database) error {
		if !p.Admin.IsEmpty() {
			if err := p.sameInstance(ctx, d, address, live); err != nil {
				return err
			}
		}
		return d.CanChange(ctx, user)
	})
	if err != nil {
		return Job{}, err
	}
	password, err := newPassword()
	if err != nil {
		return Job{}, err
	}
	next := password
	if !p.alone(old) {
		next, err = provider.WithLogin(old, user, password)
	}
	return Job{
		Next:   next,
		Intent: fmt.Sprintf("at %s role %q gets a new password, and the old one is of no use from then on; its sessions end when the vault has the new one", host, user),
	}, err
}

// by gives the address by which a role's password is changed.
func (p *postgresPassword) by(own secret.Value) secret.Value {
	if p.Admin.IsEmpty() {
		return own
	}
	return p.Admin
}

// alone tells whether a value is a password without an address.
func (p *postgresPassword) alone(value secret.Value) bool {
	_, _, _, err := provider.LoginOf(value)
	return err != nil
}

func (p *postgresPassword) After(j Job, value secret.Value) (secret.Value, error) {
	if value.Equal(j.Old) {
		return j.Next, nil
	}
	old, err := p.address(j.Old)
	if err != nil {
		return secret.Value{}, err
	}
	if password, err := provider.PasswordOf(old); err != nil {
		return secret.Value{}, err
	} else if value.Equal(password) {
		return provider.PasswordOf(j.Next)
	}
	user, _, _, err := provider.LoginOf(old)
	if err != nil {
		return secret.Value{}, err
	}
	if _, is := sameRole(value, old, user); is && !value.Equal(j.Next) {
		return secret.Value{}, fmt.Errorf("it is another address with a login of role %q", user)
	}
	return secret.Value{}, nil
}

// Make changes the password, unless it is the next one already: then the old one would let
// nobody in to change it.
func (p *postgresPassword) Make(ctx context.Context, j Job) error {
	next, role, password, err := p.next(j)
	if err != nil {
		return err
	}
	if a := p.Works(ctx, next); a.Verdict == provider.Live || a.Verdict == provider.Restricted {
		return nil
	}
	old, err := p.address(j.Old)
	if err != nil {
		return err
	}
	return p.open(ctx, p.by(old), func(ctx context.Context, d *provider.Database) error {
		if p.Admin.IsEmpty() {
			return d.SetOwnPassword(ctx, password)
		}
		return d.SetPassword(ctx, role, password)
	})
}

// End ends the sessions of the role, of which some may have begun with the old password. It
// can do so itself, with the next one.
func (p *postgresPassword) End(ctx context.Context, j Job) error {
	next, role, _, err := p.next(j)
	if err != nil {
		return err
	}
	if a := p.Works(ctx, j.Old); a.Verdict == provider.Live || a.Verdict == provider.Restricted {
		return errors.New("the old password is good again: somebody has put it back")
	}
	return p.open(ctx, p.by(next), func(ctx context.Context, d *provider.Database) error { return d.EndSessions(ctx, role) })
}

// next gives what a job makes work.
func (p *postgresPassword) next(j Job) (address secret.Value, role string, password secret.Value, err error) {
	if address, err = p.address(j.Next); err != nil {
		return
	}
	if role, _, _, err = provider.LoginOf(address); err != nil {
		return
	}
	password, err = provider.PasswordOf(address)
	return
}
