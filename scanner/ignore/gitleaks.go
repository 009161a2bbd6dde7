package ignore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// parseGitleaks reads .gitleaksignore: commit:file:rule:line or file:rule:line a
// line. A file's name may hold colons, so a line is read from its end.
func parseGitleaks(l *List, data []byte) error {
	return eachLine(data, func(_ int, text string) error {
		rest, number, ok := cutLast(text)
		line, err := strconv.Atoi(number)
		if !ok || err != nil || line < 0 {
			return fmt.Errorf("%q: want a line's number after the last colon", text)
		}
		rest, _, ok = cutLast(rest) // the rule
		if !ok {
			return fmt.Errorf("%q: want commit:file:rule:line or file:rule:line", text)
		}
		var at spot
		at.commit, at.path = cutCommit(rest)
		if at.path == "" {
			return fmt.Errorf("%q: no file", text)
		}
		l.addSpot(at, lines{line, line})
		return nil
	})
}

// commitID is the whole id of a commit, of either of git's hashes.
var commitID = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

func cutCommit(s string) (commit, rest string) {
	if before, after, ok := strings.Cut(s, ":"); ok && commitID.MatchString(before) {
		return before, after
	}
	return "", s
}

// cutLast cuts at the last colon.
func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// reported is what is read of an element of a gitleaks report. There is more in
// it, the secret above all, which is never decoded.
type reported struct {
	File      string
	Commit    string
	StartLine int
	EndLine   int
}

// parseGitleaksReport reads a gitleaks report: a JSON array with an element for
// each finding.
func parseGitleaksReport(l *List, data []byte) error {
	var all []reported
	if err := json.Unmarshal(data, &all); err != nil {
		return atLine(data, err)
	}
	for i, r := range all {
		if r.File == "" || r.StartLine < 0 {
			return fmt.Errorf("1: element %d names no file and line", i)
		}
		l.addSpot(spot{r.Commit, r.File}, lines{r.StartLine, max(r.StartLine, r.EndLine)})
	}
	return nil
}

// atLine puts the line before an error of package json.
func atLine(data []byte, err error) error {
	offset := int64(0)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) {
		offset = kind.Offset
	}
	return fmt.Errorf("%d: %w", 1+bytes.Count(data[:min(int(offset), len(data))], []byte{'\n'}), err)
}

// addSpot adds lines. gitleaks writes paths as the system does that it ran on.
func (l *List) addSpot(at spot, in lines) {
	at.path = path.Clean(strings.ReplaceAll(at.path, `\`, "/"))
	l.spots[at] = append(l.spots[at], in)
}
