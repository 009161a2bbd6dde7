package rotation

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/vault"
)

// Next gives what comes next for a record; "" if nothing does.
func (r *Record) Next() Act {
	switch {
	case !r.State.Open():
		return ""
	case r.Blocked != "":
		return Unblock
	case !r.triaged || r.Owner == "":
		return Own
	case r.Emergency && r.Evidence == nil && r.Checkable && !r.asked:
		return Ask // which is quick, and tells whether the emergency is over
	case r.Way == Rotate && len(r.Successors) == 0:
		return Replace
	case r.Way == Rotate && !r.allMoved:
		return MoveAll
	case !r.revoked:
		return Revoke
	case r.Evidence == nil && r.Checkable && !r.asked:
		return Ask
	case r.Evidence == nil:
		return Attest
	case !r.clean():
		return Clean
	}
	return Close
}

// NextText says in words what comes next.
func (r *Record) NextText() string {
	switch next := r.Next(); next {
	case Unblock:
		return "blocked: " + r.Blocked
	case MoveAll:
		return r.moveText()
	default:
		return r.text(next)
	}
}

// text says in words what is to be done, without who is concerned.
func (r *Record) text(a Act) string {
	switch a {
	case Own:
		return "take it on"
	case Replace:
		if len(r.Refs) == 0 {
			return "make a new one, and store it in the vault"
		}
		return "make a new one, and store it as " + refsText(r.Refs)
	case MoveAll:
		return "move who needs the old one"
	case Revoke:
		return "revoke the old one"
	case Ask:
		return "ask its provider whether the old one still works"
	case Attest:
		if r.Checkable {
			return "say why it is dead, as no answer proves it"
		}
		return "say why it is dead, as nobody can be asked"
	case Clean:
		n := len(r.lying())
		if r.Rest.Status == Lies {
			n += r.MorePlaces
		}
		switch n {
		case 0:
			return "clean the places, or say why they are left"
		case 1:
			return "clean the place where it lies, or say why it is left"
		}
		return fmt.Sprintf("clean %d places, or say why they are left", n)
	case Close:
		return "close it"
	}
	return ""
}

func (r *Record) moveText() string {
	switch behind := r.behind(); {
	case behind != "":
		return "move who needs the old one: " + behind
	case r.Blind:
		return "make sure that nobody needs the old one: who reads it, an owner of the vault can tell"
	}
	return "make sure that nobody needs the old one: the log has no reader"
}

func refsText(refs []vault.Ref) string {
	var all []string
	for _, ref := range refs {
		all = append(all, ref.String())
	}
	return strings.Join(all, ", ")
}

// Doing gives the steps by which a person says that what comes next is done. What the vault
// can tell isn't taken on trust, and what it can't tell takes a reason.
func (r *Record) Doing(self, reason string) ([]Step, error) {
	reason = strings.TrimSpace(reason)
	switch r.Next() {
	case Own:
		return r.Taking(self, Rotate), nil
	case Replace:
		return nil, fmt.Errorf("no replacement is stored: %s", r.NextText())
	case MoveAll:
		if reason == "" || slices.ContainsFunc(r.Consumers, func(c Consumer) bool { return c.Status == Behind }) {
			return nil, errors.New(r.moveText())
		}
		return []Step{{Act: MoveAll, Reason: reason}}, nil
	case Revoke:
		return []Step{{Act: Revoke, Reason: reason}}, nil
	case Ask:
		return nil, errors.New("its provider can be asked whether it is dead")
	case Attest:
		return []Step{{Act: Attest, Reason: reason}}, nil
	case Clean:
		return []Step{{Act: Clean, Left: reason != "", Reason: reason}}, nil
	case Close:
		return []Step{{Act: Close, Reason: reason}}, nil
	case Unblock:
		return nil, fmt.Errorf("it is blocked (%s): unblock it first", r.Blocked)
	}
	return nil, fmt.Errorf("it is over: %s", r.State)
}

// Taking gives the steps by which somebody takes a record on. way counts if nothing was
// decided yet.
func (r *Record) Taking(owner string, way Way) []Step {
	var all []Step
	if !r.triaged {
		all = append(all, Step{Act: Triage, Way: way})
	}
	return append(all, Step{Act: Own, Owner: owner})
}
