package rotation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Act is what a step does.
type Act string

// The acts. What a step of each says beside it stands with the fields of [Step].
const (
	Triage   Act = "triage"   // it is to be rotated (for a Way), or only revoked
	Own      Act = "own"      // Owner looks after it, until Due
	Replace  Act = "replace"  // the vault has its successors
	Move     Act = "move"     // Consumer has moved
	MoveAll  Act = "moved"    // all have
	Revoking Act = "revoking" // it is about to be revoked, as Reason says; a Revoke follows, unless somebody was stopped
	Revoke   Act = "revoke"   // it was revoked; first, in an Emergency
	Ask      Act = "ask"      // its provider was asked, and gave an Answer
	Attest   Act = "attest"   // it is dead, for a Reason
	Clean    Act = "clean"    // it isn't at Places any more, or left there for a Reason
	Sweep    Act = "sweep"    // a sweep came upon Takers
	Close    Act = "close"
	Block    Act = "block" // nothing can be done, for a Reason
	Unblock  Act = "unblock"
	Dismiss  Act = "dismiss" // it is no secret, for a Reason
	Accept   Act = "accept"  // it stays as it is until Until, for a Reason
	Reopen   Act = "reopen"  // it isn't over, for a Reason
	Drive    Act = "drive"   // a driver has come to a Stage
)

// Way is what is to become of a value.
type Way string

// The ways.
const (
	Rotate     Way = "rotate"      // something needs it: it gets a successor
	RevokeOnly Way = "revoke-only" // nothing needs it
)

// Step is something that is done about a leak, as it is kept in an event's Data.
type Step struct {
	Act       Act         `json:"act"`
	Way       Way         `json:"way,omitempty"`
	Owner     string      `json:"owner,omitempty"`
	Due       time.Time   `json:"due,omitzero"`
	Until     time.Time   `json:"until,omitzero"`
	Successor []Successor `json:"successor,omitempty"`
	Consumer  string      `json:"consumer,omitempty"`
	Emergency bool        `json:"emergency,omitempty"`
	Answer    *Answer     `json:"answer,omitempty"`
	Places    []string    `json:"places,omitempty"` // their keys; none for all
	Left      bool        `json:"left,omitempty"`   // they are left as they are
	Takers    []Taker     `json:"takers,omitempty"`
	Stage     *Stage      `json:"stage,omitempty"`
	Reason    string      `json:"reason,omitempty"`

	next secret.Value // that a drive keeps, in the event's Next
}

// Successor is what the vault has instead of a value.
type Successor struct {
	vault.Ref
	Version int `json:"version"` // 0: the secret was removed
}

// Answer is what a provider said, as it is kept.
type Answer struct {
	Verdict provider.Verdict `json:"verdict"`
	Why     string           `json:"why,omitempty"`
	Host    string           `json:"host,omitempty"`
}

// Taker is a text that takes a secret from elsewhere by its name.
type Taker struct {
	System string        `json:"system"` // where from: "env", "github-actions"
	Name   string        `json:"name"`
	Places []place.Place `json:"places"`

	// As and Files are for a sweep to say: secrets that it may mean beside those of that very
	// name, without an environment those of any; and where files are of which it takes all.
	As    []vault.Ref `json:"-"`
	Files []string    `json:"-"`
}

// The limits of what is kept of a step.
const (
	maxText   = vault.MaxText
	maxTakers = 50  // of a record
	maxSites  = 5   // places of a taker
	maxSteps  = 100 // of an event
)

// steps reads those of an event. Who may only report says no more than what a sweep found.
func steps(e *vault.LeakEvent) ([]Step, error) {
	if len(e.Data) == 0 {
		return nil, nil
	}
	var all []Step
	if err := json.Unmarshal(e.Data, &all); err != nil {
		return nil, fmt.Errorf("steps: %w", err)
	}
	if len(all) > maxSteps {
		return nil, fmt.Errorf("%d steps in an event, more than %d", len(all), maxSteps)
	}
	if slices.Contains([]vault.LeakKind{vault.Found, vault.Noted, vault.Waiting, vault.RevokeOnly}, e.Kind) {
		for _, s := range all {
			if s.Act != Sweep && !(s.Act == Triage && e.Kind == vault.RevokeOnly && e.Decides) {
				return nil, fmt.Errorf("a step %q in an event %q", string(s.Act), string(e.Kind))
			}
		}
	}
	return all, nil
}

// check tells whether a step says what it has to, wherever the record stands.
func (s *Step) check() error {
	texts := []string{s.Owner, s.Consumer, s.Reason}
	if s.Answer != nil {
		texts = append(texts, s.Answer.Why, s.Answer.Host)
	}
	if s.Stage != nil {
		texts = append(texts, s.Stage.Driver, string(s.Stage.Name), s.Stage.Intent)
	}
	for _, t := range s.Takers {
		texts = append(texts, t.System, t.Name)
	}
	for _, text := range texts {
		if len(text) > maxText {
			return fmt.Errorf("a text of %d bytes, more than %d", len(text), maxText)
		}
	}
	reason := strings.TrimSpace(s.Reason) != ""
	switch s.Act {
	case Triage:
		if s.Way != Rotate && s.Way != RevokeOnly {
			return fmt.Errorf("a value is to be rotated or only to be revoked, not %q", string(s.Way))
		}
	case Own:
		if s.Owner == "" {
			return errors.New("no owner is named")
		}
	case Replace:
		if len(s.Successor) == 0 {
			return errors.New("no secret is named that replaces it")
		}
	case Move:
		if s.Consumer == "" {
			return errors.New("no consumer is named")
		}
	case Ask:
		if s.Answer == nil || !slices.Contains([]provider.Verdict{provider.Live, provider.Restricted, provider.Dead, provider.Unknown}, s.Answer.Verdict) {
			return errors.New("there is no answer")
		}
	case Clean:
		if s.Left && !reason {
			return errors.New("a place is left as it is for a reason only")
		}
	case Revoking, Attest, Block, Dismiss, Reopen:
		if !reason {
			return errors.New("it takes a reason")
		}
	case Accept:
		if !reason || s.Until.IsZero() {
			return errors.New("it takes a reason, and a day until which that holds")
		}
	case Drive:
		if s.Stage == nil || s.Stage.Driver == "" {
			return errors.New("there is no stage")
		}
		if !slices.Contains(StageNames(), s.Stage.Name) {
			return fmt.Errorf("no driver comes to a stage %q", string(s.Stage.Name))
		}
	case MoveAll, Revoke, Sweep, Close, Unblock:
	default:
		return fmt.Errorf("this program doesn't know the step %q", string(s.Act))
	}
	return nil
}
