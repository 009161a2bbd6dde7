package tui

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
)

// fakeBoard is a vault as the dashboard sees it. It writes down what is done.
type fakeBoard struct {
	mu      sync.Mutex
	leaks   []vault.Leak
	known   []vault.Known
	readers []vault.Consumer
	asked   []string // hosts
	scopes  []vault.Pattern
	secrets map[vault.Pattern][]vault.Listed
	acts    []vault.Logged
	members []vault.Member
	uses    map[string]map[vault.Pattern]vault.Use
	values  map[vault.Ref]string
	set     []vault.Change
	shown   []string
	calls   int
	fail    map[string]error // by method
}

// called counts a call, and gives the error that is set for it.
func (f *fakeBoard) called(method string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	return f.fail[method]
}

func (f *fakeBoard) Environments() []vault.Pattern { return slices.Clone(f.scopes) }

func (f *fakeBoard) List(_ context.Context, project, env string) ([]vault.Listed, error) {
	return slices.Clone(f.secrets[vault.Pattern{Project: project, Environment: env}]), f.called("List")
}

func (f *fakeBoard) Look(_ context.Context, ref vault.Ref) (vault.Listed, error) {
	all := f.secrets[vault.Pattern{Project: ref.Project, Environment: ref.Environment}]
	i := slices.IndexFunc(all, func(l vault.Listed) bool { return l.Name == ref.Name })
	if i < 0 {
		return vault.Listed{}, &vault.NotFoundError{What: "secret", Name: ref.Name}
	}
	return all[i], f.called("Look")
}

func (f *fakeBoard) Diff(_ context.Context, from, to vault.Side) ([]vault.Difference, error) {
	return []vault.Difference{
		{Name: "DATABASE_URL", From: 3, To: 1, Values: vault.Different},
		{Name: "FLAGS", From: 1, Values: vault.Removed},
		{Name: "STRIPE_KEY", From: 2, To: 2, Values: vault.Same},
	}, f.called("Diff")
}

func (f *fakeBoard) Set(_ context.Context, c vault.Change) (int, error) {
	f.set = append(f.set, c)
	return *c.If + 1, f.called("Set")
}

func (f *fakeBoard) Show(_ context.Context, ref vault.Ref, version int) (string, error) {
	f.shown = append(f.shown, fmt.Sprintf("%s %d", ref, version))
	return f.values[ref], f.called("Show")
}

func (f *fakeBoard) Log(_ context.Context, _ vault.Filter, visit func(vault.Logged) error) error {
	for _, a := range f.acts {
		if err := visit(a); err != nil {
			return err
		}
	}
	return f.called("Log")
}

func (f *fakeBoard) Members(context.Context) ([]vault.Member, error) {
	return slices.Clone(f.members), f.called("Members")
}

func (f *fakeBoard) Uses(context.Context) (map[string]map[vault.Pattern]vault.Use, error) {
	return f.uses, f.called("Uses")
}

var (
	dev     = vault.Pattern{Project: "web", Environment: "dev"}
	staging = vault.Pattern{Project: "web", Environment: "staging"}
	prod    = vault.Pattern{Project: "web", Environment: "prod"}
	apiDev  = vault.Pattern{Project: "api", Environment: "dev"}
	apiProd = vault.Pattern{Project: "api", Environment: "prod"}
)

