package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// gathering are the flags that say where items come from.
type gathering struct {
	reading
	slackFlags
	project, from string
}

// gathered is what there is to decide about.
type gathered struct {
	items    []importers.Item
	problems []string // parts that could not be read, and why
	leftOut  int      // parts that were left out on purpose
	swept    *swept   // nil where all were files
}

// job gives the scan that swept; nothing where all were files.
func (g *gathered) job() *job {
	if g.swept == nil {
		return new(job)
	}
	return &g.swept.job
}

// gather reads files by their formats, and sweeps all other paths. w, if it isn't nil, is
// told how far that is.
func (g *gathering) gather(ctx context.Context, sh shell, paths []string, w *watcher) (gathered, error) {
	var files []importers.Importer
	var rest []string
	for _, path := range paths {
		file, err := g.file(sh, path)
		switch {
		case err != nil:
			return gathered{}, err
		case file != nil:
			files = append(files, file)
		default:
			rest = append(rest, path)
		}
	}
	var all gathered
	var err error
	if all.items, err = importers.Collect(ctx, files...); err != nil {
		return all, err
	}
	if len(rest) == 0 {
		return all, nil
	}
	if g.from != "" && len(files) == 0 {
		return all, misuse("--from says what format files have, and folders and the like have none", "leave it out, or name the file")
	}
	s := sweep{gathering: g}
	j, err := s.job(rest)
	if err != nil {
		return all, err
	}
	if w != nil {
		j.matched, j.progress = w.matched, w.progress
	}
	sum, err := j.do(ctx, sh, &s)
	if err != nil {
		return all, err
	}
	items, err := s.items(ctx)
	all.items, all.problems, all.leftOut = append(all.items, items...), s.problems, len(sum.LeftOut)
	all.swept = &swept{job: j, takers: s.takers, summary: sum}
	return all, err
}

// file opens a path that is a file of one of the formats; nil for what is to be swept.
func (g *gathering) file(sh shell, path string) (*importers.File, error) {
	if path == "-" {
		if g.from == "" {
			return nil, misuse("nothing tells what format standard input has", "name it with --from")
		}
		return importers.Read("standard input", sh.stdin, g.from)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && path != slackPath {
		return nil, withHint(fmt.Errorf("import %q: there is no such file or folder", path), "check the path")
	}
	if err != nil || info.IsDir() {
		return nil, nil // checkPaths has a say
	}
	file, err := importers.Open(path, g.from)
	if _, unknown := errors.AsType[*importers.UnknownFormatError](err); unknown {
		if info.Mode().IsRegular() {
			return nil, nil
		}
		return nil, withHint(err, "name it with --from") // it can't be read a second time
	}
	return file, err
}

// sweep is a scan whose findings are kept, with their values.
type sweep struct {
	*gathering
	findings []scanner.Finding
	takers   []scanner.Reference
	problems []string
}

var _ scanner.Sink = (*sweep)(nil)

func (s *sweep) Problem(p scanner.Problem) error {
	s.problems = append(s.problems, p.What+": "+p.Err.Error())
	return nil
}

func (s *sweep) Finding(f scanner.Finding) error {
	s.findings = append(s.findings, f)
	return nil
}

func (s *sweep) Reference(r scanner.Reference) error {
	s.takers = append(s.takers, r)
	return nil
}

func (s *sweep) Done(scanner.Summary) error { return nil }

// job is the scan.
func (s *sweep) job(paths []string) (job, error) {
	source, err := s.options()
	if err != nil {
		return job{}, err
	}
	since, err := s.slackFlags.check(&narrowing{}, paths, time.Now())
	if err != nil {
		return job{}, err
	}
	return job{paths: paths, source: source, reading: s.reading, show: secret.Value.Mask, slack: s.slackFlags, since: since}, nil
}

// items gives what was found, and what stands beside it in .env files.
func (s *sweep) items(ctx context.Context) ([]importers.Item, error) {
	all, err := importers.Collect(ctx, importers.Findings(s.findings))
	for _, file := range importers.Beside(s.findings) {
		if err != nil {
			break
		}
		var some []importers.Item
		if some, err = importers.Collect(ctx, file); err != nil && ctx.Err() == nil {
			s.problems, err = append(s.problems, err.Error()), nil // what was found in it is in all
		}
		all = append(all, some...)
	}
	return all, err
}
