package detectors

import (
	"regexp"
	"time"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/check"
)

// weigh gives a match the severity of its rule, or the least one if the value says itself
// that it opens little: it has ended, or is for tests.
func (m *Match) weigh(now time.Time) {
	m.Severity = m.Rule.Severity
	value := m.Value.Reveal()
	kind, _ := check.Lookup(m.Rule.Check)
	if kind.Ends != nil {
		if end, ok := kind.Ends(value); ok && end.Before(now) {
			m.harmless("it ended on " + end.UTC().Format(time.DateOnly))
		}
	}
	if forTests.MatchString(value) {
		m.harmless("it says that it is for tests")
	}
}

// harmless lowers the severity of a match.
func (m *Match) harmless(reason string) {
	if m.Severity != rules.Low {
		m.Severity = rules.Low
		m.because("severity lowered, because " + reason)
	}
}

// forTests matches keys that say that they work in a provider's test environment only,
// before what is random of them.
var forTests = regexp.MustCompile(`^(?:[A-Za-z]{1,12}[_-])?(?i:test|sandbox)[_-]\w{4}`)
