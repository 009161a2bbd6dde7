package rotation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// DriverOptions are what drivers may use.
type DriverOptions struct {
	Client *provider.Client
	// Admin is the address of a database with the login of somebody who may change roles; zero
	// for none.
	Admin secret.Value
	// Address is where values belong that are a database's password alone, such as
	// "postgres://app@db/app"; zero for none.
	Address secret.Value
}

// Drivers gives all drivers, those that are preferred first:
//
//   - postgres-users, for the address of a PostgreSQL database, if there is an admin
//   - postgres-password, for such an address, or a password whose address is known
//
// Of what they find in a vault both need the whole address, so they are for records of the
// rule database-url, and for secrets whose value is such an address.
func Drivers(o DriverOptions) []Driver {
	p := postgres{o}
	return []Driver{&postgresUsers{p}, &postgresPassword{p}}
}

// postgres is what both ways to rotate the password of a PostgreSQL role have in common.
type postgres struct{ DriverOptions }

// passwordLength makes a password that nobody guesses, of letters and digits alone, so that it
// is the same in every form of an address.
const passwordLength = 40

func newPassword() (secret.Value, error) {
	return vault.Generate(vault.Generator{
		Kind: "password", Length: passwordLength, Alphabet: "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789",
	})
}

// address gives the address in which a value stands, which may be one itself.
func (p *postgres) address(value secret.Value) (secret.Value, error) {
	if _, _, _, err := provider.LoginOf(value); err == nil || p.Address.IsEmpty() {
		return value, err
	}
	user, _, _, err := provider.LoginOf(p.Address)
	if err != nil {
		return secret.Value{}, err
	}
	return provider.WithLogin(p.Address, user, value)
}

// Works logs in.
func (p *postgres) Works(ctx context.Context, value secret.Value) provider.Answer {
	address, err := p.address(value)
	if err != nil {
		return provider.Answer{Verdict: provider.Unknown, Why: err.Error()}
	}
	return p.Client.Verify(ctx, provider.Credential{Rule: provider.DatabaseURL, Carrier: address})
}

// patience is how long a session may take for its work. A statement that waits for another
// session's would keep a vault from everybody which the drive has open.
const patience = 20 * time.Second

// open opens a session.
func (p *postgres) open(ctx context.Context, address secret.Value, do func(context.Context, *provider.Database) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	d, err := p.Client.OpenDatabase(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, d), d.Close())
}

// sameRole tells whether a value is an address by which one of some roles logs in at the
// server of another address.
func sameRole(value, address secret.Value, roles ...string) (string, bool) {
	user, _, _, err := provider.LoginOf(value)
	if err != nil || !provider.SameServer(value, address) {
		return "", false
	}
	for _, role := range roles {
		if role == user {
			return role, true
		}
	}
	return "", false
}

// sameInstance makes sure that the admin's address leads to the server of a login. Where
// that lets nobody in any more, the addresses have to name the same host.
func (p *postgres) sameInstance(ctx context.Context, admin *provider.Database, address secret.Value, live bool) error {
	elsewhere := errors.New("the admin's address leads to another server than the value")
	if !live {
		if !provider.SameServer(p.Admin, address) {
			return elsewhere
		}
		return nil
	}
	theirs, err := admin.Instance(ctx)
	if err != nil {
		return err
	}
	return p.open(ctx, address, func(ctx context.Context, d *provider.Database) error {
		own, err := d.Instance(ctx)
		if err == nil && own != theirs {
			err = elsewhere
		}
		return err
	})
}

// answered gives whether the old value works, and an error if nobody can tell: then nobody
// could tell either whether the next one does, and whether the old one is dead in the end.
func (p *postgres) answered(ctx context.Context, old secret.Value) (live bool, err error) {
	switch a := p.Works(ctx, old); a.Verdict {
	case provider.Live:
		return true, nil
	case provider.Dead, provider.Restricted:
		if p.Admin.IsEmpty() {
			return false, fmt.Errorf("the old value doesn't log in, so it can't change itself; an admin could: %s", a.Why)
		}
		return false, nil
	default:
		return false, fmt.Errorf("nobody can tell whether the old value works: %s", a.Why)
	}
}

