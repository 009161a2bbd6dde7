package tui

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/muesli/termenv"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

var update = flag.Bool("update", false, "write the golden files")

// today is when all tests are.
var today = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// doors is a fake of all that the screens act through. It writes down each call, and fails
// those that fail names.
type doors struct {
	mu    sync.Mutex
	calls []string         // "Method argument"
	fail  map[string]error // by method

	swept  *Swept
	sweep  func(ctx context.Context, progress func(Progress)) // what happens during a sweep; nil: nothing
	lines  func(place.Place) []Line                           // nil: three, the second of which is marked
	kept   []importers.Decision                               // last
	access importers.Access
	people []Person
	batch  importers.Batch // last
	grants []Grant         // likewise
	steps  []Step
}

var (
	_ Founder = (*doors)(nil)
	_ Sweeper = (*doors)(nil)
	_ Places  = (*doors)(nil)
	_ Drafts  = (*doors)(nil)
	_ Vault   = (*doors)(nil)
	_ After   = (*doors)(nil)
)

// newDoors gives doors that lead to a plan of n rows: somebody alone in an empty vault.
func newDoors(n int) *doors {
	return &doors{
		swept: &Swept{Plan: planOf(n)},
		access: importers.Access{
			Has:      func(importers.Ref) bool { return false },
			CanWrite: func(importers.Ref) bool { return true },
		},
		people: []Person{{Name: "ada", Self: true, Owner: true}},
	}
}

// called writes a call down, and gives the error that is set for it.
func (d *doors) called(method string, args ...any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = append(d.calls, strings.TrimSpace(method+" "+fmt.Sprintln(args...)))
	return d.fail[method]
}

// took gives the calls of a method.
func (d *doors) took(method string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for _, c := range d.calls {
		if c == method || strings.HasPrefix(c, method+" ") {
			all = append(all, c)
		}
	}
	return all
}

func (d *doors) Found(_ context.Context, f Founding) ([]string, error) {
	err := d.called("Found", f.Name, f.Environments)
	return []string{"recovery words stand here", "and here"}, err
}

func (d *doors) CheckPassphrase(string) error { return nil }

