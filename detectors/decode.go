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

// decoder undoes one encoding of text where it may hide a secret: where something says
// that it is encoded, or it has the encoded form of a text that stands beside secrets, or
// begins them. Other encoded text has nothing to be found by.
type decoder struct {
	rule   *rules.Rule
	decode func(data []byte, f match.Found) (encoded, bool)
}

// encoded is a text that stands encoded in a chunk.
type encoded struct {
	span
	text string
	in   span // the part of the text that stands encoded; around it is what it is assigned to
}

// newEncoded makes a text of which all stands encoded.
func newEncoded(at span, text string) encoded { return encoded{at, text, span{0, len(text)}} }

// chunk makes a chunk of the text, as if it lay in a file beside the one that it stands
// in, with the extension of what it looks like.
func (in *encoded) chunk(c *Chunk) *Chunk {
	inner := &Chunk{Data: []byte(in.text), At: c.At, Names: c.Names, Whole: true, To: len(in.text)}
	if ext := looksLike(in.text); ext != "" && len(c.paths()) > 0 {
		inner.Names = nil
		for _, p := range c.paths() {
			inner.Names = append(inner.Names, p+ext)
		}
		inner.At.Path = inner.Names[0]
	}
	return inner
}

// looksLike gives the extension of the format that a text is in, going by its first line;
// "" if that can't be told.
func looksLike(text string) string {
	line, _, _ := strings.Cut(strings.TrimLeft(text, "\ufeff \t\r\n"), "\n")
	switch {
	case strings.HasPrefix(line, "{"):
		return ".json"
	case assignment.MatchString(line):
		return ".env"
	case mapping.MatchString(line):
		return ".yml"
	case userlist.MatchString(line):
		return ".userlist"
	}
	return ""
}

var (
	assignment = regexp.MustCompile(`^(?:export )?\w+ ?=`)
	mapping    = regexp.MustCompile(`^[\w.-]+:(?:\s|$)`)
)

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
		{rule("base64-text", "", in64), runs(isBase64, decodeBase64)},
		{rule("hex-text", "(?i)", inHex), runs(isHex, decodeHex)},
		{rule("percent-text", "(?i)", []string{"%3a%2f%2f", "password%3d", "password%22%3a", "token%3d", "secret%3d", "%70%61%73%73", "%74%6f%6b%65%6e", "%73%65%63%72%65%74"}), runs(isURL, decodePercent)},
		{&rules.Rule{ID: "escaped-text", Pattern: rules.MustPattern(escapedText)}, decodeEscapes},
		{&rules.Rule{ID: "decoding-call", Pattern: rules.MustPattern(decodingCall)}, decodeCall},
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

// runs makes a decoder's function of one that decodes a run of an encoding's characters,
// in which the rule's match lies at a place, and tells from where on it is encoded.
func runs(has func(c byte) bool, decode func(run string, at int) (plain string, from int, ok bool)) func([]byte, match.Found) (encoded, bool) {
	return func(data []byte, f match.Found) (encoded, bool) {
		start, end := f.Start, f.End
		for start > 0 && f.Start-start < maxEncoded && has(data[start-1]) {
			start--
		}
		for end < len(data) && end-f.End < maxEncoded && has(data[end]) {
			end++
		}
		text, from, ok := decode(string(data[start:end]), f.Start-start)
		return newEncoded(span{start + from, end}, text), ok && utf8.ValidString(text)
	}
}

func isBase64(c byte) bool { return ascii.IsWord(c) || c == '+' || c == '/' || c == '-' || c == '=' }

func isHex(c byte) bool { return ascii.IsDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// decodeBase64 decodes a run of base64, which may have other text before it.
func decodeBase64(run string, at int) (plain string, from int, ok bool) {
	from = strings.LastIndexByte(run[:at], '=') + 1 // after the end of a name, or of another text
	run = run[from:]
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
	decoded, err := encoding.DecodeString(run)
	return string(decoded), from, err == nil
}

func decodeHex(run string, at int) (plain string, from int, ok bool) {
	from = at % 2
	run = run[from:]
	decoded, err := hex.DecodeString(run[:len(run)/2*2])
	return string(decoded), from, err == nil
}

func decodePercent(run string, _ int) (plain string, from int, ok bool) {
	plain, err := url.QueryUnescape(run)
	return plain, 0, err == nil
}

// isURL tells whether a character may stand in a URL.
func isURL(c byte) bool { return ascii.IsWord(c) || strings.IndexByte("%:/?#[]@!$&*+,;=.~-", c) >= 0 }
