package scanner

import "bytes"

// Allow markers are comments in the scanned text that allow what stands on the same
// line, or, if it is longer than a line, on any of its lines.
const (
	AllowMarker         = "secretsweep:allow"
	AllowMarkerGitleaks = "gitleaks:allow"
)

// marker is the first one on a line.
type marker struct {
	line int
	text string
}

// findMarkers gives the markers in data, which begins in the line first. Of a
// line that goes on beyond data, it knows what data has.
func findMarkers(data []byte, first int) []marker {
	const common = ":allow"
	var found []marker
	for line := first; ; {
		i := bytes.Index(data, []byte(common))
		if i < 0 {
			return found
		}
		end := i + len(common)
		line += bytes.Count(data[:end], []byte{'\n'})
		for _, text := range []string{AllowMarker, AllowMarkerGitleaks} {
			if bytes.HasSuffix(data[:end], []byte(text)) && (len(found) == 0 || found[len(found)-1].line < line) {
				found = append(found, marker{line, text})
			}
		}
		data = data[end:]
	}
}
