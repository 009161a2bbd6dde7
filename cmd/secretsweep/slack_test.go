package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
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
