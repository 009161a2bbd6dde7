package judge

import (
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// Meaning is what a name says of the value under it.
type Meaning uint8

const (
	Nothing  Meaning = iota // neither that it is a secret nor that it is none
	Public                  // that it is none: a hash, an id, where the secret is
	Key                     // a key, token or other secret, which a machine makes
	Password                // a password, which a person may have chosen
)

// NameOf tells what a name means, however it is written: DB_PASSWORD, dbPassword,
// spring.datasource.password, Contraseña.
func NameOf(name string) Meaning {
	if len(name) > maxName {
		return Nothing
	}
	all := words(name)
	meaning, last := Nothing, -1
	for i, w := range all {
		switch {
		case isPasswordWord(w):
			meaning, last = Password, i
		case (w == "salt" || w == "pepper") && i > 0 && !slices.Contains(all, "password"), isKeyWord(w),
			w == "key" && i > 0 && !slices.Contains(otherKeys, all[i-1]):
			if meaning != Password || w == "key" || w == "token" {
				meaning = Key
			}
			last = i
		}
	}
	if meaning == Nothing {
		return foreignMeaning(strings.ToLower(name))
	}
	if strings.ContainsRune(name, '/') && strings.ContainsRune(name, '.') {
		return Public // a file
	}
	if namesPublic(name) || slices.ContainsFunc(all[last+1:], func(w string) bool { return slices.Contains(aboutSecrets, w) }) ||
		slices.Contains(asked, all[0]) || meaning == Password && slices.Contains(acts, all[0]) {
		return Public
	}
	return meaning
}

// Stems gives texts, in lower case, of which every name has one that means a secret.
func Stems() []string {
	stems := []string{"pass", "pwd", "psk", "psw", "pw", "secret", "token", "key", "credential", "auth", "kennwort", "wachtwoord", "geheimnis", "segredo", "jeton", "токен", "секрет"}
	stems = append(stems, "salt", "pepper")
	stems = append(stems, passwordWords...)
	stems = append(stems, foreignKeys...)
	return append(stems, foreign...)
}

// maxName is the length past which a text is no name.
const maxName = 120

// EndsAsPassword tells whether a name ends in a word that means a password: nothing in
// it says that the value is of another kind.
func EndsAsPassword(name string) bool {
	all := words(name)
	return len(all) > 0 && isPasswordWord(all[len(all)-1])
}

// isPasswordWord tells whether a word means a password, alone or at its end.
func isPasswordWord(w string) bool {
	for _, end := range passwordEnds {
		if strings.HasSuffix(strings.TrimRight(w, "0123456789"), end) {
			return true
		}
	}
	w = strings.TrimRight(w, "0123456789")
	if of, ok := strings.CutSuffix(w, "pass"); ok && slices.Contains(passOf, of) {
		return true
	}
	return slices.Contains(passwordWords, w)
}

var passwordEnds = []string{"password", "passwd", "passwort", "passphrase", "passcode", "kennwort", "wachtwoord", "userpass", "dbpass"}

// passOf are what a pass of is a password, in one word.
var passOf = []string{"admin", "api", "app", "auth", "db", "email", "ftp", "http", "imap", "key", "ldap", "login", "mail", "master", "mqtt", "my", "proxy", "redis", "root", "smtp", "sql", "ssh", "user", "vpn", "web", "wifi"}

var passwordWords = []string{
	"pass", "pwd", "psk", "pswd", "psw", "passw", "pw", "userpwd", "dbpwd", "mysqlpass", "pgpass", "rootpw", "bindpw", "requirepass", "masterauth",
	"senha", "clave", "parol", "contrasena", "mdp", "motdepasse", "heslo", "haslo", "parola", "sifre", "salasana", "losenord", "lozinka", "jelszo", "adgangskode", "passord",
}

// foreign are names of passwords that are not written in ASCII, and those of several
// words, in any spelling.
var foreign = []string{
	"contraseña", "mot_de_passe", "mot-de-passe", "motdepasse", "hasło", "şifre", "lösenord", "jelszó", "пароль", "密码", "密碼", "口令",
	"パスワード", "비밀번호", "암호", "συνθηματικό", "κωδικός", "كلمة_المرور", "סיסמה", "mật_khẩu", "รหัสผ่าน",
}

// foreignMeaning tells what a name in lower case means that has no English word for it.
func foreignMeaning(lower string) Meaning {
	for _, w := range foreign {
		if strings.Contains(lower, w) {
			return Password
		}
	}
	for _, w := range foreignKeys {
		if strings.Contains(lower, w) {
			return Key
		}
	}
	return Nothing
}

// foreignKeys are names of keys in other languages.
var foreignKeys = []string{
	"密钥", "密鑰", "令牌", "ключ", "секрет", "токен", "chiave", "chave", "llave", "schluessel", "schlüssel", "sleutel", "cle_api", "cle_secrete", "clé", "klucz",
	"nyckel", "avain", "anahtar", "秘密鍵", "トークン", "비밀키", "zugangsdaten",
}

// isKeyWord tells whether a word alone means a secret that a machine makes.
func isKeyWord(w string) bool {
	w = strings.TrimRight(w, "0123456789")
	return slices.Contains(keyWords, w) || strings.HasSuffix(w, "secret") || strings.HasSuffix(w, "apikey") ||
		strings.HasSuffix(w, "token") && !slices.Contains(otherTokens, w)
}

var keyWords = []string{
	"token", "secret", "secrets", "authtok", "authorization", "apikey", "apitoken", "authtoken", "accesskey", "secretkey", "privatekey", "credential", "credentials", "appkey", "authkey", "clientsecret", "accesstoken",
	"geheimnis", "segredo", "secreto", "jeton", "токен", "секрет",
}

// otherTokens are words that end in one that means a secret, and mean something else.
var otherTokens = []string{"nontoken", "nexttoken", "subtoken", "pagetoken"}

// otherKeys are what a key of is no secret: it finds something, opens nothing, or is
// there for everybody.
var otherKeys = []string{
	"public", "pub", "publishable", "gpg", "pgp", "websocket", "file", "vector", "tokenization", "primary", "foreign", "sort", "partition", "cache", "object", "i18n", "l10n", "translation", "message", "row", "unique", "index", "order", "group",
	"map", "lookup", "host", "site", "property", "config", "setting", "settings", "param", "parameter", "label", "title", "name", "text", "locale", "lang", "language", "data", "json", "form", "field", "column", "dict", "hash",
	"attribute", "attr", "meta", "metadata", "header", "cookie_name", "query", "range", "shard", "routing_name", "bucket", "s3", "redis", "storage_name", "local", "context", "state", "event", "topic", "queue", "record",
	"resource", "item", "entity", "model", "class", "type", "kind", "tag", "tags", "node", "key", "arrow", "hot", "short", "shortcut", "enter", "tab", "escape", "control", "shift", "alt", "any", "press", "the", "a", "this", "each", "no", "sub",
	"root_cache", "candidate", "composite", "natural", "surrogate", "join", "left", "right", "old", "new", "last", "first", "next", "prev", "start", "end", "min", "max", "default", "registry", "issue", "jira", "project", "menu", "route",
	"feature", "flag", "toggle", "experiment", "license_plate", "answer", "legend", "yaml", "toml", "ini", "xml", "user_defined", "natural", "secondary", "hash_range", "artifact", "dedup", "idempotency", "correlation", "trace", "span", "signing_id",
}

// aboutSecrets are words after which a name is about a secret and not of one.
var aboutSecrets = []string{
	"attempts", "audience", "autocomplete", "budget", "bytes", "cache", "change", "complexity", "hasher", "hashing", "hashers", "salt", "algorithm", "changed", "charset", "check", "config", "confirmation", "confirm",
	"dialog", "encrypted", "env", "forgotten", "disabled", "duration", "enabled", "encoder", "encoding", "error", "errors", "exists", "expiration", "expired", "expire", "factory", "failed", "forgot", "function", "generator",
	"grant", "group", "handler", "history", "input", "interval", "invalid", "is", "issuer", "keys", "key_ref", "keyring", "lifetime", "limit", "link", "list", "location", "manager", "mapping", "max",
	"method", "mgr", "min", "minimum", "maximum", "missing", "needed", "needs", "optional", "options", "page", "parser", "permissions", "placeholder", "plugin", "position", "prompt", "property", "protected", "protection",
	"provider", "query", "reader", "realm", "refs", "refresh", "request", "required", "requires", "requirements", "reset", "resolver", "response", "retries", "role", "rotation", "rule", "rules", "scheme", "schema", "scope", "scopes", "screen",
	"server", "service", "source", "state", "status", "store", "strategy", "strength", "success", "symbol", "tags", "template", "timeout", "tooltip", "update", "updated", "usage", "used", "user", "validation",
	"validator", "validity", "valid", "verification", "view", "visible", "warning", "weight", "writer", "wrong", "url", "uri", "style", "color", "size", "entry", "store", "label", "created", "age", "days", "minutes", "seconds", "hours", "at", "on", "from", "in", "by", "for", "with", "when",
}

// asked are words that make a question or a number of the name that they begin.
var asked = []string{
	"allow", "allows", "count", "disable", "enable", "has", "hide", "invalid", "is", "max", "min", "missing", "no", "num", "require", "requires", "show",
	"skip", "total", "use", "uses", "without", "wrong",
}

// acts are what is done to passwords.
var acts = []string{"change", "check", "confirm", "expired", "forgot", "generate", "random", "reset", "update", "validate", "verify"}

// words splits a text into its words, in lower case: runs of letters and digits,
// cut at the humps of camelCase.
func words(s string) []string {
	var all []string
	for i := 0; i < len(s); {
		if !ascii.IsLetter(s[i]) {
			i++
			continue
		}
		end := wordEnd(s, i)
		for end < len(s) && ascii.IsDigit(s[end]) {
			end++
		}
		all = append(all, strings.ToLower(s[i:end]))
		i = end
	}
	return all
}
