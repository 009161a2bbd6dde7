package scanner

import "github.com/secretsweep/secretsweep/rules"

// Confident gives a sink that passes on to next the findings of at least this
// confidence, and counts the others. A known one passes whatever its confidence:
// someone has looked at it, and a baseline that is made anew must go on to hold it.
func Confident(next Sink, least rules.Confidence) Sink {
	return &confident{Sink: next, least: least, unsure: make(map[rules.Confidence]int)}
}

type confident struct {
	Sink
	least      rules.Confidence
	unsure     map[rules.Confidence]int
	new, local int // of these
}

func (s *confident) Finding(f Finding) error {
	if f.Known || f.Confidence.Compare(s.least) >= 0 {
		return s.Sink.Finding(f)
	}
	s.unsure[f.Confidence]++
	if f.Local {
		s.local++
	} else {
		s.new++
	}
	return nil
}

func (s *confident) Done(sum Summary) error {
	sum.Findings -= s.new + s.local
	sum.New -= s.new
	sum.Local -= s.local
	sum.Unsure = s.unsure
	return s.Sink.Done(sum)
}
