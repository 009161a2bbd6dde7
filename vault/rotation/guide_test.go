package rotation

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
)

func TestGuideSteps(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"in order", "1. Find the key.\n2. Create a new one with an end date.\n3. Put it in place.\n4. Delete the old one.\n5. Look through the log.", "replace replace replace revoke revoke"},
		{"at once", "1. Reset the key, which ends the old one.\n2. Put it in place.", " "},
		{"the new one comes last", "1. Find the app.\n2. Revoke the token.\n3. Put the new one in place.", "  "},
		{"and is ended again", "1. Find the app.\n2. Disable it.\n3. Put the new one in place.\n4. Remove the old one.", "replace replace replace revoke"},
		{"ends first", "1. End it.\n2. Look.", " "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var acts []string
			for i, s := range guideSteps(tt.text) {
				acts = append(acts, string(s.Act))
				if line := strings.Split(tt.text, "\n")[i]; line[3:] != s.Text {
					t.Errorf("step %d is %q, want %q", i, s.Text, line[3:])
				}
			}
			if got := strings.Join(acts, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestGuideOf(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ rule, provider, want string }{
		{"stripe-live-key", "", "Stripe"},
		{"a rule that was", "stripe", "Stripe"},
		{"a rule that was", "acme", ""},
		{"", "", ""},
	} {
		r := &Record{Leak: vault.Leak{Leaked: vault.Leaked{Rule: tt.rule, Provider: tt.provider}}}
		g := GuideOf(set, r)
		if g.Provider != tt.want || len(g.Steps) < 2 || (g.Console == "") != (tt.want == "") {
			t.Errorf("%q, %q: %+v, want that of %q", tt.rule, tt.provider, g, tt.want)
		}
		for _, a := range []Act{Replace, MoveAll, Revoke} {
			if len(g.Of(a)) == 0 {
				t.Errorf("%q, %q: nothing belongs to %s", tt.rule, tt.provider, a)
			}
		}
		if len(g.Of(Close)) != 0 {
			t.Errorf("%q, %q: something belongs to closing", tt.rule, tt.provider)
		}
	}
}

// TestLineOf follows a record, of which one more milestone is done with every step.
func TestLineOf(t *testing.T) {
	acts := func(r *Record) string {
		var all []string
		for _, m := range r.Line() {
			box := "."
			if m.Done {
				box = "x"
			}
			all = append(all, box+string(m.Act))
		}
		return strings.Join(all, " ")
	}
	l := born(t)
	var got []string
	for _, s := range []Step{
		{Act: Triage, Way: Rotate},
		{Act: Own, Owner: "ann"},
		{Act: Replace, Successor: successor},
		{Act: MoveAll},
		{Act: Revoke},
		{Act: Ask, Answer: &Answer{Verdict: provider.Dead}},
		{Act: Clean},
		{Act: Close},
	} {
		got = append(got, acts(l.do(s)))
	}
	want := []string{
		".own .replace .moved .revoke .attest .clean .close",
		"xown .replace .moved .revoke .attest .clean .close",
		"xown xreplace .moved .revoke .attest .clean .close",
		"xown xreplace xmoved .revoke .attest .clean .close",
		"xown xreplace xmoved xrevoke .attest .clean .close",
		"xown xreplace xmoved xrevoke xask .clean .close",
		"xown xreplace xmoved xrevoke xask xclean .close",
		"xown xreplace xmoved xrevoke xask xclean xclose",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := acts(born(t).do(Step{Act: Triage, Way: RevokeOnly})); got != ".own .revoke .attest .clean .close" {
		t.Errorf("only to be revoked: %s", got)
	}
	emergency := born(t).do(Step{Act: Triage, Way: Rotate}, Step{Act: Own, Owner: "ann"}, Step{Act: Revoke, Emergency: true})
	if got := acts(emergency); got != "xown xrevoke .attest .replace .moved .clean .close" {
		t.Errorf("in an emergency: %s", got)
	}
}

// TestDoneByWord takes a person's word for what nobody else knows, and for nothing else.
func TestDoneByWord(t *testing.T) {
	l := born(t)
	l.do(Step{Act: Triage, Way: Rotate}, Step{Act: Own, Owner: "ann"})
	r := l.do(Step{Act: Replace, Successor: successor})
	r.Refs = []vault.Ref{successor[0].Ref}
	ci := vault.Consumer{Ref: successor[0].Ref, Principal: "ci", Kind: vault.Machine, Program: "secretsweep run", Version: 1, Last: day0}
	r.observeConsumers(map[vault.Ref][]vault.Consumer{ci.Ref: {ci}})
	if _, err := r.Doing("ann", "I say so"); err == nil || !strings.Contains(err.Error(), "ci, by run (read version 1 on 2026-03-01)") {
		t.Errorf("moved by a word, while ci reads the old value: %v", err)
	}
	r.observeConsumers(nil)
	if _, err := r.Doing("ann", ""); err == nil {
		t.Error("moved without a reason")
	}
	if steps, err := r.Doing("ann", "I asked around"); err != nil || len(steps) != 1 || steps[0].Act != MoveAll {
		t.Errorf("got %v, %v", steps, err)
	}
}

// TestRevokeOnlyIsOwned takes a record on whose value is only to be revoked, in one event.
func TestRevokeOnlyIsOwned(t *testing.T) {
	l := born(t)
	report, err := reportOf(Fold(l.Leak, day0), Fold(l.Leak, day0).Taking("ann", RevokeOnly))
	if err != nil {
		t.Fatal(err)
	}
	report.Decides = true
	l.add(report.LeakEvent)
	if r := Fold(l.Leak, day0); r.State != Owned || r.Way != RevokeOnly || len(r.Refused) > 0 {
		t.Errorf("%s, %q, refused %v", r.State, r.Way, r.Refused)
	}
}
