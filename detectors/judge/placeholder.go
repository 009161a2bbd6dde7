package judge

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// isPlaceholder tells whether a value stands for one that is put in its place
// later, or is one that somebody made up to show where it goes.
func isPlaceholder(value string) bool {
	if template.MatchString(value) {
		return true
	}
	lower := strings.ToLower(value)
	if len(lower) != len(value) {
		value = lower // it has letters, or bytes that are none, that take another length
	}
	for _, text := range madeUp {
		if strings.Contains(lower, text) {
			return true
		}
	}
	for _, text := range telling {
		if i := strings.Index(lower, text); i >= 0 && !remains(value[:i]) && !remains(value[i+len(text):]) {
			return true
		}
	}
	parts := strings.FieldsFunc(lower, func(r rune) bool { return r < '0' || '9' < r && r < 'a' || 'z' < r })
	return slices.ContainsFunc(parts, func(w string) bool { return slices.Contains(madeUpWords, w) })
}

// remains tells whether what stands beside a telling text is enough of a secret.
func remains(s string) bool {
	const enough = 16
	return len(s) >= enough && isSurprising(s)
}

// template matches what is filled in before use: ${NAME}, $(command), {{ name }},
// #{name}, %{name}, {name}, <name>, <%= name %>, %NAME%, @name@, $NAME, %s.
var template = regexp.MustCompile(`\$[{(]|\{\{|\}\}|[#%]\{|<%|\{[\w.:-]*\}|\{[A-Za-z]\w*[:(][^{}]*\}|<[A-Za-z][\w .:/-]*>|^%[A-Z_]+%$|^@[\w.-]+@$|^\$[A-Za-z_]\w*$|%[sdvqxw](?:\W|$)|^<|\.\.\.|…|\*\*\*`)

// madeUp are texts that chance doesn't bring forth.
var madeUp = []string{
	"example", "sample", "dummy", "changeme", "change_me", "change-me", "changeit", "replace", "placeholder", "redacted",
	"insert", "hunter2", "xxxx", "foobar", "lorem", "ipsum", "undefined", "invalid", "incorrect", "deadbeef", "cafebabe",
	"badc0de", "c0ffee", "localhost", "s3cr3t", "p4ssw0rd", "passw0rd", "p@ssw0rd", "1a2b3c", "a1b2c3", "abc123", "123abc",
}

// telling are texts that say what a value is, as somebody writes who makes one up,
// or as a machine does that puts a random one behind them.
var telling = []string{
	"password", "passwd", "secret", "token", "apikey", "api_key", "api-key", "access_key", "private", "encrypted",
	"encoded", "change", "default", "unknown", "missing", "random", "testing",
}

// madeUpWords are too short to look for inside others: they count between marks.
var madeUpWords = []string{
	"your", "my", "test", "tests", "fake", "mock", "demo", "foo", "bar", "baz", "qux", "todo", "fixme", "none",
	"null", "here", "wrong", "temp", "stub",
}

// isExpression tells whether a value is a piece of code: what stands there is not
// the secret but what gives it.
func isExpression(value string, s Surroundings) bool {
	if strings.ContainsAny(value, " \t") || reference.MatchString(value) || regularExpression.MatchString(value) {
		return true
	}
	if s.quoted() {
		return false
	}
	if before := bytes.TrimRight(s.Text[:s.Start], " \t"); len(before) > 0 && strings.IndexByte("(,[", before[len(before)-1]) >= 0 {
		return true // an argument or an element
	}
	return strings.ContainsAny(value, "()[]{}<>;,|\\\"'`") || strings.Contains(value, "::") || strings.Contains(value, "->") ||
		strings.Contains(value, "==") && !strings.HasSuffix(value, "==") ||
		s.End < len(s.Text) && strings.IndexByte("([", s.Text[s.End]) >= 0
}

// reference matches what reads a value from elsewhere.
var reference = regexp.MustCompile(`(?i)\b(?:process\.env|os\.environ|os\.getenv|getenv|ENV\[|env\.|env\(|import\.meta|secrets\.|vars\.|var\.|local\.|data\.|module\.|self\.|this\.|config\.|settings\.|params\.|request\.|vault:|ref:|file:|env:|op://|vault://|secretsmanager|ssm:|arn:)`)

// regularExpression matches what describes values.
var regularExpression = regexp.MustCompile(`\.[*+](?:\?|\W)|\[\^|\[[a-z0-9]-[a-z0-9]|\\[wdsb(.]|\(\?[:!=P<]`)

// quoted tells whether the value stands in quotes.
func (s Surroundings) quoted() bool {
	return s.Start > 0 && strings.IndexByte("\"'`", s.Text[s.Start-1]) >= 0
}

// Assigned tells whether the value stands in quotes after a sign that assigns: not as
// an argument or an element.
func (s Surroundings) Assigned() bool {
	if !s.quoted() {
		return false
	}
	before := bytes.TrimRight(s.Text[:s.Start-1], " \t@")
	return len(before) > 0 && strings.IndexByte("=:>", before[len(before)-1]) >= 0
}

// isStructured tells whether a value has a form of its own that is no secret's:
// an identifier, number, time, version, address, path or colour.
func isStructured(value string) bool { return structured.MatchString(value) }

