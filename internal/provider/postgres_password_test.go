package provider

import (
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// TestLoginOfAnother shows that a login which tries another password than the one that is asked
// about isn't tried: its refusal would be that of the other.
func TestLoginOfAnother(t *testing.T) {
	c := New(Options{Allow: allowed(t, "db.example.com")})
	for _, tt := range []struct {
		name, value, address string
		asked                bool
	}{
		{"as it is", "first-1", "postgres://app:first-1@db.example.com/shop", true},
		{"as it is written", "first%401", "postgres://app:first%401@db.example.com/shop", true},
		{"as it is meant", "first@1", "postgres://app:first%401@db.example.com/shop", true},
		{"the whole address", "postgres://app:first-1@db.example.com/shop", "postgres://app:first-1@db.example.com/shop", true},
		{"an address alone", "", "postgres://app:first-1@db.example.com/shop", true},
		{"named again", "first-1", "postgres://app:first-1@db.example.com/shop?password=other", false},
		{"another's address", "first-1", "postgres://app:other@db.example.com/shop", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hosts, err := c.Hosts(Credential{Rule: DatabaseURL, Value: secret.New(tt.value), Carrier: secret.New(tt.address)})
			if (err == nil) != tt.asked {
				t.Errorf("asks %v, %v", hosts, err)
			}
		})
	}
}
