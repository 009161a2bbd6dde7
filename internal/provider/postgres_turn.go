package provider

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// PasswordOf gives the password in the address of a PostgreSQL database.
func PasswordOf(address secret.Value) (secret.Value, error) {
	a, err := parsePostgres(address.Reveal())
	if err == nil && a.password.IsEmpty() {
		err = errors.New("it has no password")
	}
	if err != nil {
		return secret.Value{}, fmt.Errorf("address of the database: %w", err)
	}
	return a.password, nil
}

// SameServer tells whether two addresses of databases name the same host and port.
func SameServer(a, b secret.Value) bool {
	one, err := parsePostgres(a.Reveal())
	if err != nil {
		return false
	}
	other, err := parsePostgres(b.Reveal())
	return err == nil && one.host == other.host && one.port == other.port && one.socket == other.socket
}

// Instance tells servers apart, whatever names lead to them: it is when the server was
// started, to the microsecond.
func (d *Database) Instance(ctx context.Context) (string, error) {
	rows, err := d.query(ctx, "SELECT (pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint")
	if err != nil {
		return "", fmt.Errorf("tell the server from others: %w", err)
	}
	return rows[0][0], nil
}

// Turn gives the other one of two roles that take turns: the alternate of a base role, and
// the base role of an alternate, which the server knows it to be. base is that of the two.
func (d *Database) Turn(ctx context.Context, role string) (other, base string, err error) {
	fault := func(err error) (string, string, error) {
		return "", "", fmt.Errorf("find who takes turns with role %q: %w", role, err)
	}
	if err := checkRole(role); err != nil {
		return fault(err)
	}
	rows, err := d.query(ctx, `SELECT b.rolname FROM pg_catalog.pg_roles a
		JOIN pg_catalog.pg_auth_members m ON m.member = a.oid JOIN pg_catalog.pg_roles b ON b.oid = m.roleid
		WHERE a.rolname = `+quoteText(role))
	if err != nil {
		return fault(err)
	}
	for _, row := range rows {
		base = row[0]
		if role != base+alternateEnd {
			continue
		}
		if is, err := d.isAlternate(ctx, base, role); err == nil && is {
			return base, base, nil
		}
	}
	other = role + alternateEnd
	if err := checkRole(other); err != nil {
		return fault(err)
	}
	if _, err := d.isAlternate(ctx, role, other); err != nil {
		return fault(fmt.Errorf("%q: %w", other, err))
	}
	return other, role, nil
}

// alternateEnd is what the name of an alternate has after that of its base.
const alternateEnd = "_b"

// oldestPostgres is the first version that takes a SCRAM verifier for what it is. Earlier ones
// would make it the password.
const oldestPostgres = 100000

// CanChange tells why roles can't be changed in this session: its server, its rights, or a role
// that is missing, may not log in, or has a password that is over. A role's own password takes
// no right.
func (d *Database) CanChange(ctx context.Context, roles ...string) error {
	rows, err := d.query(ctx, `SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.pg_is_in_recovery(), rolsuper, rolcreaterole
		FROM pg_catalog.pg_roles WHERE rolname = current_user`)
	switch {
	case err != nil:
		return fmt.Errorf("look at the server: %w", err)
	case len(rows) == 0:
		return errors.New("look at the server: it doesn't know who is logged in")
	}
	version, err := strconv.Atoi(rows[0][0])
	switch {
	case err != nil:
		return errors.New("look at the server: it has no version")
	case version < oldestPostgres:
		return errors.New("the server is older than PostgreSQL 10, and knows no SCRAM")
	case rows[0][1] == "t":
		return sqlState("25006")
	}
	mighty, makes := rows[0][2] == "t", rows[0][3] == "t"
	for _, role := range roles {
		if err := d.canChange(ctx, role, mighty, makes, version); err != nil {
			return fmt.Errorf("role %q: %w", role, err)
		}
	}
	return nil
}

// canChange is about one role. From PostgreSQL 16 on, whoever makes roles may change only
// those that they were given to administer.
func (d *Database) canChange(ctx context.Context, role string, mighty, makes bool, version int) error {
	rows, err := d.query(ctx, `SELECT rolcanlogin, rolsuper, coalesce(rolvaliduntil < pg_catalog.now(), false), rolname = session_user,
		pg_catalog.pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION'),
		pg_catalog.pg_has_role(current_user, oid, 'USAGE') OR pg_catalog.pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
		FROM pg_catalog.pg_roles WHERE rolname = `+quoteText(role))
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return sqlState("42704")
	}
	is := func(i int) bool { return rows[0][i] == "t" }
	switch {
	case !is(0):
		return errors.New("it may not log in")
	case is(2):
		return errors.New("its password is over (VALID UNTIL), whatever it is")
	case mighty || is(3):
		return nil
	case is(1):
		return errors.New("it is a superuser, which only another one may change")
	case !makes || version >= 160000 && !is(4):
		return errors.New("who is logged in may not change it: that takes CREATEROLE, and from PostgreSQL 16 on the role WITH ADMIN OPTION")
	case !is(5):
		return errors.New("who is logged in may not end its sessions: that takes membership in it, or in pg_signal_backend")
	}
	return nil
}

// SetOwnPassword gives the role that has logged in a password, as [Database.SetPassword] does.
func (d *Database) SetOwnPassword(ctx context.Context, password secret.Value) error {
	// An alternate acts as its base, which may not change it.
	rows, err := d.query(ctx, "SET ROLE NONE; SELECT session_user")
	if err != nil {
		return fmt.Errorf("set one's own password: %w", err)
	}
	return d.SetPassword(ctx, rows[0][0], password)
}
