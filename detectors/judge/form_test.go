package judge

import "testing"

func TestIsDerived(t *testing.T) {
	tests := map[bool][]string{
		true:  {"SHA256:abcdef", "pbkdf2_sha256$1", "$2b$10$abc", "{SSHA}abc", "pk_abc", "H4sIAAAA", "AAAAB3NzaC1yc2E"},
		false: {"", "sha", "PK_abc", "h4siaaaa", "Summer2024", "{noop}abc"},
	}
	for want, values := range tests {
		for _, value := range values {
			if got := IsDerived(value); got != want {
				t.Errorf("IsDerived(%q) = %v, want %v", value, got, want)
			}
		}
	}
}
