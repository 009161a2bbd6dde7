package importers

import (
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
)

// trufflehog reads what TruffleHog prints with --json: an object on each line. Of a key
// whose parts it gives both alone and joined, each part is an item.
func trufflehog() Format {
	return Format{
		Name:  "trufflehog",
		About: "a report of TruffleHog, as JSON lines",
		Accepts: func(_ string, text []byte) bool {
			d := jsonOf(text, "SourceMetadata", "DetectorName", "Raw")
			return len(d) > 0 && d[0].has("SourceMetadata", "DetectorName", "Raw")
		},
		Read: readingReport((*report).trufflehog),
	}
}

func (r *report) trufflehog(n *node) {
	name := n.child("DetectorName").text()
	source := n.child("SourceMetadata").child("Data").elements()
	if name == "" || len(source) != 1 {
		r.fail(n.start, "it is no result with DetectorName and SourceMetadata")
		return
	}
	from := source[0]
	l := leak{rule: idOf(name), about: name + ", as TruffleHog calls it"}
	l.at.Path = from.child("file").text()
	l.at.Start = place.Position{Line: max(1, lineOf(from.child("line"))), Column: 1}
	if l.at.Path == "" {
		r.fail(n.start, "it doesn't say in which file the value is")
		return
	}
	if id := from.child("commit").text(); id != "" {
		l.at.Commit = &place.Version{ID: id, Email: from.child("email").text()}
	}
	values := partsOf(n.child("Raw").text(), n.child("RawV2").text())
	for _, l.value = range values {
		r.take(n, l, true, nil)
	}
	if len(values) == 0 {
		m, _ := maskOf(n.child("Redacted").text())
		r.take(n, l, false, func(c *candidate) bool { return m != mask{} && m.fits(c.value) })
	}
}

// partsOf gives the values of a result: raw, and what else joined has beside it. An address
// is one value, and joined has more of it.
func partsOf(raw, joined string) []string {
	if _, hidden := maskOf(raw); hidden {
		return nil
	}
	if strings.Contains(raw, "://") && strings.HasPrefix(joined, raw) {
		return []string{joined}
	}
	rest, ok := strings.CutPrefix(joined, raw)
	if !ok {
		rest, ok = strings.CutSuffix(joined, raw)
	}
	if rest = strings.Trim(rest, ":"); !ok || rest == "" {
		return []string{raw}
	}
	return []string{raw, rest}
}
