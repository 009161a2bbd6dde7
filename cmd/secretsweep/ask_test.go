package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/secretsweep/secretsweep/rules/sample"
)

// cmdProvider plays a provider on loopback, at $PROVIDER, which is asked about a token at /me
// and ends one at DELETE /me/ID. Each NAME gets a new token for which it answers live,
// restricted, dead, bare (a status and no more), or lasting (live, and it can't be ended). FILE
// gets a line for each request: the method, and the name of the token that came with it.
func cmdProvider(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: provider FILE NAME=ANSWER…")
	}
	p := &vendor{log: ts.MkAbs(args[0]), names: make(map[string]string), answers: make(map[string]string)}
	ts.Check(os.WriteFile(p.log, nil, 0o600))
	for _, arg := range args[1:] {
		name, answer, _ := strings.Cut(arg, "=")
		token, err := sample.Expand("vnd_{alnum:32}", rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), nil)
		ts.Check(err)
		p.names[token], p.answers[name] = name, answer
		ts.Setenv(name, token)
	}
	server := httptest.NewServer(p)
	ts.Defer(server.Close)
	ts.Setenv("PROVIDER", strings.TrimPrefix(server.URL, "http://"))
}

// vendor is a provider that a script plays.
type vendor struct {
	log   string
	names map[string]string // by token

	mu      sync.Mutex
	answers map[string]string // by name
}

func (p *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := p.names[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	f, err := os.OpenFile(p.log, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = fmt.Fprintln(f, r.Method, name)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	say := func(status int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	switch answer := p.answers[name]; {
	case r.Method == http.MethodDelete && r.URL.Path == "/me/k-"+name:
		if answer != "lasting" {
			p.answers[name] = "dead"
		}
		w.WriteHeader(http.StatusNoContent)
	case r.Method != http.MethodGet || r.URL.Path != "/me":
		w.WriteHeader(http.StatusNotFound)
	case answer == "live" || answer == "lasting":
		say(200, map[string]string{"id": "k-" + name})
	case answer == "restricted":
		say(403, map[string]string{"error": "missing_scope"})
	case answer == "dead":
		say(401, map[string]string{"error": "token_revoked"})
	default:
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// cmdNowhere looks for the values of variables in everything that lies in the script's folder,
// but for some files that are meant to have them.
func cmdNowhere(ts *testscript.TestScript, neg bool, args []string) {
	at := slices.Index(args, "but")
	if neg || at < 1 {
		ts.Fatalf("usage: nowhere NAME… but FILE…")
	}
	var meant []string
	for _, name := range args[at+1:] {
		meant = append(meant, ts.MkAbs(name))
	}
	work, looked, found := ts.Getenv("WORK"), 0, make(map[string]bool)
	ts.Check(filepath.WalkDir(work, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		for _, name := range args[:at] {
			value := ts.Getenv(name)
			switch has := value != "" && bytes.Contains(append(data, path...), []byte(value)); {
			case has && slices.Contains(meant, path):
				found[path] = true
			case has || value == "":
				ts.Fatalf("the value of %s stands in %s", name, strings.TrimPrefix(path, work))
			}
		}
		return nil
	}))
	if looked < 2 || len(found) != len(meant) {
		ts.Fatalf("looked at %d files, and found a value in %d of %d that are meant to have one", looked, len(found), len(meant))
	}
}
