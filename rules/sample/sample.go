// Package sample makes texts that look like secrets, from templates that don't.
//
// A template is literal text with placeholders in braces:
//
//	{alnum:36}           36 random letters and digits; {alnum:20-40} is 20 to 40 of them
//	{lower:n} {upper:n} {digit:n} {hex:n} {HEX:n}
//	{base32:n}           A-Z and 2-7
//	{base64:n}           the standard alphabet, no padding
//	{base64url:n}        the URL-safe alphabet, no padding
//	{set:[A-Z2-7_]:n}    the listed characters; a-z is a range, a hyphen at an end is itself
//	{bytes:n}            bytes of any value, for use inside an encoding
//	{uuid}               a version 4 UUID
//	{jwt}                a JSON Web Token that says HS256
//	{pem:rsa}            a private key in PEM; also ec, pkcs8, openssh, encrypted, pgp
//	{base64(...)}        the encoding of what the template inside expands to, padded;
//	{base64url(...)}     likewise, unpadded
//	{json(...)}          likewise, as it stands inside a JSON string
//	{check}              the checksum of the token so far, which is what stands
//	                     between the last white space or quote and here
//	{{                   a brace
//
// A brace that closes nothing is itself. Every character of a set is as likely as
// any other, so that a sample has the entropy of a real secret. No repository
// then holds a text that another scanner would stop.
package sample

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

const (
	maxCount  = 1 << 16 // characters that one placeholder may ask for
	maxDepth  = 4       // encodings inside one another
	maxLength = 1 << 20 // bytes of a sample
)

// Expand fills in a template. The same rng gives the same text, except for keys,
// which are made once in a process. complete computes what {check} stands for from
// the token before it; it may be nil if the template has none.
func Expand(template string, rng *rand.Rand, complete func(partial string) string) (string, error) {
	e := expander{template, rng, complete}
	text, _, err := e.expand(template, 0)
	if err != nil {
		return "", fmt.Errorf("template %q: %w", template, err)
	}
	return text, nil
}

type expander struct {
	template string
	rng      *rand.Rand
	complete func(string) string
}

// expand fills in t up to its end or, inside an encoding, up to ")}". It gives
// what follows, too.
func (e *expander) expand(t string, depth int) (text, rest string, err error) {
	var out strings.Builder
	for t != "" {
		if depth > 0 && strings.HasPrefix(t, ")}") {
			return out.String(), t[2:], nil
		}
		if t[0] != '{' {
			out.WriteByte(t[0])
			t = t[1:]
			continue
		}
		if strings.HasPrefix(t, "{{") {
			out.WriteByte('{')
			t = t[2:]
			continue
		}
		end := strings.IndexAny(t, ":(}")
		if end < 0 {
			return "", "", fmt.Errorf("%q is not closed", t)
		}
		name := t[1:end]
		var filled string
		if t[end] == '(' {
			filled, t, err = e.encode(name, t[end+1:], depth)
		} else {
			filled, t, err = e.fill(name, t[end:], out.String())
		}
		if err != nil {
			return "", "", err
		}
		if out.WriteString(filled); out.Len() > maxLength {
			return "", "", fmt.Errorf("more than %d bytes", maxLength)
		}
	}
	if depth > 0 {
		return "", "", fmt.Errorf("an encoding is not closed by %q", ")}")
	}
	return out.String(), "", nil
}

// encode expands the inside of an encoding.
func (e *expander) encode(name, t string, depth int) (text, rest string, err error) {
	if depth == maxDepth {
		return "", "", fmt.Errorf("more than %d encodings inside one another", maxDepth)
	}
	inside, rest, err := e.expand(t, depth+1)
	if err != nil {
		return "", "", err
	}
	switch name {
	case "base64":
		return base64.StdEncoding.EncodeToString([]byte(inside)), rest, nil
	case "base64url":
		return base64.RawURLEncoding.EncodeToString([]byte(inside)), rest, nil
	case "json":
		quoted, err := json.Marshal(inside)
		if err != nil {
			return "", "", err
		}
		return string(quoted[1 : len(quoted)-1]), rest, nil
	}
	return "", "", fmt.Errorf("unknown encoding %q", name)
}

