package template

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// filters are those that a place can have, by their names; "" is none. Their errors say
// what is wrong with a value, without it.
var filters = map[string]func(value string) (string, error){
	"":       func(value string) (string, error) { return value, nil },
	"json":   format.QuoteJSON,
	"yaml":   format.QuoteYAML,
	"sh":     format.QuoteShell,
	"dotenv": dotenv,
	"base64": func(value string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(value)), nil },
	"url":    func(value string) (string, error) { return percentEncoded(value), nil },
}

// dotenv refuses what is misread: where it would be said, nobody looks.
func dotenv(value string) (string, error) {
	if readers := format.DotenvMisreaders(value); len(readers) > 0 {
		return "", fmt.Errorf("can't be written so that %s reads it right (the filter sh is for shells alone)", strings.Join(readers, ", "))
	}
	return format.QuoteDotenv(value)
}

// percentEncoded leaves only what RFC 3986 calls unreserved (2.3): unlike url.PathEscape
// it is right for passwords before an @, and unlike url.QueryEscape for blanks in a path.
func percentEncoded(value string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if isWord(c) && c != '/' || c == '~' {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
