package judge

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// form is how values of one kind are written.
type form struct {
	has     string // what every such value has in it, in lower case: the quick test
	pattern *regexp.Regexp
}

// hasForm tells whether a value has one of some forms.
func hasForm(forms []form, value string) bool {
	lower := strings.ToLower(value)
	for i := range forms {
		if f := &forms[i]; strings.Contains(lower, f.has) && f.pattern.MatchString(value) {
			return true
		}
	}
	return false
}

// isStructured tells whether a value has a form of its own that is no secret's:
// an identifier, number, time, version, address, path or colour.
func isStructured(value string) bool { return hasForm(structured, value) }

var structured = []form{
	{"", regexp.MustCompile(`(?i)^[-+]?[0-9][0-9_.,e+-]*[a-z%]{0,3}$`)},                                       // number, version, date, size, phone
	{"-", regexp.MustCompile(`(?i)^[{(]?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[)}]?$`)}, // UUID
	{"-", regexp.MustCompile(`(?i)^[0-9]{4}-[0-9]{2}-[0-9]{2}[t _-]`)},                                        // time
	{"-g", regexp.MustCompile(`(?i)^v[0-9]+[\w.]*-[0-9]+-g[0-9a-f]{7,}$`)},                                    // git describe
	{"0x", regexp.MustCompile(`(?i)^0x[0-9a-f]{40}$`)},                                                        // address on a blockchain
	{"0x", regexp.MustCompile(`(?i)^[-+]?0x[0-9a-f_.]{1,16}(?:p[-+]?[0-9a-f_]*)?[uli]*$`)},                    // number
	{"#", regexp.MustCompile(`(?i)^#[0-9a-f]{3,8}$`)},                                                         // colour
	{"=", regexp.MustCompile(`(?i)[<>=~!]=v?[0-9]+\.[0-9]`)},                                                  // version that is asked for
	{`\`, regexp.MustCompile(`(?i)\\[xu][0-9a-f]{2}`)},                                                        // escaped bytes
	{`\`, regexp.MustCompile(`(?i)^(?:[a-z]:\\|[\w.-]+\\[\w.\\-]+$)`)},                                        // path of Windows
	{"/", regexp.MustCompile(`^(?:\.{1,2}|~)/`)},                                                              // path
	{"/", regexp.MustCompile(`(?i)^(?:application|audio|font|image|message|model|multipart|text|video)/`)},    // media type
	{"://", regexp.MustCompile(`(?i)^[a-z][a-z0-9+.-]*://`)},                                                  // URL
	{":", regexp.MustCompile(`(?i)^(?:data|mailto|urn):`)},                                                    // URL
	{":", regexp.MustCompile(`(?i)^(?:[0-9a-f]{2}:){5,}[0-9a-f]{2}$`)},                                        // MAC address, fingerprint
	{":", regexp.MustCompile(`(?i)^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$`)},                                      // IPv6
	{"@", regexp.MustCompile(`^[\w.+-]+@[\w-]+\.[\w.-]+$`)},                                                   // mail address
	{".", regexp.MustCompile(`(?i)^v?[0-9]+\.[0-9]+[\w.+-]*$`)},                                               // version
	// Host.
	{".", regexp.MustCompile(`(?i)^(?:[\w-]+\.)+(?:app|cloud|com|dev|internal|io|local|net|org|svc)(?:$|[:/])`)},
	// File.
	{".", regexp.MustCompile(`(?i)\.(?:crt|css|gif|go|gz|html?|ico|jar|java|jpe?g|js|json|key|md|pem|php|png|py|rb|sh|svg|toml|ts|txt|woff2?|xml|ya?ml|zip)$`)},
}

// IsDerived tells whether a value was computed from something and is made to be
// seen: a hash with its name, a public key, a certificate, an image.
func IsDerived(value string) bool { return hasForm(derived, value) || isPublicASN1(value) }

var derived = []form{
	{"", regexp.MustCompile(`^(?i:sha-?(?:1|224|256|384|512)|md5|h1|sri|blake2[bs]|crc32)[-:=_]`)},   // hash
	{"", regexp.MustCompile(`^(?i:argon2|bcrypt|pbkdf2|scrypt|sha1|sha256)\w*[:$]`)},                 // password hash, of frameworks
	{"$", regexp.MustCompile(`^\$(?:1|2[abxy]?|5|6|7|y|argon2\w*|pbkdf2[\w-]*|scrypt)\$`)},           // password hash, as in crypt(5)
	{"$", regexp.MustCompile(`^[0-9a-f]{32,128}\$[0-9]*\$?[0-9a-f]*$`)},                              // password hash, of Tomcat
	{"{", regexp.MustCompile(`^\{(?i:argon2|bcrypt|crypt|pbkdf2|scrypt|smd5|md5|s?sha)[0-9]*\}`)},    // password hash, as in LDAP
	{"*", regexp.MustCompile(`^\*[0-9A-F]{40}$`)},                                                    // password hash, of MySQL
	{"", regexp.MustCompile(`^(?:(?:ecdsa|sk-ssh|ssh)-|AAAA(?:B3NzaC1|C3NzaC1|E2VjZHNh|G3NrLXNz))`)}, // SSH public key
	{"", regexp.MustCompile(`^(?:age1|npub1|pk_|pub[_-]|xpub)`)},                                     // public key
	// Image, font, document, archive, in base64.
	{"", regexp.MustCompile(`^(?:/9j/|AAEAAA|H4sI|JVBERi|PD94b|PHN2Z|R0lGOD|T1RUTw|UEsDB|UklGR|d09G|iVBORw0KGgo)`)},
}

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
	const integer = 0x02
	return body[0] != integer
}

// IsUUID tells whether a value is a UUID, which some providers issue as keys.
func IsUUID(value string) bool { return len(value) == 36 && uuid.MatchString(value) }

var uuid = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// IsKeyUUID tells whether a value is a UUID under a name that means a key, and not the
// key's id.
func IsKeyUUID(name, value string) bool {
	return IsUUID(value) && !strings.HasSuffix(strings.ToLower(name), "id") && NameOf(name) >= Key
}

// IsDigest tells whether a value has the form of what a hash function gives.
func IsDigest(value string) bool { return hexDigest.MatchString(value) }

var hexDigest = regexp.MustCompile(`^(?i:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$`)
