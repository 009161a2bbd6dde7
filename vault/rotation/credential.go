package rotation

import "github.com/secretsweep/secretsweep/internal/provider"

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
