package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/importers"
)

// toWrite gives what would be imported, a line for each secret: "staging NAME[ALIAS] 3" for
// the value of that number.
func toWrite(p *importers.Plan) []string {
	var all []string
	for _, s := range p.Batch(storyDoors().access).Secrets {
		number := "?"
		for n := range stored + 1 {
			if s.Value.Equal(valueOf(n)) {
				number = fmt.Sprint(n)
			}
		}
		all = append(all, fmt.Sprintf("%s %s%s %s", s.Env, s.Name, s.Aliases, number))
	}
	return all
}

// before is what is imported of the story as it is suggested.
var before = []string{
	"dev API_TOKEN[] 14", "dev PAYMENT_KEY[] 2", "dev SMTP_PASSWORD[SMTP_PASS] 10",
	"prod PAYMENT_KEY[] 4", "prod SESSION_SECRET[] 6",
	"staging PAYMENT_KEY[] 3", "staging SENTRY_DSN[] ?",
}

// but gives what is imported as it is suggested, with some lines changed: "old → new", or with
// no new one for a line that isn't there.
func but(changes ...string) []string {
	var all []string
	for _, line := range before {
		for _, c := range changes {
			if old, now, _ := strings.Cut(c, " → "); old == line {
				line = now
			}
		}
		if line != "" {
			all = append(all, strings.Split(line, "; ")...)
		}
	}
	return all
}

func TestMapping(t *testing.T) {
	clear := func(n int) []string {
		var keys []string
		for range n {
			keys = append(keys, "backspace")
		}
		return keys
	}
	keys := func(all ...any) []string {
		var keys []string
		for _, k := range all {
			switch k := k.(type) {
			case string:
				keys = append(keys, k)
			case []string:
				keys = append(keys, k...)
			}
		}
		return keys
	}
	typed := func(text string) []string { return strings.Split(text, "") }
	payment := []string{"down", "down"} // its line
	tests := []struct {
		name string
		keys []string
		want []string
		sees string
	}{
		{"as suggested", nil, but(), "2 conflicts"},
		{"a new name", keys(payment, "enter", typed("_2"), "enter"), but("dev PAYMENT_KEY[] 2 → dev PAYMENT_KEY_2[] 2"), "shop/dev PAYMENT_KEY_2"},
		{"another environment", keys("m", clear(3), typed("demo"), "enter"), but("dev API_TOKEN[] 14 → ", "dev PAYMENT_KEY[] 2 → demo API_TOKEN[] 14; dev PAYMENT_KEY[] 2"), "shop/demo API_TOKEN"},
		{"aliases", keys("enter", "tab", "tab", typed("TOKEN,KEY"), "enter"), but("dev API_TOKEN[] 14 → dev API_TOKEN[KEY TOKEN] 14"), "+2"},
		{"a wrong name", keys("enter", typed("!"), "enter"), but(), "Where"},
		{"a wrong environment", keys("m", typed(" x"), "enter"), but(), "Where"},
		{"a wrong alias", keys("enter", "shift+tab", typed("A B!"), "enter"), but(), "Where"},
		{"an alias that another one has", keys("enter", "up", typed("SMTP_PASS"), "enter"), but(), "shop/dev SMTP_PASSWORD is called SMTP_PASS"},
		{"not after all", keys("enter", typed("_2"), "esc"), but(), "2 conflicts"},
		{"a name that is claimed", keys("enter", clear(9), typed("PAYMENT_KEY"), "enter"), but("dev API_TOKEN[] 14 → ", "dev PAYMENT_KEY[] 2 → dev PAYMENT_KEY[] 14"), "is a conflict now; this value gets it"},
		{"dropped", keys("d"), but("dev API_TOKEN[] 14 → "), "only to be revoked"},
		{"dropped and undone", keys("d", "u"), but(), "undone"},
		{"aliases apart", keys("end", "a"), but("dev SMTP_PASSWORD[SMTP_PASS] 10 → dev SMTP_PASS[] 10; dev SMTP_PASSWORD[] 10"), "separate secrets now: SMTP_PASS"},
		{"and together under the other name", keys("end", "a", "s"), but("dev SMTP_PASSWORD[SMTP_PASS] 10 → dev SMTP_PASS[SMTP_PASSWORD] 10"), "SMTP_PASS has the other names as aliases"},
		{"one of two is dropped", keys("end", "a", "d"), but("dev SMTP_PASSWORD[SMTP_PASS] 10 → dev SMTP_PASSWORD[] 10"), "SMTP_PASS isn't imported to dev any more"},
		{"over the vault's value", keys("c", "enter", "1"), but("dev API_TOKEN[] 14 → dev API_TOKEN[] 14; dev DATABASE_URL[] 11"), "shop/dev DATABASE_URL gets"},
		{"the vault's value stays", keys("c", "enter", "0"), but(), "stays as the vault has it"},
		{"likewise, by the arrow", keys("c", "enter", "right", "enter"), but(), "stays as the vault has it"},
		{"the other value", keys("c", "c", "enter", "2"), but("prod SESSION_SECRET[] 6 → prod SESSION_SECRET[] 7"), "shop/prod SESSION_SECRET gets"},
		{"likewise, by the arrow", keys("c", "c", "enter", "right", "enter"), but("prod SESSION_SECRET[] 6 → prod SESSION_SECRET[] 7"), "shop/prod SESSION_SECRET gets"},
		{"both values", keys("c", "c", "enter", "right", "e", typed("_OLD"), "enter"), but("prod SESSION_SECRET[] 6 → prod SESSION_SECRET[] 6; prod SESSION_SECRET_OLD[] 7"), "shop/prod SESSION_SECRET_OLD"},
		{"no value after all", keys("c", "c", "enter", "esc"), but(), "2 values; this one gets it: a .env file counts more than a deployment"},
		{"nobody gets it", keys("c", "c", "m", clear(4), typed("demo"), "enter"), but("dev API_TOKEN[] 14 → demo SESSION_SECRET[] 6; dev API_TOKEN[] 14", "prod SESSION_SECRET[] 6 → "), "conflict"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := story(t, tt.keys...)
			d := x.doors(t)
			if diff := cmp.Diff(tt.want, toWrite(d.swept.Plan)); diff != "" {
				t.Errorf("imported (-want +got):\n%s", diff)
			}
			x.sees(tt.sees)
			changed := !cmp.Equal(tt.want, before)
			if kept := len(d.took("Keep")) > 0; changed && !kept {
				t.Error("the decisions weren't kept")
			}
		})
	}
}

