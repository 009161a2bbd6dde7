package format

import (
	"bytes"
	"iter"
	"net/url"
)

// Pgpass reads the passwords of PostgreSQL's clients. A path is the host, the port, the
// database, the user, and "password".
//
// https://www.postgresql.org/docs/current/libpq-pgpass.html
func Pgpass(text []byte) iter.Seq[Entry] {
	return clientsFields(text, 4, true)
}

// Htpasswd reads the users of Apache and of nginx's auth_basic. A path is the user, and
// "password"; the value is its hash.
//
// https://httpd.apache.org/docs/current/misc/password_encryptions.html
// https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html
func Htpasswd(text []byte) iter.Seq[Entry] {
	return clientsFields(text, 1, false)
}

// Passwd reads the users of a Unix system, from /etc/passwd or /etc/shadow. A path is the
// user, and "password"; the value is its hash, or what stands for none.
//
// https://man7.org/linux/man-pages/man5/passwd.5.html
// https://man7.org/linux/man-pages/man5/shadow.5.html
func Passwd(text []byte) iter.Seq[Entry] {
	return clientsFields(text, 1, false)
}

// clientsFields reads lines of fields with colons between them, where the password comes
// after so many others. If escapes says so, a backslash escapes the next character.
func clientsFields(text []byte, before int, escapes bool) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		path := make([]string, 0, before+1)
		for line := range clientsLines(text) {
			path = path[:0]
			rest := line.confSpan
			for len(path) < before {
				field := clientsField(text, rest, escapes)
				if field.end == rest.end {
					break
				}
				path = append(path, field.value)
				rest.start = field.end + 1
			}
			if len(path) < before || line.comment && bytes.ContainsAny(rest.of(text), " \t") {
				continue
			}
			password := clientsField(text, rest, escapes)
			if !yield(password.entry(append(path, "password"), line.comment)) {
				return
			}
		}
	}
}

// clientsField reads what stands before the first colon.
func clientsField(text []byte, s confSpan, escapes bool) confValue {
	var value []byte
	i := s.start
	for ; i < s.end && text[i] != ':'; i++ {
		if escapes && text[i] == '\\' && i+1 < s.end {
			i++
		}
		value = append(value, text[i])
	}
	return confValue{confSpan: confSpan{s.start, i}, value: string(value)}
}

// GitCredentials reads what git-credential-store keeps: an address on each line, with a
// password in it. A path is the host, the user, and "password".
//
// https://git-scm.com/docs/git-credential-store
func GitCredentials(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		var path [3]string
		for line := range clientsLines(text) {
			rest := line.confSpan
			n := bytes.Index(rest.of(text), []byte("://"))
			if n < 0 {
				continue
			}
			rest.start += n + len("://")
			if n := bytes.IndexAny(rest.of(text), "/?#"); n >= 0 {
				rest.end = rest.start + n
			}
			at := bytes.LastIndexByte(rest.of(text), '@')
			colon := bytes.IndexByte(rest.of(text), ':')
			if colon < 0 || at < colon {
				continue
			}
			password := confBare(text, confSpan{rest.start + colon + 1, rest.start + at})
			password.value = clientsUnescape(password.value)
			path = [3]string{
				string(text[rest.start+at+1 : rest.end]),
				clientsUnescape(string(text[rest.start : rest.start+colon])),
				"password",
			}
			if !yield(password.entry(path[:], line.comment)) {
				return
			}
		}
	}
}

// clientsUnescape undoes percent-encoding, unless it is none.
func clientsUnescape(s string) string {
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	return s
}

// clientsLine is a line, without the marks of a comment.
type clientsLine struct {
	confSpan
	comment bool
}

// clientsLines gives the lines that aren't blank.
func clientsLines(text []byte) iter.Seq[clientsLine] {
	return func(yield func(clientsLine) bool) {
		for pos := confStart(text); pos < len(text); {
			var s confSpan
			s, pos = confLine(text, pos)
			line := clientsLine{confSpan: s.trim(text)}
			if !line.empty() && text[line.start] == '#' {
				line = clientsLine{line.uncomment(text), true}
			}
			if !line.empty() && !yield(line) {
				return
			}
		}
	}
}
