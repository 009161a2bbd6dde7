package provider

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// tricks is a server that can say what it likes.
type tricks struct {
	*pgproto3.Backend
	conn     net.Conn
	password string
}

func (s *tricks) say(messages ...pgproto3.BackendMessage) {
	for _, m := range messages {
		s.Send(m)
	}
	_ = s.Flush() // the client may have gone
}

// hear waits for a message of the client.
func (s *tricks) hear(authType uint32) pgproto3.FrontendMessage {
	_ = s.SetAuthType(authType)
	m, err := s.Receive()
	if err != nil {
		return nil
	}
	return m
}

func (s *tricks) refuse(code string) { s.say(&pgproto3.ErrorResponse{Code: code, Message: s.password}) }

// scram goes through an exchange, as a server that knows the verifier of another password,
// up to its last message.
func (s *tricks) scram(iterations string) {
	s.say(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{"SCRAM-SHA-256-PLUS", scramName}})
	first, ok := s.hear(pgproto3.AuthTypeSASL).(*pgproto3.SASLInitialResponse)
	if !ok {
		return
	}
	_, nonce, _ := strings.Cut(string(first.Data), "r=")
	s.say(&pgproto3.AuthenticationSASLContinue{Data: []byte("r=" + nonce + "more,s=c2FsdA==,i=" + iterations)})
	s.hear(pgproto3.AuthTypeSASLContinue)
}

// TestLoginTricked has servers that don't do what PostgreSQL does. None of them makes a
// password dead, or live.
func TestLoginTricked(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ok, ready := &pgproto3.AuthenticationOk{}, &pgproto3.ReadyForQuery{TxStatus: 'I'}
	const garbled, broken = string(errGarbled), "the connection broke, or what came was no answer"
	tests := []struct {
		name  string
		serve func(*tricks)
		want  string
	}{
		{"a wrong password before it was asked for", func(s *tricks) { s.refuse("28P01") }, "the server answered with something else: wrong password (28P01)"},
		{"a wrong password after the challenge", func(s *tricks) {
			s.say(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{scramName}})
			s.hear(pgproto3.AuthTypeSASL)
			s.refuse("28P01")
		}, "the server answered with something else: wrong password (28P01)"},
		{"a wrong password after the right one", func(s *tricks) {
			s.say(&pgproto3.AuthenticationCleartextPassword{})
			s.hear(pgproto3.AuthTypeCleartextPassword)
			s.say(ok)
			s.refuse("28P01")
		}, "the server answered with something else: wrong password (28P01)"},
		{"no such database before the password", func(s *tricks) { s.refuse("3D000") }, "the server answered with something else: no such database (3D000)"},
		{"too many connections before the password", func(s *tricks) { s.refuse("53300") }, "the server answered with something else: too many connections (53300)"},
		{"an error after the password", func(s *tricks) {
			s.say(&pgproto3.AuthenticationCleartextPassword{})
			s.hear(pgproto3.AuthTypeCleartextPassword)
			s.refuse("XX000")
		}, "the server answered with something else: error XX000"},
		{"an error without a code", func(s *tricks) { s.refuse("\x1b[31m") }, "the server answered with something else: an error without a code"},
		{"a long code", func(s *tricks) { s.refuse(s.password) }, "the server answered with something else: an error without a code"},
		{"ready before it has accepted", func(s *tricks) { s.say(ready) }, garbled},
		{"no password, and ready", func(s *tricks) { s.say(ok, ready) }, "the server asks for no password"},
		{"accepted in the middle of SCRAM", func(s *tricks) {
			s.say(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{scramName}})
			s.hear(pgproto3.AuthTypeSASL)
			s.say(ok, ready)
		}, string(errUnshown)},
		{"accepted without the last message of SCRAM", func(s *tricks) { s.scram("4096"); s.say(ok, ready) }, string(errUnshown)},
		{"another password's signature", func(s *tricks) {
			s.scram("4096")
			s.say(&pgproto3.AuthenticationSASLFinal{Data: []byte("v=" + base64.StdEncoding.EncodeToString(make([]byte, 32)))}, ok, ready)
		}, string(errUnshown)},
		{"an error of SCRAM", func(s *tricks) {
			s.scram("4096")
			s.say(&pgproto3.AuthenticationSASLFinal{Data: []byte("e=invalid-proof")})
		}, string(errUnshown)},
		{"SCRAM that takes for ever", func(s *tricks) { s.scram("2000000000"); s.say(ok, ready) }, garbled},
		{"SCRAM without iterations", func(s *tricks) { s.scram("0") }, garbled},
		{"a challenge without a question", func(s *tricks) { s.say(&pgproto3.AuthenticationSASLContinue{Data: []byte("r=a,s=a,i=1")}) }, garbled},
		{"a signature without a question", func(s *tricks) { s.say(&pgproto3.AuthenticationSASLFinal{Data: []byte("v=")}) }, garbled},
		{"another nonce", func(s *tricks) {
			s.say(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{scramName}})
			s.hear(pgproto3.AuthTypeSASL)
			s.say(&pgproto3.AuthenticationSASLContinue{Data: []byte("r=another,s=c2FsdA==,i=4096")})
		}, garbled},
		{"in clear after SCRAM", func(s *tricks) { s.scram("4096"); s.say(&pgproto3.AuthenticationCleartextPassword{}) }, garbled},
		{"other mechanisms", func(s *tricks) { s.say(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{"OAUTHBEARER"}}) }, string(errOtherWay)},
		{"Kerberos", func(s *tricks) { s.say(&pgproto3.AuthenticationGSS{}) }, string(errOtherWay)},
		{"rows", func(s *tricks) { s.say(&pgproto3.DataRow{Values: [][]byte{[]byte("a")}}) }, garbled},
		{"a huge message", func(s *tricks) {
			s.say(&pgproto3.ParameterStatus{Name: "a", Value: strings.Repeat("a", maxPostgresMessage)})
		}, broken},
		{"another protocol", func(s *tricks) { _, _ = s.conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }, broken},
		{"the end", func(s *tricks) {}, broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			password := rand.Text()
			c := trickedBy(t, func(s *tricks) {
				if m := s.first(t); m != nil {
					s.password = password
					tt.serve(s)
				}
			})
			got := verifyURL(t, c, "postgres://a:"+password+"@127.0.0.1/a?sslmode=disable")
			if got.Verdict != Unknown || got.Why != tt.want {
				t.Errorf("got %s: %s\nwant unknown: %s", got.Verdict, got.Why, tt.want)
			}
		})
	}
	t.Run("neither TLS nor none", func(t *testing.T) {
		c := trickedBy(t, func(s *tricks) { _, _ = s.conn.Read(make([]byte, 8)); _, _ = s.conn.Write([]byte("E")) })
		if got := verifyURL(t, c, "postgres://a:b@127.0.0.1/a"); got.Verdict != Unknown || got.Why != garbled {
			t.Errorf("got %s: %s", got.Verdict, got.Why)
		}
	})
	t.Run("silence", func(t *testing.T) {
		c := trickedBy(t, func(s *tricks) { _, _ = s.conn.Read(make([]byte, 8)); _, _ = s.conn.Read(make([]byte, 8)) })
		c.timeout = 50 * time.Millisecond
		if got := verifyURL(t, c, "postgres://a:b@127.0.0.1/a"); got.Verdict != Unknown || got.Why != "no answer within 50ms" {
			t.Errorf("got %s: %s", got.Verdict, got.Why)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := trickedBy(t, func(s *tricks) { cancel(); _, _ = s.conn.Read(make([]byte, 99)); _, _ = s.conn.Read(make([]byte, 8)) })
		got := c.Verify(ctx, Credential{Rule: DatabaseURL, Carrier: secret.New("postgres://a:b@127.0.0.1/a")})
		if got.Verdict != Unknown || got.Why != "stopped before there was an answer" {
			t.Errorf("got %s: %s", got.Verdict, got.Why)
		}
	})
}