// TestMappingOfDraft has decisions that were kept and made again: the table is the same.
func TestMappingOfDraft(t *testing.T) {
	x := story(t, "c", "c", "enter", "2", "home", "m", "x", "enter", "end", "a")
	d := x.doors(t)
	again := storyPlan()
	again.Restore(d.kept)
	if diff := cmp.Diff(toWrite(d.swept.Plan), toWrite(again)); diff != "" {
		t.Errorf("imported (-first +again):\n%s", diff)
	}
}

// TestMappingManyEnvironments has more of them than there is room for.
func TestMappingManyEnvironments(t *testing.T) {
	var items []importers.Item
	for n := range 12 {
		items = append(items, foundAt(n*4+2, "KEY", fmt.Sprintf("deploy/%c/.env", 'a'+n)))
		items[n].Env = fmt.Sprintf("env-%c", 'a'+n)
	}
	d := newDoors(0)
	d.swept.Plan = importers.NewPlan(items, importers.Options{Project: "shop"})
	x := newTerminal(t, d, size{60, 16}, plain, newMapping)
	x.settle()
	x.sees("env-a", "›")
	for range 11 {
		x.press("right")
	}
	x.sees("env-l", "‹")
	x.seesNo("env-a", "›")
	x.press("n")
	x.sees("env-a", "›")
	for range 11 {
		x.press("right")
	}
	x.sees("env-l", "‹")
	x.seesNo("›  could read")
}
