package format

import (
	"iter"
	"strings"
)

// Directives reads files whose lines are a name and, after white space, its value: those
// of Redis, msmtp, fetchmail, Mutt, OpenVPN, OpenSSH, nginx, Apache, HAProxy, rsyslog and
// others. The path is the name or, where a verb such as set or SetEnv comes first, what
// that sets. Where dialects disagree:
//
//   - A word that begins with # begins a comment, unless it is the only thing that could
//     be the value.
//   - A semicolon ends a directive where white space or the line's end follows it; braces
//     do so if they stand alone, as does an opening parenthesis.
//   - An equals sign may stand between name and value. Where several words are
//     assignments, each is given: set a=1 b=2, action(pwd="x" uid="y").
//   - A comment is a directive that is commented out if it has no more words than a name
//     and a value; what has more is mostly prose.
func Directives(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := directivesReader{cursor: newCursor(text, yield)}
		for r.at < len(r.text) && !r.done {
			r.at = r.line(r.at)
		}
	}
}

type directivesReader struct {
	cursor
	comment bool
	words   []directivesWord
	path    []string
}

// directivesWord is a word or something in quotes.
type directivesWord struct {
	span
	equals int // where an equals sign follows a name or is the first character; else 0
}

func (r *directivesReader) line(pos int) (next int) {
	line, next := lineAt(r.text, pos)
	line = line.trim(r.text)
	if line.empty() {
		return next
	}
	switch r.text[line.start] {
	case '<':
		return r.inline(line, next)
	case '#', ';':
		r.comment = true
		line = line.uncomment(r.text)
	}
	r.directives(line)
	r.comment = false
	return next
}

// directives reads those of a line.
func (r *directivesReader) directives(s span) {
	r.words = r.words[:0]
	for s.start < s.end {
		c := r.text[s.start]
		alone := s.start+1 == s.end || spaces[r.text[s.start+1]] || r.text[s.start+1] == ';'
		switch {
		case spaces[c], c == ')' && alone, c == '(' && !alone && len(r.words) == 1 && r.words[0].end == s.start:
			s.start++
		case c == ';', (c == '{' || c == '}' || c == '(') && alone:
			s.start++
			r.directive(r.words)
			r.words = r.words[:0]
		case c == '#' && (len(r.words) != 1 || alone):
			s.start = s.end
		default:
			w := r.word(s)
			r.words = append(r.words, w)
			s.start = w.end
		}
	}
	r.directive(r.words)
}

// word reads the word that a span begins with.
func (r *directivesReader) word(s span) directivesWord {
	w := directivesWord{span: span{s.start, s.start}}
	if q, ok := quoted(r.text, s); ok {
		w.end = q.end + 1
		return w
	}
	named := true // all of it is a name so far
	for ; w.end < s.end && !spaces[r.text[w.end]]; w.end++ {
		c := r.text[w.end]
		switch {
		case c == '(' && len(r.words) == 0 && named && !w.empty():
			return w
		case c == ';' && !w.empty() && (w.end+1 == s.end || spaces[r.text[w.end+1]] || r.text[w.end+1] == '}'):
			return w
		case c == '=' && w.equals == 0 && named:
			w.equals = w.end
			if q, ok := quoted(r.text, span{w.end + 1, s.end}); ok {
				w.end = q.end + 1
				return w
			}
		}
		named = named && (nameBytes[c] || c == '$' && w.empty())
	}
	return w
}

// directive reads one that consists of words.
func (r *directivesReader) directive(words []directivesWord) {
	verb := 0
	for verb < len(words) && directivesVerbs[strings.ToLower(words[verb].of(r.text))] {
		verb++
	}
	if rest := words[verb:]; len(rest) > 1 || len(rest) == 1 && rest[0].equals > rest[0].start {
		words = rest
	} else {
		verb = 0
	}
	if len(words) == 3 && words[0].of(r.text) == "auth-pass" {
		words = append(words[:1], words[2]) // of Redis Sentinel, where the second word is a host
	}
	r.path = r.path[:0]
	switch {
	case len(words) == 0:
	case r.each(words, verb > 0):
		for _, w := range words {
			r.assign(span{w.start, w.equals}, span{w.equals + 1, w.end})
		}
	case len(words) > 1 && r.each(words[1:], false):
		r.path = append(r.path, words[0].of(r.text))
		for _, w := range words[1:] {
			r.assign(span{w.start, w.equals}, span{w.equals + 1, w.end})
		}
	case verb == 0 && r.pairs(words):
	default:
		name, value := r.split(words)
		r.assign(name, value)
	}
}

