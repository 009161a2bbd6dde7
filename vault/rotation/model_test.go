package rotation

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/vault"
)

// model is the life of a leak as people are told of it, without a log.
type model struct {
	over              State // Closed, FalsePositive or Accepted; "" for a record that is open
	until             time.Time
	triaged, owned    bool
	way               Way
	stored            bool
	some, all         bool // consumers have moved
	revoked, first    bool // first: in an emergency, before they had
	dead              string
	proven            bool
	live, asked       bool // what the provider said last, and that it did since the revocation
	blocked, reopened bool
	due               time.Time
	places            map[string]SiteStatus
}

// may has, for each act, what a record must be like. Those that aren't named take one that is
// open and that nothing blocks.
var (
	mayAtAnyTime  = []Act{Ask, Sweep, Clean}
	mayBlocked    = []Act{Triage, Own, Block, Unblock}
	mayUnlessShut = []Act{Dismiss, Accept}
	may           = map[Act]func(*model, Step) bool{
		Triage: func(m *model, s Step) bool { return !m.triaged || m.way != s.Way && !m.stored },
		Own:    func(m *model, _ Step) bool { return m.triaged },
		Replace: func(m *model, s Step) bool {
			return m.owned && m.way == Rotate && s.Successor[0].Project == "web"
		},
		Move:    func(m *model, _ Step) bool { return m.stored && m.way == Rotate },
		MoveAll: func(m *model, _ Step) bool { return m.stored && m.way == Rotate },
		Revoke: func(m *model, s Step) bool {
			return m.owned && !m.revoked && (m.way == RevokeOnly || m.all || s.Emergency)
		},
		Attest: func(m *model, _ Step) bool { return m.revoked && !m.proven && (!m.live || m.asked) },
		Clean: func(m *model, s Step) bool {
			return !slices.ContainsFunc(s.Places, func(key string) bool { _, is := m.places[key]; return !is })
		},
		Close: func(m *model, _ Step) bool {
			return m.owned && (m.way == RevokeOnly || m.stored && m.all) && m.dead != "" && m.clean()
		},
		Unblock: func(m *model, _ Step) bool { return m.blocked },
		Dismiss: func(m *model, _ Step) bool { return !m.stored && !m.revoked && m.dead == "" },
		Reopen:  func(m *model, _ Step) bool { return m.over != "" },
	}
)

func (m *model) can(s Step) bool {
	fits := may[s.Act] == nil || may[s.Act](m, s)
	switch {
	case slices.Contains(mayAtAnyTime, s.Act), s.Act == Reopen:
		return fits
	case slices.Contains(mayUnlessShut, s.Act):
		return fits && m.over != Closed
	}
	return fits && m.over == "" && (!m.blocked || slices.Contains(mayBlocked, s.Act))
}

func (m *model) clean() bool {
	return !slices.Contains(slices.Collect(maps.Values(m.places)), Lies)
}

func (m *model) open() { m.over, m.reopened, m.due = "", true, time.Time{} }

func (m *model) do(s Step) {
	switch s.Act {
	case Triage:
		m.triaged, m.way = true, s.Way
	case Own:
		m.owned = true
		if !s.Due.IsZero() {
			m.due = s.Due
		}
	case Replace:
		m.stored = true
	case Move:
		m.some = true
	case MoveAll:
		m.all = true
	case Revoke:
		m.revoked, m.asked, m.first = true, false, m.way == Rotate && !m.all
	case Ask:
		m.answer(s.Answer.Verdict)
	case Attest:
		m.dead = s.Reason
	case Clean:
		for key, is := range m.places {
			if len(s.Places) == 0 && is == Lies || slices.Contains(s.Places, key) {
				m.places[key] = Gone
				if s.Left {
					m.places[key] = Left
				}
			}
		}
	case Close:
		m.over, m.reopened = Closed, false
	case Block:
		m.blocked = true
	case Unblock:
		m.blocked = false
	case Dismiss:
		m.over = FalsePositive
	case Accept:
		m.over, m.until = Accepted, s.Until
	case Reopen:
		if !m.proven {
			m.dead = ""
		}
		m.open()
	}
}

func (m *model) answer(v provider.Verdict) {
	m.asked, m.live = true, false
	switch v {
	case provider.Dead:
		m.dead, m.proven, m.revoked = "refused", true, true
	case provider.Live, provider.Restricted:
		if m.revoked || m.over == Closed || m.over == FalsePositive {
			m.open()
		}
		m.live, m.revoked, m.first, m.dead, m.proven = true, false, false, "", false
	}
}

// find has a sweep come upon the value.
func (m *model) find(keys ...string) {
	for _, key := range keys {
		is, known := m.places[key]
		if !known || is == Gone {
			m.places[key] = Lies
			if m.over == Closed {
				m.open()
			}
		}
	}
}

