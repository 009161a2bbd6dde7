package judge

import "testing"

func TestNameOf(t *testing.T) {
	tests := map[Meaning][]string{
		Password: {"password", "DB_PASSWORD", "dbPassword", "spring.datasource.password", "PGPASSWORD", "db_pass", "MYSQL_ROOT_PASSWORD", "pwd", "smtpPwd", "passphrase", "Contraseña", "senha", "mot_de_passe", "пароль", "密码", "password2", "POSTGRES_PASSWORD_PROD", "requirepass", "userPassword", "passwd", "hasło", "smtppwd", "DB_PASSWORD_TEST", "usuario_contraseña"},
		Key:      {"token", "API_KEY", "apiKey", "apikey", "client_secret", "clientSecret", "SECRET_KEY_BASE", "secret_key", "accessKey", "AWS_SECRET_ACCESS_KEY", "authToken", "_authToken", "x-api-key", "jwt_secret", "private_key", "encryption-key", "GITHUB_TOKEN", "bot_token", "webhook_secret", "verify_token", "session_secret", "shared_secret", "password_reset_token", "api_key2", "секрет"},
		Public:   {"password_min_length", "passwordField", "token_type", "secretName", "tokenUrl", "token_expiration", "api_key_id", "hasPassword", "is_password_required", "passwordPolicy", "access_token_lifetime", "password_hash", "forgotPassword", "tokenEndpoint", "secret_path", "csrf_token", "passwordErrorMessage", "resetPassword", "public_key", "contraseña_hash"},
		Nothing:  {"name", "key", "keyboard", "compass", "bypass", "author", "monkey", "passenger", "user", "max_tokens", "tokenizer", "passive", "description", "keywords", "primary_color", "secretary", ""},
	}
	for want, names := range tests {
		for _, name := range names {
			if got := NameOf(name); got != want {
				t.Errorf("NameOf(%q) = %d, want %d", name, got, want)
			}
		}
	}
}

func TestPasswordOf(t *testing.T) {
	tests := map[Choice][]string{
		Chosen: {"Summer2024", "dkajco1", "Tr0ub4dor&3", "w1nter-is-coming!", "Fluffy#1987", "nQ8vLp2x", "m0nt4ña", "acme!prod", "hXk29a", "x7reiher"},
		Word:   {"sunshine", "Butterfly", "elephant", "orders", "92837465"},
		Stock:  {"password", "admin", "changeme", "postgres", "admin123", "Password1", "12345678", "test1234", "root", "secret!", "P@55word1", "my-pass"},
		None:   {"", "abc", "${DB_PASSWORD}", "$DB_PASSWORD", "{{ .Values.password }}", "<password>", "****", "xxxxxxxx", "process.env.PASS", "os.environ['X']", "vault:secret/data/db#password", "op://team/db/password", "getPassword()", "true", "null", "Your password here", "required", "/run/secrets/db", "$2a$10$abcdefghijklmnopqrstuv", "your_password_here", "string", "ENC(abcdef)", "%(db_password)s", "user.password", "1.2.3", "300", "reset-password", "x_api_key"},
	}
	for want, values := range tests {
		for _, value := range values {
			if got := PasswordOf(value); got != want {
				t.Errorf("PasswordOf(%q) = %d, want %d", value, got, want)
			}
		}
	}
}

func TestRefers(t *testing.T) {
	tests := []struct {
		value string
		want  Reference
	}{
		{"${{ secrets.DEPLOY_KEY }}", Reference{"github-actions", "DEPLOY_KEY"}},
		{"$(dbPassword)", Reference{"env", "dbPassword"}},
		{"${DB_PASSWORD:-fallback}", Reference{"env", "DB_PASSWORD"}},
		{"$DB_PASSWORD", Reference{"env", "DB_PASSWORD"}},
		{"vault:secret/data/db#password", Reference{"vault", "secret/data/db#password"}},
		{"op://team/db/password", Reference{"1password", "team/db/password"}},
		{"ENC[AES256_GCM,data:x]", Reference{"sops", ""}},
		{"process.env.API_KEY", Reference{"env", "API_KEY"}},
		{`os.environ["API_KEY"]`, Reference{"env", "API_KEY"}},
		{"{{resolve:secretsmanager:db/main:SecretString:password}}", Reference{"aws-secrets-manager", "db/main"}},
		{"{{ .Values.db.password }}", Reference{"template", ".Values.db.password"}},
		{"/run/secrets/db_password", Reference{"file", "db_password"}},
		{"$__file{/etc/db_password}", Reference{"file", "/etc/db_password"}},
		{`"${DB_PASSWORD}"`, Reference{"env", "DB_PASSWORD"}},
		{`${{ secrets["DEPLOY_KEY"] }}`, Reference{"github-actions", "DEPLOY_KEY"}},
		{"%env(DATABASE_URL)%", Reference{"env", "DATABASE_URL"}},
	}
	for _, tt := range tests {
		if got, ok := Refers(tt.value); !ok || got != tt.want {
			t.Errorf("Refers(%q) = %v, %v; want %v", tt.value, got, ok, tt.want)
		}
	}
	for _, value := range []string{"Summer2024", "abc$def", "p@ss:word", "a{b}c", "100%", "x"} {
		if got, ok := Refers(value); ok {
			t.Errorf("Refers(%q) = %v, want none", value, got)
		}
	}
	if text, start, ok := DefaultOf("${DB_PASS:-Summer2024}"); !ok || text != "Summer2024" || start != 11 {
		t.Errorf("DefaultOf gave %q, %d, %v", text, start, ok)
	}
}

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
