package known

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/ascii"
)

// form is a value in one encoding, and where in that its needle begins.
type form struct {
	value, offset int32
	encoding      encoding
}

// encoding is a way to write a value.
type encoding uint8

const (
	plain encoding = iota
	// Base64, and how many bytes of other text are in the group that the value begins in.
	// Of the group's characters only those are taken that say nothing of other bytes.
	standard0
	standard1
	standard2
	urlSafe0
	urlSafe1
	urlSafe2
	lowerHex
	upperHex
	// Values in which everything may be written as an escape have no needle that stands in
	// any spelling: these are the usual ones.
	inJSON
	inASCII    // JSON with nothing else
	inSafeJSON // JSON that may stand in HTML
	inShell
	inPath
	inForm
	inQuery
	inComponent
	inLowerPath
	inLowerForm
	inLowerQuery
	inLowerComponent
	inHTML
	encodings
)

// encodes tells whether nothing of a value can be read in the encoding. Such text may be
// broken into lines.
func (e encoding) encodes() bool { return standard0 <= e && e <= upperHex }

// spell writes a value.
func (e encoding) spell(v string) string {
	switch e {
	case standard0, standard1, standard2:
		return inBase64(base64.RawStdEncoding, v, int(e-standard0))
	case urlSafe0, urlSafe1, urlSafe2:
		return inBase64(base64.RawURLEncoding, v, int(e-urlSafe0))
	case lowerHex:
		return hex.EncodeToString([]byte(v))
	case upperHex:
		return strings.ToUpper(hex.EncodeToString([]byte(v)))
	case inJSON, inSafeJSON:
		return jsonOf(v, e == inSafeJSON)
	case inASCII:
		return asciiOnly(jsonOf(v, false))
	case inShell:
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(v)
	case inPath:
		return url.PathEscape(v)
	case inForm:
		return url.QueryEscape(v)
	case inQuery:
		return strings.ReplaceAll(url.QueryEscape(v), "+", "%20")
	case inComponent: // as encodeURIComponent of JavaScript
		return strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(inQuery.spell(v))
	case inLowerPath, inLowerForm, inLowerQuery, inLowerComponent:
		return lowerEscapes((e - inLowerPath + inPath).spell(v))
	case inHTML:
		return html.EscapeString(v)
	}
	return v
}

// inBase64 gives the characters that a value has in base64 behind some bytes of another
// text, whatever those are and whatever follows.
func inBase64(encoding *base64.Encoding, v string, before int) string {
	const byteBits, charBits = 8, 6
	s := encoding.EncodeToString(append(make([]byte, before, before+len(v)), v...))
	return s[(before*byteBits+charBits-1)/charBits : (before+len(v))*byteBits/charBits]
}

// jsonOf writes a value as JSON does between quotes; if it is to be safe in HTML, with
// escapes for what means something there.
func jsonOf(v string, safe bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(safe)
	if e.Encode(v) != nil {
		panic("known: a string that has no JSON")
	}
	s := strings.TrimSuffix(b.String(), "\n")
	return s[1 : len(s)-1]
}

// asciiOnly writes all other characters of a string in JSON as escapes.
func asciiOnly(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c < utf8.RuneSelf {
			b.WriteRune(c)
		} else {
			b.WriteString(unicodeEscape(c))
		}
	}
	return b.String()
}

// unicodeEscape gives the escape of a character in JSON; that of two halves, if it has
// such.
func unicodeEscape(c rune) string {
	var b []byte
	for _, half := range utf16.AppendRune(nil, c) {
		b = append(b, `\u`...)
		b = append(b, hex.EncodeToString([]byte{byte(half >> 8), byte(half)})...)
	}
	return string(b)
}

// lowerEscapes writes escapes of addresses with small letters.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' {
			copy(b[i:], strings.ToLower(s[i:i+len("%00")]))
		}
	}
	return string(b)
}

// encodingsOf gives the encodings in which a value is looked for. No two give the same.
func encodingsOf(v string) []encoding {
	all := []encoding{plain, standard0, standard1, standard2}
	for _, e := range []encoding{urlSafe0, urlSafe1, urlSafe2} {
		if s := e.spell(v); strings.ContainsAny(s, "-_") {
			all = append(all, e)
		}
	}
	all = append(all, lowerHex)
	if upperHex.spell(v) != lowerHex.spell(v) {
		all = append(all, upperHex)
	}
	if len(places(head(v), isSteady)) > 0 {
		return all
	}
	spelt := []string{v}
	for e := inJSON; e < encodings; e++ {
		if s := e.spell(v); !slices.Contains(spelt, s) {
			spelt = append(spelt, s)
			all = append(all, e)
		}
	}
	return all
}

// mostHead bounds how far from a value's beginning its needles are. At the end of a chunk
// that goes on, so much of the value is always there.
const mostHead = 4096

