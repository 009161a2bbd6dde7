// Package baseline knows the leaks that a team has accepted for now, so that only
// new ones fail.
//
// A baseline is a file that lies in git beside the code. It is a JSON object with
// an entry a line, ordered by fingerprint, and the format's version last:
//
//	{
//	  "v1:5d3c…": {"rule":"github-pat","path":"deploy/setup.sh"},
//	  "v1:9a71…": {"rule":"aws-secret-key","path":"ci.yml","reason":"revoked in March"},
//	  "version": 1
//	}
//
// As the last line is always the same, every entry's line ends in a comma, and
// adding or removing one touches no other line. When two branches add entries at
// the same spot git still asks, and keeping both sides is right whatever they
// are: order and repetition mean nothing to the reader, and the next update puts
// them right. There is no date in it, so the same leaks give the same bytes.
//
// Only the fingerprint counts. Rule and path tell a reviewer what the entry is
// about; the reason is a person's, and an update keeps it. Whoever has a
// fingerprint can test guesses of the value (see [secret.Fingerprint]), so
// [From] takes only values that tracked content or history that a ref reaches
// holds anyway: whoever has the file has those.
package baseline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// File is the name that a baseline has by default, at the top of what is scanned.
const File = ".secretsweep-baseline.json"

const (
	version    = 1
	versionKey = "version" // sorts after every fingerprint
)

// ErrGitleaks says that a file is a gitleaks report, which gitleaks takes as its
// baseline. Package ignore reads those.
var ErrGitleaks = errors.New("a gitleaks report, not a baseline")

// Entry is a known leak.
type Entry struct {
	Fingerprint secret.Fingerprint `json:"-"`
	Rule        string             `json:"rule,omitempty"`
	Path        string             `json:"path,omitempty"`   // one of its paths
	Reason      string             `json:"reason,omitempty"` // why it is accepted, in someone's words
}

// Baseline is a set of known leaks. It is immutable, and safe for concurrent use.
type Baseline struct {
	entries map[secret.Fingerprint]Entry
}

// From makes a baseline of the findings that may be known to whoever has the
// repository. Reasons are taken over from old, which may be nil.
func From(findings []scanner.Finding, old *Baseline) *Baseline {
	b := &Baseline{make(map[secret.Fingerprint]Entry)}
	for _, f := range findings {
		i := slices.IndexFunc(f.Places, func(p place.Place) bool { return !p.Local })
		if i < 0 {
			continue
		}
		e := Entry{Fingerprint: f.Fingerprint, Rule: f.Rule.ID, Path: f.Places[i].Path}
		if old != nil {
			e.Reason = old.entries[f.Fingerprint].Reason
		}
		b.entries[f.Fingerprint] = e
	}
	return b
}

// Of makes a baseline of entries. Of two with the same fingerprint the later one counts.
func Of(entries []Entry) *Baseline {
	b := &Baseline{make(map[secret.Fingerprint]Entry)}
	for _, e := range entries {
		b.entries[e.Fingerprint] = e
	}
	return b
}

// Read reads a baseline file. Its errors name the file and, where it makes
// sense, the line; one of a gitleaks report is [ErrGitleaks].
func Read(path string) (*Baseline, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	b, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("read baseline: %s:%w", path, err)
	}
	return b, nil
}

// parse reads a baseline. Its errors begin with the line.
func parse(data []byte) (*Baseline, error) {
	var syntax *json.SyntaxError
	if err := json.Unmarshal(data, new(json.RawMessage)); errors.As(err, &syntax) {
		return nil, fmt.Errorf("%d: %w", lineAt(data, syntax.Offset-1), err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	b := &Baseline{make(map[secret.Fingerprint]Entry)}
	if err := b.decode(dec); err != nil {
		return nil, fmt.Errorf("%d: %w", lineAt(data, dec.InputOffset()), err)
	}
	return b, nil
}

// lineAt is the line that an offset is in.
func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:max(offset, 0)], []byte{'\n'})
}

// decode takes valid JSON.
func (b *Baseline) decode(dec *json.Decoder) error {
	switch start, _ := dec.Token(); start {
	case json.Delim('{'):
	case json.Delim('['):
		return ErrGitleaks
	default:
		return errors.New("want a JSON object")
	}
	got := 0
	for dec.More() {
		token, _ := dec.Token()
		key, _ := token.(string) // JSON has no other keys
		if key == versionKey {
			if err := dec.Decode(&got); err != nil {
				return err
			}
			continue
		}
		var e Entry
		var err error
		if e.Fingerprint, err = secret.ParseFingerprint(key); err != nil {
			return err
		}
		if err := dec.Decode(&e); err != nil {
			return err
		}
		e.Reason = cmp.Or(e.Reason, b.entries[e.Fingerprint].Reason)
		b.entries[e.Fingerprint] = e
	}
	if got != version {
		return fmt.Errorf("version is %d, want %d", got, version)
	}
	return nil
}

// Write writes the file's content.
func (b *Baseline) Write(w io.Writer) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	out.WriteString("{\n")
	for _, e := range b.Entries() {
		fmt.Fprintf(&out, "  %q: ", e.Fingerprint)
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("write baseline: %w", err)
		}
		out.Truncate(out.Len() - len("\n"))
		out.WriteString(",\n")
	}
	fmt.Fprintf(&out, "  %q: %d\n}\n", versionKey, version)
	// A path may make a line look like another one to whoever reviews it.
	if _, err := w.Write(printable.JSON(out.Bytes())); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}

// Entries gives the entries, ordered by fingerprint.
func (b *Baseline) Entries() []Entry {
	return slices.SortedFunc(maps.Values(b.entries), func(a, b Entry) int {
		return a.Fingerprint.Compare(b.Fingerprint)
	})
}

// Has tells whether a value is known.
func (b *Baseline) Has(f secret.Fingerprint) bool {
	_, known := b.entries[f]
	return known
}
