package judge

import "testing"

func TestNamesBeside(t *testing.T) {
	for _, test := range []struct {
		what    string
		is      func(string) bool
		yes, no []string
	}{
		{"IsScheme", IsScheme, []string{"Basic", "bearer", "API-Key"}, []string{"", "digest", "password"}},
		{"NamesLogin", NamesLogin, []string{"basic_auth", "HTTP-LOGIN", "aws_credentials", "CURLOPT_USERPWD"}, []string{"", "author", "login_url", "user"}},
		{"NamesClientKey", NamesClientKey, []string{"_auth", "Pass", "identitytoken"}, []string{"", "author", "keys"}},
		{"NamesSalt", NamesSalt, []string{"NONCE_SALT", "auth_key"}, []string{"", "salt_path", "key"}},
	} {
		for _, name := range test.yes {
			if !test.is(name) {
				t.Errorf("%s(%q) is false", test.what, name)
			}
		}
		for _, name := range test.no {
			if test.is(name) {
				t.Errorf("%s(%q) is true", test.what, name)
			}
		}
	}
	for name, want := range map[string]Meaning{"key": Key, "tokens": Key, "keys": Key, "password": Password, "name": Nothing} {
		if got := NameIn(name); got != want {
			t.Errorf("NameIn(%q) = %d, want %d", name, got, want)
		}
	}
	for value, want := range map[string]bool{"": false, "0123456789abcdef0123456789ABCDEF": true, "0123456789abcdef": false, "g123456789abcdef0123456789abcdef": false} {
		if got := IsDigest(value); got != want {
			t.Errorf("IsDigest(%q) = %t, want %t", value, got, want)
		}
	}
}
