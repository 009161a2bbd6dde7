package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"

	"github.com/secretsweep/secretsweep/vault"
)

// foundation is the screen that makes a vault: it asks for what that takes, and has the recovery
// key written down.
type foundation struct {
	*flow
	answers  newcomer
	form     *dialog // that asks, or that asks for the proof; nil while none does
	recovery []string
	making   bool
}

func newFound(f *flow) screen { return &foundation{flow: f, answers: newNewcomer(f.Founding)} }

// founded is a message: a vault was made.
type founded struct{ recovery []string }

var (
	writtenKey = key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "it is written down"))
	againKey   = key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "show the key again"))
)

func (n *foundation) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case started:
		return n, n.ask()
	case failure:
		if n.making { // what was typed stays
			n.setMaking(false)
			return n, n.ask()
		}
		return n, nil
	case founded:
		n.setMaking(false)
		n.recovery = msg.recovery
		if len(n.recovery) == 0 {
			return newSweep(n.flow), nil
		}
		return n, nil
	case tea.KeyMsg:
		switch {
		case n.proving() && key.Matches(msg, againKey):
			n.form = nil
			return n, nil
		case n.recovery != nil && n.form == nil && key.Matches(msg, writtenKey):
			var cmd tea.Cmd
			n.form, cmd = n.newDialog(huh.NewGroup(proof(n.recovery)))
			return n, cmd
		}
	}
	if n.form == nil {
		return n, nil
	}
	done, cmd := n.form.update(msg)
	switch {
	case !done:
		return n, cmd
	case n.proving():
		return newSweep(n.flow), nil
	}
	n.form = nil
	n.setMaking(true)
	return n, n.make(n.answers.founding())
}

// ask shows the form.
func (n *foundation) ask() (cmd tea.Cmd) {
	n.form, cmd = n.newDialog(huh.NewGroup(n.answers.fields(n.Migration)...))
	return cmd
}

// setMaking notes whether the vault is being made. That takes a moment, in which nobody leaves:
// the recovery key could be lost.
func (n *foundation) setMaking(making bool) {
	n.making = making
	n.quit.SetEnabled(!making)
}

func (n *foundation) make(f Founding) tea.Cmd {
	return n.work(func(ctx context.Context) tea.Msg {
		recovery, err := n.Founder.Found(ctx, f)
		if err != nil {
			return failure{err}
		}
		return founded{recovery}
	})
}

func (n *foundation) proving() bool { return n.recovery != nil && n.form != nil }

func (n *foundation) view(s size) []string {
	var head []string
	switch {
	case n.making:
		return []string{"Making the vault…"}
	case n.proving():
		head = wrap("The key is hidden now. What you wrote down has to open the vault one day:", s.width)
	case n.recovery != nil:
		return n.recoveryView(s)
	case n.form == nil:
		return nil
	default:
		head = wrap(firstWords, s.width)
	}
	head = append(head, "")
	return append(head, n.form.view(size{s.width, s.height - len(head)}, &n.theme)...)
}

// firstWords are what somebody reads who has no vault.
const firstWords = "There is no vault yet. It is a folder on this machine, encrypted: what you import goes there, and from there to the programs and people who may have it."

// recoveryWords say what the key is for.
const recoveryWords = "Write it down on paper, and keep it apart from this machine: it stands in for a lost identity, and opens everything. It is stored nowhere, and never shown again."

func (n *foundation) recoveryView(s size) []string {
	lines := []string{n.theme.bold.Render("The vault is made. This is its recovery key:"), ""}
	for _, l := range n.recovery {
		lines = append(lines, "    "+n.theme.marked.Render(safe(l)))
	}
	return append(append(lines, ""), wrap(recoveryWords, s.width)...)
}

func (n *foundation) title() string {
	return safe(n.Project) + "  " + n.theme.bold.Render("[A new vault]")
}

func (n *foundation) keys() []key.Binding {
	switch {
	case n.making:
		return nil
	case n.proving():
		return append(formKeys()[:1], againKey)
	case n.recovery != nil:
		return []key.Binding{writtenKey}
	}
	return formKeys()
}

func (n *foundation) typing() bool { return n.form != nil }

// newcomer is what the form of a new vault is filled in with.
type newcomer struct{ name, environments, passphrase, again string }

func newNewcomer(f Founding) newcomer {
	return newcomer{name: f.Name, environments: strings.Join(f.Environments, ", ")}
}

