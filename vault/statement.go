package vault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/vault/identity"
)

// A statement says who there is and who may do what. Statements are numbered records,
// sealed under the roster key, which every principal has, and written once. Each counts
// if the log has an entry that vouches for it, by someone who had the right to make it
// then. Exactly one of the fields is set.
type statement struct {
	Found  *statePrincipal `json:"found,omitempty"` // the first: the founder, who owns everything
	Add    *statePrincipal `json:"add,omitempty"`
	Join   *stateJoin      `json:"join,omitempty"`
	Retire *stateRetire    `json:"retire,omitempty"`
	Scope  *stateScope     `json:"scope,omitempty"`
	Grant  *stateGrant     `json:"grant,omitempty"`
	Revoke *stateRevoke    `json:"revoke,omitempty"`
	Key    *stateKey       `json:"key,omitempty"`
	Policy *statePolicy    `json:"policy,omitempty"`
}

// statePrincipal adds a principal.
type statePrincipal struct {
	ID     ID              `json:"id"`
	Kind   PrincipalKind   `json:"kind"`
	Public identity.Public `json:"public"`
	Label  box             `json:"label"` // its name
	// Invited is set where Public is a one-time key, which its holder replaces by Join.
	Invited bool      `json:"invited,omitempty"`
	Until   time.Time `json:"until,omitzero"` // when a machine's token ends
}

// stateJoin replaces the one-time key of someone who was invited. They sign it themselves,
// once.
type stateJoin struct {
	Principal ID              `json:"principal"`
	Public    identity.Public `json:"public"`
}

// stateRetire takes a principal away, for good.
type stateRetire struct {
	Principal ID `json:"principal"`
}

// stateScope makes an environment of a project. Environments of the same name in
// different projects have the same ID, so that a grant may say "dev of every project".
type stateScope struct {
	ID          ID  `json:"id"`
	Project     ID  `json:"project"`
	Environment ID  `json:"environment"`
	Label       box `json:"label"` // both names, as scopeLabel
}

type scopeLabel struct {
	Project     string `json:"project"`
	Environment string `json:"environment"`
}

// stateGrant gives a principal a role in every scope that it covers.
type stateGrant struct {
	ID          ID        `json:"id"`
	Principal   ID        `json:"principal"`
	Project     ID        `json:"project,omitzero"`     // zero for every one
	Environment ID        `json:"environment,omitzero"` // zero for every one
	Role        Role      `json:"role"`
	Secrets     []ID      `json:"secrets,omitempty"` // of a machine that may read only these
	Until       time.Time `json:"until,omitzero"`
	// Machine is for a machine, which may not read labels: what the grant gives it, with
	// names, as machineLabel in an age file.
	Machine []byte `json:"machine,omitempty"`
}

// machineLabel is what a machine learns of what it may read.
type machineLabel struct {
	Name    string          `json:"name"` // its own
	Scopes  []machineScope  `json:"scopes"`
	Secrets []machineSecret `json:"secrets,omitempty"` // none: all of the scopes
}

type machineScope struct {
	scopeLabel
	ID ID `json:"id"`
}

type machineSecret struct {
	Scope ID     `json:"scope"`
	ID    ID     `json:"id"`
	Name  string `json:"name"`
}

// stateRevoke ends a grant.
type stateRevoke struct {
	Grant ID `json:"grant"`
}

// stateKey is a generation of a shared key. Who is to have it gets it in a wrap.
type stateKey struct {
	ID         ID              `json:"id"`
	Generation int             `json:"generation"`
	Commitment []byte          `json:"commitment"`
	Recipient  identity.Public `json:"recipient,omitzero"` // of the auditors' key and those of leaks, to which others seal
}

// statePolicy sets the vault's policy, in place of the one before.
type statePolicy struct {
	Text []byte `json:"text"` // JSON
}

// encode gives the bytes that are sealed.
func (s statement) encode() []byte { return encodeJSON(s) }

// decodeStatement reads them. What it gives is well formed, and has no right yet.
func decodeStatement(data []byte) (statement, error) {
	var s statement
	if err := decodeJSON(data, &s); err != nil {
		return s, err
	}
	set := 0
	for _, is := range []bool{s.Found != nil, s.Add != nil, s.Join != nil, s.Retire != nil, s.Scope != nil, s.Grant != nil, s.Revoke != nil, s.Key != nil, s.Policy != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return s, fmt.Errorf("a statement that says %d things", set)
	}
	switch {
	case s.Found != nil:
		return s, s.Found.check()
	case s.Add != nil:
		return s, s.Add.check()
	case s.Join != nil && s.Join.Public == (identity.Public{}):
		return s, errors.New("a principal without keys")
	case s.Grant != nil:
		return s, s.Grant.check()
	case s.Key != nil:
		if s.Key.Generation < 1 || len(s.Key.Commitment) != 32 {
			return s, errors.New("a statement of an impossible key")
		}
	case s.Policy != nil:
		if err := s.Policy.check(); err != nil {
			return s, fmt.Errorf("a policy: %w", err)
		}
	}
	return s, nil
}

func (p *statePrincipal) check() error {
	if p.Kind != Person && p.Kind != Machine && p.Kind != Recovery {
		return fmt.Errorf("a principal of unknown kind %q", string(p.Kind))
	}
	if p.ID == (ID{}) || p.Public == (identity.Public{}) {
		return errors.New("a principal without keys")
	}
	return nil
}

func (g *stateGrant) check() error {
	if g.Role < Reader || g.Role > Owner {
		return errors.New("a grant of no role")
	}
	if len(g.Secrets) > 0 && g.Role != Reader {
		return errors.New("a grant of single secrets that is more than reading")
	}
	return nil
}

// PrincipalKind is what kind of someone a principal is.
type PrincipalKind string

// The kinds of principals.
const (
	Person   PrincipalKind = "person"
	Machine  PrincipalKind = "machine"
	Recovery PrincipalKind = "recovery"
)

// Role is what a principal may do in a scope. A higher one may do all that a lower may.
type Role int

// The roles. A machine is never more than a Reader.
const (
	NoRole     Role = iota
	Reader          // reads current values, and replaced ones in their grace
	Developer       // sets and removes values
	Maintainer      // reads replaced values, destroys
	Owner           // grants
)

var roleNames = []string{"none", "reader", "developer", "maintainer", "owner"}

// ParseRole reads a role's name.
func ParseRole(name string) (Role, error) {
	if i := slices.Index(roleNames, name); i > 0 {
		return Role(i), nil
	}
	return NoRole, fmt.Errorf("no role %q: it is one of %s", name, strings.Join(roleNames[1:], ", "))
}

// String gives the role's name.
func (r Role) String() string {
	if r < 0 || int(r) >= len(roleNames) {
		return "none"
	}
	return roleNames[r]
}

// MarshalText gives the role's name.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the role's name.
func (r *Role) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRole(string(text))
	return err
}