// postgresUsers has two roles take turns: a base role and its alternate, whose name is that of
// the base and "_b". The next value is the same address with the login of the other one. It
// takes an admin, who makes the alternate if it isn't there.
//
// Whose turn it is, the server knows ([provider.Database.Turn]), so the pair is found again by
// every later rotation, and nothing has to be remembered. The role whose turn it isn't has a
// password that nobody knows.
type postgresUsers struct{ postgres }

var _ Driver = (*postgresUsers)(nil)

func (p *postgresUsers) Name() string { return "postgres-users" }

func (p *postgresUsers) Fits(old secret.Value) error {
	if p.Admin.IsEmpty() {
		return errors.New("it takes an admin's address")
	}
	_, err := provider.PasswordOf(old)
	return err
}

// usersMemo is what is remembered of a job.
type usersMemo struct {
	Base string `json:"base"` // of the two roles
}

func (p *postgresUsers) Prepare(ctx context.Context, old secret.Value) (Job, error) {
	if err := p.Fits(old); err != nil {
		return Job{}, err
	}
	user, host, _, err := provider.LoginOf(old)
	if err != nil {
		return Job{}, err
	}
	live, err := p.answered(ctx, old)
	if err != nil {
		return Job{}, err
	}
	var other, base string
	err = p.open(ctx, p.Admin, func(ctx context.Context, d *provider.Database) error {
		if err := p.sameInstance(ctx, d, old, live); err != nil {
			return err
		}
		if other, base, err = d.Turn(ctx, user); err != nil {
			return err
		}
		if err := d.CanChange(ctx, base); err != nil {
			return err
		}
		if user != base {
			if err := d.CanChange(ctx, user); err != nil {
				return err
			}
		}
		n, err := d.Sessions(ctx, other)
		if err == nil && n > 0 {
			err = fmt.Errorf("role %q has %d sessions: it is in use, and would get another password", other, n)
		}
		return err
	})
	if err != nil {
		return Job{}, err
	}
	password, err := newPassword()
	if err != nil {
		return Job{}, err
	}
	next, err := provider.WithLogin(old, other, password)
	if err != nil {
		return Job{}, err
	}
	memo, err := json.Marshal(usersMemo{base})
	return Job{
		Next: next, Overlap: true, Memo: memo,
		Intent: fmt.Sprintf("at %s role %q gets a new password, and is made if it isn't there; in the end role %q gets one that nobody knows, and its sessions end", host, other, user),
	}, err
}

func (p *postgresUsers) After(j Job, value secret.Value) (secret.Value, error) {
	if value.Equal(j.Old) {
		return j.Next, nil
	}
	if password, err := provider.PasswordOf(j.Old); err != nil || value.Equal(password) {
		return secret.Value{}, errors.Join(err, errors.New("it is the password alone, and the next one is another role's"))
	}
	user, _, _, _ := provider.LoginOf(j.Old)
	other, _, _, _ := provider.LoginOf(j.Next)
	if role, is := sameRole(value, j.Old, user, other); is && !value.Equal(j.Next) {
		return secret.Value{}, fmt.Errorf("it is another address with a login of role %q", role)
	}
	return secret.Value{}, nil
}

func (p *postgresUsers) Make(ctx context.Context, j Job) error {
	var memo usersMemo
	if err := json.Unmarshal(j.Memo, &memo); err != nil {
		return fmt.Errorf("what is remembered of the rotation: %w", err)
	}
	role, _, _, err := provider.LoginOf(j.Next)
	if err != nil {
		return err
	}
	password, err := provider.PasswordOf(j.Next)
	if err != nil {
		return err
	}
	return p.open(ctx, p.Admin, func(ctx context.Context, d *provider.Database) error {
		if role != memo.Base {
			if err := d.Alternate(ctx, memo.Base, role); err != nil {
				return err
			}
		}
		return d.SetPassword(ctx, role, password)
	})
}

// End gives the old role a password that nobody knows. If its password is another one already,
// it may have its next turn: then only its sessions end, which are made again.
func (p *postgresUsers) End(ctx context.Context, j Job) error {
	role, _, _, err := provider.LoginOf(j.Old)
	if err != nil {
		return err
	}
	a := p.Works(ctx, j.Old)
	return p.open(ctx, p.Admin, func(ctx context.Context, d *provider.Database) error {
		switch a.Verdict {
		case provider.Dead:
			return d.EndSessions(ctx, role)
		case provider.Unknown:
			return fmt.Errorf("nobody can tell whether the old value works: %s", a.Why)
		default:
			return d.Disable(ctx, role)
		}
	})
}
