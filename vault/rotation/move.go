package rotation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/vault"
)

// Can tells why a step is not possible where a record stands; nil if it is.
func (r *Record) Can(s *Step) error {
	if err := s.check(); err != nil {
		return err
	}
	return r.possible(s)
}

// possible is Can for a step that says what it has to.
func (r *Record) possible(s *Step) error {
	if err := r.open(s); err != nil {
		return err
	}
	switch s.Act {
	case Triage:
		if r.triaged && (len(r.Successors) > 0 || r.Stage != nil || r.Way == s.Way) {
			return fmt.Errorf("it was decided already: %s", r.Way)
		}
	case Own:
		if !r.triaged {
			return errors.New("it isn't triaged yet: whether it is to be rotated, or only revoked, comes first")
		}
	case Replace:
		return r.canReplace(s)
	case Move, MoveAll:
		if r.Way == RevokeOnly {
			return errors.New("nothing needs it, so no consumer has to move")
		}
		if len(r.Successors) == 0 {
			return errors.New("no replacement is stored to which a consumer could move")
		}
	case Revoke, Revoking:
		return r.canRevoke(s)
	case Attest:
		return r.canAttest()
	case Clean:
		return r.canClean(s)
	case Close:
		return r.canClose()
	case Drive:
		return r.canDrive(s)
	case Unblock:
		if r.Blocked == "" {
			return errors.New("it isn't blocked")
		}
	case Dismiss:
		if len(r.Successors) > 0 || r.revoked || r.Evidence != nil {
			return errors.New("what was rotated or revoked was a secret")
		}
	}
	return nil
}

// open refuses what can't be done because a record is over, or blocked.
func (r *Record) open(s *Step) error {
	switch s.Act {
	case Ask, Sweep, Clean: // are of use at any time
		return nil
	case Reopen:
		if !r.over() {
			return fmt.Errorf("it is open: %s", r.state())
		}
		return nil
	case Dismiss, Accept: // can be said anew, but not of what is closed
		if r.closed {
			return errors.New("it is closed: reopen it first")
		}
		return nil
	}
	switch {
	case r.over():
		return fmt.Errorf("it is over (%s): reopen it first", r.state())
	case r.Blocked != "" && !slices.Contains([]Act{Triage, Own, Block, Unblock}, s.Act):
		return fmt.Errorf("it is blocked (%s): unblock it first", r.Blocked)
	}
	return nil
}

func (r *Record) canReplace(s *Step) error {
	switch {
	case r.Way == RevokeOnly:
		return errors.New("nothing needs it, so nothing replaces it")
	case r.Owner == "":
		return errors.New("nobody owns it yet: somebody has to look after it first")
	}
	for _, n := range s.Successor {
		if n.Project != r.Project {
			return fmt.Errorf("%s is of another project than the leak", n.Ref)
		}
		if n.Version < 0 {
			return fmt.Errorf("%s has no version %d", n.Ref, n.Version)
		}
	}
	return nil
}

func (r *Record) canRevoke(s *Step) error {
	switch {
	case r.revoked:
		return errors.New("it is revoked already")
	case !r.triaged:
		return errors.New("it isn't triaged yet: whether it is to be rotated, or only revoked, comes first")
	case r.Owner == "":
		return errors.New("nobody owns it yet: somebody has to look after it first")
	case r.Way == RevokeOnly || r.allMoved || s.Emergency:
		return nil
	case len(r.Successors) == 0:
		return errors.New("no replacement is stored: what needs it would break; in an emergency it is revoked all the same")
	}
	return errors.New("not all consumers have moved: they would break; in an emergency it is revoked all the same")
}

func (r *Record) canAttest() error {
	switch {
	case r.Evidence != nil && r.Evidence.Proven:
		return errors.New("that it is dead is proven already")
	case !r.revoked:
		return errors.New("it wasn't revoked yet, so it can't be dead by anyone's word")
	case r.Last != nil && (r.Last.Verdict == provider.Live || r.Last.Verdict == provider.Restricted):
		return fmt.Errorf("the last time that it was asked, %s said that it works", cmp.Or(r.Last.Host, "its provider"))
	case r.Checkable && !r.asked:
		return errors.New("its provider can be asked: a person's word counts where nobody can")
	}
	return nil
}

