package judge

import "strings"

// What names mean beside [NameOf], where the file or the value tells the rest.

// IsScheme tells whether a word is a scheme of Authorization headers (RFC 9110).
func IsScheme(word string) bool {
	switch strings.ToLower(word) {
	case "basic", "bearer", "token", "apikey", "api-key", "bot", "key":
		return true
	}
	return false
}

var loginMarks = strings.NewReplacer("_", "", "-", "")

// NamesLogin tells whether a name means user:password.
func NamesLogin(name string) bool {
	lower := strings.ToLower(loginMarks.Replace(name))
	for _, end := range [...]string{"auth", "login", "credentials", "creds", "userpwd", "userpass", "userpassword", "authident"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return false
}

// NamesClientKey tells whether a name means a secret in the files of clients.
func NamesClientKey(name string) bool {
	switch strings.ToLower(name) {
	case "auth", "_auth", "bearer", "key", "pass", "oauth_token", "http-basic", "identitytoken":
		return true
	}
	return false
}

// NamesSalt tells whether a name is that of what is mixed with a text before it is hashed,
// as the keys and salts of WordPress are.
func NamesSalt(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, "_key") || strings.HasSuffix(lower, "_salt")
}
