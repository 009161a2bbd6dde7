package format

import "strings"

// quoted reads the string that begins at text[at].
func (r *hclReader) quoted(at int) (s scalar, ok bool) {
	if s, ok = hclString(r.text, at, r.patience > 0); !ok {
		r.patience -= s.after - at
	}
	return s, ok
}

// hclString reads the string that begins at text[at]. Only its sequences may go over
// ends of lines, if at all. If there is none, the scalar's after is how far this was read.
func hclString(text string, at int, lines bool) (s scalar, ok bool) {
	if at == len(text) || text[at] != '"' {
		return scalar{after: at}, false
	}
	escapes := false
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			s = scalar{value: text[at+1 : i], span: span{at + 1, i}, after: i + 1, style: Quoted}
			if escapes {
				s.value = hclUnescape(s.value)
			}
			return s, true
		case '\n':
			return scalar{after: i}, false
		case '\\':
			escapes = true
			i++
		case '$', '%':
			switch sequence(text, i) {
			case escapedSequence:
				escapes = true
				i += 2
			case openSequence:
				end, ok := sequenceEnd(text, i, lines)
				if !ok {
					return scalar{after: end}, false
				}
				i = end - 1
			}
		}
	}
	return scalar{after: len(text)}, false
}

// What may begin with a dollar or percent sign.
const (
	noSequence      = iota
	openSequence    // ${ or %{
	escapedSequence // $${ or %%{
)

func sequence(text string, at int) int {
	switch rest := text[at+1:]; {
	case strings.HasPrefix(rest, "{"):
		return openSequence
	case len(rest) > 1 && rest[0] == text[at] && rest[1] == '{':
		return escapedSequence
	}
	return noSequence
}

// sequenceEnd gives where the ${ or %{ ends that stands at text[at], with the strings
// in it, which may have such sequences themselves. Otherwise end is how far this was read.
func sequenceEnd(text string, at int, lines bool) (end int, ok bool) {
	open := []int{0} // how many braces each sequence has open
	inString := false
	for i := at + 2; i < len(text); i++ {
		c := text[i]
		top := &open[len(open)-1]
		switch {
		case c == '"':
			inString = !inString
		case inString && c == '\\':
			i++
		case c == '\n' && (inString || !lines):
			return i, false
		case inString && (c == '$' || c == '%'):
			switch sequence(text, i) {
			case escapedSequence:
				i += 2
			case openSequence:
				open = append(open, 0)
				inString = false
				i++
			}
		case inString:
		case c == '{':
			*top++
		case c == '}' && *top > 0:
			*top--
		case c == '}':
			open = open[:len(open)-1]
			if len(open) == 0 {
				return i + 1, true
			}
			inString = true
		}
	}
	return len(text), false
}

// hclUnescape undoes the escapes between the sequences of a string.
func hclUnescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			r, n := escaped(s[i+1:])
			b.WriteRune(r)
			i += n
		case c != '$' && c != '%':
			b.WriteByte(c)
		case sequence(s, i) == escapedSequence:
			b.WriteString(s[i+1 : i+3])
			i += 2
		case sequence(s, i) == openSequence:
			end, _ := sequenceEnd(s, i, true)
			b.WriteString(s[i:end])
			i = end - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// heredoc reads the here document that is announced at text[at]. One that doesn't end
// goes to the text's end.
func (r *hclReader) heredoc(at int) (s scalar, ok bool) {
	rest, ok := strings.CutPrefix(r.text[at:], "<<")
	if !ok {
		return scalar{}, false
	}
	rest, indented := strings.CutPrefix(rest, "-")
	marker := rest[:wordBytes.skip(rest, 0)]
	rest = strings.TrimPrefix(rest[len(marker):], "\r")
	if marker == "" || !strings.HasPrefix(rest, "\n") {
		return scalar{}, false
	}
	start := len(r.text) - len(rest) + 1
	end, after := start, len(r.text)
	for end < len(r.text) {
		next := min(lineEnd(r.text, end)+1, len(r.text))
		line := strings.TrimLeft(r.text[end:next], " \t")
		if tail, ok := strings.CutPrefix(line, marker); ok && strings.Trim(tail, " \t\r\n,;)]}") == "" {
			after = next - len(tail)
			break
		}
		end = next
	}
	s = scalar{value: r.text[start:end], span: span{start, end}, after: after, style: Block}
	if indented {
		value, cut := dedent(s.value)
		s.value = value
		s.start += cut
	}
	s.value = heredocEscapes.Replace(s.value)
	return s, true
}

var heredocEscapes = strings.NewReplacer("$${", "${", "%%{", "%{")

// dedent takes away the white space that all lines begin with which are not blank. Cut
// is how much the first line loses.
func dedent(text string) (value string, cut int) {
	least := len(text)
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			least = min(least, blanks.skip(line, 0))
		}
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			line = line[least:]
		}
		b.WriteString(line)
	}
	if first, _, _ := strings.Cut(text, "\n"); strings.TrimSpace(first) != "" {
		cut = least
	}
	return b.String(), cut
}
