package format

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// yamlStyle draws documents in the styles that people write, which is more than the
// library writes. What it draws is nearly always valid.
type yamlStyle struct{ t *rapid.T }

func (y yamlStyle) oneIn(n int) bool { return rapid.IntRange(1, n).Draw(y.t, "one in") == 1 }

func (y yamlStyle) of(choices ...string) string { return rapid.SampledFrom(choices).Draw(y.t, "of") }

func (y yamlStyle) count(most int) int { return rapid.IntRange(1, most).Draw(y.t, "count") }

func (y yamlStyle) spaces(least int) string {
	return strings.Repeat(" ", least+rapid.IntRange(0, 2).Draw(y.t, "spaces"))
}

// stream draws documents.
func (y yamlStyle) stream() string {
	var s strings.Builder
	if y.oneIn(10) {
		s.WriteString("\ufeff")
	}
	if y.oneIn(5) {
		s.WriteString(y.of("%YAML 1.1\n---\n", "---\n", "--- # first\n", "\n\n---\n", "# a: b\n---\n"))
	}
	s.WriteString(y.root())
	for y.oneIn(3) {
		s.WriteString(y.of("---\n", "...\n---\n", "--- # next\n", "...\n# c: d\n---\n"))
		s.WriteString(y.root())
	}
	text := s.String()
	if y.oneIn(5) {
		text = strings.TrimSuffix(text, "\n")
	}
	if y.oneIn(5) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

func (y yamlStyle) root() string {
	switch rapid.IntRange(0, 5).Draw(y.t, "root") {
	case 0:
		return y.flow(0, 0) + "\n"
	case 1:
		return y.sequence(0, 0)
	}
	return y.mapping(0, 0)
}

func (y yamlStyle) mapping(indent, depth int) string {
	var s strings.Builder
	for range y.count(4) {
		s.WriteString(y.between(indent))
		s.WriteString(strings.Repeat(" ", indent))
		if key := y.key(); y.oneIn(12) {
			fmt.Fprintf(&s, "? %s\n%s:", key, strings.Repeat(" ", indent))
		} else {
			s.WriteString(key + y.of("", "", "", " ") + ":")
		}
		s.WriteString(y.value(indent, depth, true))
	}
	return s.String()
}

func (y yamlStyle) sequence(indent, depth int) string {
	var s strings.Builder
	for range y.count(4) {
		s.WriteString(y.between(indent) + strings.Repeat(" ", indent) + "-")
		if depth < 4 && y.oneIn(3) {
			gap := y.spaces(1)
			inside := indent + 1 + len(gap)
			nested := y.mapping
			if y.oneIn(3) {
				nested = y.sequence
			}
			// What comes between has no place behind the "-".
			text := nested(inside, depth+1)
			for strings.HasPrefix(strings.TrimLeft(text, " "), "#") || strings.HasPrefix(strings.TrimLeft(text, " "), "\n") {
				_, text, _ = strings.Cut(text, "\n")
			}
			s.WriteString(gap + strings.TrimLeft(text, " "))
		} else {
			s.WriteString(y.value(indent, depth, false))
		}
	}
	return s.String()
}

// between draws what is between the lines.
func (y yamlStyle) between(indent int) string {
	if !y.oneIn(6) {
		return ""
	}
	margin := strings.Repeat(" ", indent)
	return y.of("\n", "\n\n", margin+"# what follows\n", margin+"# KEY: value\n", "#KEY: [1, 2\n", margin+"#- a: 'b\n", "#\n", margin+"   \n")
}

func (y yamlStyle) key() string {
	return y.of("key", "KEY_", "a key", "'it''s'", `"q\t"`, "k.e-y", "x:y", "&k key", "!!str key", "é", "a#b", `back"tick`, "<<<", "-k") + y.of("", "", " ")
}

// value draws what follows a key's colon or a "-", up to its line's end.
func (y yamlStyle) value(indent, depth int, keyed bool) string {
	properties := ""
	if y.oneIn(8) {
		properties = " " + y.of("!vault", "&anchor", "!!str", "&a !t", "!t &a-1")
	}
	comment := y.of("", "", "", "", " # it is", "  # a: b", "  #")
	if depth < 4 {
		switch rapid.IntRange(0, 9).Draw(y.t, "collection") {
		case 0, 1:
			return properties + comment + "\n" + y.mapping(indent+y.count(4), depth+1)
		case 2:
			return properties + comment + "\n" + y.sequence(indent+y.count(3), depth+1)
		case 3:
			if keyed {
				return properties + comment + "\n" + y.sequence(indent, depth+1)
			}
		case 4:
			return properties + y.spaces(1) + y.flow(indent+1, depth+1) + comment + "\n"
		}
	}
	gap := y.spaces(1)
	if y.oneIn(10) {
		gap = comment + "\n" + y.spaces(indent+1)
	}
	switch rapid.IntRange(0, 9).Draw(y.t, "scalar") {
	case 0:
		return properties + comment + "\n"
	case 1, 2:
		return properties + gap + y.double(indent+1) + comment + "\n"
	case 3, 4:
		return properties + gap + y.single(indent+1) + comment + "\n"
	case 5, 6:
		return properties + y.spaces(1) + y.block(indent, comment)
	}
	return properties + gap + y.plain(indent+1, false) + comment + "\n"
}

func (y yamlStyle) join(indent int) string {
	if y.oneIn(8) {
		return y.of("\n", " \n", "\n\n", "\n  \n\n") + y.spaces(indent)
	}
	return y.of(" ", "", "  ")
}

func (y yamlStyle) plain(indent int, flow bool) string {
	s := y.of("a", "Bär", "-x", "1.5", "true", "~", "http://h/p", "a:b", "a#b", "it's", `say"`, "x=y", "$A", "@", "w*")
	if s == "@" {
		s = "a@b"
	}
	for y.oneIn(2) {
		word := y.of("b", "c:d", "e#", "-", "'q'", "&x", "!y", "*", "|", "%")
		if !flow {
			word = y.of(word, "{", "[x]", ",", "}", "?")
		}
		if gap := y.join(indent); gap != "" {
			s += gap + word
		}
	}
	return s
}

func (y yamlStyle) double(indent int) string {
	s := `"`
	for y.oneIn(2) {
		s += y.of("a", "b c", `\"`, `\\`, `\n`, `\u00e9`, `\x41`, `\U0001F600`, "# x", ": y", "'", "{", "\\\n"+y.spaces(indent)) + y.join(indent)
	}
	return s + `"`
}

func (y yamlStyle) single(indent int) string {
	s := `'`
	for y.oneIn(2) {
		s += y.of("a", "b c", `''`, `\`, `"`, "# x", ": y", "]") + y.join(indent)
	}
	return s + `'`
}

func (y yamlStyle) block(indent int, comment string) string {
	inside := y.count(3)
	header, digit := y.of("|", ">"), ""
	first := true
	if y.oneIn(4) {
		digit, first = fmt.Sprint(inside), false
	}
	chomp := y.of("", "-", "+")
	if y.oneIn(2) {
		header += chomp + digit
	} else {
		header += digit + chomp
	}
	s := header + comment + "\n"
	for range y.count(5) {
		if y.oneIn(4) {
			s += y.of("\n", "\n\n", strings.Repeat(" ", inside)+"\n")
			continue
		}
		s += strings.Repeat(" ", indent+inside)
		if !first && y.oneIn(4) {
			s += y.of("  ", "\t", " - ")
		}
		s += y.of("text", "a: b", "# c", "'q", "---", "[", "two words ") + "\n"
		first = false
	}
	return s
}

// flow draws a collection in brackets, or what is in one.
func (y yamlStyle) flow(indent, depth int) string {
	gap := func() string {
		if y.oneIn(8) {
			return y.of("\n", "\n\n", " # x\n") + y.spaces(indent)
		}
		return y.of("", " ")
	}
	inside := func() string {
		switch n := rapid.IntRange(0, 6).Draw(y.t, "inside"); {
		case n == 0 && depth < 4:
			return y.flow(indent, depth+1)
		case n < 3:
			return y.double(indent)
		case n == 3:
			return y.single(indent)
		}
		return y.of("", "", "", "!t ", "&a ") + y.plain(indent, true)
	}
	var parts []string
	mapping := y.oneIn(2)
	for range y.count(4) {
		part := inside()
		if mapping || y.oneIn(5) {
			key := y.of("k", "key two", `"q"`, `'s'`)
			part = key + y.of(": ", " : ", ": ") + part
			if strings.HasPrefix(key, `"`) && y.oneIn(2) {
				part = key + ":" + inside()
			}
		}
		parts = append(parts, gap()+part+gap())
	}
	s := strings.Join(parts, ",") + y.of("", "", ","+gap())
	if mapping {
		return "{" + s + "}"
	}
	return "[" + s + "]"
}

// What people write is read as the library reads it.
func TestYAMLReadsWhatPeopleWrite(t *testing.T) {
	drawn, read := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := yamlStyle{t}.stream()
		drawn++
		want, err := yamlReference(text)
		if err != nil {
			t.Skip(err)
		}
		read++
		got := checkPromises(t, YAML, []byte(text))
		n := 0
		for _, e := range got {
			if !e.Comment {
				got[n] = e
				n++
			}
		}
		if diff := yamlDiff(got[:n], want); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s\n%q", diff, text, text)
		}
	})
	if read < drawn/2 {
		t.Errorf("read only %d of %d", read, drawn)
	}
}
