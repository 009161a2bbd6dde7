package rotation

// State is where a record stands.
type State string

// The states, in the order in which a leak passes them.
const (
	Found    State = "found"              // and nothing was decided
	Triaged  State = "triaged"            // it is to be rotated, or only to be revoked
	Owned    State = "owned"              // somebody looks after it
	Replaced State = "replacement stored" // the vault has its successor
	Moving   State = "consumers moving"   // some have the successor
	Moved    State = "all moved"          // nobody needs it any more
	Revoked  State = "old revoked"        // it should be of no use any more
	Dead     State = "dead"               // it is, by evidence
	Cleaned  State = "places cleaned"     // it lies nowhere any more where it isn't meant to be left
	Closed   State = "closed"             // all is done
)

// The states beside that order.
const (
	FalsePositive State = "false positive" // it is no secret
	Accepted      State = "accepted"       // it may stay as it is until a day
)

// States gives the states in their order, and those beside it.
func States() []State {
	return []State{Found, Triaged, Owned, Replaced, Moving, Moved, Revoked, Dead, Cleaned, Closed, FalsePositive, Accepted}
}

// Open tells whether something is still to be done.
func (s State) Open() bool { return s != Closed && s != FalsePositive && s != Accepted }
