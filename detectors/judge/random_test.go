package judge

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

const (
	lowers  = "abcdefghijklmnopqrstuvwxyz"
	uppers  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	numbers = "0123456789"
	alnum   = lowers + uppers + numbers
)

// chars gives n random characters of an alphabet.
func chars(rng *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}

func randomBytes(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// judgeAssignment judges a value as it stands in an assignment.
func judgeAssignment(name, value string, quoted bool) bool {
	before, after := name+" = ", "\n"
	if quoted {
		before, after = before+`"`, `"`+after
	}
	return Random(value, Surroundings{name, []byte(before + value + after), len(before), len(before) + len(value)})
}

// TestFindsRandom wants nearly all secrets that a machine made.
func TestFindsRandom(t *testing.T) {
	const (
		rounds = 2000
		floor  = 0.985 // of all
	)
	of := func(alphabet string, n int) func(*rand.Rand) string {
		return func(rng *rand.Rand) string { return chars(rng, alphabet, n) }
	}
	tests := []struct {
		kind  string
		make  func(*rand.Rand) string
		floor float64
	}{
		{"10 letters and digits", of(alnum, 10), 0.85},
		{"12 letters and digits", of(alnum, 12), 0.93},
		{"16 letters and digits", of(alnum, 16), 0.97},
		{"20 letters and digits", of(alnum, 20), 0.98},
		{"24 letters and digits", of(alnum, 24), 0.98},
		{"32 letters and digits", of(alnum, 32), 0.99},
		{"40 letters and digits", of(alnum, 40), 0.99},
		{"64 letters and digits", of(alnum, 64), 0.99},
		{"16 small letters and digits", of(lowers+numbers, 16), 0.96},
		{"32 small letters and digits", of(lowers+numbers, 32), 0.99},
		{"20 capitals and digits", of(uppers+numbers, 20), 0.96},
		{"32 of base32", of(uppers+"234567", 32), 0.99},
		{"24 letters", of(lowers+uppers, 24), 0.99},
		{"20 small letters", of(lowers, 20), 0.98},
		{"password of 12 with signs", of(alnum+"!@#$%^&*-_", 12), 0.90},
		{"password of 20 with signs", of(alnum+"!@#$%^&*-_+=?", 20), 0.94},
		{"16 hexadecimal digits", of(numbers+"abcdef", 16), 0.97},
		{"32 hexadecimal digits", of(numbers+"abcdef", 32), 0.98},
		{"40 hexadecimal digits", of(numbers+"abcdef", 40), 0.98},
		{"64 hexadecimal digits", of(numbers+"ABCDEF", 64), 0.98},
		{"base64 of 16 bytes", func(r *rand.Rand) string { return base64.StdEncoding.EncodeToString(randomBytes(r, 16)) }, 0.98},
		{"base64 of 32 bytes", func(r *rand.Rand) string { return base64.StdEncoding.EncodeToString(randomBytes(r, 32)) }, 0.99},
		{"base64 of 64 bytes", func(r *rand.Rand) string { return base64.StdEncoding.EncodeToString(randomBytes(r, 64)) }, 0.99},
		{"base64url of 32 bytes", func(r *rand.Rand) string { return base64.RawURLEncoding.EncodeToString(randomBytes(r, 32)) }, 0.98},
		{"base64 of user and password", func(r *rand.Rand) string {
			return base64.StdEncoding.EncodeToString([]byte("deploy:" + chars(r, alnum, 20)))
		}, 0.97},
		{"prefix and hexadecimal digits", func(r *rand.Rand) string { return "key-" + chars(r, numbers+"abcdef", 32) }, 0.98},
		{"telling prefix and letters and digits", func(r *rand.Rand) string { return "app-secret-" + chars(r, alnum, 32) }, 0.97},
		{"three parts", func(r *rand.Rand) string {
			return "SG." + chars(r, alnum, 22) + "." + chars(r, alnum, 43)
		}, 0.98},
	}
	names := []string{"API_SECRET", "password", "db.password", "authToken", "client_secret", "STRIPE_API_KEY", "secretKeyBase", "vault_secret_id"}

	rng := rand.New(rand.NewPCG(1, 7))
	hits, all := 0, 0
	for _, test := range tests {
		n := 0
		for i := range rounds {
			value := test.make(rng)
			quoted := i%2 == 0 || strings.ContainsAny(value, "!#$%^&*")
			if judgeAssignment(names[i%len(names)], value, quoted) {
				n++
			}
		}
		hits, all = hits+n, all+rounds
		if got := float64(n) / rounds; got < test.floor {
			t.Errorf("%s: found %.3f, want %.3f", test.kind, got, test.floor)
		} else {
			t.Logf("%-32s %.3f", test.kind, got)
		}
	}
	got := float64(hits) / float64(all)
	t.Logf("recall %.4f", got)
	if got < floor {
		t.Errorf("found %.4f of all, want %.4f", got, floor)
	}
}

// nearMisses are values that stand where a secret could and are none. Unquoted
// ones are marked with a leading blank.
var nearMisses = map[string][]string{
	"password": {
		"changeme", "changeit", "CHANGE_ME_PLEASE", "your-password-here", "yourpassword123", "password123", "Passw0rd!2023",
		"P@ssw0rd1234", "xxxxxxxxxxxxxxxx", "XXXX-XXXX-XXXX-XXXX", "****************", "................", "hunter2hunter2", "correct-horse-battery-staple",
		"12345678901234", "qwertyuiop1234", "qwerty123456", "asdfghjkl12", "abcdefgh12345678", "test1234test1234", "testpassword", "mysecretpassword",
		"supersecretpassword!", "letmein-please", "iloveyou2023", "admin12345678", "root:toor:root", "<password>", "<your password here>",
		"${DB_PASSWORD}", "$DB_PASSWORD", "$(cat /run/secrets/db)", "{{ .Values.db.password }}", "{{password}}", "#{password}", "%{password}",
		"%(password)s", "%s:%s@tcp(%s)", "%DB_PASSWORD%", "@db.password@", "<%= ENV['DB_PASSWORD'] %>", "{password}", "REDACTED-REDACTED",
		" os.environ['DB_PASSWORD']", " process.env.DB_PASSWORD", " getpass.getpass()", " ENV.fetch(\"DB_PASSWORD\")", " config.database.password",
		" System.getenv(\"PW\")", " generatePassword(32)", " params[:password]", " self.password_field", " user.encrypted_password_was",
		" data.vault_generic_secret.db.data", " var.database_password", " local.db_password", " random_password.db.result",
		"password_confirmation", "must be at least 8 characters", "current-password", "Forgot your password?", "form-control password-input",
		"ui.settings.account.password.label", "RecoverableDatabaseAuthenticatable", "password-reset-token-expired", "kSecAttrAccessibleWhenUnlocked",
		"/run/secrets/db_password", "./config/password.txt", "~/.config/app/password", "C:\\Users\\app\\password.txt", "https://example.org/reset",
		"file:///etc/passwd", "vault:secret/data/db#password", "op://vault/db/password", "arn:aws:secretsmanager:eu-west-1:1:secret:x",
		"aaaaaaaabbbbbbbb", "abcabcabcabcabc", "00000000000000000000", "1111222233334444", "0123456789abcdef0123456789abcdef", "deadbeefdeadbeef1234",
		"00112233445566778899aabbccddeeff", "2023-11-23T13:05:07Z", "10.20.30.40:5432", "1.2.3-beta.4+build", "v1.2.3-34-gabcdef012", "3.14159265358979",
		"#ff00aa80", "application/json; charset=utf-8", "application/vnd.api+json", "user@mail.example.org", "db.internal.example.com",
		"\\u0070\\u0061\\u0073\\u0073", "\\x04r\\x86\\x01>\\x02\\x03", "none-of-your-business", "not-a-real-value", "pässwörter-überall",
		"LC_ALL=en_US.UTF-8", "SELECT * FROM users WHERE", "bcrypt_pbkdf_sha512", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256",
		"i18n.t('password')", "utf8mb4_unicode_ci", "com.example.app.Password", "NSUserDefaultsDidChange", "btn-outline-primary-2xl",
	},
	"token": {
		"next-auth.session-token", "Bearer realm=api", "access_token_expired", "refreshTokenRotation", "JSXIdentifierToken", "TK_LEFT_PAREN",
		"T_PAAMAYIM_NEKUDOTAYIM", "x-amz-security-token", "X-CSRF-Token-Header", "csrfmiddlewaretoken", "urn:ietf:params:oauth:token-type",
		"0x7fffffffffffffff", "0x1.2p1a", "0xdeadbeefUL", "1_000_000_000_000", "+49 30 1234567", "(555) 010-9999", "5d41402a-bc4b-4a76-b971-9d911017c592",
		"{5D41402A-BC4B-4A76-B971-9D911017C592}", "de:ad:be:ef:00:11:22:33", "2001:db8:85a3::8a2e:370:7334", "assets/app-3f2a1b9c.min.js", "chunk.8f7e6d5c.css",
		" tokenizer.nextToken()", " scanner.token(),", " TokenKind.Identifier", " await getAccessToken({", " req.headers['x-token']", " nil.to_s.freeze",
		" token::Ident", " this->m_token", " Token[]", " lexer->tok_start", "secretsweep.vault.token", "kubernetes.io/service-account-token",
		"AbstractTokenGranterFactoryBean", "TokenBasedRememberMeServices", "OAUTH2_TOKEN_ENDPOINT", "oauth2_token_introspection",
	},
	"api_key": {
		"YOUR_API_KEY_HERE", "YOUR-API-KEY-123456", "api_key_goes_here", "insert-api-key", "<API_KEY>", "my-api-key-1234", "test-api-key-12345", "fake_api_key_98765",
		"demo-key-1234-abcd", "dummy0123key4567", "EXAMPLEKEY7f3a9c2e", "AKIAIOSFODNN7EXAMPLE", "placeholder_9f8e7d", "sample-1f2e3d4c", "apikey-abcdef-123456",
		"a1b2c3d4e5f6g7h8", "1a2b3c4d5e6f7g8h", "abc123def456ghi789", "foo_bar_baz_12", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", lowers + uppers + numbers,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "header.x-api-key.value", "google_maps_api_key_android",
	},
}

// nearMissesMade are near misses that chance is in.
func nearMissesMade(rng *rand.Rand) [][2]string {
	hexOf := func(n int) string { return hex.EncodeToString(randomBytes(rng, n)) }
	base := func(n int) string { return base64.StdEncoding.EncodeToString(randomBytes(rng, n)) }
	// The DER of an RSA public key (RFC 5280) begins with two sequences, of which
	// the outer one is 290 bytes long.
	const publicKeyHead = "\x30\x82\x01\x22\x30\x0d"
	return [][2]string{
		{"password_hash", hexOf(32)}, {"token_digest", hexOf(20)}, {"secret_sha256", hexOf(32)}, {"authCommit", hexOf(20)},
		{"token_id", hexOf(16)}, {"access_key_id", chars(rng, uppers, 20)}, {"public_key", base(32)}, {"publicKeyToken", hexOf(8)},
		{"token_checksum", hexOf(16)}, {"auth_signature", base(64)}, {"csrf_token", chars(rng, alnum, 32)}, {"cacheKey", hexOf(32)}, {"GPG_KEY", hexOf(40)}, {"next_page_token", chars(rng, alnum, 40)},
		{"token", "sha256-" + base(32)}, {"token", "sha512-" + base(64)}, {"token", "sha256:" + hexOf(32)}, {"token", "h1:" + base(32)},
		{"password", "$2a$10$" + chars(rng, alnum+"./", 53)}, {"password", "$6$rounds=5000$" + chars(rng, alnum, 16) + "$" + chars(rng, alnum, 86)},
		{"password", "{SSHA}" + base(24)}, {"password", "pbkdf2:sha256:260000$" + chars(rng, alnum, 16)},
		{"auth_key", "AAAAB3NzaC1yc2E" + base(60)}, {"private_key_of", base64.StdEncoding.EncodeToString(append([]byte(publicKeyHead), randomBytes(rng, 60)...))},
		{"token", "iVBORw0KGgo" + base(60)}, {"secret", base64.StdEncoding.EncodeToString([]byte("This is only some text, and no secret."))},
		{"secret", base64.StdEncoding.EncodeToString([]byte(`{"type":"access","scope":"read write"}`))},
		{"token", fmt.Sprintf("%x-%x-4%x-a%x-%x", randomBytes(rng, 4), randomBytes(rng, 2), rng.IntN(1<<11)+1<<11, rng.IntN(1<<11)+1<<11, randomBytes(rng, 6))},
		{"password", strings.Repeat(chars(rng, alnum, 4), 6)}, {"token", chars(rng, numbers, 20)}, {"auth", hexOf(4) + ".cloudfront.net"},
		{"secret", "/" + "assets/" + hexOf(8) + ".png"}, {"auth_url", "https://" + hexOf(8) + ".example.org"},
	}
}

// TestRefusesNearMisses wants nearly nothing of what is no secret.
func TestRefusesNearMisses(t *testing.T) {
	const floor = 0.99
	wrong, all := 0, 0
	judge := func(name, value string, quoted bool) {
		all++
		if judgeAssignment(name, value, quoted) {
			wrong++
			t.Logf("reported: %s = %s (%.1f bits)", name, value, surprise(value))
		}
	}
	for name, values := range nearMisses {
		for _, v := range values {
			bare, unquoted := strings.CutPrefix(v, " ")
			judge(name, bare, !unquoted)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		for _, m := range nearMissesMade(rng) {
			judge(m[0], m[1], true)
		}
	}
	if all < 500 {
		t.Fatalf("judged %d near misses, want many more", all)
	}
	got := 1 - float64(wrong)/float64(all)
	t.Logf("refused %.4f of %d", got, all)
	if got < floor {
		t.Errorf("refused %.4f, want %.4f", got, floor)
	}
}

func TestListedBytes(t *testing.T) {
	list := func(data []byte) string {
		var numbers []string
		for _, b := range data {
			numbers = append(numbers, fmt.Sprintf("0x%02X", b))
		}
		return strings.Join(numbers, ",\n\t")
	}
	rng := rand.New(rand.NewPCG(5, 8))
	found, rounds := 0, 500
	for range rounds {
		if judgeAssignment("aesKey", list(randomBytes(rng, 16)), false) {
			found++
		}
	}
	if found < rounds*98/100 {
		t.Errorf("%d of %d keys look random", found, rounds)
	}
	row := make([]byte, 16)
	for i := range row {
		row[i] = byte(16 * i)
	}
	for name, data := range map[string][]byte{"aesKey": row, "zeroKey": make([]byte, 32), "publicKey": randomBytes(rng, 32), "shortKey": randomBytes(rng, 4)} {
		if judgeAssignment(name, list(data), false) {
			t.Errorf("%s looks random", name)
		}
	}
}
