package judge

import (
	"regexp"
	"strings"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// Choice is how a value looks that stands where a password may.
type Choice uint8

const (
	None   Choice = iota // no password: empty, a placeholder, a path, a piece of code
	Stock                // one that everybody knows, such as admin, or that says it is one
	Word                 // a word, which may as well be text
	Chosen               // what a person makes up who needs one: Summer2024
)

// PasswordOf tells what a value looks like under a name that means a password.
// The value is as a program sees it, without quotes.
func PasswordOf(value string) Choice {
	const longest = 128
	lower := strings.ToLower(value)
	switch {
	case len(value) < 4 || len(value) > longest:
		return None
	case noValues[lower], isExpressionText(value), IsDerived(value):
		return None
	case isStock(lower):
		return Stock
	case isPlaceholder(value):
		return None
	}
	if strings.ContainsAny(value, "\t\r\n") || strings.Count(value, " ") > 4 {
		return None // a sentence
	}
	letters, digits, signs := kinds(value)
	switch {
	case letters == 0 && digits > 0 && signs == 0:
		if digits < 6 || isRegular(value) && len(value) < 8 {
			return None
		}
		return Word
	case isStructured(value) && !passwordSigns.MatchString(value):
		return None
	case isMark(value):
		return None
	case strings.Contains(value, " ") && digits == 0:
		return None
	case digits == 0 && (strings.IndexByte("?:.,;", value[len(value)-1]) >= 0 || signs == 1 && value[len(value)-1] == '!'):
		return Word // a label, or the end of a sentence
	case digits == 0 && signs == 1 && strings.IndexByte(value, '@') > 0:
		return Word // user@domain
	}
	switch {
	case letters > 0 && (digits > 0 || signs > 0) && !isTechnical(lower) && !isIdentifier(value):
		return Chosen
	case signs == 0 && digits == 0 && len(value) >= leastRandom && isPrintable(value) && isSurprising(value):
		return Chosen
	}
	if isIdentifier(value) && value != lower || strings.Count(value, "_") > 1 {
		return None
	}
	return Word
}

// passwordSigns are what a version, a host or a date has none of.
var passwordSigns = regexp.MustCompile(`[!#$%^&*?]`)

// noValues are words that stand where a value could.
var noValues = set(
	"true", "false", "null", "none", "nil", "undefined", "empty", "yes", "no", "on", "off", "string", "text", "int", "integer", "number", "boolean", "bool",
	"object", "array", "str", "any", "void", "required", "optional", "default", "auto", "disabled", "enabled", "unset", "n/a", "tbd", "todo", "secret", "secrets", "token", "key", "value",
	"bearer", "basic", "digest", "plain", "scram", "ldap", "oauth", "oauth2", "saml", "kerberos", "gssapi", "static", "dynamic", "opaque", "generic", "rotate", "always", "never", "prompt", "ask",
	"read", "write", "readonly", "header", "query", "cookie", "body", "internal", "external", "file", "env", "hidden", "masked", "encrypted", "sensitive", "varchar", "uuid", "base64",
)

// isStock tells whether a password, in lower case, is one that is tried first, or
// names itself.
func isStock(lower string) bool {
	bare := strings.Trim(lower, "0123456789!@#$*._-")
	return stock[lower] || stock[unleet.Replace(lower)] || stock[bare] || strings.Trim(lower, "0123456789") == "" && isRegular(lower)
}

// unleet puts letters back for the signs that are written for them.
var unleet = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// stock are the passwords that lists of the most common ones begin with, the defaults of
// common software, and words that say what they stand for.
var stock = set(
	"password", "passwd", "pass", "passw0rd", "p@ssw0rd", "p@ssword", "pa55word", "pa$$word", "passwort", "secret", "s3cret", "s3cr3t", "supersecret", "verysecret", "topsecret", "changeme", "change-me", "change_me",
	"changeit", "changethis", "admin", "administrator", "adminpass", "adminpassword", "admin-password", "root", "rootpass", "rootpassword", "toor", "user", "username", "userpass", "userpassword", "guest", "test", "testing", "tester", "testpass", "testpassword", "test-password", "testuser", "demo", "sample", "example", "default",
	"postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis", "rabbitmq", "minio", "minioadmin", "elastic", "kibana", "grafana", "sonar", "jenkins", "nexus", "vagrant", "docker", "oracle", "sa", "neo4j", "keycloak", "airflow", "superset", "odoo", "wordpress", "drupal", "joomla", "magento", "django", "rails", "laravel", "symfony", "homestead", "sail", "forge", "hive", "hadoop", "spark", "kafka", "zabbix", "nagios", "cacti", "graylog", "nextcloud", "gitlab", "gitea",
	"foo", "bar", "baz", "foobar", "qwerty", "qwertz", "azerty", "abc", "abcd", "letmein", "welcome", "iloveyou", "monkey", "dragon", "hunter", "mypassword", "mypass", "my-password", "my_password", "mysecret", "my-secret", "yourpassword", "your-password", "your_password", "dbpassword", "dbpass", "db_password", "db-password", "temp", "temporary", "dummy", "fake", "mock", "placeholder", "insecure", "notsecure", "notsecret", "not-secret", "development", "dev", "devpassword", "devpass", "local", "localdev", "staging", "prod", "production", "pw", "pwd", "service", "system", "manager", "tomcat", "s3cr3tpassword", "masterpassword",
	"wijzigmij", "cambiame", "cambiar", "changezmoi", "aendern", "ändern", "ändermich", "zmienmnie", "trocar", "mudar", "geheim", "segreto", "secreto", "motdepasse", "contraseña", "senha", "wachtwoord", "heslo", "haslo",
)

// isExpressionText tells whether a value is a piece of code or a reference, by its text
// alone.
func isExpressionText(value string) bool {
	if !strings.ContainsAny(value, "$%(){}[]<>.:/!@#~*^`\\-_=xX+|") {
		return false
	}
	if _, refers := Refers(value); refers {
		return true
	}
	return expression.MatchString(value)
}

// expression matches calls, member accesses, type parameters, regular expressions and
// what else is made of code.
var expression = regexp.MustCompile(`^[\w.:>-]+\(|\(\)$|^[a-z_]\w*(?:\.[a-z_]\w*)+$|^(?:[A-Z][a-z]+\.)+[a-z]\w*$|^[A-Za-z_]\w*\[|::|=>|->|^\^|^/.*/[a-z]*$|\\[dws]|^\[.*\]$|^\{.*\}$|^<.*>$|^\*+$|^\.+$|^[xX]+$|^[-_=]+$|^--?[a-z]|^\.[a-z_]|/$`)

// IsKeyUUID tells whether a value is a UUID under a name that means a key, and not the
// key's id.
func IsKeyUUID(name, value string) bool {
	return len(value) == 36 && IsUUID(value) && !strings.HasSuffix(strings.ToLower(name), "id") && NameOf(name) >= Key
}

// IsUUID tells whether a value is a UUID, which some providers issue as keys.
func IsUUID(value string) bool { return uuid.MatchString(value) }

var uuid = regexp.MustCompile(`^(?i:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$`)

// isMark tells whether a value only marks a place: one character repeated, or no letter
// and no digit at all.
func isMark(value string) bool {
	return strings.Trim(value, value[:1]) == "" || !strings.ContainsFunc(value, func(r rune) bool { return r > 0x7f || ascii.IsLetter(byte(r)) || ascii.IsDigit(byte(r)) })
}

// isIdentifier tells whether a value is words with marks between, as names and keys
// are: reset-password, auth.token, x_api_key.
func isIdentifier(value string) bool { return identifier.MatchString(value) }

var identifier = regexp.MustCompile(`^(?:[a-z]{2,}[-_./: ])+[a-z]{2,}[0-9]?$|^(?:[A-Z]{2,}[-_./: ])+[A-Z]{2,}[0-9]?$|^(?:[A-Z][a-z]+[-_]){2,}[A-Z][a-z]+$|^[a-z]+(?:-[a-z]+){2,}$|^[a-z]+(?:[A-Z][a-z]+)+$`)

// isTechnical tells whether a value, in lower case, is a term that has digits in it.
func isTechnical(lower string) bool { return technical.MatchString(lower) }

var technical = regexp.MustCompile(`^(?:[a-z]{1,3}[0-9]{1,2}|(?:oauth|http|sha|md|aes|rsa|utf|base|ipv|ldap|saml|tls|ssl|ssh|pkcs|x)[-_]?[0-9][\w-]*|(?:hs|rs|es|ps)(?:256|384|512)|scram-sha-[0-9]+|ed25519|p256|[a-z]{2,5}[0-9]|api[-_]?v?[0-9.]+|v[0-9.]+)$`)

// set makes a set of words.
func set(words ...string) map[string]bool {
	all := make(map[string]bool, len(words))
	for _, w := range words {
		all[w] = true
	}
	return all
}

// kinds counts letters (with all that is not ASCII), digits, and signs.
func kinds(s string) (letters, digits, signs int) {
	for i := range len(s) {
		switch c := s[i]; {
		case ascii.IsLetter(c) || c > 0x7f:
			letters++
		case ascii.IsDigit(c):
			digits++
		default:
			signs++
		}
	}
	return letters, digits, signs
}
