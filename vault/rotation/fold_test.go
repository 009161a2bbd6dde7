package rotation

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

var day0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// life is a leak to which something happens.
type life struct {
	t rapid.TB
	vault.Leak
}

// leakOf gives a leak of a value.
func leakOf(value string) vault.Leaked {
	return vault.Leaked{Value: secret.New(value), Severity: "high"}
}

// recordOptions compare records.
var recordOptions = cmp.Options{
	cmp.AllowUnexported(Record{}, Site{}, Step{}),
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b error) bool { return a.Error() == b.Error() }),
}

func born(t testing.TB) *life {
	l := &life{t, vault.Leak{Project: "web", Leaked: leakOf("made up")}}
	l.add(vault.LeakEvent{Kind: vault.Found, Places: []place.Place{at("deploy.sh")}})
	return l
}

func at(path string) place.Place {
	return place.Place{Kind: place.File, Root: ".", Path: path, WorkTree: true}
}

// add adds an event, an hour after the one before.
func (l *life) add(e vault.LeakEvent) {
	e.At, e.By = l.now(), "ann"
	l.Events = append(l.Events, e)
}

// clone gives a life that goes on by itself.
func (l *life) clone() *life {
	c := *l
	c.Events = slices.Clip(l.Events)
	return &c
}

func (l *life) now() time.Time { return day0.Add(time.Duration(len(l.Events)) * time.Hour) }

// do adds steps, and gives the record.
func (l *life) do(all ...Step) *Record {
	l.t.Helper()
	l.add(vault.LeakEvent{Kind: vault.Tracked, Data: data(l.t, all...)})
	return Fold(l.Leak, l.now())
}

// data gives steps as they are kept.
func data(t rapid.TB, all ...Step) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var successor = []Successor{{vault.Ref{Project: "web", Environment: "prod", Name: "KEY"}, 2}}

// The steps that lead through a life, one for each state from Triaged on.
var (
	triage = Step{Act: Triage, Way: Rotate}
	own    = Step{Act: Own, Owner: "ann"}
	keep   = Step{Act: Replace, Successor: successor}
	move   = Step{Act: Move, Consumer: "ci"}
	moved  = Step{Act: MoveAll}
	revoke = Step{Act: Revoke}
	refuse = Step{Act: Ask, Answer: &Answer{provider.Dead, "invalid_auth", "api.example.com"}}
	works  = Step{Act: Ask, Answer: &Answer{provider.Live, "ok", "api.example.com"}}
	silent = Step{Act: Ask, Answer: &Answer{Verdict: provider.Unknown, Why: "timed out"}}
	attest = Step{Act: Attest, Reason: "the account is gone"}
	clean  = Step{Act: Clean}
	left   = Step{Act: Clean, Left: true, Reason: "history stays"}
	shut   = Step{Act: Close}
	open   = Step{Act: Reopen, Reason: "somebody doubts it"}
	hurry  = Step{Act: Revoke, Emergency: true}
)

