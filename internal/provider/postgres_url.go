package provider

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// postgresAddress is where a PostgreSQL database is, and who opens it. It is made of the
// text of an address alone: no variable of the environment, no ~/.pgpass and no file that
// the text names has a say, since who wrote the text may be a stranger.
type postgresAddress struct {
	host     string // as parseHost gives it; "localhost" for a socket
	socket   string // the folder of a Unix socket, or ""
	port     uint16
	database string
	user     string
	password secret.Value
	sslmode  string
}

// setting is a named text of an address, which is written in a piece of it.
type setting struct {
	name, value string
	piece       int
}

// postgresText is the text of an address, cut in pieces: joined, they are the text again.
type postgresText struct {
	pieces   []string
	settings []setting // later ones win
	quote    func(string) string
}

// maxScheme is how long the name of a kind of database is; what is longer is not shown.
const maxScheme = 16

// noPostgres is the error for an address of another kind.
type noPostgres struct{ scheme string }

func (e *noPostgres) Error() string { return "no check for " + e.scheme + " yet" }

// parsePostgres reads an address as PostgreSQL's own library does: postgres://USER:PASSWORD@HOST/DATABASE,
// or settings as in "host=HOST user=USER". Its errors show nothing of the text.
func parsePostgres(text string) (postgresAddress, error) {
	t, err := cutPostgres(text)
	if err != nil {
		return postgresAddress{}, err
	}
	got := make(map[string]string)
	for _, s := range t.settings {
		got[s.name] = s.value
	}
	a := postgresAddress{
		host:     got["host"],
		port:     5432,
		database: got["dbname"],
		user:     got["user"],
		password: secret.New(got["password"]),
		sslmode:  got["sslmode"],
	}
	if strings.HasPrefix(a.host, "/") {
		a.host, a.socket = "localhost", a.host
	}
	if got["ssl"] == "true" && a.sslmode == "" {
		a.sslmode = "require"
	}
	if port := got["port"]; port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return a, errors.New("its port is no number")
		}
		a.port = uint16(n)
	}
	switch {
	case got["service"] != "":
		return a, errors.New("it leaves its host to a service file, which is not read")
	case got["hostaddr"] != "":
		return a, errors.New("it names its host twice (hostaddr)")
	case strings.Contains(a.host, ","):
		return a, errors.New("it names several hosts, and none of them speaks for all")
	case a.host == "":
		return a, errors.New("it names no host")
	case a.user == "":
		return a, errors.New("it names no user")
	}
	if a.host, err = parseHost(a.host); err != nil {
		return a, fmt.Errorf("its host is %w", err)
	}
	a.database = cmp.Or(a.database, a.user)
	return a, nil
}

// cutPostgres cuts an address.
func cutPostgres(text string) (*postgresText, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, errors.New("it has a zero byte in it")
	}
	scheme, _, ok := strings.Cut(text, "://")
	if !ok || strings.ContainsAny(scheme, "= '") {
		return cutSettings(text)
	}
	// What follows "+" is the client that it is written for, such as postgresql+asyncpg.
	kind, _, _ := strings.Cut(strings.ToLower(scheme), "+")
	if kind != "postgres" && kind != "postgresql" {
		outside := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
		if len(kind) > maxScheme || strings.ContainsFunc(kind, outside) {
			return nil, errors.New("it is no address of a database")
		}
		return nil, &noPostgres{kind}
	}
	return cutURL(text, len(scheme)+len("://"))
}

