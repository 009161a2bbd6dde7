package rules

import (
	"fmt"
	"slices"
)

// VerifyOf gives how values of a rule are asked about; nil if nobody knows.
func (s *Set) VerifyOf(rule string) *Verify {
	for _, v := range s.Verifies {
		if slices.Contains(v.Rules, rule) {
			return v
		}
	}
	return nil
}

// addVerify adds how values of rules of the set are asked about, in the place of what was
// known of that. They are rules of the provider, if one is given.
func (s *Set) addVerify(v *Verify, of *Provider) error {
	for _, id := range v.Rules {
		rule, known := s.Rule(id)
		switch {
		case !known:
			return fmt.Errorf("%s: there is no rule %q", v.where, id)
		case of != nil && rule.Provider != of:
			return fmt.Errorf("%s: rule %q is one of provider %q", v.where, id, rule.Provider.ID)
		}
		if err := v.checkRule(rule); err != nil {
			return fmt.Errorf("%s: %w", v.where, err)
		}
	}
	s.Verifies = append(s.verifiesWithout(v.Rules), v)
	return nil
}

// verifiesWithout gives how values of all rules but these are asked about.
func (s *Set) verifiesWithout(rules []string) []*Verify {
	var kept []*Verify
	for _, v := range s.Verifies {
		others := slices.DeleteFunc(slices.Clone(v.Rules), func(id string) bool { return slices.Contains(rules, id) })
		switch {
		case len(others) == 0:
			continue
		case len(others) < len(v.Rules):
			fewer := *v
			fewer.Rules = others
			v = &fewer
		}
		kept = append(kept, v)
	}
	return kept
}

// addVerifies adds how secrets are asked about: what the base knows of the rules that are
// still its own, and what a config says.
func (s *Set) addVerifies(base *Set, c *Config, trust Trust) ([]Warning, error) {
	var replaced []string
	for _, v := range base.Verifies {
		for _, id := range v.Rules {
			old, _ := base.Rule(id)
			if now, there := s.Rule(id); !there || now.Pattern != old.Pattern {
				replaced = append(replaced, id)
			}
		}
	}
	s.Verifies = base.Verifies
	s.Verifies = s.verifiesWithout(replaced)
	if trust == Repository && len(c.verifies) > 0 {
		// It would have others' secrets sent to an address of its choice.
		return []Warning{Warning(c.verifies[0].where + ": a config inside the scanned repository can't say how secrets are verified; put it in your own config")}, nil
	}
	for _, v := range c.verifies {
		if err := s.addVerify(v, nil); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