func (d *doors) Sweep(ctx context.Context, progress func(Progress)) (*Swept, error) {
	err := d.called("Sweep")
	if d.sweep != nil {
		d.sweep(ctx, progress)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return d.swept, err
}

func (d *doors) Context(_ context.Context, p place.Place) ([]Line, error) {
	err := d.called("Context", p.Path, p.Start.Line)
	if d.lines != nil {
		return d.lines(p), err
	}
	n := p.Start.Line
	return []Line{{n - 1, "# before", false}, {n, "KEY = ****", true}, {n + 1, "# after", false}}, err
}

func (d *doors) Show(_ context.Context, row *importers.Row) (string, error) {
	return row.Value.Reveal(), d.called("Show", row.Key)
}

func (d *doors) Keep(_ context.Context, all []importers.Decision) error {
	err := d.called("Keep", len(all))
	d.kept = all
	return err
}

func (d *doors) Access(context.Context) (importers.Access, []Person, error) {
	return d.access, d.people, d.called("Access")
}

func (d *doors) Import(_ context.Context, b importers.Batch, grants []Grant) (Imported, error) {
	err := d.called("Import", len(b.Secrets), len(b.Leaks))
	d.batch, d.grants = b, grants
	i := Imported{Leaks: len(b.Leaks)}
	for _, s := range b.Secrets {
		switch s.Change {
		case importers.Added, importers.Blank:
			i.Added++
		case importers.Updated:
			i.Updated++
		default:
			i.Same++
		}
	}
	for _, l := range b.Leaks {
		i.Waiting += len(l.Waiting)
	}
	return i, err
}

func (d *doors) Steps(context.Context, *importers.Plan) ([]Step, error) {
	return d.steps, d.called("Steps")
}

func (d *doors) Do(_ context.Context, s Step) error { return d.called("Do", s.Title) }

// valueOf makes a value of which each number has its own.
func valueOf(n int) secret.Value {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	const letters = "abcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, 32)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return secret.New(b)
}

// kinds are the rules that made-up findings are of.
func kinds() []*rules.Rule {
	stripe := &rules.Provider{ID: "stripe", Name: "Stripe", Console: "https://dashboard.stripe.com/apikeys", Rotate: "Roll the key; both work until you expire the old one."}
	slack := &rules.Provider{ID: "slack", Name: "Slack", Console: "https://api.slack.com/apps", Rotate: "Regenerate the token."}
	generic := &rules.Provider{ID: "generic", Name: "generic"}
	return []*rules.Rule{
		{ID: "stripe-live-key", Provider: stripe, Description: "Stripe live secret key", Severity: rules.Critical, Confidence: rules.Sure},
		{ID: "slack-bot-token", Provider: slack, Description: "Slack bot token", Severity: rules.High, Confidence: rules.Sure},
		{ID: "config-password", Provider: generic, Description: "Password in a configuration", Severity: rules.Medium, Confidence: rules.Likely},
		{ID: "config-secret", Provider: generic, Description: "Secret in a configuration", Severity: rules.Low, Confidence: rules.Likely},
	}
}

// found makes the finding of number n, which is called name. It lies in a file of the
// repository; each fifth is in old commits alone, each seventh in a chat, and each third in
// more than one place.
func found(n int, name string) scanner.Finding {
	rule := kinds()[n%4]
	value := valueOf(n)
	made := today.AddDate(0, 0, -n%900)
	commit := &place.Version{ID: fmt.Sprintf("%08x%032x", uint32(n+1)*2654435761, n), Name: "Grace", Email: "grace@example.com", Date: made, Title: "Add settings"}
	at := place.Place{Kind: place.File, Root: "shop", Path: fmt.Sprintf("services/s%02d/config.py", n%20), Span: spanAt(n%300 + 1), Commit: commit, Last: commit, Head: n%5 != 0, WorkTree: n%5 != 0}
	if n%7 == 6 {
		at = place.Place{Kind: place.Chat, Root: "slack.zip", Span: spanAt(1), Message: &place.Message{Channel: "ops", User: "linus", Time: made}}
	}
	f := scanner.Finding{Rule: rule, Severity: rule.Severity, Confidence: rule.Confidence, Value: value, Carrier: value, Fingerprint: value.Fingerprint(), Name: name, Places: []place.Place{at}}
	if n%3 == 0 {
		f.Places = append(f.Places, place.Place{Kind: place.File, Root: "shop", Path: ".env", Span: spanAt(n%300 + 1), WorkTree: n%5 != 0, Local: true, Last: commit})
	}
	for range f.Places {
		f.Namings = append(f.Namings, scanner.Naming{Name: name, Carrier: value})
	}
	return f
}

func spanAt(line int) place.Span {
	return place.Span{Start: place.Position{Line: line, Column: 7}, End: place.Position{Line: line, Column: 38}}
}

// planOf makes a plan of n rows for the project "shop".
func planOf(n int) *importers.Plan {
	names := []string{"STRIPE_KEY", "SLACK_TOKEN", "DATABASE_PASSWORD", "SIGNING_SECRET"}
	environments := []string{"", "PROD_", "STAGING_", "DEV_"}
	var all []scanner.Finding
	for i := range n {
		name := environments[i/4%4] + names[i%4]
		if i >= 16 {
			name = fmt.Sprintf("%s_%d", name, i/16)
		}
		all = append(all, found(i, name))
	}
	return planFrom(importers.Findings(all))
}

// planFrom makes a plan of what importers give.
func planFrom(all ...importers.Importer) *importers.Plan {
	items, err := importers.Collect(context.Background(), all...)
	if err != nil {
		panic("tui: " + err.Error())
	}
	return importers.NewPlan(items, importers.Options{Project: "shop", Environments: []string{"dev", "staging", "prod"}})
}

// terminal is an app with somebody at the keys.
type terminal struct {
	*app
	t      *testing.T
	ended  bool
	timers []tea.Msg    // that would come later
	came   chan tea.Msg // answers of commands
	out    int          // commands that haven't answered
}

// blankTerminal gives a terminal at which a program is to show its first screen.
func blankTerminal(t *testing.T, name string, s size, o Options) *terminal {
	t.Helper()
	var out strings.Builder
	o.Output, o.Now = &out, func() time.Time { return today }
	x := &terminal{app: newApp(t.Context(), name, o), t: t, came: make(chan tea.Msg)}
	if !o.NoColor {
		r := lipgloss.NewRenderer(&out)
		r.SetColorProfile(termenv.ANSI256)
		x.theme = newTheme(r, o)
	}
	x.later = func(_ time.Duration, msg tea.Msg) tea.Cmd {
		x.timers = append(x.timers, msg)
		return nil
	}
	x.size = s
	return x
}

// newTerminal opens a screen of the flow of migrate.
func newTerminal(t *testing.T, d *doors, s size, o Options, first func(*flow) screen) *terminal {
	t.Helper()
	x := blankTerminal(t, "secretsweep migrate", s, o)
	f := newFlow(x.app, Migration{Paths: []string{"shop", "slack.zip"}, Project: "shop", Sweeper: d, Places: d, Drafts: d, Vault: d, After: d})
	if d.swept != nil {
		f.swept, f.plan = d.swept, d.swept.Plan
	}
	f.access, f.people = d.access, d.people
	x.now = first(f)
	x.do(x.Init())
	return x
}

// do starts a command; its answer comes later.
func (x *terminal) do(cmd tea.Cmd) {
	if cmd == nil || blinks(cmd) {
		return
	}
	x.out++
	go func() {
		msg := cmd()
		select {
		case x.came <- msg:
		case <-x.t.Context().Done():
		}
	}()
}

// blinks tells whether a command is one of those that make a cursor blink for ever.
func blinks(cmd tea.Cmd) bool {
	return strings.Contains(runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()).Name(), "bubbles/cursor")
}

