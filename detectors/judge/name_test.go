package judge

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNameOf(t *testing.T) {
	tests := map[Meaning][]string{
		Password: {"password", "DB_PASSWORD", "dbPassword", "spring.datasource.password", "PGPASSWORD", "db_pass", "MYSQL_ROOT_PASSWORD", "pwd", "smtpPwd", "passphrase", "Contraseña", "senha", "mot_de_passe", "пароль", "密码", "password2", "POSTGRES_PASSWORD_PROD", "requirepass", "userPassword", "passwd", "mot de passe", "wifi_key", "WPA2 key", "Wi-Fi key", "WLAN-Schlüssel"},
		Key:      {"token", "API_KEY", "apiKey", "apikey", "client_secret", "clientSecret", "SECRET_KEY_BASE", "secret_key", "accessKey", "AWS_SECRET_ACCESS_KEY", "authToken", "_authToken", "x-api-key", "jwt_secret", "private_key", "encryption-key", "GITHUB_TOKEN", "bot_token", "webhook_secret", "verify_token", "session_secret", "shared_secret", "password_reset_token", "csrfKey"},
		Public:   {"password_min_length", "encryptedPassword", "ROOT_PASSWORD_SHA2", "PasswordBroker.php", "token_env_key", "passwordField", "token_type", "secretName", "tokenUrl", "token_expiration", "api_key_id", "hasPassword", "is_password_required", "passwordPolicy", "access_token_lifetime", "password_hash", "forgotPassword", "tokenEndpoint", "secret_path", "csrf_token", "passwordErrorMessage", "resetPassword", "SECRET_SSID"},
		Nothing:  {"name", "key", "keyboard", "compass", "bypass", "author", "monkey", "passenger", "user", "max_tokens", "tokenizer", "passive", "description", "keywords", "primary_color", "secretary", "output_token", "creationToken", "result_key", "spec_key", "<code>Key", ""},
	}
	for want, names := range tests {
		for _, name := range names {
			if got := NameOf(name); got != want {
				t.Errorf("NameOf(%q) = %d, want %d", name, got, want)
			}
		}
	}
}

func TestEndsAsPassword(t *testing.T) {
	for name, want := range map[string]bool{
		"password": true, "DB_PASSWORD": true, "smtpPwd": true, "password2": true, "rootpass": true,
		"": false, "password_hint": false, "token": false, "compass": false, "пароль": false,
	} {
		if got := EndsAsPassword(name); got != want {
			t.Errorf("EndsAsPassword(%q) = %t, want %t", name, got, want)
		}
	}
}

// TestStems wants a stem in every name that means a secret: names are searched for by them.
func TestStems(t *testing.T) {
	stems := Stems()
	all := slices.Concat(passwordEnds, foreignPasswords, foreignKeys, []string{"key", "secret", "token", "salt", "pepper"})
	for _, words := range []map[string]bool{passwordWords, passwordWordsElsewhere, keyWords} {
		all = slices.AppendSeq(all, maps.Keys(words))
	}
	for of := range passOf {
		all = append(all, of+"pass")
	}
	slices.Sort(all)
	word := rapid.SampledFrom(all)
	other := rapid.SampledFrom([]string{"", "db", "my", "x", "2", "url", "public", "reset"})
	mark := rapid.SampledFrom([]string{"", "_", "-", "."})
	rapid.Check(t, func(t *rapid.T) {
		name := other.Draw(t, "before") + mark.Draw(t, "mark") + word.Draw(t, "word") + mark.Draw(t, "mark") + other.Draw(t, "after")
		if rapid.Bool().Draw(t, "upper") {
			name = strings.ToUpper(name)
		}
		lower := strings.ToLower(name)
		if NameOf(name) != Nothing && !slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(lower, stem) }) {
			t.Fatalf("%q has no stem", name)
		}
	})
}

func FuzzNameOf(f *testing.F) {
	for _, seed := range []string{"", "DB_PASSWORD", "dbPassword", "x-api-key", "Contraseña", "密码", "salt", "_key", "key", "A1B2", "a.b/c", "\xff\x00"} {
		f.Add(seed)
	}
	stems := Stems()
	f.Fuzz(func(t *testing.T, name string) {
		meaning, lower := NameOf(name), strings.ToLower(name)
		if meaning > Password {
			t.Errorf("NameOf(%q) = %d", name, meaning)
		}
		if meaning != Nothing && !slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(lower, stem) }) {
			t.Errorf("NameOf(%q) = %d, but it has no stem", name, meaning)
		}
	})
}
