package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// TestVerifier asks about no more values than it may, passes on all that it is given in its
// order, and asks nobody when it is stopped.
func TestVerifier(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	set := &rules.Set{Verifies: []*rules.Verify{{
		Rules: []string{"vendor-token"}, FromConfig: true,
		Request: rules.Request{Method: "GET", URL: server.URL + "/me", Headers: []rules.Field{{Name: "Authorization", Text: "{value}"}}},
		Answers: []rules.Answer{{Means: rules.Live, Status: []int{http.StatusNoContent}}},
	}}}
	flags := verifyFlags{verify: true}
	flags.hosts = []string{strings.TrimPrefix(server.URL, "http://")}
	if err := flags.check(); err != nil {
		t.Fatal(err)
	}
	scan := func(ctx context.Context, n int) (got findings, said string) {
		t.Helper()
		var out bytes.Buffer
		sink := flags.before(ctx, shell{stderr: &out}, &got, set, nil)
		for i := range n {
			v := secret.New(fmt.Sprintf("value-%d", i))
			f := scanner.Finding{Rule: &rules.Rule{ID: "vendor-token"}, Value: v, Fingerprint: v.Fingerprint(), Places: []place.Place{{Kind: place.File, Path: "app.env"}}}
			if err := sink.Finding(f); err != nil {
				t.Fatal(err)
			}
		}
		if len(got.all) > 0 {
			t.Error("something was passed on before it was asked about")
		}
		if err := errors.Join(sink.Reference(scanner.Reference{}), sink.Done(scanner.Summary{})); err != nil {
			t.Fatal(err)
		}
		for i, f := range got.all {
			if !f.Value.Equal(secret.New(fmt.Sprintf("value-%d", i))) {
				t.Fatalf("finding %d is another one", i)
			}
		}
		if len(got.all) != n {
			t.Errorf("%d findings were passed on, want %d", len(got.all), n)
		}
		return got, out.String()
	}

	got, said := scan(t.Context(), mostAsked+2)
	for i, f := range got.all {
		switch {
		case i >= mostAsked && f.Answer != nil:
			t.Errorf("finding %d was asked about", i)
		case i < mostAsked && (f.Answer == nil || f.Answer.Verdict != scanner.Live):
			t.Fatalf("finding %d: %+v", i, f.Answer)
		}
	}
	if asked.Load() != mostAsked || !strings.Contains(said, "not asked about: 2 values more than 1,000\n") || !strings.Contains(said, "asking 127.0.0.1 about 1,000 values\n") {
		t.Errorf("asked %d times, and said %q", asked.Load(), said)
	}

	ctx, stop := context.WithCancel(t.Context())
	stop()
	got, _ = scan(ctx, 3)
	for i, f := range got.all {
		if f.Answer == nil || f.Answer.Verdict != scanner.Unknown || f.Answer.Why != "stopped before there was an answer" {
			t.Errorf("finding %d: %+v", i, f.Answer)
		}
	}
	if asked.Load() != mostAsked {
		t.Error("somebody was asked after the end")
	}
	if got, said = scan(t.Context(), 0); len(got.all) > 0 || said != "" {
		t.Errorf("of nothing it says %q", said)
	}
}
