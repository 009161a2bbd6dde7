package rotation

// Milestone is something that has to be done about a record, or was.
type Milestone struct {
	Act  Act
	Text string
	Done bool
}

// Line gives what there is to be done about a record from its first day to its last, in
// order. In an emergency, the old value is revoked first.
func (r *Record) Line() []Milestone {
	milestone := func(a Act, done bool) Milestone { return Milestone{a, r.text(a), done} }
	end := []Milestone{milestone(Revoke, r.revoked), r.death()}
	var move []Milestone
	if r.Way != RevokeOnly {
		move = []Milestone{milestone(Replace, len(r.Successors) > 0), milestone(MoveAll, r.allMoved)}
	}
	all := []Milestone{milestone(Own, r.triaged && r.Owner != "")}
	if r.Emergency {
		all = append(append(all, end...), move...)
	} else {
		all = append(append(all, move...), end...)
	}
	return append(all, milestone(Clean, r.clean()), milestone(Close, r.closed))
}

// death is that the old value is dead: by an answer, if there is one or somebody can be asked
// who wasn't yet.
func (r *Record) death() Milestone {
	act := Attest
	if r.Evidence != nil && r.Evidence.Proven || r.Evidence == nil && r.Checkable && !r.asked {
		act = Ask
	}
	return Milestone{act, r.text(act), r.Evidence != nil}
}
