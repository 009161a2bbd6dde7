package format

import (
	"iter"
	"strings"
)

func iniComment(c byte) bool { return c == '#' || c == ';' }

// iniSplit finds the first = or : that isn't in a quoted key. The colons of npm's keys
// belong to them: //registry.example/:_authToken, @scope:registry.
func iniSplit(text string, s span) (name, value span, ok bool) {
	pos := s.start
	if q, ok := quoted(text, s); ok {
		pos = q.end + 1
	}
	colons := !strings.HasPrefix(s.of(text), "//") && !strings.HasPrefix(s.of(text), "@")
	for ; pos < s.end; pos++ {
		switch c := text[pos]; {
		case c == '=', c == ':' && colons && !strings.HasPrefix(text[pos+1:s.end], "//"):
			name = span{s.start, pos}.trim(text)
			return name, span{pos + 1, s.end}.trim(text), !name.empty()
		case c == '"' && pos > s.start && spaces[text[pos-1]]:
			return name, value, false // a key and a value in quotes
		}
	}
	return name, value, false
}

// iniStrict splits what is an assignment only if it looks very much like one: a comment
// or a line that continues a value. Requirements of Python packages, such as a==1, and
// addresses don't.
func iniStrict(text string, s span) (name, value span, ok bool) {
	name, value, ok = iniSplit(text, s)
	if !ok {
		return name, value, false
	}
	n := name.of(text)
	if !isName(n) && (strings.ContainsAny(n, " \t") || strings.IndexByte(`/@"`, n[0]) < 0) {
		return name, value, false
	}
	sep := name.end
	for spaces[text[sep]] {
		sep++
	}
	next := span{sep + 1, s.end}.of(text)
	if text[sep] == '=' {
		return name, value, !strings.HasPrefix(next, "=")
	}
	return name, value, len(next) == 0 || spaces[next[0]]
}

func iniAssigns(text string, s span) bool {
	_, _, ok := iniStrict(text, s)
	return ok
}

// iniNames gives a key without quotes, and npm's as two: the registry and what is set
// for it.
func iniNames(text string, s span) []string {
	name := s.of(text)
	if q, ok := quoted(text, s); ok {
		name = q.value
	}
	if n := strings.LastIndexByte(name, ':'); n > 0 && strings.HasPrefix(name, "//") {
		return []string{name[:n], name[n+1:]}
	}
	return []string{name}
}

// iniValue reads a value of one line, which a comment may follow. One that begins with
// # and a letter, as colors do, is no comment.
func iniValue(text string, s span) scalar {
	if q, ok := quoted(text, s); ok {
		rest := span{q.end + 1, s.end}.trim(text)
		if rest.empty() || iniComment(text[rest.start]) {
			return q
		}
	}
	for i := s.start; i < s.end; i++ {
		first := i == s.start && i+1 < s.end && !spaces[text[i+1]]
		if iniComment(text[i]) && spaces[text[i-1]] && !first {
			s.end = i
		}
	}
	return bare(text, s.trim(text))
}

// iniItem is one of a list of assignments.
type iniItem struct {
	name string // "" if it is none
	scalar
}

// iniItems gives the assignments that are listed, without comments. Between them is
// white space, as for systemd and Ansible, or commas, as for supervisord; a
// comma in a value without quotes belongs to it unless white space, or a name and =,
// follow. Quotes are around the value or, as for systemd, around all of it.
func iniItems(text string, s span) iter.Seq[iniItem] {
	return func(yield func(iniItem) bool) {
		for pos := s.start; pos < s.end; {
			c := text[pos]
			if spaces[c] || c == ',' || c == '\\' {
				pos++
				continue
			}
			if iniComment(c) {
				_, pos = lineAt(text, pos)
				continue
			}
			item, end := iniItemAt(text, span{pos, s.end})
			if !yield(item) {
				return
			}
			pos = end
		}
	}
}

func iniItemAt(text string, s span) (item iniItem, end int) {
	if q, ok := quoted(text, s); ok {
		name, value, ok := strings.Cut(q.value, "=")
		if ok {
			item.name, item.scalar = name, q
			item.value = value
			item.start += strings.IndexByte(q.of(text), '=') + 1
		}
		return item, q.end + 1
	}
	pos := s.start
	for pos < s.end && !spaces[text[pos]] && text[pos] != ',' && text[pos] != '=' {
		pos++
	}
	if pos == s.end || text[pos] != '=' {
		return item, pos
	}
	item.name = text[s.start:pos]
	value := span{pos + 1, s.end}
	if q, ok := quoted(text, value); ok {
		item.scalar = q
		return item, q.end + 1
	}
	for pos = value.start; pos < s.end && !spaces[text[pos]]; pos++ {
		if text[pos] == ',' && iniBetween(text, span{pos + 1, s.end}) {
			break
		}
	}
	item.scalar = bare(text, span{value.start, pos})
	return item, pos
}

// iniBetween tells that a comma before a span separates assignments.
func iniBetween(text string, s span) bool {
	pos := s.start
	for pos < s.end && (isLetter(text[pos]) || '0' <= text[pos] && text[pos] <= '9') {
		pos++
	}
	if pos == s.start {
		return pos == s.end || spaces[text[pos]]
	}
	return pos < s.end && text[pos] == '='
}
