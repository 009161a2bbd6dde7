package vault

// Covers tells whether a pattern holds for all of what another one does.
func (p Pattern) Covers(q Pattern) bool {
	return (p.Project == "*" || p.Project == q.Project) && (p.Environment == "*" || p.Environment == q.Environment)
}
