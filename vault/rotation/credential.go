package rotation

import (
	"slices"

	"github.com/secretsweep/secretsweep/internal/provider"
)

// Credential gives what its provider is asked about, with what was found near the value. That
// it worked with these is known where an earlier answer said so.
func (r *Record) Credential() provider.Credential {
	c := provider.Credential{Rule: r.Rule, Value: r.Value, Carrier: r.whole(), Worked: r.worked}
	for _, p := range r.Parts {
		c.Parts = append(c.Parts, provider.Part{Name: p.Name, Value: p.Value})
	}
	if r.Rule == provider.DatabaseURL { // each may be that of a server that still takes it
		for _, address := range r.Carriers {
			c.Parts = append(c.Parts, provider.Part{Name: provider.AnotherAddress, Value: address})
		}
	}
	return c
}

// Heard gives the step that has the answer to what was asked with a credential. If the record
// has another one since, such as more addresses of a database, the answer says nothing of that.
func (r *Record) Heard(c provider.Credential, a provider.Answer) Step {
	now := r.Credential()
	same := now.Rule == c.Rule && now.Carrier.Equal(c.Carrier) && slices.EqualFunc(now.Parts, c.Parts, func(p, q provider.Part) bool {
		return p.Name == q.Name && p.Value.Equal(q.Value)
	})
	if !same {
		a.Verdict, a.Why = provider.Unknown, "a sweep has changed meanwhile what is to be asked: ask again"
	}
	return Asked(a)
}
