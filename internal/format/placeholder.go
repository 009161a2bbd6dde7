package format

import "strings"

// maxPlaceholder is how long a placeholder may be.
const maxPlaceholder = 256

// placeholder gives where a template's placeholder ends that begins at text[at], on
// the same line: ${x}, {{ x }}, {% x %} or <% x %>. It is 0 if there is none.
func placeholder(text string, at int) int {
	var closer string
	switch rest := text[at:]; {
	case strings.HasPrefix(rest, "${"):
		closer = "}"
	case strings.HasPrefix(rest, "{{"):
		closer = "}}"
	case strings.HasPrefix(rest, "{%"):
		closer = "%}"
	case strings.HasPrefix(rest, "<%"):
		closer = "%>"
	default:
		return 0
	}
	near := text[at:min(at+maxPlaceholder, len(text))]
	if i := strings.IndexByte(near, '\n'); i >= 0 {
		near = near[:i]
	}
	i := strings.Index(near, closer)
	if i < 0 {
		return 0
	}
	end := i + len(closer)
	for end < len(near) && near[end] == '}' && strings.Count(near[:end], "{") > strings.Count(near[:end], "}") {
		end++ // of a placeholder in this one
	}
	return at + end
}