// fill gives what a placeholder stands for. t begins at the colon or brace after
// its name; before is the text so far.
func (e *expander) fill(name, t, before string) (text, rest string, err error) {
	var set string
	if name == "set" {
		chars, after, ok := strings.Cut(strings.TrimPrefix(t, ":["), "]")
		if !ok || !strings.HasPrefix(t, ":[") {
			return "", "", fmt.Errorf("{set} wants its characters in brackets")
		}
		if set, err = ranges(chars); err != nil {
			return "", "", err
		}
		t = after
	}
	arg, rest, ok := strings.Cut(t, "}")
	if !ok {
		return "", "", fmt.Errorf("{%s is not closed", name)
	}
	arg, hasArg := strings.CutPrefix(arg, ":")
	if !hasArg && arg != "" {
		return "", "", fmt.Errorf("{%s}: unexpected %q", name, arg)
	}
	switch name {
	case "uuid", "jwt", "check":
		if hasArg {
			return "", "", fmt.Errorf("{%s} takes no argument", name)
		}
	}
	switch name {
	case "uuid":
		text = e.uuid()
	case "jwt":
		text, err = e.jwt()
	case "check":
		if e.complete == nil {
			return "", "", fmt.Errorf("{check}: no check that computes one")
		}
		text = e.complete(before[strings.LastIndexAny(before, " \t\r\n\"'`")+1:])
	case "pem":
		text, err = privateKey(arg)
	case "bytes":
		text, err = e.bytes(arg)
	case "set":
		text, err = e.random(set, arg)
	default:
		if set = alphabet(name); set == "" {
			return "", "", fmt.Errorf("unknown placeholder {%s}", name)
		}
		text, err = e.random(set, arg)
	}
	if err != nil {
		return "", "", fmt.Errorf("{%s}: %w", name, err)
	}
	return text, rest, nil
}

const (
	digits = "0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func alphabet(name string) string {
	switch name {
	case "alnum":
		return digits + lower + upper
	case "lower":
		return lower
	case "upper":
		return upper
	case "digit":
		return digits
	case "hex":
		return digits + "abcdef"
	case "HEX":
		return digits + "ABCDEF"
	case "base32":
		return upper + "234567"
	case "base64":
		return upper + lower + digits + "+/"
	case "base64url":
		return upper + lower + digits + "-_"
	}
	return ""
}

// ranges spells out a set such as "A-Z2-7_".
func ranges(chars string) (string, error) {
	var set strings.Builder
	for i := 0; i < len(chars); i++ {
		from, to := chars[i], chars[i]
		if i+2 < len(chars) && chars[i+1] == '-' {
			to = chars[i+2]
			i += 2
		}
		if from > to || to > '~' {
			return "", fmt.Errorf("{set}: %q is not a range of ASCII characters", chars)
		}
		for c := from; c <= to; c++ {
			set.WriteByte(c)
		}
	}
	if set.Len() == 0 {
		return "", fmt.Errorf("{set}: no characters")
	}
	return set.String(), nil
}

// count reads "36" or "20-40" and chooses a number.
func (e *expander) count(arg string) (int, error) {
	low, high, isRange := strings.Cut(arg, "-")
	from, err := strconv.Atoi(low)
	to := from
	if err == nil && isRange {
		to, err = strconv.Atoi(high)
	}
	if err != nil || from < 1 || to < from || to > maxCount {
		return 0, fmt.Errorf("want a count from 1 to %d or a range of counts, not %q", maxCount, arg)
	}
	return from + e.rng.IntN(to-from+1), nil
}

func (e *expander) random(set, count string) (string, error) {
	n, err := e.count(count)
	if err != nil {
		return "", err
	}
	text := make([]byte, n)
	for i := range text {
		text[i] = set[e.rng.IntN(len(set))]
	}
	return string(text), nil
}

func (e *expander) bytes(count string) (string, error) {
	n, err := e.count(count)
	if err != nil {
		return "", err
	}
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(e.rng.IntN(256))
	}
	return string(text), nil
}

// uuid makes a version 4 UUID (RFC 9562).
func (e *expander) uuid() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(e.rng.IntN(256))
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (e *expander) jwt() (string, error) {
	const template = `{base64url({{"alg":"HS256","typ":"JWT"})}.` +
		`{base64url({{"sub":"{digit:8}","iat":17{digit:8}})}.{base64url({bytes:32})}`
	text, _, err := e.expand(template, 0)
	return text, err
}
