package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/huh"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// history is the screen of a secret: its versions, and the value of one if it is asked for.
type history struct {
	*table[vault.Version]
	ref      vault.Ref
	revealed string // the text of a value that is shown
	version  int    // whose it is
	times    int    // how often something was revealed
}

// conceal is a message: the value of that revelation has been shown long enough.
type conceal struct{ times int }

func newHistory(b *board, back screen, l vault.Listed) *history {
	h := &history{ref: l.Ref}
	h.table = &table[vault.Version]{
		board: b, self: h, tab: "Vault", what: l.Ref.String(), back: back,
		none:  "It has no version.",
		words: func(v vault.Version) string { return fmt.Sprint(v.Number, " ", v.State, " ", v.By) },
		load: func(ctx context.Context) ([]vault.Version, error) {
			all, err := b.Secrets.List(ctx, l.Project, l.Environment)
			if err != nil {
				return nil, err
			}
			i := slices.IndexFunc(all, func(o vault.Listed) bool { return o.Name == l.Name })
			if i < 0 {
				return nil, fmt.Errorf("there is no %s any more", l.Ref)
			}
			l = all[i]
			versions := slices.Clone(l.Versions)
			slices.Reverse(versions)
			return versions, nil
		},
		heads: func(width int) string { return versionLine(width, "VERSION", "STATE", "MADE", "BY") },
		line: func(v vault.Version, width int) string {
			return versionLine(width, fmt.Sprint(v.Number), h.state(v), minute(v.Created), safe(v.By))
		},
	}
	h.summary = func(int) string { return report.Plural(len(h.all), "version") }
	h.table.detail = func(v vault.Version, width int) []string {
		if h.revealed != "" {
			return h.value(width)
		}
		return b.about(l, width)
	}
	h.own = func() []action {
		v, ok := h.current()
		return []action{on("ctrl+r", "show the value; the log has it", func(string) (screen, tea.Cmd) {
			return h, h.reveal(v.Number)
		}).when(ok && v.State != vault.Destroyed)}
	}
	return h
}

func (h *history) state(v vault.Version) string {
	if v.State == vault.Grace {
		return "readable until " + date(v.Grace)
	}
	return string(v.State)
}

func (h *history) reveal(version int) tea.Cmd {
	return ask(h.board, func(ctx context.Context) (string, error) { return h.Values.Show(ctx, h.ref, version) },
		func(text string, err error) tea.Cmd {
			switch {
			case err != nil:
				return complain(err)
			case h.now != screen(h):
				return nil // nobody waits for it any more
			case text == "":
				return tell("the value is empty")
			}
			h.times++
			h.revealed, h.version = text, version
			return h.later(shownFor, conceal{h.times})
		})
}

func (h *history) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case conceal:
		if msg.times == h.times {
			h.revealed = ""
		}
		return h, nil
	case tea.KeyMsg:
		if h.revealed != "" {
			h.revealed = ""
			return h, nil
		}
	}
	return h.table.update(msg)
}

// value shows the value that was revealed, as much of it as there is room for.
func (h *history) value(width int) []string {
	const most = 200
	lines := []string{h.theme.bold.Render(fmt.Sprintf("Value of version %d", h.version)) + h.theme.dim.Render("  hidden again by any key, or after 10 seconds")}
	for l := range strings.SplitSeq(printable.Lines(h.revealed), "\n") {
		for _, part := range wrapHard(l, width) {
			lines = append(lines, h.theme.marked.Render(part))
		}
		if len(lines) > most {
			break
		}
	}
	return lines
}

func versionLine(width int, version, state, made, by string) string {
	const versions, mades, bys = 7, 16, 12
	return line(column{version, versions}, column{state, width - versions - mades - bys - 3*2}, column{made, mades}, column{by, bys})
}

// setting is the screen that gives a secret a value.
type setting struct {
	*board
	back   screen
	then   func() tea.Cmd // what is done once it has it
	listed vault.Listed   // without a name for a new one
	name   string
	kind   string // of value: what was typed, or one of the generator's
	value  string
	form   *dialog
}

// typedIn is the kind of a value that isn't made up.
const typedIn = "typed"

var leaveKey = key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "leave it as it is"))

func newSetting(b *board, back screen, then func() tea.Cmd, l vault.Listed) *setting {
	return &setting{board: b, back: back, then: then, listed: l, name: l.Name, kind: typedIn}
}

func (s *setting) ask() (cmd tea.Cmd) {
	options := []huh.Option[string]{huh.NewOption("typed here, not shown", typedIn)}
	for _, kind := range vault.GeneratorKinds() {
		options = append(options, huh.NewOption("made up: "+kind, kind))
	}
	fields := []huh.Field{huh.NewSelect[string]().Title("Its value").Options(options...).Value(&s.kind)}
	if s.listed.Name == "" {
		fields = append([]huh.Field{huh.NewInput().Title("Its name").Placeholder("DATABASE_URL").Value(&s.name).Validate(vault.CheckName)}, fields...)
	}
	value := huh.NewInput().Title("The value, not shown").EchoMode(huh.EchoModePassword).Value(&s.value).
		Validate(func(text string) error {
			if text == "" {
				return errors.New("it is empty")
			}
			return nil
		})
	s.form, cmd = s.newDialog(huh.NewGroup(fields...), huh.NewGroup(value).WithHideFunc(func() bool { return s.kind != typedIn }))
	return cmd
}

func (s *setting) update(msg tea.Msg) (screen, tea.Cmd) {
	if _, first := msg.(started); first {
		return s, s.ask()
	}
	if k, ok := msg.(tea.KeyMsg); ok && key.Matches(k, leaveKey) {
		s.value = ""
		return s.back, nil
	}
	if s.form == nil {
		return s, nil
	}
	done, cmd := s.form.update(msg)
	if !done {
		return s, cmd
	}
	return s.back, s.set()
}

// set writes the value.
func (s *setting) set() tea.Cmd {
	ref := s.listed.Ref
	ref.Name = s.name
	text, kind := s.value, s.kind
	s.value = ""
	current := s.listed.Current // what somebody else has set meanwhile isn't replaced
	write := ask(s.board, func(ctx context.Context) (int, error) {
		value := secret.New(text)
		if kind != typedIn {
			var err error
			if value, err = vault.Generate(vault.Generator{Kind: kind}); err != nil {
				return 0, err
			}
		}
		return s.Values.Set(ctx, vault.Change{Ref: ref, Value: value, If: &current})
	}, func(version int, err error) tea.Cmd {
		if err != nil {
			return complain(err)
		}
		return tea.Batch(tell(fmt.Sprintf("%s: version %d", ref, version)), s.then())
	})
	return tea.Batch(tell(fmt.Sprintf("writing %s…", ref)), write)
}

func (s *setting) view(sz size) []string {
	if s.form == nil {
		return nil
	}
	return s.form.view(sz)
}

func (s *setting) title() string {
	what := s.listed.Ref.String()
	if s.listed.Name == "" {
		what = s.listed.Scope() + " a new secret"
	}
	return s.place("Vault", what)
}

func (s *setting) keys() []key.Binding { return append(formKeys(), leaveKey) }
func (s *setting) typing() bool        { return true }
