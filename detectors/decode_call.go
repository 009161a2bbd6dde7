package detectors

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/match"
)

// Text that a program decodes: by a call, or as it is read.

// maxBeside is how much of a line counts before and after an encoded text.
const maxBeside = 200

// beside gives what stands on a line before a stretch of it, and after.
func beside(data []byte, start, end int) (before, after string) {
	b := data[max(0, start-maxBeside):start]
	a := data[end:min(len(data), end+maxBeside)]
	if i := bytes.IndexByte(a, '\n'); i >= 0 {
		a = a[:i]
	}
	return string(b[bytes.LastIndexByte(b, '\n')+1:]), string(a)
}

// escapedText finds letters that nobody escapes who does not mean to hide them: at the
// beginning of what stands in quotes or in an element, anywhere in JSON, and where they
// spell one of some words.
var escapedText = `(?:\\u00[4-7][0-9A-Fa-f]){3}|` +
	"[\"'`>](?P<value>" + `(?:\\x[2-7][0-9A-Fa-f]){4}|(?:\\1[0-7]{2}){4}|(?:&#(?:[3-9][0-9]|1[0-2][0-9]);){4}|(?:&#[xX][2-7][0-9A-Fa-f];){4})|(?i:` +
	strings.Join(escapesOf("pass", "secret", "token"), "|") + ")"

// escapesOf gives the escaped forms of words.
func escapesOf(words ...string) []string {
	var all []string
	for _, format := range [...]string{`\x%x`, `\%o`, "&#%d;", "&#x%x;"} {
		for _, word := range words {
			var form strings.Builder
			for _, c := range word {
				fmt.Fprintf(&form, format, c)
			}
			all = append(all, regexp.QuoteMeta(form.String()))
		}
	}
	return all
}

// escape matches an escaped character.
var escape = regexp.MustCompile(`\\u[0-9A-Fa-f]{4}|\\x[0-7][0-9A-Fa-f]|\\[01][0-7]{2}`)

// decodeEscapes undoes the escapes of a line. What was found lies in one that stands in
// quotes, or between spaces.
func decodeEscapes(data []byte, f match.Found) (encoded, bool) {
	const ends = " \t\r\n\"'`<>="
	start, end := f.Start, f.End
	for start > 0 && f.Start-start < maxBeside && strings.IndexByte(ends, data[start-1]) < 0 {
		start--
	}
	for end < len(data) && end-f.End < maxEncoded && strings.IndexByte(ends, data[end]) < 0 {
		end++
	}
	before, after := beside(data, start, end)
	before = unescape(before)
	plain := unescape(string(data[start:end]))
	return around(span{start, end}, before, plain, unescape(after)), utf8.ValidString(plain)
}

// around makes an encoded text with what stands before and after it.
func around(at span, before, plain, after string) encoded {
	return encoded{at, before + plain + after, span{len(before), len(before) + len(plain)}}
}

func unescape(text string) string {
	return html.UnescapeString(escape.ReplaceAllStringFunc(text, func(s string) string {
		digits, base := s[1:], 8
		if digits[0] == 'u' || digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		n, _ := strconv.ParseUint(digits, base, 16) // escape matches no other
		return string(rune(n))
	}))
}

// decodingCall finds what a program or a command decodes on the spot: the argument of a
// call, what is piped to a command, and the encoded command of PowerShell.
const decodingCall = "(?:" +
	`(?:\batob|(?i:base64(?:[._]|::)?decode|\bb64_?decode|decode_?(?:base)?64!?)|(?:From|from_)(?i:base64(?:String)?)|parseBase64Binary|Decoder\(\)\.decode|Encoding\.DecodeString|STANDARD\.decode` +
	`|fromhex|unhexlify|hex2bin|FromHexString|parseHex|hex\.DecodeString|Buffer\.from)\([ \t]{0,3}b?["'` + "`" + `](?P<value>[0-9A-Za-z+/_-]{8,1000})` +
	`|base64Encoded:[ \t]{0,3}"([0-9A-Za-z+/]{8,1000})` +
	`|\becho[ \t]{1,3}(?:-n[ \t]{1,3})?["']?([0-9A-Za-z+/]{8,1000}={0,2})["']?[ \t]{0,3}\|[ \t]{0,3}(?:openssl[ \t])?(?:base64[ \t]{1,3}(?:-d|-D|--decode)|xxd[ \t]-r[ \t]-p)\b` +
	`|\bbase64[ \t]{1,3}(?:-d|-D|--decode)[ \t]{0,3}<<<[ \t]{0,3}["']?([0-9A-Za-z+/]{8,1000})` +
	`|(?i:powershell|pwsh)(?:\.exe)?[ \t][^\r\n|]{0,100}?-(?i:e|ec|enc|encodedcommand)[ \t]{1,3}["']?([0-9A-Za-z+/]{24,1000}))`

// decodeCall puts a text in the place of the call that decodes it, and of those around
// that: as if it were assigned itself.
func decodeCall(data []byte, f match.Found) (encoded, bool) {
	end := f.End
	for end < len(data) && end-f.End < maxEncoded && isBase64(data[end]) {
		end++
	}
	before, after := beside(data, f.MatchStart, max(end, f.MatchEnd))
	decode := decodeBase64
	if bytes.Contains(bytes.ToLower(data[f.MatchStart:f.Start]), []byte("hex")) || strings.HasPrefix(after, "', 'hex'") || strings.HasPrefix(after, `", "hex"`) ||
		bytes.Contains(data[f.End:f.MatchEnd], []byte("xxd")) {
		decode = decodeHex
	}
	plain, _, ok := decode(string(data[f.Start:end]), 0)
	if strings.Count(plain, "\x00") >= len(plain)/3 {
		plain = fromUTF16(plain)
	}
	if i := strings.LastIndexByte(before, '='); i >= 0 {
		before = before[:i+1]
	} else {
		before = string(trimName([]byte(before)))
	}
	return around(span{f.Start, end}, before+`"`, plain, `"`+after), ok && isText(plain)
}

// fromUTF16 decodes text as Windows has it in memory.
func fromUTF16(text string) string {
	var units []uint16
	for i := 0; i+1 < len(text); i += 2 {
		units = append(units, uint16(text[i])|uint16(text[i+1])<<8)
	}
	return string(utf16.Decode(units))
}
