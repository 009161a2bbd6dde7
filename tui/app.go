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
	Accessible bool        // a new vault is asked for line by line, for screen readers
	Now        func() time.Time
	Waits      <-chan string      // who has the vault, whenever somebody else does and is waited for; nil: isn't said
	Say        func(error) string // what is said of an error; nil: what it says itself
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
	waiting string                // who has the vault that is waited for; "" for nobody
	quit    key.Binding           // ends the program
	last    func() tea.Cmd        // what is to be done before it ends; its failure is the program's
	hear    func(tea.Msg) tea.Cmd // takes what is for all screens; they get it, too
	later   func(time.Duration, tea.Msg) tea.Cmd

	working int    // work that goes on
	cancel  func() // ends all of it
	ending  bool   // it is to end: nothing is begun any more
	gone    bool   // nothing is seen any more
	err     error  // that it ends with
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

// over is a message: all is done that is to be done before the program ends.
type over struct{}

// held is a message: who has the vault that is waited for.
type held string

// worked is a message: the answer of work.
type worked struct{ answer tea.Msg }

// work is a command that goes through a door. Before the program ends it is cancelled, and
// has come to an end, and its answer was taken.
func (a *app) work(do func(context.Context) tea.Msg) tea.Cmd {
	if a.ending {
		return nil
	}
	a.working++
	ctx := a.ctx
	return func() tea.Msg { return worked{do(ctx)} }
}

func (a *app) Init() tea.Cmd {
	return tea.Batch(a.listen(), answerer(started{}))
}

// listen waits for news of who has the vault.
func (a *app) listen() tea.Cmd {
	if a.options.Waits == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case who := <-a.options.Waits:
			return held(who)
		case <-a.ctx.Done():
			return nil
		}
	}
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
		a.working--
		a.waiting = ""
		_, cmd := a.Update(msg.answer)
		return a, tea.Batch(cmd, a.endIdle())
	case held:
		a.waiting = string(msg)
		return a, a.listen()
	case interrupted:
		a.err = msg.err
		return a, a.end()
	case over:
		a.gone = true
		return a, tea.Quit
	case failure:
		if a.ending {
			return a, a.workFailed(msg.err)
		}
		a.notice, a.failed = a.say(msg.err), true
	case notice:
		if !a.failed { // an error stays until the next key
			a.notice = string(msg)
		}
		return a, nil
	case tea.MouseMsg:
		if a.help != nil {
			a.help.window.scroll(wheelLines(msg))
			return a, nil
		}
	case tea.KeyMsg:
		if len(msg.Runes) > 1 && !msg.Paste && !a.now.typing() {
			return a, a.oneByOne(msg)
		}
		switch quits := key.Matches(msg, a.quit); {
		case quits && a.ending: // somebody has waited for too long
			return a, tea.Quit
		case quits:
			return a, a.end()
		case a.ending || a.tooSmall(): // nobody sees what it would do
			return a, nil
		}
		a.notice, a.failed = "", false
		if a.help != nil {
			if !a.help.scrolls() || !a.help.window.turn(msg.String()) {
				a.help = nil
			}
			return a, nil
		}
		if key.Matches(msg, helpKey) && !a.now.typing() {
			a.help = &help{}
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

// end ends the program once no work goes on.
func (a *app) end() tea.Cmd {
	if a.ending {
		return nil
	}
	a.ending, a.notice, a.failed = true, "ending …", false
	a.cancel()
	return a.endIdle()
}

// workFailed shows an error of work. A program that is to end, ends with it: nobody would see
// it any more. That work was cancelled is no news then.
func (a *app) workFailed(err error) tea.Cmd {
	if !a.ending {
		return complain(err)
	}
	if !errors.Is(err, context.Canceled) {
		a.err = errors.Join(a.err, err)
	}
	return nil
}

// endIdle ends the program if it is to end and no work goes on.
func (a *app) endIdle() tea.Cmd {
	if !a.ending || a.working > 0 {
		return nil
	}
	return tea.Sequence(a.last(), answerer(over{}))
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
	if a.tooSmall() {
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

func (a *app) tooSmall() bool { return a.size.width < least.width || a.size.height < least.height }

func (a *app) top() string {
	return fit(a.theme.title.Render(a.name)+"  "+a.now.title(), a.size.width)
}

// noticeLines gives the notice in one line or more, empty if there is none. What is waited
// for comes first.
func (a *app) noticeLines() []string {
	const most = 4
	text, style := a.notice, a.theme.good
	switch {
	case a.waiting != "":
		text, style = "waiting for "+a.waiting+", which has the vault open …", a.theme.warn
	case a.failed:
		style = a.theme.bad
	}
	wrapped := wrap(safe(text), a.size.width)
	if len(wrapped) > most {
		wrapped[most-1] = fit(wrapped[most-1], a.size.width-1) + "…"
	}
	var lines []string
	for _, l := range wrapped[:min(len(wrapped), most)] {
		lines = append(lines, fit(style.Render(l), a.size.width))
	}
	return lines
}

// say gives what is said of an error, fit for a terminal.
func (a *app) say(err error) string {
	if a.options.Say != nil {
		return safe(a.options.Say(err))
	}
	return safe(err.Error())
}

// keyLine shows as many keys as there is room for; the help has all of them.
func (a *app) keyLine() string {
	show := func(k key.Binding) string {
		return a.theme.bold.Render(k.Help().Key) + " " + a.theme.dim.Render(k.Help().Desc)
	}
	help, text := show(helpKey), ""
	switch {
	case a.help != nil:
		if a.help.scrolls() {
			text = a.theme.bold.Render("↑ ↓") + " " + a.theme.dim.Render("more") + "  "
		}
		return fit(text+a.theme.bold.Render("any other key")+" "+a.theme.dim.Render("back"), a.size.width)
	case a.now.typing():
		help = ""
	}
	for _, k := range a.now.keys() {
		// A terminal that was made smaller erases the last character with what is behind it.
		if one := show(k) + "  "; k.Enabled() && ansi.StringWidth(text+one+help) < a.size.width {
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
	ctx, cancel := context.WithCancel(ctx)
	return &app{
		ctx: ctx, cancel: cancel, options: o, theme: newTheme(lipgloss.NewRenderer(o.Output), o), name: name, size: size{80, 24},
		quit: quitKey("leave; decisions are kept"),
		last: func() tea.Cmd { return nil }, hear: func(tea.Msg) tea.Cmd { return nil }, later: later,
	}
}

// later gives a message once some time has passed.
func later(d time.Duration, msg tea.Msg) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return msg })
}
