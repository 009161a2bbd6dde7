package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/known"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/baseline"
	"github.com/secretsweep/secretsweep/scanner/ignore"
	"github.com/secretsweep/secretsweep/scanner/source/git"
	"github.com/secretsweep/secretsweep/scanner/source/slack"
)

// job is a scan to be made: what every command that scans has in common.
type job struct {
	paths      []string
	home       bool // paths is the home folder, of which the known places are read
	source     git.Options
	reading    reading
	baseline   string         // a file; "" for the target's own
	noBaseline bool           // not even that
	raw        bool           // all that is found is given, whatever silences it
	verify     verifyFlags    // providers are asked about what is found
	known      []known.Secret // values of a vault, to be looked for whatever they look like
	show       func(secret.Value) string
	allowed    func(*detectors.Match, place.Place, string) // see scanner.Options
	matched    func(*detectors.Match, place.Place)         // likewise
	progress   func(what string, done, total int64)        // instead of a line on stderr

	slack slackFlags
	since time.Time   // of messages
	live  *slack.Live // the workspace that is read, if one is

	detector detectors.Detector // what was looked with, once it has scanned
}

// do scans, and gives the result to the sink. Config, ignore files and baseline
// are those of the first path.
func (j *job) do(ctx context.Context, sh shell, sink scanner.Sink) (scanner.Summary, error) {
	if sh.getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(startPercent))
	}
	if j.reading.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, j.reading.timeout)
		defer cancel()
	}
	j.paths = distinct(j.paths)
	if err := checkPaths(j.paths); err != nil {
		return scanner.Summary{}, err
	}
	belongs := targetOf(j.paths[0])
	c, err := j.load(sh, belongs)
	if err != nil {
		return scanner.Summary{}, err
	}
	hurry := ctx
	var stop <-chan struct{}
	if slices.Contains(j.paths, slackPath) {
		ctx, stop = unhurried(ctx)
	}
	last := &tail{Sink: sink}
	var by silencers
	if !j.raw {
		if by, err = j.silencers(belongs, c); err != nil {
			return scanner.Summary{}, err
		}
	}
	pipe := by.before(last)
	byRules, err := detectors.New(c.set)
	if err != nil {
		return scanner.Summary{}, err
	}
	if slow := c.added(byRules.Slow()); len(slow) > 0 {
		c.hints = append(c.hints, fmt.Sprintf("slow: %s must search every text as a whole, because nothing fixed stands in the pattern; literals = [...] would help", strings.Join(slow, ", ")))
	}
	detector := detectors.Detector(byRules)
	if len(j.known) > 0 {
		withKnown, unsought := known.New(byRules, j.known)
		detector = withKnown
		c.hints = append(c.hints, knownHints(len(j.known), unsought)...)
	}
	j.detector = detector
	sources, err := j.sources(sh, stop)
	if err != nil {
		return scanner.Summary{}, j.explain(err)
	}
	if j.live != nil {
		for i, s := range sources {
			if s != scanner.Source(j.live) {
				sources[i] = &hurried{Source: s, ctx: hurry, path: j.paths[i]}
			}
		}
	}
	if !j.reading.quiet {
		for _, hint := range append(c.hints, j.unused()...) {
			sh.say("%s", printable.Text(hint))
		}
	}
	line := newProgress(sh)
	if j.reading.quiet || j.home {
		line = nil
	}
	show := line.show
	if j.home && !j.reading.quiet {
		show = nameHomePlace(sh)
	}
	last.Sink = j.verify.before(hurry, sh, last.Sink, c.set, line)
	if sh.getenv("GOGC") == "" && !j.source.Staged {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	}
	if j.progress != nil {
		show = j.progress
	}
	err = scanner.Scan(ctx, sources, detector, scanner.Options{Roots: j.paths, Show: j.show, Progress: show, Allowed: j.allowed, Matched: j.matched}, beforeResults{pipe, line})
	line.clear()
	if err != nil {
		return scanner.Summary{}, j.explain(err)
	}
	return last.summary, nil
}

// commit notes that what was found is where it was meant to be.
func (j *job) commit() error {
	if j.live == nil {
		return nil
	}
	return j.live.Commit()
}

// startPercent is the same as gcPercent for what comes before a scan, which is mostly
// the compiling of rules, and for a hook: it makes next to no garbage after that.
const startPercent = 400

// gcPercent is how much the heap may grow, in percent, before it is collected. Most
// of what a scan has in memory stays there, such as the trees of a history, and
// leaves little to collect: with Go's 100, memory grows and hardly any time is saved.
// A hook has no history in memory, and nobody waits for it gladly.
const gcPercent = 33

