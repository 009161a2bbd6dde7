package importers

import (
	"bytes"
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/place"
)

// gitleaks reads a JSON report of gitleaks. Where that hides values they are read again
// at their places: by what it shows of them, by the text around them and by their entropy.
func gitleaks() Format {
	return Format{
		Name:  "gitleaks",
		About: "a report of gitleaks, as JSON",
		Accepts: func(_ string, text []byte) bool {
			d := jsonOf(text, "RuleID", "StartLine", "Secret", "File")
			return len(d) == 1 && d[0].isList() && d[0].nodes[0].has("RuleID", "StartLine", "Secret", "File")
		},
		Read: readingReport(func(r *report, n *node) {
			for _, c := range n.nodes {
				r.gitleaks(c)
			}
		}),
	}
}

func (r *report) gitleaks(n *node) {
	shown := n.child("Secret").text()
	l := leak{rule: n.child("RuleID").text(), about: n.child("Description").text(), candidate: candidate{value: shown}}
	l.about = cmp.Or(l.about, l.rule)
	l.at.Path, l.at.Start.Line = n.child("File").text(), lineOf(n.child("StartLine"))
	l.at.Start.Column = max(1, lineOf(n.child("StartColumn")))
	if l.rule == "" || l.at.Path == "" || l.at.Start.Line == 0 || !n.has("Secret") {
		r.fail(n.start, "it is no leak with RuleID, File, StartLine and Secret")
		return
	}
	if id := n.child("Commit").text(); id != "" {
		date, _ := time.Parse(time.RFC3339, n.child("Date").text())
		title, _, _ := strings.Cut(n.child("Message").text(), "\n")
		l.at.Commit = &place.Version{ID: id, Name: n.child("Author").text(), Email: n.child("Email").text(), Date: date, Title: title}
	}
	m, hidden := maskOf(shown)
	before, after, around := strings.Cut(n.child("Match").text(), shown)
	entropy, _ := strconv.ParseFloat(n.child("Entropy").text(), 64)
	r.take(n, l, !hidden, func(c *candidate) bool {
		const precision = 1e-3
		switch {
		case !m.fits(c.value) || entropy > 0 && math.Abs(judge.Entropy(c.value)-entropy) > precision:
			return false
		case shown != "" && around && before+after != "":
			return r.stands(l.at.Path, c, before, after)
		}
		return entropy > 0 || m != mask{}
	})
}

// stands tells whether a candidate stands between two texts.
func (r *report) stands(file string, c *candidate, before, after string) bool {
	f, err := r.file(file)
	return err == nil && bytes.HasSuffix(f.text[:c.start], []byte(before)) && bytes.HasPrefix(f.text[c.end:], []byte(after))
}
