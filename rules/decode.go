package rules

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// decode reads TOML strictly. Its errors begin with file and line.
func decode(name string, data []byte, into any) error {
	d := toml.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		line, _ := unknown.Errors[0].Position()
		return fmt.Errorf("%s:%d: unknown field %q", name, line, strings.Join(unknown.Errors[0].Key(), "."))
	}
	return atLine(name, err)
}

// atLine puts file and line before a decoder's error. It gives nil for nil.
func atLine(name string, err error) error {
	if broken, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := broken.Position()
		return fmt.Errorf("%s:%d: %s", name, line, strings.TrimPrefix(broken.Error(), "toml: "))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// lines are where the tables of an array begin. They are for messages only: a
// line inside a multi-line text that looks like a header is taken for one.
type lines []int

func tableLines(data []byte, table string) lines {
	header := regexp.MustCompile(`^\s*\[\[\s*` + table + `\s*\]\]`)
	var found lines
	for i, line := range bytes.Split(data, []byte("\n")) {
		if header.Match(line) {
			found = append(found, i+1)
		}
	}
	return found
}

// at gives the line of the ith table, or 1 if they were written in another way.
func (l lines) at(i int) int {
	if i < len(l) {
		return l[i]
	}
	return 1
}

// pattern is a regular expression in a file.
type pattern struct{ *Pattern }

// UnmarshalText parses it.
func (p *pattern) UnmarshalText(text []byte) (err error) {
	p.Pattern, err = ParsePattern(string(text))
	return err
}

func patterns(read []pattern) []*Pattern {
	var all []*Pattern
	for _, p := range read {
		all = append(all, p.Pattern)
	}
	return all
}

// days is a time in days, such as "90d".
type days time.Duration

// UnmarshalText reads the text form.
func (d *days) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(string(text), "d")
	n, err := strconv.ParseUint(number, 10, 15)
	if !ok || err != nil {
		return fmt.Errorf(`%q is no number of days such as "90d"`, text)
	}
	*d = days(time.Duration(n) * 24 * time.Hour)
	return nil
}

// The words that fields choose from are structs here, because the decoder asks no
// string type to read itself.
type (
	severity   struct{ Severity }
	confidence struct{ Confidence }
	target     struct{ Target }
)

// UnmarshalText accepts the four severities.
func (s *severity) UnmarshalText(text []byte) error {
	if s.Severity = Severity(text); slices.Contains(Severities(), s.Severity) {
		return nil
	}
	return fmt.Errorf("severity %q: want low, medium, high or critical", text)
}

// UnmarshalText accepts the three confidences.
func (c *confidence) UnmarshalText(text []byte) (err error) {
	c.Confidence, err = ParseConfidence(string(text))
	return err
}

// UnmarshalText accepts the three targets; the value is "value".
func (t *target) UnmarshalText(text []byte) error {
	switch t.Target = Target(text); t.Target {
	case "value":
		t.Target = TargetValue
		return nil
	case TargetMatch, TargetLine:
		return nil
	}
	return fmt.Errorf("target %q: want value, match or line", text)
}