// What a passphrase is for.
const (
	passphraseWords   = "It protects your identity, by which this machine opens the vault."
	noPassphraseWords = "Empty for none: then whoever can read your files can read what you can."
)

// fields gives the form's.
func (f *newcomer) fields(m Migration) []huh.Field {
	fields := []huh.Field{
		huh.NewInput().Title("Your name in the vault").Value(&f.name).Validate(vault.CheckLabel),
		huh.NewInput().Title("Environments").Value(&f.environments).Validate(checkEnvironments),
	}
	if m.Known {
		return fields
	}
	return append(fields,
		huh.NewInput().Title("Passphrase").Description(passphraseWords+"\n"+noPassphraseWords).
			EchoMode(huh.EchoModePassword).Value(&f.passphrase).Validate(checkPassphrase(m.Founder)),
		huh.NewInput().Title("The passphrase again").EchoMode(huh.EchoModePassword).Value(&f.again).Validate(f.checkAgain))
}

// questions gives the fields as they are asked line by line, where no answer stands for what
// is there already.
func (f *newcomer) questions(m Migration) []huh.Field {
	or := func(given string, check func(string) error) func(string) error {
		return func(text string) error { return check(cmp.Or(strings.TrimSpace(text), given)) }
	}
	fields := []huh.Field{
		huh.NewInput().Title("Your name in the vault (" + safe(f.name) + ")").Value(&f.name).Validate(or(f.name, vault.CheckLabel)),
		huh.NewInput().Title("Environments (" + safe(f.environments) + ")").Value(&f.environments).Validate(or(f.environments, checkEnvironments)),
	}
	if m.Known {
		return fields
	}
	return append(fields,
		huh.NewInput().Title("Passphrase, not shown. "+passphraseWords+" "+noPassphraseWords).
			EchoMode(huh.EchoModePassword).Value(&f.passphrase).Validate(checkPassphrase(m.Founder)),
		huh.NewInput().Title("The passphrase again").EchoMode(huh.EchoModePassword).Value(&f.again).Validate(f.checkAgain))
}

func checkEnvironments(text string) error { return checkWords(words(text), vault.CheckLabel) }

func checkPassphrase(f Founder) func(string) error {
	return func(text string) error {
		if text == "" {
			return nil
		}
		return f.CheckPassphrase(text)
	}
}

func (f *newcomer) checkAgain(text string) error {
	if text != f.passphrase {
		return errors.New("these are two different passphrases")
	}
	return nil
}

func (f *newcomer) founding() Founding {
	return Founding{Name: f.name, Environments: words(f.environments), Passphrase: f.passphrase}
}

// proof asks for the end of the recovery key, which isn't shown then.
func proof(recovery []string) huh.Field {
	groups := strings.Fields(strings.Join(recovery, " "))
	last := groups[len(groups)-1]
	return huh.NewInput().Title(fmt.Sprintf("The last %d characters of the recovery key", len(last))).
		Validate(func(text string) error {
			if !strings.EqualFold(strings.TrimSpace(text), last) {
				return errors.New("these are not its last characters")
			}
			return nil
		})
}

// foundByLine makes a vault as [foundation] does, before there is a screen.
func foundByLine(ctx context.Context, m Migration, o Options) error {
	t := newTheme(lipgloss.NewRenderer(o.Output), o)
	fmt.Fprintf(o.Output, "%s\n\n", firstWords)
	answers := newNewcomer(m.Founding)
	if err := askByLine(ctx, o, t, answers.questions(m)...); err != nil {
		return fmt.Errorf("ask for a new vault: %w", err)
	}
	recovery, err := m.Founder.Found(ctx, answers.founding())
	if err != nil || len(recovery) == 0 {
		return err
	}
	defer fmt.Fprint(o.Output, erased) // however it ends
	fmt.Fprintf(o.Output, "The vault is made. This is its recovery key:\n\n")
	for _, l := range recovery {
		fmt.Fprintf(o.Output, "    %s\n", safe(l))
	}
	fmt.Fprintf(o.Output, "\n%s\n\n", recoveryWords)
	if err := askByLine(ctx, o, t, proof(recovery)); err != nil {
		return fmt.Errorf("ask for the recovery key: %w", err)
	}
	return nil
}

// erased takes away what a terminal shows, and what it can be scrolled back to.
const erased = "\x1b[H\x1b[2J\x1b[3J"
