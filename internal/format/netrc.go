package format

import (
	"iter"
	"slices"
	"strings"
)

// Netrc reads what ftp, curl and others log in with. A path is the machine, the login if
// it has one, and "password" or "account". What "default" is about has no machine.
//
// https://everything.curl.dev/usingcurl/netrc.html
// https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
func Netrc(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := netrcReader{cursor: newCursor(text, yield)}
		r.read()
		var path []string
		for _, f := range r.fields {
			path = path[:0]
			for _, name := range []string{f.of.machine, f.of.login, f.name} {
				if name != "" {
					path = append(path, name)
				}
			}
			r.give(path, f.scalar, f.comment)
		}
	}
}

type netrcReader struct {
	cursor
	fields []netrcField
}

// netrcLogin is how to log in to a machine. The login may come after the password.
type netrcLogin struct{ machine, login string }

// netrcField is a password or an account.
type netrcField struct {
	scalar
	of      *netrcLogin
	name    string
	comment bool
}

// netrcState is where in a text a reader is, or where in what is commented out.
type netrcState struct {
	login *netrcLogin
	word  string // that says what the next one is
}

func (r *netrcReader) read() {
	live := netrcState{login: &netrcLogin{}}
	dead := live
	macro := false // until the next blank line
	for r.at < len(r.text) {
		var line span
		line, r.at = lineAt(r.text, r.at)
		line = line.trim(r.text)
		switch {
		case line.empty():
			macro = false
		case macro:
		case r.text[line.start] == '#':
			line = line.uncomment(r.text)
			if first := r.token(line); slices.Contains(netrcWords, first.value) {
				dead.word = ""
				r.line(line, &dead, true)
			}
		default:
			macro = r.line(line, &live, false)
			dead.login = live.login
		}
	}
}

// netrcWords are those that say what comes next.
var netrcWords = []string{"machine", "default", "login", "password", "account", "macdef"}

// line reads a line, and tells whether lines of a macro follow.
func (r *netrcReader) line(s span, state *netrcState, comment bool) (macro bool) {
	for ; !s.empty(); s = s.trim(r.text) {
		token := r.token(s)
		s.start = token.end
		if token.style == Quoted {
			s.start++
		}
		word := state.word
		state.word = ""
		switch word {
		case "machine":
			state.login = &netrcLogin{machine: token.value}
		case "login":
			if comment { // the login that it was may be another
				state.login = &netrcLogin{machine: state.login.machine}
			}
			state.login.login = token.value
		case "password", "account":
			r.fields = append(r.fields, netrcField{token, state.login, word, comment})
		case "macdef":
			return true
		default:
			state.word = token.value
			if token.value == "default" {
				state.login, state.word = &netrcLogin{}, ""
			}
		}
	}
	return false
}

// token reads the word that a span begins with.
func (r *netrcReader) token(s span) scalar {
	if !s.empty() && r.text[s.start] == '"' {
		if q, ok := quoted(r.text, s); ok {
			return q
		}
	}
	if n := strings.IndexAny(s.of(r.text), " \t"); n >= 0 {
		s.end = s.start + n
	}
	return bare(r.text, s)
}
