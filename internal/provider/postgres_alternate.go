package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Alternate makes a second role that stands in for a base role: it is a member of base, may
// log in, has base's settings, and acts as base from its first statement on, so that what it
// makes is base's. It has no password. If such a role is there, it gets base's settings
// again; if another role has its name, that is an error, and nothing is changed.
func (d *Database) Alternate(ctx context.Context, base, alternate string) error {
	fault := func(err error) error {
		return fmt.Errorf("make role %q, an alternate of %q: %w", alternate, base, err)
	}
	if err := cmp.Or(checkRole(base), checkRole(alternate)); err != nil {
		return fault(err)
	}
	if base == alternate {
		return fault(errors.New("it is the same role"))
	}
	there, err := d.isAlternate(ctx, base, alternate)
	if err != nil {
		return fault(err)
	}
	settings, err := d.settings(ctx, base)
	if err != nil {
		return fault(err)
	}
	name := quoteName(alternate)
	statements := []string{"ALTER ROLE " + name + " SET role = " + quoteText(base)}
	if !there {
		statements = slices.Insert(statements, 0, "CREATE ROLE "+name+" LOGIN IN ROLE "+quoteName(base))
	}
	for _, s := range settings {
		statements = append(statements, "ALTER ROLE "+name+s)
	}
	// Statements that are sent together are done together, or not at all.
	if _, err := d.query(ctx, strings.Join(statements, "; ")); err != nil {
		// Somebody may have been faster, of which there are several errors.
		if there, fault := d.isAlternate(ctx, base, alternate); there && fault == nil {
			return nil
		}
		return fault(err)
	}
	return nil
}

// isAlternate tells whether there is a role of that name; it is an error if it isn't an
// alternate of base.
func (d *Database) isAlternate(ctx context.Context, base, alternate string) (bool, error) {
	rows, err := d.query(ctx, `SELECT a.oid IS NOT NULL, a.rolcanlogin
		AND NOT (a.rolsuper OR a.rolcreaterole OR a.rolcreatedb OR a.rolreplication OR a.rolbypassrls)
		AND EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member = a.oid AND m.roleid = b.oid)
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member = a.oid AND m.roleid <> b.oid)
		AND EXISTS (SELECT FROM pg_catalog.pg_db_role_setting s
			WHERE s.setrole = a.oid AND s.setdatabase = 0 AND ('role=' || b.rolname::text) = ANY (s.setconfig))
		FROM pg_catalog.pg_roles b LEFT JOIN pg_catalog.pg_roles a ON a.rolname = `+quoteText(alternate)+`
		WHERE b.rolname = `+quoteText(base))
	switch {
	case err != nil:
		return false, err
	case len(rows) == 0:
		return false, sqlState("42704")
	case rows[0][0] == "t" && rows[0][1] != "t":
		return false, errors.New("there is a role of that name, and it is no such alternate")
	}
	return rows[0][0] == "t", nil
}

// settings gives what a role's sessions begin with (ALTER ROLE … SET), as the ends of
// statements that say the same of another role. PostgreSQL has them of the role that logs
// in, and not of the one that it acts as.
func (d *Database) settings(ctx context.Context, role string) ([]string, error) {
	rows, err := d.query(ctx, `SELECT coalesce(d.datname::text, ''), c.setting
		FROM pg_catalog.pg_db_role_setting s
		JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
		LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
		CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c (setting)
		WHERE r.rolname = `+quoteText(role)+` ORDER BY 1, 2`)
	var ends []string
	for _, row := range rows {
		name, value, _ := strings.Cut(row[1], "=")
		if name == "role" {
			return nil, errors.New("that one acts as another role itself")
		}
		where := ""
		if row[0] != "" {
			where = " IN DATABASE " + quoteName(row[0])
		}
		var parts []string // a name such as app.tenant has two
		for part := range strings.SplitSeq(name, ".") {
			parts = append(parts, quoteName(part))
		}
		var values []string
		for _, v := range settingValues(name, value) {
			values = append(values, quoteText(v))
		}
		ends = append(ends, where+" SET "+strings.Join(parts, ".")+" = "+strings.Join(values, ","))
	}
	return ends, err
}

// settingValues gives the values of a setting. Those of some settings are lists of names,
// which are kept as they are written in a statement, "a, ""B""", and have to be set one by one.
func settingValues(name, value string) []string {
	switch name {
	case "search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries":
	default:
		return []string{value}
	}
	var all []string
	var one strings.Builder
	quoted := false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"' && quoted && strings.HasPrefix(value[i+1:], `"`):
			one.WriteByte(c)
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			all = append(all, one.String())
			one.Reset()
		case c == ' ' && !quoted:
		default:
			one.WriteByte(c)
		}
	}
	return append(all, one.String())
}
