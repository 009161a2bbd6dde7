package format

import (
	"iter"
	"net/url"
	"strings"
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
	return clientsRead(text, func(r *clientsReader, line span) {
		r.path = r.path[:0]
		for len(r.path) < before {
			field := clientsField(r.text, line, escapes)
			if field.end == line.end {
				return
			}
			r.path = append(r.path, field.value)
			line.start = field.end + 1
		}
		if r.comment && strings.ContainsAny(line.of(r.text), " \t") {
			return
		}
		r.password(clientsField(r.text, line, escapes))
	})
}

// clientsField reads what stands before the first colon.
func clientsField(text string, s span, escapes bool) scalar {
	var value []byte
	i := s.start
	for ; i < s.end && text[i] != ':'; i++ {
		if escapes && text[i] == '\\' && i+1 < s.end {
			i++
		}
		value = append(value, text[i])
	}
	return scalar{span: span{s.start, i}, value: string(value)}
}

// GitCredentials reads what git-credential-store keeps: an address on each line, with a
// password in it. A path is the host, the user, and "password".
//
// https://git-scm.com/docs/git-credential-store
func GitCredentials(text []byte) iter.Seq[Entry] {
	return clientsRead(text, func(r *clientsReader, line span) {
		n := strings.Index(line.of(r.text), "://")
		if n < 0 {
			return
		}
		line.start += n + len("://")
		if n := strings.IndexAny(line.of(r.text), "/?#"); n >= 0 {
			line.end = line.start + n
		}
		at := strings.LastIndexByte(line.of(r.text), '@')
		user, _, ok := strings.Cut(line.of(r.text)[:max(at, 0)], ":")
		if !ok {
			return
		}
		password := bare(r.text, span{line.start + len(user) + 1, line.start + at})
		password.value = clientsUnescape(password.value)
		r.path = append(r.path[:0], r.text[line.start+at+1:line.end], clientsUnescape(user))
		r.password(password)
	})
}

// clientsUnescape undoes percent-encoding, unless it is none.
func clientsUnescape(s string) string {
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	return s
}

// clientsReader reads a file line by line.
type clientsReader struct {
	cursor
	comment bool // the line is commented out
	path    []string
}

// clientsRead has the lines read that aren't blank, without the marks of a comment.
func clientsRead(text []byte, read func(r *clientsReader, line span)) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := clientsReader{cursor: newCursor(text, yield)}
		for r.at < len(r.text) && !r.done {
			var line span
			line, r.at = lineAt(r.text, r.at)
			line = line.trim(r.text)
			if r.comment = !line.empty() && r.text[line.start] == '#'; r.comment {
				line = line.uncomment(r.text)
			}
			if !line.empty() {
				read(&r, line)
			}
		}
	}
}

// password gives the password of what the path leads to.
func (r *clientsReader) password(v scalar) {
	r.give(append(r.path, "password"), v, r.comment)
}
