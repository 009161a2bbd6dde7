package provider

import (
	"cmp"
	"context"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// The limits of what a server may answer: how long a message may be, which has numbers in it,
// and how many rows there may be, of which each session is one.
const (
	maxPostgresMessage = 64 << 10
	maxPostgresRows    = 10_000
)

// postgresConn is a connection to a PostgreSQL server, and how far its login has come.
type postgresConn struct {
	conn  net.Conn
	front *pgproto3.Frontend

	asked    bool // the server wants a password
	proven   bool // it, or a proof of it, was sent
	accepted bool // the server has said that the user is who it says
}

// sqlState is an error that a server has told of, by its code alone: its words could show
// anything, such as what it was sent.
type sqlState string

// wrongPassword is what PostgreSQL says of a password that is wrong, and of nothing else.
const wrongPassword sqlState = "28P01"

func (s sqlState) Error() string {
	switch s {
	case wrongPassword:
		return "wrong password (28P01)"
	case "28000":
		return "the user may not log in (28000)"
	case "3D000":
		return "no such database (3D000)"
	case "42501":
		return "not permitted (42501)"
	case "42704":
		return "no such role (42704)"
	case "42710":
		return "there is such a role (42710)"
	case "42939":
		return "the name is reserved (42939)"
	case "25006":
		return "the server only reads (25006)"
	case "53300":
		return "too many connections (53300)"
	case "55000":
		return "the database takes no connections (55000)"
	case "57P03":
		return "the server is starting or stopping (57P03)"
	}
	outside := func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }
	if len(s) != len(wrongPassword) || strings.ContainsFunc(string(s), outside) {
		return "an error without a code"
	}
	return "error " + string(s)
}

// postgresFault is what keeps a login from an answer, in our own words.
type postgresFault string

func (f postgresFault) Error() string { return string(f) }

const (
	errNoTLS     postgresFault = "the server has no TLS, which a public one has to have, or the address wants (sslmode)"
	errUntrusted postgresFault = "the server's certificate is not trusted, which a public one's has to be, or the address wants (sslmode)"
	errGarbled   postgresFault = "the server doesn't speak PostgreSQL's protocol as it should"
	errOtherWay  postgresFault = "the server asks for another way to log in than with a password"
	errUnshown   postgresFault = "the server doesn't show that it knows the password"
)

// mayLogin tells why nobody may be asked at an address. Whoever wrote it has named the host, so
// that it always has to be allowed.
func (c *Client) mayLogin(a postgresAddress) error {
	switch {
	case c.allows(a.host, a.port):
		return nil
	case a.socket != "":
		return postgresFault("a socket of this machine (localhost) has to be allowed")
	}
	return postgresFault(a.host + " is named by the address itself, and has to be allowed")
}

// connectPostgres opens a connection over which a password may be proven. TLS is used as the
// address says (sslmode); one that doesn't say has verified TLS at a public address, and
// elsewhere TLS where the server has it.
//
// This is so for all ways to log in, SCRAM too, which never sends the password: who answers in a
// server's place may choose salt and iterations, and guess the password from the proof
// afterwards; and a "wrong password" from just anybody would close a leak that is open.
func (c *Client) connectPostgres(ctx context.Context, a postgresAddress) (*postgresConn, error) {
	if err := c.mayLogin(a); err != nil {
		return nil, err
	}
	conn, err := c.dialPostgres(ctx, a)
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	if a.socket == "" {
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		defer stop()
		secured, err := securePostgres(ctx, conn, a, c.way.roots)
		if err != nil {
			conn.Close()
			return nil, cmp.Or(ctx.Err(), err)
		}
		conn = secured
	}
	p := &postgresConn{conn: conn, front: pgproto3.NewFrontend(conn, conn)}
	p.front.SetMaxBodyLen(maxPostgresMessage)
	return p, nil
}

func (c *Client) dialPostgres(ctx context.Context, a postgresAddress) (net.Conn, error) {
	number := strconv.Itoa(int(a.port))
	if a.socket == "" {
		return c.dial(ctx, "tcp", net.JoinHostPort(a.host, number))
	}
	return new(net.Dialer).DialContext(ctx, "unix", path.Join(a.socket, ".s.PGSQL."+number))
}

// securePostgres asks the server for TLS.
func securePostgres(ctx context.Context, conn net.Conn, a postgresAddress, roots *x509.CertPool) (net.Conn, error) {
	if a.sslmode == "disable" {
		return conn, nil
	}
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	public := err != nil || kindOf(at.Addr()) == ""
	verify := strings.HasPrefix(a.sslmode, "verify-") || a.sslmode == "" && public
	request, err := new(pgproto3.SSLRequest).Encode(nil)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(request); err != nil {
		return nil, err
	}
	var has [1]byte
	if _, err := io.ReadFull(conn, has[:]); err != nil {
		return nil, err
	}
	switch {
	case has[0] == 'S':
	case has[0] != 'N':
		return nil, errGarbled
	case verify || a.sslmode == "require":
		return nil, errNoTLS
	default:
		return conn, nil
	}
	secured := tls.Client(conn, &tls.Config{ServerName: a.host, RootCAs: roots, InsecureSkipVerify: !verify, MinVersion: tls.VersionTLS12})
	err = secured.HandshakeContext(ctx)
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return nil, errUntrusted
	}
	return secured, err
}