// TestLife leads a leak through all states, and from each one to wherever it can be left for.
func TestLife(t *testing.T) {
	life := []struct {
		Step
		State
		Next Act // that comes next
	}{
		{triage, Triaged, Own}, {own, Owned, Replace}, {keep, Replaced, MoveAll}, {move, Moving, MoveAll}, {moved, Moved, Revoke},
		{revoke, Revoked, Attest}, {refuse, Dead, Clean}, {clean, Cleaned, Close}, {shut, Closed, ""},
	}
	accept := Step{Act: Accept, Until: day0.Add(24 * 365 * time.Hour), Reason: "it is for a test"}
	leave := map[State][]struct {
		Step
		State
	}{
		Found:    {{Step{Act: Triage, Way: RevokeOnly}, Triaged}, {Step{Act: Dismiss, Reason: "no secret"}, FalsePositive}, {accept, Accepted}, {refuse, Dead}},
		Triaged:  {{Step{Act: Dismiss, Reason: "no secret"}, FalsePositive}, {accept, Accepted}},
		Owned:    {{hurry, Revoked}, {refuse, Dead}, {accept, Accepted}},
		Replaced: {{hurry, Revoked}, {moved, Moved}, {works, Replaced}, {silent, Replaced}},
		Moving:   {{hurry, Revoked}, {accept, Accepted}},
		Moved:    {{works, Moved}, {refuse, Dead}},
		Revoked:  {{attest, Dead}, {works, Moved}, {silent, Revoked}},
		Dead:     {{left, Cleaned}, {works, Moved}, {silent, Dead}, {accept, Accepted}},
		Cleaned:  {{works, Moved}},
		Closed:   {{open, Cleaned}, {works, Moved}, {silent, Closed}, {refuse, Closed}},
	}
	l := born(t)
	state, ways := Found, 0
	var r *Record
	for i := 0; ; i++ {
		for _, way := range leave[state] {
			if r := l.clone().do(way.Step); r.State != way.State || len(r.Refused) > 0 {
				t.Errorf("%s, by %s: %s (%v), want %s", state, way.Act, r.State, r.Refused, way.State)
			}
		}
		ways += len(leave[state])
		if i == len(life) {
			break
		}
		next := life[i]
		r = l.do(next.Step)
		if r.State != next.State || len(r.Refused) > 0 || r.Next() != next.Next {
			t.Fatalf("%s, by %s: %s (%v) and next %s, want %s and %s", state, next.Act, r.State, r.Refused, r.Next(), next.State, next.Next)
		}
		sound(t, r)
		state = r.State
	}
	if ways != 29 {
		t.Errorf("%d ways were gone", ways)
	}
	want := Evidence{true, "invalid_auth", "api.example.com", "ann", day0.Add(7 * time.Hour)}
	if *r.Evidence != want || len(r.History) != 10 || !r.Begun.Equal(day0) || r.Ended.Sub(day0) != 9*time.Hour {
		t.Errorf("%+v %v %s %s", r.Evidence, len(r.History), r.Begun, r.Ended)
	}
}

// TestEmergency revokes first. What was skipped comes after that, and is not forgotten.
func TestEmergency(t *testing.T) {
	l := born(t)
	l.do(triage, own)
	r := l.do(hurry)
	r.Checkable = true
	if !r.Emergency || r.State != Revoked || r.Next() != Ask {
		t.Errorf("revoked first: %s, next %s", r.State, r.Next())
	}
	for _, tt := range []struct {
		step  Step
		state State
		next  Act
	}{
		{silent, Revoked, Replace}, {refuse, Dead, Replace}, {keep, Dead, MoveAll}, {clean, Cleaned, MoveAll}, {moved, Cleaned, Close},
	} {
		if r := l.do(shut); r.State == Closed || len(r.Refused) == 0 {
			t.Fatalf("closed before %s", tt.step.Act)
		}
		if r = l.do(tt.step); r.State != tt.state || r.Next() != tt.next {
			t.Errorf("after %s: %s, next %s, want %s and %s", tt.step.Act, r.State, r.Next(), tt.state, tt.next)
		}
	}
	if r := l.do(shut); r.State != Closed || !r.Emergency {
		t.Errorf("%s, in an emergency: %v", r.State, r.Emergency)
	}
	// Nobody needs it after all.
	l = born(t)
	l.do(triage, own, hurry)
	if r := l.do(Step{Act: Triage, Way: RevokeOnly}, refuse, clean, shut); r.State != Closed || len(r.Refused) > 0 {
		t.Errorf("%s, %v", r.State, r.Refused)
	}
	// It wasn't revoked at all: no emergency is over.
	l = born(t)
	if r := l.do(triage, own, hurry, works); r.Emergency || r.State != Owned || r.Next() != Replace {
		t.Errorf("%s, in an emergency: %v", r.State, r.Emergency)
	}
}