func (m *model) pass(now time.Time) {
	if m.over == Accepted && now.After(m.until) {
		m.open()
	}
}

func (m *model) state() State {
	for _, is := range []struct {
		true bool
		State
	}{
		{m.over != "", m.over},
		{m.dead != "" && m.clean(), Cleaned},
		{m.dead != "", Dead},
		{m.revoked, Revoked},
		{m.all, Moved},
		{m.stored && m.some, Moving},
		{m.stored, Replaced},
		{m.owned, Owned},
		{m.triaged, Triaged},
	} {
		if is.true {
			return is.State
		}
	}
	return Found
}

// onward gives the step by which a record goes on in the usual order.
func (m *model) onward(t *rapid.T) Step {
	s := Step{Act: Close, Reason: "for a reason"}
	switch {
	case m.over != "":
		s.Act = Reopen
	case m.blocked:
		s.Act = Unblock
	case !m.triaged:
		s.Act, s.Way = Triage, Rotate
	case !m.owned:
		s.Act, s.Owner = Own, "ann"
	case m.way == Rotate && !m.stored:
		s.Act, s.Successor = Replace, successor
	case m.way == Rotate && !m.all && !m.some:
		s.Act, s.Consumer = Move, "ci"
	case m.way == Rotate && !m.all:
		s.Act = MoveAll
	case !m.revoked:
		s.Act = Revoke
	case m.dead == "" && rapid.Bool().Draw(t, "attest"):
		s.Act = Attest
	case m.dead == "":
		s.Act, s.Answer = Ask, &Answer{Verdict: provider.Dead, Why: "refused"}
	case !m.clean():
		s.Act, s.Left = Clean, rapid.Bool().Draw(t, "left")
	}
	return s
}

var paths = []string{"a", "b", "c"}

func keyOf(path string) string { p := at(path); return PlaceKey(&p) }

// drawStep draws a step that says what it has to, wherever the record stands.
func drawStep(t *rapid.T, now time.Time) Step {
	s := Step{Act: rapid.SampledFrom([]Act{
		Triage, Own, Replace, Move, MoveAll, MoveAll, Revoke, Revoke, Ask, Ask, Attest, Clean, Clean, Sweep, Close, Close, Block, Unblock, Dismiss, Accept, Reopen,
	}).Draw(t, "act"), Reason: "for a reason"}
	switch s.Act {
	case Triage:
		s.Way = rapid.SampledFrom([]Way{Rotate, Rotate, RevokeOnly}).Draw(t, "way")
	case Own:
		s.Owner = "ann"
		if rapid.Bool().Draw(t, "due") {
			s.Due = now.Add(time.Hour)
		}
	case Replace:
		project := rapid.SampledFrom([]string{"web", "web", "web", "other"}).Draw(t, "project")
		s.Successor = []Successor{{vault.Ref{Project: project, Environment: "prod", Name: "KEY"}, 2}}
	case Move:
		s.Consumer = "ci"
	case Revoke:
		s.Emergency = rapid.Bool().Draw(t, "emergency")
	case Ask:
		s.Answer = &Answer{Verdict: rapid.SampledFrom([]provider.Verdict{provider.Live, provider.Restricted, provider.Dead, provider.Dead, provider.Unknown}).Draw(t, "verdict"), Why: "refused"}
	case Clean:
		s.Left = rapid.Bool().Draw(t, "left")
		for _, p := range append(paths, "nowhere") {
			if rapid.IntRange(0, 3).Draw(t, p) == 0 {
				s.Places = append(s.Places, keyOf(p))
			}
		}
	case Accept:
		s.Until = now.Add(time.Duration(rapid.IntRange(1, 10).Draw(t, "hours"))*time.Hour + time.Minute)
	}
	return s
}

