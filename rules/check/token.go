package check

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// decode64 reads base 64 of either alphabet, padded or not.
func decode64(text string) ([]byte, bool) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	data, err := base64.RawStdEncoding.DecodeString(text)
	return data, err == nil
}

// object reads a JSON object in base 64.
func object(text string) (map[string]any, bool) {
	data, ok := decode64(text)
	var fields map[string]any
	return fields, ok && json.Unmarshal(data, &fields) == nil && fields != nil
}

// hasText tells whether a field is a text that isn't empty.
func hasText(fields map[string]any, name string) bool {
	s, ok := fields[name].(string)
	return ok && s != ""
}

// verifyBase64 wants padded base 64 of n bytes.
func verifyBase64(value string, n int) Verdict {
	data, err := base64.StdEncoding.DecodeString(value)
	return verdict(err == nil && len(data) == n)
}

// A JSON Web Token (RFC 7519) is header, claims and signature; the first two are
// JSON objects. One that is not signed is no secret.
func verifyJWT(value string) Verdict {
	parts := strings.Split(value, ".")
	if len(parts) != 3 || parts[2] == "" {
		return Fail
	}
	header, ok := object(parts[0])
	if !ok || !hasText(header, "alg") || strings.EqualFold(header["alg"].(string), "none") {
		return Fail
	}
	_, ok = object(parts[1])
	return verdict(ok)
}

// jwtEnds reads the claim exp: seconds since 1970.
func jwtEnds(value string) (time.Time, bool) {
	_, rest, _ := strings.Cut(value, ".")
	claims, _, _ := strings.Cut(rest, ".")
	fields, ok := object(claims)
	if !ok {
		return time.Time{}, false
	}
	seconds, ok := fields["exp"].(float64)
	return time.Unix(int64(seconds), 0), ok
}

// An organization token of Sentry is "sntrys_", a JSON object in base 64, an
// underscore and a secret.
// See https://github.com/getsentry/rfcs/blob/main/text/0091-ci-upload-tokens.md.
func verifySentry(value string) Verdict {
	fields, secret, ok := strings.Cut(strings.TrimPrefix(value, "sntrys_"), "_")
	if !ok || secret == "" {
		return Fail
	}
	claims, ok := object(fields)
	return verdict(ok && hasText(claims, "org"))
}

// A service account token of 1Password is "ops_" and a JSON object in base 64.
func verifyOnePassword(value string) Verdict {
	fields, ok := object(strings.TrimPrefix(value, "ops_"))
	return verdict(ok && hasText(fields, "signInAddress"))
}

// An access policy token of Grafana Cloud is "glc_" and a JSON object in base 64:
// organization, name, key and more.
func verifyGrafanaCloud(value string) Verdict {
	fields, ok := object(strings.TrimPrefix(value, "glc_"))
	return verdict(ok && hasText(fields, "k"))
}

// A personal access token of Jira, Confluence or Bitbucket Data Center is, in base
// 64, its number, a colon and random bytes.
func verifyAtlassianPAT(value string) Verdict {
	data, ok := decode64(strings.TrimPrefix(value, "BBDC-"))
	if !ok {
		return Fail
	}
	id, secret, ok := bytes.Cut(data, []byte(":"))
	return verdict(ok && len(secret) > 0 && isNumber(string(id)))
}

// A bot token of Discord begins with the bot's id in base 64.
// See https://discord.com/developers/docs/reference.
func verifyDiscord(value string) Verdict {
	head, _, ok := strings.Cut(value, ".")
	id, isBase64 := decode64(head)
	const least = len("1000")
	return verdict(ok && isBase64 && isNumber(string(id)) && len(id) >= least)
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

// An access key id of AWS is a prefix of four letters and twelve or more
// characters of base 32. In those of today it holds the account's number, of
// twelve decimal digits: 40 bits behind the first. Ids from before have that bit
// clear, and tell nothing.
func verifyAWSKeyID(value string) Verdict {
	const prefix, idBytes = 4, 6
	if len(value) < prefix+idBytes*2 {
		return Fail
	}
	data, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(value[prefix:])
	if err != nil || len(data) < idBytes {
		return Fail
	}
	head := binary.BigEndian.Uint64(append([]byte{0, 0}, data[:idBytes]...))
	if head>>47 == 0 {
		return Unknown
	}
	const lastAccount = 999_999_999_999
	return verdict(head>>7&(1<<40-1) <= lastAccount)
}

// A token of PyPI is "pypi-" and a macaroon in base 64: a version, then fields of
// type, length and bytes, in sections that an end mark closes. The first is the
// location, the last a signature of 32 bytes.
// See https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt.
func verifyPyPI(value string) Verdict {
	data, ok := decode64(strings.TrimPrefix(value, "pypi-"))
	if !ok || len(data) == 0 || data[0] != 2 {
		return Fail
	}
	const end, location, signature = 0, 1, 6
	data = data[1:]
	for first := true; ; first = false {
		kind, n := binary.Uvarint(data)
		if n <= 0 {
			return Fail
		}
		data = data[n:]
		if kind == end {
			continue
		}
		length, n := binary.Uvarint(data)
		if n <= 0 || length > uint64(len(data)-n) {
			return Fail
		}
		field := data[n : n+int(length)]
		data = data[n+int(length):]
		if first && (kind != location || !strings.HasSuffix(string(field), "pypi.org")) {
			return Fail
		}
		if kind == signature {
			return verdict(len(field) == 32 && len(data) == 0)
		}
	}
}