// TestAttest says who may not be believed that a value is dead.
func TestAttest(t *testing.T) {
	for _, tt := range []struct {
		name      string
		checkable bool
		before    []Step
		want      bool
		next      Act
	}{
		{"revoked", false, []Step{revoke}, true, Attest},
		{"not revoked", false, nil, false, Revoke},
		{"somebody can be asked", true, []Step{revoke}, false, Ask},
		{"and was, before", true, []Step{silent, revoke}, false, Ask},
		{"and doesn't know", true, []Step{revoke, silent}, true, Attest},
		{"it worked before", false, []Step{works, revoke}, false, Attest},
		{"it still works", true, []Step{revoke, works}, false, Revoke},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := born(t)
			r := l.do(append([]Step{triage, own, keep, moved}, tt.before...)...)
			r.Checkable = tt.checkable
			if err := r.Can(&attest); (err == nil) != tt.want || r.Next() != tt.next {
				t.Errorf("%v, next %s, want %v and %s", err, r.Next(), tt.want, tt.next)
			}
		})
	}
}

// TestReasons has steps that take a reason, and spaces are none.
func TestReasons(t *testing.T) {
	for _, s := range []Step{
		{Act: Attest},
		{Act: Block},
		{Act: Dismiss},
		{Act: Reopen},
		{Act: Accept, Until: day0.AddDate(1, 0, 0)},
		{Act: Clean, Left: true},
		{Act: Revoking},
	} {
		for reason, want := range map[string]bool{"": false, " \t": false, "it is so": true} {
			s.Reason = reason
			if err := s.check(); (err == nil) != want {
				t.Errorf("%s for the reason %q: %v", s.Act, reason, err)
			}
		}
	}
}

// TestAttestText says of what somebody can be asked about nothing else.
func TestAttestText(t *testing.T) {
	r := born(t).do(triage, own, keep, moved, revoke, silent)
	for checkable, want := range map[bool]string{false: "say why it is dead, as nobody can be asked", true: "say why it is dead, as no answer proves it"} {
		r.Checkable = checkable
		if got := r.NextText(); got != want {
			t.Errorf("%t: %q, want %q", checkable, got, want)
		}
		if line := r.Line(); !slices.Contains(line, Milestone{Attest, want, false}) {
			t.Errorf("%t: what there is to be done is %v", checkable, line)
		}
	}
}

// TestReopened shows what stays of a record that is opened again.
func TestReopened(t *testing.T) {
	due := day0.Add(50 * time.Hour)
	for _, tt := range []struct {
		name  string
		steps []Step
		again Step
		state State
		next  Act
	}{
		{"proven", []Step{refuse}, open, Cleaned, Close},
		{"one's word", []Step{attest}, open, Revoked, Attest},
		{"proven, and works", []Step{refuse}, works, Moved, Revoke},
		{"one's word, and works", []Step{attest}, works, Moved, Revoke},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := born(t)
			l.do(triage, Step{Act: Own, Owner: "ann", Due: due}, keep, moved, revoke)
			if r := l.do(append(tt.steps, clean, shut)...); r.State != Closed || !r.Due.Equal(due) {
				t.Fatalf("%s: %v", r.State, r.Refused)
			}
			r := l.do(tt.again)
			if r.State != tt.state || r.Next() != tt.next || r.Reopened == nil || r.Reopened.By != "ann" || r.Owner != "ann" || !r.Due.IsZero() || len(r.Successors) != 1 {
				t.Errorf("%s, next %s, due %s, %+v", r.State, r.Next(), r.Due, r.Reopened)
			}
			sound(t, r)
		})
	}
}

// TestHistoryState has the history say where a record stood with the places of each event.
func TestHistoryState(t *testing.T) {
	l := born(t)
	l.do(triage, own, keep, moved, revoke, refuse, clean, shut)
	l.add(vault.LeakEvent{Kind: vault.Tracked, Data: data(t, open), Places: []place.Place{at("new.sh")}})
	r := Fold(l.Leak, l.now())
	if got := r.History[len(r.History)-1].State; r.State != Dead || got != Dead {
		t.Errorf("it is %s, and by its history %s", r.State, got)
	}
}

