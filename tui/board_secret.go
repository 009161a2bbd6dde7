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
	"github.com/charmbracelet/x/ansi"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// history is the screen of a secret: its versions, and the value of one if it is asked for.
type history struct {
	*table[version]
	ref      vault.Ref
	revealed string // the text of a value that is shown
	number   int    // of the version whose it is
	times    int    // how often something was revealed
}

// version is one of a secret's.
type version struct {
	vault.Version
	of vault.Listed
}

// conceal is a message: the value of that revelation has been shown long enough.
type conceal struct{ times int }

func newHistory(b *board, back screen, l vault.Listed) *history {
	h := &history{ref: l.Ref}
	h.table = &table[version]{
		board: b, self: h, tab: "Vault", what: l.Ref.String(), back: back,
		none:  "It has no value yet.",
		words: func(v version) string { return fmt.Sprint(v.Number, " ", v.State, " ", v.By) },
		load: func(ctx context.Context) ([]version, error) {
			known, err := b.Secrets.Look(ctx, l.Ref)
			var all []version
			for _, v := range slices.Backward(known.Versions) {
				all = append(all, version{v, known})
			}
			return all, err
		},
		heads: func(width int) string { return versionLine(width, "VERSION", "STATE", "MADE", "BY") },
		line: func(v version, width int) string {
			return versionLine(width, fmt.Sprint(v.Number), h.state(v), minute(v.Created), safe(v.By))
		},
	}
	h.summary = func(int) string { return report.Plural(len(h.all), "version") }
	h.detail = func(v version, s size) []string {
		if h.revealed != "" {
			return h.value(s)
		}
		return b.about(v.of, s.width)
	}
	h.own = func() []action {
		v, ok := h.current()
		return []action{on("ctrl+r", "show the value; the log has it", func(string) (screen, tea.Cmd) {
			return h, h.reveal(v.Number)
		}).when(ok && v.State != vault.Destroyed)}
	}
	return h
}

func (h *history) state(v version) string {
	if v.State == vault.Grace {
		return "readable until " + date(v.Grace)
	}
	return string(v.State)
}

func (h *history) reveal(number int) tea.Cmd {
	return ask(h.board, func(ctx context.Context) (string, error) { return h.Values.Show(ctx, h.ref, number) },
		func(text string, err error) tea.Cmd {
			switch {
			case err != nil:
				return h.workFailed(err)
			case h.now != screen(h):
				return nil // nobody waits for it any more
			case text == "":
				return tell("the value is empty")
			}
			h.times++
			h.revealed, h.number = text, number
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

func (h *history) typing() bool { return h.revealed != "" || h.table.typing() }

func (h *history) keys() []key.Binding {
	if h.revealed != "" {
		return []key.Binding{key.NewBinding(key.WithKeys("esc"), key.WithHelp("any key", "hides the value"))}
	}
	return h.table.keys()
}

// value shows the value that was revealed, as much of it as there is room for.
func (h *history) value(s size) []string {
	lines := []string{
		h.theme.bold.Render(fmt.Sprintf("Value of version %d", h.number)) + h.theme.dim.Render(", until a key is pressed, or for 10 seconds"),
	}
	text := strings.Split(ansi.Hardwrap(printable.Lines(h.revealed), s.width, true), "\n")
	if room := s.height - len(lines); len(text) > room {
		more := len(text) - (room - 1)
		text = append(text[:room-1:room-1], h.theme.dim.Render(fmt.Sprintf("and %s more", report.Plural(more, "line"))))
	}
	return append(lines, text...)
}

func versionLine(width int, number, state, made, by string) string {
	const versions, mades, bys = 7, 16, 12
	return line(column{number, versions}, column{state, width - versions - mades - bys - 3*2}, column{made, mades}, column{by, bys})
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
		// Who leaves at once has set it nevertheless.
		return s.Values.Set(context.WithoutCancel(ctx), vault.Change{Ref: ref, Value: value, If: &current})
	}, func(version int, err error) tea.Cmd {
		if err != nil {
			return s.workFailed(err)
		}
		return tea.Batch(tell(fmt.Sprintf("%s: version %d", ref, version)), s.then())
	})
	s.notice, s.failed = fmt.Sprintf("writing %s…", ref), false // until the answer is there
	return write
}

func (s *setting) view(sz size) []string {
	if s.form == nil {
		return nil
	}
	return s.form.view(sz, &s.theme)
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
