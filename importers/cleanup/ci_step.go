package cleanup

import (
	"errors"
	"strconv"
	"strings"
)

// Why a job gets no step.
var (
	errNoSteps    = errors.New("it has no steps of its own, or they don't stand in lines of their own")
	errNoCheckout = errors.New("it checks nothing out, and so has no bundle")
	errTooEarly   = errors.New("a step wants the variable before there is a bundle")
)

// fetchInStep takes variables out of a job, and puts a step that fetches them behind the
// one that checks the repository out.
func (d *document) fetchInStep(f fetch, checkout, step string) error {
	steps := []string{"jobs", f.job, "steps"}
	if !d.has(steps) {
		return errNoSteps
	}
	after := -1
	for _, e := range d.entries {
		if e.Comment || !hasPrefix(e.Path, steps) || len(e.Path) == len(steps) || after >= 0 {
			continue
		}
		named := len(e.Path) > len(steps)+1 && e.Path[len(steps)+1] == checkout // with settings of its own
		if named || strings.HasPrefix(e.Value, checkout) && (len(e.Path) == len(steps)+1 || e.Name() == "uses") {
			after, _ = strconv.Atoi(e.Path[len(steps)]) // elements have numbers
		}
	}
	if after < 0 {
		return errNoCheckout
	}
	for _, entry := range f.vars {
		path := d.entries[entry].Path
		if number := path[len(steps)]; hasPrefix(path, steps) {
			if n, _ := strconv.Atoi(number); n <= after {
				return errTooEarly
			}
		}
		if err := d.take(entry, ""); err != nil {
			return err
		}
	}
	emptied := make(map[int]bool) // by where their key's line begins
	for _, entry := range f.vars {
		if head := d.keyOf(entry); !emptied[head] {
			emptied[head] = true
			if err := d.takeEmpty(entry); err != nil {
				return err
			}
		}
	}
	indent, _, to, ok := d.element(steps, after)
	if !ok {
		return errNoSteps
	}
	d.insert(steps, after+1, to, indent, step)
	return nil
}
