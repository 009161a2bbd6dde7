package judge

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Choice is how a value looks that stands where a password may.
type Choice uint8

const (
	None   Choice = iota // no password: empty, a placeholder, a path, a piece of code
	Stock                // one that everybody knows, such as admin, or that says it is one
	Phrase               // words, which as well may be a sentence, or a piece of code
	Word                 // a word, which may as well be text
	Chosen               // what a person makes up who needs one: Summer2024
)

// The lengths that a password has.
const (
	shortestPassword = 4
	longestPassword  = 128
)

// PasswordOf tells what a value looks like under a name that means a password.
// The value is as a program sees it, without quotes.
func PasswordOf(value string) Choice {
	if len(value) < shortestPassword || len(value) > longestPassword {
		return None
	}
	lower := strings.ToLower(value)
	switch {
	case noValues[lower], refers(value), IsDerived(value):
		return None
	case hasForm(code, value):
		return phraseOrNone(value)
	case isStock(lower):
		return Stock
	case isMark(value), isPlaceholder(value):
		return None
	case strings.ContainsAny(value, "\t\r\n"), strings.Count(value, " ") > 4:
		return None // a sentence
	}
	letters, digits, signs := kinds(value)
	last := value[len(value)-1]
	switch {
	case letters == 0 && signs == 0:
		if digits < 6 || digits < 8 && isRegular(value) {
			return None
		}
		return Word
	case isStructured(value) && !strings.ContainsAny(value, passwordSigns):
		return None
	case digits == 0 && strings.Contains(value, " "):
		return phraseOrNone(value)
	case digits == 0 && (strings.IndexByte("?:.,;", last) >= 0 || signs == 1 && last == '!'):
		return Word // a label, or the end of a sentence
	case digits == 0 && signs == 1 && strings.IndexByte(value, '@') > 0:
		return Word // user@domain
	}
	joined := identifier.MatchString(value)
	switch {
	case letters > 0 && digits+signs > 0 && !joined && !technical.MatchString(lower):
		return Chosen
	case digits+signs == 0 && len(value) >= leastRandom && isPrintable(value) && isSurprising(value):
		return Chosen
	case joined && value != lower, strings.Count(value, "_") > 1:
		return None
	}
	return Word
}

// StandsOut tells whether a value is not written as the words of a text are, which may
// have hyphens between them: it has a digit in it, or another sign.
func StandsOut(value string) bool { return strings.ContainsAny(value, digits+"!#$%&*+=?@^_~") }

// passwordSigns are what a version, a host or a date has none of.
const passwordSigns = "!#$%^&*?"

// isStock tells whether a password, in lower case, is one that is tried first, or
// names itself, whatever digits and signs are put around it or in the place of letters.
func isStock(lower string) bool {
	plain := separators.Replace(lower)
	inner := strings.Trim(plain, digits+"!@#$*.")
	return stock[plain] || stock[inner] || stock[unleet.Replace(plain)] || stock[unleet.Replace(inner)] ||
		strings.Trim(lower, digits) == "" && isRegular(lower)
}

// separators takes out what stands between words.
var separators = strings.NewReplacer("-", "", "_", "")

// unleet puts letters back for the signs that are written for them.
var unleet = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// isMark tells whether a value only marks a place: one character repeated, or no letter
// and no digit at all.
func isMark(value string) bool {
	_, first := utf8.DecodeRuneInString(value)
	if strings.Count(value, value[:first])*first == len(value) {
		return true
	}
	letters, digits, _ := kinds(value)
	return letters+digits == 0
}

// IsStrong tells whether a value is so long and varied that its characters, be they those
// of a template or of code, are there by chance: the salts of WordPress.
func IsStrong(value string) bool {
	return len(value) >= 32 && strings.ContainsAny(value, "!#$%^&*(){}[]|;<>?") && !strings.ContainsAny(value, " \t") &&
		!strings.Contains(value, "://") && Entropy(value) > 4.5
}