// newFakeBoard gives a small team's vault, with names that nobody should trust in it.
func newFakeBoard() *fakeBoard {
	day := func(n int) time.Time { return today.AddDate(0, 0, n) }
	listed := func(at vault.Pattern, name string, versions int, rotate int) vault.Listed {
		l := vault.Listed{Ref: vault.Ref{Project: at.Project, Environment: at.Environment, Name: name}, Current: versions}
		for i := range versions {
			v := vault.Version{Number: i + 1, State: vault.Revoked, Created: day(10*(i-versions) - 1), By: "ada", Revision: i + 1}
			if i == versions-1 {
				v.State = vault.Current
			}
			l.Versions = append(l.Versions, v)
		}
		if rotate != 0 {
			l.Info = vault.Info{RotateBy: day(rotate), Owner: "ops", Kind: "postgres-password", Description: "the shop's database"}
		}
		return l
	}
	removed := listed(dev, "OLD_KEY", 1, 0)
	removed.Current = 0
	f := &fakeBoard{
		scopes: []vault.Pattern{apiDev, apiProd, dev, prod, staging},
		secrets: map[vault.Pattern][]vault.Listed{
			dev:     {listed(dev, "DATABASE_URL", 3, -12), listed(dev, "FLAGS", 1, 0), listed(dev, "MAIL_KEY", 0, 0), removed, listed(dev, "STRIPE_KEY", 2, 20)},
			prod:    {listed(prod, "DATABASE_URL", 1, 3), listed(prod, "STRIPE_KEY", 2, 90)},
			staging: nil,
		},
		members: []vault.Member{
			{Name: "ada", Kind: vault.Person, Self: true, Reads: []string{"api/dev", "web/dev", "web/prod", "web/staging"}, Writes: []string{"web/dev", "web/prod"},
				Grants: []vault.Granted{{Wanted: vault.Wanted{Pattern: vault.Pattern{Project: "*", Environment: "*"}, Role: vault.Owner}}}},
			{Name: "ci", Kind: vault.Machine, Until: day(20), Grants: []vault.Granted{{Secrets: 2, Wanted: vault.Wanted{Pattern: prod, Role: vault.Reader, Until: day(20)}}}},
			{Name: "linus", Kind: vault.Person, Grants: []vault.Granted{
				{Wanted: vault.Wanted{Pattern: dev, Role: vault.Developer}},
				{Wanted: vault.Wanted{Pattern: prod, Role: vault.Reader, Until: day(-1)}},
			}},
			{Name: "gone", Kind: vault.Person, Gone: true},
			{Name: "evil\x1b[31m\u202e", Kind: vault.Person, Invited: true},
		},
		uses:   map[string]map[vault.Pattern]vault.Use{"linus": {dev: {Reads: 4, Last: day(-2)}}},
		values: map[vault.Ref]string{},
		fail:   map[string]error{},
	}
	for at, all := range f.secrets {
		for i, l := range all {
			f.values[l.Ref] = valueOf(100 + len(at.Environment)*10 + i).Reveal()
		}
	}
	act := func(n int, who, verb string, at vault.Pattern, name string, allowed bool) {
		f.acts = append(f.acts, vault.Logged{Seq: int64(n), Principal: who, Act: audit.Act{
			Time: day(-9).Add(time.Duration(n) * time.Hour), Verb: verb, Project: at.Project, Env: at.Environment, Name: name, Allowed: allowed,
			Program: "secretsweep run", Host: "laptop", Rule: "grant 01234567"}})
	}
	act(0, "ada", "init", vault.Pattern{}, "", true)
	act(1, "ada", "create", dev, "", true)
	act(2, "ada", "set", dev, "DATABASE_URL", true)
	act(3, "linus", "read", dev, "DATABASE_URL", true)
	act(4, "linus", "read", prod, "DATABASE_URL", false)
	act(5, "ada", "backup", vault.Pattern{}, "", true)
	act(6, "", "", vault.Pattern{}, "\x1b]0;title\x07", false)
	f.leak()
	return f
}

func (f *fakeBoard) board() Board {
	r := newFakeRecords(f)
	return Board{Vault: "/home/ada/vault", Records: r, Providers: r, Secrets: f, Values: f, Log: f, People: f}
}

// newBoardTerminal opens the dashboard.
func newBoardTerminal(t *testing.T, b Board, s size, o Options) *terminal {
	t.Helper()
	x := blankTerminal(t, "secretsweep", s, o)
	x.now = newBoard(x.app, b)
	x.do(x.Init())
	x.settle()
	return x
}

// plants gives the texts of all values that there are.
func (f *fakeBoard) plants() []string {
	all := slices.Collect(maps.Values(f.values))
	for _, l := range f.leaks {
		all = append(all, l.Value.Reveal())
	}
	for _, k := range f.known {
		all = append(all, k.Value.Reveal())
	}
	return all
}
