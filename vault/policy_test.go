package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/vault/audit"
)

// policy gives what somebody reads.
func policy(t *testing.T, s *Session) string {
	t.Helper()
	text, err := s.Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPolicy has an owner set the policy, which everybody in the vault reads.
func TestPolicy(t *testing.T) {
	b := newBench(t)
	b.set("prod", "ONE", "one")
	mia, _ := b.person("mia", Maintainer, "*/*")
	pat, _ := b.person("pat", Owner, "web/*")
	token, err := b.owner.CreateToken(t.Context(), Token{Name: "deploy", Project: "web", Env: "prod"})
	b.must(err)
	deploy := b.session(token.Identity)
	if text, err := mia.Policy(t.Context()); err != nil || text != nil {
		t.Errorf("unset: %s, %v", text, err)
	}
	largest := `"` + strings.Repeat("x", maxPolicy-2) + `"`
	for _, text := range []string{`{"days": 30}`, "null", largest, "{\"days\":\t90}\n"} {
		b.must(b.owner.SetPolicy(t.Context(), json.RawMessage(text)))
		for _, s := range []*Session{b.owner, mia, deploy, b.session(b.keys)} {
			if got := policy(t, s); got != text {
				t.Errorf("%s reads %.20q, want %.20q", s.Self(), got, text)
			}
		}
	}
	for what, text := range map[string]string{"nothing": "", "no JSON": "{", "two": "{}{}", "too much": largest + " "} {
		if err := b.owner.SetPolicy(t.Context(), json.RawMessage(text)); err == nil {
			t.Errorf("%s: set", what)
		}
	}
	for _, s := range []*Session{mia, pat, deploy} {
		var denied *DeniedError
		if err := s.SetPolicy(t.Context(), json.RawMessage("{}")); !errors.As(err, &denied) || denied.Need != Owner || !strings.HasPrefix(denied.Error(), "policy of the vault: refused: ") {
			t.Errorf("%s: %v", s.Self(), err)
		}
	}
	set, refused := 0, 0
	b.must(b.owner.Log(t.Context(), Filter{Verb: verbPolicy}, func(l Logged) error {
		if l.Allowed {
			set++
		} else {
			refused++
		}
		return nil
	}))
	if set != 4 || refused != 3 {
		t.Errorf("the log has it set %d times, and refused %d times", set, refused)
	}
	var bundle bytes.Buffer
	b.must(b.owner.Bundle(t.Context(), "deploy", b.now.AddDate(0, 0, 1), &bundle))
	held, err := OpenBundle(t.Context(), &bundle, token, b.options())
	b.must(err)
	if got := policy(t, held); got != "{\"days\":\t90}\n" {
		t.Errorf("a bundle has %q", got)
	}
	if err := held.SetPolicy(t.Context(), json.RawMessage("{}")); err == nil {
		t.Error("set by a bundle")
	}
	b.check()
}

// TestForgedPolicy has people set a policy who don't own everything.
func TestForgedPolicy(t *testing.T) {
	forged := statement{Policy: &statePolicy{[]byte(`{"days":9999}`)}}
	for what, forge := range map[string]func(s *stage){
		"a reader":       func(s *stage) { s.forgers["reader"].say(s.rita, forged) },
		"an owner of it": func(s *stage) { s.forgers["owner of dev"].say(s.mara, forged) },
		"who left": func(s *stage) {
			f := s.forgers["retired"]
			key, raw := f.statement(s.gone, s.owner.state.roster.statements, forged)
			f.sign(map[string][]byte{key: raw})
		},
		"the owner of a project": func(s *stage) {
			pat, f := s.projectOwner()
			f.say(pat, forged)
		},
	} {
		s := newStage(t)
		s.must(s.owner.SetPolicy(t.Context(), json.RawMessage(`{"days":30}`)))
		for _, session := range []*Session{s.owner, s.rita, s.mara} { // brings them up to date
			policy(t, session)
		}
		forge(s)
		for _, session := range []*Session{s.owner, s.session(s.keys), s.victims["deploy"]} {
			if got := policy(t, session); got != `{"days":30}` {
				t.Errorf("%s: %s reads %s", what, session.Self(), got)
			}
		}
		s.found(what, audit.Head{})
		s.must(s.owner.SetPolicy(t.Context(), json.RawMessage(`{"days":60}`)))
		if got := policy(t, s.session(s.keys)); got != `{"days":60}` {
			t.Errorf("%s: the owner can't set another one: %s", what, got)
		}
	}
}
