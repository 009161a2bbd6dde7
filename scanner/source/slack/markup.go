package slack

import (
	"cmp"
	"regexp"
	"strings"
)

// reading is a text as its readers see it, and where its links lead, as far as they
// don't see that.
type reading struct {
	text    string
	targets []string
}

// read undoes what Slack and its clients make of a text that is typed: escapes, marks
// around links and mentions, quotes and spaces. Of a text that is marked, it takes
// those for bold, italic and struck text away, too.
func (p *prose) read(s string, marked bool) reading {
	var r reading
	if marked {
		s = unmark(s)
	}
	var text strings.Builder
	for {
		begin := strings.IndexByte(s, '<')
		if begin < 0 {
			break
		}
		length := strings.IndexAny(s[begin+1:], "<>\n")
		if length < 0 {
			break
		}
		text.WriteString(s[:begin])
		inner := s[begin+1 : begin+1+length]
		s = s[begin+1+length:]
		shown, target, ok := p.workspace.reference(inner)
		if !ok || s[0] != '>' {
			text.WriteString("<" + inner)
			continue
		}
		s = s[1:]
		text.WriteString(shown)
		if target != "" {
			r.targets = append(r.targets, typed(target))
		}
	}
	text.WriteString(s)
	r.text = typed(text.String())
	return r
}

// references are what stands between < and >, as Slack's page on formatting message text
// has it.
var (
	linkReference = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*:[^|]*)(?:\|(.*))?$`)
	idReference   = regexp.MustCompile(`^([@#])([A-Z0-9]{2,})(?:\|(.*))?$`)
	wordReference = regexp.MustCompile(`^!(here|channel|everyone|group|subteam\^[A-Z0-9]+|date\^[^|]*)(?:\|(.*))?$`)
)

// reference gives what readers see of one, and the target of a link that says
// something else. It is not ok if the text is none.
func (w *workspace) reference(s string) (shown, target string, ok bool) {
	if m := wordReference.FindStringSubmatch(s); m != nil {
		word, label := m[1], m[2]
		if strings.HasPrefix(word, "date^") {
			if parts := strings.SplitN(word, "^", 4); len(parts) == 4 {
				target = parts[3]
			}
			return label, target, true
		}
		return cmp.Or(label, "@"+strings.TrimPrefix(word, "subteam^")), "", true
	}
	if m := idReference.FindStringSubmatch(s); m != nil {
		return m[1] + cmp.Or(w.names[m[2]], m[3], m[2]), "", true
	}
	if m := linkReference.FindStringSubmatch(s); m != nil {
		shown, target = link(m[1], m[2])
		return shown, target, true
	}
	return "", "", false
}

// link gives what readers see of one, and its target if that is something else. Slack
// makes links of much that was not meant as one, such as an address within the URL
// of a database: then the label is what was typed, and what is around it goes on.
func link(url, label string) (shown, target string) {
	if label == "" {
		return url, ""
	}
	bare := strings.TrimSuffix(label, "/")
	for _, scheme := range []string{"", "http://", "https://", "mailto:", "tel:"} {
		if strings.TrimSuffix(url, "/") == scheme+bare {
			return label, ""
		}
	}
	return label, url
}

// typed gives a text without the escapes for <, > and &, with plain quotes and spaces,
// and without characters that have no width: copied texts are full of them, and
// keyboards of phones make a value such as password="x" with quotes that curl.
func typed(s string) string { return typing.Replace(s) }

var typing = strings.NewReplacer(
	"&lt;", "<", "&gt;", ">", "&amp;", "&",
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "″", `"`,
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "′", "'",
	"\u00a0", " ", "\u2002", " ", "\u2003", " ", "\u2007", " ", "\u2009", " ", "\u200a", " ", "\u202f", " ",
	"\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00ad", "",
	"\u200e", "", "\u200f", "", "\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "",
	"\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "",
	"\r\n", "\n", "\u2028", "\n", "\x00", "",
)

// unmark takes away the pairs of *, _ and ~ that make what is between them bold, italic
// or struck. In code, and in what a link leads to, they are what they are.
func unmark(s string) string {
	return outside("```", s, func(s string) string { return outside("`", s, unmarkProse) })
}

// outside changes what is outside of quotes: every other part is within them.
func outside(quote, s string, change func(string) string) string {
	parts := strings.Split(s, quote)
	for i := 0; i < len(parts); i += 2 {
		parts[i] = change(parts[i])
	}
	return strings.Join(parts, quote)
}

// unmarkProse goes through the text once: a mark that may begin something waits for the
// next one of its kind on the line that may end it.
func unmarkProse(s string) string {
	if !strings.ContainsAny(s, "*_~") {
		return s
	}
	drop := make([]bool, len(s))
	var begun [256]int // by mark: where one waits, and one more
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '<':
			if length := strings.IndexAny(s[i+1:], "<>|\n"); length >= 0 && (s[i+1+length] == '>' || s[i+1+length] == '|') {
				i += length
			}
		case '\n':
			begun['*'], begun['_'], begun['~'] = 0, 0, 0
		case '*', '_', '~':
			outerBefore, outerAfter := i == 0 || isOuter(s[i-1], c), i+1 == len(s) || isOuter(s[i+1], c)
			innerBefore, innerAfter := i > 0 && isInner(s[i-1], c), i+1 < len(s) && isInner(s[i+1], c)
			if from := begun[c]; from > 0 && innerBefore && outerAfter {
				drop[from-1], drop[i] = true, true
				begun[c] = 0
			} else if begun[c] == 0 && outerBefore && innerAfter {
				begun[c] = i + 1
			}
		}
	}
	kept := make([]byte, 0, len(s))
	for i := range len(s) {
		if !drop[i] {
			kept = append(kept, s[i])
		}
	}
	return string(kept)
}

// isOuter tells whether a mark next to it may have it outside: then it is not within a
// word, nor in what is none but may be a secret.
func isOuter(c, mark byte) bool {
	isWord := '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c >= 0x80 || strings.IndexByte("/+=-", c) >= 0
	return !isWord && c != mark
}

// isInner tells whether a mark next to it may have it inside.
func isInner(c, mark byte) bool { return c != ' ' && c != '\t' && c != '\n' && c != mark }
