package format

import (
	"iter"
	"strings"
)

// INI reads the many dialects of INI files: those of Python's configparser, Git, MySQL,
// PHP, npm, systemd, supervisord, Ansible and others. A path has the section, the part
// of it that stands in quotes, and the key. Where dialects disagree:
//
//   - A line is a comment if it begins with # or ;, and what follows white space and one
//     of them is one, too, though not in quotes. A password that has " #" in it is cut
//     short there; most of what looks like that is a comment.
//   - A value that is all in quotes is what stands between them.
//   - Lines that are indented more than their key continue its value, as for
//     configparser, and so do lines after a backslash. One which itself is an assignment,
//     as are those of tox's setenv, is given as one, with the key in its path.
//   - Of "host a=1 b=2", as Ansible's inventories have it, each assignment is given, with
//     the host in its path; so is each of those that "Environment" lists.
//   - "key value", as Yarn 1 has it, is an assignment only outside of sections.
func INI(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := iniReader{cursor: newCursor(text, yield)}
		for r.at < len(r.text) && !r.done {
			r.at = r.line(r.at)
		}
	}
}

type iniReader struct {
	cursor
	path    []string
	section int // how many of the path's names are the section's
}

// assign gives a value that is below the first so many names of the path.
func (r *iniReader) assign(depth int, v scalar, comment bool, names ...string) {
	r.path = append(r.path[:depth], names...)
	r.give(r.path, v, comment)
}

// line reads the line at pos, and what continues it.
func (r *iniReader) line(pos int) (next int) {
	line, next := lineAt(r.text, pos)
	body := line.trim(r.text)
	if !body.empty() && r.text[body.start] == '[' {
		body = r.header(body)
	}
	switch {
	case body.empty():
		return next
	case iniComment(r.text[body.start]):
		r.comment(r.section, body)
		return next
	case r.host(body):
		return next
	}
	name, value, ok := iniSplit(r.text, body)
	if !ok {
		r.pair(body)
		return next
	}
	after := r.continuation(body.start-line.start, value, next)
	r.path = append(r.path[:r.section], iniNames(r.text, name)...)
	if !r.listed(value, next, after) {
		depth := len(r.path)
		v := r.joined(value, next, after)
		r.nested(depth, next, v.start)
		r.assign(depth, v, false)
		r.nested(depth, max(next, v.start), after)
	}
	return after
}

// header reads a section's header, and gives what follows on its line.
func (r *iniReader) header(s span) (rest span) {
	end := s.start + 1
	closed := true // the quotes so far
	for ; end < s.end && r.text[end] != ']'; end++ {
		if closed && r.text[end] == '"' {
			var q scalar
			if q, closed = quoted(r.text, span{end, s.end}); closed {
				end = q.end
			}
		}
	}
	name := span{s.start + 1, end}.trim(r.text)
	r.path = r.path[:0]
	if n := strings.IndexByte(name.of(r.text), '"'); n >= 0 {
		if sub, ok := quoted(r.text, span{name.start + n, name.end}); ok {
			name.end = name.start + n
			r.path = append(r.path, name.trim(r.text).of(r.text), sub.value)
		}
	}
	if title := strings.TrimLeft(name.of(r.text), "["); len(r.path) == 0 && len(title) > 0 {
		r.path = append(r.path, string(title))
	}
	r.section = len(r.path)
	return span{min(end+1, s.end), s.end}.trim(r.text)
}

// comment reads an assignment that is commented out.
func (r *iniReader) comment(depth int, s span) {
	name, value, ok := iniStrict(r.text, s.uncomment(r.text))
	if ok {
		r.assign(depth, iniValue(r.text, value), true, iniNames(r.text, name)...)
	}
}

// host reads a line of an Ansible inventory.
func (r *iniReader) host(s span) bool {
	n := strings.IndexAny(s.of(r.text), " \t=")
	if n < 0 {
		return false
	}
	name := span{s.start, s.start + n}
	if r.text[name.end] == '=' || r.text[name.end-1] == ':' {
		return false
	}
	var items []iniItem
	for item := range iniItems(r.text, span{name.end, s.end}) {
		if !isName(item.name) {
			return false
		}
		items = append(items, item)
	}
	if len(items) == 0 || len(items) == 1 && !strings.HasPrefix(items[0].name, "ansible_") {
		return false
	}
	for _, item := range items {
		r.assign(r.section, item.scalar, false, name.of(r.text), item.name)
	}
	return true
}