// cutURL cuts an address in the form of a URL, whose scheme ends at from.
func cutURL(text string, from int) (*postgresText, error) {
	t := &postgresText{pieces: []string{text[:from]}, quote: escape}
	rest := text[from:]
	add := func(name, raw string) (err error) {
		value, err := url.PathUnescape(raw)
		if err != nil || strings.IndexByte(value, 0) >= 0 {
			return errors.New("its " + name + " is not encoded as in an address")
		}
		t.settings = append(t.settings, setting{name, value, len(t.pieces)})
		t.pieces = append(t.pieces, raw)
		return nil
	}
	if i := strings.IndexAny(rest, "@/"); i >= 0 && rest[i] == '@' {
		user, password, has := strings.Cut(rest[:i], ":")
		rest = rest[i:]
		if err := add("user", user); err != nil {
			return nil, err
		}
		if has {
			t.pieces = append(t.pieces, ":")
			if err := add("password", password); err != nil {
				return nil, err
			}
		}
		t.pieces, rest = append(t.pieces, "@"), rest[1:]
	}
	end := indexAny(rest, "/?")
	netloc := rest[:end]
	rest = rest[end:]
	if strings.Contains(netloc, "@") {
		return nil, errors.New("its password is not encoded as in an address: there are two @")
	}
	host, port := netloc, ""
	if inner, ok := strings.CutPrefix(netloc, "["); ok {
		var after string
		if host, after, ok = strings.Cut(inner, "]"); !ok || after != "" && after[0] != ':' {
			return nil, errors.New("its host is no address of IPv6")
		}
		port = strings.TrimPrefix(after, ":")
	} else if !strings.Contains(netloc, ",") {
		host, port, _ = strings.Cut(netloc, ":")
	}
	host, err := url.PathUnescape(host)
	if err != nil {
		return nil, errors.New("its host is not encoded as in an address")
	}
	t.settings = append(t.settings, setting{"host", host, len(t.pieces)}, setting{"port", port, len(t.pieces)})
	t.pieces = append(t.pieces, netloc)
	if strings.HasPrefix(rest, "/") {
		t.pieces, rest = append(t.pieces, "/"), rest[1:]
		end := indexAny(rest, "?")
		if err := add("dbname", rest[:end]); err != nil {
			return nil, err
		}
		rest = rest[end:]
	}
	for rest != "" {
		t.pieces, rest = append(t.pieces, rest[:1]), rest[1:] // "?" or "&"
		end := indexAny(rest, "&")
		name, raw, ok := strings.Cut(rest[:end], "=")
		rest = rest[end:]
		if !ok {
			t.pieces = append(t.pieces, name)
			continue
		}
		t.pieces = append(t.pieces, name+"=")
		plain, err := url.PathUnescape(name)
		if err != nil {
			return nil, errors.New("the name of a setting is not encoded as in an address")
		}
		if err := add(plain, raw); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// cutSettings cuts an address in the form "host=HOST user='USER'".
func cutSettings(text string) (*postgresText, error) {
	t := &postgresText{quote: quoteSetting}
	const space = " \t\r\n\f\v"
	rest := text
	take := func(n int) string {
		piece := rest[:n]
		rest = rest[n:]
		return piece
	}
	for {
		blank := take(len(rest) - len(strings.TrimLeft(rest, space)))
		if rest == "" {
			t.pieces = append(t.pieces, blank)
			break
		}
		name := take(indexAny(rest, "="+space))
		after := strings.TrimLeft(rest, space)
		if name == "" || !strings.HasPrefix(after, "=") {
			return nil, errors.New("it is no address of a database")
		}
		equal := take(len(rest) - len(strings.TrimLeft(after[1:], space)))
		t.pieces = append(t.pieces, blank+name+equal)
		length, value, ok := settingAt(rest)
		if !ok {
			return nil, errors.New("a quote in it is open")
		}
		t.settings = append(t.settings, setting{name, value, len(t.pieces)})
		t.pieces = append(t.pieces, take(length))
	}
	if len(t.settings) == 0 {
		return nil, errors.New("it is empty")
	}
	return t, nil
}

// settingAt reads the value that a text begins with, and gives how long it is there.
func settingAt(text string) (length int, value string, ok bool) {
	quoted := strings.HasPrefix(text, "'")
	var b strings.Builder
	i := 0
	if quoted {
		i = 1
	}
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case quoted && c == '\'':
			return i + 1, b.String(), true
		case !quoted && strings.IndexByte(" \t\r\n\f\v", c) >= 0:
			return i, b.String(), true
		default:
			b.WriteByte(c)
		}
	}
	return i, b.String(), !quoted
}

// indexAny is [strings.IndexAny], and the text's end if there is none.
func indexAny(text, chars string) int {
	if i := strings.IndexAny(text, chars); i >= 0 {
		return i
	}
	return len(text)
}

// set writes a value in place of each that the setting has, and tells whether it has any.
func (t *postgresText) set(name, value string) bool {
	found := false
	for _, s := range t.settings {
		if s.name == name {
			t.pieces[s.piece] = t.quote(value)
			found = true
		}
	}
	return found
}

// escape encodes a text for a URL: all but letters, digits and - . _ ~.
func escape(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// quoteSetting writes a value as "host=HOST user='USER'" wants it.
func quoteSetting(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}

// WithLogin gives the address of a PostgreSQL database with another user and password in
// it. All else stays as it is, byte for byte.
func WithLogin(address secret.Value, user string, password secret.Value) (secret.Value, error) {
	t, err := cutPostgres(address.Reveal())
	if err != nil {
		return secret.Value{}, fmt.Errorf("address of the database: %w", err)
	}
	if user == "" || strings.IndexByte(user+password.Reveal(), 0) >= 0 {
		return secret.Value{}, errors.New("a user without a name, or a zero byte in it or its password")
	}
	hasUser, hasPassword := t.set("user", user), t.set("password", password.Reveal())
	if isURL := strings.HasSuffix(t.pieces[0], "://"); isURL {
		// After the scheme stands "USER", ":", "PASSWORD", "@", or nothing of it.
		inUserinfo := len(t.pieces) > 2 && len(t.settings) > 0 && t.settings[0].name == "user" && t.settings[0].piece == 1
		switch {
		case !inUserinfo && (!hasUser || !hasPassword):
			t.pieces = slices.Insert(t.pieces, 1, escape(user)+":"+escape(password.Reveal())+"@")
		case !hasPassword:
			t.pieces = slices.Insert(t.pieces, 2, ":"+escape(password.Reveal()))
		}
	} else {
		if !hasUser {
			t.pieces = append(t.pieces, " user="+quoteSetting(user))
		}
		if !hasPassword {
			t.pieces = append(t.pieces, " password="+quoteSetting(password.Reveal()))
		}
	}
	return secret.New(strings.Join(t.pieces, "")), nil
}

// LoginOf gives who opens which database where by an address.
func LoginOf(address secret.Value) (user, host, database string, err error) {
	a, err := parsePostgres(address.Reveal())
	if err != nil {
		return "", "", "", fmt.Errorf("address of the database: %w", err)
	}
	return a.user, a.host, a.database, nil
}