// load gives the config of a target, with what the flags say of it.
func (j *job) load(sh shell, t target) (*config, error) {
	c, err := loadConfig(sh, j.reading.config, t)
	if err != nil {
		return nil, err
	}
	if err := c.enable(j.reading.enableRules); err != nil {
		return nil, err
	}
	return c, j.configure(c)
}

// configure adds what a config says of what is read; a flag wins.
func (j *job) configure(c *config) error {
	include := j.reading.include
	if len(include) == 0 {
		include = c.include
	}
	filter, err := scanner.NewFilter(include, append(slices.Clip(c.exclude), j.reading.exclude...))
	if err != nil {
		return withHint(fmt.Errorf("config %s: %w", c.path, err), "globs are as in .gitignore, ** matches any depth")
	}
	j.source.Filter = filter
	if j.source.MaxFileSize == 0 {
		j.source.MaxFileSize = c.maxFileSize
	}
	return nil
}

// silencers are what keeps findings from being reported: the ignore files and the
// baseline of a target, and the confidence that is asked for.
type silencers struct {
	lists []*ignore.List
	known *baseline.Baseline // nil: none
	least rules.Confidence
}

// before puts them before a sink: what is ignored is not even known.
func (s silencers) before(next scanner.Sink) scanner.Sink {
	next = scanner.Confident(next, s.least)
	if s.known != nil {
		next = baseline.New(next, s.known)
	}
	if len(s.lists) > 0 {
		next = ignore.New(next, s.lists...)
	}
	return next
}

// silencers reads those of a target with its config.
func (j *job) silencers(t target, c *config) (silencers, error) {
	s := silencers{least: cmp.Or(rules.Confidence(j.reading.confidence), c.confidence, rules.LeastConfidence)}
	add := func(l *ignore.List, err error) error {
		s.lists = append(s.lists, l)
		return err
	}
	if path := t.find(ignore.File); path != "" {
		if err := add(ignore.Read(path)); err != nil {
			return s, withHint(err, "mend the line, or take it out")
		}
	}
	if path := t.find(ignore.GitleaksFile); path != "" {
		if err := add(ignore.ReadGitleaks(path)); err != nil {
			return s, withHint(err, "mend the line, or take it out")
		}
	}
	path := j.baseline
	if path == "" && !j.noBaseline {
		path = t.find(baseline.File)
	}
	if path == "" {
		return s, nil
	}
	known, err := baseline.Read(path)
	switch {
	case errors.Is(err, baseline.ErrGitleaks):
		if err := add(ignore.ReadGitleaksReport(path)); err != nil {
			return s, withHint(err, "give a baseline of secretsweep, or a JSON report of gitleaks")
		}
	case err != nil:
		return s, baselineHint(err)
	default:
		s.known = known
	}
	return s, nil
}

// unused names files that would have counted, had their path come first.
func (j *job) unused() []string {
	var hints []string
	first := targetOf(j.paths[0])
	for _, path := range j.paths[1:] {
		for _, name := range []string{configName, gitleaksName, ignore.File, ignore.GitleaksFile, baseline.File} {
			if found := targetOf(path).find(name); found != "" && !sameFile(found, first.find(name)) {
				hints = append(hints, found+" is not used: only the first path's files are")
			}
		}
	}
	return hints
}

func sameFile(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// explain adds to a scan's error what to do about it.
func (j *job) explain(err error) error {
	if errors.Is(err, context.DeadlineExceeded) && j.reading.timeout > 0 {
		return withHint(fmt.Errorf("scan: not done after %s, so nothing is reported", j.reading.timeout), "give it a longer --timeout, or less to read")
	}
	if j.live != nil && slack.IsRefusal(err) {
		return withHint(err, "check the token, and that its app is still installed; docs/slack.md says how to get one")
	}
	if _, ok := errors.AsType[*git.NoRepositoryError](err); ok {
		return withHint(err, "name one, or leave out the flag that needs it")
	}
	if unknown, ok := errors.AsType[*git.UnknownRevisionError](err); ok {
		if unknown.Shallow {
			return withHint(err, `"git fetch --unshallow" brings the rest`)
		}
		return withHint(err, "check its spelling, or fetch it first")
	}
	return err
}

// tail is the last sink: it keeps the summary.
type tail struct {
	scanner.Sink
	summary scanner.Summary
}

func (t *tail) Done(s scanner.Summary) error {
	t.summary = s
	return t.Sink.Done(s)
}

// beforeResults clears the progress line before the report is written: stderr
// and stdout may be the same terminal.
type beforeResults struct {
	scanner.Sink
	line *progress
}

func (b beforeResults) Done(s scanner.Summary) error {
	b.line.clear()
	return b.Sink.Done(s)
}
