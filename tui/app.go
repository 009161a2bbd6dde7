package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/secretsweep/secretsweep/internal/hush"
)

// Bubble Tea is initialised: the program has its standard output again.
var _ = hush.End()

// Options are how a program looks and listens.
type Options struct {
	Input      io.Reader // the terminal
	Output     io.Writer // likewise
	NoColor    bool
	Background *Background // nil: what the terminal says
	Mouse      bool        // the wheel scrolls
	Accessible bool        // forms ask line by line, for screen readers
	Now        func() time.Time
}

// Background is what the terminal's is like.
type Background int

// The two kinds of background.
const (
	Dark Background = iota
	Light
)

// least is the smallest size that screens are drawn in.
var least = size{60, 16}

type size struct{ width, height int }

// screen is one of a program's: what is seen between the title and the line of keys.
type screen interface {
	// update takes a message, and says which screen is to be seen next: itself, another
	// one, or nil to end the program.
	update(msg tea.Msg) (screen, tea.Cmd)
	// view gives the lines of the body, in a size that is at least [least] less the frame.
	view(s size) []string
	// title says where one is.
	title() string
	// keys are those that the screen listens to now, the most important first. None that
	// is disabled is shown.
	keys() []key.Binding
	// typing tells whether keys are text: then none of those that work everywhere does
	// but ctrl+c.
	typing() bool
}

// app is the root model.
type app struct {
	ctx     context.Context
	options Options
	theme   theme
	name    string // of the program, for the title
	size    size
	now     screen
	help    *help                 // nil: isn't shown
	notice  string                // the last thing that happened, until the next key
	failed  bool                  // notice is an error
	quit    key.Binding           // ends the program
	leave   func() tea.Cmd        // ends what is being done
	last    func() tea.Cmd        // what is to be done after that; its failure is the program's
	hear    func(tea.Msg) tea.Cmd // takes what is for all screens; they get it, too
	later   func(time.Duration, tea.Msg) tea.Cmd

	ending bool  // it is to end: nothing is begun any more
	gone   bool  // nothing is seen any more
	err    error // that it ends with
}

var _ tea.Model = (*app)(nil)

// failure is a message: something went wrong that the person should know.
type failure struct{ err error }

// notice is a message: something happened that the person should know.
type notice string

// started is the first message that a screen gets.
type started struct{}

// interrupted is a message: the program is told to end by its context.
type interrupted struct{ err error }

// left is a message: what was being done when the program was to end has come to an end.
type left struct{}

// over is a message: all is done that is to be done before the program ends.
type over struct{}

// worked is a message: the answer of work that the program's end waits for.
type worked struct {
	answer tea.Msg
	taken  func() // is called once the answer was taken
}

func (a *app) Init() tea.Cmd {
	return answerer(started{})
}

var helpKey = key.NewBinding(key.WithKeys("?"), key.WithHelp("?", "all keys"))

// quitKey ends a program, and says so.
func quitKey(about string) key.Binding {
	return key.NewBinding(key.WithKeys("ctrl+c"), key.WithHelp("ctrl+c", about))
}

func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.size = size{msg.Width, msg.Height}
		_, cmd := a.now.update(msg)
		return a, tea.Batch(tea.ClearScreen, cmd)
	case worked:
		defer msg.taken()
		return a.Update(msg.answer)
	case interrupted:
		a.err = msg.err
		return a, a.end()
	case left:
		return a, tea.Sequence(a.last(), answerer(over{}))
	case over:
		a.gone = true
		return a, tea.Quit
	case failure:
		switch {
		case errors.Is(msg.err, context.Canceled):
			return a, a.end()
		case a.ending:
			a.err = errors.Join(a.err, msg.err)
		}
		a.notice, a.failed = msg.err.Error(), true
	case notice:
		a.notice, a.failed = string(msg), false
		return a, nil
	case tea.KeyMsg:
		if len(msg.Runes) > 1 && !msg.Paste && !a.now.typing() {
			return a, a.oneByOne(msg)
		}
		switch quits := key.Matches(msg, a.quit); {
		case quits && a.ending: // somebody has waited for too long
			return a, tea.Quit
		case quits:
			return a, a.end()
		case a.ending:
			return a, nil
		}
		a.notice, a.failed = "", false
		if a.help != nil {
			if !a.help.window.turn(msg.String()) {
				a.help = nil
			}
			return a, nil
		}
		if key.Matches(msg, helpKey) && !a.now.typing() {
			a.help = newHelp(append(a.now.keys(), helpKey, a.quit))
			return a, nil
		}
	}
	heard := a.hear(msg)
	next, cmd := a.now.update(msg)
	cmd = tea.Batch(heard, cmd)
	switch {
	case a.ending:
		return a, nil
	case next == nil:
		return a, tea.Sequence(cmd, a.end())
	case next != a.now:
		a.now = next
		cmd = tea.Batch(cmd, answerer(started{}))
	}
	return a, cmd
}

