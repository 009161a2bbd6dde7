package importers

import (
	"fmt"
	"slices"
	"time"
)

// Choice is what is to become of a value.
type Choice string

const (
	// Import brings it into the vault. If it leaked, its leak record says where it went.
	Import Choice = "import"
	// Revoke doesn't: nobody needs it any more, but whoever found it could use it. It is
	// to be revoked where it is from.
	Revoke Choice = "revoke"
	// False says that it is no secret.
	False Choice = "false-positive"
	// Accept says that it may stay as it is, until a day and for a reason.
	Accept Choice = "accept"
	// Leave does nothing: it stays where it is, and is asked about again.
	Leave Choice = "leave"
)

// Choices gives all of them.
func Choices() []Choice { return []Choice{Import, Revoke, False, Accept, Leave} }

// Verdict is a choice with what belongs to it.
type Verdict struct {
	Choice Choice
	Until  time.Time // of Accept: the day after which it is asked about again
	Reason string    // of Accept, and of others where somebody gave one
}

// check tells whether a verdict says all that it has to.
func (v Verdict) check() error {
	switch {
	case !slices.Contains(Choices(), v.Choice):
		return fmt.Errorf("there is no choice %q", string(v.Choice))
	case v.Choice == Accept && v.Until.IsZero():
		return fmt.Errorf("a risk is accepted until a date, and there is none")
	case v.Choice == Accept && v.Reason == "":
		return fmt.Errorf("a risk is accepted for a reason, and there is none")
	}
	return nil
}
