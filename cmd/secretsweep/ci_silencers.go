package main

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/baseline"
	"github.com/secretsweep/secretsweep/scanner/ignore"
	"github.com/secretsweep/secretsweep/scanner/source/git"
)

// silencer is something by which a change keeps a secret from being reported:
// who reviews the change should know.
type silencer struct {
	Path string
	Line int // 0 if it is no line of its own
	Text string
}

func (s silencer) String() string {
	where := s.Path
	if s.Line > 0 {
		where = fmt.Sprintf("%s:%d", s.Path, s.Line)
	}
	return printable.Text(where + ": " + s.Text)
}

// silencers finds what the change adds: entries of ignore files and baseline,
// disabled rules and allows of a config, comments that allow a line.
func (o *ciOptions) silencers(ctx context.Context, repository, revs string) ([]silencer, error) {
	if revs == "" {
		return nil, nil
	}
	var all []silencer
	err := git.Changes(ctx, repository, revs, func(name string, before, after []byte) error {
		all = append(all, silencersIn(name, before, after, o.baseline)...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ci: compare %s: %w", revs, err)
	}
	return all, nil
}

// silencersIn finds what one file's change adds.
func silencersIn(name string, before, after []byte, baselineFlag string) []silencer {
	var all []silencer
	switch base := path.Base(name); {
	case base == ignore.File || base == ignore.GitleaksFile:
		for _, l := range addedLines(before, after) {
			if l.text != "" && !strings.HasPrefix(l.text, "#") {
				all = append(all, silencer{name, l.number, l.text})
			}
		}
	case base == baseline.File || name == path.Clean(baselineFlag):
		for _, l := range addedLines(before, after) {
			if strings.Contains(l.text, `"v1:`) || strings.Contains(l.text, `"Fingerprint"`) {
				all = append(all, silencer{name, l.number, strings.TrimSuffix(l.text, ",")})
			}
		}
	case base == configName || base == gitleaksName:
		old := silencesOf(name, before)
		for _, text := range silencesOf(name, after) {
			if i := slices.Index(old, text); i >= 0 {
				old = slices.Delete(old, i, i+1)
				continue
			}
			all = append(all, silencer{name, 0, text})
		}
	default:
		for _, l := range addedLines(before, after) {
			for _, mark := range []string{scanner.AllowMarker, scanner.AllowMarkerGitleaks} {
				if strings.Contains(l.text, mark) {
					// The line itself may hold the secret.
					all = append(all, silencer{name, l.number, mark})
				}
			}
		}
	}
	return all
}

// silencesOf names what a config silences; one that can't be read silences
// nothing, and the scan says what is wrong with it.
func silencesOf(name string, data []byte) []string {
	c, err := parseConfig(name, data)
	if err != nil {
		return nil
	}
	return c.Silences()
}

type numberedLine struct {
	number int
	text   string // without the space around it
}

// addedLines gives the lines of after that before does not have; one that only
// moved is not among them.
func addedLines(before, after []byte) []numberedLine {
	had := make(map[string]int)
	for line := range bytes.Lines(before) {
		had[string(bytes.TrimSpace(line))]++
	}
	var added []numberedLine
	number := 0
	for line := range bytes.Lines(after) {
		number++
		text := string(bytes.TrimSpace(line))
		if had[text] > 0 {
			had[text]--
			continue
		}
		added = append(added, numberedLine{number, text})
	}
	return added
}