// head gives the beginning of a value, up to a whole character.
func head(v string) string {
	if len(v) <= mostHead {
		return v
	}
	end := mostHead
	for end > mostHead-utf8.UTFMax && !utf8.RuneStart(v[end]) {
		end--
	}
	return v[:end]
}

// places gives where in a text needles may be taken whose bytes are all of a kind: not all,
// but some that are spread over it.
func places(text string, is func(byte) bool) []int {
	const most = 32
	all := make([]int, 0, len(text))
	run := 0
	for i := range len(text) {
		run++
		if !is(text[i]) {
			run = 0
		}
		if run >= match.NeedleSize {
			all = append(all, i+1-match.NeedleSize)
		}
	}
	if len(all) <= most {
		return all
	}
	some := make([]int, most)
	for i := range some {
		some[i] = all[i*len(all)/most]
	}
	return some
}

// isSteady tells whether a byte is written as it is in addresses, strings and HTML alike.
func isSteady(c byte) bool { return ascii.IsWord(c) || c == '-' || c == '.' }

func isLetterOrDigit(c byte) bool { return ascii.IsLetter(c) || ascii.IsDigit(c) }

func isInLine(c byte) bool { return c != '\r' && c != '\n' }

func isAny(byte) bool { return true }

// needlePlaces gives where the needle of a form may be, whose text begins like that.
func (e encoding) needlePlaces(text string) []int {
	for _, is := range []func(byte) bool{e.isSteady(), isInLine} {
		if some := places(text, is); len(some) > 0 {
			return some
		}
	}
	return places(text, isAny)
}

// besides gives where a second needle may be. Encoded text has one beside the first, if
// there is room: where a line ends in one of them, none does in the other.
func (e encoding) besides(text string, first int) []int {
	const shortestLine = 64 // PEM (RFC 7468); MIME has 76
	if !e.encodes() {
		return nil
	}
	from := first + match.NeedleSize
	some := places(text[from:min(len(text), first+shortestLine)], e.isSteady())
	if len(some) == 0 {
		from = max(0, from-shortestLine)
		some = places(text[from:first], e.isSteady())
	}
	for i := range some {
		some[i] += from
	}
	return some
}

// isSteady gives what tells of a byte whether it is written the same in all spellings of
// the encoding.
func (e encoding) isSteady() func(byte) bool {
	switch {
	case e == plain:
		return isSteady
	case e.encodes():
		return isLetterOrDigit // and the same in all alphabets of base64
	}
	return isAny
}

// crowd counts in how many places a needle could be taken, of all values. It may count too
// many.
type crowd [1 << 20]uint16

func (c *crowd) at(needle string) *uint16 {
	h := uint32(2166136261) // FNV-1a
	for i := range len(needle) {
		h = (h ^ uint32(needle[i])) * 16777619
	}
	return &c[h%uint32(len(c))]
}

// best chooses the place of a needle: one that the fewest values have, and of these the
// rarest in source text.
func (c *crowd) best(e encoding, text string, places []int) int {
	best, least, rarest := 0, math.MaxInt, math.MaxFloat64
	for _, at := range places {
		needle := text[at : at+match.NeedleSize]
		n, frequency := int(*c.at(needle)), 0.0
		if e == plain {
			frequency = match.Frequency(needle)
		}
		if n < least || n == least && frequency < rarest {
			best, least, rarest = at, n, frequency
		}
	}
	return best
}

// formsOf chooses the forms of values, and their needles. Forms are ordered by the number of
// their needle; those of a needle begin where first says.
func formsOf(values []value) (forms []form, first []int32, needles []match.Needle) {
	each := func(visit func(value int, e encoding, text string, places []int)) {
		for i := range values {
			v := values[i].Reveal()
			for _, e := range encodingsOf(v) {
				text := e.spell(head(v))
				visit(i, e, text, e.needlePlaces(text))
			}
		}
	}
	counts := new(crowd)
	each(func(_ int, _ encoding, text string, places []int) {
		for _, at := range places {
			if n := counts.at(text[at : at+match.NeedleSize]); *n < math.MaxUint16 {
				*n++
			}
		}
	})
	byNeedle := map[match.Needle][]form{}
	each(func(value int, e encoding, text string, places []int) {
		add := func(at int) {
			needle := match.Needle([]byte(text[at : at+match.NeedleSize]))
			byNeedle[needle] = append(byNeedle[needle], form{int32(value), int32(at), e})
		}
		at := counts.best(e, text, places)
		add(at)
		if more := e.besides(text, at); len(more) > 0 {
			add(counts.best(e, text, more))
		}
	})
	needles = slices.SortedFunc(maps.Keys(byNeedle), func(a, b match.Needle) int { return bytes.Compare(a[:], b[:]) })
	for _, n := range needles {
		first = append(first, int32(len(forms)))
		forms = append(forms, byNeedle[n]...)
	}
	return forms, append(first, int32(len(forms))), needles
}