// login starts a session. A server that asks for no password at all accepts
// everybody, which is no error here.
func (p *postgresConn) login(ctx context.Context, a postgresAddress) error {
	stop := context.AfterFunc(ctx, func() { p.conn.Close() })
	defer stop()
	p.front.Send(&pgproto3.StartupMessage{
		ProtocolVersion: pgproto3.ProtocolVersion30,
		Parameters: map[string]string{
			"user": a.user, "database": a.database,
			"client_encoding": "UTF8", "application_name": "secretsweep",
		},
	})
	password := a.password.Reveal()
	var scram *scramClient
	for {
		message, err := p.receive()
		if err != nil {
			return cmp.Or(ctx.Err(), err)
		}
		switch message.(type) {
		case *pgproto3.AuthenticationCleartextPassword, *pgproto3.AuthenticationMD5Password, *pgproto3.AuthenticationSASL:
			if p.asked || p.accepted {
				return errGarbled // one way is enough; a second one would be a trick
			}
			p.asked = true
		}
		switch m := message.(type) {
		case *pgproto3.AuthenticationCleartextPassword:
			p.prove(&pgproto3.PasswordMessage{Password: password})
		case *pgproto3.AuthenticationMD5Password:
			p.prove(&pgproto3.PasswordMessage{Password: "md5" + md5Hex(md5Hex(password+a.user)+string(m.Salt[:]))})
		case *pgproto3.AuthenticationSASL:
			if !slices.Contains(m.AuthMechanisms, scramName) {
				return errOtherWay
			}
			scram = newScramClient(password)
			p.front.Send(&pgproto3.SASLInitialResponse{AuthMechanism: scramName, Data: scram.first()})
		case *pgproto3.AuthenticationSASLContinue:
			if scram == nil {
				return errGarbled
			}
			final, err := scram.final(m.Data)
			if err != nil {
				return err
			}
			p.prove(&pgproto3.SASLResponse{Data: final})
		case *pgproto3.AuthenticationSASLFinal:
			if scram == nil {
				return errGarbled
			}
			if err := scram.check(m.Data); err != nil {
				return err
			}
			scram = nil
		case *pgproto3.AuthenticationOk:
			if scram != nil || p.asked && !p.proven {
				return errUnshown
			}
			p.accepted = true
		case *pgproto3.ReadyForQuery:
			if !p.accepted {
				return errGarbled
			}
			return nil
		case *pgproto3.ErrorResponse:
			return sqlState(m.Code)
		case *pgproto3.AuthenticationGSS:
			return errOtherWay
		case *pgproto3.ParameterStatus, *pgproto3.BackendKeyData, *pgproto3.NoticeResponse, *pgproto3.NegotiateProtocolVersion:
		default:
			return errGarbled
		}
	}
}

// prove sends what shows the password, or that it is known.
func (p *postgresConn) prove(m pgproto3.FrontendMessage) {
	p.front.Send(m)
	p.proven = true
}

// receive sends what is to be sent, and gives the server's next message.
func (p *postgresConn) receive() (pgproto3.BackendMessage, error) {
	if err := p.front.Flush(); err != nil {
		return nil, err
	}
	return p.front.Receive()
}

// query runs statements, and gives the rows that they answer. The connection is of no more
// use if the context ends meanwhile.
func (p *postgresConn) query(ctx context.Context, statements string) (rows [][]string, err error) {
	stop := context.AfterFunc(ctx, func() { p.conn.Close() })
	defer stop()
	p.front.Send(&pgproto3.Query{String: statements})
	for {
		message, fault := p.receive()
		if fault != nil {
			return nil, cmp.Or(ctx.Err(), fault)
		}
		switch m := message.(type) {
		case *pgproto3.DataRow:
			if len(rows) == maxPostgresRows {
				p.conn.Close()
				return nil, errGarbled
			}
			var row []string
			for _, value := range m.Values {
				row = append(row, string(value))
			}
			rows = append(rows, row)
		case *pgproto3.ErrorResponse:
			err = sqlState(m.Code)
		case *pgproto3.ReadyForQuery:
			return rows, err
		}
	}
}

// close says goodbye.
func (p *postgresConn) close() error {
	_ = p.conn.SetDeadline(time.Now().Add(time.Second)) // a courtesy, which may fail
	p.front.Send(&pgproto3.Terminate{})
	_ = p.front.Flush()
	return p.conn.Close()
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
