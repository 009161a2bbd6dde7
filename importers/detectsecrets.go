package importers

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
)

// detectSecrets reads a baseline of detect-secrets. It has no values, but their SHA-1: they
// are read again at their places. What somebody has marked as no secret is passed over.
func detectSecrets() Format {
	return Format{
		Name:  "detect-secrets",
		About: "a baseline of detect-secrets",
		Accepts: func(_ string, text []byte) bool {
			d := jsonOf(text, "plugins_used", "results")
			return len(d) == 1 && d[0].has("plugins_used")
		},
		Read: readingReport(func(r *report, n *node) {
			for _, file := range n.child("results").elements() {
				for _, c := range file.nodes {
					r.detectSecrets(file.name, c)
				}
			}
		}),
	}
}

func (r *report) detectSecrets(file string, n *node) {
	hash, kind := n.child("hashed_secret").text(), n.child("type").text()
	if no := n.child("is_secret"); no.text() == "false" {
		return
	}
	l := leak{rule: idOf(kind), about: kind + ", as detect-secrets calls it"}
	l.at.Path, l.at.Start = file, place.Position{Line: lineOf(n.child("line_number")), Column: 1}
	if _, err := hex.DecodeString(hash); err != nil || len(hash) != 2*sha1.Size || kind == "" || l.at.Start.Line == 0 {
		r.fail(n.start, "it is no result with type, hashed_secret and line_number")
		return
	}
	r.take(n, l, false, func(c *candidate) bool {
		sum := sha1.Sum([]byte(c.value))
		return strings.EqualFold(hex.EncodeToString(sum[:]), hash)
	})
}