// TestEndlessRows has a server that never comes to the end of what it was asked.
func TestEndlessRows(t *testing.T) {
	c := trickedBy(t, func(s *tricks) {
		s.first(t)
		s.say(&pgproto3.AuthenticationOk{}, &pgproto3.ReadyForQuery{TxStatus: 'I'})
		s.hear(pgproto3.AuthTypeOk)
		for row := (&pgproto3.DataRow{Values: [][]byte{[]byte("1")}}); ; {
			s.Send(row)
			if s.Flush() != nil {
				return
			}
		}
	})
	d, err := c.OpenDatabase(t.Context(), secret.New("postgres://a:b@127.0.0.1/a?sslmode=disable"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n, err := d.Sessions(t.Context(), "a"); !errors.Is(err, errGarbled) {
		t.Errorf("got %d, %v", n, err)
	}
}

// first hears who wants to log in.
func (s *tricks) first(t *testing.T) pgproto3.FrontendMessage {
	m, err := s.ReceiveStartupMessage()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		t.Errorf("no startup message: %v", err)
	}
	return m
}

// trickedBy is a client whose one connection is to a server that does as told.
func trickedBy(t *testing.T, serve func(*tricks)) *Client {
	here, there := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer there.Close()
		serve(&tricks{Backend: pgproto3.NewBackend(there, there), conn: there})
	}()
	t.Cleanup(func() { here.Close(); <-done })
	c := New(Options{Rules: &rules.Set{}, Allow: allowed(t, "127.0.0.1")})
	c.way.connect = func(context.Context, string, string, control) (net.Conn, error) { return here, nil }
	return c
}
