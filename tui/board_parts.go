package tui

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// newConsumers makes the screen of who uses the value of a record, where they are ticked off.
func newConsumers(t *rotate, r *rotation.Record) *table[rotation.Consumer] {
	c := &table[rotation.Consumer]{
		board: t.board, tab: t.tab, what: r.Title() + " consumers", back: t,
		none: "Nobody is known to use it.",
		load: func(ctx context.Context) ([]rotation.Consumer, error) {
			now, err := t.again(ctx, r)
			if err != nil {
				return nil, err
			}
			return now.Consumers, nil
		},
		words: func(c rotation.Consumer) string { return c.Name + " " + string(c.Status) },
		heads: func(width int) string { return consumerLine(width, "CONSUMER", "STATUS", "READ", "LAST") },
		line:  t.consumerLine,
		detail: func(c rotation.Consumer, s size) []string {
			read := ""
			if c.Version > 0 {
				read = fmt.Sprintf("version %d, on %s", c.Version, date(c.Last))
			}
			return t.pairs(s.width,
				[2]string{"consumer", t.theme.bold.Render(safe(c.Name))},
				[2]string{"comes by it", string(c.Kind)},
				[2]string{"last read", read},
				[2]string{"status", statusWords(c.Status)},
			)
		},
	}
	c.self = c
	c.all, c.loaded = r.Consumers, true
	c.refresh()
	c.summary = func(int) string {
		waits := 0
		for _, one := range c.all {
			if one.Status == rotation.Behind || one.Status == rotation.Unknown {
				waits++
			}
		}
		return fmt.Sprintf("%s, %d of which may need the old value", report.Plural(len(c.all), "consumer"), waits)
	}
	c.own = func() []action {
		one, ok := c.current()
		step := rotation.Step{Act: rotation.Move, Consumer: one.Name}
		then := func(now *rotation.Record) {
			r, c.all = now, now.Consumers
			c.refresh()
		}
		return []action{on("m enter", "it has moved", func(string) (screen, tea.Cmd) {
			if one.Status == rotation.Behind {
				about := []string{fmt.Sprintf("The log has that %s read version %d on %s.", safe(one.Name), one.Version, date(one.Last))}
				return t.because(c, "Why doesn't it need the old value any more?", about, func(reason string) tea.Cmd {
					step.Reason = reason
					return t.take(r, rotation.Once(step), then)
				}), nil
			}
			return c, t.take(r, rotation.Once(step), then)
		}).when(ok && (one.Status == rotation.Behind || one.Status == rotation.Unknown) && r.Can(&step) == nil)}
	}
	return c
}

// statusWords say what a consumer's status means.
func statusWords(s rotation.ConsumerStatus) string {
	switch s {
	case rotation.Behind:
		return "the old value is what it last read"
	case rotation.Unknown:
		return "it leaves no trace when it reads: somebody has to say that it has moved"
	case rotation.Ready:
		return "it has moved: it has the new value, or is gone"
	case rotation.Said:
		return "somebody says that it has moved"
	}
	return string(s)
}

// newSites makes the screen of where the value of a record lies, where places are marked.
func newSites(t *rotate, r *rotation.Record) *table[rotation.Site] {
	c := &table[rotation.Site]{
		board: t.board, tab: t.tab, what: r.Title() + " places", back: t,
		load: func(ctx context.Context) ([]rotation.Site, error) {
			now, err := t.again(ctx, r)
			if err != nil {
				return nil, err
			}
			return now.Sites, nil
		},
		words: func(s rotation.Site) string { return s.Root + " " + spot(&s.Place) + siteStatus(&s) },
		heads: func(int) string { return "PLACE" },
		line:  func(s rotation.Site, width int) string { return t.siteLine(&s, width) },
		detail: func(s rotation.Site, sz size) []string {
			status := "it lies there, as far as anyone knows"
			switch s.Status {
			case rotation.Gone:
				status = "gone"
			case rotation.Left:
				status = "left as it is: " + safe(s.Why)
			}
			return t.pairs(sz.width,
				[2]string{"place", t.theme.bold.Render(safe(spot(&s.Place)))},
				[2]string{"in", safe(s.Root)},
				[2]string{"since", day(&s.Place)},
				[2]string{"status", status},
			)
		},
	}
	c.self = c
	c.all, c.loaded = r.Sites, true
	c.refresh()
	c.summary = func(int) string {
		lying := 0
		for i := range c.all {
			if c.all[i].Status == rotation.Lies {
				lying++
			}
		}
		return fmt.Sprintf("%s, %d to clean up", report.Plural(len(c.all), "place"), lying)
	}
	c.own = func() []action {
		one, ok := c.current()
		step := rotation.Step{Act: rotation.Clean, Places: []string{one.Key}}
		then := func(now *rotation.Record) {
			r, c.all = now, now.Sites
			c.refresh()
		}
		return []action{
			on("c enter", "it is gone", func(string) (screen, tea.Cmd) {
				return c, t.take(r, rotation.Once(step), then)
			}).when(ok && one.Status != rotation.Gone),
			on("l", "leave it there", func(string) (screen, tea.Cmd) {
				return t.because(c, "Why is it left there?", []string{safe(spot(&one.Place))}, func(reason string) tea.Cmd {
					step.Left, step.Reason = true, reason
					return t.take(r, rotation.Once(step), then)
				}), nil
			}).when(ok),
		}
	}
	return c
}