// TestAcceptance ends, and what was done after that counts.
func TestAcceptance(t *testing.T) {
	l := born(t)
	until := day0.Add(90 * time.Minute)
	if r := l.do(Step{Act: Accept, Until: until, Reason: "it is for a test"}); r.State != Found {
		t.Errorf("%s: its time is over", r.State)
	}
	if r := Fold(l.Leak, until); r.State != Accepted || !r.Until.Equal(until) {
		t.Errorf("until then: %s", r.State)
	}
	r := l.do(triage, own)
	if r.State != Owned || len(r.Refused) > 0 || r.Reopened == nil || !r.Reopened.At.Equal(until) {
		t.Errorf("%s: %v", r.State, r.Refused)
	}
	p := Policy{}
	if got := p.leakDue(r); !got.Equal(until.Add(3 * 24 * time.Hour)) {
		t.Errorf("due %s", got)
	}
}

// TestImplied reads what somebody has decided who tracks nothing.
func TestImplied(t *testing.T) {
	decided := func(kind vault.LeakKind) vault.LeakEvent { return vault.LeakEvent{Kind: kind, Decides: true} }
	for _, tt := range []struct {
		name    string
		steps   []Step
		event   vault.LeakEvent
		want    State
		way     Way
		refused int
	}{
		{"imported", nil, decided(vault.Imported), Triaged, Rotate, 0},
		{"imported, which decides nothing", nil, vault.LeakEvent{Kind: vault.Imported}, Found, "", 0},
		{"to be revoked", nil, decided(vault.RevokeOnly), Triaged, RevokeOnly, 0},
		{"imported again", []Step{triage, own}, decided(vault.Imported), Owned, Rotate, 0},
		{"imported after all", []Step{{Act: Triage, Way: RevokeOnly}, own}, decided(vault.Imported), Owned, Rotate, 0},
		{"to be revoked though it was rotated", []Step{triage, own, keep}, decided(vault.RevokeOnly), Replaced, Rotate, 1},
		{"imported when all is over", []Step{{Act: Triage, Way: RevokeOnly}, own, revoke, attest, clean, shut}, decided(vault.Imported), Closed, RevokeOnly, 1},
		{"false", nil, decided(vault.FalsePositive), FalsePositive, "", 0},
		{"accepted for good", nil, decided(vault.Accepted), Accepted, "", 0},
		{"accepted until then", nil, vault.LeakEvent{Kind: vault.Accepted, Decides: true, Until: day0}, Found, "", 0},
		{"closed without more", nil, decided(vault.Closed), Found, "", 0},
		{"opened again", []Step{{Act: Dismiss, Reason: "no secret"}}, decided(vault.Reopened), Found, "", 0},
		{"opened though it is open", nil, decided(vault.Reopened), Found, "", 0},
		{"asked for", nil, decided(vault.Waiting), Found, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := born(t)
			if len(tt.steps) > 0 {
				l.do(tt.steps...)
			}
			l.add(tt.event)
			r := Fold(l.Leak, l.now())
			if r.State != tt.want || r.Way != tt.way || len(r.Refused) != tt.refused {
				t.Errorf("%s %q, refused %v; want %s %q", r.State, r.Way, r.Refused, tt.want, tt.way)
			}
		})
	}
}

// TestReporters may say what they found, and no more.
func TestReporters(t *testing.T) {
	for _, kind := range []vault.LeakKind{vault.Found, vault.Noted, vault.Waiting, vault.RevokeOnly} {
		l := born(t)
		taker := Taker{System: "env", Name: "KEY"}
		l.add(vault.LeakEvent{Kind: kind, Data: data(t, Step{Act: Sweep, Takers: []Taker{taker}})})
		if r := Fold(l.Leak, l.now()); len(r.Takers) != 1 || len(r.Refused) > 0 {
			t.Errorf("%s: a sweep is refused: %v", kind, r.Refused)
		}
		for _, s := range []Step{own, clean, refuse, attest, {Act: Dismiss, Reason: "x"}, triage} {
			l := born(t)
			l.add(vault.LeakEvent{Kind: kind, Decides: kind != vault.RevokeOnly, Data: data(t, s)})
			if r := Fold(l.Leak, l.now()); r.State != Found || len(r.Refused) != 1 || len(r.lying()) != 1 {
				t.Errorf("%s: %s counts: %s", kind, s.Act, r.State)
			}
		}
	}
}