// pair reads a key and a value between which there is but white space.
func (r *iniReader) pair(s span) {
	if r.section > 0 {
		return
	}
	name := s
	if q, ok := quoted(r.text, s); ok {
		name.end = q.end + 1
	} else if n := strings.IndexAny(s.of(r.text), " \t"); n >= 0 {
		name.end = s.start + n
	}
	value := iniValue(r.text, span{name.end, s.end}.trim(r.text))
	if value.value != "" && (value.style != Bare || !strings.ContainsAny(value.value, " \t")) {
		r.assign(0, value, false, iniNames(r.text, name)...)
	}
}

// continuation is where the lines end that continue a value whose key has an indentation.
func (r *iniReader) continuation(indent int, value span, next int) (after int) {
	after = next
	joined := strings.HasSuffix(value.of(r.text), `\`)
	for pos := next; pos < len(r.text); pos = next {
		var line span
		line, next = lineAt(r.text, pos)
		body := line.trim(r.text)
		if body.empty() || iniComment(r.text[body.start]) {
			continue
		}
		if body.start-line.start <= indent {
			_, _, assigns := iniSplit(r.text, body)
			if !joined || assigns || r.text[body.start] == '[' {
				break
			}
		}
		joined = r.text[body.end-1] == '\\'
		after = next
	}
	return after
}

// joined gives a value with the lines that continue it. After a backslash comes a space,
// as for systemd, and else a newline, as for configparser.
func (r *iniReader) joined(value span, next, after int) scalar {
	if next == after {
		return iniValue(r.text, value)
	}
	var b strings.Builder
	v := scalar{style: Block}
	add := func(s span) {
		line, slash := strings.CutSuffix(s.of(r.text), `\`)
		s = span{s.start, s.start + len(line)}.trim(r.text)
		if b.Len() == 0 {
			if s.empty() {
				return
			}
			v.start = s.start
		}
		if !s.empty() {
			v.end = s.end
		}
		b.WriteString(s.of(r.text))
		if slash {
			b.WriteByte(' ')
		} else {
			b.WriteByte('\n')
		}
	}
	add(value)
	alone := true
	for pos := next; pos < after; {
		var line span
		line, pos = lineAt(r.text, pos)
		line = line.trim(r.text)
		if !line.empty() && (iniComment(r.text[line.start]) || iniAssigns(r.text, line)) {
			continue
		}
		alone = alone && line.empty()
		add(line)
	}
	if alone {
		return iniValue(r.text, value)
	}
	v.value = strings.TrimRight(b.String(), " \n")
	return v
}

// nested reads the assignments among the lines that continue a value, to which so many
// of the path's names lead.
func (r *iniReader) nested(depth, next, after int) {
	for pos := next; pos < after; {
		var line span
		line, pos = lineAt(r.text, pos)
		line = line.trim(r.text)
		if line.empty() {
			continue
		}
		if iniComment(r.text[line.start]) {
			r.comment(depth, line)
		} else if name, value, ok := iniStrict(r.text, line); ok {
			r.assign(depth, iniValue(r.text, value), false, iniNames(r.text, name)...)
		}
	}
}

// listed reads the variables that a key to which the reader's path leads sets.
func (r *iniReader) listed(value span, next, after int) bool {
	depth := len(r.path)
	switch strings.ToLower(r.path[depth-1]) {
	case "environment": // systemd and supervisord
		listed := false
		if next != after {
			value.end = after
		}
		for item := range iniItems(r.text, value) {
			if isName(item.name) {
				r.assign(depth, item.scalar, false, item.name)
				listed = true
			}
		}
		return listed
	case "env", "setenv", "set_env": // uWSGI, tox
		name, v, ok := iniStrict(r.text, value)
		if ok {
			r.assign(depth, iniValue(r.text, v), false, iniNames(r.text, name)...)
			r.nested(depth, next, after)
		}
		return ok
	}
	return false
}
