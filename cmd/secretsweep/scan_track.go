package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/secretsweep/secretsweep/scanner"
)

// trackFlags say that the records of a project take in what is found.
type trackFlags struct {
	track   bool
	project string
}

// tracking is that somebody has the records of a project take in what a scan finds.
type tracking struct {
	who
	project string
	found   []scanner.Finding
	swept
}

// start checks that the records can be told, before anything is scanned.
func (f *trackFlags) start(sh shell, d *door, paths []string) (*tracking, error) {
	if d.who.token {
		return nil, misuse("--track: a token only reads, and can't change records", "unset $"+tokenName+", and scan as somebody who may")
	}
	project := f.project
	if project == "" {
		var err error
		if project, err = projectOf(sh, d, paths); err != nil {
			return nil, err
		}
	}
	if err := checkProject(project); err != nil {
		return nil, err
	}
	if !slices.Contains(d.Projects(), project) {
		return nil, withHint(fmt.Errorf("--track: there is no project %s", project), "name one with --project; there is %s", listOf(d.Projects()))
	}
	return &tracking{who: d.who, project: project}, nil
}

// sink takes what is found, and hands it on.
func (t *tracking) sink(next scanner.Sink) scanner.Sink {
	if t == nil {
		return next
	}
	return trackingSink{next, t}
}

type trackingSink struct {
	scanner.Sink
	t *tracking
}

func (s trackingSink) Finding(f scanner.Finding) error {
	s.t.found = append(s.t.found, f)
	return s.Sink.Finding(f)
}

func (s trackingSink) Reference(r scanner.Reference) error {
	s.t.takers = append(s.t.takers, r)
	return s.Sink.Reference(r)
}

// tell has the records take in what was found. The vault was closed meanwhile.
func (t *tracking) tell(ctx context.Context, sh shell, v *vaultFlags, j *job, sum scanner.Summary) (err error) {
	d, err := v.openFor(ctx, sh, t.who)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	t.swept.job, t.summary = *j, sum
	rows, err := rowsOf(ctx, t.found, t.project)
	if err != nil {
		return err
	}
	news, err := t.swept.track(ctx, sh, d, t.project, rows)
	if err != nil {
		return err
	}
	for _, text := range newsText(&news, t.project) {
		if !j.reading.quiet {
			sh.say("%s", text)
		}
	}
	return nil
}