// TestTakingForRevocation has somebody take on at once what is only to be revoked.
func TestTakingForRevocation(t *testing.T) {
	for _, way := range []Way{Rotate, RevokeOnly} {
		l := born(t)
		r := Fold(l.Leak, l.now())
		report, err := reportOf(r, r.Taking("ann", way))
		if err != nil {
			t.Fatal(err)
		}
		report.Decides = report.Kind != vault.Tracked
		l.add(report.LeakEvent)
		if r := Fold(l.Leak, l.now()); r.State != Owned || r.Way != way || len(r.Refused) > 0 {
			t.Errorf("%s: %s, %s, refused %v", way, r.State, r.Way, r.Refused)
		}
	}
}

// TestDriverAgain has a driver end a value again that still works.
func TestDriverAgain(t *testing.T) {
	l := born(t)
	l.do(triage, own, keep, moved, revoke, Step{Act: Drive, Stage: &Stage{Driver: "postgres", Name: Ended, Overlap: true}})
	if r := l.do(refuse); !r.passed(Ended) {
		t.Errorf("dead: %s", r.Stage.Name)
	}
	if r := l.do(works); r.passed(Ended) || !r.passed(Ending) {
		t.Errorf("it works: %s", r.Stage.Name)
	}
}

// FuzzFold reads hostile events: a record is what a record may be, and the same for everyone.
func FuzzFold(f *testing.F) {
	for _, s := range []Step{triage, own, keep, move, moved, revoke, refuse, works, silent, attest, clean, left, shut, open, hurry,
		{Act: Drive, Stage: &Stage{Driver: "postgres", Name: Made}}, {Act: Sweep, Takers: []Taker{{System: "env", Name: "KEY", Places: []place.Place{at("a")}}}}} {
		f.Add(string(vault.Tracked), true, []byte(data(f, s)))
	}
	for _, text := range []string{"", "null", "[]", "{}", "[null]", `[{"act":"leave"}]`, `[{"act":"ask","answer":{"verdict":"maybe"}}]`, `[{"act":"drive","stage":{"driver":"x","name":"y"}}]`, `[{"act":"own","owner":7}]`, "["} {
		f.Add(string(vault.Closed), true, []byte(text))
		f.Add(string(vault.Found), false, []byte(text))
	}
	all := data(f, triage, own, keep, moved, revoke, attest, clean, shut)
	f.Fuzz(func(t *testing.T, kind string, decides bool, text []byte) {
		for _, before := range [][]byte{nil, data(t, triage), data(t, triage, own, keep), all} {
			l := born(t)
			if before != nil {
				l.add(vault.LeakEvent{Kind: vault.Tracked, Data: before})
			}
			l.add(vault.LeakEvent{Kind: vault.LeakKind(kind), Decides: decides, Data: text, Places: []place.Place{at("deploy.sh"), at("b")}})
			r := Fold(l.Leak, l.now())
			sound(t, r)
			if diff := cmp.Diff(r, Fold(l.Leak, l.now()), recordOptions); diff != "" {
				t.Errorf("another record of the same log:\n%s", diff)
			}
			if len(r.History)+len(r.Refused) < len(l.Events) {
				t.Errorf("%d events, and %d changes and %d refusals", len(l.Events), len(r.History), len(r.Refused))
			}
			_, _ = r.Doing("ann", "")
			_ = Summarize([]*Record{r}, l.now())
		}
	})
}