// code has the forms of code: calls, member accesses, type parameters, regular
// expressions and what else is made of it.
var code = []form{
	{"(", regexp.MustCompile(`^[\w.:>-]+\(|\(\)?$`)},                                   // call
	{":", regexp.MustCompile(`^:[a-z_]\w*[!?]?$`)},                                     // symbol
	{":", regexp.MustCompile(`^;?[a-z]:[0-9]+[;:]`)},                                   // serialized value
	{":", regexp.MustCompile(`:x:[0-9]+:[0-9]+`)},                                      // user without a password
	{"|", regexp.MustCompile(`^[a-z_]+(?::[\w,.@-]*)?(?:\|[a-z_]+(?::[\w,.@-]*)?)+$`)}, // rules of validation
	{".$", regexp.MustCompile(`^\.\$`)},                                                // variable that is joined on
	{".", regexp.MustCompile(`^[a-z_]\w*(?:\.[a-z_]\w*)+$`)},                           // object.member
	{".", regexp.MustCompile(`^(?:[a-z_]\w*\.)+[A-Z_]+$`)},                             // object.CONSTANT
	{".", regexp.MustCompile(`^(?:[A-Z][a-z]+\.)+[a-z]\w*$`)},                          // Type.member
	{":/", regexp.MustCompile(`^[a-z][a-z0-9+.-]*:/`)},                                 // address
	{":", regexp.MustCompile(`^[\w.-]+:[0-9]{2,5}$`)},                                  // host and port
	{"[", regexp.MustCompile(`^[A-Za-z_][\w.]*\[`)},                                    // element
	{"::", regexp.MustCompile(`::`)},                                                   // member
	{"=>", regexp.MustCompile(`=>`)},                                                   // function, pair
	{"->", regexp.MustCompile(`->`)},                                                   // function, member
	{"^", regexp.MustCompile(`^\^`)},                                                   // regular expression
	{`\`, regexp.MustCompile(`\\[dws]`)},                                               // regular expression
	{"/", regexp.MustCompile(`^/.*/[a-z]*$`)},                                          // regular expression
	{"/", regexp.MustCompile(`/$`)},                                                    // directory
	{"[", regexp.MustCompile(`^\[.*\]$`)},                                              // list
	{"{", regexp.MustCompile(`^\{.*\}$`)},                                              // object
	{"<", regexp.MustCompile(`^<.*>$`)},                                                // tag
	{"-", regexp.MustCompile(`^--?[a-z]`)},                                             // option
	{".", regexp.MustCompile(`^\.[a-z_]`)},                                             // file
	{"=", regexp.MustCompile(`^[A-Z_]{2,}=`)},                                          // variable of the environment
}

// IsName tells whether a value is the name of something in a program, though it has
// digits and signs: a member (ResultSet.Rows, $.services[0].image), a type
// (RendererFactory2).
func IsName(value string) bool {
	return typeName.MatchString(value) || memberName.MatchString(value) && (strings.ContainsAny(value, "$[") || hump.MatchString(value))
}

var (
	typeName   = regexp.MustCompile(`^[A-Za-z][a-z]*[0-9]{0,2}[a-z]*(?:[A-Z][a-z]+[0-9]{0,2}[a-z]*)+$`)
	memberName = regexp.MustCompile(`^\$?\.?[\pL_]\w*(?:\[-?\w*\])*(?:\.[\pL_][\pL\w]*(?:\[-?\w*\])*)+$`)
	hump       = regexp.MustCompile(`\pL\p{Lu}\p{Ll}`)
)

// identifier matches words with marks between, as names and keys are.
var identifier = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`(?:[a-z]{2,}[-_./: ])+[a-z]{2,}[0-9]?`, // auth.token
	`(?:[A-Z]{2,}[-_./: ])+[A-Z]{2,}[0-9]?`, // AUTH_TOKEN
	`(?:[A-Z][a-z]+[-_]){2,}[A-Z][a-z]+`,    // Reset-User-Password
	`[a-z]+(?:-[a-z]+){2,}`,                 // x-api-key
	`_*[a-z]+(?:[A-Z][a-z]+)+`,              // resetPassword
}, "|") + `)$`)

// technical matches terms, in lower case, that have digits in them.
var technical = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`[a-z]{1,3}[0-9]{1,2}|[a-z]{2,5}[0-9]`, // db01, node1
	`(?:aes|base|http|ipv|ldap|md|oauth|pkcs|rsa|saml|sha|ssh|ssl|tls|utf)[-_]?[0-9][\w-]*|x(?:509|64|86)(?:[-_]\w+)?`, // sha256, utf-8, x86_64
	`(?:es|hs|ps|rs)(?:256|384|512)|ed25519|p256|scram-sha-[0-9]+`,                                                     // signatures and logins
	`api[-_]?v?[0-9.]+|v[0-9.]+`, // versions
}, "|") + `)$`)
