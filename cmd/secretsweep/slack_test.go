package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// cmdSlack serves a folder as Slack's Web API does, to whom has the token in $TOKEN: the
// answer to a method is in the file with its name and an argument's value (channel or
// types), or with its name alone; $SECRETSWEEP_SLACK_API is its address. A file whose
// name ends in .429 is the answer "later", once.
func cmdSlack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: slack FOLDER")
	}
	dir, token := ts.MkAbs(args[0]), ts.Getenv("TOKEN")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := strings.TrimPrefix(r.URL.Path, "/api/")
		sent := r.FormValue("token")
		if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			sent = bearer
		}
		w.Header().Set("Content-Type", "application/json")
		if r.URL.RawQuery != "" || sent != token {
			_, _ = w.Write([]byte(`{"ok":false,"error":"invalid_auth"}`))
			return
		}
		names := []string{method + "." + r.FormValue("channel") + r.FormValue("types"), method}
		for _, name := range names {
			if os.Remove(filepath.Join(dir, name+".429")) == nil {
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			if answer, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
				_, _ = w.Write(answer)
				return
			}
		}
		_, _ = w.Write([]byte(`{"ok":false,"error":"missing_scope","needed":"scope.of.` + method + `"}`))
	}))
	ts.Defer(server.Close)
	ts.Setenv(slackAPIName, server.URL+"/api/")
}

func TestParseSince(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2026-01-31": "2026-01-31T00:00:00Z", "2026-01-31T10:00:00+02:00": "2026-01-31T08:00:00Z",
		"90d": "2025-12-31T12:00:00Z", "12h": "2026-03-31T00:00:00Z",
		"": "", "d": "", "0d": "", "-1d": "", "70000d": "", "-12h": "", "2026-02-30": "", "yesterday": "",
	} {
		got := ""
		if since, ok := parseSince(text, now); ok {
			got = since.UTC().Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestHurried ends a source in the middle, and one that it came upon before it begins:
// what was given until then is reported.
func TestHurried(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	inner := sourceFunc(func(ctx context.Context, _ scanner.Visitor) error { return ctx.Err() })
	outer := sourceFunc(func(ctx context.Context, v scanner.Visitor) error {
		v.Chunk(&detectors.Chunk{Data: []byte("said"), At: place.Place{Kind: place.Stdin}})
		v.Source("a/b", inner)
		interrupt()
		return ctx.Err()
	})
	var texts detected
	got := new(kept)
	err := scanner.Scan(t.Context(), []scanner.Source{&hurried{Source: outer, ctx: ctx, path: "a"}}, &texts, scanner.Options{}, got)
	if err != nil || texts != 1 || strings.Join(got.problems, "; ") != "a: stopped; a/b: stopped" || !got.done {
		t.Errorf("got %v, %d texts, problems %q, done %t", err, texts, got.problems, got.done)
	}
}

// sourceFunc is a source whose texts lie nowhere.
type sourceFunc func(context.Context, scanner.Visitor) error

func (f sourceFunc) Sweep(ctx context.Context, v scanner.Visitor) error { return f(ctx, v) }
func (sourceFunc) Locate(ctx context.Context, _ []scanner.Hit, _ func(int, place.Place)) error {
	return ctx.Err()
}

// detected counts texts, and finds nothing in them.
type detected int

func (d *detected) Detect(*detectors.Chunk) detectors.Found { *d++; return detectors.Found{} }

// kept is a sink that keeps problems.
type kept struct {
	problems []string
	done     bool
}

func (s *kept) Finding(scanner.Finding) error     { return nil }
func (s *kept) Reference(scanner.Reference) error { return nil }
func (s *kept) Done(scanner.Summary) error        { s.done = true; return nil }
func (s *kept) Problem(p scanner.Problem) error {
	s.problems = append(s.problems, p.What+": "+p.Err.Error())
	return nil
}