var structured = regexp.MustCompile(`(?i)^(?:` + strings.Join([]string{
	`[{(]?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[)}]?`,      // UUID
	`[-+]?[0-9][0-9_.,e+-]*[a-z%]{0,3}`,                                           // number, version, date, size, phone
	`0x[0-9a-f]{40}`,                                                              // address on a blockchain
	`[-+]?0x[0-9a-f_.]{1,16}(?:p[-+]?[0-9a-f_]*)?[uli]*`,                          // number
	`v?[0-9]+\.[0-9]+[\w.+-]*`,                                                    // version
	`[0-9]{4}-[0-9]{2}-[0-9]{2}[t _-].*`,                                          // time
	`.*\\[xu][0-9a-f]{2}.*`,                                                       // escaped bytes
	`.*[<>=~!]=v?[0-9]+\.[0-9].*`,                                                 // version that is asked for
	`#[0-9a-f]{3,8}`,                                                              // colour
	`(?:[0-9a-f]{2}:){5,}[0-9a-f]{2}`,                                             // MAC address, fingerprint
	`[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*`,                                           // IPv6
	`\.{1,2}/.*|~/.*|[a-z]:\\.*|[\w.-]+\\[\w.\\-]+`,                               // path
	`[a-z][a-z0-9+.-]*://.*|data:.*|urn:.*|mailto:.*`,                             // URL
	`[\w.+-]+@[\w-]+\.[\w.-]+`,                                                    // mail address
	`(?:[\w-]+\.)+(?:com|net|org|io|dev|local|internal|cloud|app|svc)(?:[:/].*)?`, // host
	`.*\.(?:js|ts|css|json|ya?ml|toml|xml|html?|png|jpe?g|svg|gif|ico|pem|crt|key|txt|md|rb|py|go|java|php|sh|zip|gz|jar|woff2?)`, // file
	`(?:application|audio|font|image|message|model|multipart|text|video)/.*`,                                                      // media type
	`v[0-9]+[\w.]*-[0-9]+-g[0-9a-f]{7,}`, // git describe
}, "|") + `)$`)

// IsDerived tells whether a value was computed from something and is made to be
// seen: a hash with its name, a public key, a certificate, an image.
func IsDerived(value string) bool { return derived.MatchString(value) || isPublicASN1(value) }

var derived = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`(?i)(?:sha-?(?:1|224|256|384|512)|md5|h1|sri|blake2[bs]|crc32)[-:=_].*`, // hash
	`\$(?:1|2[abxy]?|5|6|7|y|argon2\w*|pbkdf2[\w-]*|scrypt)\$.*`,             // password hash, as in crypt(5)
	`\{(?i:S?SHA|SMD5|MD5|CRYPT|bcrypt|scrypt|pbkdf2|argon2)[0-9]*\}.*`,      // password hash, as in LDAP
	`(?i:pbkdf2|scrypt|bcrypt|argon2|sha1|sha256)[\w]*[:$].*`,
	`\*[0-9A-F]{40}|[0-9a-f]{32,128}\$[0-9]*\$?[0-9a-f]*`,                                  // password hash, of MySQL and Tomcat
	`(?:ssh|ecdsa|sk-ssh)-.*|AAAA(?:B3NzaC1|C3NzaC1|E2VjZHNh|G3NrLXNz).*`,                  // SSH public key
	`(?:age1|npub1|xpub|pk_|pub_|pub-).*`,                                                  // public key
	`(?:iVBORw0KGgo|/9j/|R0lGOD|UklGR|PHN2Z|PD94b|JVBERi|d09G|AAEAAA|T1RUTw|UEsDB|H4sI).*`, // image, font, document, archive
}, "|") + `)$`)

// isPublicASN1 tells whether a value is the base64 of the DER form of something
// that is no private key. Private keys begin with a version number, inside the
// outermost sequence (PKCS #1, PKCS #8, SEC 1).
func isPublicASN1(value string) bool {
	const head = 16
	if !strings.HasPrefix(value, "MI") && !strings.HasPrefix(value, "MF") && !strings.HasPrefix(value, "MC") || len(value) < 3*head {
		return false
	}
	der, err := base64.StdEncoding.DecodeString(value[:head])
	if err != nil || der[0] != 0x30 {
		return false
	}
	body := der[2:]
	if n := int(der[1]); n > 0x80 && n-0x80 < 4 {
		body = der[2+n-0x80:]
	}
	const integer, sequence = 0x02, 0x30
	return body[0] == sequence || body[0] != integer
}

// namesPublic tells whether a name says that what it names is no secret, though
// it may look like one: a hash, an id, a public key, where the secret is.
func namesPublic(name string) bool {
	all := words(name)
	if len(all) == 0 {
		return false
	}
	if slices.ContainsFunc(all, func(w string) bool { return slices.Contains(publicWords, w) }) {
		return !slices.Contains(all, "secret") || !slices.Contains(all, "csrf") // what signs such tokens is a secret
	}
	last := all[len(all)-1]
	if last == "id" && len(all) > 1 && all[len(all)-2] == "secret" {
		return false // a Vault AppRole's secret_id is one
	}
	return slices.Contains(publicEndings, last)
}

// publicWords make public whatever has them in its name.
var publicWords = []string{
	"public", "pub", "publishable", "example", "sample", "dummy", "fake", "mock", "placeholder", "checksum", "digest",
	"integrity", "fingerprint", "thumbprint", "sha", "sha1", "sha256", "sha512", "md5", "commit", "revision", "identifier", "csrf", "xsrf",
	"authenticity", "etag", "nonce", "pagination", "cursor", "next",
}

// publicEndings make public what has them as the last word of its name.
var publicEndings = []string{
	"hash", "hashed", "id", "ids", "uuid", "guid", "signature", "sig", "url", "uri", "path", "file", "filename", "dir", "name",
	"names", "type", "version", "pattern", "regex", "regexp", "format", "header", "prefix", "suffix", "label", "title", "text",
	"message", "description", "hint", "field", "column", "param", "parameter", "endpoint", "host", "username", "email",
	"algorithm", "alg", "class", "selector", "icon", "charset", "alphabet", "chars", "characters", "length", "len", "size",
	"count", "rev", "ref", "arn", "expiry", "expires", "ttl", "index", "code", "kind", "test", "policy", "mode",
}
