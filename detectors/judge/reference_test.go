package judge

import "testing"

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
}

func TestDefaultOf(t *testing.T) {
	tests := []struct {
		value, want string
		start       int
		ok          bool
	}{
		{"${DB_PASS:-Summer2024}", "Summer2024", 11, true},
		{"${DB_PASS-Summer2024}", "Summer2024", 10, true},
		{"${DB_PASS:=Summer2024}", "Summer2024", 11, true},
		{"${db.pass:Summer2024}", "Summer2024", 10, true},
		{"${DB_PASS:-a:b-c}", "a:b-c", 11, true},
		{"${DB_PASS}", "", 0, false},
		{"${DB_PASS:-}", "", 0, false},
		{"${DB_PASS:-${OTHER}}", "", 0, false},
		{"${DB_PASS:-$OTHER}", "", 0, false},
		{"${DB_PASS:-a}b", "", 0, false},
		{"Summer2024", "", 0, false},
	}
	for _, tt := range tests {
		if text, start, ok := DefaultOf(tt.value); text != tt.want || start != tt.start || ok != tt.ok {
			t.Errorf("DefaultOf(%q) = %q, %d, %t; want %q, %d, %t", tt.value, text, start, ok, tt.want, tt.start, tt.ok)
		}
	}
}

func FuzzRefers(f *testing.F) {
	for _, s := range []string{"", "${{ secrets.KEY }}", "${A:-b}", "vault:a/b#c", "{{ .a }}", "process.env.KEY", "/run/secrets/a", "%env(A)%", "$(a)", "`a`", "<<a>>", "a@b:c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if r, refers := Refers(value); refers == (r == Reference{}) || refers && r.System == "" {
			t.Errorf("Refers(%q) = %v, %t", value, r, refers)
		}
		if text, start, ok := DefaultOf(value); ok && (text == "" || value[start:start+len(text)] != text) {
			t.Errorf("DefaultOf(%q) = %q at %d", value, text, start)
		}
	})
}
