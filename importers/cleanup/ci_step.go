package cleanup

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Why a job gets no step.
var (
	errNoSteps    = errors.New("it has no steps of its own, or they don't stand in lines of their own")
	errNoCheckout = errors.New("it doesn't check all of the repository out, and so may have no bundle")
	errTooEarly   = errors.New("something wants a variable before there is a bundle")
)

// fetchInStep takes variables out of a job, and puts a step that fetches them behind the
// one that checks the repository out, or later before the first one that had any. step
// makes it, of the bundle's path.
func (d *document) fetchInStep(f fetch, checkout string, step func(bundle string) string) error {
	steps := []string{"jobs", f.job, "steps"}
	switch {
	case !d.has(steps):
		return errNoSteps
	case len(f.vars) == 0:
		return errFlow
	}
	after, folder, ok := d.checkout(steps, checkout)
	if !ok {
		return errNoCheckout
	}
	for _, entry := range f.vars {
		if err := d.take(entry, ""); err != nil {
			return err
		}
	}
	// That comes before the step, and so before the variables.
	early := func(path []string) bool {
		if !hasPrefix(path, steps) {
			return hasPrefix(path, steps[:2])
		}
		n, _ := strconv.Atoi(path[len(steps)]) // elements have numbers
		return n <= after
	}
	wanted := slices.ContainsFunc(f.vars, func(entry int) bool {
		path := d.entries[entry].Path
		return hasPrefix(path, steps) && early(path)
	})
	if wanted || d.names(f.names, early) {
		return errTooEarly
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
	behind := after
	for first := d.firstOf(f.vars, steps); behind+1 < first && !d.mayRemove(steps, behind+1); {
		behind++
	}
	indent, _, to, ok := d.element(steps, behind)
	if !ok {
		return errNoSteps
	}
	d.insert(steps, behind+1, to, indent, f.remark()+step(path.Join(folder, f.bundle())))
	return nil
}

// firstOf gives the number of the first step that has one of some variables, 0 if one is
// of the whole job.
func (d *document) firstOf(vars []int, steps []string) int {
	first := -1
	for _, entry := range vars {
		path := d.entries[entry].Path
		if !hasPrefix(path, steps) {
			return 0
		}
		if n, err := strconv.Atoi(path[len(steps)]); err == nil && (first < 0 || n < first) {
			first = n
		}
	}
	return first
}

// mayRemove tells whether a step may take the bundle away, as one that checks something else
// out does.
func (d *document) mayRemove(steps []string, number int) bool {
	step := append(slices.Clone(steps), strconv.Itoa(number))
	ofStep := func(path []string) bool { return hasPrefix(path, step) }
	return d.names([]string{"checkout", "git", "rm", "mv"}, ofStep)
}

// checkout gives the number of the step that checks the repository out, and the folder
// that it does so to. false if no step does.
func (d *document) checkout(steps []string, named string) (number int, folder string, ok bool) {
	for _, e := range d.entries {
		if e.Comment || !hasPrefix(e.Path, steps) || len(e.Path) == len(steps) {
			continue
		}
		at := len(steps)
		alone := len(e.Path) == at+1 && e.Value == named
		withSettings := len(e.Path) > at+1 && e.Path[at+1] == named
		used := len(e.Path) == at+2 && e.Path[at+1] == "uses" && strings.HasPrefix(e.Value, named)
		if !alone && !withSettings && !used {
			continue
		}
		element := e.Path[:at+1]
		for _, s := range d.entries {
			if s.Comment || !hasPrefix(s.Path, element) {
				continue
			}
			switch s.Name() {
			case "path":
				folder = s.Value
			case "repository", "sparse-checkout", "if":
				return 0, "", false
			}
		}
		number, err := strconv.Atoi(element[at])
		return number, folder, err == nil && !slices.Contains(strings.Split(folder, "/"), "..") && !strings.ContainsAny(folder, "$<~")
	}
	return 0, "", false
}