// TestModel does steps, possible ones and others, in any order, and has sweeps come upon the
// value meanwhile: the record is as the model is, and what was impossible was refused with a
// reason, and has changed nothing.
func TestModel(t *testing.T) {
	states, acts, refused := make(map[State]int), make(map[Act]int), make(map[Act]int)
	draw := func(rt *rapid.T) {
		l := &life{rt, vault.Leak{Project: "web", Leaked: leakOf("made up")}}
		m := &model{places: make(map[string]SiteStatus)}
		l.add(vault.LeakEvent{Kind: vault.Found, Places: []place.Place{at("a")}})
		m.find(keyOf("a"))
		wrong := make(map[int]bool) // events that have an impossible step
		check := func() {
			r := Fold(l.Leak, l.now())
			m.pass(l.now())
			states[r.State]++
			got := fmt.Sprint(r.State, r.Emergency, r.Evidence != nil, r.Evidence != nil && r.Evidence.Proven, r.Reopened != nil, r.Blocked != "", r.Due, len(r.Refused))
			want := fmt.Sprint(m.state(), m.first, m.dead != "", m.dead != "" && m.proven, m.reopened, m.blocked, m.due, len(wrong))
			if got != want {
				rt.Fatalf("after %d events: %s, want %s", len(l.Events), got, want)
			}
			sound(rt, r)
		}
		do := func(rt *rapid.T, s Step) {
			acts[s.Act]++
			m.pass(l.now())
			r := l.do(s)
			if m.can(s) {
				m.do(s)
				return
			}
			wrong[len(l.Events)-1] = true
			refused[s.Act]++
			if len(r.Refused) != len(wrong) {
				rt.Fatalf("%s isn't refused", s.Act)
			}
			if last := r.Refused[len(r.Refused)-1]; last.Step.Act != s.Act || last.Err.Error() == "" {
				rt.Fatalf("%s is refused for %v", last.Step.Act, last.Err)
			}
		}
		onward := func(rt *rapid.T) { m.pass(l.now()); do(rt, m.onward(rt)) }
		rt.Repeat(map[string]func(*rapid.T){
			"step": func(rt *rapid.T) { do(rt, drawStep(rt, l.now())) },
			"aside": func(rt *rapid.T) {
				s := Step{Act: rapid.SampledFrom([]Act{Dismiss, Accept}).Draw(rt, "act"), Reason: "for a reason", Until: l.now().Add(150 * time.Minute)}
				do(rt, s)
			},
			"onward":     onward,
			"and onward": onward,
			"and on":     onward,
			"sweep": func(rt *rapid.T) {
				var places []place.Place
				var keys []string
				for _, p := range paths {
					if rapid.Bool().Draw(rt, p) {
						places, keys = append(places, at(p)), append(keys, keyOf(p))
					}
				}
				l.add(vault.LeakEvent{Kind: rapid.SampledFrom([]vault.LeakKind{vault.Found, vault.Noted}).Draw(rt, "kind"), Places: places})
				m.pass(l.Events[len(l.Events)-1].At)
				m.find(keys...)
			},
			"": func(*rapid.T) { check() },
		})
		// What was refused counts for nothing.
		without := l.Leak
		without.Events = nil
		for i, e := range l.Events {
			if !wrong[i] {
				without.Events = append(without.Events, e)
			}
		}
		all, few := Fold(l.Leak, l.now()), Fold(without, l.now())
		all.Refused, all.Events, few.Events = nil, nil, nil
		if diff := cmp.Diff(few, all, recordOptions); diff != "" {
			rt.Fatalf("what was refused has changed something:\n%s", diff)
		}
	}
	missing := func() (all []string) {
		for _, s := range States() {
			if states[s] == 0 {
				all = append(all, fmt.Sprintf("no record came to be %q", s))
			}
		}
		for act := range may {
			if refused[act] == 0 || refused[act] == acts[act] {
				all = append(all, fmt.Sprintf("%d of %d steps %q were refused", refused[act], acts[act], act))
			}
		}
		return all
	}
	for range 10 { // lives are drawn until everything has happened
		if rapid.Check(t, draw); len(missing()) == 0 {
			return
		}
	}
	t.Error(missing())
}

// sound tells what no record may be.
func sound(t rapid.TB, r *Record) {
	t.Helper()
	for _, wrong := range []struct {
		what string
		is   bool
	}{
		{"a state that isn't one", !slices.Contains(States(), r.State)},
		{"dead without evidence", (r.State == Dead || r.State == Cleaned || r.State == Closed) && r.Evidence == nil},
		{"evidence of nothing", r.Evidence != nil && r.Evidence.By == ""},
		{"proven by nobody's answer", r.Evidence != nil && r.Evidence.Proven && r.Last == nil},
		{"closed and nobody's", r.State == Closed && r.Owner == ""},
		{"closed and lying about", r.State == Closed && len(r.lying()) > 0},
		{"closed without a successor", r.State == Closed && r.Way == Rotate && len(r.Successors) == 0},
		{"a successor that nothing needs", r.Way == RevokeOnly && len(r.Successors) > 0},
		{"open and ended", r.State.Open() != r.Ended.IsZero()},
		{"nothing that comes next", r.State.Open() != (r.Next() != "")},
		{"next without words", r.Next() != "" && r.NextText() == ""},
		{"an emergency that isn't revoked", r.Emergency && !r.revoked},
	} {
		if wrong.is {
			t.Fatalf("%s: %+v", wrong.what, r.State)
		}
	}
}
