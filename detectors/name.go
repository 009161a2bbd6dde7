package detectors

import "bytes"

// maxName is the length past which what stands before a value is no name.
const maxName = 100

// assigned tells the name that the value at a place is assigned to, if it is
// written as an assignment: name = value, "name": "value", name => 'value',
// name := value, export NAME=value. It is "" if it is not.
func assigned(data []byte, start int) string {
	// A value and its name stand on one line.
	line := data[max(0, start-2*maxName):start]
	line = line[bytes.LastIndexByte(line, '\n')+1:]

	line = bytes.TrimRight(line, "\"'`")
	line = bytes.TrimRight(line, " \t")
	signs := bytes.TrimRight(line, ":=>")
	switch string(line[len(signs):]) {
	case ":", "=", ":=", "=>":
	default:
		return ""
	}
	line = bytes.TrimRight(signs, " \t?|") // as in ?= and ||=
	line = bytes.TrimRight(line, "\"'`]")
	before := trimName(line)
	if bytes.HasSuffix(before, []byte("//")) {
		return "" // the user of a URL, whose password this is
	}
	name := line[len(before):]
	if len(name) == 0 || len(name) > maxName || !isNameStart(name[0]) {
		return ""
	}
	return string(name)
}

// trimName cuts a name off the end.
func trimName(line []byte) []byte {
	return bytes.TrimRightFunc(line, func(r rune) bool {
		return r < 0x80 && (isNameStart(byte(r)) || '0' <= r && r <= '9' || r == '.' || r == '-')
	})
}

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}
