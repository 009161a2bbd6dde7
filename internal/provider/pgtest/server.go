package pgtest

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Options are what a server has besides the usual.
type Options struct {
	// Rules are lines of pg_hba.conf that come before the one that asks for SCRAM-SHA-256.
	Rules []string
	// Settings are lines of postgresql.conf.
	Settings []string
	// TLS gives the server a certificate for the names of [Names] and the address 127.0.0.1,
	// signed by the authority in [Server.Roots].
	TLS bool
}

// Server is a PostgreSQL server that runs until the test ends.
type Server struct {
	Port  int
	Roots *x509.CertPool // who has signed the server's certificate; nil without one

	dir string // where its files and its socket are
	bin string
	t   testing.TB
}

// Start starts a server for a test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	bin, err := programs()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	cluster, err := template()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := ownDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s := &Server{dir: dir, bin: bin, t: t}
	if err := s.prepare(cluster, o); err != nil {
		t.Fatal(err)
	}
	// Somebody else may take the port between our looking for one and the server's listening.
	for range 3 {
		if err = s.run(); err == nil {
			return s
		}
	}
	t.Fatalf("start PostgreSQL: %v\n%s", err, s.Log())
	return nil
}

// Socket is the folder of the server's Unix socket.
func (s *Server) Socket() string { return s.dir }

// Address is where the server listens, HOST:PORT.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)) }

// URL is the address by which a user opens a database.
func (s *Server) URL(user, password, database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: s.Address(), Path: "/" + database}
	return u.String()
}

// Query runs statements as the superuser and gives what they answer: a line for each row,
// columns parted by "|". The test fails if one fails.
func (s *Server) Query(statements string) string {
	s.t.Helper()
	var out, complaint bytes.Buffer
	cmd := exec.Command(filepath.Join(s.bin, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
		"-h", s.dir, "-p", strconv.Itoa(s.Port), "-U", "postgres", "-d", "postgres")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(statements), &out, &complaint
	cmd.Env = append(os.Environ(), "PGCLIENTENCODING=UTF8")
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("psql: %v: %s", err, complaint.String())
	}
	return strings.TrimRight(out.String(), "\n")
}

// Log is what the server has written to its log.
func (s *Server) Log() string {
	s.t.Helper()
	text, err := os.ReadFile(s.path("log"))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

// prepare writes the server's files.
func (s *Server) prepare(cluster fs.FS, o Options) error {
	if err := os.CopyFS(s.path("data"), cluster); err != nil {
		return err
	}
	if err := os.Chmod(s.path("data"), 0o700); err != nil {
		return err
	}
	settings := append([]string{
		"listen_addresses = '127.0.0.1'",
		"unix_socket_directories = '" + s.dir + "'",
		"fsync = off",
		"shared_buffers = 16MB",
		"max_connections = 40",
	}, o.Settings...)
	if o.TLS {
		roots, err := writeCertificate(s.path("server.crt"), s.path("server.key"))
		if err != nil {
			return err
		}
		s.Roots = roots
		settings = append(settings, "ssl = on", "ssl_cert_file = '"+s.path("server.crt")+"'", "ssl_key_file = '"+s.path("server.key")+"'")
	}
	hba := append([]string{"local all postgres trust"}, o.Rules...)
	hba = append(hba, "local all all scram-sha-256", "host all all 127.0.0.1/32 scram-sha-256")
	for name, lines := range map[string][]string{"postgresql.auto.conf": settings, "pg_hba.conf": hba} {
		if err := os.WriteFile(s.path(filepath.Join("data", name)), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			return err
		}
	}
	return giveAway(s.dir)
}

// run starts the server and waits until it answers.
func (s *Server) run() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Port = port
	log, err := os.OpenFile(s.path("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(filepath.Join(s.bin, "postgres"), "-D", s.path("data"), "-p", strconv.Itoa(port))
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, log, log
	ended, err := start(cmd)
	if err != nil {
		return err
	}
	stop := func() {
		_ = interrupt(cmd.Process)
		<-ended
	}
	deadline := time.After(time.Minute)
	for {
		// The last line of the file tells of the server's state.
		state, _ := os.ReadFile(s.path("data/postmaster.pid"))
		if strings.HasSuffix(strings.TrimSpace(string(state)), "ready") {
			s.t.Cleanup(stop)
			return nil
		}
		select {
		case err := <-ended:
			return fmt.Errorf("the server has ended: %v", err)
		case <-deadline:
			stop()
			return fmt.Errorf("the server isn't ready after a minute")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
