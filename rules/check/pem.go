package check

import (
	"encoding/asn1"
	"encoding/binary"
	"regexp"
	"strings"
)

var (
	pemBegin = regexp.MustCompile(`-----BEGIN ([A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?)-----`)
	// pemAfter and pemBefore are what source code puts around a line of a key:
	// quotes, signs that join or end strings, comment marks.
	pemAfter  = regexp.MustCompile(`(?:["'` + "`" + `][\s+,;.\\)\]]*|\\)$`)
	pemBefore = regexp.MustCompile(`^[\s"'` + "`" + `#*]+`)
)

// A private key between BEGIN and END lines (RFC 7468) is judged by its inside:
// text between the marks that is no key does not count. Line feeds may be written
// as \n, lines may be quoted as in source code, and all may be in base 64 once
// more, as Kubernetes keeps it.
func verifyPEM(value string) Verdict {
	if text, ok := decode64(value); ok {
		value = string(text)
	}
	loc := pemBegin.FindStringSubmatchIndex(value)
	if loc == nil {
		return Fail
	}
	kind := value[loc[2]:loc[3]]
	body, _, _ := strings.Cut(value[loc[1]:], "-----")
	data, encrypted, ok := pemBody(body)
	switch {
	case !ok || len(data) == 0:
		return Fail
	case encrypted: // as OpenSSL did it before PKCS #8: only the data is left
		return Pass
	case kind == "OPENSSH PRIVATE KEY":
		return verdict(strings.HasPrefix(string(data), "openssh-key-v1\x00"))
	case strings.HasPrefix(kind, "PGP "):
		return verdict(isSecretKeyPacket(data[0]))
	}
	return verifyDER(data)
}

// pemBody decodes what stands between the BEGIN and END lines.
func pemBody(text string) (data []byte, encrypted, ok bool) {
	text = strings.NewReplacer(`\\r`, "", `\\n`, "\n", `\r`, "", `\n`, "\n").Replace(text)
	var digits strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		line = pemBefore.ReplaceAllString(pemAfter.ReplaceAllString(strings.TrimSpace(line), ""), "")
		switch {
		case strings.Contains(line, ":"): // a header, such as DEK-Info
			encrypted = encrypted || strings.Contains(line, "ENCRYPTED")
		case strings.HasPrefix(line, "="): // the checksum of OpenPGP's armour
		default:
			digits.WriteString(strings.Join(strings.Fields(line), ""))
		}
	}
	data, ok = decode64(digits.String())
	return data, encrypted, ok
}

// isSecretKeyPacket tells whether a byte begins an OpenPGP packet that holds a
// secret key (RFC 9580, section 4.2: tag 5, in the old or the new form).
func isSecretKeyPacket(b byte) bool {
	const secretKey = 5
	return b == 0xC0|secretKey || b&^0x03 == 0x80|secretKey<<2
}

// verifyDER looks at the outside of PKCS #1, PKCS #8 (encrypted or not) and SEC 1
// keys: a sequence that begins with a version or an algorithm. A key that is cut
// off may be a whole one elsewhere, so it is Unknown.
func verifyDER(der []byte) Verdict {
	var outside, first asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &outside); err == nil {
		_, err = asn1.Unmarshal(outside.Bytes, &first)
		return verdict(err == nil && len(rest) == 0 && outside.Tag == asn1.TagSequence &&
			(first.Tag == asn1.TagInteger || first.Tag == asn1.TagSequence))
	}
	const sequence, longForm, integer = 0x30, 0x82, 0x02
	if len(der) > 64 && der[0] == sequence && der[1] == longForm && der[4] == integer &&
		int(binary.BigEndian.Uint16(der[2:])) > len(der)-4 {
		return Unknown
	}
	return Fail
}