// take handles an answer.
func (x *terminal) take(msg tea.Msg) {
	x.out--
	switch msg := msg.(type) {
	case nil:
	case tea.QuitMsg:
		x.ended = true
	case tea.BatchMsg:
		for _, cmd := range msg {
			x.do(cmd)
		}
	default:
		// A sequence is a slice of commands of a type that isn't exported.
		if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
			for i := range v.Len() {
				x.do(v.Index(i).Interface().(tea.Cmd))
				x.settle()
			}
			return
		}
		x.send(msg)
	}
}

// send gives the program a message.
func (x *terminal) send(msg tea.Msg) {
	_, cmd := x.Update(msg)
	x.do(cmd)
}

// settle waits until all commands have answered.
func (x *terminal) settle() {
	x.t.Helper()
	x.until("all commands are done", func() bool { return x.out == 0 })
}

// until waits for answers of commands until something is so.
func (x *terminal) until(what string, is func() bool) {
	x.t.Helper()
	tooLong := time.After(20 * time.Second)
	for !is() {
		select {
		case msg := <-x.came:
			x.take(msg)
		case <-tooLong:
			x.t.Fatalf("waited too long until %s; the screen is\n%s", what, x.View())
		}
	}
}

// press presses keys, each as its name ("enter", "ctrl+r", "x"), and waits for what comes of
// each.
func (x *terminal) press(keys ...string) {
	x.t.Helper()
	for _, k := range keys {
		_ = x.View() // that is what somebody presses a key at
		x.send(keyOf(k))
		x.settle()
	}
}

// write types a text.
func (x *terminal) write(text string) {
	x.t.Helper()
	for _, r := range text {
		x.send(keyOf(string(r)))
	}
	x.settle()
}

// resize makes the terminal another size.
func (x *terminal) resize(width, height int) {
	x.send(tea.WindowSizeMsg{Width: width, Height: height})
}

// keyOf gives the message of a key that has that name.
func keyOf(name string) tea.KeyMsg {
	if name == "space" || name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	for t := tea.KeyType(-200); t < 200; t++ {
		if k := (tea.KeyMsg{Type: t}); t != tea.KeyRunes && k.String() == name {
			return k
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// screen gives what is seen, without what makes colours. It fails if a line isn't as wide as
// the terminal.
func (x *terminal) screen() string {
	x.t.Helper()
	lines := strings.Split(x.View(), "\n")
	if len(lines) != x.size.height {
		x.t.Errorf("%d lines, want %d", len(lines), x.size.height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w != x.size.width {
			x.t.Errorf("line %d is %d wide, want %d: %q", i, w, x.size.width, l)
		}
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return strings.Join(lines, "\n")
}

// sees fails unless the screen has all of the texts.
func (x *terminal) sees(texts ...string) {
	x.t.Helper()
	s := x.screen()
	for _, text := range texts {
		if !strings.Contains(s, text) {
			x.t.Errorf("%q isn't on the screen:\n%s", text, s)
		}
	}
}

// seesNo fails if the screen has one of the texts.
func (x *terminal) seesNo(texts ...string) {
	x.t.Helper()
	s := x.screen()
	for _, text := range texts {
		if strings.Contains(s, text) {
			x.t.Errorf("%q is on the screen:\n%s", text, s)
		}
	}
}

// golden compares a screen with a file of testdata. With colours it compares what is sent to
// the terminal, escapes written out.
func (x *terminal) golden(name string) {
	x.t.Helper()
	got := x.screen() + "\n"
	if !x.options.NoColor {
		got = strings.ReplaceAll(x.View(), "\x1b", "^") + "\n"
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			x.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		x.t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		x.t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// hidesValues fails if the text of a value is on the screen.
func (x *terminal) hidesValues(p *importers.Plan) {
	x.t.Helper()
	// A text that is broken into lines is none that one could search for.
	s := strings.Join(strings.Fields(x.screen()), "")
	if slices.ContainsFunc(p.Rows, func(r *importers.Row) bool {
		return !r.Value.IsEmpty() && strings.Contains(s, r.Value.Reveal())
	}) {
		x.t.Errorf("a value is on the screen %q", x.now.title())
	}
}