// each tells that all words are assignments; more than one without a verb only if their
// values are in quotes, since a password may look like one.
func (r *directivesReader) each(words []directivesWord, verb bool) bool {
	for _, w := range words {
		if w.equals <= w.start || w.equals+1 == w.end {
			return false
		}
		if !verb && !isQuote(r.text[w.end-1]) {
			return false
		}
	}
	return true
}

// split gives the name that the words begin with, and the rest; the value is the empty
// span if there is none.
func (r *directivesReader) split(words []directivesWord) (name, value span) {
	end := words[len(words)-1].end
	name = words[0].span
	switch w := words[0]; {
	case w.equals > w.start:
		return span{w.start, w.equals}, span{w.equals + 1, end}.trim(r.text)
	case len(words) == 1:
		return name, span{end, end}
	}
	value = span{words[1].start, end}
	if w := words[1]; w.equals == w.start {
		value.start++
	}
	if r.comment && len(strings.Fields(value.of(r.text))) > 1 {
		if _, ok := r.quoted(value.trim(r.text)); !ok {
			return name, span{end, end}
		}
	}
	return name, value.trim(r.text)
}

// pairs reads the one-line forms of fetchmail, HAProxy and Redis, where the password is
// one of several settings: poll host user "a" password "b", user a on >b.
func (r *directivesReader) pairs(words []directivesWord) bool {
	switch words[0].of(r.text) {
	case "poll", "skip", "server", "defaults", "user", "username":
	default:
		return false
	}
	r.path = append(r.path, words[0].of(r.text))
	found := false
	for i, w := range words[1:] {
		switch word := w.of(r.text); {
		case word == "pass" || word == "password" || word == "insecure-password":
			if value := i + 2; value < len(words) {
				r.assign(w.span, words[value].span)
				found = true
			}
		case word[0] == '>' && r.path[0] == "user":
			r.give(append(r.path, "password"), bare(r.text, span{w.start + 1, w.end}), r.comment)
			found = true
		}
	}
	if !found {
		r.path = r.path[:0]
	}
	return found
}

// assign gives a value to what a name adds to the path, which stays as it is.
func (r *directivesReader) assign(name, value span) {
	n := strings.TrimPrefix(name.of(r.text), "$")
	n = strings.TrimSuffix(n, ":")
	if len(n) == 0 || !isLetter(n[0]) || value.empty() || r.comment && !isName(n) {
		return
	}
	v, ok := r.quoted(value)
	if !ok {
		v = bare(r.text, value)
	}
	r.give(append(r.path, string(n)), v, r.comment)
}

// quoted reads a value that is all in quotes.
func (r *directivesReader) quoted(s span) (v scalar, ok bool) {
	v, ok = quoted(r.text, s)
	return v, ok && v.end+1 == s.end
}

// inline reads a file that stands in an OpenVPN configuration between <name> and </name>,
// and passes over Apache's sections.
func (r *directivesReader) inline(line span, next int) int {
	name := string(strings.TrimSuffix(span{line.start + 1, line.end}.of(r.text), ">"))
	if !directivesInline[name] {
		return next
	}
	end := len(r.text)
	if n := strings.Index(r.text[next:], "</"+name+">"); n >= 0 {
		end = next + n
	}
	v := bare(r.text, span{next, end}.trim(r.text))
	v.style = Block
	if user, after := lineAt(r.text, v.start); after < v.end && strings.HasSuffix(name, "user-pass") {
		r.path = append(r.path[:0], name)
		r.give(append(r.path, "username"), bare(r.text, user.trim(r.text)), false)
		v = bare(r.text, span{after, v.end}.trim(r.text))
		r.give(append(r.path, "password"), v, false)
	} else if !v.empty() {
		r.give(append(r.path[:0], name), v, false)
	}
	_, next = lineAt(r.text, end)
	return next
}

// directivesVerbs are words after which comes the name of what they set.
var directivesVerbs = map[string]bool{
	"set": true, "setenv": true, "env": true, "export": true, "define": true, "sentinel": true,
	"header": true, "requestheader": true, "always": true, "add": true, "append": true,
	"merge": true, "setifempty": true, // Apache
	"php_value": true, "php_admin_value": true,
	"add_header": true, "proxy_set_header": true, "grpc_set_header": true,
	"fastcgi_param": true, "uwsgi_param": true, "scgi_param": true, // nginx
	"http-request": true, "http-response": true, "set-header": true, "add-header": true, // HAProxy
}

// directivesInline are the options that OpenVPN takes as inline files.
var directivesInline = map[string]bool{
	"ca": true, "cert": true, "key": true, "dh": true, "extra-certs": true, "pkcs12": true,
	"secret": true, "crl-verify": true, "tls-auth": true, "tls-crypt": true, "tls-crypt-v2": true,
	"auth-user-pass": true, "http-proxy-user-pass": true, "auth-gen-token-secret": true,
	"peer-fingerprint": true, "verify-hash": true,
}
