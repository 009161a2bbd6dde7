package judge

import (
	"strings"
	"testing"
)

func TestPasswordOf(t *testing.T) {
	tests := map[Choice][]string{
		Chosen: {"Kaffee+Kuchen7", "correct7horse", "zürich#88", "Summer2024", "dkajco1", "Tr0ub4dor&3", "w1nter-is-coming!", "Fluffy#1987", "nQ8vLp2x", "m0nt4ña", "acme!prod", "hXk29a"},
		Word:   {"sunshine", "sha256", "Butterfly", "elephant", "orders", "92837465"},
		Stock:  {"password", "admin", "changeme", "postgres", "admin123", "Password1", "12345678", "test1234", "root", "secret!"},
		None:   {"", "https://", "a\tb1", strings.Repeat("aB3$", 33), "one two three four five six 7", "2024-05-01T10:00:00Z", "{cipher}abcdef", "v1.2.3", "abc", "${DB_PASSWORD}", "$DB_PASSWORD", "{{ .Values.password }}", "<password>", "****", "xxxxxxxx", "process.env.PASS", "os.environ['X']", "vault:secret/data/db#password", "op://team/db/password", "getPassword()", "true", "null", "Your password here", "required", "/run/secrets/db", "$2a$10$abcdefghijklmnopqrstuv", "your_password_here", "string", "ENC(abcdef)", "%(db_password)s", "user.password", "1.2.3", "300", "reset-password", "x_api_key", "http://$HOST", "custom.env.API_KEY", "_textField", "php:9000", "unix:/run/app.sock", "os.environ[", "[parameters(", ":reset", "required|min:6|confirmed", "root:x:0:0", ".$config[", "${file(a.json):KEY}", ":combine_options2", "ALL=1"},
	}
	for want, values := range tests {
		for _, value := range values {
			if got := PasswordOf(value); got != want {
				t.Errorf("PasswordOf(%q) = %d, want %d", value, got, want)
			}
		}
	}
}

func TestIsName(t *testing.T) {
	for value, want := range map[string]bool{
		"ResultSet.Rows": true, "i0.KeyValueDiffers": true, "i0.ɵConsole": true, "$.services.db.image": true, "Stream.Shards[-1].ShardId": true,
		"RendererFactory2": true, "s3Resources": true, "part2bValue": true,
		"Summer2024": false, "rake.handle.12": false, "lago.maggiore": false, "clover-and-vetch-key": false, "SuperGeheim2024": false, "": false,
	} {
		if got := IsName(value); got != want {
			t.Errorf("IsName(%q) = %t, want %t", value, got, want)
		}
	}
}

func TestStandsOut(t *testing.T) {
	for value, want := range map[string]bool{
		"Boje7Nord": true, "Ebbe&Flut": true, "LDAP-Kennwort": false, "N/A": false, "siehe": false, "": false,
	} {
		if got := StandsOut(value); got != want {
			t.Errorf("StandsOut(%q) = %t, want %t", value, got, want)
		}
	}
}

func TestIsUUID(t *testing.T) {
	id := strings.Repeat("0a", 4) + "-1b2c-4d3e-8f4a-" + strings.Repeat("5b", 6)
	for value, want := range map[string]bool{
		id: true, strings.ToUpper(id): true, id + "0": false, strings.Replace(id, "-4", "-9", 1): false, strings.ReplaceAll(id, "-", ""): false, "": false,
	} {
		if got := IsUUID(value); got != want {
			t.Errorf("IsUUID(%q) = %t, want %t", value, got, want)
		}
	}
	for name, want := range map[string]bool{"API_KEY": true, "api_key_id": false, "userId": false, "name": false} {
		if got := IsKeyUUID(name, id); got != want {
			t.Errorf("IsKeyUUID(%q) = %t, want %t", name, got, want)
		}
	}
}

func FuzzPasswordOf(f *testing.F) {
	for _, seed := range []string{"", "Summer2024", "postgres", "${DB_PASSWORD}", "a b c", "1234", "ünïcode1", "****", "\xff\xfe\x00\x01", "\xffPASSWD", "İİİİtoken", "x.y()", "=0=="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		choice := PasswordOf(value)
		if choice > Chosen {
			t.Errorf("PasswordOf(%q) = %d", value, choice)
		}
		if _, refers := Refers(value); refers && choice > Stock {
			t.Errorf("PasswordOf(%q) = %d, but it refers to another", value, choice)
		}
	})
}
