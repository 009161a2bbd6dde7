package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// Database is a session of somebody who may change roles of a PostgreSQL server. Its methods
// may be called again after they were stopped half-way, and then finish what is left. After
// a context has ended during a call the session is closed, and calls fail.
//
// It is safe for concurrent use: calls take turns.
type Database struct {
	mu   sync.Mutex
	conn *postgresConn
}

// OpenDatabase logs in by the address of a database, over a connection such as a login that
// is a check would be made over. Close it.
func (c *Client) OpenDatabase(ctx context.Context, address secret.Value) (*Database, error) {
	a, err := parsePostgres(address.Reveal())
	if err != nil {
		return nil, fmt.Errorf("address of the database: %w", err)
	}
	within, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, err := c.connectPostgres(within, a)
	if err != nil {
		return nil, fmt.Errorf("open the database at %s: %w", a.host, c.openFault(ctx, err))
	}
	if err := conn.login(within, a); err != nil {
		conn.close()
		return nil, fmt.Errorf("log in to the database at %s: %w", a.host, c.openFault(ctx, err))
	}
	return &Database{conn: conn}, nil
}

// openFault keeps what a caller may decide by, and says all else in our own words.
func (c *Client) openFault(ctx context.Context, err error) error {
	if _, ok := errors.AsType[sqlState](err); ok || ctx.Err() != nil {
		return err
	}
	return errors.New(c.loginReason(ctx, err))
}

// Close ends the session.
func (d *Database) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.conn.close()
}

// SetPassword gives a role a password. The server is sent a SCRAM-SHA-256 verifier, which
// lets it check the password and nobody log in: so the password is in no log of the server's
// and in no list of its activity. Where roles had MD5 passwords, this one has SCRAM after it.
func (d *Database) SetPassword(ctx context.Context, role string, password secret.Value) error {
	what := fmt.Sprintf("set the password of role %q", role)
	if err := checkRole(role); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if password.IsEmpty() || strings.IndexByte(password.Reveal(), 0) >= 0 {
		return fmt.Errorf("%s: it is empty, or has a zero byte in it", what)
	}
	verifier, err := scramVerifier(password.Reveal())
	if err == nil {
		_, err = d.query(ctx, "ALTER ROLE "+quoteName(role)+" PASSWORD "+quoteText(verifier))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Sessions counts a role's sessions, but for this one.
func (d *Database) Sessions(ctx context.Context, role string) (int, error) {
	pids, err := d.sessions(ctx, role, "")
	if err != nil {
		return 0, fmt.Errorf("count the sessions of role %q: %w", role, err)
	}
	return len(pids), nil
}

// EndSessions ends a role's sessions, but for this one, and comes back when those are gone
// that there were. Others may have begun.
func (d *Database) EndSessions(ctx context.Context, role string) error {
	fault := func(err error) error { return fmt.Errorf("end the sessions of role %q: %w", role, err) }
	told, err := d.sessions(ctx, role, ", pg_catalog.pg_terminate_backend(pid)")
	if err != nil {
		return fault(err)
	}
	patience, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	for {
		there, err := d.sessions(ctx, role, "")
		if err != nil {
			return fault(err)
		}
		if !slices.ContainsFunc(there, func(pid string) bool { return slices.Contains(told, pid) }) {
			return nil
		}
		if err := wait(patience, 20*time.Millisecond); err != nil {
			return fault(fmt.Errorf("they were told to end, and have not: %w", err))
		}
	}
}

// sessions gives the ids of a role's sessions, but for this one. What else each is asked for
// is done, and not given.
func (d *Database) sessions(ctx context.Context, role, also string) (pids []string, err error) {
	if err := checkRole(role); err != nil {
		return nil, err
	}
	rows, err := d.query(ctx, "SELECT pid"+also+" FROM pg_catalog.pg_stat_activity WHERE usename = "+quoteText(role)+
		" AND pid <> pg_catalog.pg_backend_pid()")
	for _, row := range rows {
		pids = append(pids, row[0])
	}
	return pids, err
}

// Disable gives a role a password that nobody knows, and ends its sessions. Whoever logs in
// with an earlier one is told that it is wrong, which is the mark of a dead password; a role
// that may not log in at all would be refused before its password is looked at.
func (d *Database) Disable(ctx context.Context, role string) error {
	if err := d.SetPassword(ctx, role, secret.New(rand.Text()+rand.Text())); err != nil {
		return err
	}
	return d.EndSessions(ctx, role)
}

// endTime is how long a session that was told to end can take.
const endTime = 10 * time.Second

func (d *Database) query(ctx context.Context, statements string) ([][]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return d.conn.query(ctx, statements)
}

// checkRole keeps out names that the server would cut, or that end a statement for it.
func checkRole(name string) error {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.IndexByte(name, 0) >= 0 {
		return fmt.Errorf("%q is no name of a role: want 1 to %d bytes of UTF-8", name, maxName)
	}
	return nil
}

// maxName is how many bytes of a name the server keeps (NAMEDATALEN - 1).
const maxName = 63

// quoteName writes a name in a statement.
func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// quoteText writes a text in a statement, in the form whose reading no setting changes.
func quoteText(text string) string {
	return ` E'` + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(text) + `'`
}
