package detectors

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/ascii"
	"github.com/secretsweep/secretsweep/rules"
)

// decoder undoes one encoding of text where it may hide a secret: where it has the
// encoded form of a text that stands beside secrets, or begins them. Other encoded text
// has nothing to be found by.
type decoder struct {
	rule   *rules.Rule
	has    func(c byte) bool // a character of encoded text
	decode func(run string, at int) (string, bool)
}

// encoded is a text that stands encoded in a chunk.
type encoded struct {
	span
	text string
}

const (
	maxLayers  = 3       // encodings around one another
	maxEncoded = 1 << 16 // bytes of encoded text on either side of what it was found by
)

// hidden are texts whose encoded forms are looked for, as they are usually written.
var hidden = []string{
	"password", "PASSWORD", "Password", "passwd", "PASSWD", "secret", "SECRET", "token", "TOKEN", "Token", "api_key", "API_KEY", "apiKey", "private_key", "PRIVATE KEY", "access_key", "ACCESS_KEY",
	"postgres://", "postgresql://", "mysql://", "mongodb", "redis://", "amqp://", "https://", "\"auth\"", "_auth",
}

// newDecoders makes all decoders. Their rules find encoded text.
func newDecoders() []decoder {
	rule := func(id string, fold string, texts []string) *rules.Rule {
		for i := range texts {
			texts[i] = regexp.QuoteMeta(texts[i])
		}
		slices.Sort(texts)
		return &rules.Rule{ID: id, Pattern: rules.MustPattern(fold + "(?:" + strings.Join(slices.Compact(texts), "|") + ")")}
	}
	var in64, inHex []string
	for _, text := range hidden {
		in64 = append(in64, base64Forms(text)...)
		if len(text) > 4 {
			inHex = append(inHex, hex.EncodeToString([]byte(text)))
		}
	}
	return []decoder{
		{rule("base64-text", "", in64), func(c byte) bool { return ascii.IsWord(c) || c == '+' || c == '/' || c == '-' || c == '=' }, decodeBase64},
		{rule("hex-text", "(?i)", inHex), func(c byte) bool { return ascii.IsDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }, decodeHex},
		{rule("percent-text", "(?i)", []string{"%3a%2f%2f", "password%3d", "password%22%3a", "token%3d", "secret%3d"}), isURL, decodePercent},
	}
}

// base64Forms gives what every base64 text has in it that has a text inside, one for
// each place that it may have in a group of three bytes.
func base64Forms(text string) []string {
	var all []string
	for before := range 3 {
		form := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + text))
		form = form[(before*8+5)/6:]
		if rest := (before + len(text)) % 3; rest > 0 {
			form = form[:len(form)-1]
		}
		all = append(all, form)
	}
	return all
}

// in gives the encoded text around what a decoder's rule found.
func (d *decoder) in(data []byte, f match.Found) (encoded, bool) {
	start, end := f.Start, f.End
	for start > 0 && f.Start-start < maxEncoded && d.has(data[start-1]) {
		start--
	}
	for end < len(data) && end-f.End < maxEncoded && d.has(data[end]) {
		end++
	}
	text, ok := d.decode(string(data[start:end]), f.Start-start)
	return encoded{span{start, end}, text}, ok && utf8.ValidString(text)
}

// decodeBase64 decodes a run of base64, which may have other text before it.
func decodeBase64(run string, at int) (string, bool) {
	if i := strings.LastIndexByte(run[:at], '='); i >= 0 {
		run = run[i+1:] // after the end of a name, or of another text
	}
	if i := strings.IndexByte(run, '='); i >= 0 {
		run = run[:i]
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(run, "-_") {
		encoding = base64.RawURLEncoding
	}
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	plain, err := encoding.DecodeString(run)
	return string(plain), err == nil
}

func decodeHex(run string, at int) (string, bool) {
	run = run[at%2:]
	plain, err := hex.DecodeString(run[:len(run)/2*2])
	return string(plain), err == nil
}

func decodePercent(run string, _ int) (string, bool) {
	plain, err := url.QueryUnescape(run)
	return plain, err == nil
}

// isURL tells whether a character may stand in a URL.
func isURL(c byte) bool { return ascii.IsWord(c) || strings.IndexByte("%:/?#[]@!$&*+,;=.~-", c) >= 0 }
