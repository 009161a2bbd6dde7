package judge

import (
	"strings"
	"testing"
)

func TestLook(t *testing.T) {
	random := strings.Join([]string{"q8Zr", "T1vK", "x07B", "nW4e", "Lp9s"}, "")
	tests := []struct {
		name, value, want string
		secret            bool
	}{
		{"API_KEY", random, "looks random", true},
		{"API_KEY_HASH", random, "has a name that says that it is no secret", false},
		{"DB_PASSWORD", "Summer2024", "looks like a password that a person chose", true},
		{"DB_PASSWORD", "changeme", "is a password that everybody knows", false},
		{"DB_PASSWORD", "${DB_PASSWORD}", "says where the value is (env)", false},
		{"API_KEY", "your-key-here", "is a placeholder, or made up", false},
		{"API_KEY", "abc", "is too short", false},
		{"API_KEY", "getKey().value", "is a piece of code", false},
		{"API_KEY", "https://api.internal.corp/v1", "has the form of a number, an address, a version or a path", false},
		{"API_KEY", "aaaaaaaaaaaaaaaaaaaa", "is regular", false},
		{"API_KEY", "ключключключ", "has characters that a machine would not choose", false},
		{"API_KEY", "sunshine", "looks like words", false},
	}
	for _, tt := range tests {
		look, secret := Look(tt.value, Quoted(tt.name, tt.value))
		if look != tt.want || secret != tt.secret {
			t.Errorf("Look(%q) under %s = %q, %v; want %q, %v", tt.value, tt.name, look, secret, tt.want, tt.secret)
		}
	}
}

// Whatever a value is made of, something can be said of it.
func FuzzLook(f *testing.F) {
	for _, value := range []string{"", "\x80", "$", "ключ", "a b", "0000000000", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"} {
		f.Add("DB_PASSWORD", value)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if look, _ := Look(value, Quoted(name, value)); look == "" {
			t.Errorf("nothing is said of %q", value)
		}
	})
}
