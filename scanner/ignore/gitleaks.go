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
		var at version
		at.commit, at.path = cutCommit(rest)
		if at.path == "" {
			return fmt.Errorf("%q: no file", text)
		}
		l.addLines(at, lines{line, line})
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
	var syntax *json.SyntaxError
	if err := json.Unmarshal(data, new(json.RawMessage)); errors.As(err, &syntax) {
		return fmt.Errorf("%d: %w", lineAt(data, syntax.Offset-1), err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := l.decodeReport(dec); err != nil {
		return fmt.Errorf("%d: %w", lineAt(data, dec.InputOffset()), err)
	}
	return nil
}

// lineAt is the line that an offset is in.
func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:max(offset, 0)], []byte{'\n'})
}

// decodeReport takes valid JSON.
func (l *List) decodeReport(dec *json.Decoder) error {
	switch start, _ := dec.Token(); start {
	case nil: // null, the report of nothing
		return nil
	case json.Delim('['):
	default:
		return errors.New("want the JSON array of a gitleaks report")
	}
	for dec.More() {
		var r reported
		if err := dec.Decode(&r); err != nil {
			return err
		}
		if r.File == "" || r.StartLine < 0 {
			return errors.New("want a finding of gitleaks, with File and StartLine")
		}
		l.addLines(version{r.Commit, r.File}, lines{r.StartLine, max(r.StartLine, r.EndLine)})
	}
	return nil
}

// addLines adds lines. gitleaks writes paths as the system does that it ran on.
func (l *List) addLines(at version, in lines) {
	at.path = path.Clean(strings.ReplaceAll(at.path, `\`, "/"))
	l.named[at] = append(l.named[at], in)
}