// end ends the program, after what is being done, and what is to be done then.
func (a *app) end() tea.Cmd {
	if a.ending {
		return nil
	}
	a.ending, a.notice, a.failed = true, "ending …", false
	return tea.Sequence(a.leave(), answerer(left{}))
}

// answerer is a command that has its answer already.
func answerer(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// oneByOne takes keys that came at once, as they do from whoever types faster than a
// connection carries.
func (a *app) oneByOne(msg tea.KeyMsg) tea.Cmd {
	var all []tea.Cmd
	for _, r := range msg.Runes {
		_, cmd := a.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: msg.Alt})
		all = append(all, cmd)
	}
	return tea.Batch(all...)
}

// frame is how many lines the title, the notice and the keys take.
const frame = 4

func (a *app) View() string {
	if a.gone { // a terminal without a second screen keeps what was seen last
		return ""
	}
	if a.size.width < least.width || a.size.height < least.height {
		return strings.Join(block(wrap("This terminal is too small: secretsweep needs 60 columns and 16 lines.", a.size.width), a.size.width, a.size.height), "\n")
	}
	body := size{a.size.width, a.size.height - frame}
	var lines []string
	if a.help != nil {
		lines = a.help.view(a, body)
	} else {
		lines = a.now.view(body)
	}
	all := append([]string{a.top(), strings.Repeat(" ", a.size.width)}, block(lines, body.width, body.height)...)
	notice := a.noticeLines() // a long one covers the end of the body
	all = append(all[:len(all)+1-len(notice)], notice...)
	return strings.Join(append(all, a.keyLine()), "\n")
}

func (a *app) top() string {
	return fit(a.theme.title.Render(a.name)+"  "+a.now.title(), a.size.width)
}

// noticeLines gives the notice in one line or more, empty if there is none.
func (a *app) noticeLines() []string {
	const most = 3
	style := a.theme.good
	if a.failed {
		style = a.theme.bad
	}
	var lines []string
	for _, l := range wrap(safe(a.notice), a.size.width) {
		lines = append(lines, fit(style.Render(l), a.size.width))
	}
	return lines[:min(len(lines), most)]
}

// keyLine shows as many keys as there is room for; the help has all of them.
func (a *app) keyLine() string {
	show := func(k key.Binding) string {
		return a.theme.bold.Render(k.Help().Key) + " " + a.theme.dim.Render(k.Help().Desc)
	}
	help, text := show(helpKey), ""
	switch {
	case a.help != nil:
		return fit(a.theme.bold.Render("any other key")+" "+a.theme.dim.Render("back"), a.size.width)
	case a.now.typing():
		help = ""
	}
	for _, k := range a.now.keys() {
		if one := show(k) + "  "; k.Enabled() && ansi.StringWidth(text+one+help) <= a.size.width {
			text += one
		}
	}
	return fit(text+help, a.size.width)
}

// run shows a program until it ends.
func run(ctx context.Context, name string, o Options, first func(*app) screen) error {
	a := newApp(ctx, name, o)
	a.now = first(a)
	options := []tea.ProgramOption{tea.WithAltScreen(), tea.WithInput(o.Input), tea.WithOutput(o.Output), tea.WithoutSignalHandler()}
	if o.Mouse {
		options = append(options, tea.WithMouseCellMotion())
	}
	p := tea.NewProgram(a, options...)
	defer context.AfterFunc(ctx, func() { p.Send(interrupted{ctx.Err()}) })()
	_, err := p.Run()
	return errors.Join(a.err, err)
}

func newApp(ctx context.Context, name string, o Options) *app {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &app{
		ctx: ctx, options: o, theme: newTheme(lipgloss.NewRenderer(o.Output), o), name: name, size: size{80, 24},
		quit:  quitKey("leave; decisions are kept"),
		leave: func() tea.Cmd { return nil }, last: func() tea.Cmd { return nil }, hear: func(tea.Msg) tea.Cmd { return nil }, later: later,
	}
}

// later gives a message once some time has passed.
func later(d time.Duration, msg tea.Msg) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return msg })
}
