package rotation

// Milestone is something that has to be done about a record, or was.
type Milestone struct {
	Act  Act
	Text string
	Done bool
}

// Line gives what there is to be done about a record from its first day to its last, in
// order.
func (r *Record) Line() []Milestone {
	var all []Milestone
	add := func(a Act, done bool) { all = append(all, Milestone{a, r.text(a), done}) }
	add(Own, r.triaged && r.Owner != "")
	if r.Way != RevokeOnly {
		add(Replace, len(r.Successors) > 0)
		add(MoveAll, r.allMoved)
	}
	add(Revoke, r.revoked)
	if r.Evidence != nil && r.Evidence.Proven || r.Evidence == nil && r.Checkable {
		add(Ask, r.Evidence != nil)
	} else {
		add(Attest, r.Evidence != nil)
	}
	add(Clean, r.clean())
	add(Close, r.closed)
	return all
}
