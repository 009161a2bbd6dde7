package check

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

func crc(text string) uint32 { return crc32.ChecksumIEEE([]byte(text)) }

// ends tells whether the value is a body and the checksum of it, n characters
// long, in any case.
func ends(value string, n int, complete func(string) string) bool {
	cut := len(value) - n
	return cut > 0 && strings.EqualFold(complete(value[:cut]), value[cut:])
}

// afterPrefix gives what follows a token's prefix, which ends at the first
// underscore.
func afterPrefix(token string) string {
	_, body, _ := strings.Cut(token, "_")
	return body
}

// Tokens of GitHub, npm, Vercel and Polar end with the CRC-32 of what stands between
// prefix and checksum, as six digits to base 62: digits, capitals, small letters.
// The prefix may have underscores, such as polar_oat_; the body has none.
// See https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/.
const base62Length = 6

func verifyBase62(value string) Verdict {
	cut := len(value) - base62Length
	return verdict(cut > 0 && value[cut-1] != '_' && completeBase62(value[:cut]) == value[cut:])
}

func completeBase62(partial string) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var text [base62Length]byte
	n := crc(partial[strings.LastIndexByte(partial, '_')+1:])
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = alphabet[n%62]
		n /= 62
	}
	return string(text[:])
}

// In a fine-grained token of GitHub (93 characters), the first eight of the last
// sixteen are the beginning of the SHA-256 of all before them, to base 32.
const (
	fineGrainedSum  = 8
	fineGrainedTail = 8 // of unknown meaning
)

func verifyFineGrained(value string) Verdict {
	cut := len(value) - fineGrainedTail
	return verdict(cut > 0 && ends(value[:cut], fineGrainedSum, completeFineGrained))
}

func completeFineGrained(partial string) string {
	sum := sha256.Sum256([]byte(partial))
	return base32.StdEncoding.EncodeToString(sum[:])[:fineGrainedSum]
}

// A routable token of GitLab is "prefix-payload.01.LLCCCCCCC": the payload's
// length and the CRC-32 of all before it, both to base 36. Earlier ones have no
// ".01", and the classic kind no dot and no checksum.
// See https://docs.gitlab.com/security/tokens/.
const (
	gitlabLength = 2
	gitlabCRC    = 7
)

func verifyGitLab(value string) Verdict {
	cut := len(value) - gitlabCRC
	if cut <= 0 || !strings.Contains(value, ".") {
		return Unknown
	}
	if value[cut:] == base36(crc(value[:cut]), gitlabCRC) {
		return Pass
	}
	if strings.Contains(value, ".01.") {
		return Fail
	}
	return Unknown
}

// completeGitLab takes a token up to the dot before the length.
func completeGitLab(partial string) string {
	_, payload, _ := strings.Cut(partial, "-")
	payload, _, _ = strings.Cut(payload, ".")
	length := base36(uint32(len(payload)), gitlabLength)
	return length + base36(crc(partial+length), gitlabCRC)
}

func base36(n uint32, width int) string {
	s := strconv.FormatUint(uint64(n), 36)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// A service account token of Grafana ends with the CRC-32, bytes in little-endian
// order, of all before the underscore.
func verifyGrafana(value string) Verdict {
	i := strings.LastIndexByte(value, '_')
	return verdict(i > 0 && strings.EqualFold(littleEndianHex(value[:i]), value[i+1:]))
}

func completeGrafana(partial string) string { return littleEndianHex(strings.TrimSuffix(partial, "_")) }

func littleEndianHex(text string) string { return hex.EncodeToString(littleEndian(text)) }

func littleEndian(text string) []byte { return binary.LittleEndian.AppendUint32(nil, crc(text)) }

// A token of Cloudflare (cfut_, cfat_, cfk_) ends with the CRC-32 of its body.
// Cloudflare doesn't document that, so it speaks for a token but never against it.
func verifyCloudflare(value string) Verdict {
	if ends(value, 8, completeCloudflare) {
		return Pass
	}
	return Unknown
}

func completeCloudflare(partial string) string { return fmt.Sprintf("%08x", crc(afterPrefix(partial))) }

// A secret of Confluent Cloud ("cflt", 54 characters, 6 of checksum) ends with the
// CRC-32 of the 54, bytes in little-endian order, to base 64.
const confluentSum = 6

func verifyConfluent(value string) Verdict {
	cut := len(value) - confluentSum
	return verdict(cut > 0 && completeConfluent(value[:cut]) == value[cut:])
}

func completeConfluent(partial string) string {
	body := strings.TrimPrefix(partial, "cflt")
	return base64.StdEncoding.EncodeToString(littleEndian(body))[:confluentSum]
}

// A key of Zuplo is "zpka_", 32 characters, an underscore and their CRC-32.
func verifyZuplo(value string) Verdict { return verdict(ends(value, 8, completeZuplo)) }

func completeZuplo(partial string) string {
	return fmt.Sprintf("%08x", crc(strings.TrimSuffix(afterPrefix(partial), "_")))
}

// A token of Private Packagist ends with the CRC-32 of all before the sum.
// See https://packagist.com/docs/composer-authentication.
func verifyPackagist(value string) Verdict { return verdict(ends(value, 8, completePackagist)) }

func completePackagist(partial string) string { return fmt.Sprintf("%08x", crc(partial)) }

// An API token of Atlassian ends with "=" and the CRC-32 of all before the sum.
func verifyAtlassian(value string) Verdict { return verdict(ends(value, 8, completeAtlassian)) }

func completeAtlassian(partial string) string { return fmt.Sprintf("%08X", crc(partial)) }

// Our own texts end with the first four bytes of the SHA-256 of all before them, to base
// 32. One that was written down may have blanks and capitals, which don't count.
const secretsweepSum = 4

func verifySecretsweep(value string) Verdict {
	text := strings.ToLower(strings.Join(strings.Fields(value), ""))
	return verdict(ends(text, small32.EncodedLen(secretsweepSum), completeSecretsweep))
}

func completeSecretsweep(partial string) string {
	sum := sha256.Sum256([]byte(partial))
	return small32.EncodeToString(sum[:secretsweepSum])
}

// small32 is base 32 in small letters.
var small32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// An age identity is a Bech32 text (BIP 173), all in capitals, whose
// human-readable part is AGE-SECRET-KEY-. See https://age-encryption.org/v1.
const (
	bech32Alphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
	bech32Sum      = 6
)

func verifyAge(value string) Verdict {
	cut := len(value) - bech32Sum
	return verdict(cut > 0 && completeAge(value[:cut]) == value[cut:])
}

// completeAge gives "" for what is no beginning of an identity.
func completeAge(partial string) string {
	i := strings.LastIndexByte(partial, '1')
	if i < 0 {
		return ""
	}
	name, data := strings.ToLower(partial[:i]), partial[i+1:]
	var values []byte
	for _, c := range []byte(name) {
		values = append(values, c>>5)
	}
	values = append(values, 0)
	for _, c := range []byte(name) {
		values = append(values, c&31)
	}
	for _, c := range []byte(data) {
		v := strings.IndexByte(bech32Alphabet, c)
		if v < 0 {
			return ""
		}
		values = append(values, byte(v))
	}
	sum := bech32Polymod(append(values, make([]byte, bech32Sum)...)) ^ 1
	var text [bech32Sum]byte
	for i := range text {
		text[i] = bech32Alphabet[sum>>(5*(bech32Sum-1-i))&31]
	}
	return string(text[:])
}

func bech32Polymod(values []byte) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum
}
