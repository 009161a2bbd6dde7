package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestRotateAtTerminal fits what lists show into a terminal of 80 columns.
func TestRotateAtTerminal(t *testing.T) {
	u := newPerson(t)
	owner := member{t, u.env}
	owner.leakedAt("stripe-live-key", "deploy.sh", "other.sh")
	owner.must("rotate", "own", "KEY_0", "--due", "1ns")
	owner.must("secret", "set", "A_NAME_THAT_IS_SO_LONG_THAT_NOBODY_GIVES_IT_TO_A_SECRET", "-e", "prod", "--generate", "hex", "--rotate-by", "2026-01-02")
	for _, tt := range []struct {
		command string
		status  int
		want    []string
	}{
		{"list", 0, []string{"ID", "web/prod KEY_0", "2 records, 2 of them open, 1 overdue"}},
		{"next", 0, []string{"web/prod KEY_0, critical", "secretsweep secret set KEY_0 -p web -e prod"}},
		{"start KEY_1", 0, []string{"alice looks after it", "How it is replaced at Stripe"}},
		{"show KEY_1", 0, []string{"found →", "[owned]", "History"}},
		{"due", 1, []string{"2026-01-02!", "web/prod A_NAME"}},
		{"report", 0, []string{"OWNER", "PROVIDER", "the oldest that is open"}},
	} {
		at := u.begin(window{columns: 80, rows: 60}, append([]string{"rotate"}, strings.Fields(tt.command)...)...)
		if status := at.status(); status != tt.status {
			t.Errorf("rotate %s: exit status %d, want %d\n%s", tt.command, status, tt.status, at.text())
		}
		wrote := strings.ReplaceAll(at.wrote.String(), "\r\n", "\n")
		for _, text := range tt.want {
			if !strings.Contains(wrote, text) {
				t.Errorf("rotate %s: there is no %q:\n%s", tt.command, text, wrote)
			}
		}
		for line := range strings.Lines(wrote) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("rotate %s: %d columns: %s", tt.command, n, line)
			}
		}
	}
}
