package format

import (
	"bytes"
	"iter"
	"strings"
)

func iniComment(c byte) bool { return c == '#' || c == ';' }

// iniSplit finds the first = or : that isn't in a quoted key. The colons of npm's keys
// belong to them: //registry.example/:_authToken, @scope:registry.
func iniSplit(text []byte, s confSpan) (name, value confSpan, ok bool) {
	pos := s.start
	if q, ok := confQuoted(text, s); ok {
		pos = q.end + 1
	}
	colons := !bytes.HasPrefix(s.of(text), []byte("//")) && !bytes.HasPrefix(s.of(text), []byte("@"))
	for ; pos < s.end; pos++ {
		switch c := text[pos]; {
		case c == '=', c == ':' && colons && !bytes.HasPrefix(text[pos+1:s.end], []byte("//")):
			name = confSpan{s.start, pos}.trim(text)
			return name, confSpan{pos + 1, s.end}.trim(text), !name.empty()
		case c == '"' && pos > s.start && confSpace(text[pos-1]):
			return name, value, false // a key and a value in quotes
		}
	}
	return name, value, false
}

// iniStrict splits what is an assignment only if it looks very much like one: a comment
// or a line that continues a value. Requirements of Python packages, such as a==1, and
// addresses don't.
func iniStrict(text []byte, s confSpan) (name, value confSpan, ok bool) {
	name, value, ok = iniSplit(text, s)
	if !ok {
		return name, value, false
	}
	n := name.of(text)
	if !confName(n) && (bytes.ContainsAny(n, " \t") || strings.IndexByte(`/@"`, n[0]) < 0) {
		return name, value, false
	}
	sep := name.end
	for confSpace(text[sep]) {
		sep++
	}
	next := confSpan{sep + 1, s.end}.of(text)
	if text[sep] == '=' {
		return name, value, !bytes.HasPrefix(next, []byte("="))
	}
	return name, value, len(next) == 0 || confSpace(next[0])
}

func iniAssigns(text []byte, s confSpan) bool {
	_, _, ok := iniStrict(text, s)
	return ok
}

// iniNames gives a key without quotes, and npm's as two: the registry and what is set
// for it.
func iniNames(text []byte, s confSpan) []string {
	name := string(s.of(text))
	if q, ok := confQuoted(text, s); ok {
		name = q.value
	}
	if n := strings.LastIndexByte(name, ':'); n > 0 && strings.HasPrefix(name, "//") {
		return []string{name[:n], name[n+1:]}
	}
	return []string{name}
}

// iniValue reads a value of one line, which a comment may follow. One that begins with
// # and a letter, as colors do, is no comment.
func iniValue(text []byte, s confSpan) confValue {
	if q, ok := confQuoted(text, s); ok {
		rest := confSpan{q.end + 1, s.end}.trim(text)
		if rest.empty() || iniComment(text[rest.start]) {
			return q
		}
	}
	for i := s.start; i < s.end; i++ {
		first := i == s.start && i+1 < s.end && !confSpace(text[i+1])
		if iniComment(text[i]) && confSpace(text[i-1]) && !first {
			s.end = i
		}
	}
	return confBare(text, s.trim(text))
}

// iniItem is one of a list of assignments.
type iniItem struct {
	name string // "" if it is none
	confValue
}

// iniItems gives the assignments that are listed, without comments. Between them is
// white space, as for systemd and Ansible, or commas, as for supervisord; a
// comma in a value without quotes belongs to it unless white space, or a name and =,
// follow. Quotes are around the value or, as for systemd, around all of it.
func iniItems(text []byte, s confSpan) iter.Seq[iniItem] {
	return func(yield func(iniItem) bool) {
		for pos := s.start; pos < s.end; {
			c := text[pos]
			if confSpace(c) || c == ',' || c == '\\' {
				pos++
				continue
			}
			if iniComment(c) {
				_, pos = confLine(text, pos)
				continue
			}
			item, end := iniItemAt(text, confSpan{pos, s.end})
			if !yield(item) {
				return
			}
			pos = end
		}
	}
}

func iniItemAt(text []byte, s confSpan) (item iniItem, end int) {
	if q, ok := confQuoted(text, s); ok {
		name, value, ok := strings.Cut(q.value, "=")
		if ok {
			item.name, item.confValue = name, q
			item.value = value
			item.start += bytes.IndexByte(q.of(text), '=') + 1
		}
		return item, q.end + 1
	}
	pos := s.start
	for pos < s.end && !confSpace(text[pos]) && text[pos] != ',' && text[pos] != '=' {
		pos++
	}
	if pos == s.end || text[pos] != '=' {
		return item, pos
	}
	item.name = string(text[s.start:pos])
	value := confSpan{pos + 1, s.end}
	if q, ok := confQuoted(text, value); ok {
		item.confValue = q
		return item, q.end + 1
	}
	for pos = value.start; pos < s.end && !confSpace(text[pos]); pos++ {
		if text[pos] == ',' && iniBetween(text, confSpan{pos + 1, s.end}) {
			break
		}
	}
	item.confValue = confBare(text, confSpan{value.start, pos})
	return item, pos
}

// iniBetween tells that a comma before a span separates assignments.
func iniBetween(text []byte, s confSpan) bool {
	pos := s.start
	for pos < s.end && (confLetter(text[pos]) || '0' <= text[pos] && text[pos] <= '9') {
		pos++
	}
	if pos == s.start {
		return pos == s.end || confSpace(text[pos])
	}
	return pos < s.end && text[pos] == '='
}