func (r *Record) canClean(s *Step) error {
	for _, key := range s.Places {
		if !slices.ContainsFunc(r.Sites, func(site Site) bool { return site.Key == key }) {
			return fmt.Errorf("it doesn't lie at a place %q", key)
		}
	}
	return nil
}

func (r *Record) canClose() error {
	var missing []string
	need := func(is bool, what string) {
		if !is {
			missing = append(missing, what)
		}
	}
	need(r.triaged, "it isn't triaged")
	need(r.Owner != "", "nobody owns it")
	if r.Way == Rotate {
		need(len(r.Successors) > 0, "no replacement is stored")
		need(r.allMoved, "not all consumers have moved")
	}
	need(r.Evidence != nil, "nothing says that it is dead")
	need(r.clean(), "it still lies where it was found")
	if len(missing) > 0 {
		return fmt.Errorf("it can't be closed yet: %s", strings.Join(missing, "; "))
	}
	return nil
}

// take does what a step does that is possible. e is the event that it is in.
func (r *Record) take(s *Step, e *vault.LeakEvent) {
	switch s.Act {
	case Triage:
		r.triaged, r.Way = true, s.Way
	case Own:
		r.Owner = s.Owner
		if !s.Due.IsZero() {
			r.Due = s.Due
		}
	case Replace:
		if !slices.Equal(r.Successors, s.Successor) { // nobody has moved to these
			r.Successors, r.allMoved, r.Ticked = s.Successor, false, nil
		}
	case Move:
		if !slices.Contains(r.Ticked, s.Consumer) {
			r.Ticked = append(r.Ticked, s.Consumer)
		}
	case MoveAll:
		r.allMoved = true
	case Revoke:
		r.Emergency = s.Emergency && r.Way != RevokeOnly && !r.allMoved
		r.revoked, r.asked = true, false
	case Ask:
		r.answered(s, e)
	case Attest:
		r.Evidence = &Evidence{Why: s.Reason, By: e.By, At: e.At}
	case Clean:
		r.takeClean(s)
	case Sweep:
		for _, t := range s.Takers {
			r.Takers = r.withTaker(t)
		}
	case Close:
		r.closed, r.Ended, r.Reopened = true, e.At, nil
	case Block:
		r.Blocked = s.Reason
	case Unblock:
		r.Blocked = ""
	case Dismiss:
		r.aside, r.Ended = FalsePositive, e.At
	case Accept:
		r.aside, r.Until, r.Ended = Accepted, s.Until, e.At
	case Reopen:
		if r.Evidence != nil && !r.Evidence.Proven && len(e.Places) == 0 {
			r.Evidence = nil // one person's word against another's
		}
		r.reopen(Reopening{At: e.At, By: e.By, Why: s.Reason, Places: e.Places})
	case Drive:
		r.Stage = s.Stage
		if !e.Next.IsEmpty() {
			r.Kept = e.Next
		}
	}
}

// answered takes what its provider said. That a value which should be dead works takes back
// all that said otherwise.
func (r *Record) answered(s *Step, e *vault.LeakEvent) {
	r.Last, r.asked = &Answered{*s.Answer, e.At}, true
	switch s.Answer.Verdict {
	case provider.Dead:
		r.Evidence = &Evidence{true, s.Answer.Why, s.Answer.Host, e.By, e.At}
		r.revoked = true
	case provider.Live, provider.Restricted:
		r.worked = true
		if r.revoked || r.closed || r.aside == FalsePositive {
			r.reopen(Reopening{At: e.At, By: e.By, Why: "the old value still works: " + s.Answer.Why})
		}
		r.revoked, r.Emergency, r.Evidence = false, false, nil
		if r.passed(Ended) { // the driver has to end it again
			stage := *r.Stage
			stage.Name = Ending
			r.Stage = &stage
		}
	}
}

func (r *Record) takeClean(s *Step) {
	status := Gone
	if s.Left {
		status = Left
	}
	for i := range r.Sites {
		site := &r.Sites[i]
		if len(s.Places) == 0 && site.Status == Lies || slices.Contains(s.Places, site.Key) {
			site.Status, site.Why = status, s.Reason
		}
	}
	if len(s.Places) == 0 {
		r.Rest.Status, r.Rest.Why = status, s.Reason
	}
}

// Overdue tells whether what is to be done about a record should have been done by now.
func (r *Record) Overdue(now time.Time) bool {
	return r.State.Open() && !r.Due.IsZero() && now.After(r.Due)
}
