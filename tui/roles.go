package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// roles is the screen Roles: who gets which environment, and what they could then read.
type roles struct {
	f    *flow
	back screen
	err  error // the vault couldn't be asked

	batch  importers.Batch
	in     map[string]int // how many secrets are imported to each environment
	envs   []string
	window window // the people
	env    int    // the column that keys act on
	before [][]Grant

	list *reading // nil unless somebody's secrets are listed
}

// reading lists what somebody could then read.
type reading struct {
	person *Person
	refs   []importers.Ref
	window window
}

func newRoles(f *flow, back screen) screen { return &roles{f: f, back: back} }

// lay takes what is to be imported and what is known of the vault.
func (r *roles) lay() {
	if !r.f.knowsAccess() {
		return
	}
	r.err = nil
	r.batch = r.f.plan.Batch(r.f.access)
	r.in = make(map[string]int)
	envs := make(map[string]bool)
	for i := range r.batch.Secrets {
		r.in[r.batch.Secrets[i].Env]++
		envs[r.batch.Secrets[i].Env] = true
	}
	for i := range r.f.people {
		for env := range r.f.people[i].Roles {
			envs[env] = true
		}
	}
	r.envs = sortedEnvs(envs)
	r.f.offer(r.envs)
	r.window.resize(len(r.f.people), r.window.height)
	r.env = max(0, min(r.env, len(r.envs)-1))
}

func (r *roles) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case started:
		r.lay()
		return r, r.f.askAccess()
	case accessed:
		r.err = msg.err
		r.lay()
	case tea.MouseMsg:
		w := &r.window
		if r.list != nil {
			w = &r.list.window
		}
		wheel(w, msg)
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(r.actions(), msg); ok {
			return next, cmd
		}
	}
	return r, nil
}

// alone tells whether there is nobody else to give a role to.
func (r *roles) alone() bool {
	return !slices.ContainsFunc(r.f.people, func(p Person) bool { return !p.Self })
}

// reads counts what somebody could then read of what is imported to an environment.
func (r *roles) reads(p *Person, env string) int {
	if r.f.roleOf(p, env) < vault.Reader {
		return 0
	}
	return r.in[env]
}

// person gives the one that keys act on.
func (r *roles) person() *Person { return &r.f.people[r.window.cursor] }

func (r *roles) actions() []action {
	if r.list != nil {
		return append([]action{
			on("esc b enter", "back", func(string) (screen, tea.Cmd) {
				r.list = nil
				return r, nil
			}, "esc", "b", "enter"),
		}, moving(r, &r.list.window)...)
	}
	known := r.f.knowsAccess()
	some := known && len(r.f.people) > 0 && len(r.envs) > 0
	return append([]action{
		on("n", "on to Confirm", func(string) (screen, tea.Cmd) { return newConfirm(r.f, r), nil }, "n").when(known),
		on("r", "ask the vault again", func(string) (screen, tea.Cmd) {
			r.err = nil
			return r, r.f.askAccess()
		}, "r").when(r.err != nil),
		on("space r", "another role", r.cycle, " ", "r").when(some && r.f.canGive(r.person(), r.envs[r.env])),
		on("u", "undo", r.undo, "u").when(len(r.before) > 0),
		on("enter", "what they could read", r.open, "enter").when(some),
		on("← → h l", "environment", func(pressed string) (screen, tea.Cmd) {
			step := 1
			if pressed == "left" || pressed == "h" {
				step = -1
			}
			r.env = max(0, min(r.env+step, len(r.envs)-1))
			return r, nil
		}, "left", "right", "h", "l").when(len(r.envs) > 1),
		on("b esc", "back to Map", func(string) (screen, tea.Cmd) { return r.back, nil }, "b", "esc"),
	}, moving(r, &r.window)...)
}

func (r *roles) cycle(string) (screen, tea.Cmd) {
	p, env := r.person(), r.envs[r.env]
	r.before = append(r.before, slices.Clone(r.f.grants))
	r.f.want(p, env, nextRole(r.f.roleOf(p, env), p.Roles[env]))
	return r, nil
}

func (r *roles) undo(string) (screen, tea.Cmd) {
	last := len(r.before) - 1
	r.f.grants, r.before = r.before[last], r.before[:last]
	return r, tell("undone: role")
}

func (r *roles) open(string) (screen, tea.Cmd) {
	p := r.person()
	r.list = &reading{person: p, refs: r.f.readable(p, &r.batch)}
	r.list.window.resize(len(r.list.refs), 1)
	return r, nil
}

func (r *roles) title() string { return r.f.titleAt("Roles") }

func (r *roles) keys() []key.Binding { return bindings(r.actions()) }

func (r *roles) typing() bool { return false }

