package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// recent is how many entries of the log are shown: the newest.
const recent = 1000

// newAudit makes the tab of who did what, the newest first.
func newAudit(b *board) *table[vault.Logged] {
	t := &table[vault.Logged]{
		board: b, tab: "Audit", looks: true,
		none: "Nothing is in the log.",
		load: func(ctx context.Context) ([]vault.Logged, error) {
			all, err := newest(ctx, b.Log, recent)
			if _, denied := errors.AsType[*vault.DeniedError](err); denied {
				err = errors.New("the log is for owners of the vault")
			}
			return all, err
		},
		words: func(l vault.Logged) string {
			return strings.Join([]string{l.Principal, did(l), l.Verb, l.Project + "/" + l.Env, l.Name, l.Program, l.Host, l.Detail}, " ")
		},
		heads: func(width int) string { return logLine(width, "WHEN", "WHO", "DID WHAT") },
		line: func(l vault.Logged, width int) string {
			what := safe(did(l))
			if !l.Allowed {
				what = b.theme.bad.Render(what)
			}
			return logLine(width, minute(l.Time), safe(nameOr(l.Principal, "nobody")), what)
		},
		detail: func(l vault.Logged, s size) []string {
			from := l.Program
			if l.Host != "" {
				from += " on " + l.Host
			}
			return b.pairs(s.width,
				[2]string{"entry", fmt.Sprint(l.Seq)},
				[2]string{"when", l.Time.UTC().Format(time.RFC3339)},
				[2]string{"who", safe(nameOr(l.Principal, "nobody that the vault knows"))},
				[2]string{"what", safe(did(l))},
				[2]string{"with", safe(from)},
				[2]string{"by right of", safe(l.Rule)},
				[2]string{"detail", safe(l.Detail)},
			)
		},
	}
	t.self = t
	t.summary = func(int) string { return "the last " + report.Plural(len(t.all), "act") + ", the newest first" }
	return t
}

// newest gives the last entries of the log, the newest first.
func newest(ctx context.Context, log Log, most int) ([]vault.Logged, error) {
	ring, n := make([]vault.Logged, 0, most), 0
	err := log.Log(ctx, vault.Filter{}, func(l vault.Logged) error {
		if len(ring) < most {
			ring = append(ring, l)
		} else {
			ring[n%most] = l
		}
		n++
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := make([]vault.Logged, 0, len(ring))
	for i := range ring {
		all = append(all, ring[(n-1-i)%len(ring)])
	}
	return all, nil
}

// did says in words what an act was.
func did(l vault.Logged) string {
	if l.Verb == "" {
		return nameOr(l.Detail, "nothing that can be read")
	}
	what := inWords(l.Verb)
	if !l.Allowed {
		what = "was refused to " + l.Verb
	}
	if l.Name != "" {
		what += " " + l.Name
	}
	if l.Version > 0 {
		what += fmt.Sprintf(", version %d,", l.Version)
	}
	at := strings.TrimSuffix(l.Project+"/"+l.Env, "/")
	switch {
	case at == "":
		return strings.TrimSuffix(what, ",")
	case l.Name != "":
		return what + " in " + at
	}
	return what + " " + at
}

// inWords says what somebody did whom the log has with a verb.
func inWords(verb string) string {
	switch verb {
	case "init":
		return "made the vault"
	case "match":
		return "compared the values of"
	case "list":
		return "listed"
	case "create":
		return "made the environment"
	case "grant":
		return "granted a role to"
	case "revoke":
		return "revoked a role of"
	case "rekey":
		return "gave new keys to"
	case "bundle":
		return "made a bundle for"
	case "backup":
		return "made a backup"
	case "report":
		return "reported of leaks in"
	case "policy":
		return "set the policy"
	case "rotate":
		return "tracked the rotation of leaks in"
	case "show":
		return "looked at a value that was found for"
	case "read", "set":
		return verb
	}
	return strings.TrimSuffix(verb, "e") + "ed" // remove, destroy, move, add, join, retire
}

func logLine(width int, when, who, what string) string {
	const whens, whos = 16, 14
	return line(column{when, whens}, column{who, whos}, column{what, width - whens - whos - 2*2})
}
