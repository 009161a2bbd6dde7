package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/archive"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
	"github.com/secretsweep/secretsweep/scanner/source/git"
	"github.com/secretsweep/secretsweep/scanner/source/home"
	"github.com/secretsweep/secretsweep/scanner/source/slack"
)

// pathOf is the path that a command with [PATH] is given.
func pathOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// distinct leaves out paths that are given twice.
func distinct(paths []string) []string {
	var all, seen []string
	for _, path := range paths {
		key := path
		if path != "-" && path != slackPath {
			if abs, err := filepath.Abs(path); err == nil {
				key = abs
			}
		}
		if !slices.Contains(seen, key) {
			all, seen = append(all, path), append(seen, key)
		}
	}
	return all
}

func checkPaths(paths []string) error {
	for _, path := range paths {
		if path == "-" || path == slackPath {
			continue
		}
		_, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return withHint(fmt.Errorf("scan %q: there is no such file or folder", path), "check the path")
		case err != nil:
			return fmt.Errorf("scan: %w", err)
		}
	}
	return nil
}

// sources makes one source for each path. Closing stop ends the reading of a workspace.
func (j *job) sources(sh shell, stop <-chan struct{}) ([]scanner.Source, error) {
	if j.home {
		return []scanner.Source{home.New(home.Options{Root: j.paths[0], Filter: j.source.Filter, MaxFileSize: j.source.MaxFileSize})}, nil
	}
	var all []scanner.Source
	for _, path := range j.paths {
		var s scanner.Source
		var err error
		switch path {
		case "-":
			s = archive.Unpacking(dir.Stdin(sh.stdin), j.packed())
		case slackPath:
			j.live, err = j.liveSlack(sh, stop)
			s = j.live
		default:
			s, err = j.sourceAt(path)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// sourceAt makes the source of what lies at a path.
func (j *job) sourceAt(path string) (scanner.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("scan: %w", err)
	}
	needsRepository := j.isChange() || j.source.HistoryOnly
	if !needsRepository {
		if export := j.export(path); export != nil {
			return archive.Unpacking(export, j.packed()), nil
		}
		if info.IsDir() && archive.IsLayout(path) {
			return archive.Layout(path, j.packed()), nil
		}
	}
	switch {
	case info.IsDir():
		s, err := git.Open(path, j.source)
		if err != nil {
			return nil, err
		}
		return archive.Unpacking(s, j.packed()), nil
	case needsRepository:
		return nil, &git.NoRepositoryError{Path: path}
	}
	file := dir.New(dir.Options{
		Root: path, Filter: j.source.Filter, MaxFileSize: j.source.MaxFileSize, AllFiles: j.source.AllFiles, Workers: j.source.Workers,
	})
	return archive.Unpacking(file, j.packed()), nil
}

// isChange tells whether only what a change brings is read.
func (j *job) isChange() bool {
	return j.source.Staged || j.source.Since != "" || j.source.Range != ""
}

// packed says what to do with archives. What is new in those that a change brings is told
// by those that they replace, so both are unpacked.
func (j *job) packed() archive.Options {
	return archive.Options{
		History: j.reading.archives || j.isChange(), Other: j.export,
		Filter: j.source.Filter, MaxFileSize: j.source.MaxFileSize, AllFiles: j.source.AllFiles,
	}
}

// export makes the source of an export of Slack; nil if the path leads to anything else.
func (j *job) export(path string) scanner.Source {
	s, _ := slack.OpenExport(path, slack.Options{
		Domain: j.slack.workspace, Filter: j.source.Filter, MaxFileSize: j.source.MaxFileSize, Workers: j.source.Workers,
	})
	return s
}