func (r *roles) view(s size) []string {
	switch {
	case r.err != nil:
		return wrap("The vault couldn't be asked who there is: "+r.f.say(r.err)+". Press r to ask it again.", s.width)
	case !r.f.knowsAccess():
		return []string{"asking the vault who there is …"}
	case r.list != nil:
		return r.list.view(&r.f.theme, s)
	}
	var lines []string
	if r.alone() {
		lines = wrap("You are alone in this vault, so nobody gets anything by this import. Others are let in later, by \"secretsweep user add\".", s.width)
	} else {
		lines = wrap("Who gets which environment. What is marked with * is granted with this import; in new environments the least that a developer needs is suggested.", s.width)
	}
	lines = append(lines, "")
	const below = 4
	r.window.resize(len(r.f.people), s.height-len(lines)-1-below)
	first, end, name := r.columns(s.width)
	head := []column{{"  name", name + 2}}
	for i := first; i < end; i++ {
		head = append(head, column{envHeading(r.envs, i, first, end, roleWidth), roleWidth})
	}
	lines = append(lines, r.f.theme.bold.Render(line(append(head, column{"could read", readWidth})...)))
	from, to := r.window.visible()
	for i := from; i < to; i++ {
		lines = append(lines, r.line(i, first, end, name))
	}
	for len(lines) < s.height-below {
		lines = append(lines, "")
	}
	return append(lines, r.detail(s.width)...)
}

// roleWidth is room for the longest role with its mark, in brackets.
const (
	roleWidth = 13
	readWidth = 10
)

// columns gives which environments are visible, and the width of names.
func (r *roles) columns(width int) (first, end, name int) {
	const mark, gap, least = 2, 2, 14
	fit := max(1, (width-mark-least-gap-readWidth)/(roleWidth+gap))
	if r.env >= fit {
		first = r.env - fit + 1
	}
	end = min(len(r.envs), first+fit)
	name = min(32, width-mark-gap-readWidth-(end-first)*(roleWidth+gap))
	return first, end, name
}

func (r *roles) line(i, first, end, width int) string {
	p := &r.f.people[i]
	here := i == r.window.cursor
	mark, name := "  ", safe(p.Name)
	if p.Self {
		name += " (you)"
	}
	if here {
		mark, name = "> ", r.f.theme.bold.Render(name)
	}
	columns := []column{{mark + name, width + 2}}
	for env := first; env < end; env++ {
		columns = append(columns, column{r.cellText(p, env, here && env == r.env), roleWidth})
	}
	n := 0
	for _, env := range r.envs {
		n += r.reads(p, env)
	}
	return line(append(columns, column{fmt.Sprintf("%d of %d", n, len(r.batch.Secrets)), readWidth})...)
}

func (r *roles) cellText(p *Person, env int, here bool) string {
	role := r.f.roleOf(p, r.envs[env])
	text, style := role.String(), r.f.theme.marked
	if role == vault.NoRole {
		text, style = "-", r.f.theme.dim
	}
	if r.f.grant(p, r.envs[env]) != nil {
		text, style = text+"*", r.f.theme.good
	}
	if here {
		return r.f.theme.chosen.Render("[" + text + "]")
	}
	return " " + style.Render(text)
}

// detail says what the person that keys act on could then read.
func (r *roles) detail(width int) []string {
	if len(r.f.people) == 0 || len(r.envs) == 0 {
		return nil
	}
	p, env := r.person(), r.envs[r.env]
	var parts []string
	for _, env := range r.envs {
		parts = append(parts, fmt.Sprintf("%d of %s", r.reads(p, env), safe(env)))
	}
	lines := []string{"", r.f.theme.bold.Render(safe(p.Name)) + " could then read of this import:"}
	lines = append(lines, fit(strings.Join(parts, ", "), width))
	return append(lines, r.f.theme.dim.Render(r.remark(p, env)))
}

// remark says why nothing can be changed for somebody in an environment, or what was there
// before.
func (r *roles) remark(p *Person, env string) string {
	switch {
	case p.Owner:
		return "owners have everything"
	case p.Self:
		return "that is you"
	case !r.f.canGrant(env):
		return "only owners grant roles in " + safe(env) + ", and you are none"
	case !r.f.canGive(p, env):
		return "more can't be given here; \"secretsweep access revoke\" takes it away"
	case r.f.isNew(env):
		return safe(env) + " is new"
	}
	return "now: " + p.Roles[env].String()
}

func (l *reading) view(t *theme, s size) []string {
	lines := []string{t.bold.Render(safe(l.person.Name)) + " could read " + report.Plural(len(l.refs), "secret") + " of this import", ""}
	l.window.resize(len(l.refs), s.height-len(lines))
	from, to := l.window.visible()
	for i := from; i < to; i++ {
		mark := "  "
		if i == l.window.cursor {
			mark = "> "
		}
		lines = append(lines, line(column{mark + safe(l.refs[i].Env), 20}, column{safe(l.refs[i].Name), s.width - 22}))
	}
	return lines
}
