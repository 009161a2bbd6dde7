package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/slack"
)

// slackPath stands for the workspace that a token opens, where else a path stands.
const slackPath = "slack://"

// Variables of the environment that say how to get at Slack.
const (
	slackTokenName = "SECRETSWEEP_SLACK_TOKEN"
	slackAPIName   = "SECRETSWEEP_SLACK_API"
)

// slackFlags are those for exports of Slack and for the workspace itself.
type slackFlags struct {
	workspace string
	channels  []string
}

func (s *slackFlags) register(f *pflag.FlagSet) {
	f.StringVar(&s.workspace, "slack-workspace", "", "the `name` before .slack.com, for links to the messages of an export")
	f.StringArrayVar(&s.channels, "channel", nil, "read this `channel` of slack:// only, by name or id; may be repeated")
}

// workspaceName is the form of what stands before .slack.com.
var workspaceName = regexp.MustCompile(`^[a-z0-9-]+(\.enterprise)?$`)

// check refuses what makes no sense for the paths, and gives the time from which on
// messages are read. --since is a revision for a repository, and a time for slack://.
func (s *slackFlags) check(n *narrowing, paths []string, now time.Time) (since time.Time, err error) {
	if s.workspace != "" && !workspaceName.MatchString(s.workspace) {
		return since, misuse(fmt.Sprintf("--slack-workspace %q is no workspace", s.workspace), "write acme for acme.slack.com")
	}
	if slices.Contains(s.channels, "") {
		return since, misuse(`--channel "" names no channel`, "give a name or an id")
	}
	live := 0
	for _, path := range paths {
		switch {
		case path == slackPath:
			live++
		case strings.HasPrefix(path, slackPath):
			return since, misuse(fmt.Sprintf("%q: the token says which workspace it is", path), "give "+slackPath+" alone, and --channel for a part of it")
		}
	}
	switch {
	case s.workspace != "" && live == len(paths):
		return since, misuse("--slack-workspace is for exports: "+slackPath+" knows its own", "leave it out")
	case live == 0 && len(s.channels) > 0:
		return since, misuse("--channel is for "+slackPath, "add "+slackPath+", or leave it out")
	case live == 0 || n.since == "":
		return since, nil
	case live < len(paths):
		return since, misuse("--since is a revision for a repository and a time for "+slackPath, "scan one after the other")
	}
	since, ok := parseSince(n.since, now)
	if !ok {
		return since, misuse(fmt.Sprintf("--since %q is no time", n.since), "write a day such as 2026-01-31, or how long ago it is: 90d, 12h")
	}
	n.since = "" // it means no revision
	return since, nil
}

// parseSince reads a day, a time, or how long ago it is.
func parseSince(text string, now time.Time) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return now.AddDate(0, 0, -int(n)), err == nil && n > 0
	}
	d, err := time.ParseDuration(text)
	return now.Add(-d), err == nil && d > 0
}

// liveSlack makes the source of the workspace that the token opens. Stop ends it without
// losing what it has read.
func (j *job) liveSlack(sh shell, stop <-chan struct{}) (*slack.Live, error) {
	token, err := slackToken(sh, stop)
	if err != nil {
		return nil, err
	}
	api := sh.getenv(slackAPIName)
	if err := checkAPI(api); err != nil {
		return nil, withHint(fmt.Errorf("%s: %w", slackAPIName, err), "leave it unset, unless your workspace is on GovSlack: https://slack-gov.com/api/")
	}
	state := ""
	if dir, err := os.UserCacheDir(); err == nil { // else a scan that is interrupted begins anew
		state = filepath.Join(dir, "secretsweep", "slack.json")
		if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
			return nil, fmt.Errorf("make a place to note how far the scan came: %w", err)
		}
	}
	return slack.NewLive(slack.LiveOptions{
		Token: token, Channels: j.slack.channels, Since: j.since, State: state, Stop: stop, API: api,
	}), nil
}

// slackToken takes the token from the environment, or asks for it until stop is closed.
func slackToken(sh shell, stop <-chan struct{}) (secret.Value, error) {
	if token := strings.TrimSpace(sh.getenv(slackTokenName)); token != "" {
		return secret.New(token), nil
	}
	const hint = "set " + slackTokenName + "; docs/slack.md says how to get a token"
	text, err := sh.askValue("Token for Slack", stop)
	if errors.Is(err, errNobody) {
		return secret.Value{}, withHint(errors.New("no token for Slack"), hint)
	}
	if err != nil {
		return secret.Value{}, fmt.Errorf("ask for a token: %w", err)
	}
	token := strings.TrimSpace(text)
	if token == "" {
		return secret.Value{}, withHint(errors.New("no token for Slack"), hint)
	}
	return secret.New(token), nil
}

// checkAPI keeps the token from going over the network in the clear.
func checkAPI(api string) error {
	if api == "" {
		return nil
	}
	u, err := url.Parse(api)
	switch {
	case err != nil || u.Host == "":
		return errors.New("it is no address")
	case u.User != nil:
		return errors.New("an address with a login in it")
	case u.Scheme == "https":
		return nil
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("it is not https")
}

// unhurried is a context that goes on where ctx ends. Then stop is closed, which ends the
// reading of a workspace without losing anything. A second interrupt ends the program.
func unhurried(ctx context.Context) (_ context.Context, stop <-chan struct{}) {
	return context.WithoutCancel(ctx), ctx.Done()
}

// hurried is a source beside such a workspace: the first interrupt ends it, which is a
// Problem, so that what was found until then is reported.
type hurried struct {
	scanner.Source
	ctx     context.Context
	path    string
	stopped bool
}

func (h *hurried) Sweep(_ context.Context, v scanner.Visitor) error {
	err := h.Source.Sweep(h.ctx, hurrying{v, h.ctx})
	if h.stopped = h.ctx.Err() != nil; h.stopped {
		v.Problem(scanner.Problem{What: h.path, Err: errors.New("stopped")})
		return nil
	}
	return err
}

// Locate leaves what was given until the end where it said that it is.
func (h *hurried) Locate(ctx context.Context, hits []scanner.Hit, found func(int, place.Place)) error {
	if h.stopped {
		return scanner.Here{}.Locate(ctx, hits, found)
	}
	return h.Source.Locate(ctx, hits, found)
}

// hurrying makes the sources that a hurried one comes upon such ones, too.
type hurrying struct {
	scanner.Visitor
	ctx context.Context
}

func (h hurrying) Source(path string, s scanner.Source) {
	h.Visitor.Source(path, &hurried{Source: s, ctx: h.ctx, path: path})
}
